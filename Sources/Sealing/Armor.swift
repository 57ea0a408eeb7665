/// The textual wrapping of OpenSSH's private keys and signatures, and of age files: base 64 between a BEGIN and an END line.
enum Armor {
  /// What a key or signature of ours takes many times over.
  static let limit = 16 * 1024

  /// - Parameter columns: as ssh-keygen wraps.
  static func encode(_ bytes: [UInt8], label: String, columns: Int = 70) -> String {
    let body = [UInt8](Base64.encode(bytes, padding: .required).utf8)
    var text = "-----BEGIN \(label)-----\n"
    for start in stride(from: 0, to: body.count, by: columns) {
      text += String(decoding: body[start..<min(start + columns, body.count)], as: UTF8.self) + "\n"
    }
    return text + "-----END \(label)-----\n"
  }

  /// Returns nil unless the text is one whole armour with that label. Line ends may be LF or CRLF.
  static func decode(_ text: String, label: String) -> [UInt8]? {
    guard text.utf8.count <= limit else { return nil }
    let lines = text.utf8.split(separator: UInt8(ascii: "\n")).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
    guard lines.count > 2,
      lines[0].elementsEqual("-----BEGIN \(label)-----".utf8),
      lines[lines.count - 1].elementsEqual("-----END \(label)-----".utf8)
    else { return nil }
    return Base64.decode(lines[1..<(lines.count - 1)].flatMap { Array($0) }, padding: .required)
  }
}
