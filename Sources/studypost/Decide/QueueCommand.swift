import ArgumentParser
import Desk
import Journal
import Spool

/// `queue`: what is on its way out.
struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Look at outbound studies and parcels, and decide about them.",
    subcommands: [
      List.self, Show.self, Retry.self, Resend.self, Expedite.self, Bulk.self, Pause.self, Resume.self, Cancel.self,
      Discard.self,
    ], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what is not delivered yet. (Studies that wait for a person: hold list.)",
      discussion: "With --all also what is done: delivered, called back and discarded parcels.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json,
        { page in try desk.described(desk.queue(page, withDone: list.all), as: "queue list") { $0.outboundStudy } },
        header: ["ID", "STATE", "TO"] + Desk.Described<Desk.QueueItem>.header
          + ["INSTANCES", "SIZE", "SINCE", "STUDY", "REASON"],
        orSay: "Nothing is on its way.",
        row: { line in line.item.cells.prefix(3) + line.cells + line.item.cells.dropFirst(3) },
        object: { $0.json($0.item.json) })
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one study or parcel with its history.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "Its id, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let card = try site.desk().queueCard(id)
      if output.json {
        guard case .object(var object) = card.item.json else { return }
        object["receipts"] = .array(card.receipts.map(\.json))
        object["parcels"] = .array(card.parcels.map { ["partner": JSON($0.partner), "parcel": JSON($0.parcel)] })
        object["events"] = .array(card.events.map(\.json))
        return try printJSON(.object(object))
      }
      var fields = card.item.fields
      fields.add(card.subject)
      for recipient in card.parcels {
        fields.add(
          "recipient", "\(recipient.partner), by \(recipient.rule)" + (recipient.parcel.map { ": parcel \($0)" } ?? ""))
      }
      for receipt in card.receipts { fields.add("receipt", "\(receipt.status), at \(receipt.at)") }
      fields.print()
      card.events.print()
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send a refused or expired parcel again, or try a waiting one at once.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String

    func run() throws {
      let desk = try site.desk()
      let parcel = try desk.retry(id)
      guard let wait = try desk.wait(of: parcel) else {
        return tell("Parcel \(parcel.id) will be sent again. `studypost ship` does it.")
      }
      tell(
        "Parcel \(parcel.id) will be sent again; it \(wait). To have it sent now: studypost queue expedite \(parcel.id)"
      )
    }
  }

  struct Resend: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send the study of a closed parcel once more, as a new parcel, to be imported once more.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String
    @Flag(help: "Behind all others.") var bulk = false

    func run() throws {
      let desk = try site.desk()
      let (parcel, new) = try desk.resend(id, isBulk: bulk)
      let all = try desk.parcels(ofStudyOf: parcel)
      guard all.count > 1, let index = all.firstIndex(where: { $0.id == parcel.again ?? parcel.id }) else {
        return tell(
          "The study of parcel \(parcel.id) goes to \(parcel.recipient) once more, as parcel \(new). `studypost collect` "
            + "seals it.")
      }
      tell(
        "Parcel \(parcel.id) goes to \(parcel.recipient) once more, as parcel \(new). It is \(index + 1) of the "
          + "\(all.count) parcels of its study; the others do not go once more. `studypost collect` seals it.")
      print("The others:")
      var others = all
      others.remove(at: index)
      for other in others.prefix(Self.mostShown) { print("  \(other.id)  \(other.state.rawValue)") }
      let rest = others.count - Self.mostShown
      if rest > 0 { print("  … and \(grouped(rest)) more: studypost trace \(parcel.study)\(site.inCommands)") }
    }

    /// So many other parcels of a study are named.
    private static let mostShown = 100
  }

  struct Expedite: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a parcel before all others but urgent studies.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String

    func run() throws {
      let parcel = try site.desk().expedite(id)
      tell("Parcel \(parcel.id) goes before all others but urgent studies.")
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Call back a parcel that is not shipped yet.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String

    func run() throws {
      let parcel = try site.desk().cancel(id)
      tell(
        "Parcel \(parcel.id) will not be sent; its instances count as discarded. `studypost collect` removes its files here, "
          + "`studypost ship` what was uploaded of it.")
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a refused, expired or damaged parcel go: its files are removed.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel's id, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let parcel = try site.desk().discard(parcel: id, reason: reason)
      tell("Parcel \(parcel.id) is discarded. `studypost collect` removes its files.")
    }
  }
}

