internal import DICOM
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Unpacks a verified parcel, reads every instance, and decides whose study it is.
  func open(_ verified: VerifiedParcel, _ place: Workplace, from partner: Partner) throws {
    do {
      try open(verified, place, from: partner, mayGoAhead: true)
    } catch is Ahead.Failed {
      try open(verified, place, from: partner, mayGoAhead: false)
    }
  }

  private func open(
    _ verified: VerifiedParcel, _ place: Workplace, from partner: Partner, mayGoAhead: Bool
  ) throws {
    let manifest = verified.manifest
    try requireSpace(for: manifest.expanded)
    try Durable.removeTree(place.study)
    // What an earlier attempt put there before it could tell the journal.
    try Durable.removeTree(spool[.holdInbound].appending(place.id))
    let point = try Durable.SyncPoint(spool[.unpack])
    var identities: [StudyIdentity] = []
    var announced: ContentsFile?
    var ahead: Ahead?
    do {
      let contents: ContentsFile
      do {
        contents = try verified.open(
          with: keys.age, into: place.study, begin: { announced = $0 }, isCancelled: { [stop] in stop.isRequested }
        ) { instance, path in
          let (file, identity) = try read(instance, at: path)
          if identities.isEmpty, mayGoAhead, let announced { ahead = try goAhead(with: announced, of: identity, place) }
          identities.merge(identity)
          guard let ahead else { return }
          guard identities.count == 1 else { throw Ahead.Failed() }
          try record(ahead.take(file, at: path), on: instance, in: place, study: announced?.header.study)
        }
        guard identities.allSatisfy({ $0.studyInstanceUID == contents.header.study }) else {
          throw ParcelError(.contents, place.parcel, "an instance belongs to another study than contents.json says.")
        }
      } catch let error as ParcelError {
        try ahead?.discard()
        return try refuse(place, error, manifestDigest: verified.manifestDigest, instances: manifest.instances)
      }
      try decide(contents, identities, place, from: partner, ahead: ahead, point: point)
    } catch let error as Ahead.Failed {
      try ahead?.discard()
      throw error
    }
  }

  /// Reads an instance and holds it against its announcement.
  private func read(
    _ instance: Contents.Instance, at path: FilePath
  ) throws -> (DICOMFile, StudyIdentity) {
    func bad(_ what: String) -> ParcelError { ParcelError(.contents, path, "\(instance.file): \(what)") }
    do {
      let file = try DICOMFile.read(path, options: configuration.reading)
      guard try file.dataSet.string(.sopInstanceUID) == instance.sopInstanceUID,
        try file.dataSet.string(.sopClassUID) == instance.sopClassUID,
        try file.dataSet.string(.seriesInstanceUID) == instance.seriesInstanceUID,
        file.transferSyntax.uid == instance.transferSyntaxUID
      else { throw bad("its identifiers are not those that contents.json announces.") }
      return (file, try StudyIdentity(reading: file))
    } catch let error as DICOMError {
      throw bad("\(error)")
    } catch let error as ReconciliationError {
      throw bad("\(error)")
    }
  }

  /// Goes ahead with the patient to whom the first instance belongs; not where a person will have to decide, or where
  /// some of the study is here already.
  private func goAhead(with contents: ContentsFile, of identity: StudyIdentity, _ place: Workplace) throws -> Ahead? {
    guard case .automatic(let localID) = try policy.decide([identity], lookup: journal.patients(nationalID:)).outcome,
      let patient = try journal.patient(localID: localID), try compareWithImported(contents) == (0, nil)
    else { return nil }
    return try Ahead(
      for: patient, by: coercion(to: patient, from: place.partner, route: contents.header.route),
      in: try staging(of: place),
      prefix: prefix(of: place.id))
  }

  private func requireSpace(for bytes: Int64) throws {
    let space = try Space.at(spool.root)
    // The study as it came and its coerced copy.
    guard configuration.limits.minFree.allows(space.available - 2 * bytes, of: space.total) else {
      throw ParcelError(.limit, spool.root, "there is too little space to open a parcel of \(bytes) bytes.")
    }
  }

  /// Gives the study to a patient where everything agrees, and to the worklist otherwise.
  private func decide(
    _ contents: ContentsFile, _ identities: [StudyIdentity], _ place: Workplace, from partner: Partner,
    ahead: Ahead?, point: borrowing Durable.SyncPoint
  ) throws {
    let known = try compareWithImported(contents)
    var decision = try policy.decide(identities, lookup: journal.patients(nationalID:))
    var patient: String?
    var reasons = decision.reasons.map(\.sentence)
    var code = decision.reasons.first?.code.rawValue ?? ""
    if case .automatic(let localID) = decision.outcome { patient = localID }
    if patient == nil, let earlier = try earlierDecision(contents.header.study, from: partner, identities) {
      patient = earlier.patient
      decision = earlier.decision
      reasons = []
    }
    if let conflict = known.conflict {
      patient = nil
      code = "duplicate-conflict"
      reasons.insert(
        "The SOP Instance UID \(conflict) was imported before with other contents: a person must compare them.", at: 0)
    }
    if patient == nil, known.conflict == nil, configuration.reconcile.unknownPatient == .import,
      decision.reasons.allSatisfy({ $0.code == .unknownPatient })
    {
      patient = ""
    }
    if let ahead, patient != ahead.patient.localID { throw Ahead.Failed() }
    let encoded = String(decoding: try JSONEncoder().encode(decision), as: UTF8.self)
    if let patient {
      var folder: String?
      if let ahead {
        try addMarker(to: try staging(of: place))
        try ahead.finish()
        try point.sync()
        folder = try freeName(study: contents.header.study, parcel: place.id)
      }
      try journal.updateInboundParcel(
        place.id, from: [.arrived],
        event: Event(
          "reconciled", site: partner.site.text, study: contents.header.study, parcel: place.id, patient: patient,
          patient.isEmpty ? "No local patient: imported as a stranger." : "Everything agrees: patient \(patient).")
      ) {
        $0.state = .accepted
        $0.study = contents.header.study
        $0.part = contents.header.part.rawValue
        $0.patient = patient
        $0.decision = encoded
        $0.duplicates = known.duplicates
        $0.folder = folder
      }
      if folder == nil { try importParcel(place.id) } else { try finishImport(place.id) }
    } else {
      try hold(contents, place, code: code, reasons: reasons, decision: encoded, duplicates: known.duplicates, point)
    }
  }

  /// How decisions are made at this site.
  var policy: MatchingPolicy {
    let thresholds = configuration.reconcile.thresholds
    return MatchingPolicy(
      scheme: scheme, trustedIssuers: configuration.reconcile.sourceIssuers,
      thresholds: .init(family: thresholds.family, given: thresholds.given))
  }

  /// A supplement, or a study that comes again, is reconciled as the study was: if it names the very same patient.
  private func earlierDecision(
    _ study: String, from partner: Partner, _ identities: [StudyIdentity]
  ) throws -> (patient: String, decision: Decision)? {
    guard let earlier = try journal.reconciledParcel(study: study, sender: partner.site.text),
      let patient = earlier.patient, try journal.patient(localID: patient)?.active == true,
      let text = earlier.decision, let decision = try? JSONDecoder().decode(Decision.self, from: Data(text.utf8))
    else { return nil }
    var merged = decision.identities
    for identity in identities { merged.merge(identity) }
    return merged.count == decision.identities.count ? (patient, decision) : nil
  }

  /// Which instances were imported before: with the same bytes, or, which a person must see, with others.
  private func compareWithImported(_ contents: ContentsFile) throws -> (duplicates: Int, conflict: String?) {
    var duplicates = 0
    var conflict: String?
    try contents.forEach { instance in
      guard let digest = try journal.importedDigest(sopInstanceUID: instance.sopInstanceUID) else { return }
      if digest == instance.sha256 { duplicates += 1 } else { conflict = conflict ?? instance.sopInstanceUID }
    }
    return (duplicates, conflict)
  }
}
