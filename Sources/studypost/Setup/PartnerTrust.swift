import ArgumentParser
import DICOM
import Desk
import Installation
import Reconciliation
import Site
import Spool
import SystemPackage

/// `partner trust`: where a partner's studies hold their national numbers.
struct PartnerTrust: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trust", abstract: "Trust national numbers of a partner's studies where they stand without saying so.",
    discussion: """
      A number counts by itself where its issuer is the scheme's own: its OID, or a name such as NISS. What else counts in a \
      partner's studies is told here, once, and stands in [[trust]] of the configuration; to trust less, change it there. \
      Nothing is trusted by itself. Without an option it shows what is trusted, and what the last studies would make of it. \
      Studies that wait are decided again.
      """)

  @OptionGroup var site: SiteOptions
  @Argument(help: "The partner's site.") var name: String
  @Option(name: .customLong("issuer"), help: "An issuer, by its OID or its name as in (0010,0021); may be repeated.")
  var issuers: [String] = []
  @Flag(name: .long, help: "A valid number in Patient ID (0010,0020) without an issuer counts.") var unqualified = false
  @Option(
    name: .customLong("place"),
    help: "A further element, or a path to it, in which a valid number without an issuer counts; may be repeated.")
  var places: [String] = []
  @Option(name: .long, help: "Why, for the journal.") var reason: String?

  func run() async throws {
    let configuration = try site.configuration()
    let wanted = !issuers.isEmpty || unqualified || !places.isEmpty
    guard wanted else { return try show(configuration) }
    let installation = try Rights.installation(
      configuration, for: "change what is trusted", command: "partner trust \(name)")
    let partner = try partner(configuration)
    if let wrong = issuers.first(where: { !Trust.isIssuer($0) }) {
      throw Failure(.usage, "“\(Quoted.text(wrong, limit: 80))” names no issuer. Nothing was changed.")
    }
    let rule = Trust(
      partner: partner, issuers: issuers, unqualified: unqualified, places: try places.map { try TagPath(place: $0) })
    let desk = try site.desk()
    let disk = Disk()
    let file = configuration.file
    guard try disk.status(of: file)?.kind == .file else {
      throw Failure(.no, "\(file): it is a link. Write this into the file that it leads to:\n\(rule.toml)")
    }
    let text = String(decoding: try disk.readSmall(file, limit: 1 << 20, followingLink: false), as: UTF8.self)
    guard
      let changed = try Configuration.text(
        text, trusting: rule, note: "By studypost partner trust, for \(desk.actor.name)", as: file)
    else { return print("All of that is trusted already.") }
    _ = try Site.write(configuration: changed.text, to: file, disk: disk)
    if let installation { try await installation.perform(installation.steps) }
    try desk.record(.trusted(changed.rule, reason: reason))
    tell(changed.rule, configuration)
    if installation != nil, Installation.isManaged {
      do {
        try await Installation.reloadServices()
        return print("The services have taken it up.")
      } catch {
        complain("\(error)")
      }
    }
    print("Services that run take it up by SIGHUP: systemctl reload studypost-collect studypost-ship studypost-receive")
  }

  private func partner(_ configuration: Configuration) throws -> SiteName {
    let known = try site.partners(of: configuration).book.partners.map(\.site)
    if let partner = known.first(where: { $0.text == name }) { return partner }
    throw Failure(
      .no,
      "\(Quoted.text(name, limit: 80)) is not a partner. "
        + (known.isEmpty ? "There are none." : "Partners are: \(known.map(\.text).joined(separator: ", ")).")
        + " Nothing was changed.")
  }

  private func show(_ configuration: Configuration) throws {
    let partner = try partner(configuration)
    let rule = configuration.trust.first { $0.partner == partner } ?? Trust(partner: partner)
    tell(rule, configuration)
    for proposal in try site.desk().trustProposals(for: partner.text) { proposal.print(for: site) }
  }

  private func tell(_ rule: Trust, _ configuration: Configuration) {
    let schemes = configuration.reconcile.schemes.map(\.name).joined(separator: " or ")
    guard !rule.isEmpty else {
      return print("Of \(rule.partner) a \(schemes) counts only where its issuer is the scheme's own.")
    }
    print("Of \(rule.partner) a valid \(schemes) also counts:")
    for line in rule.inWords { print("  \(Quoted.text(line, limit: 300))") }
  }
}

extension TagPath {
  /// A further element that a person named.
  fileprivate init(place text: String) throws {
    guard let path = try? TagPath(text), !path.endsWithItems else {
      throw Failure(
        .usage,
        "\(Quoted.text(text, limit: 80)) is not a DICOM element. Write for example \"(0010,4000)\" or "
          + "\"(0040,0275)[*].(0040,1001)\". Nothing was changed.")
    }
    self = Tag(text).map(TagPath.init) ?? path
  }
}

extension Desk.TrustProposal {
  /// What the studies show, and the command that makes the rule.
  func print(for site: SiteOptions) {
    for line in wrapped(sentence, width: Terminal.width, indent: "") { Swift.print(Quoted.text(line, limit: 1000)) }
    Swift.print("  \(commandLine(["studypost"] + arguments))\(site.inCommands)")
  }

  /// For programs.
  var json: JSON {
    [
      "partner": JSON(rule.partner.text), "issuers": JSON(rule.issuers), "unqualified": JSON(rule.unqualified),
      "places": JSON(rule.places.map(\.description)), "studies": JSON(finding.studies), "valid": JSON(finding.valid),
      "agreeing": JSON(finding.agreeing), "contradicting": JSON(finding.contradicting), "sentence": JSON(sentence),
      "command": JSON(arguments),
    ]
  }
}
