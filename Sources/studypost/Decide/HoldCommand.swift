import ArgumentParser
import Desk
import Journal
import Spool

/// `hold`: outbound studies that wait for a person.
struct HoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Look at outbound studies that wait for a person, and decide about them.",
    subcommands: [List.self, Show.self, Route.self, Discard.self, Files.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the outbound studies that wait.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { page in try desk.described(desk.holds(page), as: "hold list") { $0.id } },
        header: ["ID"] + Desk.Described<OutboundStudy>.header + ["INSTANCES", "SINCE", "STUDY", "REASON"],
        orSay: "No outbound study waits for a person.",
        row: { line in
          let study = line.item
          return [study.id] + line.cells
            + ["\(study.instances)", ageInWords(since: study.since), study.study, study.reason]
        }, object: { $0.json($0.item.json()) })
    }
  }

  struct Files: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the files that stay in their source since they are not finished.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, desk.heldFiles, header: ["FILE", "SIZE", "SINCE", "STUDY", "REASON"],
        orSay: "No file is held in a source.",
        row: { [$0.name, bytesInWords($0.bytes), ageInWords(since: $0.since), $0.study, $0.reason] },
        object: { $0.json })
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one held study, its reason and its history.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The hold's id, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let card = try site.desk().holdCard(id)
      let study = card.study
      if output.json {
        guard case .object(var object) = study.json(partners: card.partners) else { return }
        object["folder"] = JSON(card.folder.string)
        object["origins"] = JSON(card.instances.map(\.origin))
        object["patient_id"] = JSON(card.subject?.patientID)
        object["patient_name"] = JSON(card.subject?.patientName)
        object["events"] = .array(card.events.map(\.json))
        return try printJSON(.object(object))
      }
      var fields = Fields()
      fields.add("reason", [study.reasonCode, study.reason].compactMap(\.self).joined(separator: ": "))
      fields.add("since", "\(study.since), \(ageInWords(since: study.since)) ago")
      fields.add("study", study.study)
      fields.add(card.subject)
      fields.add("found for", card.partners.isEmpty ? nil : card.partners.joined(separator: ", "))
      fields.add("holds", "\(counted(study.instances, "instance")), \(bytesInWords(study.bytes))")
      fields.add("folder", card.folder.string)
      for instance in card.instances.prefix(3) { fields.add("came from", instance.origin) }
      fields.print()
      card.events.print()
      print(
        """

        To decide:
          studypost hold route \(study.id)\(site.inCommands) --to PARTNER
          studypost hold discard \(study.id)\(site.inCommands) --reason TEXT
        """)
    }
  }

  struct Route: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a held study to one or several partners.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The hold's id, or its beginning.") var id: String
    @Option(name: .long, parsing: .upToNextOption, help: "The partners; may be repeated.") var to: [String]

    func validate() throws {
      if to.isEmpty { throw ValidationError("Name a partner: --to PARTNER") }
    }

    func run() throws {
      let (study, partners) = try site.desk().route(hold: id, to: to)
      tell("Study \(study.id) goes to \(partners.joined(separator: ", ")). `studypost collect` seals it.")
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a held study go: its files are removed from the spool.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The hold's id, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let study = try site.desk().discard(hold: id, reason: reason)
      tell("Study \(study.id) is discarded. `studypost collect` removes its files.")
    }
  }
}
