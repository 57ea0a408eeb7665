/// The table of attributes, made ready by one pass to be searched: the lines stay where they are.
struct AttributeIndex: Sendable {
  /// In ascending order.
  private(set) var tags: [UInt32] = []
  /// For each tag the VR that is read where none is written.
  private(set) var vrs: [VR] = []
  /// For each tag where its line begins.
  private var lines: [Int32] = []
  /// Families of tags: the digits that are given, which digits those are, and the row behind those of `tags`.
  private var families: [(value: UInt32, mask: UInt32, row: Int)] = []
  private let table: StaticString

  init(_ table: StaticString) {
    self.table = table
    var rest: [(value: UInt32, mask: UInt32, vr: VR, line: Int32)] = []
    table.withUTF8Buffer { text in
      var start = text.startIndex
      while start < text.endIndex {
        let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
        // gggg,eeee VR: fixed places.
        if end - start > 12 {
          let (value, mask) = AttributeIndex.tag(text[start..<start + 9])
          let vr = AttributeIndex.vr(text[start + 10..<end])
          if mask == .max {
            tags.append(value)
            vrs.append(vr)
            lines.append(Int32(start))
          } else {
            rest.append((value, mask, vr, Int32(start)))
          }
        }
        start = end + 1
      }
    }
    for family in rest {
      families.append((family.value, family.mask, vrs.count))
      vrs.append(family.vr)
      lines.append(family.line)
    }
  }

  /// The row of `tag`, or of the family that it belongs to.
  func row(_ tag: Tag) -> Int? {
    let value = tag.rawValue
    var (low, high) = (0, tags.count)
    while low < high {
      let middle = (low + high) / 2
      if tags[middle] == value { return middle }
      if tags[middle] < value { low = middle + 1 } else { high = middle }
    }
    // Only even groups repeat (PS3.5 7.6).
    return tag.isPrivate ? nil : families.first { value & $0.mask == $0.value }?.row
  }

  /// What the line of a row says.
  func entry(_ row: Int) -> DataDictionary.Entry? {
    table.withUTF8Buffer { text in
      let start = Int(lines[row])
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
      let line = String(decoding: text[start..<end], as: UTF8.self)
      guard let bar = line.firstIndex(of: "|") else { return nil }
      let words = line[..<bar].split(separator: " ")
      guard words.count >= 4, let keyword = words.last else { return nil }
      return DataDictionary.Entry(
        vrs: words[1].split(separator: "/").compactMap { VR(rawValue: String($0)) }, vm: String(words[2]),
        keyword: String(keyword), name: String(line[line.index(after: bar)...]), isRetired: words[3] == "R")
    }
  }

  /// Eight hexadecimal digits and a comma, of which some may be `x`; the mask has the others.
  private static func tag(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> (UInt32, UInt32) {
    text.reduce((0, 0)) { result, byte in
      if byte == UInt8(ascii: ",") { return result }
      let isOpen = byte == UInt8(ascii: "x")
      let digit = isOpen ? 0 : UInt32(byte < 65 ? byte - 48 : byte - 55)
      return (result.0 << 4 | digit, result.1 << 4 | (isOpen ? 0 : 0xF))
    }
  }

  /// The VR at the beginning of the text, or the one that implicit little endian has of several.
  private static func vr(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> VR {
    let word = text.prefix { $0 != UInt8(ascii: " ") }
    // OB or OW, US or OW, US or SS or OW: the last is OW.
    let letters = word.count > 2 && word.last == UInt8(ascii: "W") ? word.suffix(2) : word.prefix(2)
    return VR(letters: letters.reversed().reduce(0) { $0 << 8 | UInt16($1) }) ?? .un
  }
}
