// SPDX-License-Identifier: Apache-2.0
//
// Paths, the log of calls, and what is kept aside so that a loss of power can be played (power.py).

#include "plan.h"

#include <time.h>

// MARK: Paths

/// The absolute path of a name below a directory's descriptor; of the descriptor itself, where the name is empty.
int absolute_path(int directory, const char *name, char *path) {
  size_t length = 0;
  if (name[0] != '/') {
    char link[64];
    ssize_t count;
    if (directory == AT_FDCWD) {
      count = syscall(SYS_getcwd, path, PATH_MAX);
      count = count > 0 ? count - 1 : -1;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", directory);
      count = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    }
    if (count <= 0) return 0;
    length = (size_t)count;
  }
  if (length + strlen(name) + 2 > PATH_MAX) return 0;
  path[length] = 0;
  // Doubled slashes and lone periods go, so that one file has one path.
  for (const char *from = name; *from;) {
    size_t part = strcspn(from, "/");
    if (part && !(part == 1 && from[0] == '.')) {
      path[length++] = '/';
      memcpy(path + length, from, part);
      length += part;
    }
    from += part + (from[part] == '/');
  }
  path[length] = 0;
  return 1;
}

int is_below_roots(const char *path) {
  for (const char *root = plan->roots; *root;) {
    size_t length = strcspn(root, ":");
    if (strncmp(path, root, length) == 0 && (path[length] == '/' || path[length] == 0)) return 1;
    root += length + (root[length] == ':');
  }
  return 0;
}

int status_at(const char *path, struct stat *status) {
  return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, AT_SYMLINK_NOFOLLOW) == 0;
}

// MARK: The log

void log_call(const char *what, long result, const char *path, const char *other) {
  char line[2 * PATH_MAX + 128];
  int length = snprintf(
    line, sizeof line, "%s\t%ld\t%d\t%s\t%s\n", what, result, (int)syscall(SYS_getpid), path, other ? other : "");
  int fd = (int)syscall(SYS_openat, AT_FDCWD, plan->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd < 0) return;
  if (length > 0) syscall(SYS_write, fd, line, (size_t)length);
  syscall(SYS_close, fd);
}

/// Files that were changed and not synced since, by this process. When full, files are kept aside more often.
static struct { dev_t device; ino_t inode; } dirty[4096];
static int dirty_count;

static int *find_dirty(const struct stat *status) {
  static int found;
  for (found = 0; found < dirty_count; found++)
    if (dirty[found].device == status->st_dev && dirty[found].inode == status->st_ino) return &found;
  return NULL;
}

void mark_dirty(const struct stat *status) {
  if (find_dirty(status) || dirty_count == 4096) return;
  dirty[dirty_count].device = status->st_dev;
  dirty[dirty_count++].inode = status->st_ino;
}

void mark_clean(int fd) {
  struct stat status;
  int *index;
  if (syscall(SYS_fstat, fd, &status) != 0 || !(index = find_dirty(&status))) return;
  dirty[*index] = dirty[--dirty_count];
}

void mark_all_clean(void) { dirty_count = 0; }

static void name_aside(char *path) {
  static unsigned next;
  struct timespec now;
  syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  snprintf(path, PATH_MAX, "%s/%d-%ld%09ld-%u", plan->stash, (int)syscall(SYS_getpid), now.tv_sec, now.tv_nsec, next++);
}

static int keep_copy(const char *what, const char *path) {
  char copy[PATH_MAX], buffer[1 << 16];
  name_aside(copy);
  int from = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0);
  int to = (int)syscall(SYS_openat, AT_FDCWD, copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int isMade = from >= 0 && to >= 0;
  if (isMade) {
    long count;
    while ((count = syscall(SYS_read, from, buffer, sizeof buffer)) > 0) syscall(SYS_write, to, buffer, (size_t)count);
    log_call(what, 0, path, copy);
  }
  if (from >= 0) syscall(SYS_close, from);
  if (to >= 0) syscall(SYS_close, to);
  return isMade;
}

/// Keeps the content of a file aside before its first change since it was synced.
void keep_content(const char *path) {
  struct stat status;
  if (!(plan->log & LOG_UNDO) || !status_at(path, &status) || !S_ISREG(status.st_mode)) return;
  if (find_dirty(&status)) return;
  if (keep_copy("content", path)) mark_dirty(&status);
}

/// Keeps a file that is about to lose its name.
void keep_name(const char *path) {
  struct stat status;
  if (!(plan->log & LOG_UNDO) || !status_at(path, &status) || S_ISDIR(status.st_mode)) return;
  char copy[PATH_MAX];
  name_aside(copy);
  if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, copy, 0) == 0)
    log_call("name", 0, path, copy);
  else
    keep_copy("name", path);  // on another file system
}

