/// Which field of a list's rows is what.
struct ListColumns {
  /// The columns that are read, in the order of the documentation.
  static let names = [
    "local_id", "national_id", "family", "given", "birth_name", "birth_date", "sex", "active", "deceased",
    "other_national_ids", "aliases", "authority",
  ]
  /// Those that a list must have: without them no study is matched.
  static let required = ["local_id", "national_id", "family", "given", "birth_date", "sex"]

  /// For each of ``names``, its field; nil: the list does not have it.
  let fields: [Int?]
  /// How many fields a row has.
  let count: Int
  let separator: UInt8
  /// Columns of the list that are not read.
  let unknown: [String]
  /// Where the first row starts.
  let start: Int64
  let startLine: Int

  /// Reads the header, whatever the separator.
  ///
  /// - Throws: ``PatientsError`` `list` where it is no header.
  init(_ list: FeedSource, from offset: Int64, _ settings: PatientSettings) throws {
    var missing = Self.required
    for separator in [UInt8(ascii: ","), UInt8(ascii: ";"), UInt8(ascii: "\t")] {
      let rows = CSVRows(list, separator: separator, offset: offset, bufferSize: 0)
      guard try rows.next(), rows.problem == nil else { continue }
      let header = (0..<rows.fieldCount).map { String(decoding: rows[$0], as: UTF8.self).lowercased() }
      let fields = Self.names.map { name in
        header.firstIndex(of: (settings.columns[name] ?? name).lowercased())
      }
      let absent = zip(Self.names, fields).filter { Self.required.contains($0) && $1 == nil }.map(\.0)
      if absent.isEmpty {
        let twice = header.filter { name in header.count { $0 == name } > 1 && !name.isEmpty }
        guard twice.isEmpty else { throw PatientsError(.list, "the list has the column \(twice[0]) twice.") }
        self.fields = fields
        count = header.count
        self.separator = separator
        let read = Set(fields.compactMap(\.self))
        unknown = header.enumerated().filter { !read.contains($0.offset) && !$0.element.isEmpty }.map(\.element)
        start = rows.offset
        startLine = rows.lineOfNext
        return
      }
      if absent.count < missing.count { missing = absent }
    }
    throw PatientsError(
      .list,
      "the list must begin with a line that names its columns, separated by commas, semicolons or tabs: "
        + "\(Self.names.joined(separator: ",")). Of these, \(missing.joined(separator: ", ")) "
        + "\(missing.count == 1 ? "is" : "are") missing; other names can be given in [patients.columns].")
  }
}
