/// A value of text that is in no character set, where a file's text is rewritten.
public struct UndecodableText: Sendable, Hashable {
  /// The element.
  public let tag: Tag
  /// Its representation.
  public let vr: VR
  /// The sequences that lead to it, from the outermost, each with the number of the item (from 0).
  public let sequences: [Step]
  /// Its value as it was.
  public let bytes: [UInt8]

  /// A sequence, and one of its items.
  public struct Step: Sendable, Hashable {
    /// The sequence.
    public let tag: Tag
    /// The number of the item, from 0.
    public let item: Int
  }

  /// The place, in the notation of `TagPath`.
  public var path: String { sequences.map { "\($0.tag)[\($0.item)]." }.joined() + "\(tag)" }
}

/// Gathers the values that are in no character set as they are rewritten: each once, however often it is written.
final class Undecodable {
  private var values: [Int64: UndecodableText] = [:]

  /// In the order of the file.
  var texts: [UndecodableText] { values.sorted { $0.key < $1.key }.map(\.value) }

  /// What stands in the new file for an element whose text is in no character set.
  func text(
    for element: Element, in dataSet: DataSet, _ bytes: ArraySlice<UInt8>, _ path: [UndecodableText.Step]
  ) -> String {
    if values[element.offset] == nil {
      values[element.offset] = UndecodableText(
        tag: element.tag, vr: element.effectiveVR, sequences: path, bytes: Array(bytes))
    }
    for set in dataSet.origin.options.undeclaredText.sets {
      if let text = try? set.decode(bytes, vr: element.effectiveVR) { return text }
    }
    return ""
  }
}
