internal import Custody
internal import Journal
internal import Logging
internal import Parcel
internal import Spool

extension PartnerWorker {
  /// Applies the receipts of one parcel in the order in which the partner wrote them. One that was applied before says
  /// nothing new: of a parcel that was sent again, the answers to the first one may still lie there.
  func apply(_ taken: [TakenReceipt], to parcel: OutboundParcel) throws {
    let fresh = try taken.filter { try !journal.isSettled(receipt: $0.stored.digest) }.sorted { $1.follows($0) }
    if fresh.isEmpty { return }
    var applied: [Journal.AppliedReceipt] = []
    for (index, receipt) in fresh.enumerated() {
      // A refusal that was followed by something else was taken back.
      if try receipt.receipt.status == .refused && index < fresh.count - 1 || isOutdated(receipt, parcel) {
        applied.append(Journal.AppliedReceipt(receipt.stored, nil))
      } else if let meaning = try meaning(of: receipt, for: parcel) {
        applied.append(meaning)
      }
    }
    if applied.isEmpty { return }
    guard let now = try journal.apply(applied, to: parcel.id) else { return }
    try tell(now, before: parcel)
  }

  /// Whether a receipt was written before the refusal or the import that stands, or before the loss for which the parcel is
  /// sent again, and comes late. Damage is answered from where no parcel is, by a clock that may have been set back since: it
  /// says nothing of one that was imported.
  private func isOutdated(_ taken: TakenReceipt, _ parcel: OutboundParcel) throws -> Bool {
    if parcel.state == .delivered {
      if taken.receipt.status == .refused, Refusal.ofDamage.contains(taken.receipt.reason ?? "") { return true }
      let last = try journal.receipts(parcel: parcel.id).last { $0.status == Receipt.Status.imported.rawValue }
      return last.map { taken.receipt.at <= $0.at } ?? false
    }
    guard [.received, .held].contains(taken.receipt.status), let code = parcel.reasonCode,
      parcel.state == .refused && !Refusal.ofDamage.contains(code)
        || [.sealed, .shipped].contains(parcel.state) && code == Refusal.ofLoss
    else { return false }
    let refusal = try journal.receipts(parcel: parcel.id).last { $0.status == Receipt.Status.refused.rawValue }
    return refusal.map { taken.receipt.at < $0.at } ?? false
  }

  private func tell(_ now: OutboundParcel, before: OutboundParcel) throws {
    try settle([.receipt, .vanishing], of: now)
    guard now.state != before.state else { return }
    setbacks.clear(now.id)
    let level: Logger.Level
    switch now.state {
    case .damaged: return try tellDamage(of: now)
    case .refused:
      if let alert = ShipAlert.of(now) { try context.raise(alert) }
      level = .error
    default:
      try settle([.refused, .unreadable, .notShipped], of: now)
      level = now.state == .sealed ? .warning : .info
    }
    logger.log(
      level: level, "\(name) answered: the parcel is \(now.state.rawValue).", metadata: ["parcel": "\(now.id)"])
  }

  /// What a receipt makes of a parcel.
  ///
  /// - Returns: nil where that cannot be told now: the receipt stays there.
  private func meaning(of taken: TakenReceipt, for parcel: OutboundParcel) throws -> Journal.AppliedReceipt? {
    func event(_ what: String, _ detail: String) -> Event {
      Event(what, site: name, study: parcel.study, parcel: parcel.id, detail)
    }
    func answered(_ parcel: inout OutboundParcel) {
      parcel.reasonCode = nil
      parcel.reason = nil
      parcel.note = nil
    }
    switch taken.receipt.status {
    case .received:
      return .init(
        taken.stored, .received, event: event("received", "\(name) has it, whole and durable."), set: answered)
    case .held:
      return .init(
        taken.stored, .heldThere,
        event: event(
          "held-there",
          (parcel.state == .delivered ? "\(name) took the import back: it" : "It")
            + " waits at \(name) for a person to confirm the patient."), set: answered)
    case .imported:
      // A person there may have left images out, of another patient for instance.
      let isAll = taken.receipt.reason == nil
      let words =
        isAll
        ? "\(name) has imported it."
        : "\(name) has imported \(taken.receipt.instances) of its \(parcel.instances) images: the others were left out there."
      return .init(taken.stored, .imported, event: event("delivered", words)) {
        answered(&$0)
        if !isAll { ($0.reasonCode, $0.reason, $0.note) = (taken.receipt.reason, words, taken.receipt.note) }
      }
    case .refused: return try refusal(taken, of: parcel)
    }
  }

