// SPDX-License-Identifier: Apache-2.0
//
// The fault injector: a library that is loaded before the C library (LD_PRELOAD) and stands between a program and every
// call by which it changes files.
//
// It numbers these calls through all threads and processes that share one plan (FAULT_PLAN, a file mapped by each), and
// at the planned number it kills the process, stops it, lets the call fail, or writes short. It can log each call, with
// what a loss of power would undo: before a synced file is changed, or a name goes, what was there is kept aside. It
// also shifts the clocks.
//
// Calls that the C library makes inside itself (fopen, mkstemp) do not pass here; Tests/Faults/selftest sees by strace
// that no such call changes a site.

#include "plan.h"

#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>

struct plan *plan;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

void map_plan(const char *path) {
  int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
  if (fd < 0) return;
  void *map = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (map != MAP_FAILED) plan = map;
  syscall(SYS_close, fd);
}

__attribute__((constructor)) static void begin_plan(void) {
  const char *path = getenv("FAULT_PLAN");
  if (path) map_plan(path);
}

#define REAL(name) \
  static __typeof__(&name) real; \
  if (!real) real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

// MARK: One call

struct call {
  const char *what;
  int isCounted, isShort, isKilling;
  char path[PATH_MAX], other[PATH_MAX];
};

/// Numbers a call; answers whether it may be made.
static int enter(struct call *call) {
  call->isShort = call->isKilling = 0;
  if (!(call->isCounted = is_below_roots(call->path) || (call->other[0] && is_below_roots(call->other)))) return 1;
  pthread_mutex_lock(&turn);
  uint64_t number = __atomic_add_fetch(&plan->counter, 1, __ATOMIC_SEQ_CST);
  uint64_t last = plan->target + (plan->lasting ? plan->lasting : 1);
  if (!plan->target || number < plan->target || number >= last) return 1;
  __atomic_add_fetch(&plan->fired, 1, __ATOMIC_SEQ_CST);
  switch (plan->kind) {
  case KILL: call->isKilling = 1; break;
  case SHORT: call->isShort = 1; break;
  case CRASH:
    // As a trap of the program itself would: its own handler sees it, and may write.
    pthread_mutex_unlock(&turn);
    syscall(SYS_tgkill, syscall(SYS_getpid), syscall(SYS_gettid), SIGILL);
    break;
  case STOP: syscall(SYS_kill, syscall(SYS_getpid), SIGSTOP); break;
  case FAIL:
    if (plan->log) log_call(call->what, -(long)plan->number, call->path, call->other);
    pthread_mutex_unlock(&turn);
    errno = (int)plan->number;
    return 0;
  }
  return 1;
}

static long leave(struct call *call, long result) {
  if (!call->isCounted) return result;
  int number = errno;
  if (plan->log) log_call(call->what, result < 0 ? -(long)number : result, call->path, call->other);
  if (call->isKilling) {
    syscall(SYS_kill, syscall(SYS_getpid), SIGKILL);
    for (;;) pause();
  }
  pthread_mutex_unlock(&turn);
  errno = number;
  return result;
}

static int on_names(struct call *call, const char *what, int d1, const char *p1, int d2, const char *p2) {
  if (!plan) return 0;
  call->what = what;
  call->other[0] = 0;
  return p1 && absolute_path(d1, p1, call->path) && (!p2 || absolute_path(d2, p2, call->other));
}

/// Of a descriptor: only what is a regular file or a folder counts.
static int on_file(struct call *call, const char *what, int fd) {
  struct stat status;
  if (!plan || syscall(SYS_fstat, fd, &status) != 0) return 0;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
  return on_names(call, what, fd, "", 0, NULL);
}

// `before` is done with the turn held, if the call is one that counts and is made.
#define PASS(isOne, before, expression) \
  do { \
    if (!(isOne)) return expression; \
    if (!enter(&call)) return -1; \
    if (call.isCounted) { before; } \
    return leave(&call, expression); \
  } while (0)

// MARK: Names

