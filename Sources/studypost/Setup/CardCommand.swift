import ArgumentParser
import Site

/// `card`: what partners need to know of this site.
struct CardCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "card", abstract: "Print this site's card for its partners, and its fingerprint for the phone.",
    discussion: "The card goes to standard output, the fingerprint to standard error.")

  @OptionGroup var site: SiteOptions

  func run() throws {
    let card = try Site.open(site.configuration().file).card()
    print(card.toml(), terminator: "")
    writeToStandardError("fingerprint: \(card.fingerprint)\n")
  }
}
