internal import Foundation
internal import Synchronization
public import Spool
public import SystemPackage

/// Remembers what was made durable below a folder, and takes away the rest.
///
/// A file's content is durable after an `fsync` of the file, a name after an `fsync` of its directory, and all of it after a
/// `syncfs`. A rename is durable in both directories or in neither, as journaling file systems keep it. What lay there
/// before the first call is durable.
public final class PowerLossFileSystem: Intercepting, @unchecked Sendable {
  /// What the power takes.
  public enum Loss: Sendable, CaseIterable {
    /// Names that were not synced.
    case names
    /// Content that was not synced.
    case contents
    /// Both.
    case both
  }

  /// What a name leads to. The number is the inode's; whatever was seen is kept open, so that none is used again.
  private struct Node: Hashable {
    let inode: UInt64
    let kind: Kind
    enum Kind: Hashable { case file, directory, link(String) }
  }

  private struct Move {
    let node: Node
    let from, to: UInt64
    let fromName, toName: String
  }

  private struct State {
    /// The durable names of directories that changed.
    var names: [UInt64: [String: Node]] = [:]
    /// The durable content of files that changed.
    var contents: [UInt64: Data] = [:]
    var moves: [Move] = []
    var kept: [UInt64: FileHandle] = [:]
  }

  private let root: FilePath
  private let state = Mutex(State())

  /// Watches what lies below a folder.
  public init(root: FilePath, over base: any FileSystem = SystemFileSystem()) {
    self.root = root
    super.init(base)
  }

  override func before(_ call: Call) throws(Errno) {
    guard call.changes else { return }
    state.withLock { state in
      switch call.kind {
      case .write, .copy, .truncate: remember(contentOf: call.path, &state)
      case .open, .makeDirectory, .unlink, .removeDirectory: remember(namesBeside: call.path, &state)
      case .rename, .link:
        remember(namesBeside: call.path, &state)
        if let target = call.target {
          remember(namesBeside: target, &state)
          if call.kind == .rename { note(call.path, target, &state) }
        }
      default: break
      }
    }
  }

  override func after(_ call: Call) {
    state.withLock { state in
      switch call.kind {
      case .open where call.creates:
        // A new file has nothing durable in it.
        if let node = Self.node(call.path), node.kind == .file, state.contents[node.inode] == nil,
          !isDurable(node, call.path, state)
        {
          keep(node, call.path, &state)
          state.contents[node.inode] = Data()
        }
      case .sync:
        guard let node = Self.node(call.path) else { return }
        if node.kind == .directory {
          settle(call.path, node.inode, &state)
        } else if state.contents[node.inode] != nil {
          state.contents[node.inode] = Self.content(call.path)
        }
      case .syncFileSystem: state = State()
      default: break
      }
    }
  }

  /// Takes away what was not made durable. Nobody may be at work below the folder.
  public func losePower(_ loss: Loss) throws {
    try state.withLock { state in
      let rebuilt = FilePath(root.string + ".after-the-loss")
      var current: [UInt64: FilePath] = [:]
      Self.walk(root) { current[$0.inode] = $1 }
      guard let node = Self.node(root) else { throw Errno.noSuchFileOrDirectory }
      try rebuild(node, as: rebuilt, loss, state, current)
      for name in Self.list(root).keys { try FileManager.default.removeItem(atPath: root.appending(name).string) }
      for name in Self.list(rebuilt).keys {
        try FileManager.default.moveItem(atPath: rebuilt.appending(name).string, toPath: root.appending(name).string)
      }
      try FileManager.default.removeItem(atPath: rebuilt.string)
      state = State()
    }
  }

  private func rebuild(
    _ node: Node, as path: FilePath, _ loss: Loss, _ state: State, _ current: [UInt64: FilePath]
  ) throws {
    let now = current[node.inode]
    switch node.kind {
    case .link(let target):
      try FileManager.default.createSymbolicLink(atPath: path.string, withDestinationPath: target)
    case .file:
      let durable = loss == .names ? nil : state.contents[node.inode]
      let content = try durable ?? now.map { Self.content($0) } ?? state.kept[node.inode].map(Self.content) ?? Data()
      let mode = Self.mode(now, state.kept[node.inode])
      _ = FileManager.default.createFile(atPath: path.string, contents: content, attributes: [.posixPermissions: mode])
    case .directory:
      try FileManager.default.createDirectory(
        atPath: path.string, withIntermediateDirectories: false,
        attributes: [.posixPermissions: Self.mode(now, state.kept[node.inode])])
      let durable = loss == .contents ? nil : state.names[node.inode]
      for (name, child) in durable ?? now.map(Self.list) ?? [:] {
        try rebuild(child, as: path.appending(name), loss, state, current)
      }
    }
  }

