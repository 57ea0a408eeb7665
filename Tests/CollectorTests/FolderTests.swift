import Custody
import Foundation
import Glibc
import Journal
import Spool
import SystemPackage
import Testing

/// Folders as hospitals make and drop them.
@Suite(.serialized)
struct FolderTests {
  private static let isRoot = geteuid() == 0

  // MARK: Drop folders

  @Test(arguments: ["CH2", "Ch2", "ch2"]) func aDropFolderCountsInAnyCase(_ name: String) throws {
    let sender = try Sender()
    try sender.drop("\(name)/a/1", to: [])
    try sender.collect()
    #expect(try sender.parcels().map(\.recipient) == ["ch2"])
    #expect(try sender.journal.alerts(limit: 10).isEmpty)
  }

  @Test func aFolderOfNoPartnerIsToldAtOnce() throws {
    let sender = try Sender(quiet: "1h", partialAfter: "2h")
    try sender.drop("ch9/a/1", to: [])
    try sender.drop("ct1/1", study: "1.2.4")
    try sender.drop("1.2.5/1", study: "1.2.5", to: [])
    let running = try RunningCollector(sender)
    eventually("it is told") { (try? sender.alert("drop-folder") != nil) == true }
    #expect(try sender.alert("drop-folder")?.message.contains("ch9") == true)
    running.end()
    #expect(try sender.studies(.collecting).count == 3)
    try sender.disk.removeTree(sender.source.appending("ch9"))
    try sender.collect()
    #expect(try sender.alert("drop-folder") == nil)
  }

