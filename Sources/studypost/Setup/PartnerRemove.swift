import ArgumentParser
import Desk
import Installation
import Site

/// `partner remove`: an end to the exchange with a partner.
struct PartnerRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove a partner, and close its login. Its mailbox and drop folder stay as they are.",
    discussion: """
      Parcels that are on their way to it are not sent any more, and what arrived from it is not taken; they stay, and go on \
      if it is added again. The account is closed and not removed, so that nobody else gets what belongs to it.
      """)

  @OptionGroup var site: SiteOptions
  @Argument(help: "The partner's site.") var name: String
  @Flag(name: .long, help: "Even while something is not settled with it.") var force = false

  func run() async throws {
    let configuration = try site.configuration()
    let installation = try Rights.installation(
      configuration, for: "remove a partner", command: "partner remove \(name)")
    let desk = Desk(try LocalSite(configuration), actor: Person.actor)
    let (partner, open) = try desk.remove(partner: name, force: force)
    print("\(partner) is not a partner any more.")
    if let installation {
      let login = try PartnerLogin(of: partner, at: installation)
      for sentence in try await login.close() { print(sentence) }
    } else {
      print("Close its account sp-\(partner), if it has one.")
    }
    for sentence in open { print("Kept: \(sentence)") }
    print("Its mailbox \(desk.site.spool.mailbox(partner.text).root) stays until you remove it.")
  }
}
