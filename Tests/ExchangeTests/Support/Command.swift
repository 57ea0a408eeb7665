import Foundation
import LoopbackSSHD
import SystemPackage
import Testing

/// What a program printed and how it ended.
struct Printed {
  let status: Int32
  let output: String
  let errors: String

  /// The one JSON document on standard output.
  func json(_ location: SourceLocation = #_sourceLocation) throws -> Document {
    try #require(Document(parsing: output), "no JSON: \(output) \(errors)", sourceLocation: location)
  }
}

/// Programs run to their end.
enum Command {
  /// The program under test: it lies beside the program that runs the tests.
  static let studypost: String = {
    let tests = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return FilePath(tests).removingLastComponent().appending("studypost").string
  }()

  /// Runs a program.
  static func run(_ program: String, _ arguments: [String]) throws -> Printed {
    let scratch = try Scratch()
    let output = scratch.path.appending("output")
    let errors = scratch.path.appending("errors")
    let status = try Child(program, arguments, output: output, errors: errors).waitForEnd()
    return Printed(status: status, output: try text(output), errors: try text(errors))
  }

  /// Runs a program that must succeed.
  @discardableResult
  static func succeed(
    _ program: String, _ arguments: [String], _ location: SourceLocation = #_sourceLocation
  ) throws -> String {
    let printed = try run(program, arguments)
    try #require(
      printed.status == 0, "\(program) \(arguments.joined(separator: " ")): \(printed.errors)", sourceLocation: location
    )
    return printed.output
  }

  /// Runs lines of shell, which must succeed; `$1` and so on are the arguments.
  @discardableResult
  static func shell(
    _ script: String, _ arguments: [String] = [], _ location: SourceLocation = #_sourceLocation
  ) throws -> String {
    try succeed("/bin/bash", ["-euo", "pipefail", "-c", script, "bash"] + arguments, location)
  }

  /// Runs a Python program with pydicom at hand, which finds `input` in `sys.argv[1]` as JSON and prints JSON.
  static func python(
    _ program: String, _ input: Any, _ location: SourceLocation = #_sourceLocation
  ) throws -> Document {
    let scratch = try Scratch()
    let file = scratch.path.appending("input.json")
    try JSONSerialization.data(withJSONObject: input).write(to: URL(filePath: file.string))
    let printed = try run("/usr/bin/python3", ["-W", "ignore", "-c", program, file.string])
    try #require(printed.status == 0, "python: \(printed.errors)", sourceLocation: location)
    return try printed.json(location)
  }
}

/// A folder that goes with the test.
final class Scratch: Sendable {
  let path: FilePath

  init(in parent: FilePath = FilePath(FileManager.default.temporaryDirectory.path)) throws {
    // sshd's `internal-sftp -d` takes no odd characters: this name has none.
    path = parent.appending("exchange-\(UUID().uuidString.lowercased())")
    try FileManager.default.createDirectory(atPath: path.string, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }
}

/// A file as text; empty where it is not there.
func text(_ path: FilePath) throws -> String {
  guard let data = FileManager.default.contents(atPath: path.string) else { return "" }
  return String(decoding: data, as: UTF8.self)
}

/// The names in a folder that are not hidden and no README.
func names(in folder: FilePath) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.string)) ?? []
  return names.filter { !$0.hasPrefix(".") && $0 != "README" }.sorted()
}

/// All regular files below a folder, hidden ones too, without READMEs.
func files(below folder: FilePath) -> [FilePath] {
  let walk = FileManager.default.enumerator(atPath: folder.string)
  return (walk?.compactMap { $0 as? String } ?? [])
    .map { folder.pushing(FilePath($0)) }
    .filter { path in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path.string, isDirectory: &isFolder) && !isFolder.boolValue
        && path.lastComponent?.string != "README"
    }
    .sorted { $0.string < $1.string }
}

func exists(_ path: FilePath) -> Bool { FileManager.default.fileExists(atPath: path.string) }
