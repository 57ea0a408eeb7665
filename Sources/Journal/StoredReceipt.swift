public import GRDB

/// A receipt of a partner whose signature held, kept as it came: the proof of what became of a parcel.
public struct StoredReceipt: Codable, Sendable {
  /// Hexadecimal SHA-256 of the document.
  public var digest: String
  /// The parcel that it answers.
  public var parcel: String
  /// `received`, `held`, `imported` or `refused`.
  public var status: String
  /// When the partner wrote it, by its clock.
  public var at: String
  /// The file as the partner signed it.
  public var document: String
  /// Its SSHSIG signature, armoured.
  public var signature: String

  /// Creates a receipt.
  public init(digest: String, parcel: String, status: String, at: String, document: String, signature: String) {
    self.digest = digest
    self.parcel = parcel
    self.status = status
    self.at = at
    self.document = document
    self.signature = signature
  }
}

extension StoredReceipt: FetchableRecord, PersistableRecord {
  /// The table.
  public static let databaseTableName = "receipt"
}

extension Journal {
  /// Keeps a receipt; one that is kept already is the same.
  public func keep(_ receipt: StoredReceipt) throws {
    try write { try receipt.upsert($0) }
  }

  /// The receipts of a parcel, in the order in which the partner wrote them.
  public func receipts(parcel: String) throws -> [StoredReceipt] {
    try read { try StoredReceipt.filter(Column("parcel") == parcel).order(Column("at")).fetchAll($0) }
  }
}
