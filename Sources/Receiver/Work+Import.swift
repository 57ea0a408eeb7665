internal import Custody
internal import DICOM
internal import Executor
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Patients
internal import Reconciliation
internal import Spool
internal import Synchronization
internal import SystemPackage
internal import Threads

/// Coerces the instances of one parcel, several at a time, and counts those that were imported before.
final class Coercing {
  let staging: Staging
  private var crew: Crew<(Contents.Instance, WriteReport)>?
  private(set) var duplicates = 0
  /// Its instances are wanted once more, even where they were imported before.
  let isAgain: Bool
  private let work: Work
  private let parcel: InboundParcel
  private let study: String
  private let coercion: @Sendable (DICOMFile) throws -> Coercion

  init(_ parcel: InboundParcel, _ contents: Contents, to patient: String, by work: Work) throws {
    self.work = work
    self.parcel = parcel
    study = contents.study
    isAgain = parcel.again != nil || contents.part == .again
    coercion = try work.coercion(of: parcel, to: patient, contents)
    staging = try Staging(
      in: work.stagingFolder(of: parcel), prefix: work.prefix(of: parcel), disk: work.spool.disk)
    crew = Self.crew(for: work)
  }

  /// Coerces the images of one patient, whom a person named.
  ///
  /// - Parameter derived: the names that they get; nil: they keep theirs.
  init(
    _ share: Split.Share, of parcel: InboundParcel, _ contents: Contents, renaming derived: DerivedUIDs?, by work: Work
  ) throws {
    self.work = work
    self.parcel = parcel
    study = contents.study
    isAgain = true
    coercion = try work.coercion(of: parcel, to: share.patient ?? "", contents, derived)
    staging = try Staging(
      in: work.stagingFolder(of: parcel).appending("\(share.number)"),
      prefix: work.prefix(of: parcel, share: share.number), disk: work.spool.disk)
    crew = Self.crew(for: work)
  }

  /// What all instances under way may have together, in bytes.
  private static func crew(for work: Work) -> Crew<(Contents.Instance, WriteReport)> {
    Crew("coerce", threads: work.spool.disk.threads, budget: 4 << 20)
  }

  /// Coerces an instance, unless it was imported before, byte for byte, and nobody wants it there once more. What fails may come
  /// out of a later call.
  ///
  /// - Throws: ``Work/NotCoercible``; ``Work/OtherContents`` where no person has compared them.
  func take(_ incoming: Work.Incoming) throws {
    let (instance, original, file) = (incoming.instance, incoming.original, incoming.file)
    let disk = work.spool.disk
    let known = try work.journal.importedDigest(sopInstanceUID: instance.sopInstanceUID)
    if let known, known != instance.sha256, !parcel.isDecidedByPerson {
      throw Work.OtherContents(sopInstanceUID: instance.sopInstanceUID)
    }
    if !isAgain, known == instance.sha256 {
      duplicates += 1
      return try original.discard(on: disk)
    }
    guard let crew else { return }
    let cost = if case .memory(let bytes) = original { bytes.count } else { 0 }
    while crew.isFull(for: cost) { try tellNext() }
    crew.submit(cost: cost) { [coercion, copy = staging.next(for: instance)] in
      do {
        let report = try file.write(applying: coercion(file).edit(for: file), to: copy, on: disk)
        try original.discard(on: disk)
        return (instance, report)
      } catch let error as DICOMError where error.code != .unreadable {
        throw Work.NotCoercible(why: "\(error)")
      } catch let error as ReconciliationError {
        throw Work.NotCoercible(why: "\(error)")
      }
    }
  }

  /// Waits for the last instances.
  ///
  /// - Throws: as ``take(_:)``.
  func finish() throws { while try tellNext() {} }

  /// Nothing is written any more.
  func dismiss() { crew = nil }

  /// Removes the copies.
  func discard() throws {
    dismiss()
    try staging.discard()
  }

  @discardableResult private func tellNext() throws -> Bool {
    guard let (instance, report) = try crew?.next() else { return false }
    try tell(report, instance)
    return true
  }

  /// Tells what rewriting an instance changed beyond the identification.
  private func tell(_ report: WriteReport, _ instance: Contents.Instance) throws {
    guard report.clearedPreamble || !report.untranscoded.isEmpty || !report.undecodable.isEmpty else { return }
    let untranscoded = report.untranscoded.map(\.description).joined(separator: ", ")
    try work.journal.record(
      Event(
        "rewritten", site: parcel.sender, study: study, parcel: parcel.id, file: instance.file,
        (report.clearedPreamble ? "Its preamble was the beginning of a program, and is zeros now. " : "")
          + (untranscoded.isEmpty ? "" : "Text of unknown encoding stays as it is: \(untranscoded). ")
          + Self.undecodable(report.undecodable)))
  }
}

