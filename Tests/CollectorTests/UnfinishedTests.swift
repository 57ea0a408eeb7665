import Custody
import Foundation
import Glibc
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

/// A copy that is not finished does not leave, whoever makes it and however.
@Suite(.serialized)
struct UnfinishedTests {
  /// An instance's bytes, and where it is to be copied to; nothing lies there yet.
  private func instance(_ sender: Sender, _ name: String = "a/1") throws -> (path: FilePath, bytes: [UInt8]) {
    let path = try sender.drop(name, pixels: (0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 | 1) })
    let bytes = try sender.disk.readSmall(path, limit: 2 << 20)
    try sender.disk.removeFile(path)
    return (path, bytes)
  }

  private func open(_ path: FilePath) throws -> FileDescriptor {
    try FileDescriptor.open(
      path, .writeOnly, options: [.create, .closeOnExec], permissions: [.ownerReadWrite, .groupRead])
  }

  /// Runs a collector that watches the empty folder into which an instance is to be copied.
  private func watching(
    partialAfter: String = "1m", _ copy: (_ sender: Sender, _ path: FilePath, _ bytes: [UInt8]) throws -> Void
  ) throws {
    let sender = try Sender(partialAfter: partialAfter)
    let (path, bytes) = try instance(sender)
    let running = try RunningCollector(sender)
    defer { running.end() }
    usleep(300_000)
    try copy(sender, path, bytes)
  }

  private func expectTakenWhole(_ sender: Sender, _ bytes: [UInt8], _ location: SourceLocation = #_sourceLocation)
    throws
  {
    eventually("it is sealed", location: location) { (try? sender.parcels().count) == 1 }
    let parcel = try #require(try sender.parcels().first, sourceLocation: location)
    eventually("it lies there", location: location) {
      access(sender.spool[.outbound].appending(parcel.id).string, F_OK) == 0
    }
    #expect(try sender.contents(of: parcel).instances.map(\.bytes) == [Int64(bytes.count)], sourceLocation: location)
    #expect(
      try sender.contents(of: parcel).instances.map(\.sha256) == [sha256(bytes, sender)], sourceLocation: location)
    #expect(try sender.studies(.held).isEmpty, sourceLocation: location)
    #expect(try sender.names(of: sender.spool[.quarantine]) == [], sourceLocation: location)
    #expect(try sender.journal.heldFiles(limit: 10).isEmpty, sourceLocation: location)
  }

  private func sha256(_ bytes: [UInt8], _ sender: Sender) throws -> String {
    let file = sender.root.appending("expected-\(UUID().uuidString)")
    try sender.disk.write(bytes, to: file)
    return try Parcel.sha256(of: file)
  }

  @Test func whatItsWriterHoldsOpenStaysAlsoWhereItLooksWhole() throws {
    try watching { sender, path, bytes in
      let file = try open(path)
      _ = try file.writeAll(bytes)
      usleep(1_500_000)
      #expect(try sender.journal.ledger().out.taken == 0)
      try file.close()
      try expectTakenWhole(sender, bytes)
    }
  }

  @Test func anOpenFileThatIsRenamedStaysOpen() throws {
    try watching { sender, path, bytes in
      let temporary = path.removingLastComponent().appending(".1.tmp")
      let file = try open(temporary)
      _ = try file.writeAll(bytes)
      try #require(rename(temporary.string, path.string) == 0)
      usleep(1_500_000)
      #expect(try sender.journal.ledger().out.taken == 0)
      try file.close()
      try expectTakenWhole(sender, bytes)
    }
  }

  @Test func ofSeveralWritersTheLastOneCounts() throws {
    try watching { sender, path, bytes in
      let (one, two) = (try open(path), try open(path))
      _ = try one.writeAll(bytes.prefix(bytes.count / 2))
      _ = try two.writeAll(toAbsoluteOffset: Int64(bytes.count / 2), bytes[(bytes.count / 2)..<(bytes.count - 10)])
      try one.close()
      usleep(300_000)
      _ = try two.writeAll(toAbsoluteOffset: Int64(bytes.count - 10), bytes.suffix(10))
      usleep(1_200_000)
      #expect(try sender.journal.ledger().out.taken == 0)
      try two.close()
      try expectTakenWhole(sender, bytes)
    }
  }

  @Test func whatOthersReadIsNotTakenForWritten() throws {
    try watching { sender, path, bytes in
      let file = try open(path)
      let reader = try FileDescriptor.open(path, .readOnly)
      defer { try? reader.close() }
      _ = try file.writeAll(bytes)
      try file.close()
      try expectTakenWhole(sender, bytes)
    }
  }

  /// How a copier that was killed leaves a file.
  enum Torso: String, CaseIterable, CustomTestStringConvertible {
    case cut, truncated, reserved, holed, headless
    var testDescription: String { rawValue }

    func write(_ bytes: [UInt8], to file: FileDescriptor) throws {
      let half = bytes.count / 2
      switch self {
      case .cut: _ = try file.writeAll(bytes.prefix(half))
      case .truncated:
        // As Samba reserves: SetEndOfFile.
        try #require(ftruncate(file.rawValue, off_t(bytes.count)) == 0)
        _ = try file.writeAll(bytes.prefix(half))
      case .reserved:
        try #require(posix_fallocate(file.rawValue, 0, off_t(bytes.count)) == 0)
        _ = try file.writeAll(bytes.prefix(half))
      case .holed:
        // Pieces come in any order.
        _ = try file.writeAll(bytes.prefix(half - 100_000))
        _ = try file.writeAll(toAbsoluteOffset: Int64(half), bytes.suffix(bytes.count - half))
      case .headless:
        try #require(ftruncate(file.rawValue, off_t(bytes.count)) == 0)
        _ = try file.writeAll(toAbsoluteOffset: Int64(half), bytes.suffix(bytes.count - half))
      }
    }
  }

  @Test(arguments: Torso.allCases) func aTorsoIsHeldWhereItLiesAndGoesOnByItself(_ torso: Torso) throws {
    try watching(partialAfter: "1s") { sender, path, bytes in
      let file = try open(path)
      try torso.write(bytes, to: file)
      try file.close()
      eventually("it is held") { (try? sender.journal.heldFileCount()) == 1 }
      let held = try #require(try sender.journal.heldFiles(limit: 1).first)
      #expect(held.code == "unfinished" && held.path == path.string && held.bytes > 0)
      #expect((held.study == "1.2.3") == (torso != .headless))
      eventually("it is told") { (try? sender.alert("unfinished")?.message.contains(path.string)) == true }
      #expect(try sender.event("held", path.string).count == 1)
      #expect(try sender.journal.ledger().out.taken == 0 && sender.journal.quarantine(limit: 1).isEmpty)
      // The copier goes on, as rsync --inplace and a Windows client do.
      let again = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
      _ = try again.writeAll(bytes)
      try again.close()
      try expectTakenWhole(sender, bytes)
      eventually("the alert is settled") { (try? sender.alert("unfinished") == nil) == true }
    }
  }

  @Test func whatIsHeldOpenForTooLongIsHeldAndGoesOnWhenItIsClosed() throws {
    try watching(partialAfter: "1s") { sender, path, bytes in
      let file = try open(path)
      _ = try file.writeAll(bytes)
      eventually("it is held") { (try? sender.journal.heldFileCount()) == 1 }
      #expect(try sender.journal.heldFiles(limit: 1).first?.reason.contains("open") == true)
      try file.close()
      try expectTakenWhole(sender, bytes)
    }
  }

  @Test func whatWasThereBeforeRestsForSettle() throws {
    let sender = try Sender(partialAfter: "1m")
    let (path, bytes) = try instance(sender)
    let file = try open(path)
    _ = try file.writeAll(bytes)
    let running = try RunningCollector(sender)
    defer { running.end() }
    // As long as it is written it does not rest.
    for _ in 0..<30 {
      try file.writeAll(toAbsoluteOffset: 0, bytes.prefix(1))
      usleep(50_000)
    }
    #expect(try sender.journal.ledger().out.taken == 0)
    try file.close()
    try expectTakenWhole(sender, bytes)
  }

  @Test func aStudyThatLeavesWithoutAnUnfinishedFileSaysSo() throws {
    let sender = try Sender(quiet: "500ms", partialAfter: "10m")
    let (path, bytes) = try instance(sender, "a/1")
    try sender.drop("a/2", number: 2)
    let file = try open(path)
    _ = try file.writeAll(bytes.dropLast(1000))
    try file.close()
    let running = try RunningCollector(sender)
    defer { running.end() }
    eventually("the study leaves") { (try? sender.parcels().count) == 1 }
    let first = try #require(try sender.parcels().first)
    #expect(first.instances == 1 && first.missing == 1 && first.part == "incomplete")
    #expect(first.missingReason?.contains("not finished") == true)
    // It follows when it is whole.
    let again = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
    _ = try again.writeAll(bytes)
    try again.close()
    eventually("it follows") { (try? sender.parcels().count) == 2 }
    #expect(try sender.parcels().last?.instances == 1 && sender.parcels().last?.part == "supplement")
  }

  @Test func aHeldFileThatIsRemovedIsForgotten() throws {
    let sender = try Sender(partialAfter: "1s")
    let (path, bytes) = try instance(sender)
    try sender.disk.write(bytes.dropLast(10), to: path)
    let running = try RunningCollector(sender)
    eventually("it is held") { (try? sender.journal.heldFileCount()) == 1 }
    running.end()
    // Also where nobody watched.
    try sender.disk.removeFile(path)
    try sender.collect()
    #expect(try sender.journal.heldFileCount() == 0 && sender.alert("unfinished") == nil)
    try sender.expectInOrder()
  }

  /// All of them, however many: those that went while nobody watched are forgotten at the next start.
  @Test func allThatWasHeldIsKnownAtAStart() throws {
    let sender = try Sender()
    for number in 0..<1100 {
      let original = Original(path: "\(sender.source)/gone/\(number)", size: 1, modified: 1, inode: 1)
      try sender.journal.hold(
        HeldFile(original, code: "unfinished", reason: "x", study: nil), event: Event("held", file: original.path, "x"))
    }
    try sender.collect()
    #expect(try sender.journal.heldFileCount() == 0)
    #expect(try sender.alert("unfinished") == nil)
  }

  /// Its writer may not have begun, and would go on in the quarantine; once it was closed there is nothing to wait for.
  @Test func anEmptyFileIsHeldUnlessItsWriterClosedIt() throws {
    let sender = try Sender(partialAfter: "1s")
    let (path, bytes) = try instance(sender)
    let file = try open(path)
    let running = try RunningCollector(sender)
    defer { running.end() }
    eventually("it is held") { (try? sender.journal.heldFileCount()) == 1 }
    try open(path.removingLastComponent().appending("2")).close()
    eventually("the closed one is refused") { (try? sender.journal.quarantine(limit: 2).count) == 1 }
    _ = try file.writeAll(bytes)
    try file.close()
    eventually("it is sealed") { (try? sender.parcels().first?.bytes) == Int64(bytes.count) }
    #expect(try sender.journal.heldFileCount() == 0 && sender.journal.ledger().out.quarantined == 1)
  }
}
