internal import Archive
internal import Crypto
public import Sealing
public import Spool
public import SystemPackage

/// Seals studies into parcels: one streaming pass over the files, with memory independent of the study's size.
public struct ParcelSealer: Sendable {
  /// Who sends, and with what key.
  public var sender: String
  /// The sender's signing key.
  public var signingKey: SigningKey
  /// zstd's compression level.
  public var level: Int
  /// Threads that compress.
  public var threads: Int
  /// Where the parcel is made.
  public var disk: Disk

  /// Creates a sealer.
  public init(
    sender: String, signingKey: SigningKey, level: Int = 3, threads: Int = 2, disk: Disk = Disk()
  ) {
    self.sender = sender
    self.signingKey = signingKey
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
  ///   - files: the instances' files, in the order of `contents.instances`.
  ///   - isCancelled: asked between blocks; true ends the work with `CancellationError`.
  /// - Throws: ``ParcelError`` `changed` where a file is not what `contents` says, `contents` where the files are not as
  ///   many as it announces; `SpoolError`. The folder is then
  ///   unfinished and to be removed.
  public func seal(
    _ contents: Contents, files: [FilePath], as parcel: ParcelID, to recipient: String, key: AgeRecipient,
    sequence: Int, created: String, into folder: FilePath, isCancelled: () -> Bool = { false }
  ) throws -> Sealed {
    guard files.count == contents.instances.count, (1...Contents.most).contains(files.count) else {
      throw ParcelError(.contents, folder, "cannot be sealed: each instance needs its file, and there must be one.")
    }
    try disk.makeDirectory(folder)
    let writer = try disk.create(folder.appending(ParcelFolder.payload))
    var digest = SHA256()
    // The layers call one another within `add` and `finish`: nothing escapes this function.
    let encryptor = try AgeEncryptor(to: [key]) { bytes in
      digest.update(bufferPointer: bytes)
      try writer.write(bytes)
    }
    let archive = try ArchiveWriter(level: level, threads: threads) { try encryptor.write($0) }

    let announcement = try encodeJSON(contents)
    try archive.begin(name: Contents.name, size: Int64(announcement.count))
    try announcement.withUnsafeBytes { try archive.write($0) }
    var expanded = Int64(announcement.count)

    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 4096)
    defer { buffer.deallocate() }
    for (instance, path) in zip(contents.instances, files) {
      try add(path, as: instance, to: archive, through: buffer, isCancelled: isCancelled)
      expanded += instance.bytes
    }
    try archive.finish()
    try encryptor.finish()
    try writer.finish()

    let manifest = Manifest(
      parcel: parcel, sender: sender, recipient: recipient, sequence: sequence, created: created,
      instances: contents.instances.count, expanded: expanded,
      payload: .init(name: ParcelFolder.payload, bytes: writer.count, sha256: hexadecimal(digest.finalize())))
    let bytes = try encodeJSON(manifest)
    let signature = try SSHSignature.sign(bytes, namespace: Manifest.namespace, with: signingKey)
    try disk.write(bytes, to: folder.appending(ParcelFolder.manifest))
    try disk.write(signature.utf8, to: folder.appending(ParcelFolder.signature))
    return Sealed(manifest: manifest, manifestDigest: sha256(bytes))
  }

  private func add(
    _ path: FilePath, as instance: Contents.Instance, to archive: ArchiveWriter,
    through buffer: UnsafeMutableRawBufferPointer, isCancelled: () -> Bool
  ) throws {
    let changed = ParcelError(.changed, path, "changed after it was claimed.")
    let file = try disk.open(path)
    var digest = SHA256()
    var rest = instance.bytes
    try archive.begin(name: instance.file, size: instance.bytes)
    try file.read(through: buffer) { bytes in
      if isCancelled() { throw CancellationError() }
      rest -= Int64(bytes.count)
      guard rest >= 0 else { throw changed }
      digest.update(bufferPointer: bytes)
      try archive.write(bytes)
    }
    guard rest == 0, hexadecimal(digest.finalize()) == instance.sha256 else { throw changed }
  }
}