  /// What arrived damaged or was lost there is sent once more, if it is whole here; all else waits for a person.
  private func refusal(_ taken: TakenReceipt, of parcel: OutboundParcel) throws -> Journal.AppliedReceipt? {
    let reason = taken.receipt.reason ?? "unspecified"
    let words = Refusal.words(for: reason, answersOurManifest: taken.answersOurManifest)
    let mayMend = !taken.answersOurManifest || reason == Refusal.ofLoss || Refusal.ofDamage.contains(reason)
    guard mayMend, parcel.resent == 0, Machine.outboundParcel.states(before: .resent).contains(parcel.state) else {
      let event = Event(
        "refused", site: name, study: parcel.study, parcel: parcel.id, "\(name) refused it (\(reason)): \(words)")
      return .init(taken.stored, .refused, event: event) {
        $0.reasonCode = reason
        $0.reason = words
        $0.note = taken.receipt.note
      }
    }
    do {
      try LocalParcel.checkFully(parcel, in: context.spool, signer: context.signer) { !stop.isRequested }
      lastChecked = parcel.id
    } catch let error as ParcelError {
      try context.checkOutbound()
      let what = Quoted.text("\(error)")
      return .init(taken.stored, .damaged, event: damage(of: parcel, what)) { $0.reason = what }
    } catch let error as ShipperError {
      try context.raise(ShipAlert.unreadable(parcel, Quoted.text("\(error)")))
      return nil
    }
    let mended = "\(words) It is whole here, and is sent once more."
    return .init(
      taken.stored, .resent,
      event: Event(
        "resend", site: name, study: parcel.study, parcel: parcel.id, "\(name) refused it (\(reason)): \(mended)")
    ) {
      $0.resent += 1
      $0.waited = 0
      $0.reasonCode = reason
      $0.reason = mended
    }
  }
}

extension TakenReceipt {
  /// Whether it was written after another one for the same parcel, by the partner's clock.
  func follows(_ other: TakenReceipt) -> Bool {
    (receipt.at, receipt.status.rank) > (other.receipt.at, other.receipt.status.rank)
  }
}

extension Receipt.Status {
  /// The order in which those of the same moment were written.
  fileprivate var rank: Int {
    switch self {
    case .received: 0
    case .held: 1
    case .refused: 2
    case .imported: 3
    }
  }
}

/// What a partner's reasons for a refusal mean.
enum Refusal {
  /// The parcel is not what was sent.
  static let ofDamage: Set<String> = ["digest", "signature", "manifest", "folder"]
  /// The parcel had arrived, and its copy there is gone.
  static let ofLoss = "lost"

  static func words(for reason: String, answersOurManifest: Bool) -> String {
    guard answersOurManifest else { return "Its manifest did not arrive as it was sent." }
    return switch reason {
    case "digest": "Its payload did not arrive as it was sent."
    case "signature": "This site's signature does not hold there."
    case "manifest": "Its manifest cannot be read there."
    case "folder": "It did not arrive with exactly its three files."
    case ofLoss: "It had arrived there, and its copy was lost."
    case "sender": "The partner expects another sender in this mailbox."
    case "recipient": "It is addressed to another site."
    case "limit": "It exceeds a limit that the partner has set."
    case "contents": "It does not hold what it announces."
    case "duplicate-conflict": "The partner has another parcel, or other instances, of the same name."
    case "rejected-by-clerk": "A person there rejected it."
    default: "The partner gives no other reason."
    }
  }
}
