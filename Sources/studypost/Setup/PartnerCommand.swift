import ArgumentParser
import Desk
import Site
import Spool
import SystemPackage

/// `partner`: the sites that this one exchanges with.
struct PartnerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "Add, list, test and remove partners.",
    subcommands: [Add.self, List.self, PartnerTest.self, Remove.self])

  struct Add: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Add a partner by its card, after comparing the fingerprint by phone.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The partner's card.", completion: .file(extensions: ["toml"])) var file: String
    @Option(name: .customLong("alias"), help: "A name by which DICOM files call it; may be repeated.")
    var aliases: [String] = []
    @Flag(name: .long, help: "Do not ask: the fingerprint has been compared.") var yes = false
    @Flag(name: .long, help: "Give a partner that is known already this new card.") var replace = false

    func run() throws {
      let configuration = try site.configuration()
      let card = try readCard(FilePath(file))
      var book = try PartnerBook.load(configuration.partners, owner: configuration.site)
      if let known = book[card.site]?.card, known != card, !replace {
        throw Failure(
          .no,
          "\(card.site) is a partner already, with another card: \(known.fingerprint). Has it new keys, or is this card "
            + "false? Ask by phone, and give it the new card with --replace.")
      }
      var fields = Fields()
      fields.add("site", card.site.text)
      fields.add("name", card.name)
      fields.add("contact", card.contact.isEmpty ? nil : card.contact)
      fields.add("server", "\(card.sftp.host):\(card.sftp.port), as \(card.sftp.user(for: configuration.site))")
      fields.add("fingerprint", card.fingerprint)
      fields.print()
      if !yes {
        guard Person.isPresent else {
          throw Failure(
            .no, "\(file): nobody can be asked here. Compare the fingerprint with the partner, then add it with --yes.")
        }
        guard Person.confirms("Does the partner read out the same fingerprint?") else {
          throw Failure(.no, "\(card.site) was not added.")
        }
      }
      try book.add(card, aliases: aliases, replacing: true)
      let spool = Spool(configuration.spool, run: configuration.run)
      try spool.create(partner: card.site.text)
      print(
        """
        \(card.site) is a partner.
          whatever is dropped in \(spool[.export].appending(card.site.text)) goes there
          what comes from there arrives in \(spool.mailbox(card.site.text).root):
          that must be the SFTP home of the account sp-\(card.site), with the authorised key
          \(card.transportKey.line)
        """)
    }
  }

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the partners.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let configuration = try site.configuration()
      let (book, problems) = try PartnerBook.read(configuration.partners, owner: configuration.site)
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

  struct Remove: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove a partner. Its mailbox and drop folder stay as they are.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The partner's site.") var name: String
    @Flag(name: .long, help: "Even while parcels are open.") var force = false

    func run() throws {
      let desk = try site.desk()
      let partner = try desk.remove(partner: name, force: force)
      print(
        """
        \(partner) is not a partner any more.
        Close its account sp-\(partner); its mailbox \(desk.site.spool.mailbox(partner.text).root) stays until you \
        remove it.
        """)
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
