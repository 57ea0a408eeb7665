internal import Crypto
internal import FoundationEssentials
public import Spool
public import SystemPackage

/// `manifest.json`: who, to whom, how much, and the payload's SHA-256. It carries no patient data and no study UID.
public struct Manifest: Codable, Sendable, Equatable {
  /// The only format that this version knows.
  public static let format = "studypost-parcel/1"
  /// A manifest is a few hundred bytes; a larger one is not read.
  public static let largest = 64 << 10
  /// The SSHSIG namespace of its signature.
  public static let namespace = "parcel@studypost"

  /// The encrypted study.
  public struct Payload: Codable, Sendable, Equatable {
    /// Its file's name.
    public var name: String
    /// Its size.
    public var bytes: Int64
    /// Lower-case hexadecimal SHA-256.
    public var sha256: String
  }

  /// ``Manifest/format``.
  public var format: String
  /// The parcel's id.
  public var parcel: String
  /// The site that sealed and signed it.
  public var sender: String
  /// The site that it is encrypted to.
  public var recipient: String
  /// Rises by one for each parcel to that recipient.
  public var sequence: Int
  /// UTC, RFC 3339.
  public var created: String
  /// DICOM files in the tar.
  public var instances: Int
  /// The exact total of the sizes of the files in the tar, `contents.json` among them.
  public var expanded: Int64
  /// The encrypted study.
  public var payload: Payload
  /// The id of an earlier parcel with the same payload, which a person wants to arrive once more.
  public var again: String?

  /// Reads and checks a manifest.
  ///
  /// - Throws: ``ParcelError`` `manifest`.
  public init(parsing bytes: [UInt8], file: FilePath) throws {
    func bad(_ what: String) -> ParcelError { ParcelError(.manifest, file, what) }
    do {
      self = try JSONDecoder().decode(Manifest.self, from: Data(bytes))
    } catch {
      throw ParcelError(.manifest, file, "is no manifest: \(shortened(error)).", cause: error)
    }
    guard format == Manifest.format else { throw bad("has a format that this version does not know.") }
    guard ParcelID(parcel) != nil else { throw bad("names a parcel by something that is no lower-case UUID.") }
    guard payload.name == ParcelFolder.payload else { throw bad("names another payload than \(ParcelFolder.payload).") }
    guard isDigest(payload.sha256) else { throw bad("has a payload digest that is no SHA-256.") }
    guard isSiteName(sender), isSiteName(recipient) else {
      throw bad("names a site by something that is no site name.")
    }
    guard isTime(created) else { throw bad("has a time that is not UTC in the form of RFC 3339.") }
    guard sequence >= 1, instances >= 0, expanded >= 1, payload.bytes >= 1 else {
      throw bad("has a count that is not positive.")
    }
    if let again, ParcelID(again) == nil || again == parcel {
      throw bad("names the earlier parcel by something that cannot be its id.")
    }
    guard instances <= Contents.most else {
      throw bad("announces \(instances) instances; the format has room for \(Contents.most).")
    }
  }

  init(
    parcel: ParcelID, sender: String, recipient: String, sequence: Int, created: String, instances: Int,
    expanded: Int64, payload: Payload
  ) {
    format = Manifest.format
    self.parcel = parcel.text
    self.sender = sender
    self.recipient = recipient
    self.sequence = sequence
    self.created = created
    self.instances = instances
    self.expanded = expanded
    self.payload = payload
  }
}

/// JSON as this format writes it: sorted keys, so that the same value gives the same bytes.
func encodeJSON(_ value: some Encodable) throws -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return Array(try encoder.encode(value))
}

/// Lower-case hexadecimal SHA-256.
public func sha256(_ bytes: [UInt8]) -> String { hexadecimal(SHA256.hash(data: bytes)) }

/// Lower-case hexadecimal SHA-256 of a whole file, read in blocks.
///
/// - Parameters:
///   - isCancelled: asked between blocks; true ends the work with `CancellationError`.
///   - progress: told between blocks how many bytes were read.
/// - Throws: `SpoolError`.
public func sha256(
  of path: FilePath, on disk: Disk = Disk(), isCancelled: () -> Bool = { false }, progress: (Int64) -> Void = { _ in }
) throws -> String {
  try sha256(of: disk.open(path), isCancelled: isCancelled, progress: progress)
}

/// Lower-case hexadecimal SHA-256 of a whole file that is open, read in blocks.
///
/// - Parameters:
///   - isCancelled: asked between blocks; true ends the work with `CancellationError`.
///   - progress: told between blocks how many bytes were read.
/// - Throws: `SpoolError`.
public func sha256(
  of file: FileReader, isCancelled: () -> Bool = { false }, progress: (Int64) -> Void = { _ in }
) throws -> String {
  // Not larger: malloc would map it anew for each file.
  let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 16, alignment: 16)
  defer { buffer.deallocate() }
  var digest = SHA256()
  var count: Int64 = 0
  try file.read(through: buffer) { bytes in
    if isCancelled() { throw CancellationError() }
    digest.update(bufferPointer: bytes)
    count += Int64(bytes.count)
    progress(count)
  }
  return hexadecimal(digest.finalize())
}

/// A decoding error in one line: it may quote foreign text, so only its kind and place are told.
func shortened(_ error: any Error) -> String {
  switch error {
  case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
  case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
    "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has the wrong type"
  default: "it is not valid JSON"
  }
}
