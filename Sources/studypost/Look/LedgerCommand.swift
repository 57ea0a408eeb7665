import ArgumentParser
import Desk
import Journal
import Spool

/// `ledger`: the account of every instance.
struct LedgerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Account for every instance ever taken in.",
    subcommands: [Show.self, Confirm.self], defaultSubcommand: Show.self)

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Account for every instance, held against the disk and the history.",
      discussion: "The exit status is 1 if the account does not balance.")

    @OptionGroup var site: SiteOptions
    @Flag(name: .long, help: "Also read what lies in the spool, and compare its digests.") var deep = false
    @OptionGroup var output: JSONOption

    func run() throws {
      var line: ProgressLine?
      let audit = try site.desk().audit(deep: deep) { done, total in
        line = line ?? ProgressLine("reading", "reading again", of: total)
        line?.advance(to: done)
      }
      line = nil
      if output.json {
        guard case .object(var document) = try JSON(encoding: audit.ledger) else { return }
        document["balanced"] = JSON(audit.isBalanced)
        document["problems"] = JSON(audit.problems)
        try printJSON(.object(document))
      } else {
        audit.print()
      }
      if !audit.isBalanced { throw ExitCode(Failure.Status.no.rawValue) }
    }
  }

  struct Confirm: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say that the PACS has a study which was gone from the import folder before it was seen there.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var parcel: String
    @Option(name: .long, help: "How it was seen, for the journal.") var reason: String

    func run() throws {
      let parcel = try site.desk().confirmImport(parcel, reason: reason)
      print("\(parcel.id) is confirmed: study \(parcel.study ?? "?") was imported.")
    }
  }
}

extension LedgerAudit {
  fileprivate func print() {
    let out = ledger.out
    let side = ledger.in
    Self.print(
      "sent", total: ("taken", out.taken),
      [
        ("collecting", out.collecting), ("held", out.held), ("sealed", out.sealed), ("shipped", out.shipped),
        ("received", out.received), ("delivered", out.delivered), ("refused", out.refused), ("expired", out.expired),
        ("damaged", out.damaged), ("quarantined", out.quarantined), ("discarded", out.discarded),
      ])
    Self.print(
      "received", total: ("arrived", side.arrived),
      [
        ("opening", side.opening), ("held", side.held), ("imported", side.imported),
        ("quarantined", side.quarantined), ("discarded", side.discarded), ("duplicate", side.duplicate),
        ("left out", side.leftOut),
      ])
    for problem in problems { Fields(("problem", problem)).print() }
    Swift.print(isBalanced ? "The ledger balances." : "The ledger does NOT balance.")
  }

  private static func print(_ side: String, total: (String, Int), _ states: [(String, Int)]) {
    Swift.print("instances \(side):")
    var fields = Fields((total.0, grouped(total.1)))
    for (name, count) in states where count != 0 { fields.add("  \(name)", grouped(count)) }
    fields.print(indent: "  ")
  }
}
