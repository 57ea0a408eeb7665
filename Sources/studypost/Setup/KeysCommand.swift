import ArgumentParser
import Desk
import Foundation
import Installation
import Site
import Spool

/// `keys`: the site's own keys.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys", abstract: "Change the site's keys.", subcommands: [Rotate.self, Prune.self])

  struct Rotate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Make new keys, tell the partners by a card that the present key vouches for, then use them.",
      discussion: """
        Without an option it makes the next keys and prints the card for the partners, who add it without a call by phone; \
        this site goes on with its present keys. When all partners have added it: keys rotate --finish. From then on the \
        next keys are used; partners accept the former ones until the day that stands on the card, and what is on its way \
        opens in either case. If a key may be in wrong hands, do not rotate: what it signs cannot be trusted. Make new keys \
        as the page Recovering of the handbook has it, and let partners add the card with --replace, by phone.
        """)

    @OptionGroup var site: SiteOptions
    @Option(name: .long, help: "For so many days the present keys stay good with partners that have the card.")
    var days = 30
    @Flag(name: .long, help: "Use the next keys from now on: all partners have added the card.") var finish = false

    func validate() throws {
      let days = 1...KeyRotation.longestDays
      if !days.contains(self.days) {
        throw ValidationError("--days must be \(days.lowerBound) to \(days.upperBound): partners accept no more.")
      }
    }

    func run() async throws {
      let configuration = try site.configuration()
      let installation = try Rights.installation(configuration, for: "change the keys", command: "keys rotate")
      let rotation = KeyRotation(of: configuration)
      let desk = try site.desk()
      if finish { return try await use(rotation, installation, desk) }
      let isNew = !rotation.isPrepared
      let card = try rotation.prepare(until: Date.now.addingTimeInterval(Double(days) * 86400))
      if isNew { try desk.record(.keysPrepared(until: card.former?.until ?? "now")) }
      print(card.toml(), terminator: "")
      writeToStandardError(
        """
        fingerprint: \(card.fingerprint)
        Send this card to each partner, to be added by \(card.former?.until ?? "then"): studypost partner add FILE
        When all have, use the keys: studypost keys rotate --finish\(site.inCommands)

        """)
      // What is sealed for the next key opens from now on.
      try await KeysCommand.restart(installation)
    }

    private func use(_ rotation: KeyRotation, _ installation: Installation?, _ desk: Desk) async throws {
      let card = try rotation.finish()
      try desk.record(.keysChanged)
      print("The new keys are in use. Partners accept the former ones until \(card.former?.until ?? "now").")
      try await KeysCommand.restart(installation)
    }

  }

  struct Prune: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Remove former age keys that nothing may still be sealed for.",
      discussion: """
        A former key opens parcels for \(KeyRotation.keptDays) days after partners have stopped using it, and longer while \
        something in the spool opens with it alone.
        """)

    @OptionGroup var site: SiteOptions

    func run() async throws {
      let configuration = try site.configuration()
      let installation = try Rights.installation(configuration, for: "remove keys", command: "keys prune")
      let (removed, needed) = try site.desk().pruneKeys()
      print(removed == 0 ? "No key is removed." : "\(counted(removed, "former key")) removed.")
      if needed > 0 {
        print("\(counted(needed, "former key")) overdue and kept: a parcel in the spool opens with nothing else.")
      }
      if removed > 0 { try await KeysCommand.restart(installation) }
    }
  }

  /// Services get their keys when they start.
  fileprivate static func restart(_ installation: Installation?) async throws {
    guard installation != nil, Installation.isManaged else {
      return writeToStandardError("Services that run have the keys of their start: start them again now.\n")
    }
    try await Installation.restartServices()
  }
}
