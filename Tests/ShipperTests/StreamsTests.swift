import FaultProxy
import FaultyRemote
import Foundation
import Journal
import SFTP
import Site
import Spool
import Synchronization
import SystemPackage
import Testing

@testable import Shipper

/// A payload that goes over several connections at once.
struct StreamsTests {
  private let sender: Sender
  private let peer: Peer
  private let proxy: FaultProxy
  private let parcel: OutboundParcel

  init() throws {
    sender = try Sender()
    peer = try sender.peer("ch2")
    proxy = try FaultProxy(to: peer.server.port, Faults(roundTrip: .milliseconds(20)))
    try sender.add(peer.card(port: proxy.port))
    parcel = try sender.seal(for: peer, bytes: 3_000_000)
  }

  /// Uploads over at most so many connections.
  ///
  /// - Returns: how many were opened, and how many bytes were sent.
  @discardableResult
  private func upload(
    most: Int, faults: RemoteFaults = RemoteFaults(), turn: Turn = Turn { nil }, line: Line = Line(), busy: Double = 1,
    processors: Int = 2
  ) throws -> (opened: Int, sent: Int64) {
    let book = try PartnerBook.load(sender.configuration.partners, owner: sender.configuration.site)
    let partner = try #require(book.partners.first)
    let connecting = Connecting(sender.configuration.site, sender.keys.transport)
    let opened = Mutex(0)
    let connect = { @Sendable (stop: Stop) throws(SFTPError) -> any RemoteFiles in
      opened.withLock { $0 += 1 }
      return FaultyRemote(try connecting(partner, stop), faults)
    }
    let files = try connect(Stop())
    defer { files.close() }
    let mailbox = RemoteMailbox(files, directory: partner.card.sftp.directory)
    // One block is under way in a round trip: the window bounds, as it does on a long line.
    let streams = Streams(
      mailbox: mailbox, parcel: try LocalParcel(parcel, in: sender.spool), inFlight: 1 << 16, most: most,
      pace: Pace(bytesPerSecond: nil), turn: turn, line: line, connect: connect, stop: Stop(), block: 100_000...200_000,
      probe: 400_000, busy: busy, processors: processors)
    let delivery = Delivery(mailbox: mailbox, parcel: streams.parcel, streams: streams, startsOver: false)
    let progress = Mutex<[Int64]>([])
    var isSending = false
    let outcome = try delivery.run(
      isSending: &isSending, progress: { bytes in progress.withLock { $0.append(bytes) } }, isWanted: { true })
    #expect(progress.withLock { $0 == $0.sorted() })
    switch outcome {
    case .delivered(let sent):
      #expect(turn.isOn && progress.withLock { $0.last == parcel.payloadBytes })
      return (opened.withLock { $0 }, sent)
    case .interrupted(let sent):
      #expect(!turn.isOn)
      return (opened.withLock { $0 }, sent)
    default:
      Issue.record("\(outcome)")
      return (0, 0)
    }
  }

