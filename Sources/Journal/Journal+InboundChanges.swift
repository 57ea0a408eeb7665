public import Custody
internal import GRDB

// How an inbound parcel changes.

/// What happens to an inbound parcel, and what is written down with it.
public struct InboundDecision {
  /// The parcel.
  public var parcel: String
  /// What happens to it.
  public var change: InboundParcelChange
  /// For the history.
  public var event: Event?
  /// More for the history, of each patient a line.
  public var furtherEvents: [Event]
  /// An entry of the quarantine that is made with it.
  public var entry: QuarantineEntry?
  /// Whom and what the study is about; its owner is replaced by the parcel's id.
  public var subject: Subject?
  /// The parcel as it was read: one that was taken back since is another matter.
  public var known: InboundParcel?
  /// One that changed in any way since it was read is another matter, too.
  public var unlessChanged: Bool
  /// The proposal of another person that this confirms, and that must still stand.
  public var confirms: Proposal?
  /// What the patient record is then told.
  public var records: [RecordMessage]
  /// What the duties must know: of the parcel as it was, and as it is then.
  public var facts: (_ before: InboundParcel, _ after: InboundParcel) throws -> InboundParcelFacts
  /// What else changes with it.
  public var set: (inout InboundParcel) -> Void

  /// Describes what happens to a parcel.
  public init(
    _ parcel: String, _ change: InboundParcelChange, event: Event?, further: [Event] = [],
    entry: QuarantineEntry? = nil, subject: Subject? = nil, known: InboundParcel? = nil, unlessChanged: Bool = false,
    records: [RecordMessage] = [],
    facts: @escaping (_ before: InboundParcel, _ after: InboundParcel) throws -> InboundParcelFacts = {
      InboundParcelFacts(id: $1.id, answer: $1.answer(), entry: $1.entry)
    },
    set: @escaping (inout InboundParcel) -> Void = { _ in }
  ) {
    self.parcel = parcel
    self.change = change
    self.event = event
    furtherEvents = further
    self.entry = entry
    self.subject = subject
    self.known = known
    self.unlessChanged = unlessChanged
    self.records = records
    self.facts = facts
    self.set = set
  }
}

extension Journal {
  /// Changes parcels, tells why, and writes down what is then owed, in one transaction: all of them or none.
  ///
  /// Each change is made to the parcel as it is at that moment: another process may have changed it since it was read.
  ///
  /// - Returns: the changed parcels; nil where one of the changes must not happen in the state that its parcel has.
  @discardableResult
  public func decide(_ decisions: [InboundDecision]) throws -> [InboundParcel]? {
    struct Outrun: Error {}
    do {
      return try write { database in
        try decisions.map { decision in
          guard let parcel = try self.change(decision, database) else { throw Outrun() }
          return parcel
        }
      }
    } catch is Outrun {
      return nil
    }
  }

  /// Changes a parcel, tells why, and writes down what is then owed, in one transaction.
  ///
  /// - Parameters:
  ///   - id: the parcel.
  ///   - change: what happens to it.
  ///   - event: for the history.
  ///   - facts: what the duties must know, of the changed parcel.
  ///   - entry: an entry of the quarantine that is made with it.
  ///   - subject: whom and what the study is about; its owner is replaced by the parcel's id.
  ///   - known: the parcel as it was read: one that was taken back since is another matter.
  ///   - records: what the patient record is then told.
  ///   - set: what else changes with it.
  /// - Returns: the changed parcel; nil where the change must not happen in the state that the parcel has.
  @discardableResult
  public func change(
    inboundParcel id: String, by change: InboundParcelChange, event: Event?, entry: QuarantineEntry? = nil,
    subject: Subject? = nil, known: InboundParcel? = nil, records: [RecordMessage] = [],
    facts: (InboundParcel) -> InboundParcelFacts,
    _ set: (inout InboundParcel) -> Void = { _ in }
  ) throws -> InboundParcel? {
    try withoutActuallyEscaping(facts) { facts in
      try withoutActuallyEscaping(set) { set in
        try decide([
          InboundDecision(
            id, change, event: event, entry: entry, subject: subject, known: known, records: records,
            facts: { facts($1) }, set: set)
        ])?.first
      }
    }
  }

