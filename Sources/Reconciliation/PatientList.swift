public import Journal
public import NationalID

/// The local patient list as the EHR writes it: a CSV file that replaces the whole index, all or nothing.
public enum PatientList {
  /// The columns, in this order and no others.
  public static let header = [
    "local_id", "national_id", "family", "given", "birth_name", "birth_date", "sex", "active",
  ]

  /// How many errors are reported at once.
  static let reportedErrors = 20

  /// Reads a list in UTF-8, with or without a byte order mark, quoted as in RFC 4180.
  ///
  /// - Parameters:
  ///   - bytes: the whole list.
  ///   - schemes: the national identifiers of the `national_id` column.
  /// - Returns: the patients in the list's order, their national identifiers in the normal spelling.
  /// - Throws: `ReconciliationError` with the code `patientList` and the first 20 errors when any row has one.
  public static func read(csv bytes: [UInt8], schemes: [NationalIDScheme]) throws -> [Patient] {
    var reader = CSVReader(bytes)
    var errors: [ReconciliationError.LineError] = []
    var count = 0
    func report(_ line: Int, _ message: String) {
      count += 1
      if errors.count < reportedErrors { errors.append(.init(line: line, message: message)) }
    }

    guard case .success(let first)? = reader.next(), texts(of: first) == header else {
      throw ReconciliationError(
        .patientList, "the patient list must begin with the line \(header.joined(separator: ",")), in UTF-8")
    }
    var patients: [Patient] = []
    var lines: [String: Int] = [:]
    while let next = reader.next() {
      switch next {
      case .failure(let error): report(error.line, error.message)
      case .success(let row):
        if row.fields.count == 1, row.fields.first?.isEmpty == true { continue }  // a blank line
        guard let texts = texts(of: row) else {
          report(row.line, "this is not UTF-8: export the list as UTF-8")
          continue
        }
        guard texts.count == header.count else {
          report(row.line, "there are \(texts.count) fields instead of \(header.count)")
          continue
        }
        var fields = PatientFields(texts, schemes: schemes)
        let patient = fields.patient()
        for error in fields.errors { report(row.line, error) }
        if let earlier = lines.updateValue(row.line, forKey: patient.localID), !patient.localID.isEmpty {
          report(row.line, "local_id \(patient.localID) stands on line \(earlier) already")
        }
        patients.append(patient)
      }
    }
    guard count == 0 else {
      let more = count > reportedErrors ? ", the first \(reportedErrors) of which are" : ""
      throw ReconciliationError(
        .patientList,
        "the patient list has \(count) \(count == 1 ? "error" : "errors")\(more); the index stays as it was. "
          + "Correct the list and import it again.",
        lines: errors)
    }
    return patients
  }

  /// The row's fields without surrounding spaces, or nil when one is not UTF-8.
  private static func texts(of row: CSVReader.Row) -> [String]? {
    var texts: [String] = []
    for field in row.fields {
      guard let text = String(validating: field, as: UTF8.self) else { return nil }
      texts.append(text.trimmingSpaces)
    }
    return texts
  }
}

/// One row on its way to a patient, with what is wrong in it.
private struct PatientFields {
  private let fields: [String: String]
  private let schemes: [NationalIDScheme]
  private(set) var errors: [String] = []

  init(_ texts: [String], schemes: [NationalIDScheme]) {
    fields = Dictionary(zip(PatientList.header, texts)) { first, _ in first }
    self.schemes = schemes
  }

  mutating func patient() -> Patient {
    let family = text("family", required: true)
    let given = text("given")
    if family.unicodeScalars.count + given.unicodeScalars.count > 63 {
      errors.append("family and given together have more than the 63 characters that fit into a DICOM name")
    }
    return Patient(
      localID: text("local_id", required: true), nationalID: nationalID(), family: family, given: given,
      birthName: text("birth_name").nilIfEmpty, birthDate: birthDate(),
      sex: word("sex", ["M": "M", "F": "F", "O": "O", "": nil]) ?? nil,
      active: word("active", ["true": true, "1": true, "false": false, "0": false]) ?? false)
  }

  /// A text that fits into LO and PN: 64 characters, no `\`, and none of a name's delimiters (PS3.5 6.2).
  private mutating func text(_ column: String, required: Bool = false) -> String {
    let value = fields[column] ?? ""
    if value.isEmpty, required { errors.append("\(column) is empty") }
    if value.unicodeScalars.count > 64 { errors.append("\(column) has more than 64 characters") }
    let forbidden = column == "local_id" ? "\\" : "\\^="
    if value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
      || value.contains(where: { forbidden.contains($0) })
    {
      errors.append("\(column) holds a control character or one of \(forbidden)")
    }
    return value
  }

  private mutating func nationalID() -> String? {
    let value = fields["national_id"] ?? ""
    guard !value.isEmpty else { return nil }
    switch schemes.validate(value) {
    case .success(let identifier): return identifier.value
    case .failure(let problem):
      errors.append("national_id: \(problem.message)")
      return nil
    }
  }

  private mutating func birthDate() -> String? {
    let value = fields["birth_date"] ?? ""
    guard !value.isEmpty else { return nil }
    guard let date = CalendarDate(value) else {
      errors.append("birth_date is no date of the form YYYYMMDD or YYYY-MM-DD")
      return nil
    }
    return date.text
  }

  private mutating func word<Value>(_ column: String, _ words: [String: Value]) -> Value? {
    if let value = words[fields[column] ?? ""] { return value }
    errors.append(
      "\(column) must be one of \(words.keys.sorted().map { $0.isEmpty ? "nothing" : $0 }.joined(separator: ", "))")
    return nil
  }
}
