/// What opens age files: one identity, or the one that a site has and those that it had before.
public protocol AgeOpener: Sendable {
  /// The identities that are tried.
  var identities: [AgeIdentity] { get }
}

extension AgeIdentity: AgeOpener {
  /// This one.
  public var identities: [AgeIdentity] { [self] }

  /// Reads an identity file: one identity a line, comments and empty lines among them; the first is the one in use.
  ///
  /// - Throws: ``SealingError`` with code `key` where a line is not an identity, or there is none.
  public static func all(in text: String) throws -> [AgeIdentity] {
    let lines = text.split(whereSeparator: \.isNewline).filter { line in
      !line.hasPrefix("#") && line.contains { !$0.isWhitespace }
    }
    // A file without any is told as one with a line that is none.
    return try (lines.isEmpty ? [""] : lines).map { try AgeIdentity(String($0)) }
  }
}

extension [AgeIdentity]: AgeOpener {
  /// These.
  public var identities: [AgeIdentity] { self }
}
