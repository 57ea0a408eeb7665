import ArgumentParser
import Desk
import Journal
import Spool

extension WorklistCommand {
  struct Split: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Give the images of a study that names several patients to each of them.",
      discussion: """
        worklist show numbers the groups of images that say the same of their patient. Name each group once: N=LOCALID gives \
        it to a patient, N=reject leaves it out, and the sender is told. For example:

          studypost worklist split ID 1=4711 2=4712 --reason "two patients on one CD; called the sender"

        Each patient's images become a study of their own. One patient's keep the study's unique identifiers: whose it is \
        already, or who has most of its images. The others' images get new ones.
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "The study's id on the worklist, or its beginning.") var id: String
    @Argument(help: "N=LOCALID or N=reject, for each group.") var groups: [String]
    @Option(name: .long, help: "Why, for the journal, and for the sender of what is left out.") var reason: String
    @Flag(name: .long, help: "You have seen what disagrees between a group and its patient.")
    var despiteDifferences = false

    func validate() throws { _ = try fates() }

    private func fates() throws -> [Desk.Fate] {
      try groups.map { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let number = Int(parts[0]), !parts[1].isEmpty else {
          throw ValidationError(
            "\(Quoted.text(text, limit: 80)): write N=LOCALID for a patient, or N=reject, where N is a group's number in "
              + "worklist show.")
        }
        return Desk.Fate(group: number, patient: parts[1] == Desk.Fate.reject ? nil : parts[1])
      }
    }

    func run() throws {
      let fates = try fates()
      let parts = try site.desk().split(id, fates, reason: reason, despiteDifferences: despiteDifferences)
      if parts.contains(where: { $0.state == .held }) {
        let words = fates.map(\.words).joined(separator: " ")
        return print(awaitingSecond("worklist split \(id) \(words) --reason TEXT"))
      }
      print("\(parts.named) is split. `studypost receive` imports each patient's images as a study of their own:")
      var fields = Fields()
      for share in parts.flatMap({ $0.split?.shares ?? [] }) {
        let count = counted(share.instances, "image")
        fields.add(
          share.patient.map { "patient \($0)" } ?? "left out",
          share.patient == nil
            ? "\(count) of \(share.who)"
            : "\(count) of \(share.who), "
              + (share.study == parts.first?.study ? "as the study's own" : "as study \(share.study ?? "")"))
      }
      for part in parts where part.split == nil { fields.add("rejected", "parcel \(part.id)") }
      fields.print(indent: "  ")
      print("To take it back: studypost worklist undo \(parts.first?.id ?? id)\(site.inCommands) --reason TEXT")
    }
  }
}
