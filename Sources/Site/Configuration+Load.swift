internal import DICOM
internal import NationalID
public import Spool
public import SystemPackage

extension Configuration {
  /// Reads a configuration file.
  ///
  /// - Parameter file: relative to the working folder, or absolute.
  /// - Returns: the configuration, checked.
  /// - Throws: ``ConfigurationError`` with everything that is wrong: what is no TOML, unknown keys, wrong types, bad
  ///   values and settings that contradict one another.
  public static func load(_ file: FilePath, disk: Disk = Disk()) throws -> Configuration {
    let (text, file) = try read(file, disk: disk)
    return try Configuration(parsing: text, file: file)
  }

  /// Checks the text of a configuration that is to lie in that file, whose path is absolute.
  ///
  /// - Throws: ``ConfigurationError`` with everything that is wrong.
  public static func check(_ text: String, as file: FilePath) throws -> Configuration {
    try Configuration(parsing: text, file: file)
  }

  static func read(_ file: FilePath, disk: Disk) throws -> (text: String, file: FilePath) {
    let file = try absolute(file)
    let text = try disk.readText(
      file, limit: 1 << 20, remedy: "Name the configuration with --config, or make a site with `studypost init`.")
    return (text, file)
  }

  /// Reads the text of a configuration file, whose path is absolute: relative paths in it start at its folder.
  init(parsing text: String, file: FilePath) throws {
    try self.init(parsing: text, ProblemList(of: file))
  }

  init(parsing text: String, _ problems: ProblemList) throws {
    let file = problems.file
    guard let table = parseTOML(text, problems) else { throw ConfigurationError(problems.all) }
    let document = TableReader(table, problems)
    let folder = file.removingLastComponent()

    document.require("site", "Name this site, for example site = \"ch1\".")
    let site = document.form("site", .siteName)
    self.file = file
    name = document.form("name", .line) ?? site?.text ?? ""
    contact = document.form("contact", .line) ?? ""
    let installed: FilePath = "/var/spool/studypost"
    let spool = document.path("spool", in: folder) ?? installed
    self.spool = spool
    // The spool's root belongs to root where it is installed, as sshd demands.
    run = document.path("run", in: folder) ?? (spool == installed ? "/run/studypost" : spool)
    journal = document.path("journal", in: folder) ?? "/var/lib/studypost/journal.sqlite"
    keys = document.path("keys", in: folder) ?? "/etc/studypost/keys"
    partners = document.path("partners", in: folder) ?? "/etc/studypost/partners"

    let sources = document.tables("source") ?? []
    self.sources =
      sources.isEmpty
      ? [Source(TableReader(problems), spool: spool, folder: folder)]
      : sources.map { Source($0, spool: spool, folder: folder) }
    let routes = document.tables("route") ?? []
    self.routes = routes.isEmpty ? RouteRule.defaults : routes.compactMap { RouteRule($0) }

    reading = ReadingOptions(document.table("dicom"))
    sftp = SFTP(document.table("sftp"), folder: folder)
    compression = Compression(document.table("compression"))
    ship = Ship(document.table("ship"))
    reconcile = Reconcile(document.table("reconcile"))
    trust = Trust.all(document, site: site)
    patients = Patients(document.table("patients"))
    importing = Import(document.table("import"), spool: spool, folder: folder)
    records = Records(document.table("records"))
    limits = Limits(document.table("limits"))
    retention = Retention(document.table("retention"))
    alerts = Alerts(document.table("alerts"))
    audit = Audit(document.table("audit"))
    document.finish()

    Self.reportFoldersInOneAnother(
      spool: spool, sources: self.sources, importing: importing, keys: keys, partners: partners, problems)
    try problems.throwIfAny()
    guard let site else { throw ConfigurationError(problems.all) }
    self.site = site
  }
}

