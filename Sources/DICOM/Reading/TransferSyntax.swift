/// A transfer syntax: how a data set is encoded (PS3.5 10, annex A).
///
/// A syntax that is not known here is read as explicit little endian, which every encapsulated one is (PS3.5 A.4).
public struct TransferSyntax: Hashable, Sendable, CustomStringConvertible {
  /// Its UID, as in (0002,0010).
  public let uid: String

  /// The transfer syntax of that UID.
  public init(uid: String) { self.uid = uid }

  /// Implicit VR little endian (PS3.5 A.1).
  public static let implicitLittleEndian = TransferSyntax(uid: "1.2.840.10008.1.2")
  /// Explicit VR little endian (PS3.5 A.2).
  public static let explicitLittleEndian = TransferSyntax(uid: "1.2.840.10008.1.2.1")
  /// Deflated explicit VR little endian (PS3.5 A.5).
  public static let deflatedExplicitLittleEndian = TransferSyntax(uid: "1.2.840.10008.1.2.1.99")
  /// Explicit VR big endian, retired (PS3.5 A.3).
  public static let explicitBigEndian = TransferSyntax(uid: "1.2.840.10008.1.2.2")

  /// The UID.
  public var description: String { uid }

  /// Whether the data set is deflated: JPIP's deflated syntax, too (PS3.5 A.7).
  public var isDeflated: Bool { self == .deflatedExplicitLittleEndian || uid == "1.2.840.10008.1.2.4.95" }

  var encoding: Encoding {
    switch self {
    case .implicitLittleEndian: .implicitLittle
    case .explicitBigEndian: .explicitBig
    default: .explicitLittle
    }
  }
}

extension TransferSyntax {
  private static let standard = "1.2.840.10008.1.2.4."

  private var number: Int? {
    guard uid.hasPrefix(TransferSyntax.standard) else { return nil }
    return Int(uid.dropFirst(TransferSyntax.standard.count).prefix { $0 != "." })
  }

  /// JPEG, JPEG-LS, JPEG 2000 and High-Throughput JPEG 2000 (PS3.5 A.4.1 to A.4.4): each frame ends with a marker.
  var isJPEG: Bool { number.map { (50...93).contains($0) || (201...203).contains($0) } ?? false }

  /// MPEG and HEVC (PS3.5 A.4.5 to A.4.9): all frames together.
  var isVideo: Bool { number.map { (100...108).contains($0) } ?? false }
}
