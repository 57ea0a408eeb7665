public import FoundationEssentials
public import Sealing
public import Spool
internal import SystemPackage

/// A site's change of keys, in two steps, so that at no time a partner knows only keys that are not in use.
///
/// First the next keys are made, in `keys/next/`, and told to the partners by a card that the present signing key vouches for;
/// who has taken it accepts both. When all have, the next ones are put in use. What partners sealed for either opens the
/// whole time: `age.key` holds both.
///
/// Each step, interrupted and done once more, goes on.
public struct KeyRotation: Sendable {
  private let configuration: Configuration
  private let disk: Disk
  private var folder: FilePath { configuration.keys }
  private var next: FilePath { folder.appending("next") }
  /// What was put in use and is being removed.
  private var used: FilePath { folder.appending(".used") }
  private var untilFile: FilePath { next.appending("former-until") }
  private static let cardName = "former.toml"

  /// The rotation of a site's keys.
  public init(of configuration: Configuration, disk: Disk = Disk()) {
    self.configuration = configuration
    self.disk = disk
  }

  /// The longest that former keys may stay good with partners, in days.
  public static let longestDays = 90
  /// For how long a former age key still opens what partners sealed for it, from the end of the time for which it was good: a
  /// parcel may wait as long for a person there, and as long for one here.
  public static let keptDays = 90

  /// Whether next keys are made and not yet in use.
  public var isPrepared: Bool { disk.permissions(of: untilFile) != nil }

  /// Makes the next keys.
  ///
  /// - Parameter until: until when the present ones stay good with partners that have taken the card.
  /// - Returns: the card for the partners; the same one until the keys are put in use.
  /// - Throws: ``ConfigurationError``
  public func prepare(until: Date) throws -> PartnerCard {
    try disk.removeTree(used)
    let keys = try Keys.complete(next, for: configuration.site, disk: disk)
    let present = try Keys.load(folder, disk: disk)
    var ring = try AgeRing.read(folder, disk: disk)
    if ring.add(next: keys.age) { try write(ring) }
    if !isPrepared {
      let time = Date(timeIntervalSince1970: until.timeIntervalSince1970.rounded(.down)).formatted(.iso8601)
      try disk.write(time + "\n", to: untilFile, mode: .ownerReadWrite, replacing: true)
    }
    return try card(with: keys, after: present)
  }

  /// Puts the next keys in use. Those of before go, but for what opens and recognises what is on its way.
  ///
  /// - Returns: the site's card.
  /// - Throws: ``ConfigurationError``, also where no next keys were made.
  public func finish() throws -> PartnerCard {
    guard isPrepared else {
      throw ConfigurationError(next, "there are no next keys", "Make them first: studypost keys rotate")
    }
    try disk.removeTree(used)
    let keys = try Keys.load(next, disk: disk)
    // Done once more after an interruption, these may be the next ones already, and the private key another one.
    let signing = try KeyFolder(folder, credentials: nil, disk: disk).signers()
    let isHalfDone = signing.first == keys.signing.publicKey
    let card: PartnerCard
    if isHalfDone || disk.permissions(of: next.appending(Self.cardName)) != nil {
      let text = try disk.readText(
        next.appending(Self.cardName), limit: PartnerCard.sizeLimit, remedy: "Restore the keys.")
      card = try PartnerCard(parsing: text, file: next.appending(Self.cardName))
    } else {
      card = try self.card(with: keys, after: try Keys.load(folder, disk: disk))
      try disk.write(card.toml(), to: next.appending(Self.cardName), mode: .ownerReadWrite, replacing: true)
    }
    var ring = try AgeRing.read(folder, disk: disk)
    ring.use(keys.age, formerUntil: card.former?.until)
    try write(ring)
    try disk.write(card.toml(), to: folder.appending(Self.cardName), mode: .ownerReadWrite, replacing: true)
    let site = configuration.site
    let former = signing.filter { $0 != keys.signing.publicKey }
    for (name, key, others) in [("signing_ed25519", keys.signing, former), ("transport_ed25519", keys.transport, [])] {
      let comment = "studypost-\(name.prefix { $0 != "_" })@\(site)"
      let lines = ["\(key.publicKey.line) \(comment)"] + others.map { "\($0.line) former-\(comment)" }
      // The public half first: it alone may stand beside another private key, to be mended by doing this again.
      try disk.write(
        lines.map { $0 + "\n" }.joined(), to: folder.appending("\(name).pub"),
        mode: [.ownerReadWrite, .groupRead, .otherRead], replacing: true)
      try disk.write(
        key.openSSHPrivateKey(comment: comment), to: folder.appending(name), mode: .ownerReadWrite, replacing: true)
    }
    // At one stroke: what is left of the folder must never be taken for next keys.
    try disk.move(next, to: used)
    try disk.removeTree(used)
    return card
  }

  /// How many former age keys have been kept for as long as they must.
  public func overdue(at time: Date = .now) throws -> Int {
    try AgeRing.read(folder, disk: disk).overdue(at: time).count
  }

  /// Removes the former age keys that have been kept for as long as they must: who gets hold of the machine later cannot open
  /// with them what was recorded before.
  ///
  /// - Parameter isNeeded: whether something that lies here opens with this one alone.
  /// - Returns: how many are removed, and how many stay nevertheless since they are needed.
  /// - Throws: ``ConfigurationError``
  public func prune(
    at time: Date = .now, isNeeded: (_ former: AgeIdentity, _ others: [AgeIdentity]) throws -> Bool
  ) throws -> (removed: Int, needed: Int) {
    var ring = try AgeRing.read(folder, disk: disk)
    let overdue = ring.overdue(at: time)
    var removed = 0
    for identity in overdue {
      let others = ring.identities.filter { $0.text != identity.text }
      if try isNeeded(identity, others) { continue }
      ring.remove(identity)
      removed += 1
    }
    if removed > 0 { try write(ring) }
    return (removed, overdue.count - removed)
  }

  private func card(with keys: Keys, after present: Keys) throws -> PartnerCard {
    let until = try disk.readText(untilFile, limit: 100, remedy: "Make the next keys: studypost keys rotate")
    let partners = try PartnerBook.load(configuration.partners, owner: configuration.site, disk: disk)
    return try Site(configuration: configuration, keys: keys, partners: partners).card(disk: disk)
      .following(present, until: String(until.prefix { !$0.isNewline }))
  }

  private func write(_ ring: AgeRing) throws {
    try disk.write(ring.text, to: folder.appending(Keys.ageName), mode: .ownerReadWrite, replacing: true)
  }

  /// What the site's card says of the keys before, while they are good and vouch for the card as it is.
  static func former(of card: PartnerCard, in folder: FilePath, disk: Disk) -> PartnerCard.Former? {
    let file = folder.appending(cardName)
    guard let text = try? disk.readText(file, limit: PartnerCard.sizeLimit, remedy: ""),
      let known = try? PartnerCard(parsing: text, file: file), let former = known.former, former.isGood(at: .now)
    else { return nil }
    var card = card
    card.former = former
    return card.isVouchedFor ? former : nil
  }
}
