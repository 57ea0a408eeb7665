internal import Custody
internal import Journal
internal import Parcel
internal import SFTP
internal import Spool
internal import SystemPackage

/// A receipt whose signature holds.
struct TakenReceipt {
  let receipt: Receipt
  let stored: StoredReceipt
  /// It answers the manifest that was sent, and not one that was damaged on the way.
  let answersOurManifest: Bool
}

extension PartnerWorker {
  /// Up to so many parcels are asked for by the names of their receipts; for more the folder is listed.
  private static let few = 64
  /// So many names are listed together.
  private static let portion = 1000
  /// If so many receipts do not hold, it is no accident of timing.
  private static let mostDoubts = 1000
  private static let mostPauses = 20

  /// Looks for receipts of parcels that are on their way, and applies those that hold.
  ///
  /// Refused parcels are among them: a person there may take the refusal back.
  func takeReceipts() throws {
    let start = ContinuousClock.now
    let parcels = try journal.awaitingReceipts(recipient: name, limit: Self.few + 1)
    if lookBack.isDue { try lookBackAtDelivered() }
    if parcels.isEmpty { return receipts.nothingExpected() }
    let mailbox = try mailbox()
    if parcels.count <= Self.few {
      for parcel in parcels where !stop.isRequested { try takeReceipts(of: parcel, from: mailbox) }
    } else {
      try takeListedReceipts(from: mailbox)
    }
    try partnerWorks()
    receipts.taken(since: start)
  }

  /// Takes receipts in the order in which the partner's folder lists them.
  private func takeListedReceipts(from mailbox: RemoteMailbox) throws {
    try forEachPortion(in: mailbox) { found in
      for parcel in try journal.awaitingReceipts(Set(found.keys), recipient: name) {
        guard let statuses = found[parcel.id], !Self.news(for: parcel.state).isDisjoint(with: statuses) else {
          continue
        }
        try takeReceipts(of: parcel, from: mailbox)
        if stop.isRequested { return }
      }
    }
  }

  /// Lists receipts in portions: others' receipts, and old ones, may lie there by the hundred thousand.
  private func forEachPortion(
    in mailbox: RemoteMailbox, _ body: ([String: Set<Receipt.Status>]) throws -> Void
  ) throws {
    guard let listing = try openReceipts(in: mailbox) else { return }
    defer { listing.close() }
    while !stop.isRequested {
      let entries = try listing.next(Self.portion)
      if entries.isEmpty { return }
      var found: [String: Set<Receipt.Status>] = [:]
      for entry in entries {
        guard let receipt = Receipt.parse(name: entry.name) else { continue }
        found[receipt.parcel.text, default: []].insert(receipt.status)
      }
      try body(found)
      context.heartbeat.beat("shipping")
    }
  }

  /// A person there may take an import back: then the receipt that says `imported` is gone, and another one counts. For as
  /// long as a delivered parcel is kept here that can be told, and the study be sent again.
  ///
  /// That the partner cannot be reached now is no matter: nothing waits for it.
  private func lookBackAtDelivered() throws {
    defer { lookBack.taken() }
    guard try journal.hasDelivered(recipient: name) else { return }
    do {
      let mailbox = try mailbox()
      try forEachPortion(in: mailbox) { found in
        let taken = found.filter { !$0.value.contains(.imported) && !$0.value.isDisjoint(with: [.held, .refused]) }
        if taken.isEmpty { return }
        for parcel in try journal.delivered(Set(taken.keys), recipient: name) {
          try takeReceipts(of: parcel, from: mailbox)
        }
      }
    } catch let error as SFTPError {
      disconnect()
      logger.debug("Nobody can look back at what was delivered: \(Quoted.text("\(error)"))")
    }
  }

  /// - Returns: nil where the partner's server does not let them be listed: people are told, and parcels go on.
  private func openReceipts(in mailbox: RemoteMailbox) throws -> (any RemoteListing)? {
    do {
      let listing = try mailbox.files.openDirectory(mailbox.receipts())
      try journal.settle(alert: ShipAlert.receipts.key(name))
      return listing
    } catch let error as SFTPError {
      if error.code == .notFound { throw mailbox.missing(cause: error) }
      guard Failure(error) == .parcel else { throw error }
      logger.warning("Receipts cannot be listed.", metadata: ["reason": "\(Quoted.text("\(error)"))"])
      try context.raise(ShipAlert.receipts(of: name, "\(error)"))
      return nil
    }
  }

