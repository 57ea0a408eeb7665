internal import CPOSIX
internal import Glibc
public import SystemPackage

/// Tells what changed in some folders, path by path, so that nothing else need be looked at.
///
/// It says what to look at, not what is there. Where it lost count it says so: then all must be looked at. Where change
/// notification cannot work (NFS, SMB, FUSE: another machine writes there), looking from time to time is all there is.
public final class ChangeFeed {
  /// What happened since it was asked before.
  public struct Changes: Sendable {
    /// Files and folders that came, went or changed.
    public var paths: Set<FilePath> = []
    /// Files into which was written, and that their writer has not closed since.
    public var written: Set<FilePath> = []
    /// Files that a writer closed.
    public var closed: Set<FilePath> = []
    /// More happened than could be told.
    public var isIncomplete = false
  }

  private static let content = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MODIFY | IN_ATTRIB | IN_ONLYDIR)
  private static let closing = UInt32(IN_CLOSE_WRITE)
  /// More paths than these are looked at folder by folder.
  private static let mostPaths = 20_000

  private let notifier: Int32
  private var folders: [Int32: FilePath] = [:]
  private var watches: [FilePath: Int32] = [:]
  private var wakers: Set<Int32> = []
  private var changes = Changes()

  /// Creates a feed of nothing.
  public init() { notifier = cposix_inotify_init() }

  deinit { if notifier >= 0 { close(notifier) } }

  /// How many folders are watched.
  public var count: Int { watches.count }

  /// Tells of changes in a folder from now on; not of those in the folders below it.
  ///
  /// - Returns: false where it cannot: it is to be looked at from time to time.
  public func watch(_ folder: FilePath) -> Bool {
    if watches[folder] != nil { return true }
    guard notifier >= 0, Watcher.canNotify(folder) else { return false }
    let watch = folder.withPlatformString { inotify_add_watch(notifier, $0, Self.content) }
    guard watch >= 0 else { return false }
    // The same folder by another name: it was renamed.
    if let before = folders[watch] { watches[before] = nil }
    folders[watch] = folder
    watches[folder] = watch
    return true
  }

  /// Tells no more of a folder and those below it.
  public func forget(_ folder: FilePath) {
    for (path, watch) in watches where path.starts(with: folder) {
      inotify_rm_watch(notifier, watch)
      watches[path] = nil
      folders[watch] = nil
    }
  }

  /// Wakes whoever waits when a writer closes a file, or one in a folder: of the journal, for example.
  public func wake(for path: FilePath) {
    guard notifier >= 0 else { return }
    let watch = path.withPlatformString { inotify_add_watch(notifier, $0, Self.closing) }
    if watch >= 0 { wakers.insert(watch) }
  }

  /// Waits for a change, a ring, a request to stop, or the end of the time.
  public func wait(_ duration: Duration, bell: Bell, stop: Stop) {
    var descriptors = [notifier, bell.event, stop.event].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard changes.paths.isEmpty, !changes.isIncomplete else { return }
    if poll(&descriptors, nfds_t(descriptors.count), duration.pollMilliseconds) > 0 { bell.silence() }
  }

  /// What happened since it was asked before.
  public func take() -> Changes {
    readEvents()
    defer { changes = Changes() }
    return changes
  }

  private func readEvents() {
    guard notifier >= 0 else { return }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 8)
    defer { buffer.deallocate() }
    // Bounded: under a storm of events what was read comes first.
    for _ in 0..<256 {
      let size = read(notifier, buffer.baseAddress, buffer.count)
      guard size > 0 else { return }
      var offset = 0
      while offset + MemoryLayout<inotify_event>.size <= size {
        // struct inotify_event: the watch, what happened, a cookie, the length of the name, the name.
        let watch = buffer.load(fromByteOffset: offset, as: Int32.self)
        let mask = buffer.load(fromByteOffset: offset + 4, as: UInt32.self)
        let length = Int(buffer.load(fromByteOffset: offset + 12, as: UInt32.self))
        offset += 16
        var name: FilePath.Component?
        if length > 0, let start = buffer.baseAddress?.advanced(by: offset) {
          name = FilePath.Component(platformString: start.assumingMemoryBound(to: CChar.self))
        }
        offset += length
        note(mask, of: watch, name)
      }
    }
  }

  private func note(_ mask: UInt32, of watch: Int32, _ name: FilePath.Component?) {
    func has(_ flags: Int...) -> Bool { flags.contains { mask & UInt32($0) != 0 } }
    if has(Int(IN_Q_OVERFLOW)) { changes.isIncomplete = true }
    guard let folder = folders[watch] else { return }
    if has(Int(IN_IGNORED), Int(IN_UNMOUNT)) {
      folders[watch] = nil
      watches[folder] = nil
      changes.paths.insert(folder)
      return
    }
    guard let name else { return }
    let path = folder.appending(name)
    if has(Int(IN_ISDIR)), has(Int(IN_MOVED_FROM), Int(IN_DELETE)) { forget(path) }
    if changes.paths.count < Self.mostPaths { changes.paths.insert(path) } else { changes.paths.insert(folder) }
    if has(Int(IN_CLOSE_WRITE)) {
      changes.closed.insert(path)
      changes.written.remove(path)
    } else if has(Int(IN_MODIFY)) {
      changes.written.insert(path)
      changes.closed.remove(path)
    }
  }
}
