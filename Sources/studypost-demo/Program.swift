import FoundationEssentials
import LoopbackSSHD
import SystemPackage

/// The `studypost` program, called as an administrator calls it.
struct Program {
  let path: FilePath
  /// Where what it prints passes through.
  private let scratch: FilePath

  /// What it printed and how it ended.
  struct Printed {
    let status: Int32
    let output, errors: String
  }

  init(_ path: FilePath, scratch: FilePath) throws {
    self.path = path
    self.scratch = scratch
    try makeFolder(scratch)
  }

  /// The one that lies beside this program.
  static func besideThis() throws -> FilePath {
    let this = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return FilePath(this).removingLastComponent().appending("studypost")
  }

  /// Runs a command to its end.
  func run(_ arguments: [String]) throws -> Printed {
    try Interruption.check()
    let (output, errors) = (scratch.appending("output"), scratch.appending("errors"))
    for file in [output, errors] { try write("", to: file) }
    let status = try Child(path.string, arguments, output: output, errors: errors).waitForEnd()
    return try Printed(status: status, output: readText(output), errors: readText(errors))
  }

  /// Runs a command that must succeed.
  ///
  /// - Returns: what it printed on standard output.
  @discardableResult
  func succeed(_ arguments: [String]) throws -> String {
    let printed = try run(arguments)
    guard printed.status == 0 else {
      throw DemoError("\(Self.line(arguments)) ended with status \(printed.status): \(printed.errors)")
    }
    return printed.output
  }

  /// Runs a command with `--json`.
  ///
  /// - Returns: the document; nil where the answer is that there is nothing, or no.
  func document<Document: Decodable>(_ arguments: [String], as type: Document.Type) throws -> Document {
    let arguments = arguments + ["--json"]
    let printed = try run(arguments)
    do {
      return try JSONDecoder().decode(type, from: Data(printed.output.utf8))
    } catch {
      throw DemoError(
        "\(Self.line(arguments)) ended with status \(printed.status) and printed something else than was expected. "
          + "\(printed.errors)\(error)")
    }
  }

  /// A command as it is typed into a shell.
  static func line(_ arguments: [String], program: String = "studypost") -> String {
    ([program] + arguments).map(quoted).joined(separator: " ")
  }

  private static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "-_./:=,+@".utf8.contains(byte)
    }
    return plain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\\''"))'"
  }
}
