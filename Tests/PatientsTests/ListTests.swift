import Foundation
import PatientLists
import SystemPackage
import Testing

@testable import Patients

/// A list replaces the index.
@Suite struct ListTests {
  let scene: Scene

  init() throws { scene = try Scene() }

  @Test func theIndexIsReplacedAsAWhole() throws {
    #expect(try scene.load((1...10).map { person($0) }).added == 10)
    #expect(try scene.index.patient(localID: "L103") == person(3))
    var changed = (5...14).map { person($0) }
    changed[0] = person(5, "Neu")
    let outcome = try scene.load(changed, mayShrink: true)
    #expect(
      outcome == LoadOutcome(before: 10, after: 10, added: 4, changed: 1, removed: 4))
    #expect(try scene.all() == changed)
    #expect(try scene.index.patient(localID: "L103") == nil)
    #expect(try scene.index.patients(nationalID: try #require(person(14).nationalID)).map(\.localID) == ["L114"])
    #expect(try scene.index.patients(nationalID: "1").isEmpty)
    #expect(try scene.index.structuralDamage() == [])
  }

  @Test func theOrderOfRowsDoesNotMatter() throws {
    let patients = (1...900).map { person($0) }
    try scene.load(patients)
    #expect(try scene.load(patients.shuffled()) == LoadOutcome(before: 900, after: 900))
  }

  @Test func anotherWayOfReadingComparesAllRows() throws {
    let list = Array("local_id,national_id,family,given,birth_date,sex,authority\nL1,,Maes,An,,,CH1\n".utf8)
    try scene.load(list)
    scene.settings.ownAuthorities = ["CH1"]
    try scene.load(list)
    #expect(try scene.all().map(\.authority) == [""])
  }

  @Test func aListThatIsCutOffIsRefusedAndChangesNothing() throws {
    try scene.load((1...10).map { person($0) })
    let error = #expect(throws: PatientsError.self) { try scene.load((1...7).map { person($0) }) }
    #expect(error?.code == .shrinks)
    #expect(error?.message.contains("7") == true && error?.message.contains("--confirm-shrink") == true)
    #expect(throws: PatientsError.self) { try scene.load([Patient]()) }
    #expect(try scene.index.count() == 10)
    #expect(try scene.load((1...8).map { person($0) }).after == 8)
    #expect(try scene.load([person(1)], mayShrink: true).removed == 7)
  }

  @Test func twoPatientsOfOneNationalIdentifierAreBothFound() throws {
    var second = person(2)
    second.nationalNumbers = person(1).nationalNumbers
    second.active = false
    try scene.load([person(1), second])
    #expect(
      try scene.index.patients(nationalID: try #require(person(1).nationalID)).map(\.localID) == ["L101", "L102"])
  }

  @Test func aNumberMayStandOnceForEachAuthority() throws {
    let list = "local_id,national_id,family,given,birth_date,sex,authority\nL1,,Maes,An,,,\nL1,,Claes,An,,,CH9\n"
    try scene.load(Array(list.utf8))
    #expect(try scene.index.patient(localID: "L1")?.family == "Maes")
    #expect(try scene.index.patient(LocalIdentifier("L1", authority: "CH9"))?.family == "Claes")
  }

  @Test func aLoadingThatEndsEarlyChangesNothing() throws {
    struct Ended: Error {}
    try scene.load((1...10).map { person($0) })
    let list = FeedSource(name: "list.csv", bytes: patientList((11...30).map { person($0) }))
    #expect(throws: Ended.self) {
      try scene.index.load(list: list, scene.settings, mayShrink: true) { throw Ended() }
    }
    #expect(try scene.all() == (1...10).map { person($0) })
  }

  @Test func aListThatChangesWhileItIsReadIsRefused() throws {
    let bytes = patientList((1...10).map { person($0) })
    let reads = Reads()
    let list = FeedSource(name: "list.csv", size: Int64(bytes.count)) { offset, buffer in
      // Cut off once it has been surveyed.
      let present = reads.next() > 6 ? bytes.prefix(bytes.count / 2) : bytes[...]
      guard offset < present.count else { return 0 }
      let part = present[Int(offset)..<min(present.count, Int(offset) + buffer.count)]
      part.withUnsafeBytes { buffer.copyMemory(from: $0) }
      return part.count
    }
    #expect(throws: PatientsError.self) {
      try scene.index.load(list: list, scene.settings, mayShrink: true)
    }
    #expect(try scene.index.count() == 0)
  }

  private final class Reads: @unchecked Sendable {
    private var count = 0
    func next() -> Int {
      count += 1
      return count
    }
  }

  @Test func whoLooksUpMeanwhileSeesTheIndexAsItWas() throws {
    try scene.load((1...100).map { person($0) })
    let other = try PatientIndex(at: scene.path)
    var seen: [Int] = []
    let list = FeedSource(name: "list.csv", bytes: patientList((50...200).map { person($0, "Neu") }))
    try scene.index.load(list: list, scene.settings, mayShrink: true) {
      seen += [try scene.index.find("neu").count, try other.find("testsson").count, try scene.index.count()]
    }
    #expect(seen.count > 3 && Set(seen) == [0, 100])
    #expect(try other.find("neu", limit: 1000).count == 151)
  }

  @Test func aFileThatIsNotADatabaseIsToldAndLeftAsItIs() throws {
    let path = scene.folder.appending("other")
    let text = Data(String(repeating: "This is not a database. ", count: 1000).utf8)
    try text.write(to: URL(filePath: path.string))
    let error = #expect(throws: PatientsError.self) { try PatientIndex(at: path) }
    #expect(error?.code == .unusable && error?.message.hasPrefix(path.string) == true)
    #expect(try Data(contentsOf: URL(filePath: path.string)) == text)
  }

  @Test func nobodyElseMayReadTheFile() throws {
    let mode = try FileManager.default.attributesOfItem(atPath: scene.path.string)[.posixPermissions] as? Int
    #expect((mode ?? 7) & 0o007 == 0)
  }
}