extension Configuration.Source {
  fileprivate init(_ table: TableReader, spool: FilePath, folder: FilePath) {
    path = table.path("path", in: folder) ?? spool.appending("export")
    quiet = table.form("quiet", .duration) ?? .seconds(60)
    marker = table.form("marker", .marker) ?? ".done"
    settle = table.form("settle", .duration) ?? .seconds(10)
    partialAfter = table.form("partial_after", .positiveDuration) ?? .seconds(30 * 60)
    table.finish()
    if quiet > partialAfter {
      table.report(
        "quiet", "a study would wait longer for more files than a partial file waits for its end",
        "Set quiet to at most partial_after.")
    }
  }
}

/// How much of what may be set for reading.
enum ReadingRanges {
  static let keptElements = 1000...10_000_000
  static let elements = 1000...100_000_000
  static let depth = 1...128
}

extension ReadingOptions {
  fileprivate init(_ table: TableReader) {
    self.init()
    if let terms = table.strings("undeclared_text") {
      do {
        undeclaredText = try UndeclaredText(terms: terms)
      } catch {
        table.report(
          "undeclared_text", (error as? DICOMError)?.message ?? "\(error)",
          "Write terms of (0008,0005), for example [\"ISO_IR 192\", \"ISO_IR 100\"].")
      }
    }
    if let size = table.form("max_header", .size) { limits.headerBytes = Int(size) }
    if let size = table.form("max_inflated", .size) { limits.inflatedBytes = Int(size) }
    if let size = table.form("max_text", .size) { limits.textBytes = Int(size) }
    if let count = table.integer("max_kept_elements", in: ReadingRanges.keptElements) { limits.keptElements = count }
    if let count = table.integer("max_elements", in: ReadingRanges.elements) { limits.elements = count }
    if let depth = table.integer("max_depth", in: ReadingRanges.depth) { limits.depth = depth }
    table.finish()
  }
}

extension Configuration.SFTP {
  static let ports = 1...65535

  fileprivate init(_ table: TableReader, folder: FilePath) {
    host = table.form("host", .host)
    port = table.integer("port", in: Self.ports) ?? 22
    hostKey = table.path("host_key", in: folder)
    table.finish()
  }
}

extension Configuration.Compression {
  static let levels = 1...19

  fileprivate init(_ table: TableReader) {
    level = table.integer("level", in: Self.levels) ?? 3
    table.finish()
  }
}

extension Configuration.Ship {
  fileprivate init(_ table: TableReader) {
    retryFirst = table.form("retry_first", .positiveDuration) ?? .seconds(30)
    retryMax = table.form("retry_max", .positiveDuration) ?? .seconds(3600)
    alertAfter = table.form("alert_after", .positiveDuration) ?? .seconds(4 * 3600)
    expireAfter = table.form("expire_after", .positiveDuration) ?? .seconds(5 * 86400)
    table.finish()
    if retryFirst > retryMax {
      table.report("retry_first", "it is longer than retry_max", "Set retry_first to at most retry_max.")
    }
    if alertAfter > expireAfter {
      table.report(
        "alert_after", "a parcel would be given up before anyone is alerted",
        "Set alert_after to at most expire_after.")
    }
  }
}

extension Configuration.Thresholds {
  static let range = 0.5...1
}

extension Configuration.Reconcile {
  fileprivate init(_ table: TableReader) {
    nationalIDs = Self.schemes(table) ?? ["BE"]
    unknownPatient = table.choice("unknown_patient", Configuration.UnknownPatient.self) ?? .hold
    sourceIssuers = table.strings("source_issuers") ?? []
    thresholds = .init(
      family: table.number("family_threshold", in: Configuration.Thresholds.range) ?? 0.90,
      given: table.number("given_threshold", in: Configuration.Thresholds.range) ?? 0.85)
    twoPerson = table.truth("two_person") ?? false
    table.finish()
    for issuer in sourceIssuers where issuer.isEmpty || TextForm.line.read(issuer) == nil {
      table.report("source_issuers", "\(quoted(issuer)) names no issuer", "Write the OID or name, or remove it.")
    }
  }