static int open_at(int directory, const char *path, int flags, mode_t mode, int isLarge) {
  struct call call;
  struct stat status;
  if (isLarge) flags |= O_LARGEFILE;
#define OPEN (int)real(directory, path, flags, mode)
  REAL(openat);
  if (!(flags & (O_CREAT | O_TRUNC)) || !on_names(&call, "create", directory, path, 0, NULL)) return OPEN;
  int isThere = status_at(call.path, &status);
  // Neither made nor emptied: the file is only opened.
  if (isThere && (!(flags & O_TRUNC) || (flags & O_EXCL))) return OPEN;
  if (isThere) call.what = "truncate";
  if (!enter(&call)) return -1;
  if (call.isCounted && isThere) keep_content(call.path);
  int fd = OPEN;
  if (call.isCounted && fd >= 0 && !isThere && syscall(SYS_fstat, fd, &status) == 0) mark_dirty(&status);
  return (int)leave(&call, fd);
}

static mode_t mode_of(int flags, va_list rest) {
  return (flags & O_CREAT) || (flags & O_TMPFILE) == O_TMPFILE ? va_arg(rest, mode_t) : 0;
}

#define OPEN_FUNCTION(name, parameters, directory, isLarge) \
  int name parameters { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = mode_of(flags, rest); \
    va_end(rest); \
    return open_at(directory, path, flags, mode, isLarge); \
  }
OPEN_FUNCTION(open, (const char *path, int flags, ...), AT_FDCWD, 0)
OPEN_FUNCTION(open64, (const char *path, int flags, ...), AT_FDCWD, 1)
OPEN_FUNCTION(openat, (int at, const char *path, int flags, ...), at, 0)
OPEN_FUNCTION(openat64, (int at, const char *path, int flags, ...), at, 1)

int creat(const char *path, mode_t mode) { return open_at(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode, 0); }

int renameat2(int d1, const char *p1, int d2, const char *p2, unsigned flags) {
  REAL(renameat2);
  struct call call;
  PASS(
    on_names(&call, flags & RENAME_EXCHANGE ? "exchange" : "rename", d1, p1, d2, p2),
    if (!(flags & (RENAME_NOREPLACE | RENAME_EXCHANGE))) keep_name(call.other), real(d1, p1, d2, p2, flags));
}
int renameat(int d1, const char *p1, int d2, const char *p2) { return renameat2(d1, p1, d2, p2, 0); }
int rename(const char *p1, const char *p2) { return renameat2(AT_FDCWD, p1, AT_FDCWD, p2, 0); }

int linkat(int d1, const char *p1, int d2, const char *p2, int flags) {
  REAL(linkat);
  struct call call;
  PASS(on_names(&call, "link", d1, p1, d2, p2), (void)0, real(d1, p1, d2, p2, flags));
}
int link(const char *p1, const char *p2) { return linkat(AT_FDCWD, p1, AT_FDCWD, p2, 0); }

int symlinkat(const char *target, int directory, const char *path) {
  REAL(symlinkat);
  struct call call;
  PASS(on_names(&call, "symlink", directory, path, 0, NULL), (void)0, real(target, directory, path));
}
int symlink(const char *target, const char *path) { return symlinkat(target, AT_FDCWD, path); }

int unlinkat(int directory, const char *path, int flags) {
  REAL(unlinkat);
  struct call call;
  PASS(
    on_names(&call, flags & AT_REMOVEDIR ? "rmdir" : "unlink", directory, path, 0, NULL), keep_name(call.path),
    real(directory, path, flags));
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  struct stat status;
  if (!status_at(path, &status)) { errno = ENOENT; return -1; }
  return S_ISDIR(status.st_mode) ? rmdir(path) : unlink(path);
}

