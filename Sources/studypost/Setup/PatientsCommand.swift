import ArgumentParser
import Desk
import Foundation
import Patients
import Spool
import SystemPackage

/// `patients`: the patient index.
struct PatientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patients", abstract: "Load and search the patient index.",
    subcommands: [Import.self, Find.self, Show.self, History.self])

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace the patient index by a list: all of it or nothing.",
      discussion: """
        FILE is CSV with a header: local_id, national_id, family, given, birth_date, sex and, where the list has them, \
        birth_name, active, deceased, other_national_ids, aliases, authority; in any order. Bad rows are left out and \
        told, unless they are more than patients.bad_rows allows.
        """)

    /// So many bad rows are printed.
    private static let printed = 20

    @OptionGroup var site: SiteOptions
    @Argument(help: "The list.", completion: .file(extensions: ["csv"])) var file: String
    @Flag(name: .long, help: "The index may become more than 20 % smaller.") var confirmShrink = false
    @Option(name: .long, help: "List all bad rows in this new file, with line, reason and value.", completion: .file())
    var badRows: String?

    func run() throws {
      let path = FilePath(file)
      let source: FeedSource
      let written: Date
      do {
        let reader = try Disk().open(path, followingLink: true)
        let status = try reader.status()
        let line = ProgressLine("looking through", "loading", of: status.size)
        source = FeedSource(name: path.lastComponent?.string ?? file, size: status.size) {
          line.advance(to: $0)
          return try reader.read(at: $0, into: $1)
        }
        written = Date(timeIntervalSince1970: Double(status.modified) / 1e9)
      } catch {
        throw Failure(.badInput, "\(error)", cause: error)
      }
      let rows = try badRows.map { try Disk().create(try absolute(FilePath($0))) }
      if let rows { try write("line,reason,value\n", to: rows) }
      var bad: [BadEntry] = []
      let outcome = try site.desk().importPatients(source, at: written, mayShrink: confirmShrink) { entry in
        if bad.count < Self.printed { bad.append(entry) }
        if let rows { try write(entry.csv, to: rows) }
      }
      try rows?.finish()
      print(outcome.inWords)
      for entry in bad { print("  \(Quoted.text("\(entry)", limit: 400))") }
      if outcome.bad > bad.count { print("  … and \(outcome.bad - bad.count) more: --bad-rows FILE lists all.") }
    }

    private func write(_ text: String, to file: FileWriter) throws {
      try Array(text.utf8).withUnsafeBytes { try file.write($0) }
    }
  }

  struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Search the patient index by number, name or birth date.",
      discussion: """
        TEXT is a number in any spelling, or words of a name and birth dates in any order, without regard to case, \
        accents, particles (van, de, el …) and ways of writing one name (Ülker, Uelker).
        """)

    @OptionGroup var site: SiteOptions
    @Argument(help: "A number, or words of a name and a birth date.") var text: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let patients = try site.desk().findPatients(text)
      if output.json {
        try printJSON(.array(patients.map(\.json)))
      } else {
        var table = Table("LOCAL ID", "NATIONAL ID", "FAMILY", "GIVEN", "BIRTH NAME", "BORN", "SEX", "ACTIVE")
        for patient in patients {
          table.add(
            patient.id.description, patient.nationalID, patient.family, patient.given, patient.birthName,
            patient.birthDate, patient.sex, patient.active ? "yes" : "no")
        }
        table.print(orSay: "No patient of the index matches.")
      }
      if patients.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Show all that the index has of one patient.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The patient's local number, present or former.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      guard let patient = try site.desk().patient(id) else {
        throw Failure(.no, "\(id): the index has no patient with this number. See: studypost patients find TEXT")
      }
      if output.json { return try printJSON(patient.json) }
      patient.fields.print()
    }
  }

  struct History: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show what happened to one patient's record, with its sources.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The patient's local number.") var id: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let entries = try site.desk().patientHistory(id)
      if output.json {
        try printJSON(.array(entries.map(\.json)))
      } else {
        for entry in entries {
          let by = entry.actor.map { " by \($0)" } ?? ""
          print("\(entry.at)  \(entry.change)  \(entry.sourceKind) \(Quoted.text(entry.source, limit: 200))\(by)")
          entry.before?.fields.print(indent: "    before  ")
        }
        if entries.isEmpty { print("No record has or had this number.") }
      }
      if entries.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
    }
  }
}

extension Patient {
  fileprivate var json: JSON {
    [
      "local_id": JSON(localID), "authority": JSON(authority.isEmpty ? nil : authority),
      "national_id": JSON(nationalID),
      "other_national_ids": .array(nationalNumbers.filter { $0.value != nationalID }.map { JSON($0.value) }),
      "other_local_ids": .array(otherIDs.map { JSON($0.description) }),
      "family": JSON(family), "given": JSON(given), "birth_name": JSON(birthName),
      "other_names": .array(otherNames.map { JSON($0) }), "birth_date": JSON(birthDate), "sex": JSON(sex),
      "active": JSON(active), "is_deceased": JSON(isDeceased), "deceased": JSON(deceased),
      "merged_into": JSON(mergedInto?.description),
    ]
  }

  fileprivate var fields: Fields {
    var fields = Fields()
    fields.add("local id", id.description)
    for id in otherIDs { fields.add("also", id.description) }
    for number in nationalNumbers {
      fields.add(number.isCurrent ? "national id" : "former national id", "\(number.value) \(number.scheme)")
    }
    fields.add("name", "\(family), \(given)")
    fields.add("birth name", birthName)
    for name in otherNames { fields.add("other name", name) }
    fields.add("born", birthDate)
    fields.add("sex", sex)
    fields.add("active", active ? "yes" : "no")
    if isDeceased { fields.add("deceased", deceased ?? "yes, the date is not known") }
    fields.add("merged into", mergedInto?.description)
    return fields
  }

  private var otherNames: [String] {
    names.dropFirst().filter { $0.kind != .birth }.map { "\($0.alphabetic.family), \($0.alphabetic.given)" }
      + names.flatMap { [$0.ideographic, $0.phonetic] }.compactMap(\.self).map { "\($0.family), \($0.given)" }
  }
}

extension PatientHistoryEntry {
  fileprivate var json: JSON {
    [
      "at": JSON(at), "change": JSON(change), "source_kind": JSON(sourceKind), "source": JSON(source),
      "taken": JSON(taken), "actor": JSON(actor), "before": before?.json ?? .null,
    ]
  }
}
