import ArgumentParser
import Desk
import Journal
import Spool

/// `records`: what the EHR is told.
struct RecordsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "records", abstract: "Look at the messages for the EHR, and decide about those that it does not take.",
    subcommands: [List.self, Show.self, Retry.self, Discard.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the messages that the EHR has not taken over.",
      discussion: "With --all also those that it took over, and those that were let go.")

    @OptionGroup var site: SiteOptions
    @OptionGroup var list: ListOptions
    @OptionGroup var output: JSONOption

    func run() throws {
      let desk = try site.desk()
      try list.print(
        json: output.json, { try desk.records($0, all: list.all) },
        header: ["ID", "TELLS", "STATE", "WRITTEN", "ANSWER", "PATIENT", "STUDY", "PARCEL"],
        orSay: list.all ? "The EHR was told nothing." : "The EHR owes no answer.",
        row: { row in
          [
            row.id, row.kind.rawValue, row.state.rawValue,
            "\(row.attempts)×, last \(ageInWords(since: row.writtenAt)) ago", row.said, row.patient, row.study,
            row.parcel,
          ]
        }, object: \.json)
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one message, what the EHR said of it, and its text.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The message's id, or its beginning.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let row = try site.desk().recordCard(id)
      if output.json {
        guard case .object(var object) = row.json else { return }
        object["message"] = JSON(row.message)
        return try printJSON(.object(object))
      }
      var fields = Fields()
      fields.add("message", row.id)
      fields.add("tells", row.kind.inWords)
      fields.add("state", "\(row.state.rawValue), for \(ageInWords(since: row.since))")
      fields.add("written", "\(row.attempts)×, last on \(timeInWords(row.writtenAt)), as records/\(row.file)")
      fields.add("EHR says", row.said)
      fields.add("next look", row.due.map(timeInWords))
      fields.add("patient", row.patient)
      fields.add("study", row.study)
      fields.add("parcel", row.parcel)
      fields.add("reference", row.reference)
      fields.print()
      print()
      for line in row.message?.split(separator: "\r") ?? ["Its text was forgotten after retention.imported."] {
        print("  \(Quoted.text(String(line), limit: 4000))")
      }
    }
  }

  struct Retry: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Write a message again, with the same control id.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The message's id, or its beginning.") var id: String

    func run() throws {
      let row = try site.desk().retry(record: id)
      tell("Message \(row.id) is to be written again. `studypost receive` does it.")
    }
  }

  struct Discard: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Let a message be: it is not written again, and no answer is waited for.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The message's id, or its beginning.") var id: String
    @Option(name: .long, help: "Why, for the journal.") var reason: String

    func run() throws {
      let row = try site.desk().discard(record: id, reason: reason)
      tell("Message \(row.id) is let go. `studypost receive` removes it from records/ if it still lies there.")
    }
  }
}

extension RecordMessage.Kind {
  fileprivate var inWords: String {
    switch self {
    case .result: "images of a patient were imported"
    case .correction: "a result was of another patient"
    case .request: "a patient is to be registered"
    }
  }
}

extension RecordMessage {
  fileprivate var said: String? {
    answer.map { $0 + (words.map { ": \($0)" } ?? "") }
  }

  fileprivate var json: JSON {
    [
      "id": JSON(id), "kind": JSON(kind.rawValue), "state": JSON(state.rawValue), "since": JSON(since),
      "parcel": JSON(parcel), "study": JSON(study), "patient": JSON(patient), "reference": JSON(reference),
      "file": JSON(file), "attempts": JSON(attempts), "written": JSON(writtenAt), "due": JSON(due),
      "answer": JSON(answer), "words": JSON(words), "answered": JSON(answeredAt),
    ]
  }
}
