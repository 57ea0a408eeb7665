internal import Custody

// The status for other programs: a monitoring check, and Prometheus.

extension StatusReport {
  /// The exit code of a monitoring check: 0 fine, 1 warning, 2 critical.
  public var checkCode: Int32 {
    switch severity {
    case nil: 0
    case .warning?: 1
    case .critical?: 2
    }
  }

  /// The one line of a monitoring check (Monitoring Plugins Development Guidelines), with performance data.
  public var checkLine: String {
    let word = ["OK", "WARNING", "CRITICAL"][Int(checkCode)]
    let what: String
    if let first = concerns.first {
      let more = concerns.count > 1 ? " (and \(concerns.count - 1) more)" : ""
      what = "\(first.message) \(first.remedy)\(more)"
    } else {
      what = "no alerts"
    }
    return Self.checkLine(word, "\(site): \(what)", performance)
  }

  /// The exit code where a site cannot be looked at.
  public static let unknownCode: Int32 = 3

  /// The line for a site that cannot be looked at.
  public static func checkLine(failing error: any Error) -> String { checkLine("UNKNOWN", "\(error)", []) }

  private static func checkLine(_ word: String, _ text: String, _ performance: [String]) -> String {
    // A bar begins the performance data, a line break the long output.
    let text = text.split(whereSeparator: \.isNewline).joined(separator: " ").replacing("|", with: "/")
    return "STUDYPOST \(word) - \(text)" + (performance.isEmpty ? "" : " | " + performance.joined(separator: " "))
  }

  private var performance: [String] {
    func items(_ rows: [Row], _ states: String...) -> Int {
      rows.filter { states.contains($0.state) }.reduce(0) { $0 + $1.count.items }
    }
    return [
      "queued=\(items(out, "sealed"))", "unsettled=\(items(out, "shipped", "received", "held_there"))",
      "refused=\(items(out, "refused", "expired", "damaged"))", "hold=\(items(out, "held"))",
      "worklist=\(worklist)", "quarantine=\(quarantined.items)",
      "opening=\(items(self.in, "arrived", "accepted", "staged", "offered"))",
      "free=\(space.available)B;;;0;\(space.total)",
      "warnings=\(concerns.count { $0.severity == .warning })",
      "criticals=\(concerns.count { $0.severity == .critical })",
    ]
  }

  /// The status in Prometheus' text format.
  public var prometheus: String {
    var text = Exposition()
    for (side, rows) in [("out", out), ("in", self.in)] {
      for row in rows {
        let labels = [("side", side), ("state", row.state)]
        text.add("items", "Studies and parcels in a state.", labels, Double(row.count.items))
        text.add("instances", "Instances in a state.", labels, Double(row.count.instances))
        text.add("bytes", "Bytes of the DICOM files in a state.", labels, Double(row.count.bytes))
        text.add(
          "oldest_seconds", "For how long the oldest has been in a state.", labels,
          row.count.oldest.map(age(since:))?.rounded() ?? 0)
      }
    }
    text.add("arrivals", "Taken out of the mailboxes and not verified.", [], Double(arrivals))
    text.add("worklist", "Studies that wait for a person before they are imported.", [], Double(worklist))
    text.add("quarantine", "Entries of the quarantine.", [], Double(quarantined.items))
    for partner in partners {
      let labels = [("partner", partner.site)]
      text.add(
        "partner_queued", "Parcels sealed for a partner and not delivered.", labels, Double(partner.queued.items))
      text.add(
        "partner_queued_bytes", "Bytes of the DICOM files in them.", labels, Double(partner.queued.bytes))
      text.add(
        "partner_failing", "Whether the last attempt to deliver to a partner failed.", labels,
        partner.lastError == nil ? 0 : 1)
    }
    for report in services {
      let labels = [("service", report.service.rawValue)]
      text.add("service_running", "Whether a service runs and gets on.", labels, report.state == .running ? 1 : 0)
      if let age = report.age {
        text.add("service_progress_seconds", "How long ago a service got on.", labels, age.rounded())
      }
    }
    text.add("disk_free_bytes", "Free bytes of the spool's disk.", [], Double(space.available))
    text.add("disk_bytes", "Bytes of the spool's disk.", [], Double(space.total))
    for severity in Alert.Severity.allCases {
      text.add(
        "alerts", "Alerts that stand.", [("severity", severity.rawValue)],
        Double(concerns.count { $0.severity == severity }))
    }
    for (code, concerns) in Dictionary(grouping: concerns, by: \.code).sorted(by: { $0.key < $1.key }) {
      text.add(
        "alert", "How much is concerned, by the alert's code.", [("code", code)],
        Double(concerns.reduce(0) { $0 + $1.count }))
    }
    return text.lines(site: site)
  }
}

/// Prometheus' text-based exposition format, version 0.0.4: all lines of one metric stand together.
private struct Exposition {
  private var order: [String] = []
  private var metrics: [String: (help: String, samples: [(labels: [(String, String)], value: Double)])] = [:]

  mutating func add(_ name: String, _ help: String, _ labels: [(String, String)], _ value: Double) {
    if metrics[name] == nil { order.append(name) }
    metrics[name, default: (help, [])].samples.append((labels, value))
  }

  func lines(site: String) -> String {
    var text = ""
    for name in order {
      guard let metric = metrics[name] else { continue }
      text += "# HELP studypost_\(name) \(metric.help)\n# TYPE studypost_\(name) gauge\n"
      for (labels, value) in metric.samples {
        let all = ([("site", site)] + labels).map { "\($0)=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        text += "studypost_\(name){\(all)} \(Self.number(value))\n"
      }
    }
    return text
  }

  private static func escaped(_ value: String) -> String {
    value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }
}
