import Spool
import Testing

struct BackoffTests {
  @Test func pausesDoubleWithinTheirBoundsAndTwentyPercent() {
    for _ in 0..<100 {
      var backoff = Backoff(first: .seconds(30), longest: .seconds(3600))
      #expect(backoff.isOver)
      for pause in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600] as [Double] {
        let before = ContinuousClock.now
        backoff.fail()
        let seconds = before.duration(to: backoff.next) / .seconds(1)
        #expect(seconds > pause * 0.79 && seconds < pause * 1.21)
        #expect(!backoff.isOver)
      }
      for _ in 0..<1000 { backoff.fail() }
      #expect(ContinuousClock.now.duration(to: backoff.next) < .seconds(3600 * 1.21))
      backoff.hurry()
      #expect(backoff.isOver && backoff.failures > 0)
      backoff.reset()
      #expect(backoff.isOver && backoff.failures == 0)
    }
  }
}
