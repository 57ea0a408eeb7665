import ArgumentParser
import Desk

/// `trace`: the history of one thing.
struct TraceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "trace",
    abstract: "Tell all that is known of one study, parcel, patient or file, in time order.")

  @OptionGroup var site: SiteOptions
  @Argument(
    help: "A study, parcel, instance, file, accession number, patient's name or identifier, whole or in part.")
  var text: String
  @OptionGroup var output: JSONOption

  func run() throws {
    let events = try site.desk().trace(text)
    if output.json {
      try printJSON(.array(events.map(\.json)))
    } else {
      var table = Table("WHEN", "WHAT", "SITE", "STUDY", "PARCEL", "PATIENT", "FILE", "DETAIL")
      for event in events {
        table.add(
          event.at, event.what, event.site, event.study, event.parcel, event.patient, event.file, event.detail)
      }
      table.print(orSay: "The journal knows nothing of that.")
    }
    if events.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
  }
}
