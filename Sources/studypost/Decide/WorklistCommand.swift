import ArgumentParser
import Desk
import Journal

/// `worklist`: inbound studies that wait for a person.
struct WorklistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worklist", abstract: "Look at inbound studies that wait for a person, and decide about them.",
    subcommands: [List.self, Show.self, Accept.self, Create.self, Reject.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the inbound studies that wait.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { page in try desk.described(desk.worklist(page), as: "worklist list") { $0.id } },
        header: ["ID", "FROM"] + Desk.Described<InboundParcel>.header + ["INSTANCES", "SINCE", "STUDY", "REASON"],
        orSay: "No inbound study waits for a person.",
        row: { line in
          let parcel = line.item
          return [parcel.id, parcel.sender] + line.cells
            + ["\(parcel.instances)", ageInWords(since: parcel.since), parcel.study, parcel.reason]
        }, object: { $0.json($0.item.json) })
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what the sender says against the local patients, field by field.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let card = try site.desk().worklistCard(id)
      if output.json {
        guard case .object(var object) = card.parcel.json else { return }
        object["decision"] = JSON(parsing: card.parcel.decision)
        object["contact"] = JSON(card.contact)
        object["earlier"] = .array(card.earlier.map(\.json))
        object["preview"] = try card.preview.map(JSON.init(encoding:)) ?? .null
        object["previewFolder"] = .string(card.previewFolder.string)
        object["request"] =
          card.request.map { ["message": JSON($0.message.id), "patient": JSON($0.patient?.localID)] } ?? .null
        return try printJSON(.object(object))
      }
      card.print()
      print(
        """

        To decide (studypost patients find TEXT finds local patients):
          studypost worklist accept \(card.parcel.id)\(site.inCommands) --patient LOCALID --reason TEXT
          studypost worklist create \(card.parcel.id)\(site.inCommands)
          studypost worklist reject \(card.parcel.id)\(site.inCommands) --reason TEXT
        """)
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give the study to a local patient.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .customLong("patient"), help: "The patient's local number.") var localID: String
    @Option(name: .long, help: "Why, for the journal: needed where anything disagrees.") var reason: String?

    func run() throws {
      let parcel = try site.desk().accept(id, patient: localID, reason: reason)
      print("Study \(parcel.study ?? parcel.id) goes to patient \(localID). `studypost receive` imports it.")
    }
  }

  struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reject the study; its sender is told why.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal and for the sender.") var reason: String

    func run() throws {
      let parcel = try site.desk().reject(id, reason: reason)
      print(
        "Study \(parcel.study ?? parcel.id) is rejected. `studypost receive` tells \(parcel.sender), and puts the parcel into "
          + "quarantine.")
    }
  }
}
