/// One data element as it stands in a file (PS3.5 7.1).
public struct Element: Sendable {
  /// Its tag.
  public let tag: Tag
  /// Its VR as written; where the encoding does not write it, the dictionary's.
  public internal(set) var vr: VR
  /// Its value.
  public let content: Content
  /// Where it lies.
  let extent: Extent
  /// Whether a value that is written as UN, and is "US or SS" in the dictionary, is SS.
  var isSigned = false
  /// How its header is written: within an explicit data set there may be single elements without VR.
  let encoding: Encoding

  /// The value of an element, as far as it is kept.
  public enum Content: Sendable {
    /// The value as it is encoded, padding included: a part of the header, whose indices do not begin at 0.
    case bytes(ArraySlice<UInt8>)
    /// A value too long to keep (`Limits.valueBytes`), or pixel data: only its place is known.
    case onDisk
    /// The items of a sequence.
    case items([DataSet])
    /// That many items of a sequence too long to keep (`Limits.keptElements`): they are read again when asked for
    /// (`DataSet.forEachItem(of:_:)`).
    case itemsOnDisk(Int)
    /// That many fragments of an encapsulated value; the first is the offset table (PS3.5 A.4).
    case fragments(Int)
  }

  /// Where the element begins: bytes from the start of the file, or of the inflated data set of a deflated file.
  public var offset: Int64 { extent.start }

  /// Where its value begins, counted like `offset`.
  public var valueOffset: Int64 { extent.content }

  /// Length of the encoded value in bytes, without its header and its closing delimiter.
  public var length: Int64 { extent.contentEnd - extent.content }

  /// Whether the length is written as undefined, and a delimiter closes the value.
  public var hasUndefinedLength: Bool { extent.isUndefined }

  /// Whether it is a sequence, or may become one: it has items, or no value at all.
  public var isSequence: Bool {
    if itemCount != nil { return true }
    return length == 0 && !hasUndefinedLength
  }

  /// How many items it has; nil where it is no sequence.
  public var itemCount: Int? {
    switch content {
    case .items(let items): items.count
    case .itemsOnDisk(let count): count
    case .bytes, .onDisk, .fragments: nil
    }
  }

  /// What the value is to be read as: the VR, or where it is written as UN the dictionary's (PS3.5 6.2.2), where
  /// (0028,0103) chooses between US and SS. Encapsulated pixel data is OB (PS3.5 A.4).
  public var effectiveVR: VR {
    guard vr == .un else { return vr }
    if case .fragments = content { return .ob }
    return isSigned ? .ss : DataDictionary.vr(tag)
  }
}

/// Where an element or an item lies in the bytes of its data set: `[start, content)` is its header,
/// `[content, contentEnd)` its value, `[contentEnd, end)` the delimiter that closes it if its length is undefined.
struct Extent: Sendable {
  var start: Int64
  var content: Int64
  var contentEnd: Int64
  var end: Int64
  var isUndefined: Bool
}
