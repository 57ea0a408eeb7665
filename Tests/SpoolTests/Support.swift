import Foundation
import Glibc
import Spool
import SystemPackage
import Testing

let disk = Disk()

/// A folder that is gone when the test is over.
final class Scratch: Sendable {
  let root: FilePath

  init(in parent: String = FileManager.default.temporaryDirectory.path) throws {
    root = FilePath(parent).appending("spool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: root.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: root.string) }

  func path(_ name: String) -> FilePath { root.pushing(FilePath(name)) }

  /// Writes a file, with the folders above it.
  @discardableResult
  func write(_ text: String, to name: String) throws -> FilePath {
    let path = path(name)
    try FileManager.default.createDirectory(
      atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path.string))
    return path
  }

  @discardableResult
  func folder(_ name: String) throws -> FilePath {
    try FileManager.default.createDirectory(atPath: path(name).string, withIntermediateDirectories: true)
    return path(name)
  }

  /// All that lies below the folder, sorted.
  func names() throws -> [String] { try FileManager.default.subpathsOfDirectory(atPath: root.string).sorted() }
}

/// The text of a file, which may be a link.
func text(_ path: FilePath) throws -> String {
  String(decoding: try Data(contentsOf: URL(filePath: path.string)), as: UTF8.self)
}

/// A path whose last name, `Müll.dcm` in ISO 8859-1, is no UTF-8.
func latin1(in folder: FilePath) -> [CChar] {
  folder.string.utf8CString.dropLast()
    + [0x2F, 0x4D, 0xFC, 0x6C, 0x6C, 0x2E, 0x64, 0x63, 0x6D, 0].map(CChar.init(bitPattern:))
}

func isThere(_ path: FilePath) -> Bool { (try? FileManager.default.attributesOfItem(atPath: path.string)) != nil }

func modes(_ path: FilePath) throws -> Int {
  let attributes = try FileManager.default.attributesOfItem(atPath: path.string)
  return try #require(attributes[.posixPermissions] as? Int)
}

/// A folder on another file system than the temporary one; nil where there is none.
let otherFileSystem: String? = {
  func device(_ path: String) -> dev_t? {
    var status = stat()
    return stat(path, &status) == 0 && access(path, W_OK) == 0 ? status.st_dev : nil
  }
  let here = device(FileManager.default.temporaryDirectory.path)
  return ["/dev/shm", "/run", "/var/tmp"].first { path in device(path).map { $0 != here } ?? false }
}()

/// Expects a SpoolError of this kind that names the file.
func expect(
  _ code: SpoolError.Code, _ path: FilePath? = nil, sourceLocation: SourceLocation = #_sourceLocation,
  from body: () throws -> Void
) {
  let error = #expect(throws: SpoolError.self, sourceLocation: sourceLocation) { try body() }
  guard let error else { return }
  #expect(error.code == code, "\(error)", sourceLocation: sourceLocation)
  if let path { #expect(error.path == path, sourceLocation: sourceLocation) }
  #expect(error.description.hasPrefix(error.path.string), sourceLocation: sourceLocation)
  #expect(error.description.hasSuffix("."), sourceLocation: sourceLocation)
}