  /// Changes a parcel whose duties need to know nothing but its names.
  @discardableResult
  public func change(
    inboundParcel id: String, by change: InboundParcelChange, event: Event?, subject: Subject? = nil,
    known: InboundParcel? = nil, _ set: (inout InboundParcel) -> Void = { _ in }
  ) throws -> InboundParcel? {
    try self.change(
      inboundParcel: id, by: change, event: event, subject: subject, known: known,
      facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), entry: $0.entry) }, set)
  }

  /// As a part of the transaction that is open.
  private func change(_ decision: InboundDecision, _ database: Database) throws -> InboundParcel? {
    let id = decision.parcel
    guard let before = try InboundParcel.fetchOne(database, key: id) else {
      throw JournalError(.notFound, "parcel \(id) is not in the journal.")
    }
    if let proposal = decision.confirms {
      // All parts of a study follow from one proposal, which goes with the first of them.
      let now = try Proposal.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM proposal WHERE study = ?"), arguments: [before.noted])
      guard now == proposal else { return nil }
    }
    if let known = decision.known {
      if known.undone != before.undone || decision.unlessChanged && !known.isStill(before) { return nil }
    }
    var parcel = before
    decision.set(&parcel)
    if let entry = decision.entry { parcel.entry = entry.name }
    guard
      let (state, owed) = try step(
        Machine.inboundParcel, from: parcel.state, by: decision.change, of: decision.facts(before, parcel),
        "parcel \(id)")
    else { return nil }
    if state != parcel.state { parcel.since = journalTime() }
    parcel.state = state
    try settleEntry(of: parcel, by: decision.change, database)
    switch decision.change {
    case .released: parcel.entry = nil
    case .matched: parcel.said = nil
    case .accepted: if parcel.split == nil { parcel.said = nil }
    case .undone: try takeBack(&parcel, database)
    case .purged:
      parcel.isPurged = true
      parcel.handOver = nil
      try database.run("DELETE FROM handed WHERE parcel = ?", [id])
    default: break
    }
    // What is decided without a person follows what was decided of its study meanwhile.
    if decision.change == .matched, parcel.instances > 0, try Self.isGivenElsewhere(parcel, database) { return nil }
    // Where a person has proposed something, a person decides, and the proposal stands.
    if decision.change == .matched, before.state == .held, try Self.isProposed(before.noted, database) { return nil }
    // What was proposed was proposed of the study as it was.
    if decision.change != .renewed, parcel.instances > 0 {
      try database.run("DELETE FROM proposal WHERE study IN (?, ?)", [before.noted, parcel.noted])
    }
    try parcel.update(database)
    try decision.entry?.insert(database)
    if var subject = decision.subject {
      subject.owner = id
      try subject.upsert(database)
    }
    for record in decision.records { try add(record, about: DutySubject.inbound(id), database) }
    try database.owe(owed, about: DutySubject.inbound(id))
    for event in [decision.event].compactMap(\.self) + decision.furtherEvents { try event.append(to: database) }
    return parcel
  }

  /// Whether a person has proposed what is to become of a study.
  private static func isProposed(_ study: String, _ database: Database) throws -> Bool {
    try Bool.fetchOne(
      database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM proposal WHERE study = ?)"), arguments: [study])
      ?? false
  }

  /// Whether the study of a parcel was given to somebody else, as ``reconciledParcels(study:)`` has it.
  private static func isGivenElsewhere(_ parcel: InboundParcel, _ database: Database) throws -> Bool {
    let other = try Row.fetchOne(
      database.cachedStatement(
        sql: """
          SELECT patient, split IS NOT NULL AS isSplit FROM inboundParcel
          WHERE study = ? AND id <> ? AND (patient IS NOT NULL OR split IS NOT NULL)
          AND state IN ('accepted', 'staged', 'offered', 'imported')
          ORDER BY split IS NOT NULL DESC, isDecidedByPerson DESC, since DESC LIMIT 1
          """), arguments: [parcel.study, parcel.id])
    guard let other else { return false }
    // What comes of a study that was split is never given by itself.
    return other["isSplit"] || other["patient"] != parcel.patient
  }

  /// The entry of a parcel that leaves the quarantine ends with it.
  func settleEntry(of parcel: InboundParcel, by change: InboundParcelChange, _ database: Database) throws {
    let end: QuarantineChange
    switch change {
    case .released, .restored: end = .released
    case .discarded: end = .discarded
    default: return
    }
    guard let name = parcel.entry, var entry = try QuarantineEntry.fetchOne(database, key: name),
      let (state, _) = try step(
        Machine.quarantine, from: entry.state, by: end, of: QuarantineFacts(name: name, origin: .parcel),
        "entry \(name)")
    else { return }
    entry.state = state
    entry.since = journalTime()
    try entry.update(database)
  }
}

extension InboundParcel {
  /// Whether nothing was decided about it since.
  fileprivate func isStill(_ now: InboundParcel) -> Bool {
    state == now.state && since == now.since && reasonCode == now.reasonCode && reason == now.reason
      && decision == now.decision
  }
}
