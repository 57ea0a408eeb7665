import Foundation
import NationalID
import Testing

@testable import Patients

/// What FHIR Patients do, as they come in a Bundle.
@Suite struct FHIRFeedTests {
  private let settings = PatientSettings(schemes: [.belgium], ownAuthorities: ["1.2.3"])
  private static let ssin = "https://www.ehealth.fgov.be/standards/fhir/core/NamingSystem/ssin"

  private func reader(_ text: String) throws -> any FeedReader {
    let bytes = Array(text.utf8)
    return try PatientFeed.reader(for: FeedSource(name: "p.json", bytes: bytes), FeedFormat(bytes), settings)
  }

  private func items(_ text: String) throws -> [FeedItem] {
    var reader = try reader(text)
    var items: [FeedItem] = []
    while let item = try reader.next() { items.append(item) }
    return items
  }

  private func bundle(_ patients: String...) -> String {
    let entries = patients.map { #"{"fullUrl":"https://ch1.example/\#($0.count)","resource":\#($0)}"# }
    return #"{"resourceType":"Bundle","type":"collection","entry":["# + entries.joined(separator: ",") + "]}"
  }

  private func patient(_ id: String, _ more: String = "") -> String {
    #"{"resourceType":"Patient","id":"p\#(id)","meta":{"lastUpdated":"2026-11-28T10:00:00.000+01:00"},"identifier":["#
      + #"{"system":"urn:oid:1.2.3","value":"\#(id)"}]\#(more.isEmpty ? "" : ",")\#(more)}"#
  }

  @Test func aPatientIsWholeSoWhatIsLeftOutIsDeleted() throws {
    let text = bundle(
      #"{"resourceType":"Patient","meta":{"lastUpdated":"2026-11-28T09:00:00Z"},"identifier":["#
        + #"{"system":"urn:oid:9.9","value":"X7"},{"use":"usual","system":"urn:oid:1.2.3","value":"4711"},"#
        + #"{"system":"\#(Self.ssin)","value":"85.07.30-033.28"},{"use":"old","type":{"coding":[{"code":"NI"}]},"value":"90010200289"}],"#
        + #""name":[{"use":"maiden","family":"Hof"},{"use":"official","family":"Berg","given":["Anna","Maria"]}],"#
        + #""gender":"female","birthDate":"1985-07-30","deceasedDateTime":"2026-01-02T10:00:00Z","active":false}"#)
    let found = try items(text)
    guard case .change(let change)? = found.first, case .update(let it) = change.action, found.count == 1 else {
      throw CocoaError(.coderInvalidValue)
    }
    #expect(change.at == Date(timeIntervalSince1970: 1_795_856_400))
    #expect(it.id == LocalIdentifier("4711"))
    #expect(it.otherIDs == .set([LocalIdentifier("X7", authority: "urn:oid:9.9")]))
    #expect(it.nationalNumbers.value?.map(\.value) == ["85073003328", "90010200289"])
    #expect(it.nationalNumbers.value?.map(\.isCurrent) == [true, false])
    #expect(it.names.value?.map(\.kind) == [.legal, .birth] && it.names.value?[0].alphabetic.given == "Anna Maria")
    #expect(it.sex == .set("F") && it.birthDate == .set("19850730") && it.active == .set(false))
    #expect(it.deceasedOn == .set("20260102") && it.isDeceased == .set(true) && it.standsAlone)

    guard case .change(let bare)? = try items(patient("1")).first, case .update(let empty) = bare.action else {
      throw CocoaError(.coderInvalidValue)
    }
    #expect(empty.names == .delete && empty.birthDate == .delete && empty.sex == .delete && empty.active == .set(true))
    #expect(empty.nationalNumbers == .delete && empty.isDeceased == .set(false) && empty.deceasedOn == .delete)
  }

  @Test func aReplacedPatientIsMergedWhereverTheOtherStands() throws {
    let link = #""link":[{"type":"seealso"},{"type":"replaced-by","other":{"reference":"Patient/p2"}}]"#
    let merge = PatientChange.Action.merge(from: LocalIdentifier("1"), into: LocalIdentifier("2"))
    let versioned = link.replacing("Patient/p2", with: "https://ch1.example/fhir/Patient/p2/_history/3")
    for text in [bundle(patient("1", link), patient("2")), bundle(patient("2"), patient("1", versioned))] {
      let found = try items(text)
      guard case .change(let last)? = found.last else { throw CocoaError(.coderInvalidValue) }
      #expect(found.count == 2 && last.action == merge)
    }
    let named =
      #""link":[{"type":"replaced-by","other":{"identifier":{"system":"urn:oid:1.2.3","value":"2"}}}]"#
    guard case .change(let change)? = try items(patient("1", named)).first else { throw CocoaError(.coderInvalidValue) }
    #expect(change.action == merge)
    guard case .bad(let entry)? = try items(bundle(patient("1", link))).first else {
      throw CocoaError(.coderInvalidValue)
    }
    #expect(entry.line == 1 && entry.value == "Patient/p2")
  }

  @Test func aPatientThatIsReplacedNoLongerIsUnmerged() throws {
    let scene = try Scene()
    try scene.load([])
    let names = #""name":[{"family":"Berg"}]"#
    let link = #""link":[{"type":"replaced-by","other":{"reference":"Patient/p2"}}]"#
    for text in [bundle(patient("1", names), patient("2", names)), bundle(patient("1", link), patient("2", names))] {
      _ = try scene.index.apply(reader(text), named: "fhir")
    }
    #expect(try scene.index.patient(LocalIdentifier("1"))?.mergedInto == LocalIdentifier("2"))
    let outcome = try scene.index.apply(reader(bundle(patient("1", names))), named: "fhir")
    #expect(outcome.bad == 0)
    let patient = try #require(try scene.index.patient(LocalIdentifier("1")))
    #expect(patient.mergedInto == nil && patient.active)
  }

  @Test func whatCannotBeTakenIsToldAndTheRestIs() throws {
    let found = try items(
      bundle(
        patient("1", #""birthDate":"1985-13-01""#), patient("2", #""birthDate":1985"#), patient("3"),
        #"{"resourceType":"Patient","id":"x"}"#, #"{"resourceType":"Observation"}"#,
        patient("4", #""name":[{"family":"a^b"}]"#)))
    let lines = found.compactMap { if case .bad(let entry) = $0 { entry.line } else { nil } }
    #expect(lines == [1, 2, 4, 6] && found.count == 5)
    let error = #expect(throws: PatientsError.self) { try items(#"{"resourceType":"Bundle","entry":[{"#) }
    #expect(error?.code == .list)
  }
}
