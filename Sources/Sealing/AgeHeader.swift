import Crypto

/// One recipient's entry in the header: a type, its arguments, and a body (age.md, "Recipient stanza").
struct AgeStanza {
  var type: String
  var arguments: [String]
  var body: [UInt8]

  var encoded: String {
    let body = [UInt8](Base64.encode(body, padding: .forbidden).utf8)
    var text = (["->", type] + arguments).joined(separator: " ") + "\n"
    // A last line of less than 64 columns ends the stanza, even if it is empty.
    for start in stride(from: 0, through: body.count, by: 64) {
      text += String(decoding: body[start..<min(start + 64, body.count)], as: UTF8.self) + "\n"
    }
    return text
  }
}

/// The textual header of an age file (age.md, "Header").
struct AgeHeader {
  static let version = "age-encryption.org/v1"
  /// Some hundreds of recipients; the format itself knows no bound.
  static let limit = 64 * 1024

  let stanzas: [AgeStanza]
  /// The bytes that the MAC covers: all up to and with "---".
  let covered: [UInt8]
  let mac: [UInt8]

  /// Makes a header whose MAC is right for that file key.
  init(_ stanzas: [AgeStanza], fileKey: SymmetricKey) {
    self.stanzas = stanzas
    covered = Array("\(Self.version)\n\(stanzas.map(\.encoded).joined())---".utf8)
    mac = Array(HMAC<SHA256>.authenticationCode(for: covered, using: Self.macKey(fileKey)))
  }

  var encoded: [UInt8] { covered + Array(" \(Base64.encode(mac, padding: .forbidden))\n".utf8) }

  /// Compares in constant time.
  func isAuthentic(with fileKey: SymmetricKey) -> Bool {
    HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: covered, using: Self.macKey(fileKey))
  }

  private static func macKey(_ fileKey: SymmetricKey) -> SymmetricKey {
    HKDF<SHA256>.deriveKey(inputKeyMaterial: fileKey, info: Array("header".utf8), outputByteCount: 32)
  }
}

extension AgeHeader {
  /// Reads the header and leaves the source at the payload.
  ///
  /// - Throws: ``SealingError`` with code `header` for whatever the grammar of age.md does not produce.
  init(from source: ByteSource) throws {
    var lines = Lines(source: source)
    guard try lines.next().elementsEqual(Self.version.utf8) else {
      throw SealingError(.header, "This is not an age file of version 1.")
    }
    var stanzas: [AgeStanza] = []
    var start: Int
    var line: [UInt8]
    while true {
      start = lines.seen.count
      line = try lines.next()
      guard line.starts(with: "-> ".utf8) else { break }
      stanzas.append(try Self.stanza(line, &lines))
    }
    guard !stanzas.isEmpty, line.starts(with: "--- ".utf8),
      let mac = Base64.decode(line.dropFirst(4), padding: .forbidden), mac.count == SHA256.byteCount
    else { throw Self.malformed }
    // age.md, "The scrypt recipient type": who knows a passphrase must not be able to pass for a sender to others.
    guard stanzas.count == 1 || !stanzas.contains(where: { $0.type == "scrypt" }) else { throw Self.malformed }
    self.stanzas = stanzas
    covered = Array(lines.seen.prefix(start)) + Array("---".utf8)
    self.mac = mac
  }

  static let malformed = SealingError(
    .header, "The header of the age file is damaged or was not written to the rules. Ask the sender for it again.")

  private static func stanza(_ line: [UInt8], _ lines: inout Lines) throws -> AgeStanza {
    let words = line.dropFirst(3).split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard words.allSatisfy({ !$0.isEmpty && $0.allSatisfy { 0x21...0x7e ~= $0 } }) else { throw malformed }
    var arguments = words.map { String(decoding: $0, as: UTF8.self) }
    let type = arguments.removeFirst()
    var text: [UInt8] = []
    while true {
      let part = try lines.next()
      guard part.count <= 64 else { throw malformed }
      text += part
      if part.count < 64 { break }
    }
    guard let body = Base64.decode(text, padding: .forbidden) else { throw malformed }
    return AgeStanza(type: type, arguments: arguments, body: body)
  }

  /// The lines of the header, of a bounded size altogether.
  private struct Lines {
    let source: ByteSource
    private(set) var seen: [UInt8] = []

    init(source: ByteSource) { self.source = source }

    mutating func next() throws -> [UInt8] {
      let start = seen.count
      while seen.count < AgeHeader.limit {
        guard let byte = try source.next() else { throw AgeHeader.malformed }
        seen.append(byte)
        if byte == UInt8(ascii: "\n") { return Array(seen[start..<(seen.count - 1)]) }
      }
      throw AgeHeader.malformed
    }
  }
}
