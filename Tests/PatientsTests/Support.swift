import Foundation
import NationalID
import PatientLists
import SystemPackage

@testable import Patients

/// An index in a folder of its own, gone when the test is over.
final class Scene {
  let folder: FilePath
  let index: PatientIndex
  var settings = PatientSettings(schemes: [.belgium])
  /// Rows that were left out.
  private(set) var bad: [BadEntry] = []

  var path: FilePath { folder.appending(PatientIndex.fileName) }

  init() throws {
    folder = FilePath(FileManager.default.temporaryDirectory.appending(path: "patients-\(UUID().uuidString)").path)
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    index = try PatientIndex(at: folder.appending(PatientIndex.fileName))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder.string) }

  @discardableResult
  func load(
    _ bytes: [UInt8], named name: String = "list.csv", at time: Date = Date(), mayShrink: Bool = false
  ) throws -> LoadOutcome {
    bad = []
    return try index.load(
      list: FeedSource(name: name, bytes: bytes), settings, at: time, mayShrink: mayShrink,
      bad: { bad.append($0) })
  }

  @discardableResult
  func load(_ patients: [Patient], at time: Date = Date(), mayShrink: Bool = false) throws -> LoadOutcome {
    try load(patientList(patients), at: time, mayShrink: mayShrink)
  }

  /// Makes changes, as a feed tells of them.
  @discardableResult
  func apply(_ actions: PatientChange.Action..., at second: Double) throws -> FeedOutcome {
    struct Reader: FeedReader {
      var items: [FeedItem]
      mutating func next() -> FeedItem? { items.isEmpty ? nil : items.removeFirst() }
    }
    bad = []
    let changes = actions.map { FeedItem.change(PatientChange($0, at: Date(timeIntervalSince1970: second))) }
    return try index.apply(Reader(items: changes), named: "feed") { bad.append($0) }
  }

  /// All patients, by their numbers.
  func all() throws -> [Patient] { try index.find("", limit: 10_000).sorted { $0.localID < $1.localID } }
}

/// Synthetic people, `L100` and so on, with valid Belgian numbers.
func person(_ number: Int, _ family: String = "Testsson", _ given: String = "Test") -> Patient {
  let nine = 850_730_000 + number % 998 + 1
  let check = 97 - nine % 97
  return Patient(
    LocalIdentifier("L\(100 + number)"),
    nationalNumbers: [NationalNumber("\(nine)" + (check < 10 ? "0" : "") + "\(check)", scheme: "BE")],
    names: [PatientName(.legal, family: family, given: given)], birthDate: "19850730", sex: "O")
}
