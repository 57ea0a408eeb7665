internal import Custody
public import Journal
internal import Patients
internal import Reconciliation

extension Desk {
  /// Gives a study, with all its parts that wait, to a local patient.
  ///
  /// - Parameter reason: needed where anything disagrees.
  /// - Returns: its parts; as they were, where it takes two persons and this was the first: then a proposal stands.
  /// - Throws: ``DeskError`` `needsReason` with what disagrees.
  @discardableResult
  public func accept(_ text: String, patient localID: String, reason: String?) throws -> [InboundParcel] {
    let reason = try reason.map(outspoken)
    let entry = try heldEntry(text)
    try refuseTwoPatients(entry)
    try refuseOtherThanSplit(entry)
    let patient = try acceptable(localID)
    let disagreements = try disagreements(entry, with: patient)
    guard disagreements.isEmpty || reason != nil else {
      throw DeskError(
        .needsReason, "Not everything agrees: say with --reason why it is this patient's study nevertheless.",
        lines: disagreements)
    }
    let (mayGoOn, proposal) = try confirming(.accept, entry.parcel, patient: localID, reason: reason)
    guard mayGoOn else { return entry.parts }
    return try decide(entry, confirming: proposal) { part in
      InboundDecision(
        part.id, .accepted,
        event: Event(
          "accepted", by: actor.name, site: part.sender, study: part.study, parcel: part.id, patient: localID,
          "\(actor.name) gave it to patient \(localID): \(reason ?? "everything agrees")"
            + (proposal.map { ". \($0.words)" } ?? ""), why: reason, before: part.inWords, after: "patient \(localID)"),
        set: {
          $0.patient = localID
          $0.isDecidedByPerson = true
          $0.reasonCode = nil
          $0.reason = nil
        })
    }
  }

  /// Rejects a study, with all its parts that wait: their parcels go into the quarantine, and the sender is told why.
  ///
  /// - Returns: its parts.
  @discardableResult
  public func reject(_ text: String, reason: String) throws -> [InboundParcel] {
    let reason = try outspoken(reason)
    return try decide(heldEntry(text)) { rejecting($0, reason) }
  }

  /// That nobody gets anything of a part.
  func rejecting(_ part: InboundParcel, _ reason: String) -> InboundDecision {
    let code = "rejected-by-clerk"
    let sentence = "\(actor.name) rejected it: \(reason)"
    let entry = QuarantineEntry(
      name: Self.entryName(partner: part.sender), partner: part.sender, parcel: part.id, item: part.id, code: code,
      reason: sentence, study: part.study, bytes: part.bytes)
    let why = Custody.Reason(
      code: code, sentence: "A study from \(part.sender) was rejected here. \(sentence)",
      remedy: [
        "Put it back on the worklist: studypost quarantine release \(entry.name)",
        "Or let it go: studypost quarantine discard \(entry.name) --reason TEXT",
      ],
      about: ["parcel": part.id, "partner": part.sender, "study": part.study], since: entry.since)
    return InboundDecision(
      part.id, .rejected,
      event: Event(
        "rejected", by: actor.name, site: part.sender, study: part.study, parcel: part.id,
        file: "quarantine/\(entry.name)", sentence, why: reason, before: part.inWords, after: "rejected"),
      entry: entry,
      facts: {
        InboundParcelFacts(id: $1.id, answer: $1.answer(reason: code, note: reason), entry: entry.name, reason: why)
      },
      set: {
        $0.reasonCode = code
        $0.reason = sentence
      })
  }

  /// Decides about all parts of a study in one transaction.
  ///
  /// - Parameter proposal: what another person proposed, and must still stand.
  func decide(
    _ entry: WorklistEntry, confirming proposal: Proposal? = nil, _ decision: (InboundParcel) -> InboundDecision
  ) throws -> [InboundParcel] {
    var decisions = entry.parts.map(decision)
    decisions[0].confirms = proposal
    guard let changed = try journal.decide(decisions) else { throw decidedMeanwhile(entry.parcel.id) }
    for part in changed { try journal.settle(alert: Alert.undone(part.id)) }
    return changed
  }

  /// The local patient of this number, whom a study can be given to.
  func acceptable(_ localID: String) throws -> Patient {
    guard let patient = try site.patients().patient(localID: localID) else {
      throw DeskError(
        .notFound, "\(localID): the index has no patient with this number. See: studypost patients find TEXT")
    }
    guard patient.active else {
      throw DeskError(
        .wrongState,
        "\(localID): this patient's record is not active; it may have been merged. Choose the one that is.")
    }
    do {
      try Coercion.check(patient)
    } catch let error as ReconciliationError {
      throw DeskError(.wrongState, error.message)
    }
    return patient
  }

  /// A study that names two patients is never given to one of them.
  private func refuseTwoPatients(_ entry: WorklistEntry) throws {
    let identities = entry.identities
    guard identities.count > 1 else { return }
    let groups = PatientGroup.all(of: entry.parts)
    let fates = (1...(groups?.count ?? identities.count)).map { "\($0)=LOCALID" }.joined(separator: " ")
    throw DeskError(
      .wrongState,
      "\(entry.parcel.id): its images name \(identities.count) patients, and cannot all be given to one. Give each patient "
        + "theirs: studypost worklist split \(entry.parcel.id) \(fates) --reason TEXT; or let its sender separate them and "
        + "send each study again: studypost worklist reject \(entry.parcel.id) --reason TEXT",
      lines: groups?.map(\.words) ?? identities.enumerated().map { "\($0 + 1): \($1.words)" })
  }

  /// What comes of a study that was split has the unique identifiers of one of several patients.
  private func refuseOtherThanSplit(_ entry: WorklistEntry) throws {
    guard let split = try earlier(of: entry.parcel).first(where: { $0.split != nil }) else { return }
    throw DeskError(
      .wrongState,
      "\(entry.parcel.id): the study was split before (\(split.whose)), and this part has to be, too, so that each patient's "
        + "images get the names that they have here: studypost worklist split \(entry.parcel.id) 1=LOCALID --reason TEXT",
      lines: PatientGroup.all(of: entry.parts)?.map(\.words) ?? [])
  }
}

extension StudyIdentity {
  /// Whom it names, in one line.
  var words: String {
    let id = patientID.map { "ID \($0.value)" }
    let parts = [name ?? "no name", birthDate.map { "born \($0)" }, sex, id]
    return parts.compactMap(\.self).joined(separator: ", ")
  }
}
