import Desk
import Journal
import Spool

extension StatusReport {
  /// For people: the trip of a study, and how far those of this site are.
  ///
  /// - Parameter all: every partner and alert, where a screen has room for some only.
  func print(all: Bool) {
    Swift.print("Site \(site), \(timeInWords(at)) UTC\n")
    for line in picture { Swift.print(line) }
    printPartners(all: all)
    Swift.print("\nServices: " + services.map(\.inWords).joined(separator: " · "))
    Swift.print("Disk: \(bytesInWords(space.available)) of \(bytesInWords(space.total)) free.")
    guard !concerns.isEmpty else { return Swift.print("No alerts.") }
    Swift.print("\nAlerts:")
    let shown = all ? concerns[...] : concerns.prefix(Self.mostShown)
    for concern in shown {
      var fields = Fields()
      fields.add("\(concern.severity.rawValue): \(concern.code)", concern.message)
      fields.add("", concern.remedy)
      fields.print(indent: "  ")
    }
    if shown.count < concerns.count {
      Swift.print("  … and \(concerns.count - shown.count) more: studypost status --all")
    }
  }

  /// So many partners, and so many alerts, leave room for the rest.
  private static let mostShown = 8

  /// Where the studies are: a line for each way, and below it what has left the way.
  private var picture: [String] {
    let sending = Way(
      "out", "PACS",
      [
        Stop("collecting", out, "collecting", "ready"), Stop("sealed", out, "sealed"),
        Stop("on its way", out, "shipped", "received", "held_there"), Stop("delivered", out, "delivered"),
      ])
    let receiving = Way(
      "in", "mailbox",
      [
        Stop("arrived", self.in, "arrived"), Stop("opening", self.in, "accepted", "staged"),
        Stop("offered", self.in, "offered"), Stop("imported", self.in, "imported"),
      ])
    let outside = [
      Stop("hold", out, "held", of: "study", "studies"), Stop("refused there", out, "refused"),
      Stop("given up", out, "expired"),
      Stop("damaged", out, "damaged"),
    ]
    let parcelsHeld = self.in.first { $0.state == "held" }?.count
    let inside = [
      Stop("worklist", count: .init(items: worklist, oldest: parcelsHeld?.oldest), of: "study", "studies"),
      Stop("quarantine", count: quarantined, of: "entry", "entries"),
      Stop("not verified", count: .init(items: arrivals)),
    ]
    return sending.lines + Self.beside("waits", outside) + [""] + receiving.lines + Self.beside("waits", inside)
  }

  private static func beside(_ label: String, _ stops: [Stop]) -> [String] {
    let words = stops.filter { $0.count.items > 0 }.map { stop in
      "\(stop.name) \(counted(stop.count.items, stop.one, stop.many))" + (stop.age.map { " (\($0))" } ?? "")
    }
    return words.isEmpty
      ? [] : wrapped("\(label): \(words.joined(separator: " · "))", width: Terminal.width, indent: "     ")
  }

  private func printPartners(all: Bool) {
    guard !partners.isEmpty else { return Swift.print("\nPartners: there are none yet.") }
    let busy = partners.filter { $0.queued.items > 0 || $0.lastError != nil }
    let shown = all ? partners[...] : busy.prefix(Self.mostShown)
    Swift.print("\nPartners:")
    var table = Table("SITE", "QUEUED", "BYTES", "OLDEST", "LAST ERROR")
    for partner in shown {
      table.add(
        partner.site, grouped(partner.queued.items), bytesInWords(partner.queued.bytes),
        partner.queued.oldest.map { ageInWords(since: $0) }, partner.lastError)
    }
    table.print()
    for partner in shown {
      guard let opening = partner.opening else { continue }
      Swift.print("\(partner.site): ordinary parcels wait for \(opening).")
    }
    for pause in bulkPauses {
      let to = pause.partner.isEmpty ? "all partners" : pause.partner
      Swift.print("The bulk lane to \(to) is paused since \(timeInWords(pause.since)) UTC, by \(pause.actor).")
    }
    if busy.count > shown.count { Swift.print("… and \(busy.count - shown.count) more with something queued: --all") }
    let idle = partners.count - busy.count
    if !all, idle > 0 {
      Swift.print("\(shown.isEmpty ? "" : "… and ")\(counted(idle, "partner")) for whom nothing is queued.")
    }
  }

