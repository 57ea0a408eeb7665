internal import Journal

extension Receiver {
  /// Decides again about what waits, in portions, when the patient index has changed, when the service begins (perhaps with
  /// other rules), and from time to time. What is not there any more is asked for, before a person decides about nothing.
  ///
  /// - Returns: whether another look may find more.
  func decideAgain(once: Bool) throws -> Bool {
    again.begin(try patients.mark(), once: once)
    guard again.isRunning else { return false }
    let portion = try journal.heldParcels(after: again.last, limit: AgainRound.portion)
    var isAnyWritten = false
    for parcel in portion where !stop.isRequested {
      again.last = parcel
      if try work.refuseIfLost(parcel) {
        isAnyWritten = true
        continue
      }
      guard let study = parcel.study else { continue }
      let parts = try journal.heldParts(study: study)
      // A study is decided at its first part.
      guard parts.first?.id == parcel.id, work.mayDecideAgain(parts) else { continue }
      if try work.mustRead(parts), !once {
        // It is opened on a lane of its own; where all are taken, it is looked at again soon.
        if try !submit(parcel.id, size: parcel.bytes, once: once, { try $0.decideAgain(parts) }) {
          again.isIncomplete = true
        }
      } else {
        _ = try workHere(parcel.id) { if try $0.decideAgain(parts) { isAnyWritten = true } }
      }
      heartbeat.beat("deciding again")
    }
    if portion.count < AgainRound.portion { again.end() }
    return again.isRunning || isAnyWritten
  }
}

/// A walk over all that waits, in the order of the worklist.
struct AgainRound {
  /// So many are looked at before other work is.
  static let portion = 50
  /// What waits is looked at once in so long, whatever happened.
  private static let longest = Duration.seconds(600)
  /// A round that could not look at all.
  private static let soon = Duration.seconds(30)
  /// A feed changes the index every second, and a round over a long list takes longer.
  private static let pause = Duration.seconds(5)

  private(set) var isRunning = false
  /// The last one that was looked at.
  var last: InboundParcel?
  /// Some could not be looked at.
  var isIncomplete = false
  private var mark: String?
  private var began = ContinuousClock.now
  private var rests = ContinuousClock.now
  private var due = ContinuousClock.now

  /// Begins a round where it is time for one.
  mutating func begin(_ present: String, once: Bool) {
    guard !isRunning, mark != present && (once || rests <= .now) || mark != nil && due <= .now else { return }
    (mark, isRunning, last, isIncomplete, began) = (present, true, nil, false, .now)
  }

  /// The round is over.
  mutating func end() {
    let now = ContinuousClock.now
    isRunning = false
    last = nil
    rests = now + max(Self.pause, began.duration(to: now) * 10)
    due = now + (isIncomplete ? Self.soon : Self.longest)
  }
}
