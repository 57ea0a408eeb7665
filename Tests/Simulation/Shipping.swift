import Custody
import Executor
import FaultySpool
import Journal
import Parcel
import Spool
import SystemPackage

/// The shipper over the real operations of the journal: looks at the partner's mailbox, uploads, renames, writes down;
/// reads receipts and applies them. It mirrors `Shipper`'s order without connections, windows and pauses.
struct Shipping {
  let site: SimulatedSite
  let process: SimulatedProcess
  let world: World
  let partner: SimulatedSite
  private var journal: Journal { site.journal }
  private var spool: Spool { process.spool }

  /// So long without a receipt, and the shipper looks whether the parcel is still there.
  private static let unproven = 900.0
  private static let expires = 6 * 3600.0
  private static let ofDamage = ["digest", "signature", "manifest", "folder"]
  private static let ofLoss = "lost"

  // MARK: The link

  struct Cut: Error {}

  /// One request: it may be lost on its way there, or its answer on its way back.
  private func request<Answer>(_ body: (Disk) throws -> Answer) throws -> Answer {
    if process.system.isDead { throw Cut() }
    if world.linkFails() { throw Cut() }
    let answer = try body(Disk(partner.sshd))
    if world.linkFails() { throw Cut() }
    return answer
  }

  private var mailbox: Mailbox { partner.spool(partner.sshd).mailbox(site.name) }

  // MARK: Work

  /// One round: what is owed, receipts, what nobody proved, what waits.
  func look() throws {
    let executor = try process.executor(.init(withdraw: { parcel, _ in try withdraw(parcel) }))
    try journal.addWaiting(seconds: world.elapsed(site.name), recipient: partner.name)
    try executor.perform()
    try fetchReceipts()
    for parcel in try journal.unproven(recipient: partner.name, seconds: Self.unproven, limit: 10) {
      try prove(parcel)
    }
    for parcel in try journal.overdue(recipient: partner.name, seconds: Self.expires, limit: 10) {
      try journal.change(
        outboundParcel: parcel.id, by: .expired,
        event: Event("expired", site: partner.name, parcel: parcel.id, "It waited for too long."))
    }
    for parcel in try journal.shippable(recipient: partner.name, excluding: [], limit: 10) { try ship(parcel) }
  }

  private func withdraw(_ parcel: String) throws -> Bool {
    do {
      for folder in [mailbox.incoming, mailbox.new] { try request { try $0.removeTree(folder.appending(parcel)) } }
      return true
    } catch is Cut {
      return false
    }
  }

  private func prove(_ parcel: OutboundParcel) throws {
    let isThere = try request { try $0.status(of: mailbox.new.appending(parcel.id)) } != nil
    guard !isThere else {
      return try journal.note(outboundParcel: parcel.id) { $0.unproven = 0 }
    }
    try journal.change(
      outboundParcel: parcel.id, by: .vanished,
      event: Event("vanished", site: partner.name, parcel: parcel.id, "Nothing proves that it is there."))
  }

  private func ship(_ parcel: OutboundParcel) throws {
    let folder = spool[.outbound(parcel: parcel.id)]
    do {
      try SealedParcel.check(
        folder: folder, manifestDigest: parcel.manifestDigest, payloadBytes: parcel.payloadBytes,
        signer: site.keys.signing.publicKey, fully: parcel.deliveries > 0, disk: spool.disk)
    } catch let error as ParcelError where error.code == .damaged {
      try journal.change(
        outboundParcel: parcel.id, by: .damaged,
        event: Event("damaged", site: partner.name, parcel: parcel.id, "\(error)"))
      return
    }
    let incoming = mailbox.incoming.appending(parcel.id)
    let new = mailbox.new.appending(parcel.id)
    if try request({ try $0.status(of: new) }) == nil {
      try request { try $0.removeTree(incoming) }
      try request { disk throws in
        do { try disk.system.makeDirectory(Place(incoming), mode: 0o750) } catch { throw Cut() }
      }
      for name in ParcelFolder.files {
        var bytes = try spool.disk.readSmall(folder.appending(name), limit: 1 << 20)
        world.damage(&bytes)
        try request { try $0.note(bytes, in: incoming.appending(name)) }
      }
      guard try journal.outboundParcel(parcel.id)?.state == .sealed else {
        try request { try $0.removeTree(incoming) }
        return
      }
      try request { try $0.rename(incoming, to: new) }
    }
    try journal.change(
      outboundParcel: parcel.id, by: .shipped,
      event: Event("shipped", site: partner.name, parcel: parcel.id, "It lies in the mailbox.")
    ) {
      $0.deliveries += 1
      $0.unproven = 0
    }
  }

