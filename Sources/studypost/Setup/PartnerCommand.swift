import ArgumentParser
import Desk
import Site
import Spool
import SystemPackage

/// `partner`: the sites that this one exchanges with.
struct PartnerCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partner", abstract: "Add, list, test and remove partners.",
    subcommands: [PartnerAdd.self, List.self, PartnerTest.self, PartnerRemove.self])

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
