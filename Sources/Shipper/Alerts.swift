internal import Custody
internal import Journal
internal import SFTP
internal import Spool

/// What the shipper tells people, by its code. The key is the code and what it concerns, a parcel or a partner.
enum ShipAlert: String {
  // About one parcel.
  case refused, damaged, receipt, vanishing, unreadable
  case notShipped = "not-shipped"
  // About a partner.
  case unreachable, login, mailbox, receipts, expired, stranded
  case hostKey = "host-key"
  case notAccepted = "not-accepted"
  case unopened = "unopened-there"
  // About a partner, or all of them.
  case bulkPaused = "bulk-paused"

  /// Those that end when something goes well with a partner's server.
  static let ofConnection: [ShipAlert] = [.unreachable, .login, .mailbox, .hostKey, .notAccepted]

  func key(_ subject: String) -> String { "\(rawValue) \(subject)" }

  private func alert(
    _ subject: String, _ severity: Alert.Severity, _ message: String, _ remedy: String
  ) -> Alert {
    Alert(
      key: key(subject), code: rawValue, severity: severity, message: Quoted.text(message, limit: 1000), remedy: remedy)
  }

  /// The alert of a parcel that waits for a person because of the state that it is in.
  static func of(_ parcel: OutboundParcel) -> Alert? {
    let id = parcel.id
    switch parcel.state {
    case .refused:
      return refused.alert(
        id, .critical, "\(parcel.recipient) refused parcel \(id): \(parcel.reason ?? parcel.reasonCode ?? "?")",
        "See what it is: studypost queue show \(id). Then: studypost queue retry \(id), or studypost queue discard \(id) "
          + "--reason TEXT")
    case .damaged:
      return damaged.alert(
        id, .critical,
        "Parcel \(id) to \(parcel.recipient) is lost for good: \(parcel.reason ?? "its files are damaged.")",
        "Have the PACS export the study again; then: studypost queue discard \(id) --reason TEXT. Look at the disk.")
    default: return nil
    }
  }

  static func receipt(_ parcel: OutboundParcel, _ why: String) -> Alert {
    receipt.alert(
      parcel.id, .warning,
      "A receipt of \(parcel.recipient) for parcel \(parcel.id) does not hold, and is ignored: \(why)",
      "Ask the partner whether it has this site's parcel, and whether its signing key has changed.")
  }

  static func vanishing(_ parcel: OutboundParcel) -> Alert {
    vanishing.alert(
      parcel.id, .critical,
      "Parcel \(parcel.id) was delivered to \(parcel.recipient) \(parcel.deliveries) times and vanished there each time, "
        + "without a receipt.", "Ask the partner to look at its receiver and its disk. It is delivered again by itself."
    )
  }

  static func unreadable(_ parcel: OutboundParcel, _ why: String) -> Alert {
    unreadable.alert(
      parcel.id, .critical, "Parcel \(parcel.id) to \(parcel.recipient) cannot be read here: \(why)",
      "Look at this site's disk. It is tried again by itself.")
  }

  static func notShipped(_ parcel: OutboundParcel, _ why: String) -> Alert {
    notShipped.alert(
      parcel.id, .warning, "Parcel \(parcel.id) cannot be delivered to \(parcel.recipient): \(why)",
      "It is tried again by itself. See: studypost trace \(parcel.id)")
  }

  static func expired(to recipient: String) -> Alert {
    expired.alert(
      recipient, .critical, "Parcels to \(recipient) could not be delivered within ship.expire_after.",
      "See: studypost queue list. Then, for each: studypost queue retry ID, or studypost queue discard ID --reason TEXT"
    )
  }

  static func stranded(_ recipient: String) -> Alert {
    stranded.alert(
      recipient, .critical, "Parcels wait for \(recipient), which is not a partner (any more).",
      "Add its card (studypost partner add), or cancel the parcels (studypost queue cancel ID).")
  }

  static func unopened(by partner: String) -> Alert {
    unopened.alert(
      partner, .warning, "Parcels lie in \(partner)'s mailbox, whole, and its receiver does not take them.",
      "Ask the partner whether its receiver runs.")
  }

  static func bulkPaused(_ pause: BulkPause) -> Alert {
    let (to, name) = pause.partner.isEmpty ? ("all partners", "") : (pause.partner, " \(pause.partner)")
    return bulkPaused.alert(
      pause.subject, .warning, "The bulk lane to \(to) has been paused by \(pause.actor) since \(pause.since).",
      "If it is to go on: studypost queue resume --bulk\(name)")
  }

  static func receipts(of partner: String, _ why: String) -> Alert {
    receipts.alert(
      partner, .critical, "\(partner)'s receipts cannot be listed: \(why)",
      "Ask the partner to look at the permissions of receipts/ in this site's mailbox.")
  }

  /// What a failure that concerns a partner as a whole says at once, or after `ship.alert_after`.
  static func failure(_ error: any Error, of partner: String) -> (alert: Alert, atOnce: Bool) {
    let why = "\(error)"
    switch error {
    case let error as SFTPError where error.code == .hostKey:
      return (
        hostKey.alert(
          partner, .critical, "\(partner)'s server cannot be trusted, and nothing is sent there: \(why)",
          "Ask the partner by telephone what has changed; add its new card only after that."), true
      )
    case let error as SFTPError where error.code == .authentication:
      return (
        login.alert(
          partner, .critical, "\(partner)'s server does not let this site in: \(why)",
          "Send the partner this site's card (studypost card), and try: studypost partner test \(partner)"), true
      )
    case let error as ShipperError where error.code == .mailbox:
      return (
        mailbox.alert(
          partner, .critical, "\(partner)'s server has no mailbox for this site: \(why)",
          "Check sftp.directory on the partner's card, and try: studypost partner test \(partner)"), true
      )
    case let error as SFTPError where Failure(error) == .partner:
      return (
        unreachable.alert(
          partner, .warning, "\(partner) cannot be reached: \(why)",
          "It is tried again by itself. Look at the network, or ask the partner: studypost partner test \(partner)"),
        false
      )
    default:
      return (
        notAccepted.alert(
          partner, .warning, "\(partner) accepts no parcels: \(why)",
          "It is tried again by itself. Ask the partner to look at its disk and the mailbox's permissions."), false
      )
    }
  }
}

extension BulkPause {
  /// Whom it concerns.
  var subject: String { partner.isEmpty ? "all" : partner }
}
