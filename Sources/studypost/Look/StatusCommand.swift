import ArgumentParser
import Desk
import Glibc
import Journal

/// `status`: the whole at a glance.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show where the studies are on their trip, partners, services, disk and alerts, on one screen.",
    discussion: """
      Below each place of the trip stand how many studies or parcels are there, their size, and for how long the oldest has \
      been. With --check it is a check for monitoring: one line with performance data, and the exit status 0 (fine), 1 \
      (warning), 2 (critical) or 3 (it cannot be looked at). A service that does not run is then critical, too.
      """)

  @OptionGroup var site: SiteOptions
  @Flag(name: .long, help: "One line and an exit status for monitoring.") var check = false
  @Flag(name: .long, help: "Prometheus' text format.") var prometheus = false
  @Flag(name: .long, help: "All partners and alerts, where a screen shows some.") var all = false
  @OptionGroup var output: JSONOption

  func validate() throws {
    if [check, prometheus, output.json].count(where: \.self) > 1 {
      throw ValidationError("--check, --prometheus and --json exclude one another.")
    }
  }

  func run() throws {
    if check { return try runCheck() }
    let report = try site.desk().status()
    if prometheus { return print(report.prometheus, terminator: "") }
    if output.json { return try printJSON(report.json) }
    report.print(all: all)
  }

  /// Of what cannot be looked at nobody knows how it is.
  private func runCheck() throws {
    let report: StatusReport
    do {
      report = try site.desk().status(expectingServices: true)
    } catch {
      print(StatusReport.checkLine(failing: error))
      throw ExitCode(StatusReport.unknownCode)
    }
    print(report.checkLine)
    if report.checkCode != 0 { throw ExitCode(report.checkCode) }
  }
}
