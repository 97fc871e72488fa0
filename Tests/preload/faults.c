/* Faults for one process, preloaded: no hook in the program, no debugger.
 *
 * A point is a call that changes the state on disk, or that sends to DX or hears from it.
 *   DX_POINTS=FILE    each point is noted there, a line each
 *   DX_KILL_AT=N      the process is killed at the Nth point
 *   DX_FAIL_WHILE=FILE, DX_FAIL_WITH=ERRNO
 *                     while that file exists, writes to regular files fail
 *   DX_HANG_AT=PATH   whoever opens that path gets no answer
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long reached;

static void point(const char *name) {
  const char *file = getenv("DX_POINTS"), *at = getenv("DX_KILL_AT");
  long number = atomic_fetch_add(&reached, 1) + 1;
  if (file) {
    int saved = errno, descriptor = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
      (void)!syscall(SYS_write, descriptor, name, strlen(name));
      close(descriptor);
    }
    errno = saved;
  }
  if (at && atol(at) == number) syscall(SYS_kill, getpid(), SIGKILL);
}

static int fails(int descriptor) {
  const char *file = getenv("DX_FAIL_WHILE"), *with = getenv("DX_FAIL_WITH");
  struct stat status;
  if (!file || !with || access(file, F_OK) != 0) return 0;
  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  errno = atoi(with);
  return 1;
}

static int is_network(int descriptor) {
  struct sockaddr_storage address;
  socklen_t length = sizeof address;
  return getsockname(descriptor, (struct sockaddr *)&address, &length) == 0 &&
         (address.ss_family == AF_INET || address.ss_family == AF_INET6);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define ON_DISK(type, name, parameters, arguments) \
  type name parameters {                           \
    point(#name "\n");                             \
    if (fails(fd)) return -1;                      \
    return REAL(name) arguments;                   \
  }

ON_DISK(ssize_t, pwrite, (int fd, const void *from, size_t count, off_t at), (fd, from, count, at))
ON_DISK(ssize_t, pwrite64, (int fd, const void *from, size_t count, off64_t at), (fd, from, count, at))
ON_DISK(int, fsync, (int fd), (fd))
ON_DISK(int, fdatasync, (int fd), (fd))
ON_DISK(int, ftruncate, (int fd, off_t length), (fd, length))
ON_DISK(int, ftruncate64, (int fd, off64_t length), (fd, length))

static void hang(const char *path) {
  const char *at = getenv("DX_HANG_AT");
  while (at && strcmp(at, path) == 0) pause();
}

#define OPENS(name)                                        \
  int name(const char *path, int flags, ...) {             \
    va_list rest;                                          \
    va_start(rest, flags);                                 \
    mode_t mode = va_arg(rest, mode_t);                    \
    va_end(rest);                                          \
    hang(path);                                            \
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode); \
  }

OPENS(open)
OPENS(open64)

int rename(const char *old, const char *new) {
  point("rename\n");
  return REAL(rename)(old, new);
}

int unlink(const char *path) {
  point("unlink\n");
  return REAL(unlink)(path);
}

ssize_t send(int fd, const void *from, size_t count, int flags) {
  int counts = is_network(fd);
  if (counts) point("before send\n");
  ssize_t result = REAL(send)(fd, from, count, flags);
  if (counts) point("after send\n");
  return result;
}

ssize_t recv(int fd, void *to, size_t count, int flags) {
  ssize_t result = REAL(recv)(fd, to, count, flags);
  if (result > 0 && is_network(fd)) point("after recv\n");
  return result;
}
