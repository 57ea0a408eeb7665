internal import Synchronization
public import Spool
public import SystemPackage

/// The file systems of a ``MemoryDisk`` as one process sees them: it can be killed at any call, and any call can fail.
public final class MemoryFileSystem: FileSystem {
  /// What becomes of a call.
  public enum Verdict: Sendable {
    /// It is done.
    case goOn
    /// It fails and does nothing.
    case fail(Errno)
    /// A write writes half of its bytes; another call is done.
    case short
  }

  /// What every call answers after the process was killed: no service knows the number, none tries again.
  public static let killed = Errno(rawValue: 130)

  private struct Own {
    var isDead = false
    var files: [Int32: (node: Int, path: String, isListed: Bool)] = [:]
    var judge: (@Sendable (Call) -> Verdict)?
    var callsLeft = Int.max
  }

  private let disk: MemoryDisk
  private let own = Mutex(Own())
  private let process: Int
  private static let processes = Mutex(0)

  /// A new process.
  public init(_ disk: MemoryDisk) {
    self.disk = disk
    process = Self.processes.withLock {
      $0 += 1
      return $0
    }
  }

  /// Asked about each call that changes something, before it is done.
  public func judge(_ judge: (@Sendable (Call) -> Verdict)?) { own.withLock { $0.judge = judge } }

  /// Kills the process when it has made so many calls that change something: it will not end by itself.
  public func limit(calls: Int) { own.withLock { $0.callsLeft = calls } }

  /// Whether it has made as many calls as it may.
  public var isAtLimit: Bool { own.withLock { $0.callsLeft == 0 } }

  /// Whether the process was killed.
  public var isDead: Bool { own.withLock { $0.isDead } }

  /// Kills the process: no call of it does anything any more, and its locks are free.
  public func kill() {
    own.withLock { own in
      own.isDead = true
      own.files = [:]
    }
    disk.state.withLock { state in state.locks = state.locks.filter { $0.value != process } }
  }

  private func path(of place: Place) throws(Errno) -> (text: String, start: Int) {
    let text = place.path.string
    guard let folder = place.folder, text.utf8.first != UInt8(ascii: "/") else { return (text, MemoryDisk.root) }
    guard let file = own.withLock({ $0.files[folder.rawValue] }) else { throw Self.deadOr(.badFileDescriptor, isDead) }
    return (text, file.node)
  }

  private static func deadOr(_ errno: Errno, _ isDead: Bool) -> Errno { isDead ? killed : errno }

  private func whole(_ place: Place) -> FilePath {
    guard let folder = place.folder, let file = own.withLock({ $0.files[folder.rawValue] }) else { return place.path }
    return FilePath(file.path).pushing(place.path)
  }

  @discardableResult
  private func ask(
    _ kind: Call.Kind, _ path: @autoclosure () -> FilePath, target: @autoclosure () -> FilePath? = nil,
    creates: Bool = false
  ) throws(Errno) -> Bool {
    let (isDead, judge, isLast) = own.withLock { own in
      if !own.isDead { own.callsLeft -= 1 }
      return (own.isDead, own.judge, own.callsLeft == 0)
    }
    if isLast { kill() }
    if isDead || isLast { throw Self.killed }
    guard let judge else { return false }
    let verdict = judge(Call(kind: kind, path: path(), target: target(), creates: creates))
    if self.isDead { throw Self.killed }
    switch verdict {
    case .goOn: return false
    case .short: return true
    case .fail(let errno): throw errno
    }
  }

  private func live() throws(Errno) { if isDead { throw Self.killed } }

  private func file(_ file: FileDescriptor) throws(Errno) -> (node: Int, path: FilePath) {
    let (isDead, found) = own.withLock { ($0.isDead, $0.files[file.rawValue]) }
    guard let found, !isDead else { throw Self.deadOr(.badFileDescriptor, isDead) }
    return (found.node, FilePath(found.path))
  }

