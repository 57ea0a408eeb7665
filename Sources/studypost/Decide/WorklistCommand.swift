import ArgumentParser
import Desk
import Journal
import Spool

/// `worklist`: inbound studies that wait for a person.
struct WorklistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worklist", abstract: "Look at inbound studies that wait for a person, and decide about them.",
    subcommands: [
      List.self, Show.self, Explain.self, Accept.self, Split.self, Create.self, Reject.self, Undo.self, Proposals.self,
      Withdraw.self,
      Assign.self, Comment.self,
    ], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the inbound studies that wait.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { page in try desk.described(desk.worklist(page), as: "worklist list") { $0.parcel.id } },
        header: ["ID", "FROM", "ASSIGNED"] + Desk.Described<Desk.WorklistEntry>.header
          + ["INSTANCES", "SINCE", "STUDY", "PARTS", "REASON"],
        orSay: "No inbound study waits for a person.",
        row: { line in
          let parcel = line.item.parcel
          return [parcel.id, parcel.sender, parcel.assignee] + line.cells
            + [
              "\(line.item.instances)", ageInWords(since: parcel.since), parcel.study,
              line.item.parts.count > 1 ? "\(line.item.parts.count)" : nil, line.item.reason,
            ]
        }, object: { $0.json($0.item.json) })
      if output.json { return }
      let waiting = try desk.proposals(Page(limit: 1)).total
      if waiting > 0 {
        print("\n\(waiting) to be confirmed by a second person: studypost worklist proposals\(site.inCommands)")
      }
      for proposal in try desk.trustProposals() { proposal.print(for: site) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what the sender says against the local patients, field by field.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      let card = try desk.worklistCard(id)
      if output.json {
        guard case .object(var object) = card.entry.json else { return }
        object["decision"] = try card.decision.map { try JSON(encoding: $0) } ?? .null
        object["contact"] = JSON(card.contact)
        object["earlier"] = .array(card.earlier.map(\.json))
        object["comments"] = .array(card.comments.map(\.json))
        object["proposal"] = card.proposal?.json ?? .null
        object["priors"] = .object(card.priors.mapValues { .array($0.map(\.json)) })
        object["judgements"] = .object(card.judgements.mapValues { JSON($0) })
        object["undone"] = .array(card.undone.map(\.json))
        object["preview"] = try card.preview.map(JSON.init(encoding:)) ?? .null
        object["previewFolder"] = .string(card.previewFolder.string)
        object["groups"] = try .array(card.groups.map { try $0.json })
        object["request"] =
          card.request.map { ["message": JSON($0.message.id), "patient": JSON($0.patient?.localID)] } ?? .null
        object["trust"] = .array(try desk.trustProposals(for: card.parcel.sender).map(\.json))
        return try printJSON(.object(object))
      }
      card.print()
      let entry = "\(card.parcel.id)\(site.inCommands)"
      print("\nTo decide (studypost patients find TEXT finds local patients):")
      if card.groups.isEmpty {
        print("  studypost worklist accept \(entry) --patient LOCALID --reason TEXT")
        print("  studypost worklist create \(entry)")
      } else {
        let fates = card.groups.map { "\($0.group.number)=\($0.patient ?? "LOCALID")" }.joined(separator: " ")
        print("  studypost worklist split \(entry) \(fates) --reason TEXT")
        print("    N=reject leaves a group out.")
      }
      print("  studypost worklist reject \(entry) --reason TEXT")
      for proposal in try desk.trustProposals(for: card.parcel.sender) { proposal.print(for: site) }
    }
  }

  struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Tell in words why the study waits, and what would let it go ahead by itself.",
      discussion: """
        What was read, why each identifier counts or does not, what was compared with what, and why a person must decide: as it \
        is now, with the present patients and rules.
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let paragraphs = try site.desk().account(ofWaiting: id)
      if output.json {
        return try printJSON(
          .array(paragraphs.map { ["title": JSON($0.title), "sentences": JSON($0.sentences)] }))
      }
      for (index, paragraph) in paragraphs.enumerated() {
        print("\(index == 0 ? "" : "\n")\(paragraph.title):")
        for sentence in paragraph.sentences {
          for line in wrapped(Quoted.text(sentence, limit: 2000), width: Terminal.width, indent: "  ") { print(line) }
        }
      }
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give the study to a local patient.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .customLong("patient"), help: "The patient's local number.") var localID: String
    @Option(name: .long, help: "Why, for the journal: needed where anything disagrees.") var reason: String?

    func run() throws {
      let parts = try site.desk().accept(id, patient: localID, reason: reason)
      if parts.first?.state == .held { return print(awaitingSecond("worklist accept \(id) --patient \(localID)")) }
      tell("\(parts.named) goes to patient \(localID). `studypost receive` imports it.")
    }
  }

  struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Reject the study; its sender is told why.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal and for the sender.") var reason: String

    func run() throws {
      let parts = try site.desk().reject(id, reason: reason)
      tell("\(parts.named) is rejected. `studypost receive` tells its sender, and puts the parcel into quarantine.")
    }
  }

  struct Undo: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Take a study back from the patient to whom it was given.",
      discussion: """
        The study is on the worklist again, with all its parts. What the PACS has not taken yet is taken out of the import \
        folder; what it has, delete there. The sender is told that it waits, and the EHR that it was not this \
        patient's.
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The id of the study's parcel, or its beginning: see studypost trace.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let parts = try site.desk().undo(id, reason: reason)
      if parts.first?.state != .held { return print(awaitingSecond("worklist undo \(id) --reason TEXT")) }
      tell("\(parts.named) was taken back. `studypost receive` takes out of the import folder what lies there of it.")
      print("Then: studypost worklist show \(parts.first?.id ?? id)\(site.inCommands)")
    }
  }
}

/// What the first of two persons is told.
func awaitingSecond(_ command: String) -> String {
  "Kept as your proposal, since reconcile.two_person is set. Another person confirms it: studypost \(command)"
}

extension [InboundParcel] {
  /// The study whose parts they are.
  var named: String {
    let study = "Study \(first?.study ?? first?.id ?? "?")"
    return count > 1 ? "\(study), in \(count) parts," : study
  }
}
