internal import FoundationEssentials
internal import GRDB

/// One change of the index, in dcm4chee's words: merge, unmerge, change of the patient's ID.
struct PatientChanging {
  enum Verdict: Equatable {
    case made
    /// Older than what is known, or known already.
    case ignored
    case refused(String)
  }

  private let database: Database
  private let writer: RowWriter
  private let seed: UInt64
  private let at: String

  init(_ database: Database, source: Int64, seed: UInt64, at: Date) throws {
    self.database = database
    self.seed = seed
    self.at = indexTime(at)
    writer = try RowWriter(database, source: source, at: self.at)
  }

  func make(_ action: PatientChange.Action) throws -> Verdict {
    switch action {
    case .update(let update): try self.update(update)
    case .merge(let from, let into): try merge(from, into: into)
    case .unmerge(let id): try unmerge(id)
    case .changeIdentifier(let from, let to): try changeIdentifier(from, to: to)
    }
  }

  private func isOlder(than row: PatientRow?) -> Bool { row?.changed.map { $0 > at } ?? false }

  private func row(_ id: LocalIdentifier) throws -> PatientRow? { try PatientIndex.row(id, database) }

  // MARK: Update

  private func update(_ update: PatientUpdate) throws -> Verdict {
    var before = try row(update.id)
    if isOlder(than: before) { return .ignored }
    if update.standsAlone, try before?.patient().mergedInto != nil {
      _ = try unmerge(update.id)
      before = try row(update.id)
    }
    var patient = try before?.patient() ?? Patient(update.id, names: [])
    if let survivor = patient.mergedInto { return .refused("\(update.id) was merged into \(survivor)") }
    let former = patient.otherIDs
    patient.take(update)
    for id in former where try !patient.otherIDs.contains(id) && isPart(id, of: update.id) {
      patient.otherIDs.append(id)
    }
    guard !patient.family.isEmpty else { return .refused("\(update.id) has no family name") }
    return try put(patient, before, "update")
  }

  /// Whether a number came by a merge or a change of ID: it still leads to the patient, whatever a message says of others.
  private func isPart(_ id: LocalIdentifier, of patient: LocalIdentifier) throws -> Bool {
    guard let row = try row(id) else { return id.authority == patient.authority }
    return try row.decodedMore().mergedInto == patient
  }

  /// - Returns: `ignored` where the row says so already.
  private func put(_ patient: Patient, _ before: PatientRow?, _ change: String) throws -> Verdict {
    let row = try PatientRow(patient, source: writer.source, changed: at)
    let id: Int64
    if let before {
      if row.hasSameContent(as: before) {
        try database.execute(sql: "UPDATE patient SET changed = ? WHERE id = ?", arguments: [at, before.id])
        try touch(patient.id, before.id)
        return .ignored
      }
      try writer.replace(before, by: row, change)
      id = before.id
    } else {
      try writer.insert(row)
      id = database.lastInsertedRowID
    }
    try touch(patient.id, id)
    return .made
  }

  /// The next list compares the patient, whatever its own digest says.
  private func touch(_ id: LocalIdentifier, _ row: Int64) throws {
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO touched (key, patient) VALUES (?, ?)")
      .execute(arguments: [Int64(bitPattern: ListRow.key(id, seed: seed)), row])
  }

  // MARK: Merge

  private func merge(_ from: LocalIdentifier, into: LocalIdentifier) throws -> Verdict {
    guard from != into else { return .refused("\(from) cannot be merged into itself") }
    let (prior, survivor) = (try row(from), try row(into))
    if isOlder(than: prior) { return .ignored }
    var merged = try prior?.patient() ?? Patient(from, names: [PatientName(.legal, family: "", given: "")])
    if merged.mergedInto == into { return .ignored }
    // A survivor who is not known yet is what the other was, until a message tells more.
    var whole =
      try survivor?.patient()
      ?? Patient(
        into, names: merged.names, birthDate: merged.birthDate, sex: merged.sex, isDeceased: merged.isDeceased,
        deceased: merged.deceased)
    if let other = whole.mergedInto {
      return .refused(
        other == from ? "\(from) and \(into) would be merged in a circle" : "\(into) was itself merged into \(other)")
    }
    for number in merged.nationalNumbers where !whole.nationalNumbers.contains(where: { $0.value == number.value }) {
      var number = number
      number.isCurrent = number.isCurrent && survivor == nil
      whole.nationalNumbers.append(number)
    }
    for id in [from] + merged.otherIDs where !whole.otherIDs.contains(id) { whole.otherIDs.append(id) }
    merged.mergedInto = into
    merged.active = false
    _ = try put(merged, prior, "merged")
    return try put(whole, survivor, "merge")
  }

  private func unmerge(_ id: LocalIdentifier) throws -> Verdict {
    guard let before = try row(id) else { return .refused("\(id) is not known") }
    if isOlder(than: before) { return .ignored }
    var patient = try before.patient()
    guard let into = patient.mergedInto else { return .ignored }
    if let survivor = try row(into) {
      var whole = try survivor.patient()
      whole.otherIDs.removeAll { $0 == id || patient.otherIDs.contains($0) }
      whole.nationalNumbers.removeAll { number in
        !number.isCurrent && patient.nationalNumbers.contains { $0.value == number.value }
      }
      _ = try put(whole, survivor, "unmerge")
    }
    patient.mergedInto = nil
    patient.active = true
    return try put(patient, before, "unmerge")
  }

  // MARK: Change of ID

  private func changeIdentifier(_ from: LocalIdentifier, to: LocalIdentifier) throws -> Verdict {
    guard from != to else { return .ignored }
    guard let before = try row(from) else {
      return try row(to) == nil ? .refused("\(from) is not known") : .ignored
    }
    if isOlder(than: before) { return .ignored }
    guard try row(to) == nil else { return .refused("\(to) is another patient's number already") }
    var patient = try before.patient()
    patient.localID = to.value
    patient.authority = to.authority
    patient.otherIDs.removeAll { $0 == to }
    if !patient.otherIDs.contains(from) { patient.otherIDs.append(from) }
    return try put(patient, before, "change-of-id")
  }
}

extension Patient {
  /// Takes over what a message says.
  fileprivate mutating func take(_ update: PatientUpdate) {
    update.otherIDs.apply(&otherIDs, none: [])
    update.names.apply(&names, none: names)
    update.birthDate.apply(&birthDate)
    update.sex.apply(&sex)
    update.deceasedOn.apply(&deceased)
    update.isDeceased.apply(&isDeceased, none: false)
    if deceased != nil, update.isDeceased == .leave { isDeceased = true }
    if !isDeceased { deceased = nil }
    update.active.apply(&active, none: true)
    let former = nationalNumbers
    update.nationalNumbers.apply(&nationalNumbers, none: [])
    // A number that is not the patient's any more still leads to the patient.
    for var number in former where !nationalNumbers.contains(where: { $0.value == number.value }) {
      number.isCurrent = false
      nationalNumbers.append(number)
    }
  }
}

extension Field {
  fileprivate func apply(_ value: inout Value, none: Value) {
    switch self {
    case .leave: break
    case .delete: value = none
    case .set(let new): value = new
    }
  }

  fileprivate func apply(_ value: inout Value?) {
    switch self {
    case .leave: break
    case .delete: value = nil
    case .set(let new): value = new
    }
  }
}
