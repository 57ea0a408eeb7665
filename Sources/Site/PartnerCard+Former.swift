public import FoundationEssentials
public import Sealing

extension PartnerCard {
  /// The keys that a site had before those on its card. They stay good for a while, and the signature of the former signing
  /// key proves that whoever had them made the card: who knows them can take it without a call by phone.
  public struct Former: Hashable, Sendable {
    /// What the signature is for.
    static let namespace = "card@studypost"

    /// Signed the site's manifests and receipts.
    public var signingKey: SSHPublicKey
    /// Logged it in at its partners' SFTP servers.
    public var transportKey: SSHPublicKey
    /// Until when both are good: ISO 8601, UTC, whole seconds.
    public var until: String
    /// Of ``PartnerCard/successionText``, by the former signing key; armoured.
    public var signature: String

    /// Whether the keys are good at that time. A card that names a day far ahead has no say: who stole a key must not make it
    /// good for ever.
    public func isGood(at time: Date) -> Bool { ends(after: time) && !isTooLong(at: time) }

    /// Whether the end lies farther ahead than any site may set it.
    public func isTooLong(at time: Date) -> Bool {
      // A day more: the clocks of two sites differ.
      ends(after: time.addingTimeInterval(Double(KeyRotation.longestDays + 1) * 86400))
    }

    private func ends(after time: Date) -> Bool {
      (try? Date(until, strategy: .iso8601)).map { time < $0 } ?? false
    }
  }

  /// What the former signing key signs: all that the card says, and which keys it follows until when.
  var successionText: [UInt8] {
    let lines =
      ["studypost-card-succession/1"] + fields.map { "\($0.key) = \($0.value)" }
      + [
        "former.signing_key = \(former?.signingKey.line ?? "")",
        "former.transport_key = \(former?.transportKey.line ?? "")", "former.until = \(former?.until ?? "")",
      ]
    return Array(lines.map { $0 + "\n" }.joined().utf8)
  }

  /// The card of a site that changes its keys.
  ///
  /// - Parameters:
  ///   - keys: those that it had.
  ///   - until: as in ``Former/until``.
  func following(_ keys: Keys, until: String) throws -> PartnerCard {
    var card = self
    card.former = Former(
      signingKey: keys.signing.publicKey, transportKey: keys.transport.publicKey, until: until, signature: "")
    let signature = try SSHSignature.sign(card.successionText, namespace: Former.namespace, with: keys.signing)
    card.former?.signature = signature
    return card
  }

  /// Whether the former keys are those of a card that is known, and vouch for this one at that time.
  public func follows(_ known: PartnerCard, at time: Date = .now) -> Bool {
    guard let former, former.signingKey == known.signingKey, former.transportKey == known.transportKey,
      site == known.site, former.isGood(at: time)
    else { return false }
    return isVouchedFor
  }

  /// Whether the former key's signature holds.
  var isVouchedFor: Bool {
    guard let former else { return false }
    return
      (try? SSHSignature.verify(
        former.signature, of: successionText, namespace: Former.namespace, by: former.signingKey)) != nil
  }

  /// What is not the same on another card, each by its name on the card, with both values.
  public func differences(from other: PartnerCard) -> [(key: String, old: String, new: String)] {
    zip(other.fields, fields).filter { $0.value != $1.value }.map { ($1.key, $0.value, $1.value) }
  }

  /// Reads the table of a card; nil where there is none, or, after reports, where it is not in order.
  static func former(_ document: TableReader) -> Former? {
    let table = document.table("former")
    guard document.sets("former") else { return nil }
    for key in ["signing_key", "transport_key", "until", "signature"] {
      table.require(key, "A card of changed keys has it; ask the partner for the card again.")
    }
    let time = TextForm(name: "a time", remedy: "Ask the partner for the card again.") { text in
      text.utf8.count == 20 && (try? Date(text, strategy: .iso8601)) != nil ? text : nil
    }
    let signingKey = table.form("signing_key", .ownKey)
    let transportKey = table.form("transport_key", .ownKey)
    let until = table.form("until", time)
    let signature = table.string("signature")
    table.finish()
    guard let signingKey, let transportKey, let until, let signature else { return nil }
    return Former(signingKey: signingKey, transportKey: transportKey, until: until, signature: signature)
  }

  /// The table `[former]`.
  var formerTOML: String {
    guard let former else { return "" }
    // A literal string: the armour has no quotation mark.
    return """

      [former]
      signing_key = \(tomlString(former.signingKey.line))
      transport_key = \(tomlString(former.transportKey.line))
      until = \(tomlString(former.until))
      signature = '''
      \(former.signature.split(whereSeparator: \.isNewline).joined(separator: "\n"))
      '''

      """
  }
}

extension Partner {
  /// By whose keys what comes from there may be signed at present.
  public var signers: [SSHPublicKey] {
    [card.signingKey] + (card.former.flatMap { $0.isGood(at: .now) ? [$0.signingKey] : nil } ?? [])
  }
}
