import ArgumentParser
import Desk

extension WorklistCommand {
  struct Assign: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say who looks at the study.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .customLong("to"), help: "Who; nobody: whoever likes to.") var assignee: String

    func run() throws {
      let entry = try site.desk().assign(id, to: assignee == "nobody" ? nil : assignee)
      print("Study \(entry.parcel.noted) is assigned to \(entry.parcel.assignee ?? "nobody").")
    }
  }

  struct Comment: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write something about the study, for those who look at it after you.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Argument(help: "What; it stands in the history for good.") var text: String

    func run() throws { try site.desk().comment(id, text) }
  }

  struct Withdraw: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take away what one person proposed and nobody has confirmed (reconcile.two_person).")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id, or its beginning.") var id: String

    func run() throws { print("Withdrawn: \(try site.desk().withdraw(id).words)") }
  }
}
