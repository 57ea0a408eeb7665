import Foundation
import SystemPackage
import Testing

/// The independent tools that coerced files are held against.
enum Oracle {
  static let pydicom: String? = try? python("import os, pydicom; print(os.path.dirname(pydicom.__file__))", input: "")
  static let dciodvfy = "/usr/bin/dciodvfy"
  static var hasDciodvfy: Bool { FileManager.default.isExecutableFile(atPath: dciodvfy) }

  /// All files of pydicom's test_files and charset_files, and of what `Packaging/corpora` brings, by sorted path.
  static func files() throws -> [FilePath] {
    let data = URL(filePath: try #require(pydicom)).appending(path: "data")
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folders = [data.appending(path: "test_files"), data.appending(path: "charset_files")]
    return (folders + [package.appending(path: ".build/corpora")]).flatMap { folder in
      let walk = FileManager.default.enumerator(
        at: folder, includingPropertiesForKeys: [.isRegularFileKey], options: .skipsHiddenFiles)
      return (walk?.compactMap { $0 as? URL } ?? []).filter {
        (try? $0.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile) == true
      }
    }.map { FilePath($0.path) }.sorted { $0.string < $1.string }
  }

  /// What the program prints, without the last line end.
  static func python(_ program: String, input: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "reconciliation-\(UUID().uuidString)")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let (text, status) = try run("/usr/bin/python3", ["-c", program], input: FileHandle(forReadingFrom: file))
    guard status == 0 else { throw CocoaError(.executableLoad) }
    return text.trimmingCharacters(in: .newlines)
  }

  /// The lines beginning with `Error`, without the value that some of them quote.
  static func errors(dciodvfy file: FilePath) throws -> Set<String> {
    let output = try run("/bin/sh", ["-c", "exec \"$0\" \"$1\" 2>&1", dciodvfy, file.string]).text
    return Set(
      output.split(separator: "\n").filter { $0.hasPrefix("Error") }.map { line in
        line.contains(" has same value as ") ? String(line.prefix { $0 != "<" }) : String(line)
      })
  }

  /// Whether DCMTK is there.
  static let hasDCMTK = FileManager.default.isExecutableFile(atPath: "/usr/bin/dcmconv")

  /// Writes a file in another encoding, by DCMTK.
  static func convert(_ file: FilePath, _ option: String, to target: FilePath) throws {
    guard try run("/usr/bin/dcmconv", [option, file.string, target.string]).status == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  private static func run(
    _ tool: String, _ arguments: [String], input: FileHandle = .nullDevice
  ) throws -> (text: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(filePath: tool)
    process.arguments = arguments
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (text, process.terminationStatus)
  }
}

/// A folder that goes with the test.
final class Scratch {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "reconciliation-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
