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

  @Test func itWakesAnotherThread() {
    let worker = Worker("later") { [bell] in
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
}
