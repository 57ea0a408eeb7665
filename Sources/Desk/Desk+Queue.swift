internal import Custody
public import Journal
internal import Parcel
internal import Sealing
internal import Site
internal import Spool

extension Desk {
  /// One line of the queue.
  public enum QueueItem: Sendable {
    /// A study that is not sealed yet, with the partners that it goes to, as far as they are known, and what it waits for where
    /// some of it has left.
    case study(OutboundStudy, partners: [String], waits: String?)
    /// A parcel, and what it waits for where it is not its turn.
    case parcel(OutboundParcel, waits: String?)
  }

  /// A study or parcel with its history.
  public struct QueueCard: Sendable {
    /// What it is.
    public var item: QueueItem
    /// Whom and what it is about, as far as its files told.
    public var subject: Subject?
    /// What the partner said of it, as it was signed.
    public var receipts: [StoredReceipt] = []
    /// What happened, in time order.
    public var events: [Event]
    /// The parcels that an outbound study became, by their partner.
    public var parcels: [Recipient] = []
  }

  /// So many events are shown with one thing.
  static let mostEvents = 1000

  /// What is on its way out: studies first, by age; then parcels in the order in which they go.
  ///
  /// - Parameter withDone: also what was delivered, called back or let go.
  public func queue(_ page: Page = Page(), withDone: Bool = false) throws -> Portion<QueueItem> {
    let done: Set<OutboundParcelState> = [.delivered, .cancelled, .discarded]
    let states = OutboundParcelState.allCases.filter { withDone || !done.contains($0) }
    let studyCount = try unsealedStudies()
    let parcelCount = try journal.outboundParcelCounts().filter { states.contains($0.key) }.values
      .reduce(0) { $0 + $1.items }
    var items: [QueueItem] = []
    if page.offset < studyCount {
      let studies = try journal.outboundStudies(in: Self.unsealed, limit: page.limit, offset: page.offset)
      let partners = try journal.recipients(outboundStudies: studies.map(\.id))
      items = try studies.map { try item($0, partners: partners[$0.id] ?? []) }
    }
    if items.count < page.limit {
      let lanes = try laneLook()
      items += try journal.outboundParcels(
        in: states, limit: page.limit - items.count, offset: max(0, page.offset - studyCount)
      ).map { .parcel($0, waits: lanes.wait(of: $0)) }
    }
    return Portion(items, of: studyCount + parcelCount)
  }

  private static let unsealed: [OutboundStudyState] = [.collecting, .ready]

  /// How many studies are collected and not sealed.
  public func unsealedStudies() throws -> Int {
    try journal.outboundStudyCounts().filter { Self.unsealed.contains($0.key) }.values.reduce(0) { $0 + $1.items }
  }

  /// One study or parcel of the queue.
  public func queueCard(_ text: String) throws -> QueueCard {
    let (kind, id) = try identify(text, as: .outboundParcel, .outboundStudy)
    if kind == .outboundParcel, var parcel = try journal.outboundParcel(id) {
      parcel.note = parcel.note.map(opened)
      try disclose("queue show", count: 1, study: parcel.study, parcel: parcel.id, site: parcel.recipient)
      return try QueueCard(
        item: .parcel(parcel, waits: laneLook().wait(of: parcel)),
        subject: try journal.subject(of: parcel.outboundStudy),
        receipts: try journal.receipts(parcel: id),
        // What happened to other parcels of its study is theirs.
        events: try journal.trace(id, ofNoParcelBut: id, limit: Self.mostEvents))
    }
    guard let study = try journal.outboundStudy(id) else { throw DeskError(.notFound, "\(id): it is gone meanwhile.") }
    let recipients = try journal.recipients(outboundStudy: id)
    try disclose("queue show", count: 1, ids: [id], study: study.study)
    return QueueCard(
      item: try item(study, partners: recipients.map(\.partner)), subject: try journal.subject(of: id),
      events: try journal.trace(id, limit: Self.mostEvents),
      parcels: recipients)
  }

