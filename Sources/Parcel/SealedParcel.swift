public import Sealing
public import Spool
public import SystemPackage

/// A parcel that this site sealed and that waits in `outbound/`.
public enum SealedParcel {
  /// Checks that a parcel is still what was sealed: its manifest to the last bit, the others by their sizes.
  ///
  /// - Parameters:
  ///   - manifestDigest: lower-case hexadecimal SHA-256 of `manifest.json`, as it was when it was sealed.
  ///   - payloadBytes: the payload's size.
  ///   - signer: the site's key, by which the signature must hold; nil looks at its size only.
  ///   - fully: reads the payload, too, and holds it against the manifest's digest.
  ///   - isCancelled: asked between blocks; true ends the work with `CancellationError`.
  /// - Returns: the manifest.
  /// - Throws: ``ParcelError`` `damaged`, which names the file; `Errno` or `SpoolError` where one cannot be read, which says
  ///   nothing of the parcel.
  @discardableResult
  public static func check(
    folder: FilePath, manifestDigest: String, payloadBytes: Int64, signer: (any SSHSigner)? = nil, fully: Bool,
    disk: Disk = Disk(), isCancelled: () -> Bool = { false }
  ) throws -> Manifest {
    let (path, bytes) = try read(ParcelFolder.manifest, in: folder, limit: Manifest.largest, on: disk)
    guard sha256(bytes) == manifestDigest else {
      throw ParcelError(.damaged, path, "is not what was signed.")
    }
    let manifest = try Manifest(parsing: bytes, file: path)
    let (signaturePath, signature) = try read(
      ParcelFolder.signature, in: folder, limit: ParcelFolder.largestSignature, on: disk)
    guard !signature.isEmpty else { throw ParcelError(.damaged, signaturePath, "is empty.") }
    if let signer {
      do {
        try SSHSignature.verify(
          String(decoding: signature, as: UTF8.self), of: bytes, namespace: Manifest.namespace, by: signer)
      } catch let error as SealingError {
        throw ParcelError(.damaged, signaturePath, "does not hold any more: \(error)", cause: error)
      }
    }
    let payload = folder.appending(ParcelFolder.payload)
    guard let status = try disk.status(of: payload), status.kind == .file else { throw gone(payload) }
    guard status.size == payloadBytes, payloadBytes == manifest.payload.bytes else {
      throw ParcelError(.damaged, payload, "has \(status.size) bytes; \(manifest.payload.bytes) were sealed.")
    }
    if fully, try sha256(of: payload, on: disk, isCancelled: isCancelled) != manifest.payload.sha256 {
      throw ParcelError(.damaged, payload, "does not have the SHA-256 with which it was sealed.")
    }
    return manifest
  }

  private static func gone(_ path: FilePath) -> ParcelError { ParcelError(.damaged, path, "is not there any more.") }

  private static func read(_ name: String, in folder: FilePath, limit: Int, on disk: Disk) throws -> (FilePath, [UInt8])
  {
    let path = folder.appending(name)
    guard try disk.status(of: path)?.kind == .file else { throw gone(path) }
    return (path, try readSmall(path, limit: limit, on: disk, else: .damaged))
  }
}
