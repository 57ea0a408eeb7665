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

  @Test func anUrgentFolderOfNoPartnerIsToldWhateverTheStudyNames() throws {
    let sender = try Sender(quiet: "1h", partialAfter: "2h")
    try sender.drop("ct1/1", study: "1.2.4")
    try sender.drop("Urgent/1", to: ["ch2"])
    let running = try RunningCollector(sender)
    eventually("it is told") { (try? sender.alert("drop-folder") != nil) == true }
    running.end()
    let alert = try #require(try sender.alert("drop-folder"))
    #expect(alert.message.contains("/Urgent belongs to no partner") && alert.remedy.contains("/PARTNER/urgent/ (ch2"))
    #expect(try sender.studies(.collecting).map(\.urgent) == [false, false])
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

  /// A viewer with its pages, as on a CD.
  private func dropCD(_ sender: Sender, _ name: String, pages: Int) throws {
    let cd = sender.source.pushing(FilePath(name))
    try sender.drop("\(name)/IMAGES/1", to: ["ch2"])
    for number in 0..<pages {
      let folder = cd.appending("VIEWER").appending("P\(number % 7)")
      try sender.disk.makeDirectory(folder)
      try sender.disk.write(Array("<html>\(number)</html>".utf8), to: folder.appending("\(number).HTM"))
    }
    for name in ["DICOMDIR", "AUTORUN.INF"] { try sender.disk.write(Array("x".utf8), to: cd.appending(name)) }
  }

  @Test func whatIsNotDICOMInADroppedFolderIsOneEntryAndOneLine() throws {
    let sender = try Sender(partialAfter: "1s")
    try dropCD(sender, "ch2/cd", pages: 300)
    try dropCD(sender, "other", pages: 3)
    let running = try RunningCollector(sender)
    eventually(within: 120, "all is taken or refused") { (try? sender.journal.ledger().out.quarantined) == 303 }
    eventually("the folder goes") {
      !exists(sender.source.pushing("ch2/cd")) && !exists(sender.source.appending("other"))
    }
    running.end()
    let entries = try sender.journal.quarantine(limit: 10).sorted { $0.instances > $1.instances }
    #expect(entries.map(\.instances) == [300, 3] && entries.map(\.code) == ["not-dicom", "not-dicom"])
    let entry = try #require(entries.first)
    #expect(entry.origin == sender.source.pushing("ch2/cd").string)
    // They lie there as they lay in their folder, and the reason names each.
    let folder = sender.spool[.quarantine].appending(entry.name)
    let kept = try sender.disk.files(below: folder, skip: { _ in false })
    #expect(kept.count == 302 && exists(folder.pushing("files/VIEWER/P6/6.HTM")))
    for name in ["WHY.txt", "why.json"] {
      let why = try String(decoding: sender.disk.readSmall(folder.appending(name), limit: 1 << 20), as: UTF8.self)
      #expect(why.split(separator: "\n").count { $0.contains(".HTM") } >= 300, "\(name)")
      #expect(why.contains("files/VIEWER/P6/6.HTM"), "\(name)")
    }
    #expect(try sender.journal.alerts(limit: 10).isEmpty)
    let lines = sender.log.lines.filter { $0.contains("not DICOM") }
    #expect(lines.count == 2, "\(lines)")
    // Which folder it was, the entry tells: its name may be a patient's.
    let line = lines.first { $0.contains(entry.name) } ?? ""
    #expect(!line.contains("ch2/cd"), "\(line)")
    #expect(
      line.hasPrefix("302 files of a dropped folder were not DICOM: 300 are in quarantine (\(entry.name))"), "\(line)")
    #expect(line.contains("2, such as media and desktops leave, went with their folders"), "\(line)")
    #expect(try sender.journal.trace("VIEWER/P6/6.HTM").map(\.what) == ["quarantined"])
    try sender.expectInOrder()
  }

  /// What is copied slowly is one entry; the same CD, dropped once more, is another.
  @Test func anEntryGrowsWhileItsFolderIsCopiedAndNotBeyond() throws {
    let sender = try Sender(partialAfter: "1s")
    let running = try RunningCollector(sender)
    func write(_ name: String) throws {
      let path = sender.source.pushing(FilePath("ch2/cd/\(name)"))
      try sender.disk.makeDirectory(path.removingLastComponent())
      try sender.disk.write(Array(name.utf8), to: path)
    }
    // Refused, and moved: what is written in place of a file that still lies there is another story.
    func refused(_ count: Int) {
      eventually("refused") {
        (try? sender.journal.ledger().out.quarantined) == count && (try? sender.journal.isOwing(.collect)) == false
      }
    }
    try write("A.HTM")
    refused(1)
    try write("P/B.HTM")
    try write("P/C.HTM")
    refused(3)
    #expect(try sender.journal.quarantine(limit: 10).map(\.instances) == [3])
    try write("P/B.HTM")
    try write("P/D.HTM")
    refused(5)
    #expect(try Set(sender.journal.quarantine(limit: 10).map(\.instances)) == [3, 2])
    running.end()
    try sender.expectInOrder()
    // Released they lie where they lay, the one whose name is taken by now beside it.
    for entry in try sender.journal.quarantine(limit: 10).sorted(by: { $0.name < $1.name }) {
      try sender.journal.change(quarantine: entry.name, by: .released, event: Event("released", "x"))
    }
    try sender.collect()
    // On a slow machine they are refused again by now.
    let again = try sender.disk.files(below: sender.spool[.quarantine]) {
      ["README", "WHY.txt", "why.json"].contains($0)
    }
    let names = try (sender.sourceFiles() + again.map(\.path)).compactMap { $0.lastComponent?.string }.sorted()
    #expect(names.map { $0.suffix(5) } == ["A.HTM", "B.HTM", "C.HTM", "D.HTM", "B.HTM"], "\(names)")
    #expect(names.last?.hasPrefix("out-") == true)
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