extension Coercing {
  /// Which text was in no character set, and where its bytes are now.
  private static func undecodable(_ paths: [String]) -> String {
    if paths.isEmpty { return "" }
    let named = paths.prefix(16).joined(separator: ", ") + (paths.count > 16 ? " and \(paths.count - 16) more" : "")
    return "Text in no character set was rewritten by the rule for undeclared text, and its bytes are kept in "
      + "(0400,0561)>(0400,0551): \(named)."
  }
}

extension Work {
  /// Opens and coerces a study whose patient was decided, by a person or before.
  func importAccepted(_ parcel: InboundParcel) throws {
    if parcel.instances == 0 { return try stageEnd(parcel) }
    for patient in parcel.patients where try patients.patient(localID: patient)?.active != true && !patient.isEmpty {
      return try hold(
        parcel, nil, code: "patient-gone",
        reasons: ["The study was given to patient \(patient), who is no longer on the list of active patients."],
        decision: nil, subject: nil)
    }
    if let split = parcel.split { return try importSplit(parcel, split) }
    let patient = parcel.patient ?? ""
    var coercing: Coercing?
    do {
      let contents = try unpack(
        parcel, begin: { coercing = try Coercing(parcel, $0.header, to: patient, by: self) },
        coercing: { coercing.map { [$0] } ?? [] }, each: { try coercing?.take($0) })
      guard let contents, let coercing else { return }
      try stage(parcel, contents, coercing)
    } catch let error as NotCoercible {
      try coercing?.discard()
      try hold(
        parcel, nil, code: Self.notCoercible,
        reasons: ["The patient's identification cannot be rewritten: \(error.why)"], decision: nil, subject: nil)
    } catch let error as OtherContents {
      try coercing?.discard()
      try hold(
        parcel, nil, code: OtherContents.code, reasons: [error.sentence], decision: nil, subject: nil)
    }
  }

  /// Writes down that the coerced files are durable, and that they are to be handed to the PACS.
  func stage(_ parcel: InboundParcel, _ contents: ContentsFile, _ coercing: Coercing) throws {
    var handOver = try finish(coercing, of: parcel, as: parcel.id, number: nil)
    let files = try handOver == nil ? [] : coercing.staging.files(number: 0)
    let instances = try contents.instances()
    // Parts of one study are staged side by side, and each must see what name the other has got.
    let staged = try Self.naming.withLock { _ in
      let name =
        try configuration.importing.layout == .study ? freeName(study: contents.header.study, parcel) : parcel.id
      if handOver?.folder != nil { handOver?.folder = name }
      return try journal.staged(
        parcel, as: name, handOvers: handOver.map { [$0] } ?? [],
        duplicates: coercing.isAgain ? nil : coercing.duplicates, files: files,
        instances: { try instances.next().map { ($0.sopInstanceUID, $0.sha256) } })
    }
    if staged == nil {
      try coercing.discard()
      // Taken back meanwhile: what it was unpacked to is of no use.
      if try journal.inboundParcel(parcel.id)?.state == .held { try spool.disk.removeTree(unpacked(parcel)) }
    }
  }

  /// Held while the name of a study in the import folder is chosen and promised.
  static let naming = Mutex(())

  /// Makes coerced files durable.
  ///
  /// - Parameters:
  ///   - name: what their folder is to be called in the import folder, where studies have one.
  ///   - number: which patient's share they are; nil: there is one patient.
  /// - Returns: how they get to the PACS; nil where there are none.
  func finish(_ coercing: Coercing, of parcel: InboundParcel, as name: String, number: Int?) throws -> HandOver? {
    let importing = configuration.importing
    let isStudy = importing.layout == .study
    let marker = importing.marker.isEmpty ? nil : importing.marker
    let staging = coercing.staging
    try staging.finish(marker: isStudy ? marker : nil)
    guard staging.count > 0 else {
      try staging.discard()
      return nil
    }
    let ending = number.map { ".p\($0)" } ?? ""
    return HandOver(
      parcel: parcel.id, staging: staging.folder.string, target: importing.path.string, folder: isStudy ? name : nil,
      marker: isStudy ? marker : marker.map { parcel.id + ending + $0 }, files: staging.count, number: number)
  }

  /// A study was handed over: it is imported, or offered where the PACS is watched taking it.
  func handedOver(_ parcel: InboundParcel) throws {
    if configuration.importing.pickup == .watch, parcel.duplicates < parcel.instances {
      try journal.change(
        inboundParcel: parcel.id, by: .offered,
        event: Event(
          "offered", site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: parcel.patient,
          file: importFolder(of: parcel), "It lies in the import folder, for the PACS to take it."), known: parcel)
      return
    }
    try imported(parcel)
  }

