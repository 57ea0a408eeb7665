import ArgumentParser
import Desk
import Journal
import Reconciliation
import SystemPackage

/// `patients`: the patient index.
struct PatientsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "patients", abstract: "Load and search the patient index.", subcommands: [Import.self, Find.self])

  struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Replace the patient index by a list: all of it or nothing.",
      discussion: "FILE is CSV in UTF-8 with the header \(PatientList.header.joined(separator: ",")).")

    @OptionGroup var site: SiteOptions
    @Argument(help: "The list.", completion: .file(extensions: ["csv"])) var file: String
    @Flag(name: .long, help: "The index may become more than 20 % smaller.") var confirmShrink = false

    func run() throws {
      let list = try readFile(FilePath(file), limit: 1 << 30)
      let count = try site.desk().importPatients(list, name: file, mayShrink: confirmShrink)
      print("The patient index now has \(counted(count.after, "patient")); it had \(count.before).")
    }
  }

  struct Find: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Search the patient index by number, national identifier or name.")

    @OptionGroup var site: SiteOptions
    @Argument(help: "Part of a number, identifier or name.") var text: String
    @OptionGroup var output: JSONOption

    func run() throws {
      let patients = try site.desk().findPatients(text)
      if output.json {
        try printJSON(.array(patients.map(\.json)))
      } else {
        var table = Table("LOCAL ID", "NATIONAL ID", "FAMILY", "GIVEN", "BIRTH NAME", "BORN", "SEX", "ACTIVE")
        for patient in patients {
          table.add(
            patient.localID, patient.nationalID, patient.family, patient.given, patient.birthName, patient.birthDate,
            patient.sex, patient.active ? "yes" : "no")
        }
        table.print(orSay: "No patient of the index matches.")
      }
      if patients.isEmpty { throw ExitCode(Failure.Status.no.rawValue) }
    }
  }
}

extension Patient {
  fileprivate var json: JSON {
    [
      "local_id": JSON(localID), "national_id": JSON(nationalID), "family": JSON(family), "given": JSON(given),
      "birth_name": JSON(birthName), "birth_date": JSON(birthDate), "sex": JSON(sex), "active": JSON(active),
      "deceased": JSON(deceased),
    ]
  }
}
