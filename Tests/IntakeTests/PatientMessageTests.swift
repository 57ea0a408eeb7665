import Desk
import Foundation
import Journal
import PatientLists
import Patients
import Spool
import SystemPackage
import Testing

/// Messages about patients, each dropped as a file of its own, as an EHR's interface writes them.
struct PatientMessageTests {
  private let ward: Ward
  private var spool: Spool { ward.ch2.spool }

  init() throws { ward = try Ward(Ward.jan) }

  private func drop(_ name: String, _ text: String) throws {
    try Disk().write(Array(text.utf8), to: spool[.patients].appending(name))
  }

  private func message(_ event: String, _ patient: String, _ segments: String..., second: Int) -> String {
    let time = 20_261_128_120_000 + second / 60 * 100 + second % 60
    return "MSH|^~\\&|EHR||||\(time)||ADT^\(event)|\(second)|P|2.5.1\rEVN||\(time)\r\(patient)\r"
      + segments.map { $0 + "\r" }.joined()
  }

  private func names(_ folder: Folder) throws -> [String] {
    try Disk().names(of: spool[folder]).filter { $0 != "README" }.map { String($0.drop { $0 != "-" }.dropFirst()) }
      .sorted()
  }

  private func events(_ kind: String) throws -> [Event] {
    try ward.ch2.journal.events(limit: 1000).filter { $0.what == kind }
  }

  @Test func manyFilesAreTakenInTheirOrderAndEachIsTold() throws {
    for number in 0..<300 {
      try drop(
        String(format: "%03d.hl7", number),
        message(
          "A28", "PID|||N\(number / 2)^^^^PI||Testsson^\(number % 2 == 0 ? "Old" : "New")||19850730|F", second: number))
    }
    try ward.receive()
    let count = try ward.ch2.patients.count()
    #expect(count == 151)
    #expect(try ward.ch2.patients.patient(LocalIdentifier("N77"))?.given == "New")
    let left = try Disk().names(of: spool[.patients]).sorted()
    #expect(try names(.patientsDone).count == 300)
    #expect(left == ["README", "bad", "done"])
    let told = try events("patients")
    #expect(told.count == 300 && Set(told.compactMap(\.file)).count == 300)
  }

  @Test func whatCannotBeTakenTakesNoOtherWithIt() throws {
    try drop("1.hl7", message("A28", "PID|||N1^^^^PI||Testsson^One||19850730|F", second: 1))
    try drop("2.hl7", message("A28", "PID|||N2^^^^PI||||19850730|F", second: 2))
    try drop("3.hl7", message("A28", "PID|||N3^^^^PI||Testsson^Three||19850730|F", second: 3))
    try drop("4.json", "{\"resourceType\": \"Bundle\", ")
    try drop(
      "5.csv",
      """
      local_id,national_id,family,given,birth_date,sex
      L1,,Peeters,Jan,,
      N1,,Testsson,One,,
      N3,,Testsson,Three,,

      """)
    try drop("6.hl7", message("A08", "PID|||N1^^^^PI||Testsson^Later||19850730|F", second: 6))
    try drop("7.hl7", message("A40", "PID|||N3^^^^PI||Testsson^Three", "MRG|N1^^^^PI", second: 7))
    try ward.receive()
    #expect(try ward.ch2.patients.patient(LocalIdentifier("N1"))?.mergedInto == LocalIdentifier("N3"))
    #expect(try ward.ch2.patients.patient(LocalIdentifier("N1"))?.given == "Later")
    #expect(try ward.ch2.patients.patient(LocalIdentifier("N2")) == nil)
    let (done, bad) = (try names(.patientsDone), try names(.patientsBad))
    #expect(done == ["1.hl7", "2.hl7", "3.hl7", "5.csv", "6.hl7", "7.hl7"])
    #expect(bad == ["2.hl7.rows.csv", "4.json", "4.json.WHY.txt"])
    #expect(try events("patients-refused").count == 1)
  }
}