  /// The folder and the name at the end of a path.
  private static func slot(
    _ path: String, _ start: Int, _ state: borrowing MemoryDisk.State
  ) throws(Errno) -> MemoryDisk.Slot {
    let bytes = path.utf8
    let slash = bytes.lastIndex(of: UInt8(ascii: "/"))
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    let above = slash.map { String(path[..<$0]) } ?? ""
    let from = slash == path.startIndex ? MemoryDisk.root : start
    guard let folder = above.isEmpty ? from : state.node(at: above, from: start) else { throw .noSuchFileOrDirectory }
    guard state.nodes[folder]?.kind == .directory else { throw .notDirectory }
    return MemoryDisk.Slot(folder: folder, name: name)
  }

  /// Opens what lies there, or makes it.
  public func open(
    _ place: Place, _ access: FileDescriptor.AccessMode, _ options: FileDescriptor.OpenOptions, mode: UInt32
  ) throws(Errno) -> FileDescriptor {
    let (text, start) = try path(of: place)
    let full = whole(place)
    let creates = options.contains(.create)
    if creates { try ask(.open, full, creates: true) } else { try live() }
    let (node, number) = try disk.state.withLock { (state) throws(Errno) -> (Int, Int32) in
      var node = state.node(at: text, from: start)
      if let node {
        if options.contains(.exclusiveCreate) { throw .fileExists }
        let kind = state.nodes[node]?.kind
        if options.contains(.directory), kind != .directory { throw .notDirectory }
        if access != .readOnly, kind == .directory { throw .isDirectory }
      } else {
        guard creates else { throw .noSuchFileOrDirectory }
        if state.isFull { throw .noSpace }
        let slot = try Self.slot(text, start, state)
        node = state.make(slot.name, in: slot.folder, .file, mode: mode)
      }
      guard let node else { throw .noSuchFileOrDirectory }
      state.nextFile += 1
      return (node, state.nextFile)
    }
    own.withLock { $0.files[number] = (node, full.string, false) }
    return FileDescriptor(rawValue: number)
  }

  /// Closes a file, and gives its lock back.
  public func close(_ file: FileDescriptor) {
    guard let closed = own.withLock({ $0.files.removeValue(forKey: file.rawValue) }) else { return }
    disk.state.withLock { state in if state.locks[closed.node] == process { state.locks[closed.node] = nil } }
  }

