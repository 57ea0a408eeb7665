internal import Glibc
internal import Synchronization
internal import Spool
public import SystemPackage

/// The disks of one simulated machine, in memory: what was synced survives a power cut, what was not may or may not.
///
/// A file's content is durable after an `fsync` of the file, a name after one of its folder, a rename in both folders or in
/// neither, and all of it after a `syncfs`. Processes work on it through a ``MemoryFileSystem`` each.
public final class MemoryDisk: Sendable {
  /// What the power takes of what was not synced.
  public enum Loss: Sendable, CaseIterable {
    /// All of it.
    case all
    /// Names, and no contents.
    case names
    /// Contents, and no names.
    case contents
    /// What came last.
    case latest
    /// Some of it, by chance; what depends on what is lost goes with it.
    case some
  }

  struct Node {
    var kind: FileStatus.Kind
    var device: UInt64
    var mode: UInt32
    var modified: Int64
    var links = 0
    var data: [UInt8] = []
    var durable: [UInt8] = []
    var isDirty = false
    var names: [String: Int] = [:]
  }

  /// A name that was given or taken: before and after are inode numbers.
  struct Edit {
    var folder: Int
    var name: String
    var before: Int?
    var after: Int?
    var slot: Slot { Slot(folder: folder, name: name) }
  }

  struct Slot: Hashable {
    var folder: Int
    var name: String
  }

  struct State {
    var nodes: [Int: Node] = [:]
    var nextNode = 2
    var nextFile: Int32 = 1000
    /// Changes of names that are not durable, oldest first; those of one operation belong together.
    var pending: [[Edit]] = []
    var locks: [Int: Int] = [:]
    var time: Int64 = 1
    var isFull = false
  }

  static let root = 1
  let state: Mutex<State>

  /// An empty disk.
  public init() {
    var state = State()
    state.nodes[Self.root] = Node(kind: .directory, device: 1, mode: 0o755, modified: 0, links: 1)
    self.state = Mutex(state)
  }

  /// Mounts another file system on a new folder.
  public func mount(_ path: FilePath) {
    state.withLock { state in
      var folder = Self.root
      for name in path.string.split(separator: "/").map(String.init) {
        if let next = state.nodes[folder]?.names[name] {
          folder = next
          continue
        }
        folder = state.make(name, in: folder, .directory, mode: 0o755)
      }
      state.nodes[folder]?.device = UInt64(folder)
      state.pending = []
    }
  }

  /// How often anything was changed.
  public var changes: Int64 { state.withLock { $0.time } }

  /// Whether there is no room for anything more.
  public var isFull: Bool {
    get { state.withLock { $0.isFull } }
    set { state.withLock { $0.isFull = newValue } }
  }

  /// The power fails: what was not made durable is lost, as far as the kind of loss goes.
  public func cutPower(_ loss: Loss, using random: inout some RandomNumberGenerator) {
    state.withLock { state in
      if loss != .contents { state.loseNames(loss, using: &random) }
      if loss != .names { state.loseContents(loss, using: &random) }
      state.pending = []
      state.locks = [:]
      state.time += 1
    }
  }

  /// All files below a folder, with their contents.
  public func files(below path: FilePath) -> [(path: String, data: [UInt8])] {
    state.withLock { state in
      guard let node = state.node(at: path.string) else { return [] }
      var found: [(path: String, data: [UInt8])] = []
      state.walk(node, path.string) { path, node in if node.kind == .file { found.append((path, node.data)) } }
      return found.sorted { $0.path < $1.path }
    }
  }

  /// All names below a folder, folders with a slash at the end.
  public func names(below path: FilePath) -> [String] {
    state.withLock { state in
      guard let node = state.node(at: path.string) else { return [] }
      var found: [String] = []
      state.walk(node, path.string) { path, node in found.append(path + (node.kind == .directory ? "/" : "")) }
      return found.sorted()
    }
  }

  /// Whether something lies at a path.
  public func holds(_ path: FilePath) -> Bool { state.withLock { $0.node(at: path.string) != nil } }

