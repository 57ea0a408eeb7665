import Foundation
import Glibc
import Spool
import SystemPackage
import Testing
import Threads

@Suite struct DiskTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  // MARK: What was never written

  /// Blocks that were reserved look like data to `SEEK_HOLE` once somebody has read them.
  @Test func whatWasReservedAndNeverWrittenIsToldAlsoAfterItWasRead() throws {
    let path = scratch.path("copy")
    let file = try FileDescriptor.open(
      path, .readWrite, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
    defer { try? file.close() }
    try #require(posix_fallocate(file.rawValue, 0, 200_000) == 0)
    let half = [UInt8](repeating: 7, count: 100_000)
    _ = try file.writeAll(half)
    #expect(try disk.firstHole(in: path) != nil)
    _ = try Data(contentsOf: URL(filePath: path.string))
    #expect(try disk.firstHole(in: path).map { $0.offset >= 100_000 && $0.offset < 200_000 } == true)
    _ = try file.writeAll(toAbsoluteOffset: 100_000, half)
    #expect(try disk.firstHole(in: path) == nil)
  }

  // MARK: Writing

  @Test func writingReplacesAtOneStrokeAndLeavesNothingElse() throws {
    let path = scratch.path("why.json")
    try disk.write("first".utf8, to: path)
    #expect(try text(path) == "first")
    let held = try FileHandle(forReadingFrom: URL(filePath: path.string))
    try disk.write("second".utf8, to: path, mode: 0o600)
    #expect(try text(path) == "second")
    #expect(try modes(path) == 0o600)
    // Who had the old file open reads the old one: it was not written over.
    #expect(try held.readToEnd() == Data("first".utf8))
    #expect(try scratch.names() == ["why.json"])
  }

  @Test func writingPassesOverWhatAKillLeft() throws {
    try scratch.write("half", to: ".why.json.tmp")
    try disk.write("whole".utf8, to: scratch.path("why.json"))
    #expect(try scratch.names() == ["why.json"])
  }

  @Test func writingFollowsNoLinkThatAnotherPutThere() throws {
    let other = try scratch.write("other", to: "other")
    let link = scratch.path("link")
    symlink(other.string, link.string)
    symlink(other.string, scratch.path(".link.tmp").string)
    try disk.write("mine".utf8, to: link)
    #expect(try text(other) == "other")
    #expect(try disk.status(of: link)?.kind == .file)
  }

  @Test func writingThatFailsSaysSoAndLeavesNothing() throws {
    expect(.missing) { try disk.write("x".utf8, to: scratch.path("nothing/x")) }
    let folder = try scratch.folder("folder")
    #expect(throws: SpoolError.self) { try disk.write("x".utf8, to: folder) }
    #expect(try scratch.names() == ["folder"])
  }

  // MARK: Moving

  @Test func aFileAndAFolderAreMoved() throws {
    let file = try scratch.write("file", to: "a/file")
    try scratch.folder("b")
    try disk.move(file, to: scratch.path("b/file"))
    #expect(try text(scratch.path("b/file")) == "file")
    try disk.move(scratch.path("b"), to: scratch.path("a/b"))
    #expect(try scratch.names() == ["a", "a/b", "a/b/file"])
  }

  @Test func movingNeverReplaces() throws {
    let from = try scratch.write("new", to: "from")
    let file = try scratch.write("old", to: "file")
    let empty = try scratch.folder("empty")
    let link = scratch.path("link")
    symlink("/nonexistent", link.string)
    for target in [file, empty, link] {
      expect(.exists, from) { try disk.move(from, to: target) }
      expect(.exists, from) { try disk.rename(from, to: target) }
      expect(.exists, from) { try disk.take(from, to: target) }
    }
    expect(.exists) { try disk.move(empty, to: try scratch.folder("empty too")) }
    #expect(try text(file) == "old" && text(from) == "new")
  }

  @Test func movingWhatIsNotThereSaysSo() throws {
    expect(.missing, scratch.path("nothing")) { try disk.move(scratch.path("nothing"), to: scratch.path("x")) }
    let file = try scratch.write("x", to: "file")
    expect(.missing, file) { try disk.move(file, to: scratch.path("nowhere/x")) }
    #expect(try text(file) == "x")
  }

  @Test func aLinkIsMovedAsALink() throws {
    symlink("/nonexistent", scratch.path("link").string)
    try disk.move(scratch.path("link"), to: scratch.path("moved"))
    #expect(try disk.status(of: scratch.path("moved"))?.kind == .symbolicLink)
  }

  // MARK: Taking

  @Test func takingOnOneFileSystemIsARename() throws {
    let from = try scratch.write("dicom", to: "from")
    let inode = try disk.status(of: from)?.inode
    #expect(try !disk.take(from, to: scratch.path("to")))
    #expect(try disk.status(of: scratch.path("to"))?.inode == inode)
    #expect(try scratch.names() == ["to"])
  }

  @Test(.enabled(if: otherFileSystem != nil, "needs a second file system such as /dev/shm"))
  func takingAcrossFileSystemsIsAVerifiedCopyThatLeavesTheOriginal() throws {
    let other = try Scratch(in: #require(otherFileSystem))
    let content = String(repeating: "dicom", count: 200_000)
    let from = try other.write(content, to: "from")
    // What a kill in the midst of an earlier copy left.
    try scratch.write("half", to: ".to.copy")
    #expect(try disk.take(from, to: scratch.path("to")))
    #expect(try text(scratch.path("to")) == content && text(from) == content)
    #expect(try disk.same(from, scratch.path("to")))
    #expect(try scratch.names() == ["to"])

    let second = try other.write("second", to: "second")
    expect(.exists) { try disk.take(second, to: scratch.path("to")) }
    #expect(try text(scratch.path("to")) == content)
    try disk.removeFile(scratch.path(".to.copy"))

    expect(.system) { try disk.move(second, to: scratch.path("moved")) }
    #expect(try text(second) == "second")
  }

  @Test(.enabled(if: otherFileSystem != nil, "needs a second file system such as /dev/shm"))
  func aLinkOrAFifoOnAnotherFileSystemIsNotTaken() throws {
    let other = try Scratch(in: #require(otherFileSystem))
    symlink("/etc/passwd", other.path("link").string)
    mkfifo(other.path("fifo").string, 0o600)
    for name in ["link", "fifo"] { expect(.unfit) { try disk.take(other.path(name), to: scratch.path(name)) } }
    #expect(try scratch.names() == [])
  }

  @Test func aCopyIsExact() throws {
    for count in [0, 1, (1 << 18) - 1, 1 << 18, 1_000_003] {
      let from = try scratch.write(String(repeating: "é", count: count / 2) + "x", to: "from")
      let to = scratch.path("to-\(count)")
      try disk.copyVerified(from, to: to)
      #expect(try Data(contentsOf: URL(filePath: to.string)) == Data(contentsOf: URL(filePath: from.string)))
      #expect(try disk.same(from, to))
    }
  }

  @Test func copyingNeverReplacesOrRemovesWhatIsThere() throws {
    let from = try scratch.write("new", to: "from")
    let to = try scratch.write("old", to: "to")
    expect(.exists, to) { try disk.copyVerified(from, to: to) }
    #expect(try text(to) == "old")
    expect(.unfit) { try disk.copyVerified(scratch.path("nothing"), to: to) }
    expect(.unfit) { try disk.copyVerified(scratch.root, to: to) }
    #expect(try text(to) == "old")
  }

  @Test func aFileThatGrowsWhileItIsCopiedIsNotTakenForWhole() throws {
    let from = try scratch.write(String(repeating: "x", count: 4 << 20), to: "from")
    let to = scratch.path("to")
    let stop = Stop()
    let writer = try Worker("writer") {
      guard let file = try? FileHandle(forWritingTo: URL(filePath: from.string)) else { return }
      for _ in 0..<100_000 where !stop.isRequested {
        _ = try? file.seekToEnd()
        try? file.write(contentsOf: Data("more".utf8))
      }
    }
    defer {
      stop.request()
      writer.join()
    }
    expect(.unfit) { try disk.copyVerified(from, to: to) }
    #expect(!isThere(to))
  }

  @Test func filesAreComparedByTheirBytes() throws {
    let one = try scratch.write(String(repeating: "a", count: 600_000), to: "one")
    #expect(try disk.same(one, try scratch.write(String(repeating: "a", count: 600_000), to: "two")))
    #expect(try !disk.same(one, try scratch.write(String(repeating: "a", count: 599_999) + "b", to: "three")))
    #expect(try !disk.same(one, try scratch.write("a", to: "four")))
  }

  // MARK: Folders and removing

  @Test func foldersAreMadeWithThoseAboveThem() throws {
    let path = scratch.path("a/b/c")
    try disk.makeDirectory(path)
    try scratch.write("x", to: "a/b/c/x")
    try disk.makeDirectory(path)
    #expect(try scratch.names() == ["a", "a/b", "a/b/c", "a/b/c/x"])
    expect(.unfit, scratch.path("a/b/c/x")) { try disk.makeDirectory(scratch.path("a/b/c/x")) }
    expect(.unfit, scratch.path("a/b/c/x")) { try disk.makeDirectory(scratch.path("a/b/c/x/y")) }
  }

  @Test func aLinkToAFolderIsTheAdministratorsChoiceButOneToNothingIsInTheWay() throws {
    let volume = try scratch.folder("disk")
    symlink(volume.string, scratch.path("spool").string)
    try disk.makeDirectory(scratch.path("spool/export"))
    #expect(try disk.status(of: volume.appending("export"))?.kind == .directory)
    symlink("/nonexistent", scratch.path("broken").string)
    expect(.unfit) { try disk.makeDirectory(scratch.path("broken")) }
  }

  @Test func removingATreeFollowsNoLink() throws {
    let kept = try scratch.write("kept", to: "outside/kept")
    try scratch.write("x", to: "tree/a/b/c")
    symlink(scratch.path("outside").string, scratch.path("tree/a/link").string)
    symlink(kept.string, scratch.path("tree/link").string)
    mkfifo(scratch.path("tree/fifo").string, 0o600)
    try disk.removeTree(scratch.path("tree"))
    try disk.removeTree(scratch.path("tree"))
    #expect(try scratch.names() == ["outside", "outside/kept"])
    symlink(scratch.path("outside").string, scratch.path("link").string)
    try disk.removeTree(scratch.path("link"))
    #expect(try text(kept) == "kept")
  }

  @Test func namesThatAreNoTextAreRemovedToo() throws {
    try scratch.folder("tree")
    let name = latin1(in: scratch.path("tree"))
    try #require(mkdir(name, 0o700) == 0)
    try disk.removeTree(scratch.path("tree"))
    #expect(try scratch.names() == [])
  }

  @Test func onlyAnEmptyFolderIsRemovedAsSuch() throws {
    try scratch.write("x", to: "full/x")
    #expect(try !disk.removeEmptyDirectory(scratch.path("full")))
    #expect(try disk.removeEmptyDirectory(scratch.folder("empty")))
    #expect(try disk.removeEmptyDirectory(scratch.path("nothing")))
    try disk.removeFile(scratch.path("full/x"))
    try disk.removeFile(scratch.path("full/x"))
    #expect(throws: SpoolError.self) { try disk.removeFile(scratch.path("full")) }
    #expect(try scratch.names() == ["full"])
  }

  @Test func aBatchIsMadeDurableTogether() throws {
    let point = try disk.syncPoint(scratch.root)
    for index in 0..<10 { try scratch.write("x", to: "\(index)") }
    try point.sync()
    try disk.sync(file: scratch.path("1"))
    try disk.sync(directory: scratch.root)
    expect(.missing) { try disk.sync(file: scratch.path("nothing")) }
    #expect(throws: SpoolError.self) { try disk.sync(directory: scratch.path("1")) }
    symlink(scratch.path("1").string, scratch.path("link").string)
    #expect(throws: SpoolError.self) { try disk.sync(file: scratch.path("link")) }
  }

  // MARK: FileWriter

  @Test func aWrittenFileIsWholeAndItsOwn() throws {
    let path = scratch.path("file")
    let writer = try disk.create(path, mode: 0o600)
    // More than one step of write-back.
    let block = [UInt8](repeating: 7, count: 3 << 20)
    for _ in 0..<6 { try block.withUnsafeBytes { try writer.write($0) } }
    try [UInt8]().withUnsafeBytes { try writer.write($0) }
    try writer.finish()
    #expect(writer.count == 18 << 20)
    #expect(try Data(contentsOf: URL(filePath: path.string)) == Data(repeating: 7, count: 18 << 20))
    #expect(try modes(path) == 0o600)
    expect(.exists, path) { _ = try disk.create(path) }
    symlink("/nonexistent", scratch.path("link").string)
    expect(.exists) { _ = try disk.create(scratch.path("link")) }
    expect(.missing) { _ = try disk.create(scratch.path("nothing/x")) }
  }
}
