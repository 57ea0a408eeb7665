import Foundation
import Glibc
import Spool
import SystemPackage
import Testing

@Suite struct ListingTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func namesAreSortedAndBounded() throws {
    for name in ["b", "a", ".hidden", "ç"] { try scratch.write("", to: name) }
    #expect(try Listing.names(of: scratch.root) == [".hidden", "a", "b", "ç"])
    #expect(try Listing.names(of: scratch.root, limit: 4).count == 4)
    expect(.unfit, scratch.root) { _ = try Listing.names(of: scratch.root, limit: 3) }
    expect(.missing) { _ = try Listing.names(of: scratch.path("nothing")) }
    #expect(throws: SpoolError.self) { try Listing.names(of: scratch.path("a")) }
  }

  @Test func filesAreRegularFilesAndNoLinkIsFollowed() throws {
    try scratch.write("1", to: "a/1")
    try scratch.write("22", to: "a/b/2")
    try scratch.write("3", to: "outside/3")
    try scratch.write("x", to: "a/skipped/x")
    symlink(scratch.path("outside").string, scratch.path("a/folder").string)
    symlink(scratch.path("outside/3").string, scratch.path("a/link").string)
    // A circle, and a FIFO that nobody may open.
    symlink(scratch.path("a").string, scratch.path("a/b/circle").string)
    mkfifo(scratch.path("a/fifo").string, 0o600)
    let found = try Listing.files(below: scratch.path("a")) { $0 == "skipped" }
    #expect(found.map(\.path).sorted { $0.string < $1.string } == [scratch.path("a/1"), scratch.path("a/b/2")])
    #expect(found.map(\.status.size).reduce(0, +) == 3)
    expect(.missing) { _ = try Listing.files(below: scratch.path("nothing")) { _ in false } }
  }

  @Test func aWalkIsBounded() throws {
    for index in 0..<20 { try scratch.write("", to: "a/\(index % 4)/\(index)") }
    #expect(try Listing.files(below: scratch.root, limit: 7) { _ in false }.count == 7)
    #expect(try Listing.files(below: scratch.root, depth: 2) { _ in false }.count == 0)
    #expect(try Listing.files(below: scratch.root, depth: 3) { _ in false }.count == 20)
  }

  /// Devices write names in their own character sets: such a file must be seen, and be found again by its path.
  @Test func aFileWhoseNameIsNoUTF8IsFoundTakenAndLookedAt() throws {
    let descriptor = creat(latin1(in: scratch.root), 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    #expect(try Listing.names(of: scratch.root) == [])
    #expect(try Listing.entries(of: scratch.root).count == 1)
    let found = try #require(try Listing.files(below: scratch.root) { _ in false }.first)
    #expect(try FileStatus.of(found.path) == found.status)
    #expect(Writers.of(found.path) != .some)
    try Durable.copyVerified(found.path, to: scratch.path("copy"))
    try Durable.take(found.path, to: scratch.path("taken"))
    #expect(try Listing.names(of: scratch.root) == ["copy", "taken"])
  }

  @Test func aStatusTellsWhatLiesThere() throws {
    let file = try scratch.write("four", to: "file")
    let status = try #require(try FileStatus.of(file))
    #expect(status.kind == .file && status.size == 4 && status.links == 1)
    link(file.string, scratch.path("second").string)
    let linked = try #require(try FileStatus.of(scratch.path("second")))
    #expect(linked.links == 2 && linked.inode == status.inode && linked.device == status.device)
    symlink(file.string, scratch.path("link").string)
    #expect(try FileStatus.of(scratch.path("link"))?.kind == .symbolicLink)
    #expect(try FileStatus.of(scratch.root)?.kind == .directory)
    #expect(try FileStatus.of("/dev/null")?.kind == .other)
    #expect(try FileStatus.of(scratch.path("nothing")) == nil)
    #expect(try FileStatus.of(file.appending("below a file")) == nil)
    usleep(20_000)
    try scratch.write("more than four", to: "file")
    #expect(try FileStatus.of(file) != linked)
  }

  @Test func aWriterIsSeen() throws {
    let file = try scratch.write("x", to: "file")
    try #require(Writers.of(file) != .unknown, "this file system has no leases")
    #expect(Writers.of(file) == .none)
    let writer = try FileHandle(forWritingTo: URL(filePath: file.string))
    #expect(Writers.of(file) == .some)
    // Asking must not have got in the writer's way.
    try writer.write(contentsOf: Data("y".utf8))
    try writer.close()
    #expect(Writers.of(file) == .none)
    let reader = try FileHandle(forReadingFrom: URL(filePath: file.string))
    #expect(Writers.of(file) == .none)
    try reader.close()
    #expect(Writers.of(scratch.path("nothing")) == .unknown)
    mkfifo(scratch.path("fifo").string, 0o600)
    #expect(Writers.of(scratch.path("fifo")) == .unknown)
  }

  @Test func spaceIsMeasured() throws {
    let space = try Space.at(scratch.root)
    #expect(space.total > 0 && (0...space.total).contains(space.available))
    expect(.missing) { _ = try Space.at(scratch.path("nothing")) }
  }
}