int mkdirat(int directory, const char *path, mode_t mode) {
  REAL(mkdirat);
  struct call call;
  PASS(on_names(&call, "mkdir", directory, path, 0, NULL), (void)0, real(directory, path, mode));
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

int fchmodat(int directory, const char *path, mode_t mode, int flags) {
  REAL(fchmodat);
  struct call call;
  PASS(on_names(&call, "chmod", directory, path, 0, NULL), (void)0, real(directory, path, mode, flags));
}
int chmod(const char *path, mode_t mode) { return fchmodat(AT_FDCWD, path, mode, 0); }

// MARK: Contents

#define CONTENT(result, name, parameters, fd, what, expression) \
  result name parameters { \
    REAL(name); \
    struct call call; \
    PASS(on_file(&call, what, fd), keep_content(call.path), expression); \
  }
#define LESS(count) (call.isShort && (count) > 1 ? (count) / 2 : (count))
#define FEWER(vector, count) (call.isShort && (count) > 1 ? (count) / 2 : (count))

ssize_t write(int fd, const void *bytes, size_t count) {
  REAL(write);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", fd), keep_content(call.path), real(fd, bytes, LESS(count)));
}
static ssize_t pwrite_at(int fd, const void *bytes, size_t count, off64_t offset) {
  REAL(pwrite64);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", fd), keep_content(call.path), real(fd, bytes, LESS(count), offset));
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t offset) { return pwrite_at(fd, bytes, count, offset); }
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t offset) { return pwrite_at(fd, bytes, count, offset); }
ssize_t writev(int fd, const struct iovec *vector, int count) {
  REAL(writev);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", fd), keep_content(call.path), real(fd, vector, FEWER(vector, count)));
}
ssize_t pwritev(int fd, const struct iovec *vector, int count, off_t offset) {
  REAL(pwritev);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", fd), keep_content(call.path), real(fd, vector, FEWER(vector, count), offset));
}
ssize_t copy_file_range(int from, off64_t *o1, int to, off64_t *o2, size_t count, unsigned flags) {
  REAL(copy_file_range);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", to), keep_content(call.path), real(from, o1, to, o2, LESS(count), flags));
}
static ssize_t send_file(int to, int from, off64_t *offset, size_t count) {
  REAL(sendfile64);
  struct call call;
  call.isShort = 0;
  PASS(on_file(&call, "write", to), keep_content(call.path), real(to, from, offset, LESS(count)));
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) { return send_file(to, from, offset, count); }
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) { return send_file(to, from, offset, count); }

CONTENT(int, ftruncate, (int fd, off_t length), fd, "truncate", real(fd, length))
CONTENT(int, ftruncate64, (int fd, off64_t length), fd, "truncate", real(fd, length))
CONTENT(int, fallocate, (int fd, int mode, off_t offset, off_t length), fd, "write", real(fd, mode, offset, length))
CONTENT(int, fallocate64, (int fd, int mode, off64_t offset, off64_t length), fd, "write",
  real(fd, mode, offset, length))

// These answer the error number itself.
int posix_fallocate(int fd, off_t offset, off_t length) { return fallocate(fd, 0, offset, length) ? errno : 0; }
int posix_fallocate64(int fd, off64_t offset, off64_t length) { return fallocate(fd, 0, offset, length) ? errno : 0; }

int truncate(const char *path, off_t length) {
  REAL(truncate);
  struct call call;
  PASS(on_names(&call, "truncate", AT_FDCWD, path, 0, NULL), keep_content(call.path), real(path, length));
}
int truncate64(const char *path, off64_t length) { return truncate(path, length); }

int fchmod(int fd, mode_t mode) {
  REAL(fchmod);
  struct call call;
  PASS(on_file(&call, "chmod", fd), (void)0, real(fd, mode));
}

// MARK: Syncs

#define SYNC(name, what) \
  int name(int fd) { \
    REAL(name); \
    struct call call; \
    PASS(on_file(&call, what, fd), mark_clean(fd), real(fd)); \
  }
SYNC(fsync, "fsync")
SYNC(fdatasync, "fsync")

int syncfs(int fd) {
  REAL(syncfs);
  struct call call;
  PASS(on_file(&call, "syncfs", fd), mark_all_clean(), real(fd));
}

// MARK: Clocks

int clock_gettime(clockid_t clock, struct timespec *now) {
  if (syscall(SYS_clock_gettime, clock, now) != 0) return -1;
  if (!plan) return 0;
  int isWall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (isWall) now->tv_sec += plan->shift;
  if (isWall || clock == CLOCK_BOOTTIME) now->tv_sec += plan->passed;
  return 0;
}
int gettimeofday(struct timeval *now, void *zone) {
  (void)zone;
  struct timespec exact;
  if (clock_gettime(CLOCK_REALTIME, &exact) != 0) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}
time_t time(time_t *result) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  if (result) *result = now.tv_sec;
  return now.tv_sec;
}
