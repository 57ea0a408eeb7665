public import Spool
public import SystemPackage

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

  /// Whether a parcel's folder is there at all.
  ///
  /// - Throws: `SpoolError` where that cannot be told; `missing` where what should hold it is gone, too.
  public static func isThere(_ folder: FilePath, on disk: Disk) throws -> Bool {
    if try disk.status(of: folder) != nil { return true }
    _ = try disk.openDirectory(folder.removingLastComponent())
    return false
  }

  /// Checks that a folder holds exactly the three files: regular ones, each with one name only unless they may be shared.
  ///
  /// - Throws: ``ParcelError`` `folder`; `SpoolError` where its files cannot be looked at.
  static func check(_ folder: FilePath, on disk: Disk, mayShareFiles: Bool = false) throws {
    guard try disk.status(of: folder)?.kind == .directory else {
      throw ParcelError(.folder, folder, "is no folder.")
    }
    let other = ParcelError(
      .folder, folder, "does not hold exactly the files \(files.sorted().joined(separator: ", ")).")
    do {
      let entries = try disk.entries(of: folder, limit: files.count)
      guard entries.map({ String(validating: $0) }) == files.sorted() else { throw other }
    } catch let error as SpoolError where error.code == .unfit {
      throw other
    }
    for name in files {
      guard let status = try disk.status(of: folder.appending(name)), status.kind == .file,
        mayShareFiles || status.links == 1
      else {
        throw ParcelError(.folder, folder, "\(name) is not a regular file of its own: links and devices are refused.")
      }
    }
  }
}

/// Reads a whole small file, without following a symbolic link.
///
/// - Throws: ``ParcelError`` with this code where it is larger than the limit or not a file; `SpoolError`.
func readSmall(_ path: FilePath, limit: Int, on disk: Disk, else code: ParcelError.Code) throws -> [UInt8] {
  do throws(SpoolError) {
    return try disk.readSmall(path, limit: limit)
  } catch {
    guard error.code == .tooLarge || error.code == .unfit else { throw error }
    throw ParcelError(code, path, "is larger than \(limit) bytes, or not a regular file.", cause: error)
  }
}
