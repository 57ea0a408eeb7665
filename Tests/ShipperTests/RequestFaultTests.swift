import Custody
import FaultyRemote
import FaultySpool
import Journal
import Parcel
import SFTP
import Spool
import SystemPackage
import Testing

@testable import Shipper

/// What must hold whichever request to the partner's server fails, and however.
@Suite(.serialized) struct RequestFaultTests {
  let sender: Sender
  let peer: Peer

  init() throws {
    sender = try Sender()
    peer = try sender.peer("ch2")
    try sender.add(peer.card())
  }

  enum Way: CaseIterable {
    case disconnected, permission, refused, loseAnswer

    var fault: RemoteFaults.Fault {
      switch self {
      case .disconnected: .cut
      case .permission: .fail(.permission)
      case .refused: .fail(.refused)
      case .loseAnswer: .loseAnswer
      }
    }
  }

  /// How many requests a delivery takes that begins where an earlier one left a folder.
  private func requests(after prepare: (OutboundParcel) throws -> Void) throws -> Int {
    let faults = RemoteFaults()
    let parcel = try sender.seal(for: peer)
    try prepare(parcel)
    try sender.shipOnce(faults: faults)
    try #require(try sender.now(parcel).state == .shipped)
    return faults.requests.count
  }

  private func expectOneWholeParcel(
    at number: Int, _ way: Way, after prepare: (OutboundParcel) throws -> Void
  ) throws {
    let parcel = try sender.seal(for: peer)
    try prepare(parcel)
    let before = try Disk().names(of: peer.mailbox.new).filter { $0 != parcel.id }
    let faults = RemoteFaults(at: number, way.fault)
    // One attempt may be told of by its parcel, the next goes through.
    for _ in 0..<3 where try sender.now(parcel).state == .sealed { try sender.shipOnce(faults: faults) }
    #expect(try sender.now(parcel).state == .shipped, "request \(number), \(way): \(faults.requests)")
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)), "request \(number), \(way)")
    #expect(try Disk().names(of: peer.mailbox.incoming).isEmpty, "request \(number), \(way)")
    #expect(try Disk().names(of: peer.mailbox.new) == (before + [parcel.id]).sorted(), "request \(number), \(way)")
    #expect(try sender.events("shipped", parcel).count == 1, "request \(number), \(way)")
  }

  @Test(arguments: Way.allCases) func whicheverRequestFailsOneWholeParcelArrives(_ way: Way) throws {
    let count = try requests { _ in }
    #expect(count > 8)
    for number in 0..<count { try expectOneWholeParcel(at: number, way) { _ in } }
  }

  @Test(arguments: Way.allCases) func whicheverRequestFailsAnEarlierAttemptIsGoneOnWith(_ way: Way) throws {
    func prepare(_ parcel: OutboundParcel) throws {
      let payload = try read(sender.folder(parcel).appending(ParcelFolder.payload))
      try Disk().makeDirectory(peer.incoming(parcel))
      try Disk().write(payload.prefix(5000), to: peer.incoming(parcel).appending(ParcelFolder.payload))
      try Disk().write([1], to: peer.incoming(parcel).appending("stray"))
      try Disk().makeDirectory(peer.arrived(parcel))
      try Disk().write([1], to: peer.arrived(parcel).appending(ParcelFolder.manifest))
    }
    let count = try requests(after: prepare)
    #expect(count > 20)
    for number in 0..<count { try expectOneWholeParcel(at: number, way, after: prepare) }
  }

  @Test(arguments: Way.allCases) func whicheverRequestFailsAReceiptIsTaken(_ way: Way) throws {
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    try peer.answer(parcel, .received)
    let faults = RemoteFaults()
    try sender.shipOnce(faults: faults)
    try #require(try sender.now(parcel).state == .received)
    for number in 0..<faults.requests.count {
      let parcel = try sender.seal(for: peer)
      try sender.shipOnce()
      try peer.answer(parcel, .received)
      let faults = RemoteFaults(at: number, way.fault)
      for _ in 0..<3 where try sender.now(parcel).state == .shipped { try sender.shipOnce(faults: faults) }
      #expect(try sender.now(parcel).state == .received, "request \(number), \(way)")
      try peer.answer(parcel, .imported)
      try sender.shipOnce()
    }
  }

  @Test func anErrorOfThisMachineIsNotTakenForDamage() throws {
    let parcel = try sender.seal(for: peer)
    let manifest = sender.folder(parcel).appending(ParcelFolder.manifest)
    let disk = Disk(FailingFileSystem(at: 1, .error(.ioError)) { $0.kind == .read && $0.path == manifest })
    try sender.shipOnce(disk: disk)
    #expect(try sender.now(parcel).state == .sealed)
    #expect(try sender.now(parcel).attempts == 1)
    #expect(try sender.alert(.unreadable, parcel.id)?.severity == .critical)
    try sender.shipOnce()
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.alert(.unreadable, parcel.id) == nil)
  }

  @Test func anErrorOfThisMachineLeavesARefusalWhereItIs() throws {
    let parcel = try sender.seal(for: peer)
    try sender.shipOnce()
    try peer.take(parcel)
    try peer.answer(parcel, .refused, reason: "digest")
    let payload = sender.folder(parcel).appending(ParcelFolder.payload)
    let disk = Disk(FailingFileSystem(at: 1, .error(.ioError)) { $0.kind == .read && $0.path == payload })
    try sender.shipOnce(disk: disk)
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.alert(.unreadable, parcel.id) != nil)
    for _ in 0..<2 { try sender.shipOnce() }
    #expect(try sender.now(parcel).state == .shipped)
    #expect(try sender.now(parcel).resent == 1)
    #expect(try sender.same(sender.folder(parcel), peer.arrived(parcel)))
  }

  @Test func parcelsThatFailStopNoOtherAndGoBehindThem() throws {
    let failing = try (0..<5).map { _ in try sender.seal(for: peer) }
    let others = try (0..<3).map { _ in try sender.seal(for: peer) }
    let folders = Set(failing.map { "makeDirectory \(peer.incoming($0))" })
    let faults = RemoteFaults { _, request in folders.contains(request) ? .fail(.noSpace) : nil }
    try sender.shipOnce(faults: faults)
    for parcel in others { #expect(try sender.now(parcel).state == .shipped) }
    for parcel in failing { #expect(try sender.now(parcel).state == .sealed && sender.now(parcel).attempts == 1) }
    try sender.shipOnce()
    for parcel in failing { #expect(try sender.now(parcel).state == .shipped) }
  }
}