  /// A study with what is known of it while it is collected: an urgent one goes on to whom its portions went.
  private func item(_ study: OutboundStudy, partners: [String]) throws -> QueueItem {
    guard study.state == .collecting, study.continues else { return .study(study, partners: partners, waits: nil) }
    let unfinished = try journal.unfinishedRecipients(study: study.study).map(\.partner)
    let count = try journal.portionCount(study: study.study)
    return .study(
      study, partners: partners.isEmpty ? unfinished : partners,
      waits: "\(counted(count, "portion has", "portions have")) left; more is waited for")
  }

  /// What a parcel waits for where its lane is closed; nil: for nothing but its turn.
  public func wait(of parcel: OutboundParcel) throws -> String? { try laneLook().wait(of: parcel) }

  private func laneLook() throws -> LaneLook {
    try LaneLook(
      partners: PartnerBook.read(configuration.partners, owner: configuration.site).book, journal: journal)
  }

  /// What a person at the partner's wrote, if whoever asks may read this site's key.
  private func opened(_ note: String) -> String {
    guard let keys = try? Keys.load(configuration.keys), let bytes = try? AgeText.open(note, with: keys.ages),
      let text = String(validating: bytes, as: UTF8.self)
    else { return "It is encrypted to this site: whoever may read the site's keys sees it." }
    return text
  }

  // MARK: Decisions

  /// Sends a refused or expired parcel again as it is; one that waits for its next attempt is tried at once.
  ///
  /// - Returns: the parcel.
  @discardableResult
  public func retry(_ text: String) throws -> OutboundParcel {
    let parcel = try parcel(text, to: "be sent again")
    if parcel.state == .sealed {
      try journal.note(outboundParcel: parcel.id, event: event("retry", parcel, "wanted it tried at once.")) {
        $0.tryNow = true
      }
      return parcel
    }
    guard [.refused, .expired].contains(parcel.state) else { throw wrongState(parcel, to: "be sent again") }
    try requireFiles(of: parcel)
    return try change(parcel, by: .retried, to: "be sent again", "retry", "ordered it sent again.") {
      $0.attempts = 0
      $0.waited = 0
      $0.unproven = 0
      $0.resent = 0
      $0.tryNow = true
      $0.reasonCode = nil
      $0.reason = nil
      $0.note = nil
    }
  }

  /// Has the study of a parcel that is closed sent once more, as a new parcel with the same payload.
  ///
  /// - Parameter isBulk: behind all others.
  /// - Returns: the id of the new parcel.
  public func resend(_ text: String, isBulk: Bool = false) throws -> (parcel: OutboundParcel, new: String) {
    let parcel = try parcel(text, to: "be sent once more")
    guard [.delivered, .refused, .expired].contains(parcel.state) else {
      throw wrongState(parcel, to: "be sent once more")
    }
    guard !parcel.isPurged else {
      throw DeskError(
        .files,
        "Parcel \(parcel.id): its files were removed after retention.sent. Drop the study into \(exportFolder(parcel)) again."
      )
    }
    try requireFiles(of: parcel)
    // Who repeats an order, not knowing whether it was heard, wants it once.
    guard try !journal.isOnItsWayAgain(parcel) else {
      throw DeskError(
        .wrongState,
        "Parcel \(parcel.id): its study is on its way once more already. See: studypost queue show \(parcel.id)")
    }
    let new = ParcelID().text
    // The new one takes its lane from this one.
    try journal.note(outboundParcel: parcel.id) { $0.bulk = isBulk }
    try journal.owe(
      [.reseal(parcel: parcel.id, as: new)], subject: "parcel:\(new)",
      event: event(
        "resend", parcel, "ordered the study sent once more, as parcel \(new)\(isBulk ? ", behind all others" : "")."))
    return (parcel, new)
  }

  /// The parcels in which the study of a parcel goes or went to its partner, in their order.
  public func parcels(ofStudyOf parcel: OutboundParcel) throws -> [OutboundParcel] {
    try journal.outboundParcels(study: parcel.study, recipient: parcel.recipient)
  }

  /// Sends a parcel before all others.
  public func expedite(_ text: String) throws -> OutboundParcel {
    let parcel = try parcel(
      text, to: "be sent before others",
      orElse:
        "Put one of its images into \(spool[.export].appending("PARTNER").appending(Spool.urgentName))/ and it leaves "
        + "at once, or wait")
    guard parcel.state == .sealed else { throw wrongState(parcel, to: "be sent before others") }
    try journal.note(
      outboundParcel: parcel.id, event: event("expedited", parcel, "ordered it sent before all others.")
    ) {
      $0.expedited = true
      $0.bulk = false
      $0.tryNow = true
    }
    return parcel
  }

