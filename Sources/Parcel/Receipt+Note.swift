public import Sealing
internal import SystemPackage

extension Receipt {
  /// How long a note may be as it stands in a receipt: encrypted and armoured.
  public static let largestNote = 8 << 10
  /// How long it may be as a person writes it, in bytes of UTF-8.
  public static let longestNote = 4 << 10

  /// Encrypts what a person wrote to the site that sent the parcel.
  ///
  /// - Returns: an armoured age file, for ``note``.
  /// - Throws: ``ParcelError`` `limit` where it is longer than ``longestNote``; `SealingError`.
  public static func seal(note: String, to recipient: AgeRecipient) throws -> String {
    guard note.utf8.count <= longestNote else {
      throw ParcelError(.limit, "note", "is longer than \(longestNote) bytes.")
    }
    return try AgeText.seal(note.utf8, to: recipient)
  }

  /// What the person wrote; nil where nothing came. It is foreign text.
  ///
  /// - Throws: ``ParcelError`` `receipt` where it cannot be decrypted, or is not UTF-8.
  public func openedNote(with opener: some AgeOpener) throws -> String? {
    guard let note else { return nil }
    do {
      guard let text = String(validating: try AgeText.open(note, with: opener), as: UTF8.self) else {
        throw ParcelError(.receipt, FilePath(name), "has a note that is not UTF-8.")
      }
      return text
    } catch let error as SealingError {
      throw ParcelError(.receipt, FilePath(name), "has a note that cannot be decrypted: \(error)", cause: error)
    }
  }
}
