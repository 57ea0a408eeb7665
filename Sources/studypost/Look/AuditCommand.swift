import ArgumentParser
import Desk
import Journal

/// `audit`: the history by time, partner or patient.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Tell what came, what left and who decided, for one patient, partner or time.",
    discussion: """
      Times are UTC, as in the history, whole or their beginning: 2026-11-28T10:30, 2026-11-28, 2026-11. The program's own \
      steps are left out, but for --all and --json, which has every line as it was written. The lines of the history are \
      chained; studypost ledger says whether one was changed or taken out.
      """)

  @OptionGroup var site: SiteOptions
  @Option(name: .long, help: "From this time on.") var from: String?
  @Option(name: .long, help: "Up to the end of this time, day or month.") var to: String?
  @Option(name: .long, help: "What concerns this partner.") var partner: String?
  @Option(name: .long, help: "What concerns this patient: a number, an identifier or a name.") var patient: String?
  @Flag(name: .long, help: "Also the steps between.") var all = false
  @OptionGroup var output: JSONOption

  func validate() throws {
    let form = #/\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?/#
    for (name, time) in [("--from", from), ("--to", to)] {
      if let time, time.wholeMatch(of: form) == nil {
        throw ValidationError("\(name): write a time as 2026-11-28T10:30:00, or its beginning, such as 2026-11-28.")
      }
    }
  }

  func run() throws {
    let inquiry = Desk.Inquiry(from: from, to: to, partner: partner, patient: patient)
    var array = JSONArrayPrinter()
    var count = 0
    try site.desk().history(inquiry) { lines in
      if output.json {
        count += lines.count
        return try lines.forEach { try array.add($0.event.json) }
      }
      let chosen = lines.filter { all || !$0.isStep }
      defer { count += chosen.count }
      var table = Table(
        [
          "WHEN", "WHAT", "PARTNER", "WHO", "PATIENT", "STUDY DATE", "DESCRIPTION", "LOCAL ID", "DETAIL", "STUDY",
          "PARCEL",
        ])
      for line in chosen {
        let event = line.event
        table.add(
          [timeInWords(event.at), line.words, event.site, event.actor ?? "–"]
            + [line.subject?.patient, line.subject?.day, line.subject?.description]
            + [event.patient, event.detail, event.study, event.parcel])
      }
      table.print(withHeader: count == 0)
    }
    if output.json { array.finish() } else if count == 0 { print("The history has nothing of that.") }
    if count == 0 { throw ExitCode(Failure.Status.no.rawValue) }
  }
}
