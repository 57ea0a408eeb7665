public import Journal

// Where `reconcile.two_person` is set, it takes two different persons to give a study to a patient, and to take it back.

extension Desk {
  /// Whether a decision may be made now; if not, it is kept as this person's proposal.
  ///
  /// - Returns: what it confirms, nil where one person suffices; `mayGoOn` false: it was proposed.
  /// - Throws: ``DeskError`` `wrongState` where somebody proposed something else, or the same person proposed it.
  func confirming(
    _ what: Proposal.What, _ parcel: InboundParcel, patient: String?, shares: String? = nil, reason: String?
  ) throws -> (mayGoOn: Bool, proposal: Proposal?) {
    guard configuration.reconcile.twoPerson else { return (true, nil) }
    guard let known = try journal.proposal(on: parcel.noted) else {
      let proposal = Proposal(
        what, about: parcel.noted, patient: patient, shares: shares, reason: reason, by: actor.name)
      let event = Event(
        "proposed", by: actor.name, site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: patient,
        proposal.words)
      guard try journal.propose(proposal, event: event) else { throw decidedMeanwhile(parcel.id) }
      return (false, proposal)
    }
    let withdraw = "to withdraw it: studypost worklist withdraw \(parcel.id)"
    guard known.what == what, known.patient == patient, known.shares == shares else {
      throw DeskError(
        .wrongState,
        "\(parcel.id): \(known.words) You say: \(Proposal.words(what, patient, shares)). Agree on one of them; "
          + withdraw)
    }
    guard known.actor != actor.name else {
      throw DeskError(
        .wrongState, "\(parcel.id): you proposed this yourself: another person must confirm it; \(withdraw)")
    }
    return (true, known)
  }

  /// Takes a proposal about a study away, one's own or another person's.
  @discardableResult
  public func withdraw(_ text: String) throws -> Proposal {
    let id = try identify(text, as: .worklist, .given).id
    guard let parcel = try journal.inboundParcel(id), let known = try journal.proposal(on: parcel.noted) else {
      throw DeskError(.notFound, "\(id): nobody proposed anything about this study.")
    }
    let event = Event(
      "withdrawn", by: actor.name, site: parcel.sender, study: parcel.study, parcel: id, patient: known.patient,
      "\(actor.name) withdrew it: \(known.words)")
    guard try known.id.map({ try journal.withdraw(proposal: $0, event: event) }) == true else {
      throw decidedMeanwhile(id)
    }
    return known
  }

  /// Decisions that wait for a second person, oldest first, each with a parcel of its study.
  public func proposals(_ page: Page = Page()) throws -> Portion<(proposal: Proposal, parcel: InboundParcel)> {
    Portion(
      try journal.proposals(limit: page.limit, offset: page.offset).map { ($0.0, $0.1) },
      of: try journal.proposalCount())
  }

  /// What stands as proposed about a study.
  public func proposal(of parcel: InboundParcel) throws -> Proposal? { try journal.proposal(on: parcel.noted) }
}

extension Proposal {
  /// What was proposed, by whom and why.
  public var words: String {
    "\(actor) proposed on \(at.prefix(16)): \(Self.words(what, patient, shares)): \(reason ?? "everything agrees")."
  }

  static func words(_ what: What, _ patient: String?, _ shares: String?) -> String {
    switch what {
    case .accept: "give it to patient \(patient ?? "?")"
    case .undo: "take it back from \(patient.map { "patient \($0)" } ?? "its patients")"
    case .split: "split it, \(shares ?? "?")"
    }
  }
}