  @Test(.enabled(if: isRoot, "only root can make a link of root's"), arguments: [true, false])
  func aLinkInPlaceOfADropFolderIsFollowedWhereRootMadeIt(_ isRoots: Bool) throws {
    let sender = try Sender(quiet: "300ms")
    let elsewhere = sender.root.appending("elsewhere")
    try sender.disk.makeDirectory(elsewhere)
    let link = sender.source.appending("ch2")
    try sender.disk.removeTree(link)
    try #require(symlink(elsewhere.string, link.string) == 0)
    if !isRoots { try #require(lchown(link.string, 65534, 65534) == 0) }
    try sender.drop("\(elsewhere)/a/1", to: [])
    let running = try RunningCollector(sender)
    defer { running.end() }
    if isRoots {
      eventually("it is taken") { (try? sender.parcels().map(\.recipient)) == ["ch2"] }
      // What comes later is seen, too.
      try sender.drop("\(elsewhere)/b/1", study: "1.2.4", to: [])
      eventually("it is taken") { (try? sender.parcels().count) == 2 }
      #expect(try sender.alert("source-link") == nil)
    } else {
      eventually("it is told") { (try? sender.alert("source-link")?.message.contains("ch2")) == true }
      #expect(try sender.journal.ledger().out.taken == 0)
    }
  }

  @Test func aLinkThatLeadsNowhereIsTold() throws {
    let sender = try Sender()
    let link = sender.source.appending("ch2")
    try sender.disk.removeTree(link)
    try #require(symlink("/nowhere/at/all", link.string) == 0)
    try sender.collect()
    #expect(try sender.alert("source-link")?.message.contains("ch2") == true)
  }

  // MARK: Emptied folders

  private func exists(_ path: FilePath) -> Bool { access(path.string, F_OK) == 0 }

  @Test func emptiedFoldersGoAndOthersStay() throws {
    let sender = try Sender(partialAfter: "1s")
    let source = sender.source
    try sender.drop("a/b/c/1")
    try sender.drop("ch2/d/1", study: "1.2.4", to: [])
    try sender.drop("kept/1", study: "1.2.5")
    try sender.drop("CH3/1", study: "1.2.6", to: [])
    try sender.disk.write(Array("for people".utf8), to: source.appending("kept").appending(".keep"))
    try sender.disk.makeDirectory(source.appending("empty"))
    let running = try RunningCollector(sender)
    defer { running.end() }
    eventually("all are taken") { (try? sender.journal.ledger().out.taken) == 4 }
    eventually("what was emptied goes") { !exists(source.appending("a")) && !exists(source.pushing("ch2/d")) }
    usleep(1_500_000)
    for name in ["ch2", "CH3", "kept", "empty", "ch3"] { #expect(exists(source.appending(name)), "\(name)") }
    // A folder that went may come again.
    try sender.drop("a/b/c/2", study: "1.2.7")
    eventually("it is taken") { (try? sender.journal.ledger().out.taken) == 5 }
  }

  @Test(.enabled(if: isRoot, "only root can give a folder away"))
  func aFolderThatAnAdministratorMadeStays() throws {
    let sender = try Sender(partialAfter: "1s")
    let path = try sender.drop("ct1/study/1")
    for name in [path, path.removingLastComponent()] { try #require(chown(name.string, 65534, 65534) == 0) }
    let running = try RunningCollector(sender)
    defer { running.end() }
    eventually("the study's folder goes") { !exists(path.removingLastComponent()) }
    usleep(1_500_000)
    #expect(exists(sender.source.appending("ct1")))
  }

  // MARK: What media leave behind

  @Test(arguments: [
    ("DICOMDIR", Ignored.rubbish), ("dicomdir", .rubbish), ("DICOMDIR;1", .rubbish), ("DICOMDIR.", .rubbish),
    ("dicomdir.;1", .rubbish), ("AUTORUN.INF", .rubbish), ("autorun.inf", .rubbish), ("Thumbs.db", .rubbish),
    (".DS_Store", .rubbish), ("__MACOSX", .rubbish), ("._IM0001", .rubbish), ("desktop.ini", .rubbish),
    (".x.tmp", .inProgress), ("a.PART", .inProgress), ("x~", .inProgress), (".hidden", .inProgress),
    ("DICOMDIR2", nil), ("IM0001", nil), ("dicomdir.dcm", nil), ("x.dcm", nil), ("README", nil), ("", nil),
  ])
  func namesThatAreNotInstances(_ name: String, _ kind: Ignored?) {
    #expect(Ignored(name) == kind)
    #expect(Ignored.contains(name) == (kind != nil))
  }

  @Test func aFolderThatHoldsOnlyRubbishGoesWithALine() throws {
    let sender = try Sender(partialAfter: "1s")
    let cd = sender.source.pushing("ch2/cd")
    try sender.drop("ch2/cd/IMAGES/1", to: [])
    for name in ["DICOMDIR;1", "AUTORUN.INF", "Thumbs.db"] {
      try sender.disk.write(Array("x".utf8), to: cd.appending(name))
    }
    try sender.disk.makeDirectory(cd.appending("__MACOSX"))
    try sender.disk.write(Array("x".utf8), to: cd.appending("__MACOSX").appending("._1"))
    let running = try RunningCollector(sender)
    defer { running.end() }
    eventually("the folder goes") { !exists(cd) }
    let line = try #require(try sender.event("discarded", cd.string).first)
    #expect(line.detail.contains("4 that are not DICOM") && line.detail.contains("AUTORUN.INF"))
    #expect(try sender.parcels().map(\.instances) == [1])
    #expect(try sender.journal.alerts(limit: 10).isEmpty && sender.journal.quarantine(limit: 10).isEmpty)
  }

  // MARK: Names

  @Test func namesOfAnyEncodingAndLengthTravelAndAreHarmlessOnLists() throws {
    let sender = try Sender(partialAfter: "1s")
    let folder = sender.source.appending("n")
    let names: [[UInt8]] = [
      Array("Müller – 画像 😀".utf8), [0x4D, 0xFC, 0x6C, 0x6C], Array(repeating: 0x61, count: 255),
      Array("line\nbreak\u{1b}[31m".utf8), Array("\u{202e}gpj".utf8), [0xFF, 0xFE, 0x80], Array("a\\b'\"$(x)`".utf8),
      Array(" ".utf8), Array("bytes:x".utf8),
    ]
    for (number, name) in names.enumerated() {
      let path = try sender.drop("n/plain", number: number + 1)
      let target = folder.string.utf8CString.dropLast() + [0x2F] + name.map { CChar(bitPattern: $0) } + [0]
      try #require(rename(path.string, Array(target)) == 0)
    }
    // One of each that is no DICOM, in a folder of such a name.
    let odd = folder.string.utf8CString.dropLast() + [0x2F, CChar(bitPattern: 0xFC), 0]
    try #require(mkdir(Array(odd), 0o770) == 0)
    for name in names {
      let target = odd.dropLast() + [0x2F] + name.map { CChar(bitPattern: $0) } + [0]
      let file = Glibc.open(Array(target), O_CREAT | O_WRONLY, 0o660)
      try #require(file >= 0 && Glibc.write(file, "text", 4) == 4 && Glibc.close(file) == 0)
    }
    let running = try RunningCollector(sender)
    eventually("all are taken or refused") {
      (try? sender.journal.ledger().out.taken) == names.count * 2 && (try? sender.sourceFiles().isEmpty) == true
    }
    running.end()
    try sender.collect()
    #expect(try sender.parcels().map(\.instances).reduce(0, +) == names.count)
    #expect(try sender.journal.ledger().out.quarantined == names.count)
    for event in try sender.journal.trace("1.2.3") {
      #expect(!event.detail.contains("\u{1b}"))
    }
    try sender.expectInOrder()
  }
}
