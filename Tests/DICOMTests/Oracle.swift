import Foundation
import SystemPackage

/// Programs that are not ours, run to compare with.
enum Oracle {
  static let python = "/usr/bin/python3"

  static var hasPydicom: Bool { FileManager.default.fileExists(atPath: Corpus.root.string) }
  static func has(_ program: String) -> Bool { FileManager.default.isExecutableFile(atPath: program) }

  struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Standard output of the program; standard error too, if asked.
  static func run(_ program: String, _ arguments: [String], withErrors: Bool = false) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = withErrors ? output : FileHandle.nullDevice
    try process.run()
    let data = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return data
  }
}
