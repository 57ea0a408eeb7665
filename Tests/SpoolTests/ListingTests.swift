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
    #expect(try disk.names(of: scratch.root) == [".hidden", "a", "b", "ç"])
    #expect(try disk.names(of: scratch.root, limit: 4).count == 4)
    expect(.unfit, scratch.root) { _ = try disk.names(of: scratch.root, limit: 3) }
    expect(.missing) { _ = try disk.names(of: scratch.path("nothing")) }
    #expect(throws: SpoolError.self) { try disk.names(of: scratch.path("a")) }
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
    let found = try disk.files(below: scratch.path("a")) { $0 == "skipped" }
    #expect(found.map(\.path).sorted { $0.string < $1.string } == [scratch.path("a/1"), scratch.path("a/b/2")])
    #expect(found.map(\.status.size).reduce(0, +) == 3)
    expect(.missing) { _ = try disk.files(below: scratch.path("nothing")) { _ in false } }
  }

  @Test func aWalkIsBounded() throws {
    for index in 0..<20 { try scratch.write("", to: "a/\(index % 4)/\(index)") }
    #expect(try disk.files(below: scratch.root, limit: 7) { _ in false }.count == 7)
    #expect(try disk.files(below: scratch.root, depth: 2) { _ in false }.count == 0)
    #expect(try disk.files(below: scratch.root, depth: 3) { _ in false }.count == 20)
  }

  /// Devices write names in their own character sets: such a file must be seen, and be found again by its path.
  @Test func aFileWhoseNameIsNoUTF8IsFoundTakenAndLookedAt() throws {
    let descriptor = creat(latin1(in: scratch.root), 0o600)
    try #require(descriptor >= 0)
    close(descriptor)
    #expect(try disk.names(of: scratch.root) == [])
    #expect(try disk.entries(of: scratch.root).count == 1)
    let found = try #require(try disk.files(below: scratch.root) { _ in false }.first)
    #expect(try disk.status(of: found.path) == found.status)
    #expect(disk.writers(of: found.path) != .some)
    try disk.copyVerified(found.path, to: scratch.path("copy"))
    try disk.take(found.path, to: scratch.path("taken"))
    #expect(try disk.names(of: scratch.root) == ["copy", "taken"])
  }

  @Test func aStatusTellsWhatLiesThere() throws {
    let file = try scratch.write("four", to: "file")
    let status = try #require(try disk.status(of: file))
    #expect(status.kind == .file && status.size == 4 && status.links == 1)
    link(file.string, scratch.path("second").string)
    let linked = try #require(try disk.status(of: scratch.path("second")))
    #expect(linked.links == 2 && linked.inode == status.inode && linked.device == status.device)
    symlink(file.string, scratch.path("link").string)
    #expect(try disk.status(of: scratch.path("link"))?.kind == .symbolicLink)
    #expect(try disk.status(of: scratch.root)?.kind == .directory)
    #expect(try disk.status(of: "/dev/null")?.kind == .other)
    #expect(try disk.status(of: scratch.path("nothing")) == nil)
    #expect(try disk.status(of: file.appending("below a file")) == nil)
    usleep(20_000)
    try scratch.write("more than four", to: "file")
    #expect(try disk.status(of: file) != linked)
  }

  @Test func aWriterIsSeen() throws {
    let file = try scratch.write("x", to: "file")
    try #require(disk.writers(of: file) != .unknown, "this file system has no leases")
    #expect(disk.writers(of: file) == .none)
    let writer = try FileHandle(forWritingTo: URL(filePath: file.string))
    #expect(disk.writers(of: file) == .some)
    // Asking must not have got in the writer's way.
    try writer.write(contentsOf: Data("y".utf8))
    try writer.close()
    #expect(disk.writers(of: file) == .none)
    let reader = try FileHandle(forReadingFrom: URL(filePath: file.string))
    #expect(disk.writers(of: file) == .none)
    try reader.close()
    #expect(disk.writers(of: scratch.path("nothing")) == .unknown)
    mkfifo(scratch.path("fifo").string, 0o600)
    #expect(disk.writers(of: scratch.path("fifo")) == .unknown)
  }

  @Test func spaceIsMeasured() throws {
    let space = try disk.space(at: scratch.root)
    #expect(space.total > 0 && (0...space.total).contains(space.available))
    expect(.missing) { _ = try disk.space(at: scratch.path("nothing")) }
  }
}
