import ArgumentParser
import Journal
import Spool

/// `status`: the whole at a glance.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show counts per state, the oldest of each, partners, disk and alerts.")

  @OptionGroup var site: SiteOptions
  @OptionGroup var output: JSONOption

  func run() throws {
    let report = try StatusReport(of: site.open())
    if output.json { return try printJSON(report.json) }
    print("Site \(report.site)")
    print("\nOutbound:")
    report.out.print()
    print("\nInbound:")
    report.in.print()
    print("\nPartners:")
    var table = Table("SITE", "QUEUED", "BYTES", "OLDEST", "LAST ERROR")
    for partner in report.partners {
      table.add(
        partner.site, "\(partner.queued.items)", bytesInWords(partner.queued.bytes),
        partner.queued.oldest.map { ageInWords(since: $0) }, partner.lastError)
    }
    table.print(orSay: "There are none yet.")
    print("\nDisk: \(bytesInWords(report.space.available)) of \(bytesInWords(report.space.total)) free.")
    if report.alerts.isEmpty {
      print("No alerts.")
    } else {
      print("\nAlerts:")
      var alerts = Fields()
      for alert in report.alerts { alerts.add(alert.code, alert.message) }
      alerts.print(indent: "  ")
    }
  }
}

extension [StatusReport.Row] {
  fileprivate func print() {
    var table = Table("STATE", "STUDIES", "INSTANCES", "SIZE", "OLDEST")
    for row in self where row.count.items > 0 {
      table.add(
        row.state, "\(row.count.items)", "\(row.count.instances)", bytesInWords(row.count.bytes),
        row.count.oldest.map { ageInWords(since: $0) })
    }
    table.print(orSay: "nothing")
  }
}
