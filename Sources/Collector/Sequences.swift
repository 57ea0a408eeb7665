internal import Journal
internal import Spool
internal import Synchronization
internal import SystemPackage

/// The numbers of the parcels to each recipient. They rise even where the journal is restored from a backup: the last one is
/// also written beside the parcels, before the journal learns of it.
///
/// Several threads seal at once: a number that one of them has got is nobody else's until it is used or given back.
final class Sequences: Sendable {
  private static let prefix = ".sequence-"

  let spool: Spool
  let journal: Journal
  private let pending = Mutex<[String: Set<Int>]>([:])

  init(spool: Spool, journal: Journal) {
    self.spool = spool
    self.journal = journal
  }

  /// Whether a name in `outbound/` is one of its files.
  static func owns(_ name: String) -> Bool { name.hasPrefix(prefix) }

  /// The number of the next parcel to a recipient.
  func next(to recipient: String) throws -> Int {
    try pending.withLock { pending in
      let number = try max(
        journal.nextSequence(recipient: recipient), written(recipient) + 1, (pending[recipient]?.max() ?? 0) + 1)
      pending[recipient, default: []].insert(number)
      return number
    }
  }

  /// Writes down, durably, that a number is used: only after that may the journal, or anybody else, learn of it.
  func use(_ number: Int, to recipient: String) throws {
    try pending.withLock { _ in
      if try written(recipient) < number { try write(number, recipient) }
    }
  }

  /// The journal has the parcel of this number.
  func isUsed(_ number: Int, to recipient: String) { pending.withLock { _ = $0[recipient]?.remove(number) } }

  /// Takes a number back that never left this site: its parcel was not finished.
  func giveBack(_ number: Int, to recipient: String) throws {
    try pending.withLock { pending in
      pending[recipient]?.remove(number)
      guard try written(recipient) == number, try journal.nextSequence(recipient: recipient) <= number else { return }
      try write(number - 1, recipient)
    }
  }

  private func file(_ recipient: String) -> FilePath { spool[.outbound].appending(Self.prefix + recipient) }

  private func written(_ recipient: String) throws -> Int {
    let path = file(recipient)
    guard try spool.disk.status(of: path) != nil else { return 0 }
    let text = String(decoding: try spool.disk.readSmall(path, limit: 64), as: UTF8.self)
    return Int(text.filter { !$0.isWhitespace }) ?? 0
  }

  private func write(_ number: Int, _ recipient: String) throws {
    try spool.disk.write(Array("\(number)\n".utf8), to: file(recipient))
  }
}
