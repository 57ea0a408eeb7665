internal import DICOM
internal import Journal
internal import Parcel
internal import PixelFilter
internal import Site
internal import Spool
internal import SystemPackage

/// A whole instance that was found in a source, as the journal will know it.
struct Examination {
  static let noPixelData = "no-pixel-data"
  /// What people leave for people is no study, and stays where it is.
  static let readme = "readme"

  let path: FilePath
  let status: FileStatus
  let study, series, sopInstance, sopClass, transferSyntax: String
  let digest: String
  /// How it was before its digest was taken; nil: it had been written a moment before.
  let stamp: FileStamp?
  /// How its pixels can be filtered.
  let filter: PixelFilter?
  let expected: Int?
  let finding: RouteFinding
  /// Its study does not wait.
  let isUrgent: Bool
  let subject: Subject

  /// Reads the header, the identifiers, the recipient and the digest of a file.
  ///
  /// - Parameters:
  ///   - hasWaited: the file has been as it is for `partial_after`: what it lacks will not come.
  ///   - isClosed: its writer is known to have closed it.
  /// - Throws: ``Failure``; `Errno` or `SpoolError` where the file cannot be read now.
  init(
    _ path: FilePath, _ status: FileStatus, hasWaited: Bool, isClosed: Bool, folder: DropFolder?,
    configuration: Configuration,
    partners: PartnerBook, disk: Disk
  ) throws {
    self.path = path
    self.status = status
    guard status.size > 0 else {
      // A writer who has not begun would go on in the quarantine.
      throw Failure(
        refusal: isClosed
          ? .init(code: Refusal.empty, reason: "The file is empty.", mayHeal: true)
          : .init(
            code: Refusal.unfinished, reason: "The file is empty: nothing has been written to it yet.", mayHeal: true,
            end: .held))
    }
    stamp = status.restedStamp
    let opened = try disk.open(path)
    let hole = try opened.firstHole()
    let file: DICOMFile
    do {
      file = try DICOMFile.read(path, options: configuration.reading)
    } catch let error as DICOMError where error.code != .unreadable {
      if Self.code(error) == Refusal.notDICOM, path.lastComponent?.string == "README",
        try !Self.beginsAsDICOM(opened)
      {
        throw Failure(refusal: .init(code: Self.readme, reason: "It is for people.", mayHeal: false, end: .left))
      }
      let study = Self.study(ofUnfinished: path, configuration)
      if let hole, !hole.mayBeZeros { throw Failure(refusal: Self.unfilled(hole, study)) }
      let isCut = try error.code == .truncated && (study != nil || Self.beginsAsDICOM(opened))
      throw Failure(
        refusal: .init(
          code: isCut ? Refusal.unfinished : Self.code(error), reason: "\(error)", mayHeal: true,
          end: isCut ? .held : .quarantined, study: study))
    }
    // A copy that is cut exactly before its pixel data parses to its last byte.
    if let doubt = file.doubt, !hasWaited {
      throw Failure(
        refusal: .init(
          code: Self.noPixelData, reason: "It may not be finished: \(doubt).", mayHeal: true, end: .taken,
          study: Self.study(in: file.dataSet)))
    }
    transferSyntax = file.transferSyntax.uid
    study = try Self.uid(.studyInstanceUID, "Study Instance UID", in: file)
    series = try Self.uid(.seriesInstanceUID, "Series Instance UID", in: file)
    sopInstance = try Self.uid(.sopInstanceUID, "SOP Instance UID", in: file)
    sopClass = try Self.uid(.sopClassUID, "SOP Class UID", in: file)
    guard isIdentifier(transferSyntax) else {
      throw Failure(
        refusal: .init(code: "bad-uid", reason: "The Transfer Syntax UID is not a UID.", mayHeal: false, study: study))
    }
    // A copy that reserved its length at once and was given up looks whole: what is missing reads as black pixels.
    if let hole, !(hole.mayBeZeros && hasWaited) { throw Failure(refusal: Self.unfilled(hole, study)) }
    // Some devices write 0 for what they do not know.
    expected = file.dataSet.integer(.numberOfStudyRelatedInstances).flatMap { $0 > 0 ? $0 : nil }
    finding = RouteFinding(folder: folder?.partner, file: file, rules: configuration.routes, partners: partners)
    isUrgent = folder?.isUrgent == true || finding.urgent == true || Urgency.isRequested(in: file.dataSet)
    subject = Self.subject(of: file, study: study)
    filter = file.pixelFilter
    digest = try sha256(of: opened)
    guard try disk.status(of: path) == status, try opened.status() == status else {
      throw Failure(refusal: nil)
    }
  }

