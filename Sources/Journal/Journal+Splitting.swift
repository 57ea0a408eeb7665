public import Custody
internal import GRDB

// Studies whose images are of several patients.

extension Journal {
  static func createSplits(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE inboundParcel ADD COLUMN split TEXT;
        ALTER TABLE inboundParcel ADD COLUMN leftOut INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE inboundParcel ADD COLUMN said TEXT;
        ALTER TABLE proposal ADD COLUMN shares TEXT;
        CREATE INDEX inboundParcel_split ON inboundParcel (study, since) WHERE split IS NOT NULL;
        """)
  }

  /// Writes down that a staged study, or a patient's share of it, was handed over, and whether it was seen in the import folder
  /// then. What was seen once was seen; a study was seen where all its shares were.
  public func handedOver(_ handOver: HandOver, isSeen: Bool) throws {
    try write { database in
      guard var parcel = try InboundParcel.fetchOne(database, key: handOver.parcel) else { return }
      if let index = parcel.split?.shares.firstIndex(where: { $0.number == handOver.number && $0.patient != nil }) {
        let wasSeen = parcel.split?.shares[index].isSeen ?? false
        parcel.split?.shares[index].isSeen = isSeen || wasSeen
        let seen = parcel.split?.given.map(\.isSeen) ?? []
        parcel.isSeen = seen.contains(false) ? false : seen.contains(nil) ? nil : true
      } else {
        parcel.isSeen = isSeen || parcel.isSeen ?? false
      }
      try parcel.update(database)
    }
  }

  /// The instances that count as imported of other parcels of a study, by their SOP Instance UIDs.
  public func importedInstances(study: String, otherThan id: String) throws -> [String] {
    try read { database in
      try String.fetchAll(
        database.cachedStatement(
          sql: """
            SELECT i.sopInstanceUID FROM inboundParcel p JOIN imported i ON i.parcel = p.id
            WHERE p.study = ? AND p.id <> ?
            """), arguments: [study, id])
    }
  }

  /// Studies of which a share was imported for a patient, other than one: few, in no order.
  static func splitImports(
    patient: String, except study: String?, _ database: Database
  ) throws -> [InboundParcel] {
    try InboundParcel.fetchAll(
      database.cachedStatement(
        sql: """
          SELECT * FROM inboundParcel INDEXED BY inboundParcel_split
          WHERE split IS NOT NULL AND state IN ('offered', 'imported') AND study IS NOT ?
            AND EXISTS (SELECT 1 FROM json_each(split, '$.shares') WHERE value ->> 'patient' = ?)
          LIMIT 1000
          """), arguments: [study, patient])
  }
}

extension InboundParcel {
  /// What its sender is told of its import: of images that went to nobody, how many and why.
  public var importAnswer: Answer {
    let note = split?.note(of: instances)
    var answer = answer(reason: note == nil ? nil : Self.leftOutCode, note: note)
    answer.instances -= leftOut
    return answer
  }

  /// Of a parcel that was imported but for some of its images.
  public static let leftOutCode = "left-out"
}
