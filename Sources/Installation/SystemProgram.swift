internal import Subprocess
internal import SystemPackage

/// The programs by which Debian's users and groups are made.
enum SystemProgram {
  /// Runs a program by its path with these arguments; no shell has a part in it.
  ///
  /// - Throws: ``InstallationError`` with what it said where it failed.
  static func run(_ program: String, _ arguments: [String]) async throws {
    let line = commandLine([program] + arguments)
    let ended: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
    do {
      ended = try await Subprocess.run(
        .path(FilePath(program)), arguments: Arguments(arguments), output: .discarded, error: .string(limit: 16 << 10))
    } catch {
      throw InstallationError("\(line): it cannot be run: \(error). Is Debian's package passwd installed?")
    }
    guard ended.terminationStatus.isSuccess else {
      let said = ended.standardError.split(separator: "\n").joined(separator: " ")
      throw InstallationError("\(line): \(said.isEmpty ? "it failed: \(ended.terminationStatus)" : said)")
    }
  }
}

/// A command as a person can copy it into a shell.
public func commandLine(_ words: [String]) -> String {
  words.map { word in
    let isPlain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        true
      default: "-_./:,=+@".utf8.contains(byte)
      }
    }
    return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: #"'\''"#))'"
  }.joined(separator: " ")
}
