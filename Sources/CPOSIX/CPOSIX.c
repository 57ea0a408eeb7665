#define _GNU_SOURCE
#include "CPOSIX.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/landlock.h>
#include <locale.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

int cposix_openat(int directory, const char *path, int flags, mode_t mode) {
  return openat(directory, path, flags, mode);
}

int cposix_rename_noreplace(int fromDirectory, const char *from, int toDirectory, const char *to) {
  return renameat2(fromDirectory, from, toDirectory, to, RENAME_NOREPLACE);
}

ssize_t cposix_directory_entries(int directory, void *buffer, size_t size) {
  return getdents64(directory, buffer, size);
}

int64_t cposix_mount_id(const char *path, uint64_t *fileSystem) {
  struct statx status;
  struct statfs information;
  if (statx(AT_FDCWD, path, 0, STATX_MNT_ID, &status) != 0 || statfs(path, &information) != 0) return -1;
  if (!(status.stx_mask & STATX_MNT_ID)) {
    errno = EOPNOTSUPP;
    return -1;
  }
  memcpy(fileSystem, &information.f_fsid, sizeof *fileSystem);
  return (int64_t)status.stx_mnt_id;
}

ssize_t cposix_copy_file_range(int from, int64_t fromOffset, int to, int64_t toOffset, size_t count) {
  off64_t in = fromOffset, out = toOffset;
  return copy_file_range(from, &in, to, &out, count, 0);
}

int cposix_lock_exclusive(int descriptor) { return flock(descriptor, LOCK_EX | LOCK_NB); }

int cposix_probe_no_writer(int descriptor) {
  if (fcntl(descriptor, F_SETSIG, SIGURG) != 0) return -1;
  if (fcntl(descriptor, F_SETLEASE, F_RDLCK) != 0) return -1;
  return fcntl(descriptor, F_SETLEASE, F_UNLCK);
}

// The first byte of a file that lies in blocks which were reserved and never written, or -1. SEEK_HOLE takes such blocks for
// data as soon as somebody has read them.
static int64_t first_unwritten(int descriptor, uint32_t flags) {
  enum { portion = 64 };
  _Alignas(struct fiemap) unsigned char buffer[sizeof(struct fiemap) + portion * sizeof(struct fiemap_extent)];
  struct fiemap *map = (struct fiemap *)buffer;
  uint64_t start = 0;
  while (1) {
    memset(buffer, 0, sizeof buffer);
    map->fm_start = start;
    map->fm_length = FIEMAP_MAX_OFFSET - start;
    map->fm_flags = flags;
    map->fm_extent_count = portion;
    if (ioctl(descriptor, FS_IOC_FIEMAP, map) < 0 || map->fm_mapped_extents == 0) return -1;
    for (uint32_t i = 0; i < map->fm_mapped_extents; i++) {
      const struct fiemap_extent *extent = &map->fm_extents[i];
      if (extent->fe_flags & FIEMAP_EXTENT_UNWRITTEN) return (int64_t)extent->fe_logical;
      if (extent->fe_flags & FIEMAP_EXTENT_LAST || extent->fe_length == 0) return -1;
      start = extent->fe_logical + extent->fe_length;
    }
  }
}

int64_t cposix_first_hole(int descriptor, bool *may_be_zeros) {
  // ext2, ext3 and ext4; XFS; Btrfs; F2FS; tmpfs.
  static const uint32_t exact[] = {0xEF53, 0x58465342, 0x9123683E, 0xF2F52010, 0x01021994};
  struct statfs information;
  *may_be_zeros = true;
  if (fstatfs(descriptor, &information) == 0)
    for (size_t i = 0; i < sizeof exact / sizeof exact[0]; i++)
      if ((uint32_t)information.f_type == exact[i]) *may_be_zeros = false;
  int64_t hole = lseek(descriptor, 0, SEEK_HOLE);
  if (*may_be_zeros) return hole;
  // Blocks count as unwritten until what was written to them has left the memory.
  int64_t unwritten = first_unwritten(descriptor, 0);
  if (unwritten >= 0) unwritten = first_unwritten(descriptor, FIEMAP_FLAG_SYNC);
  return unwritten >= 0 && (hole < 0 || unwritten < hole) ? unwritten : hole;
}

int cposix_spread(int descriptor) {
  int flags = 0;
  if (ioctl(descriptor, FS_IOC_GETFLAGS, &flags) < 0 || flags & FS_TOPDIR_FL) return 0;
  flags |= FS_TOPDIR_FL;
  return ioctl(descriptor, FS_IOC_SETFLAGS, &flags);
}

int cposix_syncfs(int descriptor) { return syncfs(descriptor); }

int cposix_advise_sequential(int descriptor) {
  return posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
}

int cposix_advise_done(int descriptor, int64_t offset, int64_t length) {
  return posix_fadvise(descriptor, offset, length, POSIX_FADV_DONTNEED);
}

int cposix_start_writeback(int descriptor, int64_t offset, int64_t length) {
  return sync_file_range(descriptor, offset, length, SYNC_FILE_RANGE_WRITE);
}

int64_t cposix_filesystem_type(const char *path) {
  struct statfs information;
  return statfs(path, &information) == 0 ? (int64_t)information.f_type : 0;
}

int cposix_disk_space(const char *path, uint64_t *available, uint64_t *total) {
  struct statvfs information;
  if (statvfs(path, &information) != 0) return -1;
  *available = (uint64_t)information.f_bavail * information.f_frsize;
  *total = (uint64_t)information.f_blocks * information.f_frsize;
  return 0;
}

