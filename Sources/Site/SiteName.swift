/// The short name of a site, e.g. `ch1`: `[a-z0-9][a-z0-9-]{0,31}`. It names folders, files and SFTP users.
public struct SiteName: Hashable, Codable, Comparable, Sendable, CustomStringConvertible {
  /// The name itself.
  public let text: String

  /// Nil where the text is no site name.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    let isPlain = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
    guard let first = bytes.first, isPlain(first), bytes.count <= 32,
      bytes.allSatisfy({ isPlain($0) || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.text = text
  }

  /// Reads a single string.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text = try container.decode(String.self)
    guard let name = SiteName(text) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a site name")
    }
    self = name
  }

  /// Writes a single string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// Alphabetical order.
  public static func < (left: SiteName, right: SiteName) -> Bool { left.text < right.text }

  /// The name itself.
  public var description: String { text }
}
