import ArgumentParser
import Desk
import Site
import Spool

/// `journal`: the journal's upkeep.
struct JournalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "Restore the journal.",
    subcommands: [RebuildCommand.self, UnfinishedCommand.self])

  /// For whoever is about to remove this site; the package asks it.
  struct UnfinishedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "unfinished", abstract: "Say what is on its way or waits; exit status 0: nothing.")

    @OptionGroup var site: SiteOptions

    func run() throws {
      let lines = try site.desk().unfinished()
      for line in lines { print(line) }
      if !lines.isEmpty { throw ExitCode(1) }
    }
  }

  struct RebuildCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rebuild",
      abstract: "Make a usable journal from the spool alone, and say what it cannot know.",
      discussion: """
        For a journal that is missing or damaged, and of which there is no backup. No service may run. Nothing in the spool \
        is changed; what was found is put right by the services when they start.
        """)

    @OptionGroup var site: SiteOptions
    @Flag(name: .long, help: "Even though the present journal is usable; it is kept aside.") var force = false
    @OptionGroup var output: JSONOption

    func run() throws {
      let configuration = try site.configuration()
      let signer = try KeyFolder(configuration.keys).signers()
      let outcome = try Rebuild(configuration, signer: signer, actor: Person.actor).run(force: force)
      if output.json { return try printJSON(outcome.json) }
      print("The journal \(configuration.journal) is rebuilt from the spool:")
      var fields = Fields()
      fields.add("parcels out", "\(outcome.outbound): delivered again, or closed by their receipts")
      fields.add("not sealed", "\(counted(outcome.unsealed, "file")): put back into the source, and taken again")
      fields.add("imported", "\(outcome.imported): by this site's own receipts")
      fields.add("to be verified", "\(outcome.arrivals)")
      fields.add("quarantine", "\(outcome.quarantined)")
      fields.add("old journal", outcome.aside?.string)
      fields.print(indent: "  ")
      if !outcome.remarks.isEmpty {
        print("\nNot taken in:")
        for remark in outcome.remarks {
          for line in wrapped(remark, width: Terminal.width, indent: "  ") { print(line) }
        }
      }
      print("\nWhat the spool does not tell:")
      for line in outcome.unknown {
        for line in wrapped("- \(line)", width: Terminal.width, indent: "  ") { print(line) }
      }
      print("\nNext: start the services. studypost check says whether all is in order.")
    }
  }
}

extension Rebuild.Outcome {
  fileprivate var json: JSON {
    [
      "outbound": JSON(outbound), "unsealed": JSON(unsealed), "imported": JSON(imported), "arrivals": JSON(arrivals),
      "quarantined": JSON(quarantined), "aside": JSON(aside?.string), "remarks": JSON(remarks),
      "unknown": JSON(unknown),
    ]
  }
}
