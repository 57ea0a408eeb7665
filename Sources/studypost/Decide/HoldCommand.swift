import ArgumentParser
import Journal
import Spool
import SystemPackage

/// `hold`: outbound studies that wait for a person.
struct HoldCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold", abstract: "Look at outbound studies that wait for a person, and decide about them.",
    subcommands: [List.self, Route.self, Discard.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the outbound studies that wait.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let journal = try site.open().journal
      let studies = try journal.outboundStudies(in: .held)
      let sizes = try journal.outboundStudySizes()
      if output.json { return try printJSON(.array(studies.map { $0.json(sizes[$0.id]) })) }
      var table = Table("ID", "INSTANCES", "SIZE", "SINCE", "STUDY", "REASON")
      for study in studies {
        let size = sizes[study.id]
        table.add(
          study.id, "\(size?.instances ?? 0)", bytesInWords(size?.bytes ?? 0), ageInWords(since: study.since),
          study.study, study.reason)
      }
      table.print(orSay: "No outbound study waits for a person.")
    }
  }

  struct Route: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Send a held study to a partner.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The hold's id.") var id: String
    @Option(name: .long, help: "The partner.") var to: String

    func run() throws {
      let local = try site.open()
      let partner = try partnerNamed(to, in: local.partners()).site.text
      let study = try local.heldStudy(id)
      if let twice = try local.contradiction(in: id) {
        throw Failure(
          .no,
          "Study \(id) holds the SOP Instance UID \(twice) with different contents, and must not be sent so. Have the "
            + "study corrected and exported again, and let this one go: studypost hold discard \(id) --reason TEXT")
      }
      let event = Event(
        "routed", site: partner, study: study.study, file: "hold/outbound/\(id)",
        "\(Person.name) sent it to \(partner).")
      let routed = try local.journal.updateOutboundStudy(id, from: [.held], event: event) {
        $0.state = .ready
        $0.partner = partner
        $0.routeRule = "manual"
        $0.routeValue = partner
        $0.reason = nil
        if $0.closedRule == nil { $0.closedRule = "manual" }
      }
      guard routed != nil else { throw notHeld(id) }
      print("Study \(id) goes to \(partner). `studypost collect` seals it.")
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a held study go: its files are removed from the spool.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The hold's id.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let local = try site.open()
      let reason = try outspoken(reason)
      let study = try local.heldStudy(id)
      let event = Event(
        "discarded", study: study.study, file: "hold/outbound/\(id)", "\(Person.name) let it go: \(reason)")
      let discarded = try local.journal.updateOutboundStudy(id, from: [.held], event: event) {
        $0.state = .discarded
        $0.reason = reason
      }
      guard discarded != nil else { throw notHeld(id) }
      print("Study \(id) is discarded. `studypost collect` removes its files.")
    }
  }
}

/// A reason that a person gave; an empty one is none.
func outspoken(_ reason: String) throws -> String {
  guard reason.contains(where: { !$0.isWhitespace }) else {
    throw Failure(.usage, "--reason must say something: it is kept with the decision.")
  }
  return Quoted.text(reason, limit: 1000)
}

private func notHeld(_ id: String) -> Failure {
  Failure(.no, "\(id): no held study has this id. See: studypost hold list")
}

extension LocalSite {
  fileprivate func heldStudy(_ id: String) throws -> OutboundStudy {
    guard let study = try journal.outboundStudy(id), study.state == .held else { throw notHeld(id) }
    return study
  }

  /// A SOP Instance UID that the study holds twice with different bytes.
  fileprivate func contradiction(in id: String) throws -> String? {
    var digests: [String: String] = [:]
    for instance in try journal.instances(outboundStudy: id) {
      guard let uid = instance.sopInstanceUID else { continue }
      if digests.updateValue(instance.sha256, forKey: uid).map({ $0 != instance.sha256 }) == true { return uid }
    }
    return nil
  }
}
