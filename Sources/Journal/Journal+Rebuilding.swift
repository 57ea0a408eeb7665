public import Custody
internal import GRDB

// What lies in the spool is written down in a new journal: only while it is being rebuilt, before a service knows it.

extension Journal {
  /// Takes in a sealed parcel that lies in `outbound/`, with an outbound study of which nothing more is known.
  ///
  /// - Returns: false where another parcel of this recipient has its number.
  public func adopt(_ parcel: OutboundParcel, event: Event) throws -> Bool {
    try write { database in
      let isTaken =
        try Bool.fetchOne(
          database.cachedStatement(
            sql: "SELECT EXISTS (SELECT 1 FROM outboundParcel WHERE id = ? OR (recipient = ? AND sequence = ?))"),
          arguments: [parcel.id, parcel.recipient, parcel.sequence]) ?? false
      if isTaken { return false }
      var study = OutboundStudy(id: parcel.outboundStudy, study: parcel.study)
      if try OutboundStudy.fetchOne(database, key: study.id) == nil {
        study.state = .sealed
        study.instances = parcel.instances
        study.bytes = parcel.bytes
        // Its instances are not known one by one.
        study.isFolded = true
        try study.insert(database)
      }
      try parcel.insert(database)
      try Self.giveTurn(to: parcel, in: database)
      var recipient = Recipient(
        outboundStudy: study.id, partner: parcel.recipient, rule: "unknown", value: parcel.recipient)
      recipient.parcel = parcel.id
      try recipient.insert(database, onConflict: .ignore)
      try event.append(to: database)
      return true
    }
  }

  /// Takes in what lies where arrivals lie, or is owed to be moved there: it is verified as if it had just come.
  public func adopt(_ arrival: Arrival, owing duties: [Duty], event: Event) throws {
    try write { database in
      var row = arrival
      row.isHere = true
      try row.insert(database)
      try database.owe(duties, about: DutySubject.arrival(row.id))
      try event.append(to: database)
    }
  }

  /// Takes in a parcel that this site's own receipt shows to be imported.
  ///
  /// - Parameter leftOut: how many of its instances were not.
  public func adopt(imported parcel: InboundParcel, leftOut: Int, owing duties: [Duty], event: Event) throws {
    try write { database in
      var row = parcel
      row.leftOut = leftOut
      row.state = .imported
      row.isSeen = true
      try row.insert(database)
      try database.owe(duties, about: DutySubject.inbound(row.id))
      try event.append(to: database)
    }
  }

  /// Takes in an entry of the quarantine; the files of a source that lie in it count as instances that were taken.
  public func adopt(_ entry: QuarantineEntry, files: [RefusedFile] = [], event: Event) throws {
    try write { database in
      var entry = entry
      entry.instances = files.count
      if !files.isEmpty { entry.bytes = files.reduce(0) { $0 + $1.original.size } }
      try entry.insert(database)
      for file in files {
        var row = TakenInstance.quarantined(file, in: entry.name, sha256: "")
        try row.insert(database)
      }
      try event.append(to: database)
    }
  }
}

extension Journal {
  /// Brings everything into the database's one file, so that it can be renamed once it is closed.
  public func gather() throws {
    try telling { try database.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) } }
  }
}
