/// A data set, or an item, to be written. Its elements are sorted by tag, whatever the order they are set in.
public struct NewDataSet: Sendable {
  enum Content: Sendable {
    case value(EditValue, VR?)
    case original
  }

  private(set) var contents: [Tag: Content] = [:]

  /// An empty data set.
  public init() {}

  /// Sets the element `tag`. `vr` is needed only for what the dictionary does not have, private elements for instance.
  public mutating func set(_ tag: Tag, _ value: EditValue, vr: VR? = nil) { contents[tag] = .value(value, vr) }

  /// Puts the file's element `tag` of the top level here as it was before the edit: its encoded bytes, a sequence with
  /// all its items. Nothing, where the file has no such element. Text that comes to stand under another (0008,0005) is
  /// rewritten in ISO_IR 192, and all other text with it. For the Original Attributes Sequence (PS3.3 C.12.1.1.9).
  public mutating func setOriginal(_ tag: Tag) { contents[tag] = .original }

  /// Whether there is no element.
  public var isEmpty: Bool { contents.isEmpty }
}
