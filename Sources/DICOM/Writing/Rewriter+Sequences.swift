extension Rewriter {
  /// The sequence with its items changed; nil where that changes nothing.
  mutating func sequence(
    _ element: Element, _ changes: ItemChanges, of old: DataSet, _ encoder: Encoder
  ) throws -> Pieces? {
    // What the past is told in stays.
    let uids = uids
    if element.tag == .originalAttributesSequence { self.uids = nil }
    defer { self.uids = uids }
    let added = changes.appended + changes.inserted.keys.sorted().flatMap { changes.inserted[$0] ?? [] }
    guard element.itemCount != nil else {
      // An empty value of whatever VR becomes a sequence.
      return added.isEmpty ? nil : try encoder.element(element.tag, .items(added), vr: .sq)
    }
    var inside = encoder
    inside.encoding = element.vr == .un ? .implicitLittle : old.encoding
    if let first = try ItemIterator(element, of: old).next() { inside.encoding = first.encoding }

    var content = Pieces()
    var isChanged = !added.isEmpty
    try old.forEachItem(of: element) { index, item in
      if let new = changes.inserted[index] { content.append(try inside.items(new)) }
      let isRemoved = changes.removesAll || changes.removed.contains(index)
      let pending = changes.inside.filter { $0.items != .index(index) ? $0.items == .all || $0.items == nil : true }
      guard !isRemoved else {
        if !pending.isEmpty {
          throw DICOMError(
            .malformed, "item \(index) cannot be both removed and changed inside by one edit", tag: element.tag)
        }
        isChanged = true
        return
      }
      transcoder.path.append(.init(tag: element.tag, item: index))
      defer { transcoder.path.removeLast() }
      let parts = try dataSet(item, pending.map(\.next))
      if parts.isChanged {
        content.append(try item.framing(parts.joined()))
        isChanged = true
      } else {
        content.append(copy: item.extent.start, to: item.extent.end)
      }
    }
    content.append(try inside.items(changes.appended))
    return isChanged ? try element.framing(content) : nil
  }
}

extension Element {
  /// The element with another value: its length, if it is written, corrected.
  func framing(_ value: Pieces) throws -> Pieces {
    try extent.framing(value) {
      try Encoder(encoding: encoding, characterSet: .utf8).header(tag, vr, value.count)
    }
  }
}

extension DataSet {
  /// The item with other elements: its length, if it is written, corrected.
  func framing(_ elements: Pieces) throws -> Pieces {
    try extent.framing(elements) {
      try Encoder(encoding: encoding, characterSet: .utf8).itemHeader(elements.count)
    }
  }
}

extension Extent {
  /// Other content between the same header and delimiter; where the header gives a length, under a new one.
  fileprivate func framing(_ content: Pieces, header: () throws -> [UInt8]) rethrows -> Pieces {
    var pieces = Pieces()
    if isUndefined {
      pieces.append(copy: start, to: self.content)
    } else {
      pieces.append(try header())
    }
    pieces.append(content)
    pieces.append(copy: contentEnd, to: end)
    return pieces
  }
}
