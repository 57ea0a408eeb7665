internal import Archive
internal import Crypto
internal import PixelFilter
public import Sealing
public import Spool
public import SystemPackage
internal import Threads

/// Seals studies into parcels: one streaming pass over the files, with memory independent of the study's size.
public struct ParcelSealer: Sendable {
  /// Who sends, and with what key.
  public var sender: String
  /// The sender's signing key.
  public var signingKey: SigningKey
  /// By whose key what was sealed before is known again; the site may have had others.
  public var signer: any SSHSigner
  /// zstd's compression level.
  public var level: Int
  /// Threads that filter and compress; nil: as many as there are processors.
  public var threads: Int?
  /// Where the parcel is made.
  public var disk: Disk

  /// Creates a sealer.
  public init(
    sender: String, signingKey: SigningKey, signer: (any SSHSigner)? = nil, level: Int = 3, threads: Int? = nil,
    disk: Disk = Disk()
  ) {
    self.sender = sender
    self.signingKey = signingKey
    self.signer = signer ?? signingKey.publicKey
    self.level = level
    self.threads = threads
    self.disk = disk
  }

  /// What was sealed.
  public struct Sealed: Sendable {
    /// As it was written.
    public let manifest: Manifest
    /// Lower-case hexadecimal SHA-256 of `manifest.json`.
    public let manifestDigest: String
  }

  /// Writes a parcel into a new folder. Its files are durable when the call returns; the folder's own name is not.
  ///
  /// - Parameters:
  ///   - count: how many instances there are.
  ///   - isCancelled: asked between blocks; true ends the work with `CancellationError`.
  ///   - instances: begins anew with the first instance each time it is called: the instances are gone through three times,
  ///     in the order of their numbers, so that they need never all be in memory.
  /// - Throws: ``ParcelError`` `changed` where a file is not what its instance says, or the instances are not the same each
  ///   time; `contents` where no reader would take them, or they are not as many as `count`; `SpoolError` or `Errno` where
  ///   this machine fails. The folder is then unfinished and to be removed.
  public func seal(
    _ contents: Contents, count: Int, as parcel: ParcelID, to recipient: String, key: AgeRecipient,
    sequence: Int, created: String, into folder: FilePath, isCancelled: () -> Bool = { false },
    instances: () throws -> NextInstance
  ) throws -> Sealed {
    let changed = ParcelError(.changed, folder, "the list of its instances changed while it was sealed.")
    let announcement: ContentsWriter
    do {
      announcement = try ContentsWriter(contents, count: count, instances())
    } catch let fault as JSONFault {
      throw ParcelError(.contents, folder, "cannot be sealed: contents.json \(fault).", cause: fault)
    }
    try disk.makeDirectory(folder)
    let writer = try disk.create(folder.appending(ParcelFolder.payload))
    var digest = SHA256()
    // The layers call one another within `add` and `finish`: nothing escapes this function.
    let encryptor = try AgeEncryptor(to: [key]) { bytes in
      digest.update(bufferPointer: bytes)
      try writer.write(bytes)
    }
    let archive = try ArchiveWriter(level: level, threads: threads ?? disk.threads) { try encryptor.write($0) }

    try archive.begin(name: Contents.name, size: announcement.size)
    guard try announcement.write(instances(), to: archive.write) else { throw changed }

    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    var bands: BandFilter?
    let isSame = try announcement.forEach(instances()) { instance, file in
      if let shape = instance.filter?.shape, bands?.shape != shape { bands = BandFilter(shape) }
      try add(file, as: instance, bands, to: archive, through: buffer, isCancelled: isCancelled)
    }
    guard isSame else { throw changed }
    try archive.finish()
    try encryptor.finish()
    try writer.finish()

    return try finish(
      Manifest(
        parcel: parcel, sender: sender, recipient: recipient, sequence: sequence, created: created, instances: count,
        expanded: announcement.size + announcement.bytes,
        payload: .init(name: ParcelFolder.payload, bytes: writer.count, sha256: hexadecimal(digest.finalize()))),
      in: folder)
  }

  /// Signs a manifest and puts both files beside the payload.
  func finish(_ manifest: Manifest, in folder: FilePath) throws -> Sealed {
    let bytes = try encodeJSON(manifest)
    let signature = try SSHSignature.sign(bytes, namespace: Manifest.namespace, with: signingKey)
    try disk.write(bytes, to: folder.appending(ParcelFolder.manifest))
    try disk.write(signature.utf8, to: folder.appending(ParcelFolder.signature))
    return Sealed(manifest: manifest, manifestDigest: sha256(bytes))
  }

  private func add(
    _ source: InstanceFile, as instance: Contents.Instance, _ bands: BandFilter?, to archive: ArchiveWriter,
    through buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
  ) throws {
    let changed = ParcelError(.changed, source.path, "changed after it was claimed.")
    let file = try disk.open(source.path)
    let stamp = try file.status().stamp
    var digest = stamp == source.stamp ? nil : SHA256()
    var rest = instance.bytes
    // Higher levels find nothing more in filtered pixels, nor in what is compressed already.
    let isEasy = instance.filter != nil || instance.isCompressed
    try archive.begin(name: instance.file, size: instance.stored, effort: isEasy ? .least : .usual)
    var route = instance.filter.map { BandRoute($0) }
    try file.read(through: buffer) { bytes in
      if isCancelled() { throw CancellationError() }
      rest -= Int64(bytes.count)
      guard rest >= 0 else { throw changed }
      digest?.update(bufferPointer: bytes)
      guard let bands, route != nil else { return try archive.write(bytes) }
      try route?.write(bytes, beside: archive.write) { band in
        try archive.write(band, becoming: bands.filteredBytes(ofBand: band.count), by: bands.filter)
      }
    }
    guard rest == 0 else { throw changed }
    if let digest {
      guard hexadecimal(digest.finalize()) == instance.sha256 else { throw changed }
    } else {
      guard try file.status().stamp == stamp else { throw changed }
    }
    try route?.finish()
  }
}
