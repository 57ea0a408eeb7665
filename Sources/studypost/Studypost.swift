import ArgumentParser
import CPOSIX
import Glibc

/// The post office for imaging studies: one binary, a command for each thing that people and systemd do with it.
@main
struct Studypost: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "studypost",
    abstract: "The post office for imaging studies: from one hospital's PACS folder to another's.",
    version: "0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Setting up",
        subcommands: [
          SetupCommand.self, InitCommand.self, ConfigCommand.self, CheckCommand.self, CardCommand.self,
          KeysCommand.self,
          PartnerCommand.self, PatientsCommand.self, JournalCommand.self, BackupCommand.self, RestoreCommand.self,
        ]),
      CommandGroup(
        name: "Services",
        subcommands: [CollectCommand.self, ShipCommand.self, ReceiveCommand.self, RunCommand.self]),
      CommandGroup(
        name: "Looking",
        subcommands: [
          StatusCommand.self, TraceCommand.self, AuditCommand.self, LedgerCommand.self, ExplainCommand.self,
          DumpCommand.self, DiffCommand.self, IDCommand.self,
        ]),
      CommandGroup(
        name: "Deciding",
        subcommands: [
          QueueCommand.self, HoldCommand.self, WorklistCommand.self, QuarantineCommand.self, RecordsCommand.self,
        ]),
      CommandGroup(
        name: "Parcels by hand",
        subcommands: [VerifyCommand.self, OpenCommand.self, AttemptCommand.self, ConfineCommand.self]),
    ])

  static func main() async {
    // A service is ended in good order from its first moment on, not only when somebody handles the signals.
    cposix_remember_signals()
    // The modes that the spool asks for are meant; nothing is ever writable by everyone.
    umask(0o002)
    do {
      var command = try await asyncParseAsRoot(optionsLast(CommandLine.arguments.dropFirst()))
      if var command = command as? any AsyncParsableCommand {
        // A `Worker`, which handles signals.
        try await command.run()
      } else {
        cposix_forget_signals()
        try command.run()
      }
      end(0)
    } catch {
      exit(reporting: error)
    }
  }

  /// `studypost --config FILE status` means `studypost status --config FILE`: an option that every command has may stand
  /// before the command's name.
  static func optionsLast(_ arguments: some Collection<String>) -> [String] {
    var rest = Array(arguments)
    var options: [String] = []
    while let first = rest.first, first == "--config" || first.hasPrefix("--config=") {
      let count = first == "--config" ? min(2, rest.count) : 1
      options += rest.prefix(count)
      rest.removeFirst(count)
    }
    guard let end = rest.firstIndex(of: "--") else { return rest + options }
    return rest[..<end] + options + rest[end...]
  }
}
