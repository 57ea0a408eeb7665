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
  /// How the payload was before its digest was taken; nil: it had been written a moment before.
  public let payloadStamp: FileStamp?
  private let disk: Disk

  /// Whether its manifest says that a person wants the study to be there once more. `contents.json` may say so, too:
  /// ``isAgain(_:)``.
  public var isAgain: Bool { manifest.again != nil }

  /// Whether a person wants the study to be there once more: then it is imported even where it was imported before.
  public func isAgain(_ contents: Contents) -> Bool { isAgain || contents.part == .again }

  /// Verifies a parcel: its three files, the signature over the manifest, and then the payload's size and digest.
  ///
  /// - Parameters:
  ///   - signer: the key that must have signed it.
  ///   - sender: the site that it must come from, unless nil.
  ///   - recipient: the site that it must be for, unless nil.
  ///   - mayShareFiles: whether its files may have other names. Those of a parcel that this site made may, since one that
  ///     is sent again shares its payload; those that a partner put down may not.
  ///   - progress: told between blocks how many bytes of the payload were read.
  /// - Throws: ``ParcelError``; `SpoolError` where it cannot be read.
  public init(
    verifying folder: FilePath, signer: some SSHSigner, sender: String?, recipient: String?,
    limits: ParcelLimits = ParcelLimits(), mayShareFiles: Bool = false, disk: Disk = Disk(),
    isCancelled: () -> Bool = { false }, progress: (Int64) -> Void = { _ in }
  ) throws {
    try ParcelFolder.check(folder, on: disk, mayShareFiles: mayShareFiles)
    let path = folder.appending(ParcelFolder.manifest)
    let bytes = try readSmall(path, limit: Manifest.largest, on: disk, else: .manifest)
    let signature = try readSmall(
      folder.appending(ParcelFolder.signature), limit: ParcelFolder.largestSignature, on: disk, else: .signature)
    do {
      try SSHSignature.verify(
        String(decoding: signature, as: UTF8.self), of: bytes, namespace: Manifest.namespace, by: signer)
    } catch let error as SealingError {
      throw ParcelError(.signature, folder, "the signature does not hold: \(error)", cause: error)
    }

    let manifest = try Manifest(parsing: bytes, file: path)
    if let sender, manifest.sender != sender {
      throw ParcelError(.sender, path, "says that it comes from another site than its mailbox and its key.")
    }
    if let recipient, manifest.recipient != recipient {
      throw ParcelError(.recipient, path, "is addressed to another site than \(recipient).")
    }
    try self.init(
      folder, manifest, digest: sha256(bytes), limits: limits, disk: disk, isCancelled: isCancelled, progress: progress)
  }

  /// Looks again at a parcel that was verified before: what waited is held against its digests before it goes on.
  ///
  /// - Parameters:
  ///   - manifestDigest: of the manifest whose signature held.
  ///   - payload: how the payload was when its digest was taken a moment ago: as long as it is so, it is not taken before the
  ///     parcel is opened. While it is opened it is taken anyway. Nil: it is taken.
  /// - Throws: ``ParcelError``, `lost` where its folder is not there, `digest` where its files are not those that were
  ///   verified; `SpoolError` where it cannot be read.
  public init(
    reopening folder: FilePath, manifestDigest: String, payload: FileStamp? = nil,
    limits: ParcelLimits = ParcelLimits(), disk: Disk = Disk(), isCancelled: () -> Bool = { false }
  ) throws {
    guard try ParcelFolder.isThere(folder, on: disk) else {
      throw ParcelError.lost(folder)
    }
    let path = folder.appending(ParcelFolder.manifest)
    guard try disk.status(of: path)?.kind == .file else {
      throw ParcelError(.digest, path, "is not there any more.")
    }
    let bytes = try readSmall(path, limit: Manifest.largest, on: disk, else: .digest)
    guard sha256(bytes) == manifestDigest else {
      throw ParcelError(.digest, path, "is not what it was when its signature was verified.")
    }
    try self.init(
      folder, Manifest(parsing: bytes, file: path), digest: manifestDigest, payload: payload, limits: limits,
      disk: disk, isCancelled: isCancelled)
  }

  private init(
    _ folder: FilePath, _ manifest: Manifest, digest: String, payload known: FileStamp? = nil, limits: ParcelLimits,
    disk: Disk, isCancelled: () -> Bool, progress: (Int64) -> Void = { _ in }
  ) throws {
    let path = folder.appending(ParcelFolder.manifest)
    if let name = folder.lastComponent?.string, ParcelID(name) != nil, name != manifest.parcel {
      throw ParcelError(.manifest, path, "is that of another parcel, \(manifest.parcel).")
    }
    guard manifest.instances <= limits.maxInstances else {
      throw ParcelError(
        .limit, path, "announces \(manifest.instances) instances; limits.max_instances is \(limits.maxInstances).")
    }
    guard manifest.expanded <= limits.maxExpanded else {
      throw ParcelError(
        .limit, path, "announces \(manifest.expanded) bytes; limits.max_expanded is \(limits.maxExpanded).")
    }
    self.folder = folder
    self.manifest = manifest
    self.disk = disk
    manifestDigest = digest
    let payload = folder.appending(ParcelFolder.payload)
    guard let status = try disk.status(of: payload), status.size == manifest.payload.bytes else {
      throw ParcelError(
        .digest, payload, "does not have the \(manifest.payload.bytes) bytes that the manifest announces.")
    }
    payloadStamp = status.restedStamp
    if status.stamp == known { return }
    guard
      try sha256(of: payload, on: disk, isCancelled: isCancelled, progress: progress) == manifest.payload.sha256
    else {
      throw ParcelError(.digest, payload, "does not have the SHA-256 that the manifest announces.")
    }
  }

  /// Unpacks the payload: checks every instance against its announcement, and lets nothing pass that was not announced.
  ///
  /// Streaming, with memory independent of the study's size. Threads decompress and put back several instances at a time;
  /// `begin` and `each` are called on the caller's, in the order of the parcel. The payload's digest is taken again on the
  /// way, so that a file that was exchanged after it was verified does not pass.
  ///
  /// - Parameters:
  ///   - target: a new folder, for `contents.json` and for instances too large for memory. Nothing of it is made durable:
  ///     until they are imported the parcel is the durable copy.
  ///   - begin: called once `contents.json` was checked and before any instance is unpacked.
  ///   - read: called on any thread with each instance whose digest holds; what it makes of it is handed to `each`.
  /// - Throws: ``ParcelError`` `contents`, `recipient` or `digest`; what `begin`, `read` and `each` throw; `Errno`,
  ///   `SpoolError` or ``ParcelError`` `damaged` where this machine fails. What was written by then is to be removed.
  public func open<Found: Sendable>(
    with opener: any AgeOpener, into target: FilePath, begin: (ContentsFile) throws -> Void = { _ in },
    isCancelled: () -> Bool = { false },
    read: @escaping @Sendable (Contents.Instance, UnpackedInstance) throws -> Found,
    each: (Contents.Instance, UnpackedInstance, Found) throws -> Void
  ) throws -> ContentsFile {
    let payload = try PayloadReader(
      folder.appending(ParcelFolder.payload), on: disk, of: manifest, with: opener, threads: disk.threads)
    guard let first = try payload.next(), first.name == Contents.name else {
      throw bad("the payload does not begin with contents.json.")
    }
    guard first.size <= Contents.largest(instances: manifest.instances) else {
      throw bad("contents.json is too large.")
    }
    try disk.makeDirectory(target)
    try disk.makeDirectory(target.appending("dicom"))
    let contents = try receive(payload, at: target.appending(Contents.name), isCancelled: isCancelled)
    try begin(contents)

    let unpacking = Unpacking(folder: folder, target: target, payload: payload, disk: disk, read: read)
    do {
      let instances = try contents.instances()
      while let instance = try instances.next() {
        try unpacking.add(instance, isCancelled: isCancelled, each: each)
      }
      while try unpacking.handOn(to: each) {}
    } catch let error as ParcelError where error.code == .contents {
      // It is the payload's fault only if what the instance was held against is still what the payload said.
      try contents.check()
      throw error
    }
    guard try payload.next() == nil else { throw bad("the payload holds a file that contents.json does not announce.") }
    return contents
  }

  /// Unpacks the payload into a new folder: `contents.json` and `dicom/`, and nothing that they do not announce.
  ///
  /// - Parameters:
  ///   - each: called after each instance has been written.
  /// - Throws: as ``open(with:into:begin:isCancelled:read:each:)``.
  public func open(
    with opener: any AgeOpener, into target: FilePath, begin: (ContentsFile) throws -> Void = { _ in },
    isCancelled: () -> Bool = { false }, each: (Contents.Instance, FilePath) throws -> Void = { _, _ in }
  ) throws -> ContentsFile {
    try open(
      with: opener, into: target, begin: begin, isCancelled: isCancelled,
      read: { [disk] in try $1.write(as: $0, into: target, on: disk) }, each: { try each($0, $2) })
  }

  private func bad(_ what: String) -> ParcelError { ParcelError(.contents, folder, what) }

  /// Writes `contents.json` while it is checked.
  private func receive(
    _ payload: PayloadReader, at path: FilePath, isCancelled: () -> Bool
  ) throws -> ContentsFile {
    let copy = try disk.create(path)
    return try withoutActuallyEscaping(isCancelled) { isCancelled in
      try ContentsFile(at: path, on: disk, manifest: manifest, culprit: folder) { buffer in
        if isCancelled() { throw CancellationError() }
        let count = try payload.read(into: buffer)
        try copy.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        return count
      }
    }
  }
}
