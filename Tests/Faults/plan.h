// SPDX-License-Identifier: Apache-2.0
//
// What inject.c (the calls) and undo.c (paths, the log, and what a loss of power would undo) share.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Everything here is hidden: the library shows the names of the C library's calls, and no others.
#pragma GCC visibility push(hidden)

enum { NONE, KILL, FAIL, SHORT, STOP, CRASH };
enum { LOG_CALLS = 1, LOG_UNDO = 2 };

/// What is to happen, in memory that all processes and the harness share. shim.py packs it so.
struct plan {
  uint64_t counter;  // calls so far
  uint64_t target;   // the call at which something happens; 0: none
  uint64_t fired;    // how often it happened
  uint32_t kind, number;  // what happens; the error number
  uint64_t lasting;  // how many calls fail from the target on
  int64_t shift;     // seconds added to the wall clock
  int64_t passed;    // seconds added to it and to the time since the machine was started
  uint32_t log, spare;
  char roots[1024];  // folders whose files count, separated by ':'
  char log_file[512], stash[512];
};

/// NULL where the process has none.
extern struct plan *plan;

void map_plan(const char *path);
int absolute_path(int directory, const char *name, char *path);
int is_below_roots(const char *path);
int status_at(const char *path, struct stat *status);

void log_call(const char *what, long result, const char *path, const char *other);
void mark_dirty(const struct stat *status);
void mark_clean(int fd);
void mark_all_clean(void);
void keep_content(const char *path);
void keep_name(const char *path);

#pragma GCC visibility pop
