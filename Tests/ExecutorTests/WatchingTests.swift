import Custody
import Foundation
import Glibc
import Journal
import Site
import Spool
import SystemPackage
import Testing

@testable import Executor

@Suite struct WatchingTests {
  let scene: Scene
  var journal: Journal { scene.journal }

  init() throws { scene = try Scene() }

  // MARK: Mounted folders

  @Test(.enabled(if: getuid() == 0)) func aFolderThatLiesOnAnotherFileSystemIsNotUsed() throws {
    let folder = scene.root.appending("share")
    try Disk().makeDirectory(folder)
    let guardian = FolderGuard(journal: journal, spool: scene.spool)
    try #require(mount("tmpfs", folder.string, "tmpfs", 0, nil) == 0)
    try guardian.check(folder, for: .receive)
    try #require(umount(folder.string) == 0)

    // The share is gone: a bare mount point.
    let error = #expect(throws: ExecutorError.self) { try guardian.check(folder, for: .receive) }
    #expect(error?.code == .wrongFileSystem)
    #expect(try journal.alert("mount \(folder)")?.severity == .critical)

    try scene.write("image", to: scene.staging.appending("1.dcm"))
    try scene.owe([
      .handOver(
        HandOver(
          parcel: "p", staging: scene.staging.string, target: folder.string, folder: "study", marker: nil, files: 1))
    ])
    try scene.executor(.receive).perform()
    #expect(try scene.isOwed() && Disk().entries(of: folder).isEmpty)

    // It is there again.
    try #require(mount("tmpfs", folder.string, "tmpfs", 0, nil) == 0)
    try guardian.check(folder, for: .receive)
    #expect(try journal.alert("mount \(folder)")?.key == nil)
    try #require(umount(folder.string) == 0)

    // Or a person says that it is right as it is.
    try guardian.confirm(folder, by: "ann")
    try guardian.check(folder, for: .receive)
    #expect(try journal.trace(folder.string).map(\.actor) == ["ann"])
  }

