import Foundation
import Spool
import Testing
import Threads

struct BellTests {
  let bell = Bell()
  let stop = Stop()

  @Test func oneThatIsRungBeforeOrOftenWakesOnce() {
    for _ in 0..<3 { bell.ring() }
    #expect(bell.wait(.seconds(60), stop: stop))
    #expect(!bell.wait(.milliseconds(10), stop: stop))
  }

  @Test func itWakesAnotherThread() throws {
    let worker = try Worker("later") { [bell] in
      Thread.sleep(forTimeInterval: 0.1)
      bell.ring()
    }
    #expect(bell.wait(.seconds(60), stop: stop))
    worker.join()
  }

  @Test func aRequestToStopEndsTheWait() {
    stop.request()
    let took = ContinuousClock().measure { _ = bell.wait(.seconds(60), stop: stop) }
    #expect(took < .seconds(30))
  }

  @Test func whoWaitsGivesBackTheMemoryThatWasFreed() throws {
    let size = 16 << 10
    let blocks = (0..<4096).map { _ in
      let block = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
      block.initializeMemory(as: UInt8.self, repeating: 1)
      return block
    }
    // It lies behind them, so that the heap does not shrink by itself.
    let last = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 16)
    defer { last.deallocate() }
    for block in blocks { block.deallocate() }
    let before = try resident()
    bell.wait(.milliseconds(1), stop: stop)
    #expect(try before - resident() > 32 << 20)
  }

  /// The bytes of this process that are in memory: proc(5), `statm`.
  private func resident() throws -> Int {
    let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .ascii).split(separator: " ")
    return try #require(Int(fields[1])) * Int(getpagesize())
  }
}
