internal import Custody
public import FoundationEssentials
internal import Journal
internal import Parcel
internal import Sealing
internal import Site
internal import Spool
internal import SystemPackage

extension Desk {
  /// Removes the former age keys that have been kept for as long as they must, and that nothing in the spool needs.
  ///
  /// - Returns: how many are removed, and how many stay nevertheless since a parcel opens with nothing else.
  public func pruneKeys(at time: Date = .now) throws -> (removed: Int, needed: Int) {
    let rotation = KeyRotation(of: configuration, disk: spool.disk)
    guard try rotation.overdue(at: time) > 0 else { return (0, 0) }
    let payloads = try payloadsHere()
    let outcome = try rotation.prune(at: time) { former, others in
      payloads.contains { needs($0, former, besides: others) }
    }
    if outcome.removed > 0 {
      try journal.record(
        Event("keys-pruned", by: actor.name, "\(actor.name) removed \(counted(outcome.removed, "former age key"))."))
    }
    return outcome
  }

  /// Every sealed payload that a partner sent and that lies here.
  private func payloadsHere() throws -> [FilePath] {
    // In the order in which parcels go: one that is moved meanwhile is seen here or there.
    let places = [spool[.mailbox], spool[.received], spool[.quarantine]]
    return try places.flatMap { place in
      try spool.disk.files(below: place, limit: .max) { _ in false }.map(\.path)
    }.filter { $0.lastComponent?.string == ParcelFolder.payload }
  }

  /// Whether a payload opens with this identity alone. Of one that is moved at this moment nobody knows: it may.
  private func needs(_ payload: FilePath, _ identity: AgeIdentity, besides others: [AgeIdentity]) -> Bool {
    guard let file = try? spool.disk.open(payload) else { return true }
    func opens(_ identities: [AgeIdentity]) -> Bool {
      var offset: Int64 = 0
      return
        (try? AgeDecryptor(identities: identities) { buffer in
          let count = try file.read(at: offset, into: buffer)
          offset += Int64(count)
          return count
        }) != nil
    }
    return opens([identity]) && !opens(others)
  }
}
