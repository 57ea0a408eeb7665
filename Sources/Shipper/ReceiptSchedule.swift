/// When to look for receipts: often after a shipment, then ever more seldom, and not at all while none can come.
struct ReceiptSchedule {
  private var shipment: ContinuousClock.Instant?
  private(set) var next = ContinuousClock.now

  var isDue: Bool { next <= .now }

  /// Whether the next look comes soon enough to keep the connection for it.
  var isOften: Bool { ContinuousClock.now.duration(to: next) <= .seconds(10) }

  /// The pause between two looks at present.
  private var pause: Duration {
    guard let shipment else { return .seconds(60) }
    let age = shipment.duration(to: .now)
    if age < .seconds(30) { return .seconds(1) }
    return age < .seconds(300) ? .seconds(5) : .seconds(60)
  }

  /// A parcel was shipped.
  mutating func shipped() {
    shipment = .now
    next = min(next, .now.advanced(by: pause))
  }

  /// A look was taken. One that takes long, because thousands lie there, leaves nine tenths of the time to uploads.
  mutating func taken(since start: ContinuousClock.Instant) {
    next = .now.advanced(by: max(pause, start.duration(to: .now) * 10))
  }

  /// No receipt is to be expected; a shipment, or a person, changes that.
  mutating func nothingExpected() {
    shipment = nil
    next = .now.advanced(by: .seconds(3600))
  }
}

/// When to look whether the partner took back what it had imported: seldom, since people do that.
struct LookBackSchedule {
  private var next = ContinuousClock.now

  var isDue: Bool { next <= .now }

  /// A look was taken.
  mutating func taken() { next = .now.advanced(by: .seconds(3600)) }
}
