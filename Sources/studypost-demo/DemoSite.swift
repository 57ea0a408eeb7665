import LoopbackSSHD
import SystemPackage

/// One of the two sites, as its administrator sees it: folders and commands.
final class DemoSite {
  let name: String
  let root: FilePath
  let program: Program
  private var service: Child?

  var configuration: FilePath { root.appending("studypost.toml") }
  /// What its services say.
  var log: FilePath { root.appending("services.log") }

  init(_ name: String, in folder: FilePath, _ program: Program) {
    self.name = name
    self.program = program
    root = folder.appending(name)
  }

  /// A folder or file of the spool.
  func spool(_ path: String) -> FilePath { root.appending("spool").pushing(FilePath(path)) }

  /// A command for this site.
  func command(_ arguments: [String]) -> [String] { arguments + ["--config", configuration.string] }

  func document<Document: Decodable>(_ arguments: String..., as type: Document.Type) throws -> Document {
    try program.document(command(arguments), as: type)
  }

  // MARK: Services

  /// The command that runs all three services.
  var run: [String] { command(["run"]) }

  func start() throws { service = try Child(program.path.string, run, output: log) }

  /// - Throws: when the services ended by themselves.
  func check() throws {
    if let status = service?.exitStatus {
      throw DemoError("\(name): its services ended with status \(status). See \(log)")
    }
  }

  /// Asks the services to stop, and waits until they have.
  func end() {
    service?.stop()
    service = nil
  }
}
