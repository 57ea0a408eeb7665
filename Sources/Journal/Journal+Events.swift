internal import FoundationEssentials
internal import GRDB

extension Journal {
  /// Adds to the history.
  public func record(_ event: Event) throws { try record([event]) }

  /// Adds several, in their order, in one transaction.
  public func record(_ events: [Event]) throws {
    try write { database in for event in events { try event.append(to: database) } }
  }

  /// All events that concern the text: a study, parcel, instance, patient, accession number, name or file, whole or in
  /// part, in time order; with the events of every parcel and study that those name.
  ///
  /// A patient is found by the local number, by every identifier that the sender gave, and by the name, in any case and with
  /// or without the carets of a person name.
  ///
  /// - Parameters:
  ///   - patients: the local numbers of patients whom the text names, too.
  ///   - parcel: without the events of other parcels; nil: with those of all.
  public func trace(
    _ text: String, patients: [String] = [], ofNoParcelBut parcel: String? = nil, limit: Int = 10_000
  ) throws -> [Event] {
    let pattern = "%" + likeEscaped(text) + "%"
    // How the reconciliation's decision writes an identifier: a JSON string.
    let quoted = "%\"value\":\"" + likeEscaped(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")) + "\"%"
    let listed = String(decoding: try JSONEncoder().encode(patients), as: UTF8.self)
    return try read { database in
      try Event.fetchAll(
        database.cachedStatement(
          sql: """
            WITH known AS (SELECT value AS localID FROM json_each(:patients)),
            hit AS (
              SELECT study, parcel FROM event
              WHERE study LIKE :p ESCAPE '\\' OR parcel LIKE :p ESCAPE '\\' OR patient LIKE :p ESCAPE '\\'
                OR file LIKE :p ESCAPE '\\' OR patient IN (SELECT localID FROM known)
              UNION SELECT c.study, r.parcel FROM taken t JOIN outboundStudy c ON c.id = t.outboundStudy
              LEFT JOIN recipient r ON r.outboundStudy = c.id
              WHERE t.origin LIKE :p ESCAPE '\\' OR t.sopInstanceUID LIKE :p ESCAPE '\\' OR c.id LIKE :p ESCAPE '\\'
              UNION SELECT s.study, r.parcel FROM outboundStudy s LEFT JOIN recipient r ON r.outboundStudy = s.id
              WHERE s.id = :text
              UNION SELECT p.study, p.id FROM imported i JOIN inboundParcel p ON p.id = i.parcel
              WHERE i.sopInstanceUID LIKE :p ESCAPE '\\'
              UNION SELECT p.study, p.id FROM inboundParcel p
              WHERE p.patient IN (SELECT localID FROM known) OR p.patient = :text OR p.decision LIKE :quoted ESCAPE '\\'
              UNION SELECT s.study, NULL FROM subject s
              WHERE s.patientID LIKE :p ESCAPE '\\' OR s.patientID IN (SELECT localID FROM known) OR s.accessionNumber LIKE :p ESCAPE '\\'
                OR swiftLowercaseString(replace(s.patientName, '^', ' ')) LIKE :name ESCAPE '\\')
            SELECT * FROM event
            WHERE (:only IS NULL OR parcel IS NULL OR parcel = :only)
              AND (study IN (SELECT study FROM hit) OR parcel IN (SELECT parcel FROM hit)
              OR patient LIKE :p ESCAPE '\\' OR file LIKE :p ESCAPE '\\'
              OR (what = 'disclosed' AND (why LIKE :p ESCAPE '\\' OR EXISTS (
                SELECT 1 FROM json_each(after) WHERE value IN (SELECT localID FROM known)
                  OR value IN (SELECT parcel FROM hit)))))
            ORDER BY id LIMIT :limit
            """),
        arguments: [
          "only": parcel, "p": pattern, "text": text, "quoted": quoted, "patients": listed,
          "name": "%" + likeEscaped(text.lowercased().replacing("^", with: " ")) + "%", "limit": limit,
        ])
    }
  }

  /// The history, in time order: a portion.
  package func events(after id: Int64 = 0, limit: Int) throws -> [Event] {
    try read {
      try Event.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM event WHERE id > ? ORDER BY id LIMIT ?"), arguments: [id, limit])
    }
  }

  /// The history between two times, in time order: a portion.
  ///
  /// - Parameters:
  ///   - from: the first time, or its beginning; nil: the beginning of all.
  ///   - to: the last time, or its beginning; nil: now.
  ///   - partner: the partner concerned; nil: whichever, or none.
  ///   - id: after this line.
  public func events(
    from: String?, to: String?, partner: String?, after id: Int64 = 0, limit: Int
  ) throws -> [Event] {
    try read {
      try Event.fetchAll(
        $0.cachedStatement(
          sql: """
            SELECT * FROM event WHERE id > :id AND (:from IS NULL OR at >= :from) AND (:to IS NULL OR at < :to || '~')
              AND (:partner IS NULL OR site = :partner)
            ORDER BY id LIMIT :limit
            """), arguments: ["id": id, "from": from, "to": to, "partner": partner, "limit": limit])
    }
  }

  /// The events that concern a parcel, in time order.
  public func events(parcel: String, limit: Int = 1000) throws -> [Event] {
    try read {
      try Event.fetchAll(
        $0.cachedStatement(sql: "SELECT * FROM event WHERE parcel = ? ORDER BY id LIMIT ?"), arguments: [parcel, limit])
    }
  }

  /// The first line of the history that does not follow from the one before: it, or one before it, was changed or taken
  /// out. Lines that are missing at the end show by the number that the next line would get.
  ///
  /// - Returns: its number; nil where the whole history holds.
  public func firstBrokenEvent() throws -> Int64? {
    try snapshot { database in
      var previous = ""
      let cursor = try Event.fetchCursor(database.cachedStatement(sql: "SELECT * FROM event ORDER BY id"))
      while let event = try cursor.next() {
        guard event.chain == event.link(after: previous) else { return event.id }
        previous = event.chain
      }
      let (last, given) = (
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT MAX(id) FROM event")) ?? 0,
        try Int64.fetchOne(database.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'event'")) ?? 0
      )
      return last == given ? nil : last + 1
    }
  }
}

/// Text to be found literally by `LIKE … ESCAPE '\'`.
func likeEscaped(_ text: String) -> String {
  var escaped = ""
  for character in text {
    if character == "%" || character == "_" || character == "\\" { escaped.append("\\") }
    escaped.append(character)
  }
  return escaped
}
