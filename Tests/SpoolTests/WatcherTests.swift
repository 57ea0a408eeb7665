import Foundation
import Spool
import SystemPackage
import Testing
import Threads

struct WatcherTests {
  let scratch: Scratch
  let stop = Stop()

  init() throws { scratch = try Scratch() }

  /// Does something on another thread in a moment, and says how long the wait took.
  private func time(_ wait: () -> Void, _ work: @escaping @Sendable () -> Void) throws -> Duration {
    let worker = try Worker("later") {
      Thread.sleep(forTimeInterval: 0.2)
      work()
    }
    let took = ContinuousClock().measure(wait)
    worker.join()
    return took
  }

  @Test(arguments: ["new", "nested/deeper/new"])
  func aNewFileWakesEvenInANestedFolder(name: String) throws {
    try scratch.folder("nested/deeper")
    let watcher = Watcher()
    #expect(watcher.watch([scratch.root], depth: 3))
    #expect(!watcher.wait(.milliseconds(50), stop: stop))
    var changed = false
    let took = try time({ changed = watcher.wait(.seconds(60), stop: stop) }) { [scratch] in
      _ = try? scratch.write("x", to: name)
    }
    #expect(changed && took < .seconds(30))
  }

  @Test func aFolderThatAppearsIsWatchedAfterTheNextLook() throws {
    let watcher = Watcher()
    watcher.watch([scratch.root], depth: 3)
    try scratch.folder("study")
    #expect(watcher.wait(.seconds(60), stop: stop))
    watcher.watch([scratch.root], depth: 3)
    try scratch.write("x", to: "study/1")
    #expect(watcher.wait(.seconds(60), stop: stop))
  }

  @Test func aFolderThatWasMadeAgainIsWatchedAgain() throws {
    try scratch.folder("study")
    let watcher = Watcher()
    watcher.watch([scratch.root], depth: 1)
    try FileManager.default.removeItem(atPath: scratch.path("study").string)
    #expect(watcher.wait(.seconds(60), stop: stop))
    watcher.watch([scratch.root], depth: 1)
    try scratch.folder("study")
    while watcher.wait(.milliseconds(100), stop: stop) {}
    watcher.watch([scratch.root], depth: 1)
    try scratch.write("x", to: "study/1")
    #expect(watcher.wait(.seconds(60), stop: stop))
  }

  @Test func whatLiesTooDeepOrIsHiddenDoesNotWake() throws {
    try scratch.folder("a/b/c")
    try scratch.folder(".hidden")
    let watcher = Watcher()
    watcher.watch([scratch.root], depth: 1)
    try scratch.write("x", to: "a/b/x")
    try scratch.write("x", to: ".hidden/x")
    #expect(!watcher.wait(.milliseconds(100), stop: stop))
  }

  @Test func folderThatCannotBeWatchedIsTold() throws {
    let watcher = Watcher()
    #expect(!watcher.watch([scratch.root, scratch.path("nothing")], depth: 1))
    for index in 0..<10 { try scratch.folder("\(index)") }
    #expect(!watcher.watch([scratch.root], depth: 1, limit: 5))
    #expect(Watcher.canNotify(scratch.root))
  }

  @Test func aStopWakesEveryWait() throws {
    let watcher = Watcher()
    watcher.watch([scratch.root], depth: 1)
    var changed = true
    let stop = stop
    #expect(!stop.isRequested)
    let took = try time({ changed = watcher.wait(.seconds(60), stop: stop) }) { stop.request() }
    #expect(!changed && took < .seconds(30))
    #expect(stop.isRequested)
    // For good, and without time going by.
    #expect(ContinuousClock().measure { stop.wait(.seconds(60)) } < .seconds(30))
    #expect(ContinuousClock().measure { _ = watcher.wait(.seconds(60), stop: stop) } < .seconds(30))
    let other = Stop()
    #expect(try time({ other.wait(.seconds(60)) }) { other.request() } < .seconds(30))
  }

  @Test func aWaitEndsWithItsTime() {
    let took = ContinuousClock().measure { stop.wait(.milliseconds(150)) }
    #expect(took >= .milliseconds(150) && took < .seconds(30))
    #expect(ContinuousClock().measure { stop.wait(.seconds(-5)) } < .seconds(30))
    #expect(!Watcher().wait(.milliseconds(10), stop: stop))
  }
}
