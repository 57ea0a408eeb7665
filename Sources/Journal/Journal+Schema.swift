internal import GRDB

extension Journal {
  /// The schema's history. A migration that was released is never edited: add the next one.
  static var migrations: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try createPatients(database)
      try createOutbound(database)
      try createInbound(database)
      try createCommon(database)
    }
    migrator.registerMigration("held files", migrate: createHeldFiles)
    migrator.registerMigration("answers in order") { database in
      try database.alter(table: "inboundParcel") { $0.add(column: "answeredAt", .text) }
    }
    migrator.registerMigration("quarantined folders", migrate: growQuarantine)
    migrator.registerMigration("patients apart", migrate: partFromPatients)
    migrator.registerMigration("record messages", migrate: createRecordMessages)
    migrator.registerMigration("events with reasons") { database in
      try database.alter(table: "event") { table in
        for name in ["why", "before", "after"] { table.add(column: name, .text) }
      }
    }
    migrator.registerMigration("handed files", migrate: createHanded)
    migrator.registerMigration("disclosures") { database in
      try database.create(table: "disclosure") { table in
        table.primaryKey("key", .text)
        table.column("at", .text).notNull()
      }
    }
    migrator.registerMigration("notes on the worklist", migrate: createNotes)
    migrator.registerMigration("split studies", migrate: createSplits)
    migrator.registerMigration("urgent studies", migrate: createUrgency)
    migrator.registerMigration("lanes", migrate: addLanes)
    migrator.registerMigration("studies in portions", migrate: createPortions)
    return migrator
  }

  private static func createPatients(_ database: Database) throws {
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
  }

  private static func createOutbound(_ database: Database) throws {
    try database.create(table: "outboundStudy") { table in
      table.primaryKey("id", .text)
      table.column("study", .text).notNull()
      table.column("state", .text).notNull()
      table.column("since", .text).notNull()
      table.column("lastTaken", .text).notNull()
      table.column("instances", .integer).notNull()
      table.column("bytes", .integer).notNull()
      table.column("expected", .integer)
      table.column("closedRule", .text)
      table.column("closedSeconds", .double)
      table.column("reasonCode", .text)
      table.column("reason", .text)
      table.column("isFolded", .boolean).notNull()
    }
    try database.create(index: "outboundStudy_state", on: "outboundStudy", columns: ["state", "since", "id"])
    try database.execute(sql: "CREATE INDEX outboundStudy_fold ON outboundStudy (state, since) WHERE isFolded = 0")
    try database.create(index: "outboundStudy_study", on: "outboundStudy", columns: ["study", "state"])
    try database.create(table: "recipient") { table in
      table.column("outboundStudy", .text).notNull().references("outboundStudy", onDelete: .cascade)
      table.column("partner", .text).notNull()
      table.column("rule", .text).notNull()
      table.column("value", .text).notNull()
      table.column("parcel", .text).indexed()
      table.primaryKey(["outboundStudy", "partner"])
    }
    try database.create(table: "taken") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("outboundStudy", .text).indexed().references("outboundStudy")
      table.column("quarantine", .text)
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
    try database.execute(
      sql: """
        CREATE INDEX taken_quarantine ON taken (quarantine) WHERE quarantine IS NOT NULL;
        CREATE INDEX taken_intended ON taken (outboundStudy) WHERE claimed = 0;
        CREATE INDEX taken_file ON taken (file);
        """)
    try database.create(table: "outboundParcel") { table in
      table.primaryKey("id", .text)
      table.column("outboundStudy", .text).notNull().indexed().references("outboundStudy")
      table.column("study", .text).notNull()
      table.column("recipient", .text).notNull()
      table.column("sequence", .integer).notNull()
      table.column("state", .text).notNull()
      table.column("part", .text).notNull()
      table.column("again", .text)
      table.column("instances", .integer).notNull()
      table.column("missing", .integer).notNull().defaults(to: 0)
      table.column("missingReason", .text)
      table.column("bytes", .integer).notNull()
      table.column("payloadBytes", .integer).notNull()
      table.column("manifestDigest", .text).notNull()
      table.column("created", .text).notNull()
      table.column("since", .text).notNull()
      table.column("attempts", .integer).notNull()
      table.column("waited", .double).notNull()
      table.column("unproven", .double).notNull()
      table.column("deliveries", .integer).notNull()
      table.column("resent", .integer).notNull()
      table.column("urgent", .boolean).notNull()
      table.column("tryNow", .boolean).notNull()
      table.column("isPurged", .boolean).notNull()
      table.column("reasonCode", .text)
      table.column("reason", .text)
      table.column("note", .text)
      table.uniqueKey(["recipient", "sequence"])
    }
    try database.execute(
      sql: """
        CREATE INDEX outboundParcel_queue ON outboundParcel (state, recipient, urgent DESC, created, sequence);
        CREATE INDEX outboundParcel_study ON outboundParcel (study, recipient, state);
        CREATE INDEX outboundParcel_now ON outboundParcel (recipient) WHERE state = 'sealed' AND tryNow;
        CREATE INDEX outboundParcel_purge ON outboundParcel (state, since) WHERE isPurged = 0;
        """)
    try database.create(table: "receipt") { table in
      table.primaryKey("digest", .text)
      table.column("parcel", .text).notNull().indexed()
      table.column("status", .text).notNull()
      table.column("at", .text).notNull()
      table.column("document", .text).notNull()
      table.column("signature", .text).notNull()
      table.column("isSettled", .boolean).notNull()
    }
  }

  private static func createInbound(_ database: Database) throws {
    try database.create(table: "arrival") { table in
      table.primaryKey("id", .text)
      table.column("partner", .text).notNull()
      table.column("name", .text).notNull()
      table.column("isHere", .boolean).notNull()
      table.column("since", .text).notNull()
      table.uniqueKey(["partner", "name", "id"])
    }
    try database.create(table: "inboundParcel") { table in
      table.primaryKey("id", .text)
      table.column("sender", .text).notNull()
      table.column("sequence", .integer).notNull()
      table.column("state", .text).notNull()
      table.column("manifestDigest", .text).notNull()
      table.column("arrivedAt", .text).notNull()
      table.column("since", .text).notNull()
      table.column("instances", .integer).notNull()
      table.column("bytes", .integer).notNull()
      table.column("duplicates", .integer).notNull()
      table.column("again", .text)
      table.column("study", .text)
      table.column("part", .text)
      table.column("missing", .integer).notNull().defaults(to: 0)
      table.column("missingReason", .text)
      table.column("patient", .text)
      table.column("isDecidedByPerson", .boolean).notNull()
      table.column("decision", .text)
      table.column("reasonCode", .text)
      table.column("reason", .text)
      table.column("entry", .text)
      table.column("folder", .text)
      table.column("isSeen", .boolean)
      table.column("isPurged", .boolean).notNull()
      table.column("isFolded", .boolean).notNull()
    }
    try database.execute(
      sql: """
        CREATE INDEX inboundParcel_state ON inboundParcel (state, since, id);
        CREATE INDEX inboundParcel_study ON inboundParcel (study, state);
        CREATE INDEX inboundParcel_sequence ON inboundParcel (sender, sequence);
        CREATE INDEX inboundParcel_purge ON inboundParcel (since) WHERE state = 'imported' AND isPurged = 0;
        CREATE INDEX inboundParcel_fold ON inboundParcel (since)
          WHERE state = 'imported' AND isPurged = 1 AND isFolded = 0;
        CREATE INDEX inboundParcel_unseen ON inboundParcel (id) WHERE isSeen = 0;
        CREATE INDEX inboundParcel_entry ON inboundParcel (entry) WHERE entry IS NOT NULL;
        """)
    try database.create(table: "imported") { table in
      table.primaryKey("sopInstanceUID", .text)
      table.column("sha256", .text).notNull()
      table.column("parcel", .text).notNull().indexed()
    }
  }

  private static func createCommon(_ database: Database) throws {
    try database.create(table: "subject") { table in
      table.primaryKey("owner", .text)
      table.column("study", .text).notNull()
      table.column("patientID", .text)
      table.column("patientName", .text)
      table.column("birthDate", .text)
      table.column("accessionNumber", .text)
      table.column("studyDate", .text)
      table.column("description", .text)
      table.column("modality", .text)
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
      table.column("item", .text).notNull()
      table.column("original", .text)
      table.column("instances", .integer).notNull()
      table.column("bytes", .integer).notNull()
      table.column("since", .text).notNull()
    }
    try database.create(index: "quarantine_parcel", on: "quarantine", columns: ["parcel"])
    try database.create(index: "quarantine_state", on: "quarantine", columns: ["state", "since"])
    try database.execute(sql: "CREATE INDEX quarantine_study ON quarantine (study) WHERE study IS NOT NULL")
    try database.create(table: "event") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("at", .text).notNull()
      table.column("site", .text)
      table.column("what", .text).notNull()
      table.column("actor", .text)
      table.column("study", .text).indexed()
      table.column("parcel", .text).indexed()
      table.column("patient", .text)
      table.column("file", .text)
      table.column("detail", .text).notNull()
      table.column("chain", .text).notNull()
    }
    try database.create(table: "owed") { table in
      table.autoIncrementedPrimaryKey("id")
      table.column("service", .text).notNull()
      table.column("subject", .text).notNull()
      table.column("duty", .text).notNull()
      table.column("since", .text).notNull()
      table.column("failures", .integer).notNull()
      table.column("error", .text)
    }
    try database.create(index: "owed_subject", on: "owed", columns: ["subject", "id"])
    try database.create(index: "owed_service", on: "owed", columns: ["service", "id"])
    try database.execute(sql: "CREATE INDEX owed_failed ON owed (id) WHERE failures > 0")
    try database.create(table: "alert") { table in
      table.primaryKey("key", .text)
      table.column("code", .text).notNull()
      table.column("severity", .text).notNull()
      table.column("message", .text).notNull()
      table.column("remedy", .text).notNull()
      table.column("since", .text).notNull()
      table.column("seen", .text).notNull()
      table.column("count", .integer).notNull()
      table.column("service", .text).notNull()
    }
    // The last sequence number to each recipient, and other numbers that only rise.
    try database.create(table: "counter") { table in
      table.primaryKey("name", .text)
      table.column("value", .integer).notNull()
    }
    // On which file system a folder outside the spool lay when it was last in order.
    try database.create(table: "mount") { table in
      table.primaryKey("path", .text)
      table.column("identity", .text).notNull()
      table.column("since", .text).notNull()
    }
  }

  /// The patient index has a database of its own. What is in the journal stays until that has taken it over: no list is lost
  /// on the way.
  private static func partFromPatients(_ database: Database) throws {
    if try Int.fetchOne(database, sql: "SELECT 1 FROM patient LIMIT 1") == nil {
      try database.drop(table: "patient")
    } else {
      try database.rename(table: "patient", to: "formerPatient")
    }
  }

  /// What was told to the EHR before has a line each, so that its answer is one to something: of what still has to be
  /// written the text is taken over from what is owed.
  private static func createRecordMessages(_ database: Database) throws {
    try database.create(table: "recordMessage") { table in
      table.primaryKey("id", .text)
      table.column("kind", .text).notNull()
      table.column("state", .text).notNull()
      table.column("since", .text).notNull()
      table.column("parcel", .text).notNull().indexed()
      table.column("study", .text)
      table.column("patient", .text)
      table.column("reference", .text).notNull()
      table.column("file", .text).notNull()
      table.column("message", .text)
      table.column("attempts", .integer).notNull()
      table.column("writtenAt", .text).notNull()
      table.column("due", .text)
      table.column("answer", .text)
      table.column("words", .text)
      table.column("answeredAt", .text).indexed()
    }
    try database.create(index: "recordMessage_state", on: "recordMessage", columns: ["state", "since", "id"])
    try database.execute(
      sql: """
        CREATE INDEX recordMessage_open ON recordMessage (due, id) WHERE due IS NOT NULL OR state = 'failed';
        CREATE INDEX recordMessage_text ON recordMessage (since)
          WHERE message IS NOT NULL AND due IS NULL AND state <> 'failed';
        CREATE INDEX recordMessage_request ON recordMessage (study) WHERE kind = 'request';
        INSERT INTO recordMessage (id, kind, state, since, parcel, study, patient, reference, file, attempts, writtenAt)
          SELECT substr(replace(id, '-', ''), -20), 'result', 'written', since, id, study, patient,
            substr(replace(id, '-', ''), -20), id || '.hl7', 1, since
          FROM inboundParcel WHERE state = 'imported' AND patient <> '' ON CONFLICT DO NOTHING;
        UPDATE recordMessage SET message = (SELECT duty ->> '$.record.message' FROM owed
          WHERE duty ->> '$.record.parcel' = recordMessage.parcel)
          WHERE parcel IN (SELECT duty ->> '$.record.parcel' FROM owed WHERE duty -> '$.record' IS NOT NULL);
        UPDATE owed SET duty = json_object('record', json_object(
            'message', substr(replace(duty ->> '$.record.parcel', '-', ''), -20)))
          WHERE duty -> '$.record' IS NOT NULL;
        """)
  }

  /// An entry of the quarantine may hold many files of a source: where each came from stands with the file.
  private static func growQuarantine(_ database: Database) throws {
    try database.execute(
      sql: """
        ALTER TABLE quarantine ADD COLUMN origin TEXT;
        UPDATE quarantine SET origin = original ->> '$.path' WHERE original IS NOT NULL;
        ALTER TABLE quarantine DROP COLUMN original;
        CREATE INDEX quarantine_origin ON quarantine (origin, since) WHERE origin IS NOT NULL;
        UPDATE owed SET duty = json_object('quarantineOriginals', json_object(
            '_0', json_array(json_object('original', duty -> '$.quarantineOriginal._0', 'item', 'file')),
            'entry', duty ->> '$.quarantineOriginal.entry'))
          WHERE duty -> '$.quarantineOriginal' IS NOT NULL;
        """)
    // A file that goes back took its entry's folder with it; now that is a duty of its own.
    try database.execute(
      sql: """
        INSERT INTO owed (service, subject, duty, since, failures)
          SELECT service, subject, json_object('remove', json_object('_0', json_object('quarantine', json_object(
            'entry', duty ->> '$.putBack.entry', 'of', 'collect')))), since, 0
          FROM owed WHERE duty -> '$.putBack' IS NOT NULL;
        UPDATE owed SET duty = json_object('putBack', json_object(
            '_0', json_array(json_object('item', 'file', 'target', duty ->> '$.putBack.to')),
            'entry', duty ->> '$.putBack.entry'))
          WHERE duty -> '$.putBack' IS NOT NULL;
        """)
  }
}
