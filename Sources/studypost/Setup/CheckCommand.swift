import ArgumentParser
import Desk
import Spool
import SystemPackage

/// `check`: is this site fit to run?
struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check whether this site is fit to run, and say all that is wrong at once.",
    discussion: """
      At an installed site it is for root: what the services, the accounts of PACS and EHR and the partners' logins must be \
      able to do is tried, as these users. The exit status is 1 if something is wrong.
      """)

  @OptionGroup var site: SiteOptions
  @Flag(name: .long, help: "Do not connect to partners.") var offline = false
  @Option(
    name: .long,
    help:
      "Confirm that this source or the import folder lies on the right file system now, or that this is the spool to be used.",
    completion: .directory)
  var accept: String?
  @OptionGroup var output: JSONOption

  func run() async throws {
    if let accept {
      let folder = try absolute(FilePath(accept))
      try site.desk().confirm(folder: folder)
      return print("\(folder) is used as it is now.")
    }
    let checks = await Inspection.of(site, offline: offline)
    let isFit = checks.allSatisfy { $0.result != .failed }
    if output.json {
      try printJSON(["fit": JSON(isFit), "checks": .array(checks.map(\.json))])
    } else {
      for check in checks {
        let detail = check.detail.map { ": \(Quoted.text($0, limit: 2000))" } ?? ""
        tell(check.what + detail, behind: "\(check.result.label)  ")
      }
      print(isFit ? "This site is fit to run." : "This site is NOT fit to run.")
    }
    if !isFit { throw ExitCode(Failure.Status.no.rawValue) }
  }
}

/// One thing that was looked at.
struct Check {
  enum Result: String {
    case passed = "ok"
    case failed = "fail"
    /// Worth knowing, and no hindrance.
    case noted = "note"

    fileprivate var label: String {
      switch self {
      case .passed: "ok  "
      case .failed: "FAIL"
      case .noted: "note"
      }
    }
  }

  let what: String
  let result: Result
  /// What is wrong and what to do.
  let detail: String?

  fileprivate var json: JSON {
    ["check": JSON(what), "result": JSON(result.rawValue), "detail": JSON(detail)]
  }
}
