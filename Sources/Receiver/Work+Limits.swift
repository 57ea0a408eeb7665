internal import Custody
internal import Journal
internal import Parcel
internal import Spool

// What a sender's limits let through and this site's do not: people are told at both ends.

extension Work {
  private static let alertPrefix = "limit "

  /// Tells of the partners of whom a parcel lies in quarantine for this site's limits, with the key that would let it
  /// through; settles the alerts of the others.
  func tellOfLimits() throws {
    let code = ParcelError.Code.limit.rawValue
    var keys: Set<String> = []
    for entry in try journal.quarantined(for: code, limit: 100) {
      guard let partner = entry.partner, keys.insert(Self.alertPrefix + partner).inserted else { continue }
      try journal.raise(
        Alert(
          key: Self.alertPrefix + partner, code: code, severity: .warning,
          message: "A parcel from \(partner) is beyond the limits of this site and was refused: \(entry.reason)",
          remedy: "Raise the key that the message names, restart studypost receive, and: studypost quarantine release "
            + entry.name), by: .receive)
    }
    try journal.settle(alertsBeginning: Self.alertPrefix, except: keys)
  }
}
