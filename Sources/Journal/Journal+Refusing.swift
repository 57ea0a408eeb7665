public import Custody
internal import GRDB

// Files of a source that are refused: they lie in quarantine alone, or together with those of the same dropped folder.

extension Journal {
  /// A file that is refused, with what is to be written down about it.
  public struct Refused: Sendable {
    /// The file, and its place in the entry.
    public var file: RefusedFile
    /// Hexadecimal.
    public var sha256: String
    /// The line of the history.
    public var event: Event

    /// Describes a file that is refused.
    public init(_ file: RefusedFile, sha256: String, event: Event) {
      self.file = file
      self.sha256 = sha256
      self.event = event
    }
  }

  /// Writes down that files of a source are refused: each is an instance taken and quarantined, and is to be moved. An entry
  /// that lies in quarantine already grows.
  ///
  /// - Throws: ``JournalError`` `wrongState` where the entry was released or discarded meanwhile.
  public func refused(_ files: [Refused], as entry: QuarantineEntry, reason: Reason) throws {
    try write { database in
      let facts = QuarantineFacts(name: entry.name, origin: .files(files.map(\.file)), reason: reason)
      let known = try QuarantineEntry.fetchOne(database, key: entry.name)
      let (state, owed) = try required(
        Machine.quarantine, from: known?.state, by: known == nil ? .quarantined : .grown, of: facts,
        "entry \(entry.name)")
      var entry = known ?? entry
      (entry.state, entry.since) = (state, journalTime())
      entry.instances += files.count
      entry.bytes += files.reduce(0) { $0 + $1.file.original.size }
      try entry.save(database)
      for refused in files {
        var row = TakenInstance.quarantined(refused.file, in: entry.name, sha256: refused.sha256)
        try row.insert(database)
        try refused.event.append(to: database)
      }
      try database.owe(owed, about: DutySubject.entry(entry.name))
    }
  }

  /// The entry in which refused files of a dropped folder lie, if more of it may join them.
  ///
  /// - Parameters:
  ///   - since: one that has not grown since then is closed: what is dropped there by now is something else.
  ///   - most: one that holds so many files is closed.
  public func growingEntry(folder: String, since: String, most: Int) throws -> QuarantineEntry? {
    try read { database in
      try QuarantineEntry.fetchOne(
        database.cachedStatement(
          sql: """
            SELECT * FROM quarantine INDEXED BY quarantine_origin
            WHERE origin = ? AND state = 'quarantined' AND item = ? AND since >= ? AND instances < ?
            ORDER BY since DESC, name DESC LIMIT 1
            """), arguments: [folder, QuarantineEntry.files, since, most])
    }
  }

  /// Whether none of some places in an entry is that of a file, and no file lies, or is to lie, below others.
  public func isFree(at items: [String], below folders: [String], inEntry name: String) throws -> Bool {
    try read { database in
      let at = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE file = ?)")
      for item in items where try Bool.fetchOne(at, arguments: [TakenInstance.place(of: item, in: name)]) == true {
        return false
      }
      // All that begins with the path and a slash: the next character is a zero.
      let below = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM taken WHERE file > ? AND file < ?)")
      for folder in folders {
        let place = TakenInstance.place(of: folder, in: name)
        if try Bool.fetchOne(below, arguments: [place + "/", place + "0"]) == true { return false }
      }
      return true
    }
  }

  /// A refused file changed or went before it was moved: it is as if it had never been taken, and so is its entry where
  /// nothing else is in it. One that is not in it any more is left alone.
  public func voided(_ file: RefusedFile, inEntry name: String, event: Event) throws {
    try write { database in
      let place = TakenInstance.place(of: file.item, in: name)
      guard var entry = try QuarantineEntry.fetchOne(database, key: name), entry.state == .quarantined,
        let row = try TakenInstance.fetchOne(
          database.cachedStatement(sql: "SELECT * FROM taken WHERE file = ? AND quarantine = ?"),
          arguments: [place, name])
      else { return }
      if entry.instances <= 1 { return try change(&entry, by: .voided, event: event, database) }
      try row.delete(database)
      entry.instances -= 1
      entry.bytes -= row.bytes
      try entry.update(database)
      try event.append(to: database)
    }
  }
}

extension TakenInstance {
  /// Where a refused file lies, relative to the spool.
  static func place(of item: String, in entry: String) -> String { "quarantine/\(entry)/\(item)" }

  /// A file that lies in the quarantine.
  static func quarantined(_ file: RefusedFile, in entry: String, sha256: String) -> TakenInstance {
    var row = TakenInstance(
      origin: file.original.path, file: place(of: file.item, in: entry), sopInstanceUID: nil, sopClassUID: nil,
      seriesInstanceUID: nil, transferSyntaxUID: nil, bytes: file.original.size, sha256: sha256, route: nil)
    row.quarantine = entry
    row.claimed = true
    return row
  }

  /// Where a file of the quarantine lies in its entry's folder.
  public var itemInEntry: String? {
    guard let quarantine else { return nil }
    let prefix = Self.place(of: "", in: quarantine)
    return file.hasPrefix(prefix) ? String(file.dropFirst(prefix.count)) : nil
  }
}
