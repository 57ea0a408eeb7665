/// Puts a data set together anew: old elements as ranges of the file, new ones as bytes.
struct Rewriter {
  /// Whether all text is written in ISO_IR 192.
  let isTranscoding: Bool
  /// The data set of the top level, where `NewDataSet.setOriginal` looks.
  let root: DataSet
  var transcoder: Transcoder
  /// What becomes of unique identifiers; nil: all stay.
  var uids: (@Sendable (Tag, String) -> String?)?
  private(set) var removedSignatures = 0

  /// A change on its way to its place: the steps that are still to go.
  struct Pending {
    var steps: ArraySlice<TagPath.Step>
    var operation: Edit.Operation
    /// Whether the path ends here, with an element or with items of it.
    var isLast: Bool { steps.count == 1 }
    var items: TagPath.Items? { steps.first?.items }
    var next: Pending { Pending(steps: steps.dropFirst(), operation: operation) }
  }

  init(
    root: DataSet, isTranscoding: Bool, _ undecodable: Undecodable?, uids: (@Sendable (Tag, String) -> String?)? = nil
  ) {
    self.root = root
    self.uids = uids
    transcoder = Transcoder(undecodable: undecodable)
    self.isTranscoding = isTranscoding
  }

  /// The elements of `old` with the changes made.
  mutating func dataSet(_ old: DataSet, _ changes: [Pending]) throws -> Parts {
    let encoder = self.encoder(for: old)
    var places = try byTag(changes, in: old)
    if isTranscoding, old.extent.start == root.extent.start, places[.specificCharacterSet] == nil {
      places[.specificCharacterSet] = [Pending.characterSet]
    }
    var parts = Parts()
    var inserted = places.keys.filter { old[$0] == nil }.sorted()[...]
    var done: Set<Tag> = []
    func insert(before next: Tag?) throws {
      while let tag = inserted.first, next.map({ tag < $0 }) ?? true {
        inserted = inserted.dropFirst()
        if let new = try replacement(of: nil, tag, places[tag] ?? []).value {
          parts.change(tag, to: try encoder.element(tag, new.value, vr: new.vr))
        }
      }
    }
    for element in old.elements {
      let tag = element.tag
      try insert(before: tag)
      // Of a private element that occurs twice, the first takes the change, and the others go.
      guard let changes = places[tag], done.insert(tag).inserted else {
        if places[tag] != nil { parts.change(tag, to: nil) } else { try keep(element, of: old, in: &parts) }
        continue
      }
      let new = try replacement(of: element, tag, changes)
      if let items = new.items {
        let pieces = try sequence(element, items, of: old, encoder)
        if let pieces { parts.change(tag, to: pieces) } else { parts.keep(element) }
      } else if let value = new.value {
        parts.change(tag, to: try encoder.element(tag, value.value, vr: value.vr, fileVR: element.vr))
      } else {
        parts.change(tag, to: nil)
      }
    }
    try insert(before: nil)
    if parts.isChanged { try removeSignatures(of: old, named: places, &parts) }
    return parts
  }

  private mutating func keep(_ element: Element, of old: DataSet, in parts: inout Parts) throws {
    if let changed = try transcoded(element, of: old) {
      parts.change(element.tag, to: changed)
    } else {
      parts.keep(element)
    }
  }

  /// An element that no change names, in ISO_IR 192 and with other unique identifiers; nil where its bytes stay.
  mutating func transcoded(_ element: Element, of old: DataSet) throws -> Pieces? {
    guard isTranscoding || uids != nil else { return nil }
    switch element.content {
    case .items, .itemsOnDisk: return try sequence(element, ItemChanges(), of: old, encoder(for: old))
    case .fragments: return nil
    case .bytes, .onDisk:
      if let mapped = try mapped(element, of: old) { return try element.framing(Pieces(mapped)) }
      guard isTranscoding else { return nil }
      return try transcoder.value(element, in: old).map { try element.framing(Pieces($0)) }
    }
  }

  /// The value of an element that names others, with the names that these get; nil where it stays.
  private func mapped(_ element: Element, of old: DataSet) throws -> [UInt8]? {
    guard let uids, element.effectiveVR == .ui, element.length > 0, let value = try old.value(element) else {
      return nil
    }
    var isChanged = false
    let names = value.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false).map { bytes in
      let name = DataSet.uid(bytes)
      guard let new = uids(element.tag, name) else { return Array(bytes) }
      isChanged = true
      return Array(new.utf8)
    }
    guard isChanged else { return nil }
    let new = Array(names.joined(separator: [UInt8(ascii: "\\")]))
    return new.count.isMultiple(of: 2) ? new : new + [0]
  }

  private func encoder(for old: DataSet) -> Encoder {
    let (root, isTranscoding, undecodable) = (root, isTranscoding, transcoder.undecodable)
    return Encoder(
      encoding: old.encoding, characterSet: isTranscoding ? .utf8 : old.characterSet, isSigned: old.isSigned,
      original: { tag, encoding in
        // Bytes of one set would be read in another.
        if !isTranscoding, old.characterSet != root.characterSet, root[tag]?.hasText == true {
          throw Encoder.TextDoesNotFit()
        }
        return try root.original(tag, as: encoding, isTranscoding: isTranscoding, undecodable)
      })
  }

  private mutating func removeSignatures(
    of old: DataSet, named: [Tag: [Pending]], _ parts: inout Parts
  ) throws {
    let sequences = [Tag.digitalSignaturesSequence, .macParametersSequence]
    guard sequences.contains(where: { old[$0] != nil && named[$0] == nil }) else { return }
    let signatures = Signatures(old, changed: parts.changed)
    removedSignatures += signatures.invalid.count
    for (tag, items) in zip(sequences, [signatures.invalid, signatures.unused]) where !items.isEmpty {
      guard let element = old[tag], named[tag] == nil, let all = element.itemCount else { continue }
      if items.count == all {
        parts.replace(tag, with: nil)
      } else {
        var edit = ItemChanges()
        edit.removed = items
        parts.replace(tag, with: try sequence(element, edit, of: old, encoder(for: old)))
      }
    }
  }
}

extension Element {
  /// Whether it holds text whose meaning depends on (0008,0005), at any depth.
  fileprivate var hasText: Bool {
    if case .itemsOnDisk = content { return true }
    guard case .items(let items) = content else { return effectiveVR.isEncodedText && length > 0 }
    return items.contains { $0.elements.contains(where: \.hasText) }
  }
}

extension Rewriter.Pending {
  /// What transcoding does to (0008,0005).
  fileprivate static let characterSet: Self = {
    let path = TagPath(.specificCharacterSet)
    return Self(steps: path.steps[...], operation: .init(path: path, change: .set("ISO_IR 192", nil)))
  }()
}
