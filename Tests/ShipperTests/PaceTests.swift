import Spool
import Testing

@testable import Shipper

/// The `rate_limit`, by a clock that stands still unless it is moved.
struct PaceTests {
  /// Sends all of it, in requests of 30 000 bytes over connections that take turns, as the limit lets them.
  ///
  /// - Returns: the bytes that were sent in each second.
  private func send(
    _ seconds: Int, at limit: Int64, connections: Int = 1, idle: Range<Int>? = nil
  ) -> [Int64] {
    let pace = Pace(bytesPerSecond: limit)
    let start = ContinuousClock.now
    var free = (0..<connections).map { _ in start }
    var sent = [Int64](repeating: 0, count: seconds)
    while let next = free.indices.min(by: { free[$0] < free[$1] }), free[next] < start.advanced(by: .seconds(seconds)) {
      if let idle, idle.contains(Int(start.duration(to: free[next]) / .seconds(1))) {
        free[next] = start.advanced(by: .seconds(idle.upperBound))
        continue
      }
      let wait = pace.pay(30_000, at: free[next])
      free[next] = free[next].advanced(by: max(wait, .microseconds(20)))
      let second = Int(start.duration(to: free[next]) / .seconds(1))
      if second < seconds { sent[second] += 30_000 }
    }
    return sent
  }

  @Test(arguments: [64 << 10, 1 << 20, 50_000_000] as [Int64], [1, 4])
  func itIsKeptToOverAllConnectionsTogether(_ limit: Int64, _ connections: Int) {
    let sent = send(20, at: limit, connections: connections)
    for first in 0..<10 {
      let rate = Double(sent[first..<(first + 10)].reduce(0, +)) / 10 / Double(limit)
      #expect((0.95...1.05).contains(rate), "\(rate)")
    }
  }

  @Test func whatWasNotUsedIsNotCaughtUp() {
    let sent = send(30, at: 1 << 20, idle: 10..<15)
    #expect(sent[11..<15].allSatisfy { $0 == 0 })
    let rate = Double(sent[15..<25].reduce(0, +)) / 10 / Double(1 << 20)
    #expect((0.95...1.05).contains(rate), "\(rate)")
  }

  @Test func withoutALimitNothingWaits() {
    let pace = Pace(bytesPerSecond: nil)
    #expect(pace.pay(1 << 40) == .zero && pace.inFlight(atMost: 3 << 20, trip: .seconds(1)) == 3 << 20)
  }

  @Test func littleIsUnderWayWhereLittleIsAllowed() {
    #expect(Pace(bytesPerSecond: 64 << 10).inFlight(atMost: 3 << 20, trip: .milliseconds(1)) == 30_000)
    #expect(Pace(bytesPerSecond: 1_000_000).inFlight(atMost: 3 << 20, trip: .milliseconds(50)) == 300_000)
    #expect(Pace(bytesPerSecond: 50_000_000).inFlight(atMost: 3 << 20, trip: .milliseconds(50)) == 3 << 20)
  }

  @Test func eachByteIsPaidForOnceAndBeforeItIsSent() {
    var payment = Payment(for: 100_000..<1_000_000, window: 60_000)
    var paid: [Int64] = [payment.next(after: 100_000)]
    var acknowledged: Int64 = 100_000
    while acknowledged < 1_000_000 {
      acknowledged = min(acknowledged + 30_000, 1_000_000)
      paid.append(payment.next(after: acknowledged))
    }
    #expect(paid.first == 60_000 && paid.reduce(0, +) == 900_000)
    #expect(paid.dropFirst().prefix(3) == [30_000, 30_000, 30_000] && paid.last == 0)
  }

  @Test func aSleepEndsWhenItIsToGoOnNoLonger() {
    let pace = Pace(bytesPerSecond: 1)
    var asked = 0
    pace.pay(3600, stop: Stop()) {
      asked += 1
      return asked < 3
    }
    #expect(asked == 3)
  }
}
