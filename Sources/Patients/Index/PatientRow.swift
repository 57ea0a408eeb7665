internal import FoundationEssentials
internal import GRDB

/// A patient as a row of the index.
struct PatientRow: Codable, FetchableRecord, Equatable {
  var id: Int64 = 0
  var localID = ""
  var authority = ""
  var nationalID: String?
  var scheme: String?
  var family = ""
  var given = ""
  var birthName: String?
  var birthDate: String?
  var sex: String?
  var active = true
  /// The date of death; empty: dead, the date not known.
  var deceased: String?
  var more: String?
  var source: Int64 = 0
  /// When a message changed it; nil: a list.
  var changed: String?

  /// What few patients have.
  struct More: Codable, Equatable {
    var names: [PatientName]?
    var numbers: [NationalNumber]?
    var ids: [LocalIdentifier]?
    var mergedInto: LocalIdentifier?

    var isEmpty: Bool { names == nil && numbers == nil && ids == nil && mergedInto == nil }
  }

  static let columns = [
    "id", "localID", "authority", "nationalID", "scheme", "family", "given", "birthName", "birthDate", "sex", "active",
    "deceased", "more", "source", "changed",
  ]

  /// The values of the columns.
  var values: [(any DatabaseValueConvertible)?] {
    [
      id, localID, authority, nationalID, scheme, family, given, birthName, birthDate, sex, active, deceased, more,
      source,
      changed,
    ]
  }

  /// The row as JSON, for the history.
  static let json =
    "json_object(" + columns.map { "'\($0)', \($0 == "active" ? activeAsJSON : $0)" }.joined(separator: ", ") + ")"
  private static let activeAsJSON = "json(CASE WHEN active THEN 'true' ELSE 'false' END)"

  init() {}

  init(row: Row) {
    id = row["id"]
    localID = row["localID"]
    authority = row["authority"]
    nationalID = row["nationalID"]
    scheme = row["scheme"]
    family = row["family"]
    given = row["given"]
    birthName = row["birthName"]
    birthDate = row["birthDate"]
    sex = row["sex"]
    active = row["active"]
    deceased = row["deceased"]
    more = row["more"]
    source = row["source"]
    changed = row["changed"]
  }

  init(_ patient: Patient, source: Int64, changed: String?) throws {
    localID = patient.localID
    authority = patient.authority
    let number = patient.nationalNumbers.first(where: \.isCurrent)
    nationalID = number?.value
    scheme = number?.scheme
    family = patient.family
    given = patient.given
    birthName = patient.birthName
    birthDate = patient.birthDate
    sex = patient.sex
    active = patient.active
    deceased = patient.isDeceased ? patient.deceased ?? "" : nil
    var more = More()
    if plainNames != patient.names { more.names = patient.names }
    if plainNumbers != patient.nationalNumbers { more.numbers = patient.nationalNumbers }
    if !patient.otherIDs.isEmpty { more.ids = patient.otherIDs }
    more.mergedInto = patient.mergedInto
    if !more.isEmpty { self.more = String(decoding: try JSONEncoder().encode(more), as: UTF8.self) }
    self.source = source
    self.changed = changed
  }

  private var plainNames: [PatientName] {
    [PatientName(.legal, family: family, given: given)]
      + (birthName.map { [PatientName(.birth, family: $0, given: "")] } ?? [])
  }

  private var plainNumbers: [NationalNumber] { nationalID.map { [NationalNumber($0, scheme: scheme ?? "")] } ?? [] }

  func decodedMore() throws -> More {
    try more.map { try JSONDecoder().decode(More.self, from: Data($0.utf8)) } ?? More()
  }

  func patient() throws -> Patient {
    let more = try decodedMore()
    return Patient(
      LocalIdentifier(localID, authority: authority), otherIDs: more.ids ?? [],
      nationalNumbers: more.numbers ?? plainNumbers, names: more.names ?? plainNames, birthDate: birthDate, sex: sex,
      active: active, isDeceased: deceased != nil, deceased: deceased.flatMap { $0.isEmpty ? nil : $0 },
      mergedInto: more.mergedInto)
  }

  /// What `words` has of it.
  func words() throws -> String {
    guard more != nil else { return SearchWords.text(of: [family, given, birthName ?? ""]) }
    return SearchWords.text(
      of: try patient().names.flatMap(\.groups).flatMap { [$0.family, $0.given] })
  }

  /// What `alias` has of it.
  func aliases() throws -> [(value: String, kind: String)] {
    guard more != nil else { return [] }
    let more = try decodedMore()
    return Set((more.numbers ?? []).map(\.value)).filter { $0 != nationalID }.sorted().map { ($0, "number") }
      + Set((more.ids ?? []).map(\.value)).filter { $0 != localID }.sorted().map { ($0, "id") }
  }
}
