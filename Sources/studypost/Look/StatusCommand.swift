import ArgumentParser
import Desk
import Glibc
import Journal

/// `status`: the whole at a glance.
struct StatusCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show counts per state, the oldest of each, partners, services, disk and alerts.",
    discussion: """
      With --check it is a check for monitoring: one line with performance data, and the exit status 0 (fine), \
      1 (warning) or 2 (critical). A service that does not run is then critical, too.
      """)

  @OptionGroup var site: SiteOptions
  @Flag(name: .long, help: "One line and an exit status for monitoring.") var check = false
  @Flag(name: .long, help: "Prometheus' text format.") var prometheus = false
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
    report.print()
  }

  /// What cannot be looked at is critical, whatever the reason.
  private func runCheck() throws {
    let report: StatusReport
    do {
      report = try site.desk().status(expectingServices: true)
    } catch {
      print(StatusReport.checkLine(failing: error))
      throw ExitCode(2)
    }
    print(report.checkLine)
    if report.checkCode != 0 { throw ExitCode(report.checkCode) }
  }
}
