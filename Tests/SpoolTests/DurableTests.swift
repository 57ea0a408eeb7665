import Foundation
import Glibc
import Spool
import SystemPackage
import Testing

@Suite struct DurableTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  // MARK: Writing

  @Test func writingReplacesAtOneStrokeAndLeavesNothingElse() throws {
    let path = scratch.path("why.json")
    try Durable.write("first".utf8, to: path)
    #expect(try text(path) == "first")
    let held = try FileHandle(forReadingFrom: URL(filePath: path.string))
    try Durable.write("second".utf8, to: path, mode: 0o600)
    #expect(try text(path) == "second")
    #expect(try modes(path) == 0o600)
    // Who had the old file open reads the old one: it was not written over.
    #expect(try held.readToEnd() == Data("first".utf8))
    #expect(try scratch.names() == ["why.json"])
  }

  @Test func writingPassesOverWhatAKillLeft() throws {
    try scratch.write("half", to: ".why.json.tmp")
    try Durable.write("whole".utf8, to: scratch.path("why.json"))
    #expect(try scratch.names() == ["why.json"])
  }

  @Test func writingFollowsNoLinkThatAnotherPutThere() throws {
    let other = try scratch.write("other", to: "other")
    let link = scratch.path("link")
    symlink(other.string, link.string)
    symlink(other.string, scratch.path(".link.tmp").string)
    try Durable.write("mine".utf8, to: link)
    #expect(try text(other) == "other")
    #expect(try FileStatus.of(link)?.kind == .file)
  }

  @Test func writingThatFailsSaysSoAndLeavesNothing() throws {
    expect(.missing) { try Durable.write("x".utf8, to: scratch.path("nothing/x")) }
    let folder = try scratch.folder("folder")
    #expect(throws: SpoolError.self) { try Durable.write("x".utf8, to: folder) }
    #expect(try scratch.names() == ["folder"])
  }

  // MARK: Moving

  @Test func aFileAndAFolderAreMoved() throws {
    let file = try scratch.write("file", to: "a/file")
    try scratch.folder("b")
    try Durable.move(file, to: scratch.path("b/file"))
    #expect(try text(scratch.path("b/file")) == "file")
    try Durable.move(scratch.path("b"), to: scratch.path("a/b"))
    #expect(try scratch.names() == ["a", "a/b", "a/b/file"])
  }

  @Test func movingNeverReplaces() throws {
    let from = try scratch.write("new", to: "from")
    let file = try scratch.write("old", to: "file")
    let empty = try scratch.folder("empty")
    let link = scratch.path("link")
    symlink("/nonexistent", link.string)
    for target in [file, empty, link] {
      expect(.exists, from) { try Durable.move(from, to: target) }
      expect(.exists, from) { try Durable.rename(from, to: target) }
      expect(.exists, from) { try Durable.take(from, to: target) }
    }
    expect(.exists) { try Durable.move(empty, to: try scratch.folder("empty too")) }
    #expect(try text(file) == "old" && text(from) == "new")
  }

  @Test func movingWhatIsNotThereSaysSo() throws {
    expect(.missing, scratch.path("nothing")) { try Durable.move(scratch.path("nothing"), to: scratch.path("x")) }
    let file = try scratch.write("x", to: "file")
    expect(.missing, file) { try Durable.move(file, to: scratch.path("nowhere/x")) }
    #expect(try text(file) == "x")
  }

  @Test func aLinkIsMovedAsALink() throws {
    symlink("/nonexistent", scratch.path("link").string)
    try Durable.move(scratch.path("link"), to: scratch.path("moved"))
    #expect(try FileStatus.of(scratch.path("moved"))?.kind == .symbolicLink)
  }

  // MARK: Taking

  @Test func takingOnOneFileSystemIsARename() throws {
    let from = try scratch.write("dicom", to: "from")
    let inode = try FileStatus.of(from)?.inode
    #expect(try !Durable.take(from, to: scratch.path("to")))
    #expect(try FileStatus.of(scratch.path("to"))?.inode == inode)
    #expect(try scratch.names() == ["to"])
  }

  @Test(.enabled(if: otherFileSystem != nil, "needs a second file system such as /dev/shm"))
  func takingAcrossFileSystemsIsAVerifiedCopyThatLeavesTheOriginal() throws {
    let other = try Scratch(in: #require(otherFileSystem))
    let content = String(repeating: "dicom", count: 200_000)
    let from = try other.write(content, to: "from")
    // What a kill in the midst of an earlier copy left.
    try scratch.write("half", to: ".to.copy")
    #expect(try Durable.take(from, to: scratch.path("to")))
    #expect(try text(scratch.path("to")) == content && text(from) == content)
    #expect(try Durable.same(from, scratch.path("to")))
    #expect(try scratch.names() == ["to"])

    let second = try other.write("second", to: "second")
    expect(.exists) { try Durable.take(second, to: scratch.path("to")) }
    #expect(try text(scratch.path("to")) == content)
    try Durable.removeFile(scratch.path(".to.copy"))

    expect(.system) { try Durable.move(second, to: scratch.path("moved")) }
    #expect(try text(second) == "second")
  }

  @Test(.enabled(if: otherFileSystem != nil, "needs a second file system such as /dev/shm"))
  func aLinkOrAFifoOnAnotherFileSystemIsNotTaken() throws {
    let other = try Scratch(in: #require(otherFileSystem))
    symlink("/etc/passwd", other.path("link").string)
    mkfifo(other.path("fifo").string, 0o600)
    for name in ["link", "fifo"] { expect(.unfit) { try Durable.take(other.path(name), to: scratch.path(name)) } }
    #expect(try scratch.names() == [])
  }

  @Test func aCopyIsExact() throws {
    for count in [0, 1, (1 << 18) - 1, 1 << 18, 1_000_003] {
      let from = try scratch.write(String(repeating: "é", count: count / 2) + "x", to: "from")
      let to = scratch.path("to-\(count)")
      try Durable.copyVerified(from, to: to)
      #expect(try Data(contentsOf: URL(filePath: to.string)) == Data(contentsOf: URL(filePath: from.string)))
      #expect(try Durable.same(from, to))
    }
  }

  @Test func copyingNeverReplacesOrRemovesWhatIsThere() throws {
    let from = try scratch.write("new", to: "from")
    let to = try scratch.write("old", to: "to")
    expect(.exists, to) { try Durable.copyVerified(from, to: to) }
    #expect(try text(to) == "old")
    expect(.unfit) { try Durable.copyVerified(scratch.path("nothing"), to: to) }
    expect(.unfit) { try Durable.copyVerified(scratch.root, to: to) }
    #expect(try text(to) == "old")
  }

  @Test func aFileThatGrowsWhileItIsCopiedIsNotTakenForWhole() throws {
    let from = try scratch.write(String(repeating: "x", count: 4 << 20), to: "from")
    let to = scratch.path("to")
    let stop = Stop()
    let writer = Worker("writer") {
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
    expect(.unfit) { try Durable.copyVerified(from, to: to) }
    #expect(!isThere(to))
  }

  @Test func filesAreComparedByTheirBytes() throws {
    let one = try scratch.write(String(repeating: "a", count: 600_000), to: "one")
    #expect(try Durable.same(one, try scratch.write(String(repeating: "a", count: 600_000), to: "two")))
    #expect(try !Durable.same(one, try scratch.write(String(repeating: "a", count: 599_999) + "b", to: "three")))
    #expect(try !Durable.same(one, try scratch.write("a", to: "four")))
  }

  // MARK: Folders and removing

  @Test func foldersAreMadeWithThoseAboveThem() throws {
    let path = scratch.path("a/b/c")
    try Durable.makeDirectory(path)
    try scratch.write("x", to: "a/b/c/x")
    try Durable.makeDirectory(path)
    #expect(try scratch.names() == ["a", "a/b", "a/b/c", "a/b/c/x"])
    expect(.unfit, scratch.path("a/b/c/x")) { try Durable.makeDirectory(scratch.path("a/b/c/x")) }
    expect(.unfit, scratch.path("a/b/c/x")) { try Durable.makeDirectory(scratch.path("a/b/c/x/y")) }
  }

  @Test func aLinkToAFolderIsTheAdministratorsChoiceButOneToNothingIsInTheWay() throws {
    let disk = try scratch.folder("disk")
    symlink(disk.string, scratch.path("spool").string)
    try Durable.makeDirectory(scratch.path("spool/export"))
    #expect(try FileStatus.of(disk.appending("export"))?.kind == .directory)
    symlink("/nonexistent", scratch.path("broken").string)
    expect(.unfit) { try Durable.makeDirectory(scratch.path("broken")) }
  }

  @Test func removingATreeFollowsNoLink() throws {
    let kept = try scratch.write("kept", to: "outside/kept")
    try scratch.write("x", to: "tree/a/b/c")
    symlink(scratch.path("outside").string, scratch.path("tree/a/link").string)
    symlink(kept.string, scratch.path("tree/link").string)
    mkfifo(scratch.path("tree/fifo").string, 0o600)
    try Durable.removeTree(scratch.path("tree"))
    try Durable.removeTree(scratch.path("tree"))
    #expect(try scratch.names() == ["outside", "outside/kept"])
    symlink(scratch.path("outside").string, scratch.path("link").string)
    try Durable.removeTree(scratch.path("link"))
    #expect(try text(kept) == "kept")
  }

  @Test func namesThatAreNoTextAreRemovedToo() throws {
    try scratch.folder("tree")
    let name = latin1(in: scratch.path("tree"))
    try #require(mkdir(name, 0o700) == 0)
    try Durable.removeTree(scratch.path("tree"))
    #expect(try scratch.names() == [])
  }

  @Test func onlyAnEmptyFolderIsRemovedAsSuch() throws {
    try scratch.write("x", to: "full/x")
    #expect(try !Durable.removeEmptyDirectory(scratch.path("full")))
    #expect(try Durable.removeEmptyDirectory(scratch.folder("empty")))
    #expect(try Durable.removeEmptyDirectory(scratch.path("nothing")))
    try Durable.removeFile(scratch.path("full/x"))
    try Durable.removeFile(scratch.path("full/x"))
    #expect(throws: SpoolError.self) { try Durable.removeFile(scratch.path("full")) }
    #expect(try scratch.names() == ["full"])
  }

  @Test func aBatchIsMadeDurableTogether() throws {
    let point = try Durable.SyncPoint(scratch.root)
    for index in 0..<10 { try scratch.write("x", to: "\(index)") }
    try point.sync()
    try Durable.sync(file: scratch.path("1"))
    try Durable.sync(directory: scratch.root)
    expect(.missing) { try Durable.sync(file: scratch.path("nothing")) }
    #expect(throws: SpoolError.self) { try Durable.sync(directory: scratch.path("1")) }
    symlink(scratch.path("1").string, scratch.path("link").string)
    #expect(throws: SpoolError.self) { try Durable.sync(file: scratch.path("link")) }
  }

  // MARK: FileWriter

  @Test func aWrittenFileIsWholeAndItsOwn() throws {
    let path = scratch.path("file")
    let writer = try FileWriter(creating: path, mode: 0o600)
    // More than one step of write-back.
    let block = [UInt8](repeating: 7, count: 3 << 20)
    for _ in 0..<6 { try block.withUnsafeBytes { try writer.write($0) } }
    try [UInt8]().withUnsafeBytes { try writer.write($0) }
    try writer.finish()
    #expect(writer.count == 18 << 20)
    #expect(try Data(contentsOf: URL(filePath: path.string)) == Data(repeating: 7, count: 18 << 20))
    #expect(try modes(path) == 0o600)
    expect(.exists, path) { _ = try FileWriter(creating: path) }
    symlink("/nonexistent", scratch.path("link").string)
    expect(.exists) { _ = try FileWriter(creating: scratch.path("link")) }
    expect(.missing) { _ = try FileWriter(creating: scratch.path("nothing/x")) }
  }
}
