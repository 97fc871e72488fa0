// What glibc has and Swift's Glibc module does not import: variadic functions and GNU extensions.
//
// _GNU_SOURCE would give sys/select.h another fd_set here than in Dispatch's module, and the importer refuses two: the
// extensions are declared one by one instead.
#pragma once
#include <malloc.h>
#include <spawn.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

extern int memfd_create(const char *name, unsigned int flags);
extern int pipe2(int ends[2], int flags);
extern int pidfd_open(pid_t process, unsigned int flags);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

static inline int clinux_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int clinux_use_one_heap(void) { return mallopt(M_ARENA_MAX, 1); }

static inline int clinux_anonymous_file(const char *name) { return memfd_create(name, 1U /* MFD_CLOEXEC */); }

static inline int clinux_process_descriptor(pid_t process) { return pidfd_open(process, 0); }

static inline int clinux_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

static inline int clinux_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

static inline int clinux_end_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }

// The linker's names for where the program begins in memory and where its code ends: pages that nobody writes to.
extern const char __executable_start[], etext[];

static inline int clinux_give_back_program(void) {
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  uintptr_t start = (uintptr_t)__executable_start & ~(page - 1), end = (uintptr_t)etext & ~(page - 1);
  return madvise((void *)start, end - start, MADV_DONTNEED);
}
