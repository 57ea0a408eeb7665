internal import CPOSIX
internal import Glibc
public import SystemPackage

/// Wakes a service when something changes below some folders.
///
/// It only says *that* something changed: what lies there is the truth, and the service looks for itself. Where change
/// notification cannot work (NFS, SMB, FUSE: another machine writes there), the service's periodic look is all there is.
public final class Watcher {
  private let notifier: Int32
  private let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_ONLYDIR)
  private var watched: [FilePath: Int32] = [:]

  private let disk: Disk

  /// Creates a watcher of nothing.
  public init(disk: Disk = Disk()) {
    self.disk = disk
    notifier = cposix_inotify_init()
  }

  deinit { if notifier >= 0 { close(notifier) } }

  /// Whether change notification works for a folder, by the type of its file system.
  public static func canNotify(_ path: FilePath) -> Bool {
    // statfs(2): NFS, SMB, SMB2, CIFS, FUSE, 9P, Ceph, AFS.
    let remote: [Int64] = [
      0x6969, 0x517B, 0xFE53_4D42, 0xFF53_4D42, 0x6573_5546, 0x0102_1997, 0x00C3_6400, 0x5346_414F,
    ]
    return !remote.contains(path.withPlatformString { cposix_filesystem_type($0) })
  }

  /// Watches these folders, each with the folders below it down to a depth, and no others.
  ///
  /// - Returns: false where any of them cannot be watched: look more often.
  @discardableResult
  public func watch(_ roots: [FilePath], depth: Int, limit: Int = 4096) -> Bool {
    guard notifier >= 0 else { return false }
    var complete = true
    var wanted: Set<FilePath> = []
    var folders = roots.map { ($0, 0) }
    while let (folder, level) = folders.popLast() {
      if wanted.count >= limit {
        complete = false
        break
      }
      wanted.insert(folder)
      if watched[folder] == nil {
        let watch = folder.withPlatformString { inotify_add_watch(notifier, $0, mask) }
        if watch >= 0 { watched[folder] = watch } else { complete = false }
        if !Watcher.canNotify(folder) { complete = false }
      }
      guard level < depth, let entries = try? disk.entries(of: folder) else { continue }
      for entry in entries where !entry.string.hasPrefix(".") {
        let path = folder.appending(entry)
        if (try? disk.status(of: path))?.kind == .directory { folders.append((path, level + 1)) }
      }
    }
    for (path, watch) in watched where !wanted.contains(path) {
      inotify_rm_watch(notifier, watch)
      watched[path] = nil
    }
    return complete
  }

  /// Waits for a change, a bell, a request to stop, or the end of the time.
  ///
  /// - Returns: whether something changed.
  public func wait(_ duration: Duration, bell: Bell? = nil, stop: Stop) -> Bool {
    // poll(2) passes over a descriptor of -1.
    var descriptors = [notifier, stop.event, bell?.event ?? -1].map {
      pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
    }
    guard poll(&descriptors, nfds_t(descriptors.count), duration.pollMilliseconds) > 0 else { return false }
    if descriptors[2].revents != 0 { bell?.silence() }
    guard descriptors[0].revents != 0 else { return false }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    // Bounded: under a storm of events the caller's look comes first.
    for _ in 0..<64 where read(notifier, buffer.baseAddress, buffer.count) <= 0 { break }
    // A folder that was deleted and made again has a new watch to be set.
    for (path, _) in watched where (try? disk.status(of: path)) == .some(nil) { watched[path] = nil }
    return true
  }
}