bool cposix_has_acl(const char *path) {
  return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

int cposix_inotify_init(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int cposix_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

// Signals that come before anybody handles them.

static const int early_signals[] = {SIGTERM, SIGINT, SIGHUP};
static const int early_signal_count = sizeof early_signals / sizeof early_signals[0];
static volatile sig_atomic_t early_signal;

static void early_handler(int signal) {
  if (signal != SIGHUP) early_signal = signal;
}

void cposix_remember_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = early_handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < early_signal_count; i++) {
    struct sigaction before;
    // What was ignored, by nohup(1) for example, is so still.
    if (sigaction(early_signals[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      sigaction(early_signals[i], &action, NULL);
  }
}

void cposix_forget_signals(void) {
  for (int i = 0; i < early_signal_count; i++) {
    struct sigaction now;
    if (sigaction(early_signals[i], NULL, &now) == 0 && now.sa_handler == early_handler) signal(early_signals[i], SIG_DFL);
  }
  cposix_repeat_signals();
}

void cposix_repeat_signals(void) {
  int signal = early_signal;
  early_signal = 0;
  if (signal != 0) kill(getpid(), signal);
}

// What a thread does when it makes the process crash. Everything that the handler calls is async-signal-safe.

static const int crash_signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
static const int crash_signal_count = sizeof crash_signals / sizeof crash_signals[0];
static struct sigaction crash_before[sizeof crash_signals / sizeof crash_signals[0]];
static pthread_once_t crash_once = PTHREAD_ONCE_INIT;
static __thread char crash_path[4096];
static __thread char crash_letter;
// A stack that is used up crashes, too: the handler has one of its own, which lives as long as its thread.
static pthread_key_t crash_stack;
static bool crash_has_stacks;

static void crash_handler(int signal) {
  if (crash_letter != 0) {
    int file = open(crash_path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
    if (file >= 0) {
      ssize_t written = write(file, &crash_letter, 1);
      (void)written;
      close(file);
    }
    crash_letter = 0;
  }
  // Whoever handled it before has it now, and else the system: the signal comes again as this one returns.
  for (int i = 0; i < crash_signal_count; i++)
    if (crash_signals[i] == signal) sigaction(signal, &crash_before[i], NULL);
  raise(signal);
}

static void crash_free_stack(void *memory) {
  stack_t none = {.ss_flags = SS_DISABLE};
  sigaltstack(&none, NULL);
  free(memory);
}

static void crash_install(void) {
  crash_has_stacks = pthread_key_create(&crash_stack, crash_free_stack) == 0;
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = crash_handler;
  action.sa_flags = SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (int i = 0; i < crash_signal_count; i++) sigaction(crash_signals[i], &action, &crash_before[i]);
}

void cposix_mark_crash(const char *path, char mark) {
  crash_letter = 0;
  if (path == NULL || strlen(path) >= sizeof crash_path) return;
  strcpy(crash_path, path);
  pthread_once(&crash_once, crash_install);
  if (crash_has_stacks && pthread_getspecific(crash_stack) == NULL) {
    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536, .ss_flags = 0};
    if (stack.ss_sp != NULL && (sigaltstack(&stack, NULL) != 0 || pthread_setspecific(crash_stack, stack.ss_sp) != 0))
      crash_free_stack(stack.ss_sp);
  }
  crash_letter = mark;
}

char cposix_crash_mark(const char **path) {
  *path = crash_path;
  return crash_letter;
}

static locale_t unicode;
static void make_unicode(void) { unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0); }

int cposix_columns(uint32_t character) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, make_unicode);
  if (!unicode) return 1;
  locale_t before = uselocale(unicode);
  int columns = wcwidth((wchar_t)character);
  uselocale(before);
  return columns;
}

// As the newest kernel takes it: the headers of an older one know less of it.
struct confinement {
  uint64_t file_system, network, scope;
};

int cposix_confine(const char *const *readable, size_t count) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (version < 1) return -1;
  struct confinement all = {.file_system = (1 << 13) - 1, .network = 3, .scope = 3};
  if (version >= 2) all.file_system |= 1 << 13;
  if (version >= 3) all.file_system |= 1 << 14;
  if (version >= 5) all.file_system |= 1 << 15;
  size_t known = version >= 6 ? 3 : version >= 4 ? 2 : 1;
  int rules = (int)syscall(SYS_landlock_create_ruleset, &all, known * sizeof(uint64_t), 0);
  if (rules < 0) return -1;
  int result = 0;
  for (size_t i = 0; result == 0 && i < count; i++) {
    int path = open(readable[i], O_PATH | O_CLOEXEC);
    if (path < 0) continue;
    struct stat status;
    result = fstat(path, &status);
    struct landlock_path_beneath_attr rule = {
        .parent_fd = path, .allowed_access = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE};
    if (S_ISDIR(status.st_mode)) rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    if (result == 0) result = (int)syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    close(path);
  }
  if (result == 0) result = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (result == 0) result = (int)syscall(SYS_landlock_restrict_self, rules, 0);
  close(rules);
  return result;
}

void cposix_share_memory(int threads) { mallopt(M_ARENA_MAX, threads); }

int cposix_name_thread(const char *name) { return pthread_setname_np(pthread_self(), name); }

void cposix_give_back_memory(void) { malloc_trim(0); }
