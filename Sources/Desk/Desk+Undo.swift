internal import Custody
public import Journal
internal import Records
internal import Spool

extension Desk {
  /// Takes a study back from the patient to whom it was given, by the policy or by a person: it is on the worklist again, and
  /// a person decides anew.
  ///
  /// What the PACS has not taken yet is taken out of the import folder. All parts of the study that were given to that patient
  /// come back together: a study has one patient.
  ///
  /// - Returns: the parts; as they were, where it takes two persons and this was the first: then a proposal stands.
  /// - Throws: ``DeskError`` `files` where the original is not kept here any more.
  @discardableResult
  public func undo(_ text: String, reason: String) throws -> [InboundParcel] {
    let reason = try outspoken(reason)
    let id = try identify(text, as: .given).id
    // The receiver may be at work on it: then its state is another one by now, and it is looked at again.
    for _ in 0..<Self.mostTries {
      let parts = try givenParts(id)
      let (mayGoOn, proposal) = try confirming(.undo, parts[0], patient: parts[0].patient, reason: reason)
      guard mayGoOn else { return parts }
      var decisions = try parts.map { try undoing($0, reason) }
      decisions[0].confirms = proposal
      if let undone = try journal.decide(decisions) {
        for part in undone {
          for key in [Alert.unseenImport(part.id), Alert.stuck(part.id)] { try journal.settle(alert: key) }
        }
        return undone
      }
    }
    throw decidedMeanwhile(id)
  }

  private static let mostTries = 10

  /// The parcel, and all other parts of its study that were given to the same patient.
  private func givenParts(_ id: String) throws -> [InboundParcel] {
    guard let parcel = try journal.inboundParcel(id), InboundParcelState.given.contains(parcel.state) else {
      throw decidedMeanwhile(id)
    }
    guard parcel.instances > 0 else {
      throw DeskError(
        .wrongState,
        "\(id): it has no images, and was given to nobody. Name another part of the study: studypost trace \(id)")
    }
    var parts = try parcel.study.map { try journal.reconciledParcels(study: $0, limit: .max) } ?? []
    // What was split was split as a whole: who keeps the study's names follows from all of it.
    parts =
      [parcel]
      + parts.filter { part in
        part.id != parcel.id && part.patient == parcel.patient && (part.split != nil) == (parcel.split != nil)
      }
    let gone = try parts.filter { try $0.isPurged || spool.disk.status(of: spool[.received(parcel: $0.id)]) == nil }
    guard gone.isEmpty else {
      throw DeskError(
        .files,
        "\(parcel.id): the study cannot be imported anew, since its original is not kept here any more "
          + "(retention.imported). Move it to the right patient in the PACS itself.",
        lines: gone.map { "parcel \($0.id) from \($0.sender), \($0.state.rawValue) since \($0.since)" })
    }
    return parts
  }

  private func undoing(_ part: InboundParcel, _ reason: String) throws -> InboundDecision {
    let code = "undone"
    let whom = part.patient.map { $0.isEmpty ? "it had the sender's identification" : "it was patient \($0)'s" }
    let split = part.split.map { _ in "it was split, \(part.whose)" }
    let sentence = "\(actor.name) took it back (\(split ?? whom ?? "whose it was is not known")): \(reason)"
    let why = Self.holdReason(of: part, code: code, sentence: sentence)
    let patients: [String?] = part.patients.isEmpty ? [nil] : part.patients
    let events = patients.map { patient in
      Event(
        "undone", by: actor.name, site: part.sender, study: part.study, parcel: part.id, patient: patient,
        sentence, why: reason, before: part.inWords, after: "held: \(code)")
    }
    return InboundDecision(
      part.id, .undone, event: events.first, further: Array(events.dropFirst()), known: part,
      unlessChanged: true,
      records: try RecordWriter(configuration, patients: site.patients())
        .corrections(of: part, knowing: journal.recordMessages(parcel: part.id)),
      facts: { before, after in
        InboundParcelFacts(id: after.id, answer: after.answer(), reason: why, handOvers: before.handOvers)
      },
      set: {
        $0.reasonCode = code
        $0.reason = sentence
      })
  }
}
