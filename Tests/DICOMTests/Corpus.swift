import Foundation
import SystemPackage

@testable import DICOM

/// The DICOM files that pydicom brings.
enum Corpus {
  static let root = FilePath("/usr/lib/python3/dist-packages/pydicom/data")

  static let testFiles = files(in: root.appending("test_files"))
  static let characterSetFiles = files(in: root.appending("charset_files"))
  static var all: [FilePath] { testFiles + characterSetFiles }

  static func file(_ name: String) -> FilePath {
    all.first { $0.lastComponent?.string == name } ?? root.appending(name)
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

extension DataSet {
  /// The same lines that the oracle gives.
  func lines(_ prefix: String = "") throws -> [Oracle.Line] {
    try elements.flatMap { element -> [Oracle.Line] in
      let path = "\(prefix)\(element.tag)"
      if case .items(let items) = element.content {
        return try [Oracle.Line(path: path, vr: "SQ", length: items.count)]
          + items.enumerated().flatMap { try $0.element.lines("\(path)[\($0.offset)].") }
      }
      if case .bytes(let bytes) = element.content {
        let vr = element.effectiveVR
        let text = vr.isPlainText || vr.isEncodedText ? try strings(element.tag) : nil
        return [
          Oracle.Line(
            path: path, vr: vr.rawValue, length: bytes.count, sum: adler(bytes), text: text == [""] ? [] : text)
        ]
      }
      let bytes = try origin.reading { try $0.bytes(element.extent.content, Int(element.length)) }
      return [Oracle.Line(path: path, vr: element.vr.rawValue, length: bytes.count, sum: adler(bytes))]
    }
  }

  private func adler(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    return b << 16 | a
  }
}

func overwrite(_ path: FilePath, _ bytes: [UInt8]) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path.string))
}

/// As a data set of the deflated transfer syntax is.
func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
  let deflater = try Deflater()
  return deflater.deflate(bytes[...]) + deflater.finish()
}