  private func expectDelivered(_ location: SourceLocation = #_sourceLocation) throws {
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)), sourceLocation: location)
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty, sourceLocation: location)
  }

  @Test func whereTheWindowBoundsFurtherConnectionsAreOpened() throws {
    let (opened, sent) = try upload(most: 4)
    #expect(opened == 4 && sent == parcel.payloadBytes)
    try expectDelivered()
  }

  @Test func oneIsOpenedWhereOneIsAllowed() throws {
    #expect(try upload(most: 1).opened == 1)
    try expectDelivered()
  }

  @Test func oneIsEnoughWhereTheLineBounds() throws {
    // 1 MB/s and no delay to speak of: about a hundredth of the window in each round trip.
    proxy.faults = Faults(rate: 1_000_000)
    #expect(try upload(most: 4).opened == 1)
    try expectDelivered()
  }

  @Test func oneLateAnswerMakesNoLongLine() throws {
    proxy.faults = Faults(rate: 1_000_000)
    let asked = Mutex(0)
    let faults = RemoteFaults { _, _ in
      let number = asked.withLock { count in
        count += 1
        return count
      }
      if number == 1 { usleep(500_000) }
      return nil
    }
    #expect(try upload(most: 4, faults: faults).opened == 1)
    try expectDelivered()
  }

  @Test(arguments: [(1, 1), (3, 3), (9, 4)])
  func whereAProcessorBoundsOneIsOpenedForEach(_ processors: Int, _ expected: Int) throws {
    proxy.faults = Faults(rate: 1_000_000)
    // The thread counts as busy however little it does.
    #expect(try upload(most: 4, busy: 0, processors: processors).opened == expected)
    try expectDelivered()
  }

  /// What is measured of one parcel's way holds for the next ones, until it is too old.
  @Test(arguments: [(.window, 600, 4), (.line, 600, 1), (.line, 0, 4)] as [(Line.Bound, Int, Int)])
  func whatWasMeasuredHoldsForAWhile(_ bound: Line.Bound, _ seconds: Int, _ expected: Int) throws {
    // Were it measured now, it would be the window that bounds.
    let line = Line(age: .seconds(seconds))
    line.bound = bound
    #expect(try upload(most: 4, line: line).opened == expected)
    try expectDelivered()
  }

  @Test func whatIsMeasuredIsKept() throws {
    let line = Line()
    try upload(most: 4, line: line)
    #expect(line.bound == .window)
  }

  @Test func anotherConnectionWritesTheFilesBesideThePayload() throws {
    let requests = Mutex<[String]>([])
    let faults = RemoteFaults { _, request in
      requests.withLock { $0.append(request) }
      // However busy the machine is, the last parts wait for the other connection.
      for _ in 0..<2000 where request.hasPrefix("upload a part of") {
        let (parts, isWritten) = requests.withLock { all in
          (all.count { $0.hasPrefix("upload a part of") }, all.contains { $0.hasSuffix("/manifest.json.sig") })
        }
        if parts < 8 || isWritten { break }
        usleep(10_000)
      }
      return nil
    }
    try upload(most: 4, faults: faults)
    let all = requests.withLock { $0 }
    let lastPart = try #require(all.lastIndex { $0.hasPrefix("upload a part of") })
    for name in ["manifest.json", "manifest.json.sig"] {
      let places = all.indices.filter { all[$0].hasPrefix("write") && all[$0].hasSuffix("/\(name)") }
      #expect(places.count == 1 && places[0] < lastPart, "\(name): \(places), \(lastPart)")
    }
    try expectDelivered()
  }

  /// All but the first connection fail, at each of their requests.
  @Test(arguments: [0, 1, 2, 5]) func connectionsThatBreakLeaveTheirBlocksToOthers(_ number: Int) throws {
    let parts = Mutex(0)
    let faults = RemoteFaults { _, request in
      guard request.hasPrefix("upload a part of") else { return nil }
      return parts.withLock { count in
        count += 1
        // The first is the probe, which goes over the first connection.
        return count > 1 + number && count % 3 != 0 && count < 12 ? .loseAnswer : nil
      }
    }
    // That one fails, too, at times: then the whole is tried again.
    for attempt in 0..<15 {
      do {
        try upload(most: 4, faults: faults)
        break
      } catch let error as SFTPError where attempt < 14 {
        #expect(error.code == .disconnected)
      }
    }
    try expectDelivered()
  }

  @Test func whatIsInterruptedGoesOnBeforeItsGaps() throws {
    // Another upload ends somewhere in the middle, with a gap.
    let folder = peer.incoming(parcel)
    let payload = try Disk().readSmall(
      sender.folder(parcel).appending("payload.tar.zst.age"), limit: Int(parcel.payloadBytes))
    var torn = Array(payload.prefix(2_000_000))
    torn.replaceSubrange(1_500_000..<1_700_000, with: repeatElement(0, count: 200_000))
    try Disk().makeDirectory(folder)
    try Disk().write(torn, to: folder.appending("payload.tar.zst.age"))
    try Disk().write("400000 800000".utf8, to: folder.appending(Streams.marker))
    let (_, sent) = try upload(most: 1)
    #expect(sent == parcel.payloadBytes - 1_200_000)
    try expectDelivered()
  }

  /// The server refused one of the requests that were under way, and carried out the next ones.
  @Test(arguments: [false, true]) func aHoleThatOneConnectionLeftIsFilled(_ isKnown: Bool) throws {
    let payload = try Disk().readSmall(
      sender.folder(parcel).appending("payload.tar.zst.age"), limit: Int(parcel.payloadBytes))
    var torn = Array(payload.prefix(1_000_000))
    torn.replaceSubrange(950_000..<960_000, with: repeatElement(0, count: 10_000))
    try Disk().makeDirectory(peer.incoming(parcel))
    try Disk().write(torn, to: peer.incoming(parcel).appending("payload.tar.zst.age"))
    let line = Line()
    // Of a connection that ended with another run of the service nobody knows what was acknowledged.
    if isKnown { line.note(Gaps(known: 950_000, ahead: .max), of: parcel.id) }
    let (_, sent) = try upload(most: 1, line: line)
    #expect(sent == parcel.payloadBytes - (isKnown ? 950_000 : 1_000_000 - 1 << 16))
    try expectDelivered()
  }

  @Test func whatOneConnectionHadAcknowledgedWhenItFailedIsKnown() throws {
    let line = Line()
    proxy.faults = Faults(roundTrip: .milliseconds(20), up: .init(cutAfter: 1_300_000))
    #expect(throws: SFTPError.self) { try upload(most: 1, line: line) }
    let known = try #require(line[parcel.id]?.known)
    let there = try #require(try Disk().status(of: peer.incoming(parcel).appending("payload.tar.zst.age"))?.size)
    #expect(known > 1_000_000 && known <= there && there <= known + 1 << 16)
    proxy.faults = Faults()
    let sent = try upload(most: 1, line: line).sent
    #expect(sent == parcel.payloadBytes - known)
    try expectDelivered()
  }

  /// A system says once that it could not write: to the connection that asked first.
  @Test func aPartThatCannotBeSyncedIsNotDelivered() throws {
    let asked = Mutex((parts: 0, syncs: 0))
    let faults = RemoteFaults { _, request in
      let (parts, syncs) = asked.withLock { asked in
        if request.hasPrefix("upload a part of") { asked.parts += 1 }
        if request.hasPrefix("sync") { asked.syncs += 1 }
        return asked
      }
      // One of the last parts takes long: the other connections have nothing to do meanwhile.
      if parts == 12, request.hasPrefix("upload a part of") { usleep(2_000_000) }
      return syncs == 1 && request.hasPrefix("sync") ? .fail(.refused) : nil
    }
    let error = #expect(throws: SFTPError.self) { try upload(most: 4, faults: faults) }
    #expect(error?.code == .refused)
  }

  /// As long as the service runs it knows what was acknowledged, wherever the gaps are.
  @Test func afterACutNoMoreIsSentAgainThanWasUnderWay() throws {
    let line = Line()
    proxy.faults = Faults(roundTrip: .milliseconds(20), up: .init(cutAfter: 1_300_000))
    #expect(throws: SFTPError.self) { try upload(most: 4, line: line) }
    let source = try Disk().readSmall(
      sender.folder(parcel).appending("payload.tar.zst.age"), limit: Int(parcel.payloadBytes))
    let there = try Disk().readSmall(
      peer.incoming(parcel).appending("payload.tar.zst.age"), limit: Int(parcel.payloadBytes))
    // Holes read as zeros, which a few of the bytes are.
    let same = Int64(zip(source, there).count { $0 == $1 && $1 != 0 })
    #expect(same > 400_000)
    proxy.faults = Faults()
    let sent = try upload(most: 4, line: line).sent
    #expect(sent <= parcel.payloadBytes - same + 4 << 16, "\(sent) of \(parcel.payloadBytes), \(same) were there")
    try expectDelivered()
  }

  @Test func theServiceGoesOnWithWhatSeveralConnectionsLeft() throws {
    proxy.faults = Faults(roundTrip: .milliseconds(20), up: .init(cutAfter: 600_000))
    #expect(throws: SFTPError.self) { try upload(most: 4) }
    #expect(try Disk().names(of: peer.incoming(parcel)).contains(Streams.marker))
    proxy.faults = Faults()
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    try expectDelivered()
  }

  // MARK: Giving way

  /// A turn that ends with so many looks, however often it is asked.
  private func turn(of looks: Int) -> Turn {
    let count = Mutex(0)
    return Turn(every: .zero) {
      count.withLock { count in
        count += 1
        return count > looks ? .overtaken : nil
      }
    }
  }

  /// Interrupted again and again, over one connection and over four, it loses nothing that it had, and is whole in the end.
  @Test(arguments: [1, 4]) func anUploadThatGivesWayGoesOnWhereItWas(_ most: Int) throws {
    var sent: Int64 = 0
    var rounds = 0
    let line = Line()
    while try Disk().status(of: peer.arrived(parcel)) == nil, rounds < 30 {
      rounds += 1
      sent += try upload(most: most, turn: turn(of: 12), line: line).sent
    }
    #expect(rounds > 2 && sent == parcel.payloadBytes)
    try expectDelivered()
  }

  @Test func whatIsKnownToBeMissingIsAllThatIsSent() throws {
    let folder = peer.incoming(parcel)
    var torn = Array(
      try Disk().readSmall(sender.folder(parcel).appending("payload.tar.zst.age"), limit: Int(parcel.payloadBytes))
        .prefix(2_000_000))
    torn.replaceSubrange(1_500_000..<1_700_000, with: repeatElement(0, count: 200_000))
    try Disk().makeDirectory(folder)
    try Disk().write(torn, to: folder.appending("payload.tar.zst.age"))
    try Disk().write("2000000 3000000 1500000-1700000".utf8, to: folder.appending(Streams.marker))
    #expect(try upload(most: 1).sent == parcel.payloadBytes - 1_800_000)
    try expectDelivered()
  }

  @Test(
    arguments: [
      ("", nil), ("5", nil), ("5 x", nil), ("-5 7", nil), ("5 7 3-3", nil), ("5 7 3-4 2-3", nil), ("5 7 3-6", nil),
      ("5 7 3-", nil), ("5 7", Gaps(known: 5, ahead: 7)),
      ("9 7 1-2 3-9", Gaps(known: 9, ahead: 7, missing: [1..<2, 3..<9])),
    ] as [(String, Gaps?)]) func whatTheMarkerSaysIsReadStrictly(_ text: String, _ gaps: Gaps?)
  {
    #expect(Gaps(parsing: Array(text.utf8)) == gaps)
    if let gaps { #expect(gaps.text == text) }
  }

  @Test func whatIsSoundNeverHoldsAGap() {
    let gaps = Gaps(known: 100, ahead: 30, missing: [10..<20, 90..<100])
    for (size, end, missing) in [
      (5, 5, []), (15, 10, []), (50, 50, [10..<20]), (95, 90, [10..<20]), (100, 90, [10..<20]),
      (120, 90, [10..<20]), (150, 120, [10..<20, 90..<100]),
    ] as [(Int64, Int64, [Range<Int64>])] {
      let sound = gaps.sound(of: size)
      #expect(sound.end == end && sound.missing == missing, "\(size)")
    }
    let many = Gaps(known: 1000, ahead: 0, missing: (0..<100).map { $0 * 10..<$0 * 10 + 5 })
    #expect(many.missing.count == 64 && many.known == 640 && many.text.utf8.count < Gaps.largest)
  }
}
