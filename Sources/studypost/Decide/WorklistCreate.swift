import ArgumentParser
import Desk
import Journal

extension WorklistCommand {
  struct Create: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Ask the EHR to register the study's patient, as the sender describes them.",
      discussion: """
        The study waits on. When the EHR tells of the patient through patients/, the study is decided again, or \
        worklist show names the patient who was registered for it.
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String?

    func run() throws {
      let (parcel, message) = try site.desk().requestPatient(id, reason: reason)
      print(
        "The EHR will be asked to register the patient of study \(parcel.study ?? parcel.id): message \(message.id). "
          + "`studypost receive` writes it into records/.")
    }
  }
}