  /// Reads.
  public func read(
    _ file: FileDescriptor, at offset: Int64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(Errno) -> Int {
    let (node, _) = try self.file(file)
    return disk.state.withLock { state in
      guard let data = state.nodes[node]?.data, offset < Int64(data.count) else { return 0 }
      let part = data[Int(offset)...].prefix(buffer.count)
      buffer.copyBytes(from: part)
      return part.count
    }
  }

  /// Writes.
  public func write(
    _ file: FileDescriptor, at offset: Int64, _ bytes: UnsafeRawBufferPointer
  ) throws(Errno) -> Int {
    let (node, path) = try self.file(file)
    let isShort = try ask(.write, path)
    let part = UnsafeRawBufferPointer(rebasing: bytes[..<(isShort ? max(1, bytes.count / 2) : bytes.count)])
    try disk.state.withLock { (state) throws(Errno) in
      if state.isFull { throw .noSpace }
      state.time += 1
      let end = Int(offset) + part.count
      guard let size = state.nodes[node]?.data.count else { throw .badFileDescriptor }
      if size < end { state.nodes[node]?.data.append(contentsOf: repeatElement(0, count: end - size)) }
      state.nodes[node]?.data.replaceSubrange(Int(offset)..<end, with: part)
      state.nodes[node]?.isDirty = true
      state.nodes[node]?.modified = MemoryDisk.State.now
    }
    return part.count
  }

  /// The kernel copies nothing here: the caller reads and writes.
  public func copy(
    _ range: Range<Int64>, of source: FileDescriptor, to file: FileDescriptor, at offset: Int64
  ) throws(Errno) -> Int { throw .improperLink }

  /// Makes a file's content, or a folder's names, durable.
  public func sync(_ file: FileDescriptor) throws(Errno) {
    let (node, path) = try self.file(file)
    try ask(.sync, path)
    disk.state.withLock { state in
      guard let there = state.nodes[node] else { return }
      if there.kind == .directory { return state.sync(folder: node) }
      state.nodes[node]?.durable = there.data
      state.nodes[node]?.isDirty = false
    }
  }

  /// Makes all of a file system durable.
  public func syncFileSystem(of file: FileDescriptor) throws(Errno) {
    let (node, path) = try self.file(file)
    try ask(.syncFileSystem, path)
    disk.state.withLock { state in if let device = state.nodes[node]?.device { state.syncAll(device: device) } }
  }

  /// Nothing.
  public func startWriteback(_ file: FileDescriptor, from offset: Int64, count: Int64) {}

  /// Nothing.
  public func dropCache(of file: FileDescriptor) {}

  /// Cuts or lengthens.
  public func truncate(_ file: FileDescriptor, to size: Int64) throws(Errno) {
    let (node, path) = try self.file(file)
    try ask(.truncate, path)
    disk.state.withLock { state in
      state.time += 1
      guard let data = state.nodes[node]?.data else { return }
      state.nodes[node]?.data = data.prefix(Int(size)) + [UInt8](repeating: 0, count: max(0, Int(size) - data.count))
      state.nodes[node]?.isDirty = true
      state.nodes[node]?.modified = MemoryDisk.State.now
    }
  }

  /// Sets the permission bits.
  public func setMode(_ file: FileDescriptor, _ mode: UInt32) throws(Errno) {
    let (node, path) = try self.file(file)
    try ask(.setMode, path)
    disk.state.withLock { $0.nodes[node]?.mode = mode }
  }

  /// Everything here belongs to one user.
  public func setOwner(_ file: FileDescriptor, user: UInt32, group: UInt32) throws(Errno) {
    let (_, path) = try self.file(file)
    try ask(.setOwner, path)
  }

  /// Takes the lock, which ends with the process.
  public func lock(_ file: FileDescriptor) throws(Errno) {
    let (node, _) = try self.file(file)
    try disk.state.withLock { (state) throws(Errno) in
      if let holder = state.locks[node], holder != process { throw .resourceTemporarilyUnavailable }
      state.locks[node] = process
    }
  }

  /// Nobody writes for longer than a step.
  public func writers(of file: FileDescriptor) -> Writers { .none }

  /// What an open file is.
  public func status(of file: FileDescriptor) throws(Errno) -> FileStatus {
    let (node, _) = try self.file(file)
    return try disk.state.withLock { (state) throws(Errno) in try Self.status(node, state) }
  }

  /// What lies there.
  public func status(of place: Place, followingLink: Bool) throws(Errno) -> FileStatus {
    try live()
    let (text, start) = try path(of: place)
    return try disk.state.withLock { (state) throws(Errno) in
      guard let node = state.node(at: text, from: start) else { throw .noSuchFileOrDirectory }
      return try Self.status(node, state)
    }
  }

  private static func status(_ number: Int, _ state: borrowing MemoryDisk.State) throws(Errno) -> FileStatus {
    guard let node = state.nodes[number] else { throw .noSuchFileOrDirectory }
    return FileStatus(
      kind: node.kind, size: Int64(node.data.count), device: node.device, inode: UInt64(number),
      modified: node.modified, links: node.links, owner: 0, mode: node.mode)
  }

  /// All names at once.
  public func names(in directory: FileDescriptor) throws(Errno) -> [FilePath.Component]? {
    let (node, _) = try self.file(directory)
    let isListed = own.withLock { own in
      defer { own.files[directory.rawValue]?.isListed = true }
      return own.files[directory.rawValue]?.isListed ?? true
    }
    if isListed { return nil }
    return disk.state.withLock { state in
      (state.nodes[node]?.names.keys.sorted() ?? []).compactMap { FilePath.Component($0) }
    }
  }

  /// From the beginning.
  public func rewind(_ directory: FileDescriptor) throws(Errno) {
    _ = try file(directory)
    own.withLock { $0.files[directory.rawValue]?.isListed = false }
  }

  /// Makes a folder.
  public func makeDirectory(_ place: Place, mode: UInt32) throws(Errno) {
    let (text, start) = try path(of: place)
    try ask(.makeDirectory, whole(place))
    try disk.state.withLock { (state) throws(Errno) in
      if state.node(at: text, from: start) != nil { throw .fileExists }
      if state.isFull { throw .noSpace }
      let slot = try Self.slot(text, start, state)
      _ = state.make(slot.name, in: slot.folder, .directory, mode: mode)
    }
  }

  /// Renames, not across file systems.
  public func rename(_ from: Place, to: Place, replacing: Bool) throws(Errno) {
    let (text, start) = try path(of: from)
    let (toText, toStart) = try path(of: to)
    try ask(.rename, whole(from), target: whole(to))
    try disk.state.withLock { (state) throws(Errno) in
      let (old, new) = (try Self.slot(text, start, state), try Self.slot(toText, toStart, state))
      guard let node = state.nodes[old.folder]?.names[old.name] else { throw .noSuchFileOrDirectory }
      let there = state.nodes[new.folder]?.names[new.name]
      if let there {
        guard replacing else { throw .fileExists }
        if state.nodes[there]?.kind == .directory, state.nodes[there]?.names.isEmpty == false {
          throw .directoryNotEmpty
        }
      }
      guard state.nodes[old.folder]?.device == state.nodes[new.folder]?.device else { throw .improperLink }
      state.edit([
        .init(folder: old.folder, name: old.name, before: node, after: nil),
        .init(folder: new.folder, name: new.name, before: there, after: node),
      ])
    }
  }

  /// Gives a file a second name.
  public func link(_ from: Place, to: Place) throws(Errno) {
    let (text, start) = try path(of: from)
    let (toText, toStart) = try path(of: to)
    try ask(.link, whole(from), target: whole(to))
    try disk.state.withLock { (state) throws(Errno) in
      let (old, new) = (try Self.slot(text, start, state), try Self.slot(toText, toStart, state))
      guard let node = state.nodes[old.folder]?.names[old.name] else { throw .noSuchFileOrDirectory }
      if state.nodes[new.folder]?.names[new.name] != nil { throw .fileExists }
      guard state.nodes[old.folder]?.device == state.nodes[new.folder]?.device else { throw .improperLink }
      state.edit([.init(folder: new.folder, name: new.name, before: nil, after: node)])
    }
  }

  /// Removes a file.
  public func unlink(_ place: Place) throws(Errno) {
    let (text, start) = try path(of: place)
    try live()
    guard disk.state.withLock({ $0.node(at: text, from: start) }) != nil else { throw .noSuchFileOrDirectory }
    try ask(.unlink, whole(place))
    try remove(text, start) { (node) throws(Errno) in if node.kind == .directory { throw .isDirectory } }
  }

  /// Removes an empty folder.
  public func removeDirectory(_ place: Place) throws(Errno) {
    let (text, start) = try path(of: place)
    try live()
    guard disk.state.withLock({ $0.node(at: text, from: start) }) != nil else { throw .noSuchFileOrDirectory }
    try ask(.removeDirectory, whole(place))
    try remove(text, start) { (node) throws(Errno) in
      if node.kind != .directory { throw .notDirectory }
      if !node.names.isEmpty { throw .directoryNotEmpty }
    }
  }

  private func remove(
    _ text: String, _ start: Int, _ check: (MemoryDisk.Node) throws(Errno) -> Void
  ) throws(Errno) {
    try disk.state.withLock { (state) throws(Errno) in
      let slot = try Self.slot(text, start, state)
      guard let number = state.nodes[slot.folder]?.names[slot.name], let node = state.nodes[number] else {
        throw .noSuchFileOrDirectory
      }
      try check(node)
      state.edit([.init(folder: slot.folder, name: slot.name, before: number, after: nil)])
    }
  }

  /// A terabyte, or nothing.
  public func space(at path: FilePath) throws(Errno) -> Space {
    try live()
    return Space(available: disk.isFull ? 0 : 1 << 39, total: 1 << 40)
  }

  /// The device by its number.
  public func mount(of path: FilePath) throws(Errno) -> MountIdentity {
    let device = try status(of: Place(path), followingLink: true).device
    return MountIdentity(mountPoint: "/\(device)", type: "memory", root: "/", device: "\(device)")
  }
}
