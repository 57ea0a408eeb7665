import Custody
import Executor
import Foundation
import Glibc
import Journal
import Parcel
import Spool
import SystemPackage
import Testing

struct TakingTests {
  @Test func whatAStudyIsAboutIsFoundByIt() throws {
    let sender = try Sender(quiet: "1m")
    try sender.drop("a/1")
    try sender.collect()
    for text in ["P-1.2.3", "A1", "phantom test"] {
      #expect(try sender.journal.trace(text).contains { $0.what == "opened" }, "\(text)")
    }
  }

  // MARK: Sources of which nothing can be removed

  /// Lets nobody change a folder, not even root where the file system can tell.
  private static func protect(_ folder: FilePath, _ isProtected: Bool) throws {
    if geteuid() == 0 {
      let process = try Process.run(
        URL(filePath: "/usr/bin/chattr"), arguments: [isProtected ? "+i" : "-i", folder.string])
      process.waitUntilExit()
      try #require(process.terminationStatus == 0)
    } else {
      try #require(chmod(folder.string, isProtected ? 0o550 : 0o770) == 0)
    }
  }

  private static let canProtect: Bool = {
    guard geteuid() == 0 else { return true }
    let folder = FilePath(FileManager.default.temporaryDirectory.path).appending("protect-\(UUID().uuidString)")
    guard mkdir(folder.string, 0o700) == 0 else { return false }
    defer { rmdir(folder.string) }
    guard (try? protect(folder, true)) != nil else { return false }
    try? protect(folder, false)
    return true
  }()

  @Test(.enabled(if: canProtect, "nothing keeps root from changing a folder here"))
  func aSourceFromWhichNothingCanBeRemovedIsTakenOnce() throws {
    let sender = try Sender(partialAfter: "1s")
    for number in 1...40 { try sender.drop("a/\(number)", number: number) }
    try sender.disk.write(Array("A letter.".utf8), to: sender.source.appending("a").appending("letter"))
    let folder = sender.source.appending("a")
    try Self.protect(folder, true)
    defer { try? Self.protect(folder, false) }
    let running = try RunningCollector(sender)
    eventually("the study is sealed and the letter refused") {
      (try? sender.parcels().count) == 1 && (try? sender.journal.quarantine(limit: 10).count) == 1
    }
    usleep(1_500_000)
    running.end()
    try sender.collect()
    try sender.collect()
    #expect(try sender.parcels().count == 1 && sender.parcels().first?.instances == 40)
    #expect(try sender.journal.ledger().out.taken == 41)
    #expect(try sender.names(of: sender.spool[.quarantine]).count == 1)
    #expect(try sender.sourceFiles().count == 41)
    // One alert, without the names of the files.
    let alerts = try sender.journal.alerts(limit: 100)
    #expect(alerts.map(\.code) == ["owed"])
    #expect(alerts.first?.message.hasPrefix("Files of \(sender.source) were taken in and cannot be removed") == true)
    #expect(alerts.first?.message.contains("letter") == false)
    // It goes on by itself.
    try Self.protect(folder, false)
    try sender.collect()
    #expect(try sender.sourceFiles().isEmpty)
    #expect(try sender.journal.alerts(limit: 100).isEmpty)
    try sender.expectInOrder()
  }