  /// The file cannot be taken as it is; without a refusal it changed while it was read, and is looked at again.
  struct Failure: Error { let refusal: Refusal? }

  /// Whether `DICM` stands behind the preamble: so that a text that ends too early for an image is not one that was cut.
  private static func beginsAsDICOM(_ file: FileReader) throws -> Bool {
    try withUnsafeTemporaryAllocation(byteCount: 4, alignment: 4) { mark in
      try file.read(at: 128, into: mark) == 4 && mark.elementsEqual("DICM".utf8)
    }
  }

  private static func unfilled(_ hole: Hole, _ study: String?) -> Refusal {
    Refusal(
      code: Refusal.unfinished,
      reason:
        "From byte \(hole.offset) on a part of it was reserved and never written: its copy was not finished. If it "
        + "is whole nevertheless, and was written sparse, write it anew: cp --sparse=never.", mayHeal: true,
      end: hole.mayBeZeros ? .taken : .held, study: study)
  }

  /// Its writer has held a file open for `partial_after` and written nothing.
  static func unclosed(_ path: FilePath, _ configuration: Configuration) -> Refusal {
    Refusal(
      code: Refusal.unfinished, reason: "Its writer holds it open, and has written nothing for partial_after.",
      mayHeal: true, end: .held, study: study(ofUnfinished: path, configuration))
  }

  /// A file that is being written says early on to which study it belongs, which then is not complete.
  static func study(ofUnfinished path: FilePath, _ configuration: Configuration) -> String? {
    let beginning = try? DICOMFile.readBeginning(
      of: path, through: .studyInstanceUID, options: configuration.reading)
    return beginning.flatMap { study(in: $0.dataSet) }
  }

  private static func study(in dataSet: DataSet) -> String? {
    (try? dataSet.string(.studyInstanceUID)).flatMap { isIdentifier($0) ? $0 : nil }
  }

  /// Whom and what the study is about, as far as it can be read: for lists, and so that it can be found.
  private static func subject(of file: DICOMFile, study: String) -> Subject {
    func text(_ tag: Tag) -> String? {
      guard let value = try? file.dataSet.string(tag) else { return nil }
      return value.count <= longestText ? value : String(value.prefix(longestText))
    }
    return Subject(
      owner: "", study: study, patientID: text(.patientID), patientName: text(.patientName),
      birthDate: text(.patientBirthDate), accessionNumber: text(.accessionNumber), studyDate: text(.studyDate),
      description: text(.studyDescription), modality: text(.modality) ?? text(.modalitiesInStudy))
  }

  private static let longestText = 256

  private static func uid(_ tag: Tag, _ name: String, in file: DICOMFile) throws -> String {
    let value: String?
    do { value = try file.dataSet.string(tag) } catch { value = nil }
    guard let value, !value.isEmpty else {
      // A copy that is cut exactly between two elements parses to its last byte.
      if file.endsBefore(tag) {
        throw Failure(
          refusal: .init(
            code: Refusal.unfinished, reason: "It ends before its \(name) \(tag): its copy was not finished.",
            mayHeal: true, end: .held, study: study(in: file.dataSet)))
      }
      throw Failure(
        refusal: .init(
          code: "no-uid", reason: "The file has no \(name) \(tag): it cannot be told apart.", mayHeal: false))
    }
    guard isIdentifier(value) else {
      throw Failure(
        refusal: .init(
          code: "bad-uid", reason: "The \(name) \(tag) cannot stand for a UID: \"\(value)\".", mayHeal: false))
    }
    return value
  }

  private static func code(_ error: DICOMError) -> String {
    switch error.code {
    case .notDICOM, .truncated: Refusal.notDICOM
    case _ where error.code.isLimit: "limit"
    case .unsupported: "unsupported"
    default: "malformed"
    }
  }
}

extension DICOMFile {
  /// Whether this is the beginning of an instance to which the element has not come yet.
  fileprivate func endsBefore(_ tag: Tag) -> Bool {
    // The index of a medium has no such elements, and is whole; what has no header may be anything.
    let isInstance = !isDirectory && (hasMeta || dataSet[.sopClassUID] != nil)
    return isInstance && dataSet.elements.allSatisfy { $0.tag < tag }
  }
}
