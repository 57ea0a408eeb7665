import ArgumentParser
import Desk
import Site
import Spool
import SystemPackage

/// `partner`: the sites that this one exchanges with.
struct PartnerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "Add, list, show, test and remove partners.",
    subcommands: [PartnerAdd.self, List.self, Show.self, PartnerTest.self, PartnerTrust.self, PartnerRemove.self])

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the partners.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let configuration = try site.configuration()
      let (book, problems) = try site.partners(of: configuration)
      let partners = book.partners
      for problem in problems { complain(problem.description) }
      if output.json { return try printJSON(.array(partners.map { $0.json(for: configuration.site) })) }
      var table = Table("SITE", "NAME", "SERVER", "ALIASES", "CONTACT", "FINGERPRINT")
      for partner in partners {
        let card = partner.card
        table.add(
          card.site.text, card.name, "\(card.sftp.user(for: configuration.site))@\(card.sftp.host):\(card.sftp.port)",
          partner.aliases.isEmpty ? nil : partner.aliases.joined(separator: ", "),
          card.contact.isEmpty ? nil : card.contact, card.fingerprint)
      }
      table.print(orSay: "There are no partners yet. Add one by its card: studypost partner add FILE")
    }
  }
}

extension PartnerCommand {
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one partner: its card, what is set for it here, and what is open with it.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The partner's site, or its beginning.") var name: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      let (partner, open, queued) = try desk.partnerCard(name)
      let owner = desk.site.configuration.site
      let trusted = desk.site.configuration.trust.first { $0.partner == partner.site }
      let proposals = try desk.trustProposals(for: partner.site.text)
      if output.json {
        guard case .object(var object) = partner.json(for: owner) else { return }
        object["open"] = JSON(open)
        object["queued"] = JSON(queued.items)
        object["trusted"] = JSON(trusted?.inWords ?? [])
        object["trust"] = .array(proposals.map(\.json))
        return try printJSON(.object(object))
      }
      let card = partner.card
      var fields = Fields()
      fields.add("site", card.site.text)
      fields.add("name", card.name)
      fields.add("contact", card.contact.isEmpty ? nil : card.contact)
      fields.add("fingerprint", card.fingerprint)
      fields.add("server", "\(card.sftp.user(for: owner))@\(card.sftp.host):\(card.sftp.port)\(card.sftp.directory)")
      fields.add("aliases", partner.aliases.isEmpty ? nil : partner.aliases.joined(separator: ", "))
      fields.add("at most", partner.rateLimit.map { "\(bytesInWords($0)) a second" })
      fields.add("window", partner.window?.texts.joined(separator: ", "))
      fields.add(
        "uploads",
        "\(counted(partner.streams, "connection")) at most, \(bytesInWords(Int64(partner.inFlight))) in flight on each")
      fields.add("former keys", card.former.map { "good until \($0.until)" })
      fields.add("queued", "\(counted(queued.items, "parcel")), \(bytesInWords(queued.bytes))")
      for sentence in trusted?.inWords ?? [] { fields.add("trusted", "national numbers \(sentence)") }
      for sentence in open { fields.add("open", sentence) }
      fields.print()
      for proposal in proposals { proposal.print(for: site) }
    }
  }
}

/// A card that somebody sent: what is wrong with it is no fault of this site's configuration.
func readCard(_ path: FilePath) throws -> PartnerCard {
  do {
    return try PartnerCard.load(path)
  } catch let error as ConfigurationError {
    for problem in error.problems.dropLast() { complain(problem.description) }
    throw Failure(.badInput, error.problems.last?.description ?? "\(path): it is no card.")
  }
}

extension Partner {
  fileprivate func json(for site: SiteName) -> JSON {
    [
      "site": JSON(card.site.text), "name": JSON(card.name), "contact": JSON(card.contact),
      "aliases": JSON(aliases), "fingerprint": JSON(card.fingerprint), "host": JSON(card.sftp.host),
      "port": JSON(card.sftp.port), "user": JSON(card.sftp.user(for: site)), "directory": JSON(card.sftp.directory),
      "signing_key": JSON(card.signingKey.line), "transport_key": JSON(card.transportKey.line),
      "encryption_key": JSON(card.encryptionKey.text),
    ]
  }
}
