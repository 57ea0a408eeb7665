// System calls that Swift cannot call as they are (variadic, macro, or a function that shares its name with a
// structure) and that swift-system does not offer. Nothing here retries, allocates or decides: each function is
// the system call, with its return value and errno.
#ifndef CPOSIX_H
#define CPOSIX_H

#include <iconv.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// openat(2) with a mode.
int cposix_openat(int directory, const char *path, int flags, mode_t mode);
/// renameat2(2) with RENAME_NOREPLACE: fails with EEXIST where the target exists.
int cposix_rename_noreplace(int fromDirectory, const char *from, int toDirectory, const char *to);
/// getdents64(2).
ssize_t cposix_directory_entries(int directory, void *buffer, size_t size);
/// statx(2) and statfs(2), following links: the number of the mount, as in /proc/self/mountinfo, and the f_fsid.
int64_t cposix_mount_id(const char *path, uint64_t *fileSystem);
/// copy_file_range(2) from and to explicit offsets.
ssize_t cposix_copy_file_range(int from, int64_t fromOffset, int to, int64_t toOffset, size_t count);
/// flock(2), LOCK_EX | LOCK_NB.
int cposix_lock_exclusive(int descriptor);
/// Takes and at once gives back a read lease (fcntl(2), F_SETLEASE): 0 when nobody has the file open for writing;
/// EAGAIN when somebody has; other errors where leases cannot tell. Who opens the file for writing in that moment makes
/// the kernel send a signal: SIGURG, which is ignored, instead of SIGIO, which would end the process (F_SETSIG).
int cposix_probe_no_writer(int descriptor);
/// lseek(2) with SEEK_HOLE from the beginning, and ioctl(2) with FS_IOC_FIEMAP: where the first bytes lie that were never
/// written, or the file's end; -1 where nobody can tell. Sets whether a hole may be zeros that were written: on all but the
/// local file systems of which it is known that they write zeros like any other bytes.
int64_t cposix_first_hole(int descriptor, bool *may_be_zeros);
/// syncfs(2).
int cposix_syncfs(int descriptor);
/// posix_fadvise(2): POSIX_FADV_SEQUENTIAL and POSIX_FADV_DONTNEED.
int cposix_advise_sequential(int descriptor);
int cposix_advise_done(int descriptor, int64_t offset, int64_t length);
/// sync_file_range(2), SYNC_FILE_RANGE_WRITE: starts writing back, without waiting.
int cposix_start_writeback(int descriptor, int64_t offset, int64_t length);
/// ioctl(2), FS_IOC_GETFLAGS and FS_IOC_SETFLAGS: gives a folder FS_TOPDIR_FL (chattr(1), T) where the file system knows it.
int cposix_spread(int descriptor);
/// statfs(2): the magic number of the file system's type, 0 where it fails.
int64_t cposix_filesystem_type(const char *path);
/// statvfs(3): bytes available to an ordinary user, and bytes in all.
int cposix_disk_space(const char *path, uint64_t *available, uint64_t *total);
/// getxattr(2), system.posix_acl_access: whether the path has an access control list beyond its mode.
bool cposix_has_acl(const char *path);
/// wcwidth(3) in the locale C.UTF-8: how many columns of a terminal a character takes, -1 for one that is not printed.
int cposix_columns(uint32_t character);
/// landlock(7), for this process and all that it becomes: of the file system it may read and run what these paths lead to, and
/// change nothing; where the kernel knows how, it reaches no port, no abstract socket and no other process either. Paths that
/// are not there are left out. -1 where the kernel has no Landlock.
int cposix_confine(const char *const *readable, size_t count);
/// inotify_init1(2), IN_NONBLOCK | IN_CLOEXEC.
int cposix_inotify_init(void);
/// eventfd(2), EFD_NONBLOCK | EFD_CLOEXEC.
int cposix_eventfd(void);
/// From now on SIGTERM, SIGINT and SIGHUP are only remembered: for the moments before somebody handles them.
void cposix_remember_signals(void);
/// SIGTERM and SIGINT do again what the system does by itself; one that was remembered does it now.
void cposix_forget_signals(void);
/// Sends SIGTERM or SIGINT again where it was remembered: there is somebody who handles it by now.
void cposix_repeat_signals(void);
/// From now on, a signal by which this thread makes the process crash first appends one byte to the file at this path; NULL:
/// not any more. At most 4095 bytes of path.
void cposix_mark_crash(const char *path, char mark);
/// What this thread was told by cposix_mark_crash: the byte, and at which path, which is valid until it is told something else.
/// 0: nothing.
char cposix_crash_mark(const char **path);
/// malloc keeps what was freed for this many threads at most apart; the others share with them. By default it is eight for each
/// processor, and none gives back what the others could use.
void cposix_share_memory(int threads);
/// pthread_setname_np(3), of the calling thread: at most 15 bytes.
int cposix_name_thread(const char *name);
/// malloc_trim(3): what was freed and is kept for later goes back to the system.
void cposix_give_back_memory(void);

#endif
