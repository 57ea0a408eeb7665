import ArgumentParser
import Desk
import Journal

extension WorklistCommand {
  struct Assign: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Say who looks at the study.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .customLong("to"), help: "Who; nobody: whoever likes to.") var assignee: String

    func run() throws {
      let entry = try site.desk().assign(id, to: assignee == "nobody" ? nil : assignee)
      tell("Study \(entry.parcel.noted) is assigned to \(entry.parcel.assignee ?? "nobody").")
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

  struct Proposals: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what one person decided and a second one is to confirm (reconcile.two_person).",
      discussion: """
        A study is on this list also when it is on the worklist no more: where one person wants to take it back. The second person \
        confirms by the same command: `worklist accept`, `worklist split` or `worklist undo`.
        """)

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { try desk.proposals($0) },
        header: ["ID", "PROPOSED", "PATIENT", "BY", "SINCE", "STUDY", "WHY"],
        orSay: "No decision waits for a second person.",
        row: { line in
          let proposal = line.proposal
          return [
            line.parcel.id, proposal.what.rawValue, proposal.patient ?? proposal.shares, proposal.actor,
            ageInWords(since: proposal.at),
            line.parcel.study, proposal.reason,
          ]
        },
        object: { line in
          guard case .object(var members) = line.proposal.json else { return .null }
          members["id"] = JSON(line.parcel.id)
          members["study"] = JSON(line.parcel.study)
          return .object(members)
        })
    }
  }

  struct Withdraw: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take away what one person proposed and nobody has confirmed (reconcile.two_person).")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id, or its beginning.") var id: String

    func run() throws { print("Withdrawn: \(try site.desk().withdraw(id).words)") }
  }
}
