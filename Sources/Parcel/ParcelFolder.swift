internal import Sealing
internal import Spool
internal import SystemPackage

/// The three files of a parcel.
public enum ParcelFolder {
  /// Who, to whom, how much.
  public static let manifest = "manifest.json"
  /// The signature over the manifest.
  public static let signature = "manifest.json.sig"
  /// The encrypted study.
  public static let payload = "payload.tar.zst.age"

  /// In the order in which they are uploaded: the large one, which may be resumed, first.
  public static let files = [payload, manifest, signature]

  /// A signature is about 300 bytes.
  static let largestSignature = 16 << 10

  /// Checks that a folder holds exactly the three files: regular ones, each with one name only unless they may be shared.
  ///
  /// - Throws: ``ParcelError`` `folder`; `SpoolError` where its files cannot be looked at.
  static func check(_ folder: FilePath, mayShareFiles: Bool = false) throws {
    guard try FileStatus.of(folder)?.kind == .directory else {
      throw ParcelError(.folder, folder, "is no folder.")
    }
    let other = ParcelError(
      .folder, folder, "does not hold exactly the files \(files.sorted().joined(separator: ", ")).")
    do {
      let entries = try Listing.entries(of: folder, limit: files.count)
      guard entries.map({ String(validating: $0) }) == files.sorted() else { throw other }
    } catch let error as SpoolError where error.code == .unfit {
      throw other
    }
    for name in files {
      guard let status = try FileStatus.of(folder.appending(name)), status.kind == .file,
        mayShareFiles || status.links == 1
      else {
        throw ParcelError(.folder, folder, "\(name) is not a regular file of its own: links and devices are refused.")
      }
    }
  }
}

/// Reads a whole small file, without following a symbolic link.
///
/// - Throws: ``ParcelError`` with this code where it is larger than the limit; `Errno`.
func readSmall(_ path: FilePath, limit: Int, else code: ParcelError.Code) throws -> [UInt8] {
  let file = try FileDescriptor.open(path, .readOnly, options: [.noFollow, .nonBlocking, .closeOnExec])
  return try file.closeAfter {
    var bytes: [UInt8] = []
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: min(limit + 1, 1 << 16), alignment: 16)
    defer { buffer.deallocate() }
    while true {
      let count = try file.read(into: buffer)
      if count == 0 { return bytes }
      bytes.append(contentsOf: buffer[..<count])
      guard bytes.count <= limit else { throw ParcelError(code, path, "is larger than \(limit) bytes.") }
    }
  }
}
