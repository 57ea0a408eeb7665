import FHIR
import Testing

@Suite struct PatientResourceTests {
  private func entry(_ text: String) throws -> PatientEntry? { try PatientEntry(Array(text.utf8)) }

  @Test func aPatientIsReadAsR4HasIt() throws {
    let text = """
      {"fullUrl":"urn:uuid:0193","resource":{"resourceType":"Patient","id":"7","meta":{"lastUpdated":"2026-11-28T10:00:00Z"},
      "text":{"status":"generated","div":"<div/>"},"active":false,"identifier":[
      {"use":"usual","type":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},
      "system":"urn:oid:1.2.3","value":"4711","period":{"start":"2001-05-06","end":"2020"},"assigner":{"display":"CH1"}}],
      "name":[{"use":"official","family":"Test","given":["Anna","Maria"],"prefix":["Dr."],"suffix":["Jr."]},
      {"use":"maiden","family":"Prüf","_family":{"extension":[]}}],"gender":"female","birthDate":"1985-07",
      "deceasedDateTime":"2026-01-02","link":[{"other":{"reference":"Patient/8"},"type":"replaced-by"}]}}
      """
    let found = try #require(try entry(text))
    let patient = found.patient
    #expect(found.fullURL == "urn:uuid:0193" && patient.id == "7" && patient.active == false)
    #expect(patient.meta?.lastUpdated == "2026-11-28T10:00:00Z")
    #expect(patient.identifier?.first?.system == "urn:oid:1.2.3" && patient.identifier?.first?.value == "4711")
    #expect(patient.identifier?.first?.type?.coding?.first?.code == "MR")
    #expect(patient.identifier?.first?.period?.end == "2020" && patient.identifier?.first?.use == "usual")
    #expect(patient.name?.map(\.family) == ["Test", "Prüf"] && patient.name?.first?.given == ["Anna", "Maria"])
    #expect(patient.name?.first?.prefix == ["Dr."] && patient.name?.last?.use == "maiden")
    #expect(patient.gender == "female" && patient.birthDate == "1985-07" && patient.deceasedDateTime == "2026-01-02")
    #expect(patient.link?.first?.type == "replaced-by" && patient.link?.first?.other?.reference == "Patient/8")
  }

  @Test func otherResourcesAreNone() throws {
    for text in [
      #"{"resourceType":"Practitioner"}"#, "{}", #"{"resource":{"resourceType":"Observation"}}"#,
      #"{"fullUrl":"x","request":{"method":"DELETE","url":"Patient/1"}}"#,
    ] {
      #expect(try entry(text) == nil)
    }
  }

  @Test func whatR4DoesNotAllowIsRefusedWithItsPlace() {
    for (text, place) in [
      (#"{"resourceType":"Patient","birthDate":1985}"#, "birthDate"),
      (#"{"resourceType":"Patient","name":[{"given":"Anna"}]}"#, "name[0].given"),
      (#"{"resource":{"resourceType":"Patient","active":"yes"}}"#, "resource.active"),
    ] {
      let error = #expect(throws: FHIRError.self) { try entry(text) }
      #expect(error?.code == .resource && error?.description.contains(place) == true, "\(error?.description ?? "")")
    }
    let error = #expect(throws: FHIRError.self) { try entry("{\"resourceType\"") }
    #expect(error?.code == .json)
  }

  @Test func aReferenceNamesOnePatient() throws {
    let it = try #require(
      try entry(#"{"fullUrl":"https://ch1.example/fhir/Patient/7","resource":{"resourceType":"Patient","id":"7"}}"#))
    #expect(it.keys == ["Patient/7"])
    for name in [
      "https://ch1.example/fhir/Patient/7", "Patient/7", "http://other.example/Patient/7", "Patient/7/_history/2",
    ] {
      #expect(PatientEntry.key(of: name) == "Patient/7", "\(name)")
    }
    for name in ["Patient/77", "7", "", "Practitioner/7", "Patient/7x", "Group/Patient/", "xPatient/7", "urn:uuid:7"] {
      #expect(PatientEntry.key(of: name) != "Patient/7", "\(name)")
    }
    let unnamed = try #require(try entry(#"{"fullUrl":"urn:uuid:7","resource":{"resourceType":"Patient"}}"#))
    #expect(unnamed.keys == ["urn:uuid:7"])
  }
}
