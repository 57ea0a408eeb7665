internal import Crypto
public import Sealing
public import Spool
public import SystemPackage

/// What a site lets a parcel be.
public struct ParcelLimits: Sendable {
  /// Bytes of all files together.
  public var maxExpanded: Int64
  /// DICOM files.
  public var maxInstances: Int

  /// Creates limits.
  public init(maxExpanded: Int64 = 256 << 30, maxInstances: Int = 200_000) {
    self.maxExpanded = maxExpanded
    self.maxInstances = maxInstances
  }
}

/// A parcel whose signature and digest hold. Nothing of its payload has been decrypted, decompressed or parsed.
public struct VerifiedParcel: Sendable {
  /// Where it lies.
  public let folder: FilePath
  /// What it says of itself.
  public let manifest: Manifest
  /// Lower-case hexadecimal SHA-256 of `manifest.json`'s bytes.
  public let manifestDigest: String
  private let disk: Disk

  /// Verifies a parcel: its three files, the signature over the manifest, and then the payload's size and digest.
  ///
  /// - Parameters:
  ///   - signer: the key that must have signed it.
  ///   - sender: the site that it must come from, unless nil.
  ///   - recipient: the site that it must be for, unless nil.
  /// - Throws: ``ParcelError``; `SpoolError` where it cannot be read.
  public init(
    verifying folder: FilePath, signer: SSHPublicKey, sender: String?, recipient: String?,
    limits: ParcelLimits = ParcelLimits(), disk: Disk = Disk(), isCancelled: () -> Bool = { false }
  ) throws {
    try ParcelFolder.check(folder, on: disk)
    let path = folder.appending(ParcelFolder.manifest)
    let bytes = try disk.readSmall(path, limit: Manifest.largest, else: .manifest)
    let signature = try disk.readSmall(
      folder.appending(ParcelFolder.signature), limit: ParcelFolder.largestSignature, else: .signature)
    do {
      try SSHSignature.verify(
        String(decoding: signature, as: UTF8.self), of: bytes, namespace: Manifest.namespace, by: signer)
    } catch {
      throw ParcelError(.signature, folder, "the signature does not hold: \(error)")
    }

    let manifest = try Manifest(parsing: bytes, file: path)
    if let name = folder.lastComponent?.string, ParcelID(name) != nil, name != manifest.parcel {
      throw ParcelError(.manifest, path, "is that of another parcel, \(manifest.parcel).")
    }
    if let sender, manifest.sender != sender {
      throw ParcelError(.sender, path, "says that it comes from another site than its mailbox and its key.")
    }
    if let recipient, manifest.recipient != recipient {
      throw ParcelError(.recipient, path, "is addressed to another site than \(recipient).")
    }
    guard manifest.instances <= limits.maxInstances else {
      throw ParcelError(
        .limit, path, "announces \(manifest.instances) instances; limits.max_instances is \(limits.maxInstances).")
    }
    guard manifest.expanded <= limits.maxExpanded else {
      throw ParcelError(
        .limit, path, "announces \(manifest.expanded) bytes; limits.max_expanded is \(limits.maxExpanded).")
    }
    try Self.checkPayload(of: manifest, in: folder, on: disk, isCancelled: isCancelled)
    self.folder = folder
    self.manifest = manifest
    self.disk = disk
    manifestDigest = sha256(bytes)
  }

  private static func checkPayload(of manifest: Manifest, in folder: FilePath, on disk: Disk, isCancelled: () -> Bool)
    throws
  {
    let path = folder.appending(ParcelFolder.payload)
    guard try disk.status(of: path)?.size == manifest.payload.bytes else {
      throw ParcelError(.digest, path, "does not have the \(manifest.payload.bytes) bytes that the manifest announces.")
    }
    var digest = SHA256()
    try disk.open(path).read { bytes in
      if isCancelled() { throw CancellationError() }
      digest.update(bufferPointer: bytes)
    }
    guard hexadecimal(digest.finalize()) == manifest.payload.sha256 else {
      throw ParcelError(.digest, path, "does not have the SHA-256 that the manifest announces.")
    }
  }

  /// Unpacks the payload into a new folder: `contents.json` and `dicom/`, and nothing that they do not announce.
  ///
  /// Streaming, with memory independent of the study's size. The files are not made durable: until they are imported the
  /// parcel is the durable copy. A second thread decrypts and decompresses; `each` is called on the caller's. The
  /// payload's digest is taken again on the way, so that a file that was exchanged after it was verified does not pass.
  ///
  /// - Parameters:
  ///   - begin: called before anything is written.
  ///   - each: called after each instance has been written and its digest holds.
  /// - Throws: ``ParcelError`` `contents` or `recipient`; what `begin` and `each` throw; `SpoolError`. What was written by
  ///   then is to be removed.
  public func open(
    with identity: AgeIdentity, into target: FilePath, begin: (Contents) throws -> Void = { _ in },
    isCancelled: () -> Bool = { false }, each: (Contents.Instance, FilePath) throws -> Void = { _, _ in }
  ) throws -> Contents {
    let payload = PayloadReader(folder.appending(ParcelFolder.payload), on: disk, of: manifest, with: identity)
    defer { payload.close() }
    return try unpack(payload, into: target, isCancelled: isCancelled, begin: begin, each: each)
  }

  private func unpack(
    _ payload: PayloadReader, into target: FilePath, isCancelled: () -> Bool,
    begin: (Contents) throws -> Void, each: (Contents.Instance, FilePath) throws -> Void
  ) throws -> Contents {
    func bad(_ what: String) -> ParcelError { ParcelError(.contents, folder, what) }
    guard let first = try payload.next(), first.name == Contents.name else {
      throw bad("the payload does not begin with contents.json.")
    }
    // An announcement of an instance takes about 400 bytes.
    guard first.size <= Int64(manifest.instances) * 2048 + 65536 else { throw bad("contents.json is too large.") }
    var announcement: [UInt8] = []
    announcement.reserveCapacity(Int(first.size))
    _ = try payload.read { announcement.append(contentsOf: $0) }
    let contents = try Contents(parsing: announcement, manifest: manifest, file: folder)
    try begin(contents)
    try disk.makeDirectory(target)
    try disk.makeDirectory(target.appending("dicom"))
    let copy = try disk.create(target.appending(Contents.name))
    try announcement.withUnsafeBytes { try copy.write($0) }

    for instance in contents.instances {
      guard let entry = try payload.next() else { throw bad("the payload ends before \(instance.file).") }
      guard entry.name == instance.file else {
        throw bad("the payload holds something else where \(instance.file) is due.")
      }
      guard entry.size == instance.bytes else { throw bad("\(instance.file) has another size than announced.") }
      // The name is one that this program made: `Contents` checked it against the instance's number.
      let path = target.pushing(FilePath(instance.file))
      let writer = try disk.create(path)
      let digest = try payload.read { bytes in
        if isCancelled() { throw CancellationError() }
        try writer.write(bytes)
      }
      guard writer.count == instance.bytes, digest == instance.sha256 else {
        throw bad("\(instance.file) does not have the SHA-256 that contents.json announces.")
      }
      try each(instance, path)
    }
    guard try payload.next() == nil else { throw bad("the payload holds a file that contents.json does not announce.") }
    return contents
  }
}