  // MARK: Receipts

  private func fetchReceipts() throws {
    let names = try request { try $0.names(of: mailbox.receipts) }
    var found: [String: [(receipt: Receipt, stored: StoredReceipt)]] = [:]
    for name in names {
      guard let (id, _) = Receipt.parse(name: name), try journal.outboundParcel(id.text) != nil else { continue }
      let path = mailbox.receipts.appending(name)
      let bytes: [UInt8]
      let signature: [UInt8]
      do {
        bytes = try request { try $0.readSmall(path, limit: Receipt.largest) }
        if try journal.isSettled(receipt: sha256(bytes)) { continue }
        signature = try request { try $0.readSmall(FilePath(path.string + ".sig"), limit: Receipt.largest) }
      } catch is SpoolError {
        continue
      }
      guard
        let receipt = try? Receipt(
          verifying: bytes, signature: signature, signer: partner.keys.signing.publicKey, file: path)
      else { continue }
      found[id.text, default: []].append(
        (
          receipt,
          StoredReceipt(
            digest: sha256(bytes), parcel: id.text, status: receipt.status.rawValue, at: receipt.at,
            document: String(decoding: bytes, as: UTF8.self), signature: String(decoding: signature, as: UTF8.self))
        ))
    }
    for (id, receipts) in found.sorted(by: { $0.key < $1.key }) {
      for (receipt, stored) in receipts.sorted(by: { $0.receipt.at < $1.receipt.at }) {
        guard let parcel = try journal.outboundParcel(id) else { continue }
        if try parcel.state == .delivered && !takesBack(receipt, parcel, names) { continue }
        if try isOutdated(receipt, parcel) { continue }
        try apply(receipt, stored, to: parcel)
      }
    }
  }

  /// Whether a receipt takes an import back: the one that said so is gone, and this one is later.
  private func takesBack(_ receipt: Receipt, _ parcel: OutboundParcel, _ names: [String]) throws -> Bool {
    guard !parcel.isPurged, !names.contains("\(parcel.id).imported.json"),
      !Self.ofDamage.contains(receipt.reason ?? "")
    else { return false }
    let last = try journal.receipts(parcel: parcel.id).last { $0.status == Receipt.Status.imported.rawValue }
    return last.map { receipt.at > $0.at } ?? true
  }

  /// Whether a receipt was written before the refusal that stands, or for which it is sent once more, and comes late.
  private func isOutdated(_ receipt: Receipt, _ parcel: OutboundParcel) throws -> Bool {
    guard [.received, .held].contains(receipt.status), let code = parcel.reasonCode,
      parcel.state == .refused && !Self.ofDamage.contains(code)
        || [.sealed, .shipped].contains(parcel.state) && code == Self.ofLoss
    else { return false }
    let refusal = try journal.receipts(parcel: parcel.id).last { $0.status == Receipt.Status.refused.rawValue }
    return refusal.map { receipt.at < $0.at } ?? false
  }

  private func apply(_ receipt: Receipt, _ stored: StoredReceipt, to parcel: OutboundParcel) throws {
    let isMine = receipt.manifest == parcel.manifestDigest
    let mayMend = receipt.reason == Self.ofLoss || Self.ofDamage.contains(receipt.reason ?? "")
    // What answers another manifest says at most that this one arrived damaged.
    guard isMine || receipt.status == .refused && mayMend else { return }
    let change: OutboundParcelChange
    switch receipt.status {
    case .received: change = .received
    case .held: change = .heldThere
    case .imported: change = .imported
    case .refused: change = mayMend && parcel.resent == 0 ? .resent : .refused
    }
    try journal.apply(
      [
        .init(
          stored, change,
          event: Event(
            receipt.status.rawValue, site: partner.name, study: parcel.study, parcel: parcel.id, "Says the partner.")
        ) {
          if change == .resent { $0.resent += 1 }
          $0.reasonCode = receipt.reason
        }
      ], to: parcel.id)
  }
}