  @Test(.enabled(if: otherFileSystem != nil, "there is no other file system here"))
  func aNameThatIsNotUTF8IsCopiedOnceAndRemoved() throws {
    let source = try #require(otherFileSystem).appending("collector-source-\(UUID().uuidString)")
    let sender = try Sender(source: source, partialAfter: "1s")
    try sender.disk.makeDirectory(source)
    defer { try? sender.disk.removeTree(source) }
    func rename(_ name: String, to last: [UInt8]) throws {
      let target = source.string.utf8CString.dropLast() + [0x2F] + last.map { CChar(bitPattern: $0) } + [0]
      try #require(Glibc.rename(source.appending(name).string, Array(target)) == 0)
    }
    try sender.drop("1")
    try rename("1", to: [0x4D, 0xFC, 0x6C, 0x6C])
    try sender.disk.write(Array("A letter.".utf8), to: source.appending("2"))
    try rename("2", to: [0xFF, 0x32])
    let running = try RunningCollector(sender)
    eventually("both are gone") { (try? sender.sourceFiles().isEmpty) == true }
    running.end()
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [1])
    #expect(try sender.journal.quarantine(limit: 10).count == 1)
    #expect(try sender.event("duplicate").isEmpty)
    try sender.expectInOrder()
  }

  @Test(.enabled(if: otherFileSystem != nil, "there is no other file system here"))
  func aSourceOnAnotherFileSystemIsCopied() throws {
    let source = try #require(otherFileSystem).appending("collector-source-\(UUID().uuidString)")
    let sender = try Sender(source: source)
    try sender.disk.makeDirectory(source)
    defer { try? sender.disk.removeTree(source) }
    try sender.drop("a/1")
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.sourceFiles().isEmpty)
    try sender.expectInOrder()
  }

  // MARK: Claims that a kill left

  /// A journal and a spool as they are after the intent to claim a file.
  private func intend(_ sender: Sender, _ name: String = "a/1") throws -> (FilePath, TakenInstance) {
    let path = try sender.drop(name)
    let status = try #require(try sender.disk.status(of: path))
    let row = TakenInstance(
      origin: path.string, file: "collect/1.2.3/1.2.3.1.1.dcm", sopInstanceUID: "1.2.3.1.1",
      sopClassUID: "1.2.840.10008.5.1.4.1.1.7", seriesInstanceUID: "1.2.3.1", transferSyntaxUID: "1.2.840.10008.1.2.1",
      bytes: status.size, sha256: try sha256(of: path),
      route: #"{"names":[{"partner":"ch2","rule":"(0040,1010)","value":"ch2"}]}"#)
    let (_, rows) = try sender.journal.intend(toClaim: [row], study: "1.2.3", newID: "abc", expected: nil)
    try sender.disk.makeDirectory(sender.spool[.collect].appending("1.2.3"))
    return (path, rows[0])
  }

  @Test(arguments: ["nothing", "copying", "copied", "renamed"], [false, true])
  func aClaimIsSettledAfterAKill(at step: String, isElsewhere: Bool) throws {
    let source = isElsewhere ? otherFileSystem?.appending("collector-source-\(UUID().uuidString)") : nil
    let sender = try Sender(source: source)
    if let source { try sender.disk.makeDirectory(source) }
    defer { if let source { try? sender.disk.removeTree(source) } }
    let (path, row) = try intend(sender)
    let target = sender.spool.absolute(row.file)
    switch step {
    case "copying":
      let bytes = try sender.disk.readSmall(path, limit: 1 << 20)
      try sender.disk.write(bytes.dropLast(), to: target.removingLastComponent().appending(".1.2.3.1.1.dcm.copy"))
    case "copied": try sender.disk.copyVerified(path, to: target)
    case "renamed": try sender.disk.moveAnywhere(path, to: target)
    default: break
    }
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    #expect(parcel.instances == 1)
    #expect(try sender.contents(of: parcel).instances.first?.sha256 == row.sha256)
    #expect(try sender.sourceFiles().isEmpty)
    #expect(try sender.journal.ledger().out.taken == 1)
    try sender.expectInOrder()
  }

  // MARK: What the journal does not know

  @Test func filesThatTheJournalDoesNotKnowGoBackToTheirSource() throws {
    let sender = try Sender()
    try sender.drop("x/1")
    try sender.drop("x/2", number: 2)
    try sender.drop("x/3", number: 3)
    let file = { (number: Int) in sender.source.appending("x").appending("\(number)") }
    try sender.disk.makeDirectory(sender.spool[.collect].appending("1.2.3"))
    try sender.disk.move(file(1), to: sender.spool[.collect].appending("1.2.3").appending("stray.dcm"))
    try sender.disk.makeDirectory(sender.spool[.holdOutbound].appending("unknown"))
    try sender.disk.move(file(2), to: sender.spool[.holdOutbound].appending("unknown").appending("stray.dcm"))
    try sender.disk.write(Array("why".utf8), to: sender.spool[.holdOutbound].appending("unknown").appending("WHY.txt"))
    try sender.disk.makeDirectory(sender.spool[.quarantine].appending("out-unknown"))
    try sender.disk.move(file(3), to: sender.spool[.quarantine].appending("out-unknown").appending("file"))
    try sender.disk.makeDirectory(sender.spool[.quarantine].pushing("out-unknown/files/VIEWER"))
    try sender.disk.write(
      Array("page".utf8), to: sender.spool[.quarantine].pushing("out-unknown/files/VIEWER/1.HTM"))
    try sender.collect()
    #expect(try sender.parcels().map(\.instances) == [3])
    #expect(try sender.event("recovered", "recovered-").count == 4)
    #expect(
      try sender.names(of: sender.spool[.holdOutbound]) == [] && sender.names(of: sender.spool[.quarantine]) == [])
    try sender.expectInOrder()
  }

  @Test func linksAndOtherThingsInTheSpoolEndNothing() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    for folder in [sender.spool[.collect], sender.spool[.holdOutbound], sender.spool[.outbound]] {
      #expect(symlink("/etc", folder.appending("link").string) == 0)
    }
    let folder = sender.spool[.collect].appending("1.2.4")
    try sender.disk.makeDirectory(folder)
    #expect(symlink("/etc/passwd", folder.appending("1.dcm").string) == 0)
    #expect(mkfifo(folder.appending("2.dcm").string, 0o600) == 0)
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.alert("spool-stranger")?.message.hasPrefix("5 things") == true)
    #expect(try sender.disk.status(of: folder.appending("2.dcm")) != nil)
  }

  // MARK: What a source may hold besides

  @Test func whatIsPassedOverIsTold() throws {
    let sender = try Sender()
    try sender.drop("a/1")
    let folder = sender.source.appending("a")
    #expect(symlink(folder.string, folder.appending("link").string) == 0)
    #expect(mkfifo(folder.appending("fifo").string, 0o600) == 0)
    try sender.disk.removeTree(sender.source.appending("ch3"))
    // One that leads nowhere; those that root made are followed elsewhere.
    #expect(symlink("/nowhere/at/all", sender.source.appending("ch3").string) == 0)
    try sender.drop(Array(repeating: "d", count: 70).joined(separator: "/") + "/1", study: "1.2.4")
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.alert("source-passed-over")?.message.hasPrefix("3 things") == true)
    #expect(try sender.alert("source-link")?.message.contains("ch3") == true)
    try sender.disk.removeTree(folder)
    try sender.disk.removeTree(sender.source.appending("d"))
    try sender.disk.removeFile(sender.source.appending("ch3"))
    try sender.collect()
    #expect(try sender.journal.alerts(limit: 10).isEmpty)
  }

  @Test func aSourceThatIsAwayStopsNoOther() throws {
    let sender = try Sender(more: "[[source]]\npath = \"second\"\nquiet = \"0s\"")
    let second = sender.root.appending("second")
    try sender.drop("a/1")
    try sender.collect()
    #expect(try sender.parcels().count == 1)
    #expect(try sender.alert("source")?.message.contains(second.string) == true)
    try sender.disk.makeDirectory(second)
    try sender.drop("\(second)/1", study: "1.2.4")
    try sender.collect()
    #expect(try sender.parcels().count == 2)
    #expect(try sender.alert("source") == nil)
  }

  @Test func withTooLittleRoomNothingIsTakenIn() throws {
    let sender = try Sender(more: "[limits]\nmin_free = \"1000TiB\"")
    try sender.drop("a/1")
    try sender.collect()
    #expect(try sender.journal.ledger().out.taken == 0)
    #expect(try sender.alert("disk")?.message.contains("1099511627 MB") == true)
    #expect(try sender.sourceFiles().count == 1)
  }

  // MARK: While it runs

  @Test func whatComesIsSeenAtOnceBesideManyFilesThatCannotBeTaken() throws {
    let sender = try Sender()
    try sender.disk.makeDirectory(sender.source.appending("many"))
    for number in 0..<2000 {
      let path = sender.source.appending("many").appending("\(number)")
      #expect(FileManager.default.createFile(atPath: path.string, contents: Data("no image".utf8)))
    }
    let running = try RunningCollector(sender)
    defer { running.end() }
    usleep(500_000)
    try sender.drop("many/study/deep/1")
    try sender.drop("many/x", study: "1.2.4")
    eventually("both studies are sealed") { (try? sender.parcels().count) == 2 }
    #expect(try sender.journal.quarantine(limit: 1).isEmpty)
  }

  @Test func aFileThatIsHeldOpenKeepsItsStudyFromBeingComplete() throws {
    let sender = try Sender(quiet: "300ms")
    try sender.drop("a/1")
    try sender.drop("b/2", number: 2)
    let whole = try sender.disk.readSmall(sender.source.appending("b").appending("2"), limit: 1 << 20)
    try sender.disk.removeFile(sender.source.appending("b").appending("2"))
    let running = try RunningCollector(sender)
    defer { running.end() }
    usleep(100_000)
    let open = try FileDescriptor.open(
      sender.source.appending("b").appending("2"), .writeOnly, options: [.create, .closeOnExec],
      permissions: .ownerReadWrite)
    _ = try open.writeAll(whole.dropLast(4))
    eventually("the first is taken") { (try? sender.studies(.collecting).count) == 1 }
    usleep(1_500_000)
    #expect(try sender.parcels().isEmpty)
    _ = try open.writeAll(whole.suffix(4))
    try open.close()
    eventually("it is sealed") { (try? sender.parcels().count) == 1 }
    #expect(try sender.parcels().first?.instances == 2)
  }

  @Test func aCopyThatReservedItsLengthAndWasGivenUpDoesNotLeave() throws {
    let sender = try Sender(partialAfter: "1s")
    let path = try sender.drop("a/1", pixels: [UInt8](repeating: 7, count: 1 << 20))
    let whole = try sender.disk.readSmall(path, limit: 2 << 20)
    try sender.drop("a/2", number: 2)
    let file = try FileDescriptor.open(path, .writeOnly, options: .closeOnExec)
    try #require(ftruncate(file.rawValue, 1 << 19) == 0 && ftruncate(file.rawValue, off_t(whole.count)) == 0)
    try file.close()
    try sender.collect()
    #expect(try sender.parcels().isEmpty || sender.parcels().map(\.instances) == [1])
    #expect(try sender.sourceFiles() == [path])
    // The copy comes again, and is whole.
    try sender.disk.removeFile(path)
    try sender.drop("a/1", pixels: [UInt8](repeating: 7, count: 1 << 20))
    try sender.collect()
    #expect(try sender.parcels().map(\.instances).reduce(0, +) == 2)
    #expect(try sender.studies(.held).isEmpty)
    try sender.expectInOrder()
  }

  @Test func aMarkerThatCannotBeRemovedCountsOnce() throws {
    let sender = try Sender(quiet: "1m")
    try sender.drop("a/1")
    try sender.disk.write([UInt8](), to: sender.source.appending("a").appending(".done"))
    try sender.collect()
    let parcel = try #require(try sender.parcels().first)
    #expect(try sender.contents(of: parcel).header.closedBy.rule == "marker")
    #expect(try sender.sourceFiles().isEmpty)
    try sender.expectInOrder()
  }

  @Test func aClockThatWasSetBackStallsNothing() throws {
    let sender = try Sender(quiet: "1s")
    try sender.drop("a/1")
    try sender.collect()
    let study = try #require(try sender.studies(.collecting).first)
    try sender.setLastTaken(of: study.id, to: "2099-01-01T00:00:00.000Z")
    try sender.collect()
    usleep(1_100_000)
    try sender.collect()
    #expect(try sender.parcels().count == 1)
  }

  @Test func anOldEntryOfTheQuarantineIsLetGoWithALine() throws {
    let sender = try Sender(partialAfter: "1s", more: "[retention]\nquarantine = \"1s\"")
    try sender.disk.write(Array("A letter.".utf8), to: sender.source.appending("letter"))
    let running = try RunningCollector(sender)
    eventually("it is refused") { (try? sender.journal.quarantine(limit: 10).count) == 1 }
    running.end()
    usleep(1_100_000)
    try sender.collect()
    #expect(try sender.names(of: sender.spool[.quarantine]) == [])
    #expect(try sender.journal.trace("letter").map(\.what) == ["quarantined", "discarded"])
    #expect(try sender.journal.ledger().out.discarded == 1)
  }
}
