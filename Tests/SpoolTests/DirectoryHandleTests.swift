import Foundation
import Glibc
import Spool
import SystemPackage
import Testing
import Threads

@Suite struct DirectoryHandleTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  @Test func aFolderIsReadInPortionsWithEachNameOnce() throws {
    for index in 0..<2500 { try scratch.write("", to: "full/\(index)") }
    let folder = try disk.openDirectory(scratch.path("full"))
    var seen: [FilePath.Component] = []
    var sizes: [Int] = []
    var hasMore = true
    while hasMore, sizes.count < 10 {
      let portion = try folder.entries(limit: 1000)
      seen += portion.names
      sizes.append(portion.names.count)
      hasMore = portion.hasMore
    }
    #expect(sizes == [1000, 1000, 500] && Set(seen).count == 2500)
    #expect(try folder.entries(limit: 1000).names == [])
    try folder.rewind()
    #expect(try folder.entries(limit: 2500).names.count == 2500)
  }

  @Test func whatIsDoneThroughAHandleHappensInThatFolderWhateverTakesItsName() throws {
    try scratch.write("ours", to: "new/parcel")
    try scratch.write("theirs", to: "elsewhere/parcel")
    let folder = try disk.openDirectory(scratch.path("new"))
    try disk.rename(scratch.path("new"), to: scratch.path("aside"))
    symlink(scratch.path("elsewhere").string, scratch.path("new").string)
    #expect(try folder.status(of: "parcel")?.size == 4)
    #expect(try folder.readSmall("parcel", limit: 10) == Array("ours".utf8))
    try folder.move("parcel", to: scratch.path("taken"))
    #expect(try text(scratch.path("taken")) == "ours" && text(scratch.path("elsewhere/parcel")) == "theirs")
    expect(.unfit) { _ = try disk.openDirectory(scratch.path("new")) }
    expect(.unfit) { _ = try disk.openDirectory(scratch.path("taken")) }
    expect(.missing) { _ = try disk.openDirectory(scratch.path("nothing")) }
    try scratch.write("second", to: "aside/parcel")
    expect(.exists) { try folder.move("parcel", to: scratch.path("taken")) }
  }

  /// A folder that is nested deeper than a process has descriptors, or than a path can name.
  @Test func aTreeOfAnyDepthIsRemoved() throws {
    try scratch.write("x", to: "tree/x")
    var folder = try disk.openDirectory(scratch.path("tree"))
    for _ in 0..<3000 {
      // Upwards: each time a new folder gets the tree so far.
      try disk.makeDirectory(scratch.path("above"))
      try disk.rename(scratch.path("tree"), to: scratch.path("above/tree"))
      try disk.rename(scratch.path("above"), to: scratch.path("tree"))
    }
    folder = try disk.openDirectory(scratch.path("tree"))
    #expect(try folder.entries(limit: 2).names == ["tree"])
    try disk.removeTree(scratch.path("tree"))
    #expect(try scratch.names() == [])
  }

  @Test func aSmallFileIsRegularAndSmall() throws {
    let file = try scratch.write("four", to: "file")
    #expect(try disk.readSmall(file, limit: 4) == Array("four".utf8))
    expect(.tooLarge, file) { _ = try disk.readSmall(file, limit: 3) }
    symlink(file.string, scratch.path("link").string)
    mkfifo(scratch.path("fifo").string, 0o600)
    for name in ["link", "fifo", "."] { expect(.unfit) { _ = try disk.readSmall(scratch.path(name), limit: 10) } }
    #expect(try disk.readSmall(scratch.path("link"), limit: 4, followingLink: true) == Array("four".utf8))
    expect(.missing) { _ = try disk.readSmall(scratch.path("nothing"), limit: 10) }
    #expect(try disk.readSmall("/proc/self/mountinfo", limit: 1 << 24).count > 0)
  }

  @Test func aWalkTellsWhatItPassesOver() throws {
    try scratch.write("x", to: "a/b/deep")
    symlink("/nonexistent", scratch.path("a/link").string)
    mkfifo(scratch.path("a/fifo").string, 0o600)
    var told: [String: Listing.PassedOver] = [:]
    _ = try disk.files(
      below: scratch.root, depth: 2, passedOver: { told[$0.lastComponent?.string ?? ""] = $1 }, skip: { _ in false })
    #expect(told == ["b": .tooDeep, "link": .symbolicLink, "fifo": .special])
  }

  /// The kernel tells the holder of a lease by a signal that somebody opens the file; SIGIO would end the process.
  @Test func whoOpensAFileForWritingWhileItIsProbedDoesNotEndTheProcess() throws {
    let file = try scratch.write("x", to: "file")
    let stop = Stop()
    let writer = try Worker("writer") {
      for _ in 0..<2_000_000 where !stop.isRequested {
        let descriptor = open(file.string, O_WRONLY | O_NONBLOCK)
        if descriptor >= 0 { close(descriptor) }
      }
    }
    var seen: Set<Writers> = []
    for _ in 0..<20_000 { seen.insert(disk.writers(of: file)) }
    stop.request()
    writer.join()
    #expect(seen.contains(.none))
  }

  @Test func theMountedFileSystemOfAPathIsFound() throws {
    let root = try disk.mount(of: "/")
    #expect(root.mountPoint == "/" && !root.type.isEmpty)
    #expect(try MountIdentity.of("/proc").type == "proc")
    #expect(try MountIdentity.of(scratch.root) == MountIdentity.of(scratch.folder("below")))
    expect(.missing) { _ = try MountIdentity.of(scratch.path("nothing")) }
  }

  @Test(.enabled(if: getuid() == 0, "needs root"))
  func anotherFileSystemAtAPlaceIsToldFromTheOneBefore() throws {
    let place = try scratch.folder("a share\\with\tspace")
    let before = try MountIdentity.of(place)
    try #require(mount("pacs share", place.string, "tmpfs", 0, nil) == 0)
    let mounted = try MountIdentity.of(place)
    #expect(mounted == MountIdentity(mountPoint: place.string, type: "tmpfs", root: "/", device: "pacs share"))
    #expect(mounted != before)
    #expect(umount(place.string) == 0)
    #expect(try MountIdentity.of(place) == before)
    let data = try JSONEncoder().encode(mounted)
    #expect(try JSONDecoder().decode(MountIdentity.self, from: data) == mounted)
  }
}
