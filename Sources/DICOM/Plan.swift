/// How a file with an edit applied is put together. All that can be wrong with an edit shows here, before anything is
/// written.
struct Plan {
  /// Everything before the data set: ranges are those of the file.
  private(set) var head = Pieces()
  /// The data set: ranges are those of the data set, inflated if it is deflated.
  private(set) var body = Pieces()
  private(set) var isTranscoded = false
  private(set) var untranscoded: [Tag] = []

  private let file: DICOMFile
  private let edit: Edit

  init(_ edit: Edit, of file: DICOMFile) throws {
    self.edit = edit
    self.file = file
    for tag in [Tag.specificCharacterSet, .transferSyntaxUID] where edit.changes[tag] != nil {
      throw DICOMError(.unsupported, "this element cannot be edited: it says how the others are encoded", tag: tag)
    }
    for tag in edit.changes.keys where tag.isGroupLength || tag.group == 0xFFFE {
      throw DICOMError(.unsupported, "this is no element that can be edited", tag: tag)
    }
    do {
      head = try makeHead()
    } catch is Encoder.TextDoesNotFit {
      throw DICOMError(.characterSet, "text in the file meta information has to be ASCII")
    }
    do {
      try makeBody(transcoding: false)
    } catch is Encoder.TextDoesNotFit {
      isTranscoded = true
      try makeBody(transcoding: true)
    }
  }

  // MARK: The data set

  private mutating func makeBody(transcoding: Bool) throws {
    let old = file.dataSet
    var transcoder = Transcoder()
    var changes = edit.changes.filter { $0.key.group != 0x0002 }
    if transcoding { changes[.specificCharacterSet] = .set("ISO_IR 192", nil) }
    let encoder = Encoder(
      encoding: old.encoding, characterSet: transcoding ? .utf8 : old.characterSet,
      original: { try Plan.original($0, in: old, transcoding: transcoding) })

    var parts = Parts()
    var inserted = changes.keys.filter { old[$0] == nil }.sorted()[...]
    var done: Set<Tag> = []
    func insert(before next: Tag?) throws {
      while let tag = inserted.first, next.map({ tag < $0 }) ?? true {
        inserted = inserted.dropFirst()
        switch changes[tag] {
        case .set(let value, let vr): parts.change(tag, to: try encoder.element(tag, value, vr: vr))
        case .append(let items): parts.change(tag, to: try encoder.element(tag, .items(items), vr: .sq))
        case .remove, nil: break
        }
      }
    }
    for element in old.elements {
      try insert(before: element.tag)
      let tag = element.tag
      switch changes[tag] {
      case .set(let value, let vr):
        // Of a private element that occurs twice, the first takes the new value, and the others go.
        let isFirst = done.insert(tag).inserted
        parts.change(tag, to: isFirst ? try encoder.element(tag, value, vr: vr, fileVR: element.vr) : nil)
      case .remove: parts.change(tag, to: nil)
      case .append(let items):
        parts.change(tag, to: try appended(items, to: element, encoder, &transcoder, transcoding))
      case nil:
        if transcoding, let changed = try transcoder.element(element, in: old) {
          parts.change(tag, to: changed)
        } else {
          parts.keep(element)
        }
      }
    }
    try insert(before: nil)
    body = parts.joined()
    untranscoded = transcoder.untranscoded.sorted()
  }

  /// The element `tag` as it was; in the new character set, if the whole file gets one.
  private static func original(_ tag: Tag, in old: DataSet, transcoding: Bool) throws -> Pieces? {
    guard let element = old[tag] else { return nil }
    var transcoder = Transcoder()
    if transcoding, let changed = try transcoder.element(element, in: old) { return changed }
    var copy = Pieces()
    copy.append(copy: element.extent.start, to: element.extent.end)
    return copy
  }

  private func appended(
    _ new: [NewDataSet], to element: Element, _ encoder: Encoder, _ transcoder: inout Transcoder, _ transcoding: Bool
  ) throws -> Pieces {
    guard case .items(let items) = element.content else {
      // An empty value of whatever VR becomes a sequence.
      guard element.length == 0 else {
        throw DICOMError(.malformed, "this is no sequence, so that no item can be added", tag: element.tag)
      }
      return try encoder.element(element.tag, .items(new), vr: .sq)
    }
    let inner = items.first?.encoding ?? (element.vr == .un ? .implicitLittle : encoder.encoding)
    var content = Pieces()
    if transcoding {
      content = try transcoder.items(of: element).0
    } else {
      content.append(copy: element.extent.content, to: element.extent.contentEnd)
    }
    let original: (Tag) throws -> Pieces? = { tag in
      guard inner == encoder.encoding else {
        throw DICOMError(
          .unsupported, "an element cannot be moved into a sequence of another encoding than the file's", tag: tag)
      }
      return try encoder.original(tag)
    }
    let inside = Encoder(encoding: inner, characterSet: encoder.characterSet, original: original)
    content.append(try inside.items(new))
    return try element.framing(content)
  }

  // MARK: Preamble and meta information

  /// Everything before the data set, as PS3.10 7.1 wants it. What is there stays, but for the length of the group and
  /// the identity of the instance, if that changed.
  private func makeHead() throws -> Pieces {
    var head = Pieces()
    if file.hasPreamble, !file.hasExecutablePreamble {
      head.append(copy: 0, to: 128)
    } else {
      head.append([UInt8](repeating: 0, count: 128))
    }
    head.append(Array("DICM".utf8))

    let encoder = Encoder(encoding: file.meta.encoding, characterSet: .undeclared)
    let changes = metaChanges()
    var group = Pieces()
    var elements = file.meta.elements[...]
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
      case .append: throw DICOMError(.unsupported, "the file meta information has no sequences", tag: tag)
      case .remove: break
      }
    }
    keep(before: nil)
    let length = EditValue.integer(Int(group.count))
    head.append(try encoder.element(.fileMetaInformationGroupLength, length, vr: .ul))
    head.append(group)
    return head
  }

  private func metaChanges() -> [Tag: Edit.Change] {
    var changes = edit.changes.filter { $0.key.group == 0x0002 }
    let meta = file.meta
    if !file.hasMeta {
      changes[.fileMetaInformationVersion] = .set(.bytes([0, 1]), nil)
      changes[.implementationClassUID] = .set(.string(DICOMFile.implementationClassUID), nil)
      changes[.implementationVersionName] = .set(.string(DICOMFile.implementationVersionName), nil)
    }
    if meta[.transferSyntaxUID] == nil { changes[.transferSyntaxUID] = .set(.string(file.transferSyntax.uid), nil) }
    for (inMeta, inDataSet) in [
      (Tag.mediaStorageSOPClassUID, Tag.sopClassUID), (.mediaStorageSOPInstanceUID, .sopInstanceUID),
    ] {
      if let change = edit.changes[inDataSet] {
        changes[inMeta] = change
      } else if meta[inMeta] == nil, case let uid? = try? file.dataSet.string(inDataSet) {
        changes[inMeta] = .set(.string(uid), nil)
      }
    }
    return changes
  }
}
