/// How a file with an edit applied is put together. All that can be wrong with an edit shows here, before anything is
/// written.
struct Plan {
  /// Everything before the data set: ranges are those of the file.
  private(set) var head = Pieces()
  /// The data set: ranges are those of the data set, inflated if it is deflated.
  private(set) var body = Pieces()
  /// Whether the file stays as it is, but for a program in its preamble.
  private let isVerbatim: Bool
  private var parts = Parts()
  private var isTranscoded: Bool
  private var untranscoded: [Tag] = []
  private var undecodable: [UndecodableText] = []
  private var removedSignatures = 0

  private let file: DICOMFile

  init(_ edit: Edit, of file: DICOMFile) throws {
    self.file = file
    isTranscoded = edit.transcodesText
    isVerbatim = edit.isEmpty && file.hasPreamble && file.hasMeta
    if isVerbatim {
      head = preamble()
      head.append(copy: 128, to: file.size)
      return
    }
    if file.isDirectory {
      throw DICOMError(
        .unsupported, "a DICOMDIR names its records by their places in the file, which an edit would make wrong",
        tag: .directoryRecordSequence)
    }
    for operation in edit.operations { try Plan.check(operation) }
    do {
      head = try makeHead(edit)
    } catch is Encoder.TextDoesNotFit {
      throw DICOMError(.characterSet, "text in the file meta information has to be ASCII")
    }
    do {
      try makeBody(edit)
    } catch is Encoder.TextDoesNotFit {
      isTranscoded = true
      try makeBody(edit)
    }
    if !undecodable.isEmpty, let record = edit.recordUndecodable {
      var recording = edit
      for item in record(undecodable) { recording.append(item: item, to: .originalAttributesSequence) }
      try makeBody(recording)
    }
    if file.transferSyntax.isDeflated { body = try body.ascending(in: file.dataSet.origin) }
  }

  /// What is done beyond the edit.
  var report: WriteReport {
    WriteReport(
      isTranscoded: isTranscoded, untranscoded: untranscoded, undecodable: undecodable.map(\.path),
      removedSignatures: removedSignatures,
      clearedPreamble: file.hasExecutablePreamble)
  }

  /// Writes the new file; `input` has the bytes of the old one.
  func write(to output: inout Output, from input: inout Input) throws {
    try output.write(head, from: &input)
    guard file.transferSyntax.isDeflated, !isVerbatim else { return try output.write(body, from: &input) }
    try file.dataSet.origin.reading { try output.deflate(body, from: &$0) }
  }

  /// Makes sure that what was written reads as it was meant. In a file that mixes encodings, or has elements where they
  /// do not belong, one that stayed may mean something else beside those that are new.
  func check(_ read: () throws -> DICOMFile) throws {
    if isVerbatim { return }
    func misread(_ tag: Tag?) -> DICOMError {
      DICOMError(
        .malformed, "with this edit the file would read otherwise than it is meant: its elements break the standard",
        tag: tag)
    }
    do {
      if let tag = parts.firstMisread(in: try read().dataSet) { throw misread(tag) }
    } catch let error as DICOMError where [.truncated, .notDICOM, .malformed].contains(error.code) {
      throw misread(error.tag)
    }
  }

  private static func check(_ operation: Edit.Operation) throws {
    for step in operation.path.steps {
      guard case .tag(let tag) = step.place else { continue }
      if [.specificCharacterSet, .transferSyntaxUID].contains(tag) {
        throw DICOMError(
          .unsupported, "this element cannot be edited: it says how the others are encoded (see Edit.transcodesText)",
          tag: tag)
      }
      if tag.isGroupLength || tag.group == 0xFFFE || tag.group == 0 {
        throw DICOMError(.unsupported, "this is no element that can be edited", tag: tag)
      }
      if tag.group == 0x0002, operation.path.steps.count > 1 || step.items != nil {
        throw DICOMError(.unsupported, "the file meta information has no sequences", tag: tag)
      }
    }
  }

  // MARK: The data set

