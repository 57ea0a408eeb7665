extension Configuration {
  /// One value that is in force.
  public struct Setting: Sendable, Equatable {
    /// Its full name, e.g. `ship.retry_first` or `source[2].quiet` (counted from 1).
    public let key: String
    /// As it would stand in the file; nil: not set, and without a default.
    public let value: Value?

    /// Names a value.
    public init(key: String, value: Value?) {
      self.key = key
      self.value = value
    }

    /// A value as a configuration file has it.
    public enum Value: Sendable, Equatable {
      /// Text, a duration, a size, a path or a word.
      case text(String)
      /// A whole number.
      case integer(Int)
      /// A number with a fraction.
      case number(Double)
      /// True or false.
      case truth(Bool)
      /// A list.
      case texts([String])

      var toml: String {
        switch self {
        case .text(let text): tomlString(text)
        case .integer(let integer): "\(integer)"
        case .number(let number): "\(number)"
        case .truth(let truth): "\(truth)"
        case .texts(let texts): "[\(texts.map(tomlString).joined(separator: ", "))]"
        }
      }
    }
  }

  /// Every value that is in force, in the order of the template; paths are absolute.
  public var settings: [Setting] {
    var list = SettingList()
    list.add("site", site.text)
    list.add("name", name)
    list.add("contact", contact)
    list.add("spool", spool.string)
    list.add("run", run.string)
    list.add("journal", journal.string)
    list.add("keys", keys.string)
    list.add("partners", partners.string)

    list.table = "sftp"
    list.add("host", sftp.host)
    list.add("port", sftp.port)
    list.add("host_key", sftp.hostKey?.string)

    for (index, source) in sources.enumerated() {
      list.table = "source[\(index + 1)]"
      list.add("path", source.path.string)
      list.add("quiet", source.quiet)
      list.add("marker", source.marker)
      list.add("settle", source.settle)
      list.add("partial_after", source.partialAfter)
    }
    for (index, route) in routes.enumerated() {
      list.table = "route[\(index + 1)]"
      list.add("tag", route.tag.description)
      list.add("match", route.match.word)
      if case .regex(let pattern) = route.match { list.add("pattern", pattern) }
      list.add("urgent", route.isUrgent)
    }

    list.table = "dicom"
    list.add("undeclared_text", reading.undeclaredText.terms)
    list.add("max_header", size: reading.limits.headerBytes)
    list.add("max_text", size: reading.limits.textBytes)
    list.add("max_elements", reading.limits.elements)
    list.add("max_kept_elements", reading.limits.keptElements)
    list.add("max_depth", reading.limits.depth)
    list.add("max_inflated", size: reading.limits.inflatedBytes)

    list.table = "compression"
    list.add("level", compression.level)

    list.table = "ship"
    list.add("retry_first", ship.retryFirst)
    list.add("retry_max", ship.retryMax)
    list.add("alert_after", ship.alertAfter)
    list.add("expire_after", ship.expireAfter)

    list.table = "reconcile"
    if let only = reconcile.nationalIDs.first, reconcile.nationalIDs.count == 1 {
      list.add("national_id", only)
    } else {
      list.add("national_id", reconcile.nationalIDs)
    }
    list.add("unknown_patient", reconcile.unknownPatient.rawValue)
    list.add("source_issuers", reconcile.sourceIssuers)
    list.add("family_threshold", reconcile.thresholds.family)
    list.add("given_threshold", reconcile.thresholds.given)
    list.add("two_person", reconcile.twoPerson)

    for (index, rule) in trust.enumerated() {
      list.table = "trust[\(index + 1)]"
      list.add("partner", rule.partner.text)
      list.add("issuers", rule.issuers)
      list.add("unqualified", rule.unqualified)
      list.add("places", rule.places.map(\.description))
    }

    list.table = "patients"
    list.add("dates", patients.dates?.rawValue)
    list.add("encoding", patients.encoding.rawValue)
    list.add("bad_rows", patients.badRows)
    list.add("max_age", patients.maxAge)
    list.add("authorities", patients.authorities)
    list.table = "patients.columns"
    for name in Configuration.Patients.columnNames { list.add(name, patients.columns[name] ?? name) }

    list.table = "import"
    list.add("path", importing.path.string)
    list.add("layout", importing.layout.rawValue)
    list.add("marker", importing.marker)
    list.add("pickup", importing.pickup.rawValue)

    list.table = "alerts"
    list.add("command", alerts.command)

    list.table = "audit"
    list.add("syslog", audit.syslog?.description)

    list.table = "records"
    list.add("format", records.format.rawValue)
    list.add("ack", records.ack.rawValue)
    list.add("answer_within", records.answerWithin)

    list.table = "limits"
    switch limits.minFree {
    case .percent(let percent):
      list.add("min_free", percent == percent.rounded() ? "\(Int(percent))%" : "\(percent)%")
    case .bytes(let bytes): list.add("min_free", size: Int(bytes))
    }
    list.add("max_expanded", size: Int(limits.maxExpanded))
    list.add("max_instances", limits.maxInstances)

    list.table = "retention"
    list.add("sent", retention.sent)
    list.add("imported", retention.imported)
    list.add("quarantine", retention.quarantine)
    return list.settings
  }
}

private struct SettingList {
  var table = ""
  private(set) var settings: [Configuration.Setting] = []

  mutating func add(_ key: String, _ text: String?) { add(key, text.map { .text($0) }) }
  mutating func add(_ key: String, _ integer: Int) { add(key, .integer(integer)) }
  mutating func add(_ key: String, _ number: Double) { add(key, .number(number)) }
  mutating func add(_ key: String, _ truth: Bool) { add(key, .truth(truth)) }
  mutating func add(_ key: String, _ texts: [String]) { add(key, .texts(texts)) }
  mutating func add(_ key: String, _ duration: Duration?) { add(key, duration.map { .text(text(of: $0)) }) }
  mutating func add(_ key: String, size: Int) { add(key, .text(text(ofSize: size))) }

  private mutating func add(_ key: String, _ value: Configuration.Setting.Value?) {
    settings.append(.init(key: table.isEmpty ? key : "\(table).\(key)", value: value))
  }
}

/// As the file would have it, in the largest unit that needs no fraction.
private func text(of duration: Duration) -> String {
  let (seconds, attoseconds) = duration.components
  guard attoseconds == 0 else { return "\(seconds * 1000 + attoseconds / 1_000_000_000_000_000)ms" }
  for (unit, size) in [("d", Int64(86400)), ("h", 3600), ("m", 60)] where seconds >= size && seconds % size == 0 {
    return "\(seconds / size)\(unit)"
  }
  return "\(seconds)s"
}

/// As the file would have it, in the largest unit that needs no fraction.
private func text(ofSize bytes: Int) -> String {
  for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes >= 1 << shift {
    if bytes % (1 << shift) == 0 { return "\(bytes >> shift)\(unit)" }
  }
  return "\(bytes)B"
}
