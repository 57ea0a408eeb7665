internal import GRDB

extension Journal {
  /// The schema's history. A migration that was released is never edited: add the next one.
  static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.create(table: "patient") { table in
        table.primaryKey("localID", .text)
        table.column("nationalID", .text).indexed()
        table.column("family", .text).notNull()
        table.column("given", .text).notNull()
        table.column("birthName", .text)
        table.column("birthDate", .text)
        table.column("sex", .text)
        table.column("active", .boolean).notNull()
        table.column("deceased", .text)
      }

      // Outbound: an outbound study gathers the instances of one study until they are sealed into one parcel.
      try database.create(table: "outboundStudy") { table in
        table.primaryKey("id", .text)
        table.column("study", .text).notNull().indexed()
        table.column("state", .text).notNull().indexed()
        table.column("since", .text).notNull()
        table.column("partner", .text)
        table.column("routeRule", .text)
        table.column("routeValue", .text)
        table.column("reason", .text)
        table.column("expected", .integer)
        table.column("closedRule", .text)
        table.column("parcel", .text)
      }
      try database.create(table: "outboundParcel") { table in
        table.primaryKey("id", .text)
        table.column("outboundStudy", .text).notNull().references("outboundStudy")
        table.column("study", .text).notNull().indexed()
        table.column("recipient", .text).notNull()
        table.column("sequence", .integer).notNull()
        table.column("state", .text).notNull().indexed()
        table.column("part", .text).notNull()
        table.column("instances", .integer).notNull()
        table.column("bytes", .integer).notNull()
        table.column("payloadBytes", .integer).notNull()
        table.column("manifestDigest", .text).notNull()
        table.column("created", .text).notNull()
        table.column("since", .text).notNull()
        table.column("attempts", .integer).notNull()
        table.column("waited", .double).notNull()
        table.column("heldThere", .boolean).notNull()
        table.column("resent", .integer).notNull()
        table.column("urgent", .boolean).notNull()
        table.column("reason", .text)
        table.uniqueKey(["recipient", "sequence"])
      }
      try database.create(table: "receipt") { table in
        table.primaryKey("digest", .text)
        table.column("parcel", .text).notNull().indexed()
        table.column("status", .text).notNull()
        table.column("at", .text).notNull()
        table.column("document", .text).notNull()
        table.column("signature", .text).notNull()
      }
      try database.create(table: "taken") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("outboundStudy", .text).indexed().references("outboundStudy")
        table.column("quarantine", .text).indexed()
        table.column("claimed", .boolean).notNull()
        table.column("origin", .text).notNull()
        table.column("file", .text).notNull()
        table.column("sopInstanceUID", .text).indexed()
        table.column("sopClassUID", .text)
        table.column("seriesInstanceUID", .text)
        table.column("transferSyntaxUID", .text)
        table.column("bytes", .integer).notNull()
        table.column("sha256", .text).notNull()
        table.column("route", .text)
      }

      // Inbound.
      try database.create(table: "inboundParcel") { table in
        table.primaryKey("id", .text)
        table.column("sender", .text).notNull()
        table.column("sequence", .integer).notNull()
        table.column("state", .text).notNull().indexed()
        table.column("manifestDigest", .text).notNull()
        table.column("since", .text).notNull()
        table.column("instances", .integer).notNull()
        table.column("bytes", .integer).notNull()
        table.column("duplicates", .integer).notNull()
        table.column("study", .text).indexed()
        table.column("part", .text)
        table.column("patient", .text)
        table.column("decision", .text)
        table.column("reason", .text)
        table.column("order", .text)
        table.column("folder", .text)
      }
      try database.create(table: "imported") { table in
        table.primaryKey("sopInstanceUID", .text)
        table.column("sha256", .text).notNull()
        table.column("parcel", .text).notNull().indexed()
      }

      try database.create(table: "quarantine") { table in
        table.primaryKey("name", .text)
        table.column("direction", .text).notNull()
        table.column("state", .text).notNull()
        table.column("code", .text).notNull()
        table.column("reason", .text).notNull()
        table.column("partner", .text)
        table.column("study", .text)
        table.column("parcel", .text)
        table.column("instances", .integer).notNull()
        table.column("bytes", .integer).notNull()
        table.column("since", .text).notNull()
      }

      try database.create(table: "event") { table in
        table.autoIncrementedPrimaryKey("id")
        table.column("at", .text).notNull()
        table.column("site", .text)
        table.column("what", .text).notNull()
        table.column("study", .text).indexed()
        table.column("parcel", .text).indexed()
        table.column("patient", .text)
        table.column("file", .text)
        table.column("detail", .text).notNull()
      }
    }
    return migrator
  }
}
