import Custody
import FaultySpool
import Foundation
import Journal
import Parcel
import PixelFilter
import Randomness
import Spool
import SystemPackage
import Testing

@testable import Collector

struct SealingTests {
  @Test func aStudyOfMoreInstancesThanOnePortionIsSealedWhole() throws {
    let sender = try Sender()
    for number in 1...1100 { try sender.drop("a/\(number)", number: number, expected: 1103) }
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    #expect(parcel.instances == 1100)
    let (header, instances) = try sender.contents(of: parcel)
    #expect(Set(instances.map(\.sopInstanceUID)).count == 1100)
    #expect(header.closedBy.rule == "quiet" && header.closedBy.seconds == 0 && header.closedBy.expected == 1103)
    #expect(header.missing?.first?.count == 3)
    #expect(header.route.rule == "(0040,1010)" && header.route.value == "ch2")
    try sender.expectInOrder()
  }

  @Test func aHeaderThatWasReadAMomentAgoIsNotReadAgain() throws {
    let sender = try Sender()
    let path = sender.root.appending("pixels")
    // No header says what these are.
    var random = SplitMix64(seed: 1)
    try sender.disk.write((0..<128 * 128).map { UInt8(truncatingIfNeeded: 20 + $0 / 128 + random.below(4)) }, to: path)
    let filter = try PixelFilter(
      offset: 0, count: 128 * 128, shape: BandShape(columns: 128, rows: 128, bytesPerSample: 1))
    let reads = FreshReads<Int64, PixelFilter?>()
    let stamp = try #require(try sender.disk.status(of: path)).stamp
    reads.note(1, stamp, filter)
    reads.note(2, stamp, nil)
    let filters = PixelFilters(sender.disk, sender.configuration.reading)
    #expect(filters.filter(of: 1, in: nil, path, after: reads[1]) == filter)
    #expect(filters.filter(of: 2, in: nil, path, after: reads[2]) == nil)
    #expect(filters.filter(of: 3, in: nil, path, after: nil) == nil)
  }

