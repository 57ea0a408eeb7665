extension DataSet {
  /// The element `tag` as it was, in an encoding that may be another than this data set's; in ISO_IR 192 if the whole
  /// file gets it. Nil where there is no such element.
  func original(_ tag: Tag, as encoding: Encoding, isTranscoding: Bool, _ undecodable: Undecodable?) throws -> Pieces? {
    try self[tag].map { try original($0, as: encoding, isTranscoding: isTranscoding, undecodable) }
  }

  private func original(
    _ element: Element, as encoding: Encoding, isTranscoding: Bool, _ undecodable: Undecodable?,
    _ path: [UndecodableText.Step] = []
  ) throws -> Pieces {
    if element.encoding == encoding, self.encoding == encoding {
      var rewriter = Rewriter(root: self, isTranscoding: isTranscoding, undecodable)
      rewriter.transcoder.path = path
      if let changed = try rewriter.transcoded(element, of: self) { return changed }
      var copy = Pieces()
      copy.append(copy: element.extent.start, to: element.extent.end)
      return copy
    }
    let encoder = Encoder(encoding: encoding, characterSet: .utf8)
    var content = Pieces()
    switch element.content {
    case .fragments:
      throw DICOMError(.unsupported, "an encapsulated value cannot be moved into a sequence", tag: element.tag)
    case .items, .itemsOnDisk:
      // Known lengths, as for every new sequence.
      try forEachItem(of: element) { index, item in
        var inside = Pieces()
        let step = UndecodableText.Step(tag: element.tag, item: index)
        for element in item.elements {
          inside.append(
            try item.original(element, as: encoding, isTranscoding: isTranscoding, undecodable, path + [step]))
        }
        content.append(try encoder.itemHeader(inside.count))
        content.append(inside)
      }
      var pieces = Pieces(try encoder.header(element.tag, .sq, content.count))
      pieces.append(content)
      return pieces
    case .bytes, .onDisk:
      var transcoder = Transcoder(undecodable: undecodable)
      transcoder.path = path
      let text = isTranscoding ? try transcoder.value(element, in: self) : nil
      var bytes = try text ?? Array(value(element) ?? [])
      if encoding.isBigEndian != element.encoding.isBigEndian, element.vr != .un {
        bytes.swapWords(element.vr.wordSize)
      }
      content = Pieces(bytes)
    }
    // A value that is too long for the short form is written as UN (PS3.5 6.2.2).
    let isLong = encoding.isExplicit && !element.vr.hasLongLength && content.count > 0xFFFE
    var pieces = Pieces(try encoder.header(element.tag, isLong ? .un : element.vr, content.count))
    pieces.append(content)
    return pieces
  }
}

extension [UInt8] {
  /// Turns round each word of `size` bytes; a remainder stays.
  mutating func swapWords(_ size: Int) {
    guard size > 1 else { return }
    for start in stride(from: 0, to: count - count % size, by: size) {
      self[start..<start + size].reverse()
    }
  }
}
