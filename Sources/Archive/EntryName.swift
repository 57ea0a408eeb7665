/// The rule for the names of members: a relative path of plain ASCII components that means the same on every system.
enum EntryName {
  /// The longest name that is read, in bytes.
  static let longest = 255

  /// Says what is wrong with a name, or `nil` when nothing is.
  static func fault(in name: [UInt8]) -> String? {
    if name.isEmpty { return "its name is empty" }
    if name.count > longest { return "its name is longer than \(longest) bytes" }
    if name.first == UInt8(ascii: "/") { return "its name is an absolute path" }
    for byte in name {
      if byte < 0x20 || byte == 0x7F { return "its name holds a control character" }
      if byte > 0x7F { return "its name is not plain ASCII" }
      if byte == UInt8(ascii: "\\") { return "its name holds a backslash" }
    }
    for component in name.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      if component.isEmpty { return "its name has an empty component" }
      if component.elementsEqual(".".utf8) || component.elementsEqual("..".utf8) {
        return "its name has a \".\" or \"..\" component"
      }
    }
    return nil
  }

  /// A name as it may be shown: printable ASCII as it is, all else as `\xHH`, cut after 255 bytes.
  static func printable(_ name: some Collection<UInt8>) -> String {
    var text = ""
    for byte in name.prefix(longest) {
      if (0x20..<0x7F).contains(byte), byte != UInt8(ascii: "\\") {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        text += byte < 0x10 ? "\\x0" : "\\x"
        text += String(byte, radix: 16, uppercase: true)
      }
    }
    return name.count > longest ? text + "…" : text
  }
}