  private mutating func makeBody(_ edit: Edit) throws {
    let kept = edit.recordUndecodable.map { _ in Undecodable() }
    var rewriter = Rewriter(root: file.dataSet, isTranscoding: isTranscoded, kept, uids: edit.mapsUIDs)
    let changes = edit.operations.filter { $0.path.metaTag == nil }.map {
      Rewriter.Pending(steps: $0.path.steps[...], operation: $0)
    }
    parts = try rewriter.dataSet(file.dataSet, changes)
    body = parts.joined()
    untranscoded = rewriter.transcoder.untranscoded.sorted()
    undecodable = kept?.texts ?? []
    removedSignatures = rewriter.removedSignatures
  }

  // MARK: Preamble and meta information

  /// Everything before the data set, as PS3.10 7.1 wants it. What is there stays, but for the length of the group and
  /// the identity of the instance, if that changed.
  private func makeHead(_ edit: Edit) throws -> Pieces {
    var head = preamble()
    head.append(Array("DICM".utf8))

    let encoder = Encoder(encoding: file.meta.encoding, characterSet: .ascii)
    let changes = metaChanges(edit)
    var group = Pieces()
    // Of what is there twice, the first.
    var seen: Set<Tag> = []
    var elements = file.meta.ascendingElements.filter { seen.insert($0.tag).inserted }[...]
    func keep(before next: Tag?) {
      while let element = elements.first, next.map({ element.tag < $0 }) ?? true {
        elements = elements.dropFirst()
        if !element.tag.isGroupLength { group.append(copy: element.extent.start, to: element.extent.end) }
      }
    }
    for (tag, change) in changes.sorted(by: { $0.key < $1.key }) {
      keep(before: tag)
      elements = elements.drop { $0.tag == tag }
      switch change {
      case .set(let value, let vr): group.append(try encoder.element(tag, value, vr: vr))
      case .insert: throw DICOMError(.unsupported, "the file meta information has no sequences", tag: tag)
      case .remove: break
      }
    }
    keep(before: nil)
    let length = EditValue.integer(Int(group.count))
    head.append(try encoder.element(.fileMetaInformationGroupLength, length, vr: .ul))
    head.append(group)
    return head
  }

  private func preamble() -> Pieces {
    guard file.hasPreamble, !file.hasExecutablePreamble else { return Pieces([UInt8](repeating: 0, count: 128)) }
    var pieces = Pieces()
    pieces.append(copy: 0, to: 128)
    return pieces
  }

  private func metaChanges(_ edit: Edit) -> [Tag: Edit.Change] {
    var changes: [Tag: Edit.Change] = [:]
    for operation in edit.operations {
      if let tag = operation.path.metaTag { changes[tag] = operation.change }
    }
    let meta = file.meta
    if !file.hasMeta {
      changes[.fileMetaInformationVersion] = .set(.bytes([0, 1]), nil)
      changes[.implementationClassUID] = .set(.string(DICOMFile.implementationClassUID), nil)
      changes[.implementationVersionName] = .set(.string(DICOMFile.implementationVersionName), nil)
    }
    if meta[.transferSyntaxUID]?.length ?? 0 == 0 {
      changes[.transferSyntaxUID] = .set(.string(file.transferSyntax.uid), nil)
    }
    for (inMeta, inDataSet) in [
      (Tag.mediaStorageSOPClassUID, Tag.sopClassUID), (.mediaStorageSOPInstanceUID, .sopInstanceUID),
    ] {
      let path = TagPath(inDataSet)
      if let operation = edit.operations.last(where: { $0.path.steps == path.steps }) {
        changes[inMeta] = operation.change
      } else if meta[inMeta] == nil, case let uid? = try? file.dataSet.string(inDataSet) {
        // As it is: one that breaks the form of UIDs is no reason to refuse the file.
        changes[inMeta] = .set(.bytes(Array(uid.utf8)), nil)
      }
    }
    return changes
  }
}

extension TagPath {
  /// The element of the file meta information that this is.
  fileprivate var metaTag: Tag? {
    guard case .tag(let tag)? = steps.first?.place, tag.group == 0x0002 else { return nil }
    return tag
  }
}