  /// Tells the journal, the record and the sender that a study is imported.
  func imported(_ parcel: InboundParcel) throws {
    let unseen =
      parcel.isSeen == false
      ? " It was gone from the import folder before it was seen there: see that the PACS has it." : ""
    if parcel.instances == 0 {
      try journal.imported(
        parcel,
        event: Event(
          "imported", site: parcel.sender, study: parcel.study, parcel: parcel.id,
          "It holds no images: it says that the portions of an urgent study before it are all of it."))
      return endStudy(of: parcel)
    }
    var events = parcel.split.map { importEvents(of: parcel, $0, unseen) } ?? []
    if events.isEmpty {
      events = [
        Event(
          "imported", site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: parcel.patient,
          file: importFolder(of: parcel),
          "\(counted(parcel.instances - parcel.duplicates, "instance")) for patient \(parcel.patient ?? "")"
            + (parcel.duplicates > 0 ? "; \(parcel.duplicates) had been imported before." : ".") + unseen)
      ]
    }
    let changed = try journal.imported(
      parcel, records: recordMessages(for: parcel), event: events[0], further: Array(events.dropFirst()))
    guard changed != nil else { return }
    if parcel.isSeen == false {
      try journal.raise(
        Alert.unseenImport(parcel.id, study: parcel.study, from: parcel.sender), by: .receive)
    }
    logger.info(
      "imported",
      metadata: [
        "parcel": "\(parcel.id)", "study": "\(parcel.study ?? "")", "partner": "\(parcel.sender)",
        "instances": "\(parcel.instances)",
      ])
    endStudy(of: parcel)
  }

  // MARK: Names and places

  /// Where the coerced files are made: on the import folder's own file system, out of the PACS's sight.
  func stagingFolder(of parcel: InboundParcel) throws -> FilePath {
    let target = configuration.importing.path
    try FolderGuard(journal: journal, spool: spool).check(target, for: .receive)
    let place = unpacked(parcel)
    try spool.disk.makeDirectory(place)
    return try spool.disk.status(of: place)?.device == spool.disk.statusFollowingLinks(of: target)?.device
      ? place.appending("import") : configuration.importing.hiddenStaging(of: parcel.id)
  }

  /// Where a parcel lies in the import folder, for people.
  func importFolder(of parcel: InboundParcel, named name: String? = nil) -> String? {
    let path = configuration.importing.path
    guard configuration.importing.layout == .study else { return path.string }
    return (name ?? parcel.folder).map { path.appending($0).string }
  }

  /// What the names in the import folder begin with.
  ///
  /// - Parameter share: of a parcel that was split, whose.
  func prefix(of parcel: InboundParcel, share: Int? = nil) -> String {
    guard configuration.importing.layout == .flat else { return "" }
    // What was left alone when it was taken back is in nobody's way.
    return parcel.id + (parcel.undone > 0 ? ".\(parcel.undone)" : "") + (share.map { ".p\($0)" } ?? "") + "-"
  }

  /// The study's UID, unless a folder of that name is there or was promised to another parcel.
  func freeName(study uid: String, _ parcel: InboundParcel) throws -> String {
    let study = diskName(ofIdentifier: uid)
    let isFree = try spool.disk.status(of: configuration.importing.path.appending(study)) == nil
    return try isFree && !journal.isPromised(folder: study, otherThan: parcel.id)
      ? study : "\(study).\(parcel.id)" + (parcel.undone > 0 ? ".\(parcel.undone)" : "")
  }

  // MARK: Coercion

  /// The rewriting to the local patient; a stranger keeps name, birth date and sex, and gets a number that no local
  /// patient can have, made of the sender's name and the sender's number.
  func coercion(
    of parcel: InboundParcel, to localID: String, _ contents: Contents, _ derived: DerivedUIDs? = nil
  ) throws -> @Sendable (DICOMFile) throws -> Coercion {
    if !localID.isEmpty {
      guard let patient = try patients.patient(localID: localID) else {
        throw ReconciliationError(.patient, "patient \(localID) is no longer in the patient index.")
      }
      var coercion = coercion(to: patient, from: parcel.sender, route: contents.route)
      coercion.derived = derived
      return { [coercion] _ in coercion }
    }
    let issuer = parcel.sender.uppercased()
    let nobody = Patient(localID: issuer, nationalID: nil, family: "", given: "")
    let base = coercion(to: nobody, from: parcel.sender, issuer: issuer, route: contents.route)
    return { file in
      let name = PersonName(try file.dataSet.string(.patientName) ?? "")
      let theirs = try file.dataSet.string(.patientID) ?? contents.study
      var coercion = base
      coercion.patient = Patient(
        localID: "\(issuer)-\(theirs)", nationalID: nil, family: name.alphabetic.family, given: name.alphabetic.given,
        birthDate: try file.dataSet.string(.patientBirthDate), sex: try file.dataSet.string(.patientSex))
      return coercion
    }
  }

  private func coercion(
    to patient: Patient, from sender: String, issuer: String? = nil, route: Contents.Route
  ) -> Coercion {
    // A rule that is an element left the name in the file; a drop folder or a person left none.
    Coercion(
      patient: patient, schemes: schemes, siteName: configuration.site.text, sender: sender, localIssuer: issuer,
      route: (try? TagPath(route.rule)).map { Coercion.Route(path: $0, name: route.value) }, date: Date())
  }
}
