// What glibc has and Swift's Glibc module does not import: variadic functions and GNU extensions.
#pragma once
#include <malloc.h>
#include <sys/prctl.h>

static inline int clinux_forbid_core_dumps(void) { return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); }

static inline int clinux_use_one_heap(void) { return mallopt(M_ARENA_MAX, 1); }
