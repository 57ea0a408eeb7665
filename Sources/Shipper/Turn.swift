internal import Journal
internal import Logging
internal import Site
internal import Spool
internal import Synchronization

/// Whether a parcel may go now, and go on while it is uploaded.
struct Turns: Sendable {
  /// Why a parcel does not go now.
  enum Obstacle: String, Sendable {
    /// It was called back, or is shipped.
    case gone = "it is not to be sent any more"
    /// Another one in an earlier lane waits.
    case overtaken = "another one goes first"
    /// Ordinary parcels do not go at this time of day.
    case closed = "the partner's window is closed, or its file is not in order"
    /// The bulk lane is paused.
    case paused = "the bulk lane is paused"
  }

  let journal: Journal
  let partner: Partner
  /// The time, in seconds since 1970.
  let now: @Sendable () -> Int64

  /// The last lane whose parcels may go at this time.
  func openLane() throws -> Lane {
    guard partner.isOpen(at: .system(at: now())) else { return .expedited }
    return try journal.isBulkPaused(recipient: partner.site.text) ? .ordinary : .bulk
  }

  /// Why a parcel does not go now; nil: it does.
  ///
  /// - Parameter excluding: the parcels that wait for their next attempt, which overtake nobody; nil: none overtakes.
  func obstacle(to id: String, excluding: Set<String>?) throws -> Obstacle? {
    guard let parcel = try journal.outboundParcel(id), parcel.state == .sealed else { return .gone }
    let open = try openLane()
    guard parcel.lane <= open else { return open == .ordinary ? .paused : .closed }
    guard let excluding else { return nil }
    let first = try journal.shippable(recipient: partner.site.text, upTo: open, excluding: excluding, limit: 1).first
    return first.map { $0.lane < parcel.lane } ?? false ? .overtaken : nil
  }
}

/// The turn of one parcel: looked at again and again while it is uploaded, by the thread that began it, and known to all threads
/// that upload parts of it.
final class Turn: Sendable {
  private let look: @Sendable () throws -> Turns.Obstacle?
  private let state = Mutex<(obstacle: Turns.Obstacle?, next: ContinuousClock.Instant)>((nil, .now))
  private let isOver = Atomic(false)

  /// So often it is looked at.
  private let often: Duration

  init(every often: Duration = .milliseconds(200), _ look: @escaping @Sendable () throws -> Turns.Obstacle?) {
    (self.often, self.look) = (often, look)
  }

  /// Why it ended; nil: it has not.
  var obstacle: Turns.Obstacle? { state.withLock(\.obstacle) }

  /// Whether it has not ended, as far as is known.
  var isOn: Bool { !isOver.load(ordering: .acquiring) }

  /// Whether it goes on. What the journal does not tell at this moment, it tells later.
  func goesOn() -> Bool {
    guard isOn else { return false }
    let isDue = state.withLock { state in
      guard state.next <= .now else { return false }
      state.next = .now.advanced(by: often)
      return true
    }
    if isDue, let obstacle = try? look() {
      state.withLock { $0.obstacle = obstacle }
      isOver.store(true, ordering: .releasing)
    }
    return isOn
  }
}
