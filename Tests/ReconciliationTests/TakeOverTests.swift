import Foundation
import GRDB
import Patients
import SystemPackage
import Testing

@testable import Journal
@testable import Reconciliation

/// A site's patients outlive the move out of the journal.
@Suite struct TakeOverTests {
  let scratch: Scratch
  private var journal: FilePath { scratch.path.appending("journal.sqlite") }
  private var index: FilePath { scratch.path.appending("patients.sqlite") }

  init() throws {
    scratch = try Scratch()
    let older = try DatabaseQueue(path: scratch.path.appending("journal.sqlite").string)
    try Journal.migrations.migrate(older, upTo: "quarantined folders")
    try older.write { database in
      for number in 1...12_000 {
        try database.execute(
          sql: """
            INSERT INTO patient (localID, nationalID, family, given, birthName, birthDate, sex, active, deceased)
              VALUES (?, ?, 'Essai', 'Testine', ?, '19850730', 'F', ?, ?)
            """,
          arguments: [
            "L\(number)", number == 7 ? "85073003328" : nil, number == 7 ? "Proef" : nil, number != 8,
            number == 9 ? "20260101" : nil,
          ])
      }
    }
    try older.close()
  }

  private func takeOver() throws -> PatientIndex {
    let index = try PatientIndex(at: index)
    try index.takeOver(from: Journal(at: journal), scheme: "BE")
    return index
  }

  @Test func theIndexIsFilledOnceAndTheJournalForgetsItsPatients() throws {
    let index = try takeOver()
    #expect(try index.count() == 12_000)
    let patient = try #require(try index.patients(nationalID: "85073003328").first)
    #expect(patient.localID == "L7" && patient.birthName == "Proef" && patient.nationalNumbers[0].scheme == "BE")
    #expect(try index.patient(localID: "L8")?.active == false && index.patient(localID: "L9")?.deceased == "20260101")
    #expect(try Journal(at: journal).formerPatients(after: "", limit: 1).isEmpty)
    #expect(try takeOver().count() == 12_000)
  }

  /// Ended after the index was filled, before the journal forgot.
  @Test func doneOnceMoreItAddsNobody() throws {
    let copy = scratch.path.appending("copy.sqlite")
    try FileManager.default.copyItem(atPath: journal.string, toPath: copy.string)
    _ = try takeOver()
    let index = try PatientIndex(at: index)
    try index.takeOver(from: Journal(at: copy), scheme: "BE")
    #expect(try index.count() == 12_000)
    #expect(try Journal(at: copy).formerPatients(after: "", limit: 1).isEmpty)
  }

  @Test func theFirstListComparesAllOfThem() throws {
    let index = try takeOver()
    let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active,deceased\n"
    var rows = (1...12_000).map { "L\($0),,Essai,Testine,,19850730,F,1," }
    rows[6] = "L7,85073003328,Essai,Testine,Proef,19850730,F,1,"
    rows[7] = "L8,,Essai,Testine,,19850730,F,0,"
    rows[8] = "L9,,Essai,Neu,,19850730,F,1,20260101"
    let list = FeedSource(name: "list.csv", bytes: Array((header + rows.joined(separator: "\n")).utf8))
    let outcome = try index.load(list: list, PatientSettings(schemes: [.belgium]), mayShrink: false)
    #expect(outcome.after == 12_000 && outcome.changed == 1)
    #expect(outcome.added == 0 && outcome.removed == 0)
  }
}
