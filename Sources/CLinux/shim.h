// What glibc has and Swift's Glibc module does not import: variadic functions and GNU extensions.
#pragma once
#define _GNU_SOURCE 1
#include <malloc.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>

static inline int clinux_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int clinux_use_one_heap(void) { return mallopt(M_ARENA_MAX, 1); }

static inline int clinux_anonymous_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }

static inline int clinux_process_descriptor(pid_t process) { return pidfd_open(process, 0); }

static inline int clinux_close_from(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

static inline int clinux_exit_code(int status) { return WIFEXITED(status) ? WEXITSTATUS(status) : -1; }

static inline int clinux_end_signal(int status) { return WIFSIGNALED(status) ? WTERMSIG(status) : 0; }