extension Desk.QueueItem {
  fileprivate var cells: [String?] {
    switch self {
    case .study(let study, let partners, let waits):
      [
        study.id, study.stateInWords, partners.isEmpty ? nil : partners.joined(separator: ","), "\(study.instances)",
        bytesInWords(study.bytes), ageInWords(since: study.since), study.study,
        [waits, study.reason].compactMap(\.self).joined(separator: ": ").nilIfEmpty,
      ]
    case .parcel(let parcel, let waits):
      [
        parcel.id, parcel.stateInWords, parcel.recipient, "\(parcel.instances)", bytesInWords(parcel.payloadBytes),
        ageInWords(since: parcel.since), parcel.study,
        [waits, parcel.reason].compactMap(\.self).joined(separator: ": ").nilIfEmpty,
      ]
    }
  }

  fileprivate var fields: Fields {
    var fields = Fields()
    switch self {
    case .parcel(let parcel, let waits):
      fields.add("parcel", parcel.id)
      fields.add("state", "\(parcel.stateInWords), for \(ageInWords(since: parcel.since))")
      // It begins with the word.
      fields.add("waits", waits.map { String($0.trimmingPrefix("waits").drop { ": ".contains($0) }) })
      fields.add("lane", parcel.lane == .ordinary ? nil : "\(parcel.lane)")
      fields.add("to", "\(parcel.recipient), number \(parcel.sequence)")
      fields.add("study", "\(parcel.study) (\(parcel.part))")
      fields.add("once more", parcel.again.map { "the study of parcel \($0)" })
      fields.add("holds", "\(counted(parcel.instances, "instance")), \(bytesInWords(parcel.bytes))")
      fields.add("missing", parcel.missingReason)
      fields.add("payload", bytesInWords(parcel.payloadBytes) + (parcel.isPurged ? ", not here any more" : ""))
      fields.add("sealed", parcel.created)
      fields.add("attempts", "\(parcel.attempts)")
      fields.add("reason", [parcel.reasonCode, parcel.reason].compactMap(\.self).joined(separator: ": ").nilIfEmpty)
      fields.add("their note", parcel.note)
    case .study(let study, let partners, let waits):
      fields.add("study", study.study)
      fields.add("state", "\(study.stateInWords), for \(ageInWords(since: study.since))")
      fields.add("to", partners.joined(separator: ", ").nilIfEmpty)
      fields.add("holds", "\(counted(study.instances, "instance")), \(bytesInWords(study.bytes))")
      fields.add("announced", study.expected.map { "\(counted($0, "instance")) by (0020,1208)" })
      fields.add("complete by", study.closedRule)
      fields.add("reason", [waits, study.reason].compactMap(\.self).joined(separator: ": ").nilIfEmpty)
    }
    return fields
  }
}

extension OutboundStudy {
  fileprivate var stateInWords: String { state.rawValue + (urgent ? ", urgent" : "") }
}

extension OutboundParcel {
  fileprivate var stateInWords: String {
    switch state {
    case .held: "held by \(recipient)"
    case .sealed where lane != .ordinary: "sealed, \(lane)"
    default: state.rawValue
    }
  }
}

extension StoredReceipt {
  fileprivate var json: JSON {
    [
      "status": .string(status), "at": .string(at), "document": .string(document), "signature": .string(signature),
    ]
  }
}

extension [Event] {
  /// Prints a history below what it belongs to.
  func print() {
    guard !isEmpty else { return }
    Swift.print()
    var table = Table("WHEN", "WHAT", "DETAIL")
    for event in self { table.add(event.at, event.what, event.detail) }
    table.print()
  }
}

extension String {
  fileprivate var nilIfEmpty: String? { isEmpty ? nil : self }
}
