import Foundation
import Glibc
import Spool
import SystemPackage
import Testing
import Threads

/// What is told of changes, and by whom a thread that waits is woken.
struct ChangeFeedTests {
  let scratch: Scratch
  let feed = ChangeFeed()
  let bell = Bell()
  let stop = Stop()

  init() throws { scratch = try Scratch() }

  /// What happened until nothing more happens.
  private func changes() -> ChangeFeed.Changes {
    var all = feed.take()
    while true {
      feed.wait(.milliseconds(100), bell: bell, stop: stop)
      let more = feed.take()
      if more.paths.isEmpty, !more.isIncomplete { return all }
      all.paths.formUnion(more.paths)
      all.writing.merge(more.writing) { $1 }
    }
  }

  @Test func eachChangeIsToldByItsPath() throws {
    try scratch.folder("a")
    try scratch.write("x", to: "a/old")
    for folder in [scratch.root, scratch.path("a")] { #expect(feed.watch(folder)) }
    #expect(feed.count == 2)
    try scratch.write("x", to: "a/1")
    try scratch.write("x", to: "2")
    try scratch.write("x", to: "b/unseen")
    #expect(rename(scratch.path("a/old").string, scratch.path("new").string) == 0)
    let changes = changes()
    for name in ["a/1", "2", "b", "a/old", "new"] { #expect(changes.paths.contains(scratch.path(name)), "\(name)") }
    #expect(!changes.paths.contains(scratch.path("b/unseen")) && !changes.isIncomplete)
    #expect(feed.take().paths.isEmpty)
  }

  /// Programs that other tests start would keep it open.
  private func open(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(path, .writeOnly, options: [.create, .closeOnExec], permissions: .ownerReadWrite)
  }

  @Test func aFileIsWrittenUntilItsWriterClosesIt() throws {
    #expect(feed.watch(scratch.root))
    let path = scratch.path("x")
    let file = try open(path)
    #expect(changes().writing == [path: .begun])
    _ = try file.writeAll([1])
    #expect(changes().writing == [path: .open])
    // Reading tells nothing.
    #expect(try disk.readSmall(path, limit: 10) == [1])
    #expect(changes().writing == [:])
    _ = try file.writeAll([2])
    try file.close()
    #expect(changes().writing == [path: .closed])
  }

  @Test func ofAFileWithSeveralWritersNobodyKnows() throws {
    #expect(feed.watch(scratch.root))
    let path = scratch.path("x")
    let (one, two) = (try open(path), try open(path))
    _ = try one.writeAll([1])
    try one.close()
    _ = try two.writeAll([2])
    #expect(changes().writing == [path: .open])
    try two.close()
    #expect(changes().writing == [path: .unknown])
  }

  @Test func aRenameTakesWhatIsKnownAlong() throws {
    try scratch.folder("a")
    for name in ["", "a"] { #expect(feed.watch(scratch.path(name))) }
    let (temporary, path) = (scratch.path(".x.tmp"), scratch.path("a/x"))
    let file = try open(temporary)
    _ = try file.writeAll([1])
    #expect(rename(temporary.string, path.string) == 0)
    #expect(changes().writing == [path: .open])
    try file.close()
    #expect(changes().writing == [path: .closed])
    #expect(rename(path.string, temporary.string) == 0)
    #expect(changes().writing == [temporary: .closed])
    // What comes from where nobody looked.
    try scratch.write("x", to: "b/y")
    #expect(rename(scratch.path("b/y").string, path.string) == 0)
    #expect(changes().writing[path] == .unknown)
    // A folder that is renamed is looked at anew.
    let open = try open(path)
    _ = try open.writeAll([1])
    #expect(changes().writing == [path: .open])
    #expect(rename(scratch.path("a").string, scratch.path("c").string) == 0)
    #expect(changes().writing[path] == .unknown)
    try open.close()
  }

  @Test func aFolderThatGoesOrIsRenamedIsToldAndForgotten() throws {
    try scratch.folder("a/b")
    for name in ["", "a", "a/b"] { #expect(feed.watch(scratch.path(name))) }
    #expect(rename(scratch.path("a").string, scratch.path("c").string) == 0)
    #expect(changes().paths.isSuperset(of: [scratch.path("a"), scratch.path("c")]))
    #expect(feed.count == 1)
    for name in ["c", "c/b"] { #expect(feed.watch(scratch.path(name))) }
    try scratch.write("x", to: "c/b/1")
    #expect(changes().paths.contains(scratch.path("c/b/1")))
    try FileManager.default.removeItem(atPath: scratch.path("c").string)
    #expect(changes().paths.contains(scratch.path("c")) && feed.count == 1)
    #expect(!feed.watch(scratch.path("c")))
  }

  @Test func whoWaitsIsWokenByABellAJournalAndAStop() throws {
    let journal = try scratch.folder("journal")
    feed.wake(for: journal)
    func wait(_ wake: @escaping @Sendable () -> Void) throws -> Duration {
      let worker = try Worker("later") {
        Thread.sleep(forTimeInterval: 0.1)
        wake()
      }
      let took = ContinuousClock().measure { feed.wait(.seconds(60), bell: self.bell, stop: self.stop) }
      worker.join()
      return took
    }
    let bell = bell
    let rung = try wait { bell.ring() }
    #expect(rung < .seconds(30))
    let scratch = scratch
    let written = try wait { _ = try? scratch.write("x", to: "journal/x") }
    #expect(written < .seconds(30))
    #expect(feed.take().paths.isEmpty)
    let stop = stop
    let stopped = try wait { stop.request() }
    #expect(stopped < .seconds(30))
  }

  @Test func textsOfPathsAreReversible() throws {
    let odd = latin1(in: "/a")
    for path in [FilePath("/a/b"), FilePath(platformString: odd), "/a/bytes:x", "bytes:x", "/"] {
      #expect(PathText.path(PathText.of(path)) == path)
      let (folder, name) = PathText.split(path)
      if path.isAbsolute, path != "/" { #expect(PathText.path(folder, name) == path) }
    }
    let text = PathText.of(FilePath(platformString: odd))
    for (path, folder) in [(text, "/a"), ("/a/b", "/a"), ("/a", "/a"), ("/a", "/")] {
      #expect(PathText.isAtOrBelow(path, folder))
    }
    for (path, folder) in [(text, "/b"), ("/ab", "/a"), ("/a", "/a/b")] {
      #expect(!PathText.isAtOrBelow(path, folder))
    }
  }

  /// A program that dies of SIGIO is not seen in a test of the same process: it would end all of them.
  @Test func whoOpensAFileWhileItIsAskedForItsWritersEndsNothing() throws {
    let path = try scratch.write("x", to: "x")
    let isOver = Stop()
    let writer = try Worker("writer") {
      while !isOver.isRequested {
        if let file = try? FileDescriptor.open(path, .writeOnly, options: [.nonBlocking]) { try? file.close() }
      }
    }
    var (free, busy) = (0, 0)
    let end = ContinuousClock.now + .seconds(2)
    while ContinuousClock.now < end {
      switch disk.writers(of: path) {
      case .none: free += 1
      case .some: busy += 1
      case .unknown: break
      }
    }
    isOver.request()
    writer.join()
    #expect(free > 0 && busy > 0)
  }
}