  /// Calls back a parcel that is not shipped yet.
  public func cancel(_ text: String) throws -> OutboundParcel {
    let parcel = try parcel(text, to: "be called back")
    return try change(parcel, by: .cancelled, to: "be called back", "cancelled", "called it back.") { [actor] in
      $0.reasonCode = "cancelled"
      $0.reason = "called back by \(actor.name)"
    }
  }

  /// Lets a parcel go that could not be delivered.
  public func discard(parcel text: String, reason: String) throws -> OutboundParcel {
    let reason = try outspoken(reason)
    let parcel = try parcel(text, to: "be discarded")
    return try change(parcel, by: .discarded, to: "be discarded", "discarded", "let it go: \(reason)") {
      $0.reasonCode = "discarded"
      $0.reason = reason
    }
  }

  // MARK: Support

  /// - Parameter way: what to do with a study that is not urgent and still collected: a sentence to which “until it is sealed”
  ///   is added.
  func parcel(_ text: String, to what: String, orElse way: String = "Wait") throws -> OutboundParcel {
    let (kind, id) = try identify(text, as: .outboundParcel, .outboundStudy)
    if kind == .outboundParcel, let parcel = try journal.outboundParcel(id) { return parcel }
    let study = try journal.outboundStudy(id)
    let advice =
      switch study?.state {
      case .collecting where study?.urgent == true: " It is urgent: its images leave as they come."
      case .collecting: " \(way) until it is sealed: studypost queue show \(id)"
      case .ready: " Wait until it is sealed: studypost queue show \(id)"
      default: ""
      }
    throw DeskError(
      .wrongState,
      "\(id) is a study (\(study?.state.rawValue ?? "gone")) and not a parcel: only a parcel can \(what).\(advice)",
      lines: try journal.recipients(outboundStudy: id).compactMap { recipient in
        recipient.parcel.map { "its parcel to \(recipient.partner): \($0)" }
      })
  }

  private func change(
    _ parcel: OutboundParcel, by change: OutboundParcelChange, to what: String, _ word: String, _ detail: String,
    _ set: (inout OutboundParcel) -> Void
  ) throws -> OutboundParcel {
    guard
      let changed = try journal.change(
        outboundParcel: parcel.id, by: change, event: event(word, parcel, detail), set)
    else { throw wrongState(try journal.outboundParcel(parcel.id) ?? parcel, to: what, by: change) }
    return changed
  }

  func event(_ word: String, _ parcel: OutboundParcel, _ detail: String) -> Event {
    Event(
      word, by: actor.name, site: parcel.recipient, study: parcel.study, parcel: parcel.id, "\(actor.name) \(detail)",
      before: parcel.state.rawValue)
  }

  func wrongState(
    _ parcel: OutboundParcel, to what: String, by change: OutboundParcelChange? = nil
  ) -> DeskError {
    let states = change.map { Machine.outboundParcel.states(before: $0).map(\.rawValue).joined(separator: " or ") }
    return DeskError(
      .wrongState,
      "Parcel \(parcel.id) is \(parcel.state.rawValue): it cannot \(what)."
        + (states.map { " Only one that is \($0) can." } ?? ""))
  }

  private func requireFiles(of parcel: OutboundParcel) throws {
    do {
      try SealedParcel.check(
        folder: spool[.outbound].appending(parcel.id), manifestDigest: parcel.manifestDigest,
        payloadBytes: parcel.payloadBytes, fully: false, disk: spool.disk)
    } catch let error as ParcelError {
      throw DeskError(
        .files,
        "\(error) So the parcel cannot be sent again: drop the study into \(exportFolder(parcel)) again, and let this one "
          + "go: studypost queue discard \(parcel.id) --reason TEXT", cause: error)
    }
  }

  private func exportFolder(_ parcel: OutboundParcel) -> String {
    spool[.export].appending(parcel.recipient).string
  }
}