  /// Flips one bit of a file, durably.
  public func flip(bit: Int, of path: FilePath) {
    state.withLock { state in
      guard let number = state.node(at: path.string), var node = state.nodes[number], !node.data.isEmpty else { return }
      let place = bit % (node.data.count * 8)
      node.data[place / 8] ^= 1 << (place % 8)
      node.durable = node.data
      state.nodes[number] = node
      state.time += 1
    }
  }
}

extension MemoryDisk.State {
  /// Nanoseconds since 1970, as files carry it.
  static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }

  mutating func make(_ name: String, in folder: Int, _ kind: FileStatus.Kind, mode: UInt32) -> Int {
    let number = nextNode
    nextNode += 1
    time += 1
    nodes[number] = MemoryDisk.Node(
      kind: kind, device: nodes[folder]?.device ?? 1, mode: mode, modified: Self.now, isDirty: kind == .file)
    edit([.init(folder: folder, name: name, before: nil, after: number)])
    return number
  }

  mutating func edit(_ edits: [MemoryDisk.Edit]) {
    time += 1
    for edit in edits { set(edit.slot, to: edit.after) }
    pending.append(edits)
  }

  mutating func set(_ slot: MemoryDisk.Slot, to number: Int?) {
    if let before = nodes[slot.folder]?.names[slot.name] { nodes[before]?.links -= 1 }
    nodes[slot.folder]?.names[slot.name] = number
    if let number { nodes[number]?.links += 1 }
  }

  func node(at path: String, from start: Int = MemoryDisk.root) -> Int? {
    var number = path.utf8.first == UInt8(ascii: "/") ? MemoryDisk.root : start
    for name in path.split(separator: "/") where name != "." {
      guard let next = nodes[number]?.names[String(name)] else { return nil }
      number = next
    }
    return number
  }

  func walk(_ number: Int, _ path: String, _ body: (String, MemoryDisk.Node) -> Void) {
    guard let node = nodes[number] else { return }
    for (name, child) in node.names {
      guard let there = nodes[child] else { continue }
      body(path + "/" + name, there)
      if there.kind == .directory { walk(child, path + "/" + name, body) }
    }
  }

  /// Makes a folder's names durable, with all that they depend on.
  mutating func sync(folder: Int) {
    var needed: Set<MemoryDisk.Slot> = []
    var left: [[MemoryDisk.Edit]] = []
    for edits in pending.reversed() {
      if edits.contains(where: { $0.folder == folder || needed.contains($0.slot) }) {
        needed.formUnion(edits.map(\.slot))
      } else {
        left.append(edits)
      }
    }
    pending = left.reversed()
  }

  mutating func syncAll(device: UInt64) {
    pending.removeAll { edits in edits.allSatisfy { nodes[$0.folder]?.device == device } }
    for (number, node) in nodes where node.isDirty && node.device == device {
      nodes[number]?.durable = node.data
      nodes[number]?.isDirty = false
    }
  }

  mutating func loseNames(_ loss: MemoryDisk.Loss, using random: inout some RandomNumberGenerator) {
    var lost: Set<MemoryDisk.Slot> = []
    var undone: [[MemoryDisk.Edit]] = []
    let kept = loss == .latest && !pending.isEmpty ? Int.random(in: 0...pending.count, using: &random) : 0
    for (index, edits) in pending.enumerated() {
      let goes =
        switch loss {
        case .latest: index >= kept
        case .some: Bool.random(using: &random)
        default: true
        }
      guard goes || edits.contains(where: { lost.contains($0.slot) }) else { continue }
      lost.formUnion(edits.map(\.slot))
      undone.append(edits)
    }
    for edits in undone.reversed() { for edit in edits.reversed() { set(edit.slot, to: edit.before) } }
  }

  mutating func loseContents(_ loss: MemoryDisk.Loss, using random: inout some RandomNumberGenerator) {
    for number in nodes.keys.sorted() {
      guard var node = nodes[number], node.isDirty else { continue }
      if loss == .some || loss == .latest, Bool.random(using: &random) {
        // A part of it reached the disk: its beginning, and zeros where the rest should be.
        let kept = node.data.isEmpty ? 0 : Int.random(in: 0...node.data.count, using: &random)
        node.data = node.data.prefix(kept) + [UInt8](repeating: 0, count: node.data.count - kept)
      } else {
        node.data = node.durable
      }
      node.durable = node.data
      node.isDirty = false
      nodes[number] = node
    }
  }
}