  @Test func pixelsAreFilteredWhereThatPays() throws {
    let sender = try Sender()
    // Noise on a slope; a drawing; a file that is no image; and a second slice, whose first one was empty.
    var random = SplitMix64(seed: 1)
    let measured = (0..<128 * 128).map { UInt8(truncatingIfNeeded: 20 + $0 / 128 + random.below(4)) }
    let drawn = (0..<128 * 128).map { UInt8($0 % 16 < 3 ? 0xFF : 0) }
    try sender.drop("a/1", number: 1, series: "1.2.3.5", columns: 128, pixels: measured)
    try sender.drop("a/2", number: 2, series: "1.2.3.6", columns: 128, pixels: drawn)
    try sender.drop("a/3", number: 3)
    try sender.drop("a/4", number: 4, series: "1.2.3.7", columns: 128, pixels: [UInt8](repeating: 0, count: 16_384))
    try sender.drop("a/5", number: 5, series: "1.2.3.7", columns: 128, pixels: measured)
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    let instances = try sender.contents(of: parcel).instances
    let filtered = Dictionary(uniqueKeysWithValues: instances.map { ($0.sopInstanceUID, $0.filter) })
    #expect(filtered.count == 5)
    for number in [1, 5] {
      let filter = try #require(filtered["1.2.3.1.\(number)"] ?? nil)
      #expect(filter.shape.columns == 128 && filter.count == 16_384)
    }
    for number in 2...4 { #expect(filtered["1.2.3.1.\(number)"] == .some(nil)) }
    try sender.expectInOrder()
  }

  /// Which of the images of one series are filtered; `m`easured, `d`rawn, or `b`lank.
  private func filtered(_ kinds: String) throws -> String {
    let sender = try Sender()
    var random = SplitMix64(seed: 1)
    let glyphs = (0..<16).map { _ in (0..<32).map { _ in random.below(2) == 0 ? 0 : 0xFF as UInt8 } }
    let images: [Character: [UInt8]] = [
      "m": (0..<128 * 128).map { UInt8(truncatingIfNeeded: 20 + $0 / 128 + random.below(4)) },
      "d": (0..<512).flatMap { _ in glyphs[random.below(16)] }, "b": [UInt8](repeating: 0, count: 128 * 128),
    ]
    let filter = try PixelFilter(
      offset: 0, count: 128 * 128, shape: BandShape(columns: 128, rows: 128, bytesPerSample: 1))
    let reads = FreshReads<Int64, PixelFilter?>()
    let filters = PixelFilters(sender.disk, sender.configuration.reading)
    var signs = ""
    for (index, kind) in kinds.enumerated() {
      let path = sender.root.appending("image-\(kind)")
      try sender.disk.write(#require(images[kind]), to: path)
      reads.note(1, try #require(try sender.disk.status(of: path)).stamp, filter)
      signs += filters.filter(of: index + 1, in: "1.2.3.5", path, after: reads[1]) == nil ? "-" : "+"
    }
    return signs
  }

  @Test func theFirstImagesOfASeriesDecideUnlessTheyAreBlank() throws {
    #expect(try filtered("bbbbbbbbbbmbm") == "----------+++")
    #expect(try filtered("dmddm") == "-++++")
    #expect(try filtered("ddddddddmm") == "----------")
  }

  @Test func anImageInSixtyFourIsTriedAgain() throws {
    let (measured, drawn) = (String(repeating: "m", count: 70), String(repeating: "d", count: 70))
    #expect(try filtered("m" + drawn).dropFirst(63).allSatisfy { $0 == "-" })
    #expect(try filtered(drawn + measured).dropFirst(127).allSatisfy { $0 == "+" })
  }

  @Test func aRestoredJournalDoesNotRepeatANumber() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    try sender.drop("b/1", study: "1.2.4")
    try sender.collect()
    #expect(try sender.parcels().map(\.sequence) == [1, 2])
    // An empty journal, as if restored from before the first parcel; the second parcel's folder is gone, too.
    try sender.disk.removeTree(sender.spool[.outbound].appending(try sender.parcels()[1].id))
    let restored = try Journal(at: sender.root.appending("restored.sqlite"), creating: true)
    try sender.drop("c/1", study: "1.2.5")
    try sender.collector(journal: restored).run(once: true)
    let parcels = try restored.outboundParcels(in: OutboundParcel.State.allCases, limit: 10)
    #expect(parcels.map(\.sequence).sorted() == [1, 3])
    #expect(try sender.names(of: sender.spool[.outbound]).count == 2)
  }

  @Test func aParcelThatAnOlderJournalDoesNotKnowIsTakenUp() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    let restored = try Journal(at: sender.root.appending("restored.sqlite"), creating: true)
    try sender.collector(journal: restored).run(once: true)
    let known = try #require(try restored.outboundParcel(parcel.id))
    #expect(known.state == .sealed && known.recipient == "ch2" && known.sequence == 1 && known.instances == 1)
    #expect(known.manifestDigest == parcel.manifestDigest && known.payloadBytes == parcel.payloadBytes)
    #expect(try restored.ledger().out.sealed == 1)
    // It is said, until the next start finds nothing more.
    #expect(try restored.alerts(limit: 10).map(\.code) == ["outbound-adopted"])
    try sender.collector(journal: restored).run(once: true)
    #expect(try restored.alerts(limit: 10).isEmpty)
  }

  @Test(arguments: ParcelFolder.files) func aParcelThatThisSiteDidNotSealSoIsNotTakenUp(_ file: String) throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    let path = sender.spool[.outbound].appending(parcel.id).appending(file)
    let bytes = try sender.disk.readSmall(path, limit: 1 << 20)
    try sender.disk.write(Array(bytes.dropLast()) + (file == ParcelFolder.payload ? [] : [bytes[0]]), to: path)
    let restored = try Journal(at: sender.root.appending("restored.sqlite"), creating: true)
    try sender.collector(journal: restored).run(once: true)
    #expect(try restored.outboundParcel(parcel.id) == nil)
    #expect(try restored.alerts(limit: 10).map(\.code) == ["outbound-unknown"])
    #expect(try sender.names(of: sender.spool[.outbound]) == [parcel.id])
  }

  @Test func anUnfinishedParcelIsMadeAgainWithItsNumber() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    // As a kill between the parcel's last file and the journal leaves it.
    let restored = try Journal(at: sender.root.appending("restored.sqlite"), creating: true)
    let outbound = sender.spool[.outbound]
    try sender.disk.move(outbound.appending(parcel.id), to: outbound.appending(".\(parcel.id).sealing"))
    try sender.drop("a/1")
    try sender.collector(journal: restored).run(once: true)
    let again = try #require(try restored.outboundParcels(in: [.sealed], limit: 10).first)
    #expect(again.sequence == 1 && again.id != parcel.id)
    #expect(try sender.names(of: outbound) == [again.id])
  }

  /// Closes the study that is collecting.
  ///
  /// - Returns: the file that was claimed.
  private func closeStudy(of sender: Sender) throws -> FilePath {
    let study = try #require(try sender.studies(.collecting).first)
    try sender.journal.change(
      outboundStudy: study.id, by: .closed,
      recipients: [Recipient(outboundStudy: study.id, partner: "ch2", rule: "folder", value: "ch2")],
      event: Event("complete", study: study.study, ""))
    return try #require(
      try sender.disk.files(below: sender.spool[.collect], skip: { $0 == "README" }).first
    ).path
  }

  @Test(arguments: [false, true]) func aFileThatWasWrittenAfterItsClaimIsLookedAtAgain(isOneService: Bool) throws {
    let sender = try Sender(quiet: "1m")
    let path = try sender.drop("ch2/1", to: [])
    let open = try FileDescriptor.open(path, .readOnly)
    defer { try? open.close() }
    var service = isOneService ? try sender.collector() : nil
    func collect() throws { try service.map { try $0.run(once: true) } ?? sender.collect() }
    try collect()
    let file = try closeStudy(of: sender)
    // Its pixels change through a descriptor that was open before.
    usleep(20_000)
    try Data([0x08]).append(to: file, atEnd: -1)
    try collect()
    #expect(try sender.parcels().isEmpty && sender.event("given-back").count == 1)
    service = nil
    try sender.collect()
    let again = try #require(try sender.studies(.collecting).first)
    #expect(again.instances == 1)
    #expect(try sender.journal.instances(outboundStudy: again.id, limit: 2).first?.origin.contains("again-") == true)
  }

  @Test func anImageThatGrewAfterItsClaimIsLookedAtAgain() throws {
    let sender = try Sender(quiet: "1m")
    var random = SplitMix64(seed: 1)
    func measured(_ size: Int) -> [UInt8] {
      (0..<size * size).map { UInt8(truncatingIfNeeded: 20 + $0 / size + random.below(4)) }
    }
    try sender.drop("ch2/1", to: [], columns: 64, pixels: measured(64))
    try sender.collect()
    let file = try closeStudy(of: sender)
    // Another image lies there, and no collector remembers the first one.
    usleep(20_000)
    let larger = try sender.drop("larger", to: [], columns: 256, pixels: measured(256))
    try sender.disk.write(sender.disk.readSmall(larger, limit: 1 << 20), to: file)
    try sender.disk.removeFile(larger)
    try sender.collect()
    #expect(try sender.parcels().isEmpty && sender.event("given-back").count == 1)
    try sender.collect()
    #expect(try sender.studies(.collecting).first?.instances == 1)
    #expect(try sender.alert("sealing") == nil)
  }

  @Test func aFileThatWasDamagedHereHoldsItsStudy() throws {
    let sender = try Sender(quiet: "1m")
    try sender.drop("ch2/1", to: [])
    try sender.collect()
    let file = try closeStudy(of: sender)
    var before = stat()
    #expect(stat(file.string, &before) == 0)
    try Data([0x08]).append(to: file, atEnd: -1)
    var times = [before.st_atim, before.st_mtim]
    #expect(utimensat(AT_FDCWD, file.string, &times, 0) == 0)
    try sender.collect()
    #expect(try sender.parcels().isEmpty)
    #expect(try sender.studies(.held).first?.reasonCode == "damaged")
  }

  @Test func aStudyThatCannotBeSealedHasAnAlertAndTheOthersGoOn() throws {
    let sender = try Sender(quiet: "1m")
    try sender.drop("a/1")
    try sender.drop("b/1", study: "1.2.4")
    try sender.collect()
    for study in try sender.studies(.collecting) {
      try sender.journal.change(
        outboundStudy: study.id, by: .closed,
        recipients: [Recipient(outboundStudy: study.id, partner: "ch2", rule: "manual", value: "ch2")],
        event: Event("complete", study: study.study, ""))
    }
    // A folder lies where the file should be, so that it cannot be read.
    let file = sender.spool[.collect].appending("1.2.3").appending("1.2.3.1.1.dcm")
    let aside = sender.root.appending("aside")
    try sender.disk.move(file, to: aside)
    try sender.disk.makeDirectory(file)
    try sender.collect()
    #expect(try sender.parcels().map(\.study) == ["1.2.4"])
    #expect(try sender.alert("sealing")?.message.contains("1.2.3") == true)
    try sender.disk.removeEmptyDirectory(file)
    try sender.disk.move(aside, to: file)
    try sender.collect()
    #expect(try sender.parcels().count == 2)
    #expect(try sender.alert("sealing") == nil)
    try sender.expectInOrder()
  }

  @Test func whatIsLeftOfAnUnfinishedParcelGoesAsSoonAsItCan() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    // Its folder cannot be synced, and then a file in it cannot be removed.
    let system = FailingFileSystem(
      at: 1, .error(.ioError),
      over: FailingFileSystem(at: 1, .error(.ioError)) { $0.kind == .unlink && $0.path.string.contains(".sealing/") }
    ) { $0.kind == .sync && $0.path.string.hasSuffix(".sealing") }
    try sender.collector(disk: Disk(system)).run(once: true)
    #expect(try sender.parcels().isEmpty)
    #expect(try sender.alert("sealing") != nil)
    let hidden = try sender.disk.names(of: sender.spool[.outbound]).filter { $0.hasSuffix(".sealing") }
    #expect(hidden == [])
    try sender.collect()
    #expect(try sender.parcels().map(\.sequence) == [1])
    try sender.expectInOrder()
  }

  @Test func aParcelIsSealedAgainForAPerson() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    try sender.deliver(parcel)
    let new = ParcelID().text
    let wish = Duty.reseal(parcel: parcel.id, as: new)
    try sender.journal.owe([wish], subject: "parcel:\(parcel.id)")
    try sender.collect()
    let again = try #require(try sender.journal.outboundParcel(new))
    #expect(again.part == "again" && again.again == parcel.id && again.sequence == 2 && again.state == .sealed)
    #expect(try sender.contents(of: again).instances.count == 1)
    // Once is enough.
    try sender.journal.owe([wish], subject: "parcel:\(parcel.id)")
    try sender.collect()
    #expect(try sender.parcels().count == 2)
    try sender.expectInOrder()
  }

  @Test func aParcelThatIsDamagedIsNotSealedAgain() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    try sender.deliver(parcel)
    try Data([0]).append(to: sender.spool[.outbound].appending(parcel.id).appending("payload.tar.zst.age"), atEnd: 0)
    try sender.journal.owe([.reseal(parcel: parcel.id, as: ParcelID().text)], subject: "parcel:\(parcel.id)")
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.alert("damaged")?.remedy.contains("Export the study again") == true)
    try sender.expectInOrder()
  }

  /// A study without some of its files does not leave as a complete one, and what is put right follows.
  @Test func whatCouldNotBeSentIsSaid() throws {
    let sender = try Sender(partialAfter: "1s")
    try sender.drop("a/1", number: 1, expected: 4)
    let cut = try sender.drop("a/2", number: 2, expected: 4, pixels: Array(repeating: 7, count: 4096))
    try #require(truncate(cut.string, 4000) == 0)
    let running = try RunningCollector(sender)
    eventually("it is sealed") { (try? sender.parcels().count) == 1 }
    running.end()

    let parcel = try #require(try sender.parcels().first)
    let header = try sender.contents(of: parcel).header
    #expect(parcel.part == "incomplete" && header.part == .incomplete && parcel.missing == 3)
    #expect(header.missing?.map(\.count) == [1, 2])
    #expect(try sender.event("sealed").first?.detail.contains("Missing: 1 not finished") == true)

    // The whole file takes the place of the one that was cut.
    try sender.drop("a/2", number: 2, expected: 4)
    try sender.collect()
    let parcels = try sender.parcels()
    #expect(parcels.map(\.part) == ["incomplete", "supplement"] && parcels.map(\.missing) == [3, 2])
  }
}

extension Data {
  /// Writes the bytes so far from the end of a file.
  func append(to path: FilePath, atEnd offset: Int64) throws {
    let file = try FileHandle(forUpdating: URL(filePath: path.string))
    try file.seek(toOffset: UInt64(Int64(try file.seekToEnd()) + offset))
    try file.write(contentsOf: self)
    try file.close()
  }
}
