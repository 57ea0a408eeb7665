import ArgumentParser
import Journal
import Parcel
import Spool

/// `queue`: what is on its way out.
struct QueueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "queue", abstract: "Look at outbound studies and parcels, and decide about them.",
    subcommands: [List.self, Show.self, Retry.self, Expedite.self, Cancel.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List what is not delivered yet. (Studies that wait for a person: hold list.)")

    @OptionGroup var site: SiteOptions
    @Flag(name: .long, help: "Also what is done: delivered and cancelled parcels.") var all = false
    @OptionGroup var output: JSONOption

    func run() throws {
      let journal = try site.open().journal
      let studies = try journal.outboundStudies(in: .collecting) + journal.outboundStudies(in: .ready)
      let states = OutboundParcel.State.allCases.filter { all || ![.delivered, .cancelled].contains($0) }
      let parcels = try journal.outboundParcels(in: states)
      let sizes = try journal.outboundStudySizes()
      if output.json {
        return try printJSON(.array(studies.map { $0.json(sizes[$0.id]) } + parcels.map(\.json)))
      }
      var table = Table("ID", "STATE", "TO", "INSTANCES", "SIZE", "SINCE", "STUDY", "REASON")
      for study in studies {
        let size = sizes[study.id]
        table.add(
          study.id, study.state.rawValue, study.partner, "\(size?.instances ?? 0)", bytesInWords(size?.bytes ?? 0),
          ageInWords(since: study.since), study.study, study.reason)
      }
      for parcel in parcels {
        table.add(
          parcel.id, parcel.stateInWords, parcel.recipient, "\(parcel.instances)", bytesInWords(parcel.payloadBytes),
          ageInWords(since: parcel.since), parcel.study, parcel.reason)
      }
      table.print(orSay: "Nothing is on its way.")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show one study or parcel with its history.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "Its id, as the list shows it.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let journal = try site.open().journal
      var fields = Fields()
      let json: JSON
      if let parcel = try journal.outboundParcel(id) {
        json = parcel.json
        fields.add("parcel", parcel.id)
        fields.add("state", "\(parcel.stateInWords), for \(ageInWords(since: parcel.since))")
        fields.add("to", "\(parcel.recipient), number \(parcel.sequence)")
        fields.add("study", "\(parcel.study) (\(parcel.part))")
        fields.add("holds", "\(counted(parcel.instances, "instance")), \(bytesInWords(parcel.bytes))")
        fields.add("payload", bytesInWords(parcel.payloadBytes))
        fields.add("sealed", parcel.created)
        fields.add("attempts", "\(parcel.attempts)")
        fields.add("reason", parcel.reason)
      } else if let study = try journal.outboundStudy(id) {
        let size = try journal.outboundStudySizes()[id]
        json = study.json(size)
        fields.add("study", study.study)
        fields.add("state", "\(study.state.rawValue), for \(ageInWords(since: study.since))")
        fields.add("to", study.partner)
        fields.add("holds", "\(counted(size?.instances ?? 0, "instance")), \(bytesInWords(size?.bytes ?? 0))")
        fields.add("announced", study.expected.map { "\(counted($0, "instance")) by (0020,1208)" })
        fields.add("complete by", study.closedRule)
        fields.add("parcel", study.parcel)
        fields.add("reason", study.reason)
      } else {
        throw unknown(id)
      }
      let events = try journal.trace(id)
      let receipts = try journal.receipts(parcel: id)
      for receipt in receipts { fields.add("receipt", "\(receipt.status), at \(receipt.at)") }
      if output.json {
        guard case .object(var object) = json else { return }
        object["receipts"] = .array(
          receipts.map {
            .object([
              "status": .string($0.status), "at": .string($0.at), "document": .string($0.document),
              "signature": .string($0.signature),
            ])
          })
        object["events"] = .array(events.map(\.json))
        return try printJSON(.object(object))
      }
      fields.print()
      if !events.isEmpty { print() }
      var table = Table("WHEN", "WHAT", "DETAIL")
      for event in events { table.add(event.at, event.what, event.detail) }
      table.print()
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a refused or expired parcel again.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel.") var id: String

    func run() throws {
      let local = try site.open()
      try local.change(id, from: [.refused, .expired], to: "be sent again", event: "retry", "ordered it sent again") {
        for name in ParcelFolder.files {
          let file = local.spool[.outbound].appending(id).appending(name)
          guard try local.spool.disk.status(of: file)?.kind == .file else {
            throw Failure(
              .no, "\(file): it is not there any more, so the parcel cannot be sent again. Export the study again.")
          }
        }
      } change: { parcel in
        parcel.state = .sealed
        parcel.attempts = 0
        parcel.waited = 0
        parcel.resent = 0
        parcel.heldThere = false
        parcel.reason = nil
      }
      print("Parcel \(id) will be sent again. `studypost ship` does it.")
    }
  }

  struct Expedite: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a parcel before all others.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel.") var id: String

    func run() throws {
      try site.open().change(
        id, from: [.sealed], to: "be sent before others", event: "expedited", "ordered it sent before all others"
      ) {
        $0.urgent = true
        $0.attempts = 0
      }
      print("Parcel \(id) goes before all others.")
    }
  }

  struct Cancel: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Call back a parcel that is not shipped yet.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The parcel.") var id: String

    func run() throws {
      // The shipper removes its files, here and what was uploaded of it.
      try site.open().change(id, from: [.sealed], to: "be called back", event: "cancelled", "called it back") {
        $0.state = .cancelled
        $0.reason = "called back by \(Person.name)"
      }
      print("Parcel \(id) will not be sent. Its instances count as discarded.")
    }
  }
}

private func unknown(_ id: String) -> Failure {
  Failure(.no, "\(id): no study or parcel of the queue has this id. See: studypost queue list --all")
}

extension OutboundParcel {
  fileprivate var stateInWords: String {
    switch state {
    case .received where heldThere: "held by \(recipient)"
    case .sealed where urgent: "sealed, urgent"
    default: state.rawValue
    }
  }
}

extension LocalSite {
  /// Changes a parcel that is in one of these states, or says why not.
  fileprivate func change(
    _ id: String, from states: [OutboundParcel.State], to what: String, event: String, _ detail: String,
    check: () throws -> Void = {}, change: (inout OutboundParcel) -> Void
  ) throws {
    guard let parcel = try journal.outboundParcel(id) else {
      guard let study = try journal.outboundStudy(id), study.parcel == nil else { throw unknown(id) }
      throw Failure(.no, "Study \(id) is \(study.state.rawValue) and no parcel yet: only a parcel can \(what).")
    }
    if states.contains(parcel.state) {
      try check()
      let event = Event(
        event, site: parcel.recipient, study: parcel.study, parcel: id, "\(Person.name) \(detail).")
      if try journal.updateOutboundParcel(id, from: states, event: event, change: change) != nil { return }
    }
    let state = try journal.outboundParcel(id)?.state ?? parcel.state
    let needed = states.map(\.rawValue).joined(separator: " or ")
    throw Failure(.no, "Parcel \(id) is \(state.rawValue): only one that is \(needed) can \(what).")
  }
}
