/// Rewrites values of text in ISO_IR 192 (UTF-8).
///
/// Elements of VR UN that the dictionary does not know stay as they are, and so does private text that is none in the
/// character set it is declared to be in; both are noted, if they hold anything but ASCII.
struct Transcoder {
  /// What stayed as it is, though it may be text.
  private(set) var untranscoded: Set<Tag> = []
  /// How much has been rewritten, all of which is in memory.
  private var rewritten = 0
  /// How much has been inflated for texts that were not kept, each of which takes all that is before it.
  private var inflated: Int64 = 0
  /// Where text that is in no character set is kept; without it, such text is an error.
  let undecodable: Undecodable?
  /// The items that lead to the data set that is rewritten.
  var path: [UndecodableText.Step] = []

  init(undecodable: Undecodable?) { self.undecodable = undecodable }

  /// The value of an element in its new form, or nil where its bytes stay.
  mutating func value(_ element: Element, in dataSet: DataSet) throws -> [UInt8]? {
    let vr = element.effectiveVR
    if element.tag == .specificCharacterSet { return Array("ISO_IR 192".utf8) }
    if vr == .un || vr == .sq, try mayBeText(element, in: dataSet) { untranscoded.insert(element.tag) }
    guard vr.isEncodedText else { return nil }
    try count(element, in: dataSet)
    guard let old = try dataSet.value(element) else { return nil }
    do {
      guard let text = try text(of: element, in: dataSet, old) else { return nil }
      var new = Array(text.utf8)
      if new.elementsEqual(old) { return nil }
      if new.count % 2 == 1 {
        if new.last == vr.padding { new.removeLast() } else { new.append(vr.padding) }
      }
      rewritten += new.count
      let limit = dataSet.origin.options.limits.headerBytes
      guard rewritten <= limit else {
        throw dataSet.error(
          .headerTooLong, "the text to be rewritten is longer than \(limit) bytes; raise max_header in [dicom]", element
        )
      }
      return new
    } catch let error as DICOMError {
      guard error.code == .characterSet, element.tag.isPrivate else { throw error }
      untranscoded.insert(element.tag)
      return nil
    }
  }

  private func text(of element: Element, in dataSet: DataSet, _ bytes: ArraySlice<UInt8>) throws -> String? {
    do {
      return try dataSet.decoded(element)
    } catch let error as DICOMError {
      guard error.code == .characterSet, !element.tag.isPrivate, let undecodable else { throw error }
      return undecodable.text(for: element, in: dataSet, bytes, path)
    }
  }

  /// Sixteen times the largest data set: more than any report takes, and soon done.
  private mutating func count(_ element: Element, in dataSet: DataSet) throws {
    guard dataSet.origin.isInflated, case .onDisk = element.content else { return }
    inflated += element.extent.contentEnd
    guard inflated / 16 <= dataSet.origin.options.limits.inflatedBytes else {
      throw dataSet.error(
        .inflatesTooFar, "the deflated data set has too many long texts to be rewritten; raise max_inflated in [dicom]",
        element)
    }
  }

  /// Whether a value of unknown representation, or a sequence that could not be read, has anything but ASCII: an escape
  /// sequence, too (PS3.5 6.1.2.5). A value too long to be kept is taken to.
  private func mayBeText(_ element: Element, in dataSet: DataSet) throws -> Bool {
    switch element.content {
    case .bytes(let bytes): bytes.contains { $0 >= 0x80 || $0 == 0x1B }
    case .onDisk: true
    case .items, .itemsOnDisk, .fragments: false
    }
  }
}
