internal import Custody
internal import DICOM
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Spool
internal import SystemPackage

extension Work {
  /// What went ahead on the first instance does not hold for a later one.
  private struct Disappointed: Error {}

  /// Opens a parcel that has arrived and decides whose study it is: for a patient, or for a person to decide.
  func decide(_ parcel: InboundParcel) throws {
    do {
      try decide(parcel, goingAhead: true)
    } catch is Disappointed {
      try decide(parcel, goingAhead: false)
    }
  }

  private func decide(_ parcel: InboundParcel, goingAhead mayGoAhead: Bool) throws {
    var identities: [StudyIdentity] = []
    var statements = Statements()
    var announced: ContentsFile?
    var ahead: (coercing: Coercing, patient: String)?
    let contents: ContentsFile?
    do {
      contents = try unpack(
        parcel, begin: { announced = $0 }, coercing: { ahead.map { [$0.coercing] } ?? [] }
      ) { incoming in
        let identity = incoming.identity
        if identities.isEmpty, mayGoAhead, let announced,
          let patient = try expectation(parcel, announced, [identity])
        {
          ahead = (try Coercing(parcel, announced.header, to: patient, by: self), patient)
        }
        identities.merge(identity)
        statements.take(identity, series: incoming.instance.seriesInstanceUID, of: incoming.file)
        guard let ahead else {
          // A person may want to see it.
          _ = try incoming.original.write(
            as: incoming.instance, into: unpacked(parcel).appending("study"), on: spool.disk)
          return
        }
        guard identities.count == 1 else { throw Disappointed() }
        try ahead.coercing.take(incoming)
      }
    } catch is NotCoercible {
      throw Disappointed()
    } catch is OtherContents {
      throw Disappointed()
    }
    guard let contents else { return }
    guard contents.count > 0 else { return try end(parcel, contents) }
    let verdict = try verdict(parcel, contents, identities)
    if let ahead, verdict.patient != ahead.patient { throw Disappointed() }
    guard let patient = verdict.patient else {
      try hold(parcel, contents, identities, verdict, said: statements.encoded)
      return try goOnWhereDecided(contents.header.study)
    }
    let accepted = try journal.change(
      inboundParcel: parcel.id, by: .matched,
      event: Event(
        "reconciled", site: parcel.sender, study: contents.header.study, parcel: parcel.id, patient: patient,
        verdict.sentence + Self.missing(contents.header)),
      subject: subject(of: contents.header, identities)
    ) {
      $0.note(contents.header)
      $0.patient = patient
      $0.decision = verdict.encoded
      $0.duplicates = 0
    }
    guard let accepted else { return }
    if let ahead { try stage(accepted, contents, ahead.coercing) } else { try importAccepted(accepted) }
  }

  /// The patient to whom the first instance belongs, where that can be trusted to hold for the others.
  private func expectation(
    _ parcel: InboundParcel, _ contents: ContentsFile, _ identities: [StudyIdentity]
  ) throws -> String? {
    try verdict(parcel, contents, identities).patient
  }

  // MARK: The verdict

  /// What is to become of a study.
  struct Verdict {
    /// The local number of the patient; empty: a stranger; nil: a person must decide.
    var patient: String?
    /// What was found.
    var encoded: String
    /// Why a person must decide: a fixed word, and sentences.
    var code = ""
    var reasons: [String] = []
    /// Why it is this patient.
    var sentence = ""
  }

  func verdict(
    _ parcel: InboundParcel, _ contents: ContentsFile, _ identities: [StudyIdentity]
  ) throws -> Verdict {
    var verdict = try verdict([parcel], contents.header.study, identities)
    if let conflict = try conflictingInstance(contents) {
      verdict.patient = nil
      verdict.code = OtherContents.code
      verdict.reasons.insert(OtherContents(sopInstanceUID: conflict).sentence, at: 0)
    }
    return verdict
  }

  /// What is to become of parts of a study, as far as their identification goes.
  func verdict(_ parts: [InboundParcel], _ study: String, _ identities: [StudyIdentity]) throws -> Verdict {
    let decision = try policy(of: parts[0]).decide(identities, among: patients)
    var verdict = Verdict(
      encoded: String(decoding: try JSONEncoder().encode(decision), as: UTF8.self),
      code: decision.reasons.first?.code.rawValue ?? "", reasons: decision.reasons.map(\.sentence))
    if case .automatic(let localID) = decision.outcome {
      verdict.patient = localID
      verdict.sentence = (["Everything agrees: patient \(localID)."] + (decision.notes ?? [])).joined(separator: " ")
    } else if configuration.reconcile.unknownPatient == .import,
      decision.reasons.allSatisfy({ $0.code == .unknownPatient })
    {
      verdict.patient = ""
      verdict.sentence = "No local patient: imported as a stranger."
    }
    try heedEarlier(&verdict, decision, parts, study, identities)
    try heedUndone(&verdict, parts, study)
    return verdict
  }

