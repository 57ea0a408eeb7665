/// Small age files as text: in age's ASCII armour (age.md, "ASCII armor"), as `age --armor` writes it.
public enum AgeText {
  private static let label = "AGE ENCRYPTED FILE"
  /// PEM's strict encoding, which age asks for (RFC 7468, 3).
  private static let columns = 64

  /// Encrypts some bytes.
  ///
  /// - Throws: ``SealingError`` with code `key` for an unusable recipient, `payload` where the text would be longer than
  ///   16 KiB, which ``open(_:with:)`` does not read.
  public static func seal(_ bytes: some Sequence<UInt8>, to recipient: AgeRecipient) throws -> String {
    var file: [UInt8] = []
    let encryptor = try AgeEncryptor(to: [recipient]) { file += $0 }
    try Array(bytes).withUnsafeBytes { try encryptor.write($0) }
    try encryptor.finish()
    let text = Armor.encode(file, label: label, columns: columns)
    guard text.utf8.count <= Armor.limit else {
      throw SealingError(.payload, "The text is too long: as armour it may have \(Armor.limit) bytes.")
    }
    return text
  }

  /// Decrypts a text.
  ///
  /// - Throws: ``SealingError`` with code `header` for a text that is not one age armour; as ``AgeDecryptor`` does.
  public static func open(_ text: String, with opener: some AgeOpener) throws -> [UInt8] {
    guard isArmor(text), let file = Armor.decode(text, label: label) else {
      throw SealingError(.header, "This is not an armoured age file, or it was altered. Ask the sender for it again.")
    }
    var rest = file[...]
    let decryptor = try AgeDecryptor(identities: opener.identities) { buffer in
      let part = rest.prefix(buffer.count)
      buffer.copyBytes(from: part)
      rest = rest.dropFirst(part.count)
      return part.count
    }
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = try block.withUnsafeMutableBytes { try decryptor.read(into: $0) }
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
  }

  /// Whether a text has the form of an age armour of at most 16 KiB: printable ASCII in lines of 64 columns, the last one
  /// perhaps shorter. Nothing is decrypted.
  public static func isArmor(_ text: String) -> Bool {
    guard let file = Armor.decode(text, label: label) else { return false }
    let canonical = Armor.encode(file, label: label, columns: columns)
    // With or without the last line end, and with either kind.
    let lines = text.replacing("\r\n", with: "\n")
    return lines == canonical || lines + "\n" == canonical
  }
}