  /// For programs: every key always there.
  var json: JSON {
    [
      "site": JSON(site), "at": JSON(at), "out": .object(out.json), "in": .object(self.in.json),
      "arrivals": JSON(arrivals), "worklist": JSON(worklist), "quarantine": quarantined.json(),
      "partners": .array(partners.map(\.json)),
      "services": .object(services.reduce(into: [:]) { $0[$1.service.rawValue] = $1.json }),
      "disk": ["available": JSON(space.available), "total": JSON(space.total), "low": JSON(isSpaceLow)],
      "alerts": .array(concerns.map(\.json)), "severity": JSON(severity?.rawValue ?? "ok"),
    ]
  }
}

extension StateCount {
  fileprivate func json(parcels: Int? = nil) -> JSON {
    [
      "studies": JSON(items), "parcels": JSON(parcels), "instances": JSON(instances), "bytes": JSON(bytes),
      "oldest": JSON(oldest),
    ]
  }
}

extension [StatusReport.Row] {
  /// What is counted under `studies` are parcels where `parcels` stand beside it.
  fileprivate var json: [String: JSON] {
    reduce(into: [:]) { $0[$1.state] = $1.count.json(parcels: $1.isOfParcels ? $1.count.items : nil) }
  }
}

extension StatusReport.PartnerRow {
  fileprivate var json: JSON {
    [
      "site": JSON(site), "queued": JSON(queued.items), "instances": JSON(queued.instances),
      "bytes": JSON(queued.bytes), "oldest": JSON(queued.oldest), "last_error": JSON(lastError),
      "window_opens": JSON(opening), "bulk_paused": JSON(isBulkPaused),
    ]
  }
}

extension ServiceReport {
  /// `collect runs`, and since when not.
  fileprivate var inWords: String {
    let ago = age.map { " (\(doing ?? "starting"), \(durationInWords($0)) ago)" } ?? ""
    return switch state {
    case .running: "\(service.rawValue) runs"
    case .stopped: "\(service.rawValue) does not run"
    case .hanging: "\(service.rawValue) HANGS\(ago)"
    case .ended: "\(service.rawValue) ENDED\(ago)"
    }
  }

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

/// A place on the way of studies, with what is there.
private struct Stop {
  let name: String
  let count: StateCount
  /// What is counted: one of it, and several.
  let one: String
  let many: String

  init(_ name: String, count: StateCount, of one: String = "parcel", _ many: String = "parcels") {
    (self.name, self.count, self.one, self.many) = (name, count, one, many)
  }

  /// What is in any of these states.
  init(
    _ name: String, _ rows: [StatusReport.Row], _ states: String..., of one: String = "parcel",
    _ many: String = "parcels"
  ) {
    self.init(
      name,
      count: rows.filter { states.contains($0.state) }.map(\.count).reduce(into: .init()) { sum, count in
        sum.items += count.items
        sum.bytes += count.bytes
        sum.oldest = [sum.oldest, count.oldest].compactMap(\.self).min()
      }, of: one, many)
  }

  /// For how long the oldest has been here.
  var age: String? { count.items > 0 ? count.oldest.map { ageInWords(since: $0) } : nil }
}

/// One way of studies, drawn as a line with what is at each stop below it.
private struct Way {
  let name: String
  let begin: String
  let stops: [Stop]

  init(_ name: String, _ begin: String, _ stops: [Stop]) { (self.name, self.begin, self.stops) = (name, begin, stops) }

  var lines: [String] {
    let arrow = " ─► "
    let rows: [(name: String, cells: [String])] = [
      (name, stops.map(\.name)),
      ("", stops.map { grouped($0.count.items) }),
      ("", stops.map { $0.count.items > 0 ? bytesInWords($0.count.bytes) : "" }),
      // Of what has come to its end nobody asks for the oldest.
      ("", stops.dropLast().map { $0.age ?? "" } + [""]),
    ]
    let widths = stops.indices.map { stop in rows.map { $0.cells[stop].columns }.max() ?? 0 }
    return rows.enumerated().compactMap { index, row in
      let cells = zip(row.cells, widths).map { $0.centred(in: $1) }
      let lead = index == 0 ? begin.padded(to: Self.lead) : String(repeating: " ", count: Self.lead)
      let gap = index == 0 ? arrow : String(repeating: " ", count: arrow.columns)
      let line = row.name.padded(to: 5) + lead + gap + cells.joined(separator: gap)
      return row.cells.allSatisfy(\.isEmpty) ? nil : line.withoutSpacesAtEnd
    }
  }

  private static let lead = 7
}

extension String {
  fileprivate func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - columns)) }

  fileprivate func centred(in width: Int) -> String {
    let space = max(0, width - columns)
    return String(repeating: " ", count: space / 2) + self + String(repeating: " ", count: space - space / 2)
  }

  fileprivate var withoutSpacesAtEnd: String { String(self[...(lastIndex { $0 != " " } ?? startIndex)]) }
}