  @Test func aFolderThatIsMissingIsAnError() throws {
    #expect(throws: SpoolError.self) {
      try FolderGuard(journal: journal, spool: scene.spool).check(scene.root.appending("none"), for: .receive)
    }
  }

  // MARK: Partners

  @Test func aBrokenFileConcernsItsPartnerAlone() throws {
    try scene.addPartner("ch3", Keys.create(scene.root.appending("k3"), for: #require(SiteName("ch3"))))
    var watch = try PartnerWatch(scene.configuration, for: .ship, journal: journal, disk: Disk())
    #expect(watch.book.partners.map(\.site.text) == ["ch1", "ch3"])
    #expect(try !watch.reload())

    let file = scene.configuration.partners.appending("ch3.toml")
    let good = try Disk().readSmall(file, limit: 1 << 16)
    try scene.write("site = \"ch3\u{1B}[2J", to: file)
    #expect(try watch.reload())
    #expect(watch.book.partners.map(\.site.text) == ["ch1", "ch3"], "as it was when it was in order last")
    let message = try #require(try journal.alert("partners")?.message)
    #expect(message.contains("ch3.toml") && !message.contains("\u{1B}"))
    #expect(try !watch.reload())

    let fresh = try PartnerWatch(scene.configuration, for: .ship, journal: journal, disk: Disk())
    #expect(fresh.book.partners.map(\.site.text) == ["ch1"])

    // Of a file whose card is in order the partner is known, also where nothing was known before.
    let text = String(decoding: good, as: UTF8.self)
    try scene.write(text.replacing("[sftp]", with: "rate_limit = \"fast\"\n[sftp]"), to: file)
    let partial = try PartnerWatch(scene.configuration, for: .ship, journal: journal, disk: Disk())
    #expect(partial.book.partners.map(\.hasMistakes) == [false, true])
    #expect(try journal.alert("partners")?.message.contains("rate_limit") == true)
    #expect(try watch.reload() && watch.book.partners.map(\.hasMistakes) == [false, false])

    try Disk().write(good, to: file)
    #expect(try watch.reload())
    #expect(try journal.alert("partners")?.key == nil)
    try Disk().removeFile(file)
    #expect(try watch.reload())
    #expect(watch.book.partners.map(\.site.text) == ["ch1"])
  }

  // MARK: Signs of life

  @Test func aHeartbeatTellsWhoDoesWhatAndSinceWhen() throws {
    #expect(Heartbeat.last(of: .ship, in: scene.spool) == nil)
    let heart = Heartbeat(of: .ship, in: scene.spool)
    heart.beat("uploads a parcel")
    let beat = try #require(Heartbeat.last(of: .ship, in: scene.spool))
    #expect(beat.process == getpid() && beat.doing == "uploads a parcel" && beat.age >= 0)
    #expect(Heartbeat.last(of: .collect, in: scene.spool) == nil)
    heart.beat("waits")
    #expect(Heartbeat.last(of: .ship, in: scene.spool)?.doing == "waits")
    heart.end()
    #expect(Heartbeat.last(of: .ship, in: scene.spool) == nil)
  }

  @Test func itsAgeIsTheTimeSinceThenOfTheSameStart() throws {
    let file = scene.spool.root.appending(".ship.alive")
    Heartbeat(of: .ship, in: scene.spool).beat("works")
    let words = try String(decoding: Disk().readSmall(file, limit: 1024), as: UTF8.self).split(separator: " ")
    let time = try #require(Double(words[2]))
    try scene.write("\(words[0]) \(words[1]) \(time - 100) works\n", to: file)
    #expect(try #require(Heartbeat.last(of: .ship, in: scene.spool)).age >= 100)
    try scene.write("\(words[0]) another-start \(time) works\n", to: file)
    #expect(Heartbeat.last(of: .ship, in: scene.spool) == nil)
    for text in ["", "1", "a b c d", "\(words[0]) \(words[1])"] {
      try scene.write(text, to: file)
      #expect(Heartbeat.last(of: .ship, in: scene.spool) == nil, "\(text)")
    }
  }

  // MARK: Words

  @Test func aNameOfAnyBytesIsReadAsItWasWritten() throws {
    var names: [[UInt8]] = (1...255).filter { $0 != 0x2F && $0 != 0x2E }.map { [UInt8($0)] }
    names += ["bytes:", "bytes:ff", "bytes:zz", "ä", "a\u{308}", "a b\n\u{202E}"].map { Array($0.utf8) }
    names += [[0xC3, 0xC3], [0x61, 0xFF, 0x62], Array(repeating: 0xFE, count: 255)]
    var texts: Set<String> = []
    for bytes in names {
      let name = try #require(FilePath.Component(platformString: bytes.map { CChar(bitPattern: $0) } + [0]))
      let text = MailboxName.text(of: name)
      texts.insert(Array(text.utf8).map { String($0) }.joined(separator: " "))
      let back = try #require(MailboxName.component(of: text))
      let same = back.withPlatformString { pointer in
        Array(UnsafeBufferPointer(start: pointer, count: strlen(pointer))).map { UInt8(bitPattern: $0) }
      }
      #expect(same == bytes)
    }
    #expect(texts.count == names.count, "two names never share a text")
  }

  @Test func aReasonCannotForgeLinesOrColoursOrDirections() throws {
    let evil = "a\u{1B}[31m\nwhat you can do:\r\u{202E}b\u{7F}\u{2028}c"
    let reason = Reason(code: "x", sentence: evil, remedy: [evil], about: ["study": evil], since: "now")
    try Disk().makeDirectory(scene.root.appending("why"))
    try reason.write(into: scene.root.appending("why"), of: Disk())
    for name in Reason.files {
      let text = try String(
        decoding: Disk().readSmall(scene.root.appending("why").appending(name), limit: 9999), as: UTF8.self)
      for scalar in ["\u{1B}", "\r", "\u{202E}", "\u{7F}", "\u{2028}"] { #expect(!text.contains(scalar), "\(name)") }
      #expect(text.contains("u{1b}"))
    }
    #expect(reason.text.split(separator: "\n").count == 6)
  }
}