  /// One study belongs to one patient: what comes later follows the earlier decision, a person's above all, where it says the
  /// same of the patient; where it does not, a person decides.
  private func heedEarlier(
    _ verdict: inout Verdict, _ decision: Decision, _ parts: [InboundParcel], _ study: String,
    _ identities: [StudyIdentity]
  ) throws {
    let ids = parts.map(\.id)
    let others = try journal.reconciledParcels(study: study).filter { !ids.contains($0.id) }
    if let split = others.first(where: { $0.split != nil }) {
      // What comes later follows nobody by itself: it may be of either.
      verdict.patient = nil
      verdict.code = Self.studySplit
      verdict.reasons = ["The study was split before by a person: \(split.whose) (parcel \(split.id))."]
      return
    }
    guard let earlier = others.first, let patient = earlier.patient else {
      if verdict.patient != nil, try journal.isHeld(study: study, otherThan: ids) {
        verdict.patient = nil
        verdict.code = Self.studyWaits
        verdict.reasons.insert("Another part of this study waits for a person.", at: 0)
      }
      return
    }
    let given = patient.isEmpty ? "imported under the sender's identification" : "given to patient \(patient)"
    let before = "The study was \(given) before\(earlier.isDecidedByPerson ? " by a person" : "")"
    if decision.reasons.contains(where: { $0.code == .contradictory }) {
      // What readers disagree on is not settled by what was said of other images.
      verdict.patient = nil
      verdict.reasons.append(before + ".")
      return
    }
    let said = self.decision(of: earlier)?.identities
    let contradictions = said.map { policy(of: parts[0]).contradictions(of: identities, with: $0) } ?? []
    let isKnown = try patient.isEmpty || patients.patient(localID: patient)?.active == true
    let leadsThere = !patient.isEmpty && verdict.patient == patient
    if contradictions.isEmpty, isKnown, leadsThere || said.map({ Self.says(identities, theSameAs: $0) }) ?? false {
      if !leadsThere { verdict.sentence = before + ", and this part says the same of its patient." }
      verdict.patient = patient
      return
    }
    verdict.patient = nil
    verdict.code = Self.anotherPatient
    let what =
      if !isKnown {
        ", who is not on the list of active patients any more."
      } else if contradictions.isEmpty {
        ", and this part says something else of its patient."
      } else {
        ", and this part contradicts it. " + contradictions.joined(separator: " ")
      }
    verdict.reasons.insert(before + what, at: 0)
  }

  /// What a person took back from a patient is decided by a person, until one has decided about the study anew.
  private func heedUndone(_ verdict: inout Verdict, _ parts: [InboundParcel], _ study: String) throws {
    guard verdict.patient != nil, try parts.contains(where: { $0.undone > 0 }) || journal.wasUndone(study: study) else {
      return
    }
    let anew = try journal.reconciledParcels(study: study).first { other in
      other.isDecidedByPerson && !parts.contains { $0.id == other.id }
    }
    if parts.allSatisfy({ $0.undone == 0 }), let anew, anew.patient == verdict.patient { return }
    verdict.patient = nil
    verdict.code = "undone"
    verdict.reasons.insert("A person took this study back from a patient before.", at: 0)
  }

  /// Another part of the study waits.
  static let studyWaits = "study-waits"
  /// The study was split between patients before.
  static let studySplit = "study-split"
  /// The study was given away before, and this part does not follow.
  static let anotherPatient = "study-of-another-patient"

  /// Whether instances say of their patient what earlier ones said.
  private static func says(_ identities: [StudyIdentity], theSameAs earlier: [StudyIdentity]) -> Bool {
    var merged = earlier
    for identity in identities { merged.merge(identity) }
    return merged.count == earlier.count
  }

  /// How this site decides about what came with a parcel.
  func policy(of parcel: InboundParcel) -> MatchingPolicy { MatchingPolicy(of: configuration, for: parcel.sender) }

  /// The first instance that was imported before with other bytes.
  private func conflictingInstance(_ contents: ContentsFile) throws -> String? {
    let instances = try contents.instances()
    while let instance = try instances.next() {
      if let digest = try journal.importedDigest(sopInstanceUID: instance.sopInstanceUID), digest != instance.sha256 {
        return instance.sopInstanceUID
      }
    }
    return nil
  }

