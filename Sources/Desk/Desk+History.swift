internal import Journal
internal import Spool
public import Site
internal import Spool

extension Desk {
  /// Which part of the history is wanted.
  public struct Inquiry: Sendable {
    /// From this time on: UTC, ISO 8601, or its beginning (`2026-11` is a month); nil: from the beginning.
    public var from: String?
    /// Up to and with this time, or all times that begin so; nil: up to now.
    public var to: String?
    /// What concerns this partner; nil: whichever.
    public var partner: String?
    /// What concerns this patient, by number, identifier or name; nil: whoever.
    public var patient: String?
    /// What this person did; nil: whoever.
    public var who: String?
    /// What happened, a fixed word; nil: whatever.
    public var what: String?

    /// Asks for all of it.
    public init(
      from: String? = nil, to: String? = nil, partner: String? = nil, patient: String? = nil, who: String? = nil,
      what: String? = nil
    ) {
      self.from = from
      self.to = to
      self.partner = partner
      self.patient = patient
      self.who = who
      self.what = what
    }

    /// As it stands in the history of who asked.
    var words: String? {
      let asked = [
        ("from", from), ("to", to), ("partner", partner), ("patient", patient), ("who", who), ("what", what),
      ]
      let words = asked.compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
      return words.isEmpty ? nil : words
    }

    func contains(_ event: Event) -> Bool {
      (from.map { event.at >= $0 } ?? true) && (to.map { event.at < $0 + "~" } ?? true)
        && (partner.map { event.site == $0 } ?? true) && (who.map { event.actor == $0 } ?? true)
        && (what.map { event.what == $0 } ?? true)
    }
  }

  /// So many lines are read together.
  private static let portion = 2000

  /// What came, what left and who decided, in time order.
  ///
  /// - Parameter body: gets the lines in portions, so that a long history need not be in memory.
  /// - Throws: ``DeskError`` where the inquiry names a partner or a word that there is not.
  public func history(_ inquiry: Inquiry, _ body: ([Happening]) throws -> Void) throws {
    try check(inquiry)
    let last = try journal.lastEvent()
    try disclose("audit", count: nil, words: inquiry.words)
    try events(inquiry) { events in
      let events = events.filter { $0.id ?? 0 <= last && inquiry.contains($0) }
      let subjects = try journal.subjects(ofEvents: events.compactMap(\.id))
      let wishes = try journal.wishes(ofParcels: events.compactMap(\.parcel))
      try body(
        events.map { event in
          Happening(
            event: event, subject: event.id.flatMap { subjects[$0] },
            wish: try event.parcel.flatMap { wishes[$0] }.map { try wish($0, event) })
        })
    }
  }

  /// By whose wish a parcel goes to its recipient.
  private func wish(_ recipient: Recipient, _ event: Event) throws -> String {
    switch recipient.rule {
    case Recipient.manualRule: "a person" + (try event.study.flatMap(journal.router).map { ": \($0)" } ?? "")
    case "folder": "drop folder \(recipient.value)"
    default: "rule \(recipient.rule): \(recipient.value)"
    }
  }

  private func check(_ inquiry: Inquiry) throws {
    if let what = inquiry.what, Happening.all[what] == nil {
      throw DeskError(
        .usage, "--what \(Quoted.text(what, limit: 80)): the history has no such word. They are:",
        lines: Happening.all.keys.sorted())
    }
    guard let partner = inquiry.partner else { return }
    let book = try PartnerBook.read(configuration.partners, owner: configuration.site).book
    // One that was a partner once still stands in the history.
    if try !journal.events(from: nil, to: nil, partner: partner, limit: 1).isEmpty { return }
    _ = try self.partner(named: partner, in: book)
  }

  private func events(_ inquiry: Inquiry, _ body: ([Event]) throws -> Void) throws {
    if let patient = inquiry.patient {
      let events =
        patient.allSatisfy(\.isWhitespace) ? [] : try journal.trace(patient, patients: localIDs(patient), limit: .max)
      return try body(events)
    }
    var last: Int64 = 0
    while true {
      let events = try journal.events(
        from: inquiry.from, to: inquiry.to, partner: inquiry.partner, after: last, limit: Self.portion)
      guard let id = events.last?.id else { return }
      try body(events)
      last = id
    }
  }

  /// Writes into the history that a person changed something of the site itself.
  public func record(_ change: Change) throws {
    let name = actor.name
    let event =
      switch change {
      case .partnerAdded(let site, let fingerprint, let isKnown):
        Event(
          "partner-added", by: name, site: site.text,
          "\(name) \(isKnown ? "gave the partner \(site) another card" : "added the partner \(site)"): \(fingerprint)")
      case .keysPrepared(let until):
        Event("keys-prepared", by: name, "\(name) made the next keys; the present ones stay good until \(until).")
      case .trusted(let rule, let reason):
        Event(
          "trust-changed", by: name, site: rule.partner.text,
          "\(name) trusts national numbers of \(rule.partner) \(rule.inWords.joined(separator: ", "))"
            + (reason.map { ": \(Quoted.text($0, limit: 1000))" } ?? "."))
      case .keysChanged: Event("keys-changed", by: name, "\(name) put the next keys in use.")
      }
    try journal.record(event)
  }

  /// What a person changes beside the journal.
  public enum Change: Sendable {
    /// A partner was added, or got another card.
    case partnerAdded(SiteName, fingerprint: String, isKnown: Bool)
    /// More of a partner's national numbers is trusted, and why; the whole rule.
    case trusted(Trust, reason: String?)
    /// The next keys were made.
    case keysPrepared(until: String)
    /// The next keys were put in use.
    case keysChanged
  }
}
