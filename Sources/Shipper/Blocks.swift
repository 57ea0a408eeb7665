internal import Foundation
internal import Spool

/// The blocks of a payload that several connections upload: each is taken by one, and none far ahead of the first that is
/// not there yet.
final class Blocks: @unchecked Sendable {
  private let condition = NSCondition()
  private let end: Int64
  private let sizes: ClosedRange<Int64>
  private let connections: Int64
  /// So many bytes after the first that is missing a block may end.
  let ahead: Int64
  /// Where the blocks begin that nobody has taken yet.
  private var next: Int64
  /// Those that a connection could not finish.
  private var returned: [Range<Int64>] = []
  /// How far each of those reached that are under way, by where it begins.
  private var underWay: [Int64: Int64] = [:]
  /// The bytes of those that are done, and of all before them.
  private var finished: Int64
  private var hasBegun = false
  private var isEnded = false

  /// - Parameters:
  ///   - missing: what is missing before the start.
  ///   - sizes: of a block: towards the end they are smaller, so that all connections end together.
  ///   - connections: how many take them.
  init(
    from start: Int64, missing: [Range<Int64>] = [], to end: Int64, each sizes: ClosedRange<Int64>,
    over connections: Int
  ) {
    (next, self.end, self.sizes, self.connections) = (start, end, sizes, Int64(connections))
    ahead = sizes.upperBound * (self.connections + 2)
    finished = start - missing.reduce(0) { $0 + Int64($1.count) }
    returned = missing.reversed()
  }

  /// Whether all are there.
  var isDone: Bool { condition.withLock { isAllDone } }

  /// How many of the payload's bytes are there.
  var sent: Int64 {
    condition.withLock { finished + underWay.reduce(0) { $0 + $1.value - $1.key } }
  }

  /// What is not there, once nobody writes any more: all after the last that was taken, and what is missing before.
  var gaps: Gaps { condition.withLock { Gaps(known: next, ahead: end, missing: returned) } }

  private var isAllTaken: Bool { next == end && returned.isEmpty }
  private var isAllDone: Bool { isAllTaken && underWay.isEmpty }
  private var firstMissing: Int64 { ([next] + returned.map(\.lowerBound) + underWay.keys).min() ?? next }

  /// From now on there are blocks to take.
  func begin() {
    condition.withLock {
      hasBegun = true
      condition.broadcast()
    }
  }

  /// A block to upload; nil: there is none any more, or there was none for so long.
  ///
  /// - Parameter last: waits while others have the last ones: they may give them back.
  func take(waiting patience: Duration? = nil, evenLast last: Bool = true) -> Range<Int64>? {
    condition.withLock {
      let until = patience.map { Date(timeIntervalSinceNow: $0 / .seconds(1)) }
      while !isEnded, !isAllDone, last || !isAllTaken {
        if hasBegun, let part = free() {
          underWay[part.lowerBound] = part.lowerBound
          return part
        }
        if let until {
          guard condition.wait(until: until) else { return nil }
        } else {
          condition.wait()
        }
      }
      return nil
    }
  }

  private func free() -> Range<Int64>? {
    if let part = returned.popLast() { return part }
    let size = max(sizes.lowerBound, min(sizes.upperBound, (end - next) / (2 * connections)))
    let part = next..<min(next + size, end)
    guard !part.isEmpty, part.upperBound <= firstMissing + ahead else { return nil }
    next = part.upperBound
    return part
  }

  /// A block is there as far as this.
  func reached(_ position: Int64, of part: Range<Int64>) {
    condition.withLock { underWay[part.lowerBound] = position }
  }

  /// A block is there.
  func done(_ part: Range<Int64>) {
    condition.withLock {
      underWay[part.lowerBound] = nil
      finished += Int64(part.count)
      condition.broadcast()
    }
  }

  /// A block is for another connection, from where it is not there.
  func giveBack(_ part: Range<Int64>, from position: Int64? = nil) {
    condition.withLock {
      underWay[part.lowerBound] = nil
      let position = position ?? part.lowerBound
      finished += position - part.lowerBound
      if position < part.upperBound { returned.append(position..<part.upperBound) }
      condition.broadcast()
    }
  }

  /// Nobody gets another one. Waits until those under way are done or given back, but not longer than that.
  func close(within patience: Duration) {
    condition.withLock {
      isEnded = true
      condition.broadcast()
      let until = Date(timeIntervalSinceNow: patience / .seconds(1))
      while !underWay.isEmpty, condition.wait(until: until) {}
    }
  }

  /// Nobody gets another one.
  func close() {
    condition.withLock {
      isEnded = true
      condition.broadcast()
    }
  }
}
