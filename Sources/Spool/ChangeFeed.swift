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
    /// Files of whose writers something was told, and what is known of them by now.
    public var writing: [FilePath: Writing] = [:]
    /// More happened than could be told: nothing is known of any writer.
    public var isIncomplete = false
  }

  /// Whether a file is still written, whoever its writer is, as far as the notifications tell. Reading tells nothing.
  public enum Writing: Sendable, Equatable {
    /// Nobody can tell: it was there before, it came by a rename or a link, or it has several writers, of whom one has
    /// closed it.
    case unknown
    /// It was made, and nothing was written into it since.
    case begun
    /// It was written into, and was not closed since.
    case open
    /// It was written and then closed, by one writer.
    case closed
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
  /// What is known of files, whatever their names: a copy in progress is renamed when it is finished.
  private var writing: [FilePath: Writing] = [:]
  /// Files that were written to after a writer had closed them: they have several.
  private var shared: Set<FilePath> = []
  /// What was known of files that went away by a rename, by its number: the last ones.
  private var moved: [(cookie: UInt32, writing: Writing)] = []
  /// Of so many files that were closed is known that they were.
  private static let mostWriting = 50_000

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
    loseSight { $0.starts(with: folder) }
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
        let cookie = buffer.load(fromByteOffset: offset + 8, as: UInt32.self)
        let length = Int(buffer.load(fromByteOffset: offset + 12, as: UInt32.self))
        offset += 16
        var name: FilePath.Component?
        if length > 0, let start = buffer.baseAddress?.advanced(by: offset) {
          name = FilePath.Component(platformString: start.assumingMemoryBound(to: CChar.self))
        }
        offset += length
        note(mask, cookie, of: watch, name)
      }
    }
  }

  private func note(_ mask: UInt32, _ cookie: UInt32, of watch: Int32, _ name: FilePath.Component?) {
    func has(_ flags: Int...) -> Bool { flags.contains { mask & UInt32($0) != 0 } }
    if has(Int(IN_Q_OVERFLOW)) {
      changes.isIncomplete = true
      (writing, shared, moved, changes.writing) = ([:], [], [], [:])
    }
    guard let folder = folders[watch] else { return }
    if has(Int(IN_IGNORED), Int(IN_UNMOUNT)) {
      folders[watch] = nil
      watches[folder] = nil
      loseSight(of: { $0.removingLastComponent() == folder })
      changes.paths.insert(folder)
      return
    }
    guard let name else { return }
    let path = folder.appending(name)
    if changes.paths.count < Self.mostPaths { changes.paths.insert(path) } else { changes.paths.insert(folder) }
    if has(Int(IN_ISDIR)) {
      // The folders of one that was deleted were deleted before it.
      if has(Int(IN_MOVED_FROM)) { forget(path) } else if has(Int(IN_DELETE)) { forgetOnly(path) }
    } else if has(Int(IN_MOVED_FROM), Int(IN_DELETE)) {
      let known = writing.removeValue(forKey: path)
      if has(Int(IN_MOVED_FROM)), let known { remember(cookie, shared.contains(path) ? .unknown : known) }
      shared.remove(path)
      changes.writing[path] = nil
    } else if has(Int(IN_MOVED_TO)) {
      know(path, moved.last { $0.cookie == cookie }?.writing ?? .unknown)
    } else if has(Int(IN_CREATE)) {
      know(path, .begun)
    } else if has(Int(IN_MODIFY)) {
      if writing[path] == .closed { shared.insert(path) }
      know(path, .open)
    } else if has(Int(IN_CLOSE_WRITE)) {
      know(path, shared.contains(path) ? .unknown : .closed)
    }
  }

  private func know(_ path: FilePath, _ known: Writing) {
    changes.writing[path] = known
    if known == .unknown { writing[path] = nil } else { writing[path] = known }
    guard writing.count > Self.mostWriting else { return }
    writing = writing.filter { $0.value == .open }
    shared = shared.intersection(writing.keys)
  }

  private func remember(_ cookie: UInt32, _ known: Writing) {
    if moved.count >= 64 { moved.removeFirst() }
    moved.append((cookie, known))
  }

  /// What happens there is not told any more.
  private func loseSight(of isThere: (FilePath) -> Bool) {
    for path in writing.keys where isThere(path) {
      writing[path] = nil
      shared.remove(path)
      changes.writing[path] = .unknown
    }
  }

  private func forgetOnly(_ folder: FilePath) {
    guard let watch = watches.removeValue(forKey: folder) else { return }
    inotify_rm_watch(notifier, watch)
    folders[watch] = nil
  }
}
