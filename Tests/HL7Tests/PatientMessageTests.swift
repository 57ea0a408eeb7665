import HL7
import Testing

@Suite struct PatientMessageTests {
  private func adt(_ event: String, _ segments: String..., header: String = "20261128100000+0100") throws
    -> PatientMessage?
  {
    let text = "MSH|^~\\&|EHR|CH1|||\(header)||ADT^\(event)|77|P|2.5\r" + segments.joined(separator: "\r")
    return try PatientMessage(Message(parsing: text))
  }

  @Test func aPatientIsReadFieldByField() throws {
    let message = try #require(
      try adt(
        "A08", "EVN|A08|20261128093000",
        "PID|1||4711^^^CH1&1.2.3&ISO^PI~85073003328^^^&2.16.840.1.113883.3.6777.5.1&ISO^NI^^^20300101||"
          + "Van den Berg&Van den&Berg^Anna^Maria^JR^Dr.^^L~&van&Hoof^Anna^^^^^M~山田^花子^^^^^L^I||19850730|F|||||||||||85073003328"
          + "||||||||||20260102|Y"))
    #expect(message.event == "A08" && message.controlID == "77" && message.time == "20261128093000")
    let patient = try #require(message.patients.first?.patient)
    #expect(message.patients.count == 1 && message.patients[0].prior.isEmpty)
    #expect(patient.identifiers.map(\.value) == ["4711", "85073003328"])
    #expect(patient.identifiers.map(\.authority) == ["CH1", ""] && patient.identifiers.map(\.type) == ["PI", "NI"])
    #expect(patient.identifiers.map(\.authorityID) == ["1.2.3", "2.16.840.1.113883.3.6777.5.1"])
    #expect(patient.identifiers.map(\.expires) == ["", "20300101"])
    let names = try #require(patient.names.value)
    #expect(names.map(\.family) == ["Van den Berg", "van Hoof", "山田"])
    #expect(names.map(\.given) == ["Anna Maria", "Anna", "花子"])
    #expect(names.map(\.type) == ["L", "M", "L"] && names.map(\.representation) == ["", "", "I"])
    #expect(names[0].prefix == "Dr." && names[0].suffix == "JR")
    #expect(patient.birthDate == .value("19850730") && patient.sex == .value("F"))
    #expect(patient.socialSecurityNumber == .value("85073003328"))
    #expect(patient.deathTime == .value("20260102") && patient.isDead == .value(true))
  }

  @Test func emptyIsNothingAndTwoQuotesDelete() throws {
    let patient = try #require(
      try adt("A31", "PID|||1||||\"\"||||||||||||\"\"||||||||||\"\"|\"\"")?.patients.first?.patient)
    #expect(patient.names == .nothing && patient.sex == .nothing)
    #expect(patient.birthDate == .deleted && patient.deathTime == .deleted && patient.isDead == .deleted)
    #expect(patient.socialSecurityNumber == .deleted)
    let other = try #require(try adt("A31", "PID|||1^^^\"\"||\"\"||20|\"\"")?.patients.first?.patient)
    #expect(other.names == .deleted && other.sex == .deleted && other.identifiers.map(\.authority) == [""])
  }

  @Test func mergesNameWhatIsMergedAndSeveralAtOnce() throws {
    let message = try #require(
      try adt("A40", "EVN||1", "PID|||1^^^CH1||A", "PD1|", "MRG|2^^^CH1~3^^^CH1", "PID|||4^^^CH1", "MRG|5^^^CH1"))
    #expect(message.patients.map { $0.patient.identifiers.map(\.value) } == [["1"], ["4"]])
    #expect(message.patients.map { $0.prior.map(\.value) } == [["2", "3"], ["5"]])
    let linked = try #require(try adt("A24", "PID|||1", "PV1|", "PID|||2"))
    #expect(linked.patients.flatMap { $0.patient.identifiers.map(\.value) } == ["1", "2"])
  }

  @Test func oldSystemsNumberInPID2AndEVNNamesTheEvent() throws {
    let text = "MSH|^~\\&|EHR|||||ADT|77|P|2.2\rEVN|A04|19990102\rPID||4711|||Test^Anna"
    let message = try #require(try PatientMessage(Message(parsing: text.replacing("|||||ADT", with: "||||||ADT"))))
    #expect(message.event == "A04" && message.time == "19990102")
    #expect(message.patients[0].patient.identifiers.map(\.value) == ["4711"])
    #expect(try adt("A08", "PID|||1")?.time == "20261128100000+0100", "MSH-7 where EVN-2 is empty")
  }

  @Test func otherMessagesAreNoneAndHalfOnesAreRefused() throws {
    #expect(try PatientMessage(Message(parsing: "MSH|^~\\&|||||||ORU^R01|1\rPID|||1")) == nil)
    #expect(throws: HL7Error.self) { try adt("A08") }
    #expect(throws: HL7Error.self) { try adt("", "PID|||1") }
  }
}
