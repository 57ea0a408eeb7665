import Desk
import Journal

extension StatusReport {
  /// For people.
  func print() {
    Swift.print("Site \(site)")
    Swift.print("\nOutbound:")
    out.print()
    Swift.print("\nInbound:")
    self.in.print()
    if arrivals > 0 { Swift.print("\(counted(arrivals, "thing")) taken from the mailboxes and not verified yet.") }
    if quarantined.items > 0 { Swift.print("\nQuarantine: \(counted(quarantined.items, "entry", "entries")).") }
    Swift.print("\nPartners:")
    var table = Table("SITE", "QUEUED", "BYTES", "OLDEST", "LAST ERROR")
    for partner in partners {
      table.add(
        partner.site, grouped(partner.queued.items), bytesInWords(partner.queued.bytes),
        partner.queued.oldest.map { ageInWords(since: $0) }, partner.lastError)
    }
    table.print(orSay: "There are none yet.")
    Swift.print("\nServices:")
    var running = Table("SERVICE", "STATE", "LAST SEEN", "AGO")
    for report in services {
      running.add(
        report.service.rawValue, report.state == .stopped ? "not running" : report.state.rawValue, report.doing,
        report.age.map(durationInWords))
    }
    running.print()
    Swift.print("\nDisk: \(bytesInWords(space.available)) of \(bytesInWords(space.total)) free.")
    guard !concerns.isEmpty else { return Swift.print("No alerts.") }
    Swift.print("\nAlerts:")
    for concern in concerns {
      var fields = Fields()
      fields.add("\(concern.severity.rawValue): \(concern.code)", concern.message)
      fields.add("", concern.remedy)
      fields.print(indent: "  ")
    }
  }

  /// For programs: every key always there.
  var json: JSON {
    [
      "site": JSON(site), "at": JSON(at), "out": .object(out.json), "in": .object(self.in.json),
      "arrivals": JSON(arrivals), "quarantine": quarantined.json,
      "partners": .array(partners.map(\.json)),
      "services": .object(services.reduce(into: [:]) { $0[$1.service.rawValue] = $1.json }),
      "disk": ["available": JSON(space.available), "total": JSON(space.total), "low": JSON(isSpaceLow)],
      "alerts": .array(concerns.map(\.json)), "severity": JSON(severity?.rawValue ?? "ok"),
    ]
  }
}

extension StateCount {
  fileprivate var json: JSON {
    ["studies": JSON(items), "instances": JSON(instances), "bytes": JSON(bytes), "oldest": JSON(oldest)]
  }
}

extension [StatusReport.Row] {
  fileprivate var json: [String: JSON] { reduce(into: [:]) { $0[$1.state] = $1.count.json } }

  fileprivate func print() {
    var table = Table("STATE", "STUDIES", "INSTANCES", "SIZE", "OLDEST")
    for row in self where row.count.items > 0 {
      table.add(
        row.state.replacing("_", with: " "), grouped(row.count.items), grouped(row.count.instances),
        bytesInWords(row.count.bytes), row.count.oldest.map { ageInWords(since: $0) })
    }
    table.print(orSay: "nothing")
  }
}

extension StatusReport.PartnerRow {
  fileprivate var json: JSON {
    [
      "site": JSON(site), "queued": JSON(queued.items), "instances": JSON(queued.instances),
      "bytes": JSON(queued.bytes), "oldest": JSON(queued.oldest), "last_error": JSON(lastError),
    ]
  }
}

extension ServiceReport {
  fileprivate var json: JSON {
    [
      "state": JSON(state.rawValue), "doing": JSON(doing), "age": JSON(age), "process": JSON(process.map { Int($0) }),
    ]
  }
}

extension Concern {
  fileprivate var json: JSON {
    [
      "code": JSON(code), "severity": JSON(severity.rawValue), "count": JSON(count), "oldest": JSON(since),
      "since": JSON(since), "message": JSON(message), "remedy": JSON(remedy),
    ]
  }
}
