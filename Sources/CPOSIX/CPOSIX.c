#define _GNU_SOURCE
#include "CPOSIX.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

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

int cposix_inotify_init(void) { return inotify_init1(IN_NONBLOCK | IN_CLOEXEC); }

int cposix_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }
