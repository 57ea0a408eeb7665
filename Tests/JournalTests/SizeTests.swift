import Custody
import GRDB
import Testing

@testable import Journal

/// How large a journal grows with the years.
@Suite struct SizeTests {
  /// A year of a large hospital: 20 000 studies each way, six million instances.
  private static let studiesOfAYear = 20_000
  private static let bound = 2 << 30

  @Test func aYearOfSixMillionInstancesStaysBelowTwoGibibytesAfterFolding() throws {
    let journal = try Journal(inMemory: nil)
    try live(0..<40, journal)
    let before = try used(journal)
    try live(40..<140, journal)
    let perStudy = (try used(journal) - before) / 100
    let year = perStudy * Self.studiesOfAYear
    print("After folding a study sent and one received take \(perStudy) bytes: \(year >> 20) MiB a year.")
    #expect(year < Self.bound)
    #expect(try journal.ledger().out.delivered == 140 * 3)
    #expect(try journal.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM taken") } == 0)
    #expect(try journal.database.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM imported") } == 0)
  }

  /// What is not folded yet: six weeks, if `retention` says so, of rows for each instance.
  @Test func anInstanceThatIsNotFoldedTakesLessThanAKibibyteAndAHalf() throws {
    let journal = try Journal(inMemory: nil)
    let before = try used(journal)
    try journal.take(2000, of: "1.2.840.113619.2.55.3.2831164355.781.1", id: "s")
    try journal.arrive("p", instances: 2000)
    try journal.take("p", .matched)
    try journal.stage("p", (1...2000).map { "1.2.840.113619.2.55.3.2831164355.781.1.\($0)" })
    try journal.imports("p")
    let perInstance = (try used(journal) - before) / 2000
    print("Before folding an instance sent and one received take \(perInstance) bytes.")
    #expect(perInstance < 1536)
  }

  /// Sends and receives studies as a site does, with what it says of each, until nothing is left to do.
  private func live(_ numbers: Range<Int>, _ journal: Journal) throws {
    for number in numbers {
      let study = "1.2.840.113619.2.55.3.2831164355.781.1588888888.\(number)"
      let (out, parcel) = ("hold-\(number)-0193b5a0", "0193b5a0-7c00-7000-8000-0000000\(number)")
      let subject = Subject(
        owner: "", study: study, patientID: "TEST-\(number)", patientName: "Tester^Ann^^^", birthDate: "19900101",
        accessionNumber: "ACC\(number)", studyDate: "20261123", description: "CT Thorax and abdomen", modality: "CT")
      let (_, instances) = try journal.intend(
        toClaim: (1...3).map { instance($0, of: study) }, study: study, newID: out, expected: nil, subject: subject)
      try journal.claimed(instances.compactMap(\.id))
      try tell(["claimed", "closed"], study, nil, journal)
      try journal.close(out)
      try journal.seal(out, as: parcel, instances: 3)
      try journal.go(parcel, .shipped)
      try journal.apply(
        ["received", "imported"].map { status in
          .init(
            StoredReceipt(
              digest: "\(status)\(number)".padding(to: 64), parcel: parcel, status: status, at: journalTime(),
              document: "".padding(to: 420), signature: "".padding(to: 310)),
            status == "received" ? .received : .imported,
            event: Event(status, site: "ch2", study: study, parcel: parcel, sentence))
        }, to: parcel)
      try journal.go(parcel, .purged)

      let inbound = "0193b5a0-7c00-7000-9000-0000000\(number)"
      try journal.arrive(inbound, sequence: number, instances: 3)
      try journal.change(inboundParcel: inbound, by: .matched, event: nil, subject: subject) {
        $0.study = study
        $0.decision = "".padding(to: 900)
      }
      try tell(["opened", "matched", "coerced"], study, inbound, journal)
      try journal.stage(inbound, (1...3).map { "\(study).2.\($0)" })
      try journal.imports(inbound)
      try tell(["record"], study, inbound, journal)
      try journal.take(inbound, .purged)
      try journal.strikeAll()
    }
    while try journal.fold(closedBefore: "9") > 0 {}
  }

  private let sentence = "The partner says that all of its instances lie in the import folder of its PACS, at 22:30:00."

  private func tell(_ what: [String], _ study: String, _ parcel: String?, _ journal: Journal) throws {
    for word in what {
      try journal.record(
        Event(
          word, site: "ch2", study: study, parcel: parcel, patient: "TEST-1", file: "/var/spool/studypost/export/a",
          sentence))
    }
  }

  /// Bytes in use, without the pages that are free.
  private func used(_ journal: Journal) throws -> Int {
    try journal.database.read { database in
      let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
      let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
      return (pages - free) * (try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
    }
  }
}

extension String {
  fileprivate func padding(to length: Int) -> String { self + String(repeating: "x", count: max(0, length - count)) }
}
