import Foundation
import SystemPackage
import Testing

/// What the services log: found by study, parcel and partner, and nothing of a patient.
struct LogTests {
  @Test func logsNameStudyParcelAndPartnerAndNoPatient() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let people = (1...6).map { number in
      var person = Person(number)
      person.family = "Qazfamily\(number)"
      person.given = "Qazgiven\(number)"
      person.localID = "QAZLOCAL\(number)"
      return person
    }
    try sites.ch2.load(Array(people.prefix(4)))
    let said = [
      "AccessionNumber": "QAZACCESSION", "StudyDescription": "Qazdescription", "PatientComments": "Qazcomment",
      "OtherPatientIDs": "QAZOTHER",
    ]
    func study(_ number: Int, to recipient: String?) -> SyntheticStudy {
      SyntheticStudy(person: people[number], recipient: recipient, elements: said)
    }
    try sites.start()
    // Imported; held for its recipient; held for its patient, and rejected; with another birth date than the list has.
    let imported = study(0, to: "CH2")
    let homeless = study(1, to: nil)
    let unknown = study(5, to: "CH2")
    var doubtful = study(2, to: "CH2")
    doubtful.elements["PatientBirthDate"] = "19010203"
    try sites.drop([imported, homeless, unknown, doubtful], at: sites.ch1)
    // A name that nobody knows where a site can stand, one in a private list of names, a folder named after its patient.
    var misdirected = study(3, to: nil)
    misdirected.elements["StudyComments"] = "XFER:QAZNOBODY"
    try sites.drop([misdirected], at: sites.ch1)
    let work = try sites.workFolder()
    let folder = work.appending("Qazfolder^Qazgiven9")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    try "Qazcontents, not DICOM".write(
      toFile: folder.appending("Qazfile.txt").string, atomically: true, encoding: .utf8)
    try #require(rename(folder.string, sites.ch1.folder("export/Qazfolder^Qazgiven9").string) == 0)
    // A patient list that is refused, with what is wrong in it.
    let list = Person.list([people[0]]).replacing(people[0].nationalID, with: "QAZNATIONAL")
    try list.write(toFile: sites.ch2.folder("patients/Qazlist.csv").string, atomically: true, encoding: .utf8)

    try sites.eventually("everything has found its place") {
      try sites.ch1.states(of: imported.uid) == ["delivered"] && sites.ch1.list("hold", "list").items.count == 2
        && sites.ch2.list("worklist", "list").items.count == 2 && !sites.ch1.list("quarantine", "list").items.isEmpty
        && !names(in: sites.ch2.folder("patients/bad")).isEmpty
    }
    let waiting = try sites.ch2.list("worklist", "list").items
    let rejected = try #require(waiting.first { $0["study"].string == unknown.uid }?["id"].string)
    try sites.ch2.succeed("worklist", "reject", rejected, "--reason", "Qazreason: not ours")
    let accepted = try #require(waiting.first { $0["study"].string == doubtful.uid }?["id"].string)
    try sites.ch2.succeed("worklist", "accept", accepted, "--patient", people[2].localID, "--reason", "Qazreason")
    try sites.eventually("both are decided") {
      try sites.ch1.states(of: doubtful.uid) == ["delivered"] && sites.ch1.states(of: unknown.uid) == ["refused"]
    }
    sites.stop()

    let recognisable = ["qaz", "19010203"] + people.flatMap { [$0.nationalID, $0.birthDate] }
    for site in [sites.ch1, sites.ch2] {
      let lines = try text(site.log).split(separator: "\n")
      #expect(lines.count > 5)
      for line in lines {
        let plain = line.lowercased()
        for value in recognisable { #expect(!plain.contains(value.lowercased()), "\(site.name): \(line)") }
      }
    }
    // What an administrator looks for.
    let parcel = try #require(
      sites.ch1.parcels().first { $0["study"].string == imported.uid }?["id"].string)
    let (sent, received) = (try text(sites.ch1.log), try text(sites.ch2.log))
    for (log, word) in [
      (sent, "study=\(imported.uid)"), (sent, "parcel=\(parcel)"), (sent, "partner=ch2"), (sent, "hold="),
      (received, "study=\(imported.uid)"), (received, "parcel=\(parcel)"), (received, "partner=ch1"),
    ] { #expect(log.contains(word), "\(word)") }
  }
}
