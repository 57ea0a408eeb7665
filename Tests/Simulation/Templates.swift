import FaultySpool
import Parcel
import Sealing
import Site
import Spool
import SystemPackage

/// What all schedules share: keys, cards and configurations of both sites, made once.
struct Templates {
  /// How a site is set up.
  struct Variant: Hashable {
    var layout: String
    var pickup: String
    var marker: String
  }

  let keys: [String: Keys]
  /// The text of the card that each site has of the other.
  let cards: [String: [UInt8]]
  private let configurations: [String: [Variant: Configuration]]

  static let names = ["ch1", "ch2"]
  static let variants = [
    Variant(layout: "study", pickup: "folder", marker: ""), Variant(layout: "study", pickup: "watch", marker: ".ok"),
    Variant(layout: "flat", pickup: "folder", marker: ".ok"), Variant(layout: "flat", pickup: "watch", marker: ""),
  ]

  func configuration(_ site: String, _ variant: Variant) -> Configuration? { configurations[site]?[variant] }

  init() throws {
    let disk = Disk(MemoryFileSystem(MemoryDisk()))
    var keys: [String: Keys] = [:]
    var configurations: [String: [Variant: Configuration]] = [:]
    for name in Self.names {
      guard let site = SiteName(name) else { continue }
      keys[name] = try Keys.create(FilePath("/\(name)/keys"), for: site, disk: disk)
      for (number, variant) in Self.variants.enumerated() {
        let file = FilePath("/\(name)/\(number).toml")
        try disk.write(Array(Self.text(name, variant).utf8), to: file)
        configurations[name, default: [:]][variant] = try Configuration.load(file, disk: disk)
      }
    }
    var cards: [String: [UInt8]] = [:]
    for (name, other) in [("ch1", "ch2"), ("ch2", "ch1")] {
      guard let owner = SiteName(name), let site = SiteName(other), let theirs = keys[other] else { continue }
      let folder = FilePath("/\(name)/partners")
      try disk.makeDirectory(folder)
      var book = try PartnerBook.load(folder, owner: owner, disk: disk)
      try book.add(
        PartnerCard(
          site: site, name: "Test hospital \(other)", contact: "nobody@\(other).example",
          signingKey: theirs.signing.publicKey, transportKey: theirs.transport.publicKey,
          encryptionKey: theirs.age.recipient,
          sftp: .init(host: "dicom.\(other).example", hostKey: theirs.transport.publicKey)))
      cards[name] = try disk.readSmall(folder.appending("\(other).toml"), limit: 1 << 16)
    }
    self.keys = keys
    self.cards = cards
    self.configurations = configurations
  }

  private static func text(_ site: String, _ variant: Variant) -> String {
    """
    site = "\(site)"
    spool = "/spool"
    journal = "/journal.sqlite"
    keys = "/etc/keys"
    partners = "/etc/partners"
    [[source]]
    path = "/export"
    [reconcile]
    source_issuers = ["NISS"]
    [import]
    path = "/import"
    layout = "\(variant.layout)"
    pickup = "\(variant.pickup)"
    marker = "\(variant.marker)"
    """
  }
}
