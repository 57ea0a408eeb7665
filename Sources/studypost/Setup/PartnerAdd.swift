import ArgumentParser
import Installation
import Site
import Spool
import SystemPackage

/// `partner add`: from a card to a partner that can deliver here.
struct PartnerAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a partner by its card, after comparing the fingerprint by phone.",
    discussion: """
      At an installed site, as root, it also makes the account sp-PARTNER, the partner's mailbox and the file of its \
      authorised keys. Done once more with the same card, it mends what is missing of that.
      """)

  @OptionGroup var site: SiteOptions
  @Argument(help: "The partner's card.", completion: .file(extensions: ["toml"])) var file: String
  @Option(name: .customLong("alias"), help: "A name by which DICOM files call it; may be repeated.")
  var aliases: [String] = []
  @Flag(name: .long, help: "Do not ask: the fingerprint has been compared.") var yes = false
  @Flag(name: .long, help: "Give a partner that is known already this new card.") var replace = false

  func run() async throws {
    let configuration = try site.configuration()
    let installation = try Rights.installation(configuration, for: "add a partner", command: "partner add \(file)")
    let card = try readCard(FilePath(file))
    if let former = card.former, former.isTooLong(at: .now) {
      throw Failure(
        .badInput,
        "\(file): the card keeps former keys good until \(former.until), more than \(KeyRotation.longestDays) days from now. It "
          + "is not added: ask the partner by phone whether it is theirs, and for another one.")
    }
    let login = try installation.map { try PartnerLogin(of: card.site, at: $0) }
    var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
    let known = book[card.site]?.card
    let follows = known.map { card != $0 && card.follows($0) } ?? false
    if let known, known != card, !follows, !replace {
      throw Failure(
        .no,
        "\(card.site) is a partner already, with another card: \(known.fingerprint). Has it new keys, or is this card "
          + "false? Ask by phone, and give it the new card with --replace.")
    }
    show(card, for: configuration.site)
    if let known, follows {
      print("The key that you know vouches for this card: no call is needed. It changes:")
      var fields = Fields()
      for change in card.differences(from: known) { fields.add(change.key, "\(change.old) -> \(change.new)") }
      fields.add("until", card.former.map { "\($0.until): the former keys are accepted, too" })
      fields.print(indent: "  ")
    } else if known != card {
      try confirm(card)
    }
    // The services look for a partner's mailbox as soon as they know it.
    let steps = login?.steps(for: card) ?? []
    if let installation, Rights.canMake(installation) {
      let done = try await installation.perform(steps)
      for step in done { print("made: \(step.missing)") }
    } else {
      try Spool(configuration.spool, run: configuration.run).create(partner: card.site.text)
    }
    try book.add(card, aliases: aliases, replacing: true)
    if known != card {
      try site.desk().record(.partnerAdded(card.site, fingerprint: card.fingerprint, isKnown: known != nil))
    }
    tell(card, configuration, missing: installation?.missing(of: steps) ?? [], login: login)
  }

  private func show(_ card: PartnerCard, for owner: SiteName) {
    var fields = Fields()
    fields.add("site", card.site.text)
    fields.add("name", card.name)
    fields.add("contact", card.contact.isEmpty ? nil : card.contact)
    fields.add("server", "\(card.sftp.host):\(card.sftp.port), as \(card.sftp.user(for: owner))")
    fields.add("fingerprint", card.fingerprint)
    fields.print()
  }

  /// Asks whether the card is the partner's.
  private func confirm(_ card: PartnerCard) throws {
    if yes { return }
    guard Person.isPresent else {
      throw Failure(
        .no, "\(file): nobody can be asked here. Compare the fingerprint with the partner, then add it with --yes.")
    }
    guard Person.confirms("Does the partner read out the same fingerprint?") else {
      throw Failure(.no, "\(card.site) was not added.")
    }
  }

  private func tell(_ card: PartnerCard, _ configuration: Configuration, missing: [Step], login: PartnerLogin?) {
    let spool = Spool(configuration.spool, run: configuration.run)
    print(
      """
      \(card.site) is a partner.
        whatever is dropped in \(spool[.export].appending(card.site.text)) goes there,
        in \(spool[.export].appending(card.site.text).appending(Spool.urgentName)) at once
        what comes from there arrives in \(spool.mailbox(card.site.text).root)
      """)
    if !configuration.trust.contains(where: { $0.partner == card.site }) {
      print("  if its national numbers stand without their issuer: studypost partner trust \(card.site) --unqualified")
    }
    if login == nil {
      print(
        """
        That must be the SFTP home of the account sp-\(card.site), with the authorised key
        \(card.transportKey.line)
        """)
      if let former = card.former { print("and, until \(former.until), \(former.transportKey.line)") }
    } else if missing.isEmpty {
      print("  it logs in as sp-\(card.site). Try the way to it: studypost partner test \(card.site)")
    } else {
      print("It cannot deliver here before root has made what is missing (this site was not set up: studypost setup):")
      for command in missing.flatMap(\.commands) { print("  \(command)") }
    }
  }
}
