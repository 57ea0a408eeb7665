import Foundation
import SystemPackage

@testable import DICOM

/// The DICOM files that other projects test with: pydicom's from its Debian package, the others as `Packaging/corpora`
/// brings them.
enum Corpus {
  static let root = FilePath("/usr/lib/python3/dist-packages/pydicom/data")
  /// Where `Packaging/corpora` puts the others.
  static let brought = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
    .appending(".build/corpora")

  static let testFiles = files(in: root.appending("test_files"))
  static let characterSetFiles = files(in: root.appending("charset_files"))
  static let nibabel = files(in: brought.appending("nibabel"))
  static let octave = files(in: brought.appending("octave-dicom"))
  static let pynetdicom = files(in: brought.appending("pynetdicom"))
  static var all: [FilePath] { testFiles + characterSetFiles + nibabel + octave + pynetdicom }

  static func file(_ name: String) -> FilePath {
    all.first { $0.lastComponent?.string == name } ?? root.appending(name)
  }

  /// The path of a file below its corpus' folder: file names alone are not unique.
  static func name(_ path: FilePath) -> String {
    for root in [root, brought] {
      var rest = path
      if rest.removePrefix(root) { return rest.string }
    }
    return path.string
  }

  private static func files(in folder: FilePath) -> [FilePath] {
    let names = FileManager.default.enumerator(atPath: folder.string)?.compactMap { $0 as? String } ?? []
    return names.sorted().map { folder.appending($0) }.filter { path in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder)
      return !isFolder.boolValue && (path.extension == nil || path.extension == "dcm")
    }
  }
}

/// A folder that goes away with the test.
final class Scratch {
  let path: FilePath
  private var count = 0

  init() throws {
    path = FilePath(FileManager.default.temporaryDirectory.path).appending("dicom-\(UUID().uuidString)")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  /// A name not used before.
  func new() -> FilePath {
    count += 1
    return path.appending("\(count).dcm")
  }

  func write(_ bytes: [UInt8]) throws -> FilePath {
    let file = new()
    try Data(bytes).write(to: URL(fileURLWithPath: file.string))
    return file
  }
}

func contents(_ path: FilePath) throws -> [UInt8] {
  try [UInt8](Data(contentsOf: URL(fileURLWithPath: path.string)))
}

func overwrite(_ path: FilePath, _ bytes: [UInt8]) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}

/// As a data set of the deflated transfer syntax is.
func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
  let deflater = try Deflater()
  return deflater.deflate(bytes[...]) + deflater.finish()
}
