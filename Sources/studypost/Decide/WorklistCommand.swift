import ArgumentParser
import Journal
import NationalID
import Reconciliation
import Site

/// `worklist`: inbound studies that wait for a person.
struct WorklistCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "worklist", abstract: "Look at inbound studies that wait for a person, and decide about them.",
    subcommands: [List.self, Show.self, Accept.self, Reject.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the inbound studies that wait.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let parcels = try site.open().journal.inboundParcels(in: [.held])
      if output.json { return try printJSON(.array(parcels.map(\.json))) }
      var table = Table("ID", "FROM", "INSTANCES", "SIZE", "SINCE", "STUDY", "REASON")
      for parcel in parcels {
        table.add(
          parcel.id, parcel.sender, "\(parcel.instances)", bytesInWords(parcel.bytes),
          ageInWords(since: parcel.since), parcel.study,
          parcel.order.map { "\($0) is ordered and about to be carried out" } ?? parcel.reason)
      }
      table.print(orSay: "No inbound study waits for a person.")
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what the sender says against the local patients, field by field.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let local = try site.open()
      let parcel = try local.heldParcel(id)
      let contact = (try? local.partners())?.partners.first { $0.site.text == parcel.sender }?.card.contact
      if output.json {
        guard case .object(var object) = parcel.json else { return }
        object["decision"] = JSON(parsing: parcel.decision)
        object["contact"] = JSON(contact)
        return try printJSON(.object(object))
      }
      WorklistCard(parcel, contact: contact).print()
      print(
        """

        To decide (studypost patients find TEXT finds local patients):
          studypost worklist accept \(id)\(site.inCommands) --patient LOCALID --reason TEXT
          studypost worklist reject \(id)\(site.inCommands) --reason TEXT
        """)
    }
  }

  struct Accept: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Give the study to a local patient.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist.") var id: String
    @Option(name: .customLong("patient"), help: "The patient's local number.") var localID: String
    @Option(name: .long, help: "Why, for the journal: needed where anything disagrees.") var reason: String?

    func run() throws {
      let local = try site.open()
      let reason = try reason.map(outspoken)
      let parcel = try local.heldParcel(id)
      guard let patient = try local.journal.patient(localID: localID) else {
        throw Failure(.no, "\(localID): the index has no patient with this number. See: studypost patients find TEXT")
      }
      guard patient.active else {
        throw Failure(
          .no, "\(localID): this patient's record is not active; it may have been merged. Choose the one that is.")
      }
      let disagreements = local.disagreements(parcel, with: patient)
      guard disagreements.isEmpty || reason != nil else {
        for disagreement in disagreements { complain(disagreement) }
        throw Failure(.usage, "Not everything agrees: say with --reason why it is this patient's study nevertheless.")
      }
      try local.order(
        "accept", patient: localID, id,
        Event(
          "accepted", site: parcel.sender, study: parcel.study, parcel: id, patient: localID,
          "\(Person.name) gave it to patient \(localID): \(reason ?? "everything agrees")"))
      print("Study \(parcel.study ?? id) goes to patient \(localID). `studypost receive` imports it.")
    }
  }

  struct Reject: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Refuse the study; the sender is told.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let local = try site.open()
      let reason = try outspoken(reason)
      let parcel = try local.heldParcel(id)
      try local.order(
        "reject", reason: "rejected by \(Person.name): \(reason)", id,
        Event(
          "rejected", site: parcel.sender, study: parcel.study, parcel: id, "\(Person.name) rejected it: \(reason)"))
      print("Study \(parcel.study ?? id) is rejected. `studypost receive` tells \(parcel.sender).")
    }
  }
}

extension LocalSite {
  fileprivate func heldParcel(_ id: String) throws -> InboundParcel {
    guard let parcel = try journal.inboundParcel(id), parcel.state == .held else {
      throw Failure(.no, "\(id): no study of the worklist has this id. See: studypost worklist list")
    }
    guard parcel.order == nil else {
      throw Failure(.no, "\(id): it is decided already, and `studypost receive` is about to carry it out.")
    }
    return parcel
  }

  /// Leaves an order for the receiver, which carries it out.
  fileprivate func order(
    _ order: String, patient: String? = nil, reason: String? = nil, _ id: String, _ event: Event
  ) throws {
    guard try journal.order(order, patient: patient, reason: reason, parcel: id, event: event) != nil else {
      throw Failure(.no, "\(id): somebody else decided meanwhile. See: studypost trace \(id)")
    }
  }

  /// Everything that speaks against this patient, or that the policy could not settle.
  fileprivate func disagreements(_ parcel: InboundParcel, with patient: Patient) -> [String] {
    guard let decision = Decision(of: parcel) else { return ["What the sender says was not held against the index."] }
    // What is held although the decision has nothing against it is held for what the parcel's own reason says.
    let reasons = decision.reasons.isEmpty ? [parcel.reason].compactMap(\.self) : decision.reasons.map(\.sentence)
    guard !decision.candidates.contains(where: { $0.patient == patient }),
      let scheme = NationalIDScheme.named(configuration.reconcile.nationalID)
    else { return reasons }
    // A patient whom the policy did not look at.
    let policy = MatchingPolicy(scheme: scheme, thresholds: decision.thresholds)
    let fields = decision.identities
      .flatMap { policy.compare($0, identifier: decision.identifier, with: patient).comparisons }
      .filter { !$0.agrees }
    return reasons
      + fields.map {
        "\($0.field.rawValue): the sender has \($0.sender ?? "nothing"), patient \(patient.localID) "
          + "\($0.local ?? "nothing")."
      }
  }
}

extension Decision {
  /// The decision that the receiver left with a parcel.
  init?(of parcel: InboundParcel) {
    guard let text = parcel.decision, let decision = try? decoded(text) else { return nil }
    self = decision
  }
}
