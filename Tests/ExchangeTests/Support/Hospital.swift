import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// One of the two sites, used as its administrator uses it: by its folders and by commands.
final class Hospital: Sendable {
  let name: String
  let root: FilePath
  var spool: FilePath { root.appending("spool") }
  var configuration: FilePath { root.appending("studypost.toml") }

  /// A new site in a folder, as `init` makes it.
  init(_ name: String, in root: FilePath) throws {
    self.name = name
    self.root = root
    try Command.succeed(Command.studypost, ["init", "--site", name, "--root", root.string])
  }

  func folder(_ path: String) -> FilePath { spool.pushing(FilePath(path)) }

  // MARK: Configuration

  /// Sets keys in the configuration, `table.key`, as an administrator does: by taking a `#` away and changing what
  /// follows.
  func set(_ settings: [String: String], _ location: SourceLocation = #_sourceLocation) throws {
    var lines = try text(configuration).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    for (path, value) in settings {
      let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
      let header = ["[\(parts[0])]", "[[\(parts[0])]]"]
      let start = try #require(
        lines.firstIndex { line in header.contains { line == $0 || line == "#" + $0 } }, "\(path)",
        sourceLocation: location)
      let key = try #require(
        lines[start...].firstIndex { line in ["", "#", "# e.g. "].contains { line.hasPrefix("\($0)\(parts[1]) = ") } },
        "\(path)", sourceLocation: location)
      if lines[start].hasPrefix("#") { lines[start].removeFirst() }
      lines[key] = "\(parts[1]) = \(value)"
    }
    try lines.joined(separator: "\n").write(toFile: configuration.string, atomically: true, encoding: .utf8)
  }

  // MARK: Commands

  /// Runs a command for this site.
  func run(_ arguments: String...) throws -> Printed {
    try Command.run(Command.studypost, arguments + ["--config", configuration.string])
  }

  /// Runs a command that must succeed.
  @discardableResult
  func succeed(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> String {
    try Command.succeed(Command.studypost, arguments + ["--config", configuration.string], location)
  }

  /// A list or report, with `--json`.
  func list(_ arguments: String..., location: SourceLocation = #_sourceLocation) throws -> Document {
    let printed = try Command.run(Command.studypost, arguments + ["--json", "--config", configuration.string])
    return try printed.json(location)
  }

  // MARK: Services

  /// Starts `studypost run`, or one of the services, until it is stopped.
  func start(_ service: String = "run") throws -> Child {
    try Child(
      Command.studypost, [service, "--verbose", "--config", configuration.string], output: log, errors: log)
  }

  var log: FilePath { root.appending("service.log") }

  // MARK: What people look at

  func ledger() throws -> Document { try list("ledger") }

  func expectBalanced(_ location: SourceLocation = #_sourceLocation) throws {
    let ledger = try ledger()
    #expect(ledger["balanced"].bool == true, "\(name): \(ledger)", sourceLocation: location)
  }

  /// Everything on its way out, also what is done.
  func parcels() throws -> [Document] {
    try list("queue", "list", "--all").items.filter { $0["kind"].string == "parcel" }
  }

  /// The states of the parcels of a study.
  func states(of study: String) throws -> [String] {
    try parcels().filter { $0["study"].string == study }.compactMap { $0["state"].string }
  }

  /// Loads the patient index.
  func load(_ patients: [Person], location: SourceLocation = #_sourceLocation) throws {
    let file = root.appending("patients.csv")
    try Person.list(patients).write(toFile: file.string, atomically: true, encoding: .utf8)
    try succeed("patients", "import", "--confirm-shrink", file.string, location: location)
  }

  /// What lies in the import folder, as pydicom reads it.
  func imported(_ location: SourceLocation = #_sourceLocation) throws -> [ImportedFile] {
    try ImportedFile.read(files(below: folder("import")), location)
  }

  /// The last lines of the service's log, or the first of a crash, for a test that fails.
  var lastWords: Comment {
    let all = ((try? text(log)) ?? "").split(separator: "\n")
    let crash = all.firstIndex { $0.contains("Program crashed") || $0.contains("Fatal error") }
    let lines = crash.map { all[$0...].prefix(60) } ?? all.suffix(15)
    return "\(name): \(lines.joined(separator: "\n"))"
  }
}