  /// The codes of one scheme or several.
  private static func schemes(_ table: TableReader) -> [String]? {
    let key = "national_id"
    guard let texts = table.stringOrStrings(key) else { return nil }
    let codes = texts.map { NationalIDScheme.named($0)?.code }
    if let wrong = zip(texts, codes).first(where: { $1 == nil })?.0 {
      table.report(
        key, "\(quoted(wrong)) is not a national identifier known here",
        "Choose from \(NationalIDScheme.all.map(\.code).joined(separator: ", ")).")
      return nil
    }
    guard !codes.isEmpty, Set(codes).count == codes.count else {
      table.report(key, "it names nothing, or one twice", "Write each country once, for example [\"BE\", \"NL\"].")
      return nil
    }
    return codes.compactMap(\.self)
  }
}

extension Configuration.Patients {
  fileprivate init(_ table: TableReader) {
    dates = table.choice("dates", DateOrder.self)
    encoding = table.choice("encoding", Encoding.self) ?? .automatic
    badRows = table.number("bad_rows", in: Self.shares) ?? 1
    maxAge = table.form("max_age", .positiveDuration)
    authorities = table.strings("authorities") ?? []
    let columns = table.table("columns")
    self.columns = Dictionary(
      uniqueKeysWithValues: Self.columnNames.compactMap { name in
        // One that is called by its own name is as if it were not set.
        columns.form(name, .line).flatMap { $0 == name ? nil : (name, $0) }
      })
    columns.finish()
    table.finish()
  }
}

extension Configuration.Import {
  fileprivate init(_ table: TableReader, spool: FilePath, folder: FilePath) {
    path = table.path("path", in: folder) ?? spool.appending("import")
    layout = table.choice("layout", Layout.self) ?? .study
    let orNone = TextForm(name: TextForm.marker.name, remedy: TextForm.marker.remedy) { text in
      text.isEmpty ? text : TextForm.marker.read(text)
    }
    marker = table.form("marker", orNone) ?? ""
    pickup = table.choice("pickup", Pickup.self) ?? .folder
    table.finish()
  }
}

extension Configuration.Records {
  fileprivate init(_ table: TableReader) {
    format = table.choice("format", Format.self) ?? .hl7
    ack = table.choice("ack", Acknowledgement.self) ?? (format == .none ? .none : .file)
    answerWithin = table.form("answer_within", .positiveDuration) ?? .seconds(1800)
    table.finish()
    if format == .none, ack == .file {
      table.report("ack", "no answer can come where no message is sent", "Set ack = \"none\" or format = \"hl7\".")
    }
  }
}

extension Configuration.Audit {
  fileprivate init(_ table: TableReader) {
    syslog = table.form("syslog", .syslog)
    table.finish()
  }
}

extension Configuration.Limits {
  static let instances = 1...10_000_000

  fileprivate init(_ table: TableReader) {
    minFree = table.form("min_free", .free) ?? .percent(5)
    maxExpanded = table.form("max_expanded", .size) ?? 256 << 30
    maxInstances = table.integer("max_instances", in: Self.instances) ?? 200_000
    table.finish()
  }
}

extension Configuration.Retention {
  fileprivate init(_ table: TableReader) {
    sent = table.form("sent", .duration) ?? .seconds(7 * 86400)
    imported = table.form("imported", .duration) ?? .seconds(30 * 86400)
    quarantine = table.form("quarantine", .duration) ?? .seconds(90 * 86400)
    table.finish()
  }
}

extension Configuration.Alerts {
  fileprivate init(_ table: TableReader) {
    command = table.strings("command") ?? []
    table.finish()
    if let program = command.first, !program.hasPrefix("/") {
      table.report(
        "command", "the program is not named by an absolute path", "Write command = [\"/path/to/program\", …].")
    }
  }
}

extension TableReader {
  /// A path; a relative one is resolved against `folder`.
  fileprivate func path(_ key: String, in folder: FilePath) -> FilePath? {
    let path = TextForm(name: "a path", remedy: "Write an absolute path, or one relative to \(folder).") { text in
      text.isEmpty || text.unicodeScalars.contains(where: isInvisible) ? nil : FilePath(text)
    }
    return form(key, path).map { folder.pushing($0) }
  }
}