  // MARK: The worklist

  private func hold(
    _ parcel: InboundParcel, _ contents: ContentsFile, _ identities: [StudyIdentity], _ verdict: Verdict,
    said: String?
  ) throws {
    try makePreview(of: parcel, contents)
    try hold(
      parcel, contents.header, code: verdict.code, reasons: verdict.reasons,
      decision: verdict.encoded, said: said, subject: subject(of: contents.header, identities))
  }

  /// Puts a study on the worklist.
  func hold(
    _ parcel: InboundParcel, _ contents: Contents?, code: String, reasons: [String], decision: String?,
    said: String? = nil, subject: Subject?
  ) throws {
    let study = contents?.study ?? parcel.study
    let sentence = reasons.joined(separator: " ")
    let since = journalTime()
    let reason = Self.holdReason(of: parcel, study: study, code: code, sentence: sentence, since: since)
    try journal.change(
      inboundParcel: parcel.id, by: .heldBack,
      event: Event(
        "held", site: parcel.sender, study: study, parcel: parcel.id,
        Quoted.text("\(code): \(sentence)" + (contents.map(Self.missing) ?? ""), limit: 2000)),
      subject: subject, known: parcel, facts: { InboundParcelFacts(id: $0.id, answer: $0.answer(), reason: reason) }
    ) {
      if let contents { $0.note(contents) }
      $0.patient = nil
      $0.split = nil
      $0.isDecidedByPerson = false
      // What could not be imported was read before.
      if decision != nil { $0.said = said }
      $0.decision = decision ?? $0.decision
      $0.reasonCode = code
      $0.reason = Quoted.text(sentence, limit: 2000)
    }
    logger.warning(
      "held for a person",
      metadata: [
        "parcel": "\(parcel.id)", "study": "\(study ?? "")", "partner": "\(parcel.sender)", "reason": "\(code)",
      ])
  }

  /// What the sender could not send, as the end of a sentence.
  static func missing(_ contents: Contents) -> String {
    contents.missingInWords.map { " The sender could not send all of the study: \(Quoted.text($0, limit: 1000))." }
      ?? ""
  }

  /// A study that was given to a patient and cannot be rewritten.
  static let notCoercible = "coercion"

  /// Why a study is on the worklist, and what can be done.
  static func holdReason(
    of parcel: InboundParcel, study: String?, code: String, sentence: String, since: String
  ) -> Custody.Reason {
    let accept = "studypost worklist accept \(parcel.id) --patient LOCALID --reason TEXT"
    let reject = "studypost worklist reject \(parcel.id) --reason TEXT"
    let split = "studypost worklist split \(parcel.id) 1=LOCALID 2=LOCALID --reason TEXT"
    return Custody.Reason(
      code: code, sentence: sentence,
      remedy: code == notCoercible
        ? [
          "If a key of the configuration is named above: raise it, restart studypost receive, and accept it again: \(accept)",
          "Otherwise its sender must correct it and export it again; tell what is written above: \(reject)",
          "See the element in the files as they came: studypost open, then studypost dump FILE",
        ]
        : [
          "See the sender's data beside the candidates: studypost worklist show \(parcel.id)",
          [studySplit, Decision.Code.twoPatients.rawValue].contains(code)
            ? "Give each patient their images: \(split)" : "Give it to a patient: \(accept)",
          "Or reject it: \(reject)",
        ],
      about: [
        "study": study, "partner": parcel.sender, "parcel": parcel.id, "instances": "\(parcel.instances)",
        "files": "received/\(parcel.id), as they came: studypost open",
      ], since: since)
  }

  private func subject(of contents: Contents, _ identities: [StudyIdentity]) -> Subject? {
    guard let identity = identities.first else { return nil }
    return Subject(
      owner: "", study: contents.study, patientID: identity.patientID?.value, patientName: identity.name,
      birthDate: identity.birthDate, accessionNumber: identity.accessionNumber, studyDate: identity.studyDate,
      description: identity.studyDescription, modality: identity.modalities.joined(separator: ", "))
  }
}

extension InboundParcel {
  /// Takes over what a parcel says of its study.
  mutating func note(_ contents: Contents) {
    study = contents.study
    part = contents.part.rawValue
    portion = contents.portion?.number
    completes = contents.portion?.last.flatMap { try? JSONEncoder().encode($0) }.map {
      String(decoding: $0, as: UTF8.self)
    }
    missing = contents.missingCount
    missingReason = contents.missingInWords.map { Quoted.text($0, limit: 2000) }
  }
}