  /// What may be new of a parcel in this state.
  private static func news(for state: OutboundParcelState) -> Set<Receipt.Status> {
    switch state {
    case .sealed, .shipped: [.received, .held, .imported, .refused]
    case .received: [.held, .imported, .refused]
    case .held: [.imported, .refused]
    case .refused: [.received, .held, .imported]
    case .expired, .damaged: [.imported]
    case .delivered: [.held, .refused]
    case .cancelled, .discarded: []
    }
  }

  /// Takes the receipts of one parcel, by their names, and applies those that hold.
  func takeReceipts(of parcel: OutboundParcel, from mailbox: RemoteMailbox) throws {
    let taken = try Receipt.Status.allCases.filter(Self.news(for: parcel.state).contains).compactMap { status in
      try read(status, of: parcel, from: mailbox)
    }
    try apply(taken, to: parcel)
  }

  /// Reads a receipt and checks it; one that does not hold is told of once.
  private func read(
    _ status: Receipt.Status, of parcel: OutboundParcel, from mailbox: RemoteMailbox
  ) throws -> TakenReceipt? {
    let file = "\(parcel.id).\(status.rawValue).json"
    let path = mailbox.receipts(file)
    do {
      guard let bytes = try mailbox.readIfThere(path, limit: Receipt.largest) else { return nil }
      let signature = try mailbox.files.read("\(path).sig", limit: Receipt.largest)
      let taken = try check(bytes, signature, file: file, of: parcel)
      doubts.remove(file)
      return taken
    } catch let error where error is ParcelError || error is SFTPError && Failure(error) == .parcel {
      guard !doubts.contains(file), doubts.count < Self.mostDoubts else {
        try ignore(file, of: parcel, "\(error)")
        return nil
      }
      doubts.insert(file)
      // Receipt and signature are two files: it may just be half replaced.
      if doubts.count <= Self.mostPauses { stop.wait(.milliseconds(200)) }
      return try read(status, of: parcel, from: mailbox)
    }
  }

  private func check(
    _ bytes: [UInt8], _ signature: [UInt8], file: String, of parcel: OutboundParcel
  ) throws -> TakenReceipt {
    let receipt = try Receipt(
      verifying: bytes, signature: signature, signer: partner.signers, file: FilePath(file))
    guard receipt.recipient == name else {
      throw ParcelError(.receipt, FilePath(file), "names another recipient than \(name).")
    }
    let answersOurManifest = receipt.manifest == parcel.manifestDigest
    // Only a refusal may name another: the manifest was damaged on the way.
    guard answersOurManifest || receipt.status == .refused else {
      throw ParcelError(.receipt, FilePath(file), "is for another manifest than the one that was sent.")
    }
    return TakenReceipt(
      receipt: receipt,
      stored: StoredReceipt(
        digest: sha256(bytes), parcel: parcel.id, status: receipt.status.rawValue, at: receipt.at,
        document: String(decoding: bytes, as: UTF8.self), signature: String(decoding: signature, as: UTF8.self)),
      answersOurManifest: answersOurManifest)
  }

  /// Tells, once, of a receipt that does not hold.
  private func ignore(_ file: String, of parcel: OutboundParcel, _ why: String) throws {
    let place = "receipts/\(file)"
    let text = Quoted.text(why)
    try context.raise(ShipAlert.receipt(parcel, text))
    let known = try journal.events(parcel: parcel.id)
    if known.contains(where: { $0.what == "receipt-ignored" && $0.file == place }) { return }
    let detail = "A receipt does not hold, and is ignored: \(text)"
    try journal.record(
      Event("receipt-ignored", site: name, study: parcel.study, parcel: parcel.id, file: place, detail))
    logger.warning("\(detail)", metadata: ["parcel": "\(parcel.id)"])
  }
}
