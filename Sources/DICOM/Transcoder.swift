/// Rewrites the text of a data set, at every depth, in ISO_IR 192 (UTF-8).
///
/// Elements of VR UN that the dictionary does not know stay as they are, and so does private text that is none in the
/// character set it is declared to be in; both are noted, if they hold anything but ASCII. Text of the standard's own
/// attributes that cannot be decoded is an error.
struct Transcoder {
  /// What stayed as it is, though it may be text.
  private(set) var untranscoded: Set<Tag> = []

  /// The element in its new form, or nil where its bytes stay.
  mutating func element(_ element: Element, in dataSet: DataSet) throws -> Pieces? {
    switch element.content {
    case .fragments: return nil
    case .items:
      let (content, isChanged) = try items(of: element)
      return isChanged ? try element.framing(content) : nil
    case .bytes, .onDisk:
      let vr = element.effectiveVR
      if element.tag == .specificCharacterSet {
        return try element.framing(Pieces(Array("ISO_IR 192".utf8)))
      }
      if vr == .un, case .bytes(let bytes) = element.content, bytes.contains(where: { $0 >= 0x80 }) {
        untranscoded.insert(element.tag)
      }
      return vr.isEncodedText ? try text(element, vr, in: dataSet) : nil
    }
  }

  /// The items of a sequence, and whether any of them changed.
  mutating func items(of element: Element) throws -> (Pieces, isChanged: Bool) {
    var pieces = Pieces()
    var isChanged = false
    guard case .items(let items) = element.content else { return (pieces, false) }
    for item in items {
      var parts = Parts()
      for element in item.elements {
        if let changed = try self.element(element, in: item) {
          parts.change(element.tag, to: changed)
        } else {
          parts.keep(element)
        }
      }
      if parts.isChanged {
        pieces.append(try item.framing(parts.joined()))
        isChanged = true
      } else {
        pieces.append(copy: item.extent.start, to: item.extent.end)
      }
    }
    return (pieces, isChanged)
  }

  private mutating func text(_ element: Element, _ vr: VR, in dataSet: DataSet) throws -> Pieces? {
    guard let old = try dataSet.value(element) else { return nil }
    do {
      guard let text = try dataSet.decoded(element) else { return nil }
      var new = Array(text.utf8)
      if new.elementsEqual(old) { return nil }
      if new.count % 2 == 1 {
        if new.last == vr.padding { new.removeLast() } else { new.append(vr.padding) }
      }
      return try element.framing(Pieces(new))
    } catch let error as DICOMError where error.code == .characterSet && element.tag.isPrivate {
      untranscoded.insert(element.tag)
      return nil
    }
  }
}

extension Element {
  /// The element with another value: its length, if it is written, corrected.
  func framing(_ value: Pieces) throws -> Pieces {
    var pieces = Pieces()
    if extent.isUndefined {
      pieces.append(copy: extent.start, to: extent.content)
    } else {
      let encoder = Encoder(encoding: encoding, characterSet: .undeclared)
      pieces.append(try encoder.header(tag, vr, value.count))
    }
    pieces.append(value)
    pieces.append(copy: extent.contentEnd, to: extent.end)
    return pieces
  }
}

extension DataSet {
  /// The item with other elements: its length, if it is written, corrected.
  fileprivate func framing(_ elements: Pieces) throws -> Pieces {
    var pieces = Pieces()
    if extent.isUndefined {
      pieces.append(copy: extent.start, to: extent.content)
    } else {
      pieces.append(try Encoder(encoding: encoding, characterSet: .undeclared).itemHeader(elements.count))
    }
    pieces.append(elements)
    pieces.append(copy: extent.contentEnd, to: extent.end)
    return pieces
  }
}
