internal import DICOM
internal import FoundationEssentials
internal import Journal
internal import Parcel
internal import Reconciliation
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// So many instances are coerced together, before the service looks up.
  private static let group = 32

  /// Coerces an accepted study and puts it into the import folder at one stroke.
  ///
  /// The journal learns the folder's name after the staged files are durable and before the rename: a kill at any point
  /// is told apart by what lies there (``finishImport(_:)``), so that nothing is imported twice, even where the PACS has
  /// already taken the study away.
  func importParcel(_ id: String) throws {
    guard let parcel = try journal.inboundParcel(id), parcel.state == .accepted, parcel.folder == nil,
      let study = parcel.study
    else { return }
    let source = try originals(of: parcel)
    let contents = try JSONDecoder().decode(
      Contents.self, from: Data(try spool.disk.open(source.appending(Contents.name)).whole(limit: .max)))
    var wanted: [Contents.Instance] = []
    for instance in contents.instances
    where try journal.importedDigest(sopInstanceUID: instance.sopInstanceUID) != instance.sha256 {
      wanted.append(instance)
    }
    let staging = try staging(of: workplace(of: parcel))
    try spool.disk.removeTree(staging)
    try spool.disk.makeDirectory(staging)
    let point = try spool.disk.syncPoint(staging)
    do {
      let coercion = try coercion(of: parcel, route: contents.route)
      for start in stride(from: 0, to: wanted.count, by: Self.group) {
        if stop.isRequested { throw CancellationError() }
        let group = Array(wanted[start...].prefix(Self.group))
        let reports = coerce(group, by: coercion, from: source, to: staging, prefix: prefix(of: parcel.id))
        for (instance, report) in zip(group, reports) {
          try record(report.get(), on: instance, in: workplace(of: parcel), study: parcel.study)
        }
      }
    } catch let error as DICOMError {
      return try putBack(parcel, from: source, "\(error)")
    } catch let error as ReconciliationError {
      return try putBack(parcel, from: source, "\(error)")
    }
    if !wanted.isEmpty { try addMarker(to: staging) }
    try point.sync()
    let name = try freeName(study: study, parcel: id)
    try journal.updateInboundParcel(id, from: [.accepted], event: nil) {
      $0.folder = name
      $0.duplicates = contents.instances.count - wanted.count
    }
    try finishImport(id)
  }

  /// Goes on with imports whose files are staged or already in place.
  func finishImports() throws {
    for parcel in try journal.inboundParcels(in: [.accepted]) where !stop.isRequested {
      try attempt(parcel.id) {
        if parcel.folder == nil { try importParcel(parcel.id) } else { try finishImport(parcel.id) }
      }
    }
  }

  /// Renames the staged files into the import folder, if that was not done, and tells the journal, the record and the
  /// sender.
  func finishImport(_ id: String) throws {
    guard let parcel = try journal.inboundParcel(id), let name = parcel.folder else { return }
    let staging = try staging(of: workplace(of: parcel))
    let target = configuration.importing.path.appending(name)
    if try spool.disk.status(of: staging) != nil {
      let files = try spool.disk.names(of: staging)
      if files.isEmpty {
        try spool.disk.removeEmptyDirectory(staging)
      } else if configuration.importing.layout == .study {
        try spool.disk.move(staging, to: target)
      } else {
        for file in files {
          try spool.disk.rename(staging.appending(file), to: configuration.importing.path.appending(file))
        }
        try spool.disk.sync(directory: configuration.importing.path)
        if !configuration.importing.marker.isEmpty {
          try spool.disk.write(
            [UInt8](), to: configuration.importing.path.appending(id + configuration.importing.marker))
        }
        try spool.disk.removeEmptyDirectory(staging)
      }
    }
    if configuration.importing.pickup == .watch, try !isPickedUp(parcel, target) { return }
    try settle(parcel, target)
  }

  /// Whether the PACS has taken every file away.
  private func isPickedUp(_ parcel: InboundParcel, _ target: FilePath) throws -> Bool {
    if configuration.importing.layout == .study {
      guard try spool.disk.status(of: target) != nil else { return true }
      let left = try spool.disk.names(of: target).filter { $0 != configuration.importing.marker }
      guard left.isEmpty else { return false }
      try spool.disk.removeTree(target)
      return true
    }
    return try !spool.disk.names(of: configuration.importing.path).contains { $0.hasPrefix("\(parcel.id)-") }
  }

  private func settle(_ parcel: InboundParcel, _ target: FilePath) throws {
    let source = try originals(of: parcel)
    let contents = try JSONDecoder().decode(
      Contents.self, from: Data(try spool.disk.open(source.appending(Contents.name)).whole(limit: .max)))
    if parcel.duplicates < contents.instances.count { try writeRecord(parcel) }
    try journal.imported(
      parcel.id, instances: contents.instances.map { ($0.sopInstanceUID, $0.sha256) },
      event: Event(
        "imported", site: parcel.sender, study: parcel.study, parcel: parcel.id, patient: parcel.patient,
        file: target.string,
        "\(contents.instances.count - parcel.duplicates) instances for patient \(parcel.patient ?? "")"
          + (parcel.duplicates > 0 ? "; \(parcel.duplicates) had been imported before." : "."))
    ) { $0.state = .imported }
    try answer(parcel, .imported)
    try tidy(parcel)
    logger.info(
      "imported",
      metadata: ["parcel": "\(parcel.id)", "study": "\(parcel.study ?? "")", "instances": "\(parcel.instances)"])
  }

  /// Removes what was needed until the import was in the journal.
  func tidy(_ parcel: InboundParcel) throws {
    try spool.disk.removeTree(spool[.holdInbound].appending(parcel.id))
    try workplace(of: parcel).remove()
  }

  private func workplace(of parcel: InboundParcel) -> Workplace {
    Workplace(partner: parcel.sender, id: parcel.id, spool: spool)
  }

  /// The study as it came: unpacked just now, or from the worklist.
  private func originals(of parcel: InboundParcel) throws -> FilePath {
    let held = spool[.holdInbound].appending(parcel.id)
    return try spool.disk.status(of: held) != nil
      ? held : workplace(of: parcel).study
  }

  /// Where the coerced files are made: on the import folder's own file system, out of the PACS's sight.
  func staging(of place: Workplace) throws -> FilePath {
    try spool.disk.makeDirectory(place.root)
    let target = configuration.importing.path
    return try spool.disk.status(of: place.root)?.device == spool.disk.status(of: target)?.device
      ? place.root.appending("import") : target.appending(".studypost-\(place.id)")
  }

  /// The study's UID, unless a study folder of that name still waits for the PACS.
  func freeName(study: String, parcel: String) throws -> String {
    guard configuration.importing.layout == .study else { return parcel }
    return try spool.disk.status(of: configuration.importing.path.appending(study)) == nil
      ? study : "\(study).\(parcel)"
  }

  /// A study whose identification cannot be rewritten waits for a person, whoever decided whose it is.
  private func putBack(_ parcel: InboundParcel, from source: FilePath, _ reason: String) throws {
    try spool.disk.removeTree(try staging(of: workplace(of: parcel)))
    let held = spool[.holdInbound].appending(parcel.id)
    let why = "The patient's identification cannot be rewritten: \(reason)"
    try Reason(
      code: "coercion", reason: why,
      remedy: [
        "Give it to another patient: studypost worklist accept \(parcel.id) --patient LOCALID --reason TEXT",
        "Or refuse it: studypost worklist reject \(parcel.id) --reason TEXT",
      ],
      about: ["study": parcel.study, "partner": parcel.sender, "parcel": parcel.id], since: journalTime()
    ).write(into: source, disk: spool.disk)
    if source != held {
      for file in try spool.disk.files(below: source, skip: { _ in false }) { try spool.disk.sync(file: file.path) }
      try spool.disk.sync(directory: source.appending("dicom"))
      try spool.disk.sync(directory: source)
      try spool.disk.move(source, to: held)
    }
    let row = try journal.updateInboundParcel(
      parcel.id, from: [.accepted],
      event: Event("held", site: parcel.sender, study: parcel.study, parcel: parcel.id, Quoted.text(why))
    ) {
      $0.state = .held
      $0.patient = nil
      $0.reason = Quoted.text("coercion: \(why)", limit: 2000)
    }
    if let row { try answer(row, .held) }
    try workplace(of: parcel).remove()
    logger.warning("held for a person", metadata: ["parcel": "\(parcel.id)", "reason": "\(why)"])
  }

  /// Rewrites instances, on as many threads as there are processors.
  private func coerce(
    _ instances: [Contents.Instance], by coercion: @escaping @Sendable (DICOMFile) throws -> Coercion,
    from source: FilePath, to staging: FilePath, prefix: String
  ) -> [Result<WriteReport, any Error>] {
    concurrently(instances) { [options = configuration.reading, disk = spool.disk] instance in
      Result {
        let file = try DICOMFile.read(source.pushing(FilePath(instance.file)), options: options)
        let base = FilePath(instance.file).lastComponent?.string ?? instance.sopInstanceUID
        let copy = staging.appending(prefix + base)
        let edit = try coercion(file).edit(for: file)
        return try file.write(applying: edit, to: copy, on: disk)
      }
    }
  }

  /// What the names in the import folder begin with.
  func prefix(of parcel: String) -> String { configuration.importing.layout == .flat ? "\(parcel)-" : "" }

  /// The file that is written last into a study's folder, where the PACS wants one.
  func addMarker(to staging: FilePath) throws {
    guard configuration.importing.layout == .study, !configuration.importing.marker.isEmpty else { return }
    try spool.disk.write([UInt8](), to: staging.appending(configuration.importing.marker))
  }

  /// Tells what rewriting an instance changed beyond the identification.
  func record(
    _ report: WriteReport, on instance: Contents.Instance, in place: Workplace, study: String?
  ) throws {
    guard report.clearedPreamble || !report.untranscoded.isEmpty else { return }
    let untranscoded = report.untranscoded.map(\.description).joined(separator: ", ")
    try journal.record(
      Event(
        "rewritten", site: place.partner, study: study, parcel: place.id, file: instance.file,
        (report.clearedPreamble ? "Its preamble was the beginning of a program, and is zeros now. " : "")
          + (untranscoded.isEmpty ? "" : "Text of unknown encoding stays as it is: \(untranscoded).")))
  }

  /// The rewriting to the local patient; a stranger keeps name, birth date and sex, and gets a number that no local
  /// patient can have, made of the sender's name and the sender's number.
  private func coercion(
    of parcel: InboundParcel, route: Contents.Route
  ) throws -> @Sendable (DICOMFile) throws -> Coercion {
    let localID = parcel.patient ?? ""
    if !localID.isEmpty {
      guard let patient = try journal.patient(localID: localID) else {
        throw JournalError(.notFound, "patient \(localID) is no longer in the patient index.")
      }
      let coercion = coercion(to: patient, from: parcel.sender, route: route)
      return { _ in coercion }
    }
    let issuer = parcel.sender.uppercased()
    let nobody = Patient(localID: issuer, nationalID: nil, family: "", given: "")
    let base = coercion(to: nobody, from: parcel.sender, issuer: issuer, route: route)
    return { file in
      let name = PersonName(try file.dataSet.string(.patientName) ?? "")
      let theirs = try file.dataSet.string(.patientID) ?? parcel.study ?? parcel.id
      var coercion = base
      coercion.patient = Patient(
        localID: "\(issuer)-\(theirs)", nationalID: nil, family: name.alphabetic.family, given: name.alphabetic.given,
        birthDate: try file.dataSet.string(.patientBirthDate), sex: try file.dataSet.string(.patientSex))
      return coercion
    }
  }

  /// The rewriting to a patient.
  func coercion(
    to patient: Patient, from sender: String, issuer: String? = nil, route: Contents.Route
  ) -> Coercion {
    // Only a rule that is a plain element left its value in the file; a drop folder or a person left none.
    Coercion(
      patient: patient, scheme: scheme, siteName: configuration.site.text, sender: sender, localIssuer: issuer,
      routingTags: [route.rule].compactMap { Tag($0) }, routingValue: route.value, date: Date())
  }
}
