internal import Synchronization
public import Spool
public import SystemPackage

/// A file system that asks about each call before it goes on to the real one.
///
/// What stands in front of the real calls is one function: it returns to let the call go on, and throws to let it fail.
public class Intercepting: FileSystem, @unchecked Sendable {
  // `@unchecked`: a class that others inherit from cannot be checked; all that it has is constant or in a mutex.
  private let base: any FileSystem
  private let opened = Mutex<[FileDescriptor: FilePath]>([:])

  /// Stands in front of a file system.
  public init(_ base: any FileSystem = SystemFileSystem()) { self.base = base }

  /// Called before each call.
  func before(_ call: Call) throws(Errno) {}

  /// Called after each call that was done.
  func after(_ call: Call) {}

  /// How many of the bytes of a write go on.
  func length(of call: Call, _ count: Int) -> Int { count }

  /// The path that a descriptor was opened by.
  func path(of file: FileDescriptor) -> FilePath { opened.withLock { $0[file] ?? "?" } }

  private func path(of place: Place) -> FilePath { place.folder.map { path(of: $0).pushing(place.path) } ?? place.path }

  private func pass<Answer>(
    _ kind: Call.Kind, _ path: FilePath, target: FilePath? = nil, creates: Bool = false,
    _ body: @autoclosure () throws(Errno) -> Answer
  ) throws(Errno) -> Answer {
    let call = Call(kind: kind, path: path, target: target, creates: creates)
    try before(call)
    let answer = try body()
    after(call)
    return answer
  }

  /// For calls that cannot fail.
  private func tell(_ kind: Call.Kind, _ file: FileDescriptor) -> Bool {
    (try? pass(kind, path(of: file), ())) != nil
  }

  /// Asks, and goes on.
  public func open(
    _ place: Place, _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions, mode: UInt32
  ) throws(Errno) -> FileDescriptor {
    let path = path(of: place)
    return try pass(
      .open, path, creates: options.contains(.create), try opening(place, path, access, options, mode: mode))
  }

  private func opening(
    _ place: Place, _ path: FilePath, _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions,
    mode: UInt32
  ) throws(Errno) -> FileDescriptor {
    let file = try base.open(place, access, options, mode: mode)
    opened.withLock { $0[file] = path }
    return file
  }

  /// Asks, and goes on.
  public func close(_ file: FileDescriptor) {
    // Closed in any case: a process that fails does not keep what it opened.
    _ = tell(.close, file)
    opened.withLock { $0[file] = nil }
    base.close(file)
  }

  /// Asks, and goes on.
  public func read(
    _ file: FileDescriptor, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    try pass(.read, path(of: file), try base.read(file, at: offset, into: buffer))
  }

  /// Asks, and goes on.
  public func write(
    _ file: FileDescriptor, at offset: Int64, _ bytes: UnsafeRawBufferPointer
  ) throws(Errno) -> Int {
    let call = Call(kind: .write, path: path(of: file), target: nil, creates: false)
    try before(call)
    let part = UnsafeRawBufferPointer(rebasing: bytes[..<length(of: call, bytes.count)])
    let count = try base.write(file, at: offset, part)
    after(call)
    return count
  }

  /// Asks, and goes on.
  public func copy(
    _ range: Range<Int64>, of source: FileDescriptor, to file: FileDescriptor, at offset: Int64
  ) throws(Errno) -> Int {
    try pass(.copy, path(of: file), try base.copy(range, of: source, to: file, at: offset))
  }

  /// Asks, and goes on.
  public func sync(_ file: FileDescriptor) throws(Errno) { try pass(.sync, path(of: file), try base.sync(file)) }

  /// Asks, and goes on.
  public func syncFileSystem(of file: FileDescriptor) throws(Errno) {
    try pass(.syncFileSystem, path(of: file), try base.syncFileSystem(of: file))
  }

  /// Asks, and goes on.
  public func startWriteback(_ file: FileDescriptor, from offset: Int64, count: Int64) {
    if tell(.startWriteback, file) { base.startWriteback(file, from: offset, count: count) }
  }

  /// Asks, and goes on.
  public func dropCache(of file: FileDescriptor) { if tell(.dropCache, file) { base.dropCache(of: file) } }

  /// Asks, and goes on.
  public func truncate(_ file: FileDescriptor, to size: Int64) throws(Errno) {
    try pass(.truncate, path(of: file), try base.truncate(file, to: size))
  }

  /// Asks, and goes on.
  public func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(Errno) {
    try pass(.setMode, path(of: file), try base.setMode(file, mode))
  }

  /// Asks, and goes on.
  public func setOwner(_ file: FileDescriptor, user: UInt32, group: UInt32) throws(Errno) {
    try pass(.setOwner, path(of: file), try base.setOwner(file, user: user, group: group))
  }

  /// Asks, and goes on.
  public func lock(_ file: FileDescriptor) throws(Errno) { try pass(.lock, path(of: file), try base.lock(file)) }

  /// Asks, and goes on.
  public func writers(of file: FileDescriptor) -> Writers { tell(.writers, file) ? base.writers(of: file) : .unknown }

  /// Goes on.
  public func firstHole(in file: FileDescriptor, size: Int64) -> Hole? { base.firstHole(in: file, size: size) }

  /// Asks, and goes on.
  public func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    try pass(.status, path(of: file), try base.status(of: file))
  }

  /// Asks, and goes on.
  public func status(of place: Place, followingLink: Bool) throws(Errno) -> FileStatus {
    try pass(.status, path(of: place), try base.status(of: place, followingLink: followingLink))
  }

  /// Asks, and goes on.
  public func names(in directory: FileDescriptor) throws(Errno) -> [FilePath.Component]? {
    try pass(.names, path(of: directory), try base.names(in: directory))
  }

  /// Asks, and goes on.
  public func rewind(_ directory: FileDescriptor) throws(Errno) {
    try pass(.rewind, path(of: directory), try base.rewind(directory))
  }

  /// Asks, and goes on.
  public func makeDirectory(_ place: Place, mode: UInt32) throws(Errno) {
    try pass(.makeDirectory, path(of: place), try base.makeDirectory(place, mode: mode))
  }

  /// Asks, and goes on.
  public func rename(_ from: Place, to: Place, replacing: Bool) throws(Errno) {
    try pass(
      .rename, path(of: from), target: path(of: to), try base.rename(from, to: to, replacing: replacing))
  }

  /// Asks, and goes on.
  public func link(_ from: Place, to: Place) throws(Errno) {
    try pass(.link, path(of: from), target: path(of: to), try base.link(from, to: to))
  }

  /// Asks, and goes on.
  public func unlink(_ place: Place) throws(Errno) { try pass(.unlink, path(of: place), try base.unlink(place)) }

  /// Asks, and goes on.
  public func removeDirectory(_ place: Place) throws(Errno) {
    try pass(.removeDirectory, path(of: place), try base.removeDirectory(place))
  }

  /// Asks, and goes on.
  public func space(at path: FilePath) throws(Errno) -> Space { try pass(.space, path, try base.space(at: path)) }

  /// Asks, and goes on.
  public func mount(of path: FilePath) throws(Errno) -> MountIdentity {
    try pass(.mount, path, try base.mount(of: path))
  }
}
