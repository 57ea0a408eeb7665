import Foundation
import SystemPackage
import Testing

@testable import Site

/// A folder that is gone after the test.
final class Scratch {
  let path: FilePath

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("site-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = FilePath(url.path)
  }

  deinit { try? FileManager.default.removeItem(atPath: path.string) }

  @discardableResult
  func write(_ text: String, to name: String) throws -> FilePath {
    let file = path.appending(name)
    try Data(text.utf8).write(to: URL(fileURLWithPath: file.string))
    return file
  }
}

func text(of file: FilePath) throws -> String {
  try String(contentsOf: URL(fileURLWithPath: file.string), encoding: .utf8)
}

func mode(of file: FilePath) throws -> Int {
  try #require(FileManager.default.attributesOfItem(atPath: file.string)[.posixPermissions] as? Int)
}

/// The problems that `body` throws, as "KEY: WHAT. REMEDY".
func problems(_ body: () throws -> Void) -> [String] {
  do {
    try body()
    return []
  } catch let error as ConfigurationError {
    return error.problems.map { "\($0.key): \($0.what). \($0.remedy)" }
  } catch {
    return ["not a ConfigurationError: \(error)"]
  }
}

func configuration(_ text: String, at file: FilePath = "/srv/ch1/studypost.toml") throws -> Configuration {
  try Configuration(parsing: text, file: file)
}

/// Runs a program; its standard output, or nil where it failed.
func run(_ program: String, _ arguments: String...) throws -> String? {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [program] + arguments
  let output = Pipe()
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  process.standardInput = FileHandle.nullDevice
  try process.run()
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return process.terminationStatus == 0 ? String(decoding: data, as: UTF8.self) : nil
}

func isInstalled(_ program: String) -> Bool {
  ["/usr/bin", "/usr/local/bin", "/bin"].contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
}
