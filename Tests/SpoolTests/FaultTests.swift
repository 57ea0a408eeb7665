import FaultySpool
import Foundation
import Glibc
import Spool
import SystemPackage
import Testing

/// Each operation of `Disk`, with each of its calls failing once, being the last one, or followed by a loss of power.
@Suite struct FaultTests {
  /// An operation on a small tree, and what must hold when it says that it is done.
  struct Operation: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let run: @Sendable (Disk, Scratch) throws -> Void
    let isDone: @Sendable (Scratch) throws -> Bool
    /// Whether nothing is lost, whatever happened; `only` holds "only copy" under one of these names.
    var only: [String] = ["only"]
  }

  private static let elsewhere = otherFileSystem

  private static func content(_ scratch: Scratch, _ name: String) -> String? { try? text(scratch.path(name)) }

  static let operations: [Operation] = [
    Operation(
      testDescription: "write", run: { try $0.write("new".utf8, to: $1.path("file")) },
      isDone: { content($0, "file") == "new" }),
    Operation(
      testDescription: "write without replacing",
      run: { try $0.write("new".utf8, to: $1.path("a/new"), replacing: false) },
      isDone: { content($0, "a/new") == "new" }),
    Operation(
      testDescription: "move", run: { try $0.move($1.path("only"), to: $1.path("a/moved")) },
      isDone: { content($0, "a/moved") == "only copy" && content($0, "only") == nil }, only: ["only", "a/moved"]),
    Operation(
      testDescription: "take",
      run: { disk, scratch in
        try disk.take(scratch.path("only"), to: scratch.path("a/taken"))
        try disk.sync(directory: scratch.path("a"))
      }, isDone: { content($0, "a/taken") == "only copy" }, only: ["only", "a/taken"]),
    Operation(
      testDescription: "copy", run: { try $0.copyVerified($1.path("only"), to: $1.path("a/copy")) },
      isDone: { content($0, "a/copy") == "only copy" && content($0, "only") == "only copy" }),
    Operation(
      testDescription: "link",
      run: { disk, scratch in
        try disk.link(scratch.path("only"), to: scratch.path("a/second"))
        try disk.sync(directory: scratch.path("a"))
      }, isDone: { content($0, "a/second") == "only copy" }),
    Operation(
      testDescription: "make a folder", run: { try $0.makeDirectory($1.path("b/c/d")) },
      isDone: { try disk.status(of: $0.path("b/c/d"))?.kind == .directory }),
    Operation(
      testDescription: "a large file",
      run: { disk, scratch in
        let writer = try disk.create(scratch.path("a/large"))
        for _ in 0..<3 { try Array("large".utf8).withUnsafeBytes { try writer.write($0) } }
        try writer.finish()
        try disk.sync(directory: scratch.path("a"))
      }, isDone: { content($0, "a/large") == "largelargelarge" }),
    Operation(
      testDescription: "remove a tree",
      run: { disk, scratch in
        try disk.removeTree(scratch.path("tree"))
        try disk.sync(directory: scratch.root)
      }, isDone: { try disk.status(of: $0.path("tree")) == nil }),
    Operation(
      testDescription: "move through a handle",
      run: { disk, scratch in
        let folder = try disk.openDirectory(scratch.path("tree"))
        try folder.move("x", to: scratch.path("a/x"))
      }, isDone: { content($0, "a/x") == "x" && content($0, "tree/x") == nil }),
    Operation(
      testDescription: "a batch",
      run: { disk, scratch in
        let point = try disk.syncPoint(scratch.root)
        let writer = try disk.create(scratch.path("a/one"))
        try Array("one".utf8).withUnsafeBytes { try writer.write($0) }
        try disk.rename(scratch.path("only"), to: scratch.path("a/two"))
        try point.sync()
      }, isDone: { content($0, "a/one") == "one" && content($0, "a/two") == "only copy" }, only: ["only", "a/two"]),
  ]

  private func scene() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.write("only copy", to: "only")
    try scratch.write("old", to: "file")
    try scratch.folder("a")
    for name in ["tree/x", "tree/b/y", "tree/b/c/z"] { try scratch.write(String(name.last ?? "?"), to: name) }
    return scratch
  }

  private func check(_ operation: Operation, _ scratch: Scratch, _ what: String) throws {
    #expect(operation.only.contains { Self.content(scratch, $0) == "only copy" }, "\(what): the only copy is lost")
    if operation.testDescription == "write" {
      #expect(["old", "new"].contains(Self.content(scratch, "file")), "\(what): neither the old nor the new")
    }
  }

  private static let faults: [FailingFileSystem.Fault] = [.error(.ioError), .error(.noSpace), .shortWrite]

  @Test(arguments: operations, faults)
  func eachCallFailsOnce(operation: Operation, fault: FailingFileSystem.Fault) throws {
    for number in 1...200 {
      let scratch = try scene()
      // Reads and looks fail, too.
      let system = FailingFileSystem(at: number, fault) { $0.kind != .close }
      var isSaidDone = true
      do { try operation.run(Disk(system), scratch) } catch is SpoolError { isSaidDone = false }
      let what = "call \(number)"
      try check(operation, scratch, what)
      if isSaidDone { #expect(try operation.isDone(scratch), "\(what): a false success") }
      guard system.hasFailed else { return #expect(number > 3) }
      // Once the fault is gone, the same again gets it done, or sees that it is.
      if !isSaidDone {
        do { try operation.run(disk, scratch) } catch let error as SpoolError {
          #expect(try operation.isDone(scratch) || error.code == .exists, "\(what): \(error)")
        }
      }
    }
    Issue.record("too many calls")
  }

  @Test(arguments: operations) func eachCallIsTheLast(operation: Operation) throws {
    for number in 0...200 {
      let scratch = try scene()
      let system = StoppingFileSystem(after: number, .fail)
      do { try operation.run(Disk(system), scratch) } catch is SpoolError {}
      try check(operation, scratch, "stopped after call \(number)")
      guard system.hasStopped else { return #expect(try operation.isDone(scratch)) }
    }
    Issue.record("too many calls")
  }

  @Test(arguments: operations, PowerLossFileSystem.Loss.allCases)
  func thePowerFailsAfterEachCall(operation: Operation, loss: PowerLossFileSystem.Loss) throws {
    for number in 0...200 {
      let scratch = try scene()
      let power = PowerLossFileSystem(root: scratch.root)
      let system = StoppingFileSystem(after: number, .fail, over: power)
      do { try operation.run(Disk(system), scratch) } catch is SpoolError {}
      try power.losePower(loss)
      try check(operation, scratch, "power lost after call \(number)")
      // What was said to be done is there after the loss.
      guard system.hasStopped else { return #expect(try operation.isDone(scratch)) }
    }
    Issue.record("too many calls")
  }

  @Test(.enabled(if: otherFileSystem != nil, "needs a second file system such as /dev/shm"), arguments: faults)
  func aMoveToAnotherFileSystemNeverLosesTheOnlyCopy(fault: FailingFileSystem.Fault) throws {
    for number in 1...200 {
      let (here, there) = (try Scratch(), try Scratch(in: #require(Self.elsewhere)))
      let (from, to) = (try here.write("only copy", to: "only"), there.path("moved"))
      let system = FailingFileSystem(at: number, fault) { $0.kind != .close }
      var isSaidDone = true
      do { try Disk(system).moveAnywhere(from, to: to) } catch { isSaidDone = false }
      #expect([try? text(from), try? text(to)].contains("only copy"), "call \(number)")
      if !isSaidDone {
        // Again, unless the original has gone already.
        if isThere(from) { try disk.moveAnywhere(from, to: to) }
      }
      #expect(try text(to) == "only copy" && !isThere(from), "call \(number)")
      #expect(try there.names() == ["moved"])
      guard system.hasFailed else { return #expect(number > 10) }
    }
    Issue.record("too many calls")
  }

  // MARK: The decorators themselves

  @Test func aTraceHasEachCallWithItsPath() throws {
    let scratch = try scene()
    let system = TracingFileSystem()
    try Disk(system).write("new".utf8, to: scratch.path("file"))
    let changes = system.calls.filter(\.changes)
    #expect(changes.map(\.kind) == [.unlink, .open, .setMode, .write, .sync, .rename, .sync])
    #expect(changes.map(\.path.lastComponent?.string)[1...5].allSatisfy { $0 == ".file.tmp" })
    #expect(changes[5].target == scratch.path("file") && changes[6].path == scratch.root)
  }

  @Test func whatWasNotSyncedIsTakenAwayAndWhatWasIsNot() throws {
    let scratch = try scene()
    let power = PowerLossFileSystem(root: scratch.root)
    let disk = Disk(power)
    func make(_ name: String, sync: Bool) throws {
      let writer = try disk.create(scratch.path(name))
      try Array("content".utf8).withUnsafeBytes { try writer.write($0) }
      if sync { try writer.finish() }
    }
    try make("a/nothing synced", sync: false)
    try make("a/content synced", sync: true)
    try make("named", sync: false)
    try disk.removeFile(scratch.path("file"))
    try disk.sync(directory: scratch.root)
    try disk.removeTree(scratch.path("tree"))
    try power.losePower(.both)
    #expect(
      try scratch.names() == ["a", "named", "only", "tree", "tree/b", "tree/b/c", "tree/b/c/z", "tree/b/y", "tree/x"])
    #expect(try text(scratch.path("named")) == "" && text(scratch.path("tree/b/c/z")) == "z")

    try make("a/one", sync: true)
    try make("a/two", sync: false)
    try power.losePower(.contents)
    #expect(try text(scratch.path("a/one")) == "content" && text(scratch.path("a/two")) == "")
    try make("a/three", sync: false)
    try disk.rename(scratch.path("only"), to: scratch.path("a/only"))
    try power.losePower(.names)
    #expect(try !isThere(scratch.path("a/three")) && text(scratch.path("only")) == "only copy")
  }
}
