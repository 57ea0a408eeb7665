import ArgumentParser
import Desk
import Journal

/// `quarantine`: what was refused.
struct QuarantineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Look at what was refused, and decide about it.",
    subcommands: [List.self, Show.self, Release.self, Discard.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List what lies in quarantine.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { page in try desk.described(desk.quarantine(page), as: "quarantine list") { $0.parcel } },
        header: ["NAME", "CODE", "PARTNER"] + Desk.Described<QuarantineEntry>.header
          + ["INSTANCES", "SIZE", "SINCE", "REASON"],
        orSay: "Nothing is in quarantine.",
        row: { line in
          let entry = line.item
          return [entry.name, entry.code, entry.partner] + line.cells
            + ["\(entry.instances)", bytesInWords(entry.bytes), ageInWords(since: entry.since), entry.reason]
        }, object: { $0.json($0.item.json) })
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one entry, its reason and its files.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name, or its beginning.") var name: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let card = try site.desk().quarantineCard(name)
      let entry = card.entry
      if output.json {
        guard case .object(var object) = entry.json else { return }
        object["folder"] = JSON(card.folder.string)
        object["origins"] = JSON([entry.origin].compactMap(\.self))
        object["files"] = .array(card.files.map { ["path": JSON($0.path.string), "bytes": JSON($0.status.size)] })
        return try printJSON(.object(object))
      }
      var fields = Fields()
      fields.add("reason", "\(entry.code): \(entry.reason)")
      fields.add("since", "\(entry.since), \(ageInWords(since: entry.since)) ago")
      fields.add("side", entry.direction == .out ? "out: refused from a source" : "in: refused from a partner")
      fields.add("partner", entry.partner)
      fields.add(card.subject)
      fields.add("study", entry.study)
      fields.add("parcel", entry.parcel)
      fields.add("came from", entry.origin)
      for file in card.files { fields.add("file", "\(file.path) (\(bytesInWords(file.status.size)))") }
      fields.print()
      print(
        """

        To decide:
          studypost quarantine release \(entry.name)\(site.inCommands)
          studypost quarantine discard \(entry.name)\(site.inCommands) --reason TEXT
        """)
    }
  }

  struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Have an entry looked at again.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name, or its beginning.") var name: String

    func run() throws {
      let (entry, becomes) = try site.desk().release(name)
      switch becomes {
      case .files(let origin):
        let what = entry.instances == 1 ? "the file" : "\(entry.instances) files"
        tell("\(entry.name) is released. `studypost collect` puts \(what) back: \(origin)")
      case .verified: tell("\(entry.name) is released. `studypost receive` verifies it again.")
      case .worklist(let parcel):
        tell("\(entry.name) is released: study \(parcel) is on the worklist again. `studypost receive` puts it back.")
      }
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Let an entry go: its files are removed.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The entry's name, or its beginning.") var name: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let entry = try site.desk().discard(entry: name, reason: reason)
      let service = entry.direction == .out ? "collect" : "receive"
      tell("\(entry.name) is discarded. `studypost \(service)` removes its files.")
    }
  }
}
