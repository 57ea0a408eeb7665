import ArgumentParser
import Desk
import Journal

/// `audit`: the history by time, partner or patient.
struct AuditCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Tell what came, what left and who decided, for one patient, partner or time.",
    discussion: """
      Times are UTC, as in the history, whole or their beginning: 2026-11-28T10:30, 2026-11-28, 2026-11. The program's own \
      steps are left out, but for --all and --json, which has every line as it was written. WISH says by whose wish a study \
      was sent: a rule, a drop folder or a person. Who was shown patients' data stands in the history, too, and so does \
      whoever reads it. The lines are chained; studypost ledger says whether one was changed or taken out.
      """)

  @OptionGroup var site: SiteOptions
  @Option(name: .long, help: "From this time on.") var from: String?
  @Option(name: .long, help: "Up to the end of this time, day or month.") var to: String?
  @Option(name: .long, help: "What concerns this partner.") var partner: String?
  @Option(name: .long, help: "What concerns this patient: a number, an identifier or a name.") var patient: String?
  @Option(name: .long, help: "What this person did.") var who: String?
  @Option(name: .long, help: "What happened, a word as --json has it: shipped, imported, accepted, disclosed …")
  var what: String?
  @Flag(name: .long, help: "Also the steps between.") var all = false
  @Flag(name: .long, help: "Print a table for a spreadsheet (RFC 4180, UTF-8).") var csv = false
  @OptionGroup var output: JSONOption

  func validate() throws {
    let form = #/\d{4}(-\d\d(-\d\d(T\d\d(:\d\d(:\d\d)?)?)?)?)?/#
    for (name, time) in [("--from", from), ("--to", to)] {
      if let time, time.wholeMatch(of: form) == nil {
        throw ValidationError(
          "\(name): write a time as 2026-11-28T10:30:00, or its beginning, such as 2026-11-28.")
      }
    }
    if let from, let to, from > to + "~" {
      throw ValidationError("--from \(from) is after --to \(to): nothing can lie between them.")
    }
    if csv, output.json { throw ValidationError("--csv and --json contradict one another.") }
  }

  func run() throws {
    let inquiry = Desk.Inquiry(from: from, to: to, partner: partner, patient: patient, who: who, what: what)
    var array = JSONArrayPrinter()
    var count = 0
    if csv { print(CSV.row(Happening.header), terminator: "") }
    try site.desk().history(inquiry) { lines in
      if output.json {
        count += lines.count
        return try lines.forEach { try array.add($0.json) }
      }
      let chosen = lines.filter { all || !$0.isStep }
      defer { count += chosen.count }
      if csv {
        for line in chosen { print(CSV.row(line.cells), terminator: "") }
        return
      }
      var table = Table(
        [
          "WHEN", "WHAT", "PARTNER", "WHO", "PATIENT", "STUDY DATE", "DESCRIPTION", "LOCAL ID", "WISH", "WHY", "DETAIL",
          "STUDY", "PARCEL",
        ])
      for line in chosen {
        let event = line.event
        table.add(
          [timeInWords(event.at), line.words, event.site, event.actor ?? "–"]
            + [line.subject?.patient, line.subject?.day, line.subject?.description]
            + [event.patient, line.wish, event.why, event.detail, event.study, event.parcel])
      }
      table.print(withHeader: count == 0)
    }
    if output.json { array.finish() } else if count == 0, !csv { print("The history has nothing of that.") }
    if count == 0 { throw ExitCode(Failure.Status.no.rawValue) }
  }
}

extension Happening {
  /// The names of the columns of a spreadsheet.
  fileprivate static let header = [
    "when", "what", "partner", "who", "patient", "patient_id", "birth_date", "local_id", "study_date", "description",
    "wish",
    "why", "before", "after", "detail", "study", "parcel",
  ]

  fileprivate var cells: [String?] {
    [event.at, words, event.site, event.actor]
      + [subject?.patient, subject?.patientID, subject?.birthDate, event.patient, subject?.day, subject?.description]
      + [wish, event.why, event.before, event.after, event.detail, event.study, event.parcel]
  }

  fileprivate var json: JSON {
    guard case .object(var members) = event.json else { return event.json }
    members["wish"] = JSON(wish)
    members["patient_name"] = JSON(subject?.patientName)
    members["patient_id"] = JSON(subject?.patientID)
    return .object(members)
  }
}