  // MARK: Remembering

  private func remember(contentOf path: FilePath, _ state: inout State) {
    guard let node = Self.node(path), node.kind == .file, state.contents[node.inode] == nil else { return }
    keep(node, path, &state)
    state.contents[node.inode] = Self.content(path)
  }

  private func remember(namesBeside path: FilePath, _ state: inout State) {
    let folder = path.removingLastComponent()
    guard folder.starts(with: root), let node = Self.node(folder) else { return }
    let names = Self.list(folder)
    // What may lose its last name must still be there when the power goes.
    if let name = path.lastComponent?.string, let child = names[name] { keep(child, path, &state) }
    keep(node, folder, &state)
    if state.names[node.inode] == nil { state.names[node.inode] = names }
  }

  private func note(_ from: FilePath, _ to: FilePath, _ state: inout State) {
    guard let node = Self.node(from), let old = Self.node(from.removingLastComponent()),
      let new = Self.node(to.removingLastComponent()), let fromName = from.lastComponent?.string,
      let toName = to.lastComponent?.string
    else { return }
    state.moves.append(Move(node: node, from: old.inode, to: new.inode, fromName: fromName, toName: toName))
  }

  /// The names of a directory are durable as they are.
  private func settle(_ path: FilePath, _ inode: UInt64, _ state: inout State) {
    let present = Self.list(path)
    if state.names[inode] != nil { state.names[inode] = present }
    for move in state.moves where move.from == inode || move.to == inode {
      if move.from != inode, state.names[move.from]?[move.fromName] == move.node {
        state.names[move.from]?[move.fromName] = nil
      }
      if move.to != inode { state.names[move.to]?[move.toName] = move.node }
    }
    state.moves.removeAll { $0.from == inode || $0.to == inode }
  }

  private func isDurable(_ node: Node, _ path: FilePath, _ state: State) -> Bool {
    guard let folder = Self.node(path.removingLastComponent()), let name = path.lastComponent?.string else {
      return true
    }
    return state.names[folder.inode].map { $0[name] == node } ?? true
  }

  private func keep(_ node: Node, _ path: FilePath, _ state: inout State) {
    if case .link = node.kind { return }
    if state.kept[node.inode] == nil { state.kept[node.inode] = FileHandle(forReadingAtPath: path.string) }
  }

  // MARK: Looking

  private static func node(_ path: FilePath) -> Node? {
    guard let status = try? SystemFileSystem().status(of: Place(path), followingLink: false) else { return nil }
    switch status.kind {
    case .directory: return Node(inode: status.inode, kind: .directory)
    case .symbolicLink:
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path.string)
      return Node(inode: status.inode, kind: .link(target ?? ""))
    default: return Node(inode: status.inode, kind: .file)
    }
  }

  private static func list(_ folder: FilePath) -> [String: Node] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
    return Dictionary(names.compactMap { name in node(folder.appending(name)).map { (name, $0) } }) { $1 }
  }

  private static func walk(_ folder: FilePath, _ visit: (Node, FilePath) -> Void) {
    if let node = node(folder) { visit(node, folder) }
    for (name, node) in list(folder) {
      let path = folder.appending(name)
      if node.kind == .directory { walk(path, visit) } else { visit(node, path) }
    }
  }

  private static func content(_ path: FilePath) -> Data { FileManager.default.contents(atPath: path.string) ?? Data() }

  private static func content(_ handle: FileHandle) throws -> Data {
    try handle.seek(toOffset: 0)
    return try handle.readToEnd() ?? Data()
  }

  private static func mode(_ path: FilePath?, _ kept: FileHandle?) -> Int {
    let system = SystemFileSystem()
    if let path, let status = try? system.status(of: Place(path), followingLink: false) { return Int(status.mode) }
    if let kept, let status = try? system.status(of: FileDescriptor(rawValue: kept.fileDescriptor)) {
      return Int(status.mode)
    }
    return 0o640
  }
}
