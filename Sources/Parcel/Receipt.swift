internal import FoundationEssentials
public import Sealing
public import Spool
public import SystemPackage

/// A small signed file with which the recipient says what became of a parcel.
public struct Receipt: Codable, Sendable, Equatable {
  /// The only format that this version knows.
  public static let format = "studypost-receipt/1"
  /// The SSHSIG namespace of its signature.
  public static let namespace = "receipt@studypost"
  /// A receipt is a few hundred bytes; a larger one is not read.
  public static let largest = 16 << 10

  /// What the recipient says.
  public enum Status: String, Codable, Sendable, CaseIterable {
    /// Signature and digest hold; the parcel is durable there.
    case received
    /// A person must reconcile it.
    case held
    /// All instances lie in the PACS import folder, or were picked up from it.
    case imported
    /// Quarantined there; `reason` says why.
    case refused
  }

  /// ``Receipt/format``.
  public var format: String
  /// The parcel that it answers.
  public var parcel: String
  /// Lower-case hexadecimal SHA-256 of the `manifest.json` that it answers; of nothing where that was missing.
  public var manifest: String
  /// The site that writes it.
  public var recipient: String
  /// What became of the parcel.
  public var status: Status
  /// UTC, RFC 3339.
  public var at: String
  /// As the manifest says; where some were left out, how many were imported.
  public var instances: Int
  /// With `refused`: a fixed word; with `imported`: `left-out`, where a person there left some instances out.
  public var reason: String?
  /// With a reason: what a person wrote, encrypted to the sender and armoured, since a mailbox is no place for patient
  /// data.
  public var note: String?

  /// Creates a receipt.
  public init(
    parcel: String, manifest: String, recipient: String, status: Status, at: String, instances: Int,
    reason: String? = nil, note: String? = nil
  ) {
    format = Receipt.format
    self.parcel = parcel
    self.manifest = manifest
    self.recipient = recipient
    self.status = status
    self.at = at
    self.instances = instances
    self.reason = reason
    self.note = note
  }

  /// Writes every key: a receipt without a reason or a note says so by `null`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(format, forKey: .format)
    try container.encode(parcel, forKey: .parcel)
    try container.encode(manifest, forKey: .manifest)
    try container.encode(recipient, forKey: .recipient)
    try container.encode(status, forKey: .status)
    try container.encode(at, forKey: .at)
    try container.encode(instances, forKey: .instances)
    try container.encode(reason, forKey: .reason)
    try container.encode(note, forKey: .note)
  }

  /// The file's name: `<parcel>.<status>.json`; the signature's has `.sig` after it.
  public var name: String { "\(parcel).\(status.rawValue).json" }

  /// Takes a file name apart.
  ///
  /// - Returns: nil where it is no receipt's name.
  public static func parse(name: String) -> (parcel: ParcelID, status: Status)? {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[2] == "json", let parcel = ParcelID(String(parts[0])),
      let status = Status(rawValue: String(parts[1]))
    else { return nil }
    return (parcel, status)
  }

  /// Signs the receipt and puts both files into a folder, durable; the signature first, so that who sees the receipt can
  /// check it. One that is there already is replaced.
  public func write(into folder: FilePath, signedBy key: SigningKey, disk: Disk = Disk()) throws {
    let bytes = try encodeJSON(self)
    let signature = try SSHSignature.sign(bytes, namespace: Receipt.namespace, with: key)
    try disk.write(signature.utf8, to: folder.appending(name + ".sig"), mode: 0o644)
    try disk.write(bytes, to: folder.appending(name), mode: 0o644)
  }

  /// Reads a receipt after its signature holds.
  ///
  /// - Throws: ``ParcelError`` `receipt`.
  public init(verifying bytes: [UInt8], signature: [UInt8], signer: some SSHSigner, file: FilePath) throws {
    do {
      try SSHSignature.verify(
        String(decoding: signature, as: UTF8.self), of: bytes, namespace: Receipt.namespace, by: signer)
    } catch let error as SealingError {
      throw ParcelError(.receipt, file, "the signature does not hold: \(error)", cause: error)
    }
    do {
      self = try JSONDecoder().decode(Receipt.self, from: Data(bytes))
    } catch {
      throw ParcelError(.receipt, file, "is no receipt: \(shortened(error)).", cause: error)
    }
    guard format == Receipt.format, ParcelID(parcel) != nil, isDigest(manifest), name == file.lastComponent?.string
    else { throw ParcelError(.receipt, file, "is no receipt of this format and name.") }
    guard isSiteName(recipient), isTime(at), instances >= 0 else {
      throw ParcelError(.receipt, file, "has a site name, a time or a count that cannot be.")
    }
    if let reason, reason.utf8.count > 64 || !reason.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
      throw ParcelError(.receipt, file, "has a reason that is no fixed word.")
    }
    if let note, note.utf8.count > Receipt.largestNote || !AgeText.isArmor(note) {
      throw ParcelError(.receipt, file, "has a note that is not an armoured age file of its size.")
    }
  }
}
