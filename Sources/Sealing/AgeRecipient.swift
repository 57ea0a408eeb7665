import Crypto

/// A public key that age files are encrypted to (age.md, "The X25519 recipient type").
public struct AgeRecipient: Hashable, Sendable {
  private static let prefix = "age"

  let point: [UInt8]

  /// Reads a recipient as `age-keygen` prints it.
  ///
  /// - Parameter text: `age1…`; white space around it is ignored.
  /// - Throws: ``SealingError`` with code `key`.
  public init(_ text: String) throws {
    guard text.utf8.count <= Armor.limit,
      let point = Bech32.decode(text.utf8.trimmed, prefix: Self.prefix), point.count == 32
    else {
      throw SealingError(.key, "This is not an age recipient. It should begin with \"age1\" and have 62 characters.")
    }
    self.point = point
  }

  init(_ key: Curve25519.KeyAgreement.PublicKey) { point = Array(key.rawRepresentation) }

  /// The recipient as text: `age1…`.
  public var text: String { Bech32.encode(point, prefix: Self.prefix) }
}

extension Substring.UTF8View {
  /// Without the spaces, tabs and line ends around it.
  var trimmed: Substring.UTF8View {
    var rest = self
    while let first = rest.first, first.isBlank { rest = rest.dropFirst() }
    while let last = rest.last, last.isBlank { rest = rest.dropLast() }
    return rest
  }
}

extension String.UTF8View {
  var trimmed: Substring.UTF8View { self[...].trimmed }
}

extension UInt8 {
  fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 || self == 0x0d || self == 0x0a }
}
