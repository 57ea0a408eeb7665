/// One of the three services: it performs what it owes, and nobody else does.
public enum Service: String, Codable, Sendable, CaseIterable {
  /// From the sources to sealed parcels.
  case collect
  /// From sealed parcels to the partners, and their receipts.
  case ship
  /// From the mailbox to the PACS's import folder.
  case receive
}
