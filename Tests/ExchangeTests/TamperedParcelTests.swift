import Foundation
import Glibc
import SystemPackage
import Testing

/// What somebody with a login, or with the sender's very keys, can put into the mailbox.
struct TamperedParcelTests {
  @Test func everyForgeryIsRefusedWithItsWordAndLeavesNothingBehind() throws {
    let sites = try TwoSites()
    let person = Person(60)
    try sites.ch2.load([person])
    let work = try sites.workFolder()
    let made = try SyntheticStudy.make([SyntheticStudy(person: person, instances: 2)], in: work)
    let forgeries = Forgery.all
    try Forgery.make(forgeries, of: made, in: work, sites)
    let inbox = sites.ch2.folder("mailbox/ch1/new")
    let before = Set(files(below: sites.scratch.path))
    for forgery in forgeries {
      #expect(rename(work.appending(forgery.id).string, inbox.appending(forgery.id).string) == 0)
    }
    try sites.ch2.succeed("receive", "--once")

    let entries = try sites.ch2.list("quarantine", "list").items
    let receipts = sites.ch2.folder("mailbox/ch1/receipts")
    for forgery in forgeries {
      let entry = entries.first { $0["parcel"].string == forgery.id }
      #expect(entry?["code"].string == forgery.refusal, "\(forgery.trick): \(entry?["reason"].string ?? "")")
      let receipt = receipts.appending("\(forgery.id).refused.json")
      #expect(exists(receipt) == (forgery.refusal != nil), "\(forgery.trick)")
      guard let refusal = forgery.refusal, let name = entry?["id"].string else { continue }
      #expect(Document(parsing: try text(receipt))?["reason"].string == refusal, "\(forgery.trick)")
      #expect(exists(FilePath(receipt.string + ".sig")))
      let folder = sites.ch2.folder("quarantine").appending(name)
      #expect(Document(parsing: try text(folder.appending("why.json")))?["code"].string == refusal)
      #expect(try text(folder.appending("WHY.txt")).contains("reason code: \(refusal)"))
      // As it came: nothing of it was unpacked there.
      let came = Set(names(in: folder.appending(forgery.id)))
      #expect(came.isSuperset(of: ["manifest.json", "manifest.json.sig", "payload.tar.zst.age"]), "\(forgery.trick)")
      #expect(names(in: folder).sorted() == ["WHY.txt", forgery.id, "why.json"].sorted())
    }
    #expect(entries.count == forgeries.count - 1)
    #expect(names(in: inbox) == [])

    // The one that is in order is imported, and nothing else lies anywhere but in quarantine and among the receipts.
    #expect(Set(try sites.ch2.imported().map(\.instance)) == Set(made.map(\.instance)))
    let spared = ["quarantine", "mailbox/ch1/receipts", "received", "import", "records"].map(sites.ch2.folder)
    #expect(names(in: sites.ch2.folder("received")).count == 1)
    let stray = files(below: sites.scratch.path).filter { path in
      !before.contains(path) && !spared.contains { path.starts(with: $0) }
        && !["journal.sqlite", ".receive.lock"].contains { path.lastComponent?.string.hasPrefix($0) == true }
    }
    #expect(stray == [])
    try sites.expectInOrder()
  }

  @Test func aRefusedParcelIsToldToItsSender() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let study = SyntheticStudy(person: Person(61), recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    // A bit flips in the mailbox, each time after it was sent: it is sent once more, and then waits for a person.
    let id = try #require(names(in: sites.ch1.folder("outbound")).first)
    let payload = sites.ch2.folder("mailbox/ch1/new").appending(id).appending("payload.tar.zst.age")
    for _ in 0..<2 {
      try sites.ch1.succeed("ship", "--once")
      try Command.shell(
        "printf '\\x00\\x01\\x02\\x03' | dd of=\"$1\" bs=1 seek=300 conv=notrunc status=none", [payload.string])
      try sites.ch2.succeed("receive", "--once")
      try sites.ch1.succeed("ship", "--once")
    }
    #expect(try sites.ch1.states(of: study.uid) == ["refused"])
    #expect(try sites.ch1.list("queue", "show", id)["code"].string == "digest")
    // Looking is a line of its own.
    let story = try sites.ch1.list("trace", id).items.compactMap { $0["what"].string }.filter { $0 != "disclosed" }
    #expect(story == ["opened", "complete", "sealed", "shipped", "resend", "shipped", "refused"])
    #expect(try sites.ch1.ledger()["out"]["refused"].int == 3)
    try sites.expectInOrder()
  }

  @Test func whatIsNoParcelIsPutAwayAndNoLinkIsFollowed() throws {
    let sites = try TwoSites()
    let inbox = sites.ch2.folder("mailbox/ch1/new")
    let outside = try sites.workFolder().appending("precious")
    try "precious".write(toFile: outside.string, atomically: true, encoding: .utf8)
    let id = Forgery.newID()
    let hostile = [
      "..x", "a\nline", "\u{202E}gpj.exe", "'; DROP TABLE event; --", "<b>", "\u{1B}[2J",
      String(repeating: "n", count: 255),
      id.uppercased(), id + " ",
    ]
    for name in hostile { #expect(mkdir(inbox.appending(name).string, 0o755) == 0) }
    let file = Forgery.newID()
    let links = [(Forgery.newID(), outside), (Forgery.newID(), sites.ch2.folder("outbound")), ("link", "/etc/passwd")]
    try "stray".write(toFile: inbox.appending(file).string, atomically: true, encoding: .utf8)
    for (name, target) in links { #expect(symlink(target.string, inbox.appending(name).string) == 0) }
    #expect(mkfifo(inbox.appending("pipe").string, 0o644) == 0)
    // A parcel whose very folder is in order but whose files lead elsewhere.
    let linked = inbox.appending(Forgery.newID())
    #expect(mkdir(linked.string, 0o755) == 0)
    for name in ["manifest.json", "manifest.json.sig", "payload.tar.zst.age"] {
      #expect(symlink(outside.string, linked.appending(name).string) == 0)
    }

    try sites.ch2.succeed("receive", "--once")
    #expect((try? FileManager.default.contentsOfDirectory(atPath: inbox.string)) == [])
    let entries = try sites.ch2.list("quarantine", "list").items
    // What has the name of a parcel and is none is told to its sender; it may have been damaged on its way.
    #expect(entries.count(where: { $0["code"].string == "stray" }) == hostile.count + 2)
    #expect(entries.count(where: { $0["code"].string == "folder" }) == links.count + 1)
    #expect(entries.count == hostile.count + links.count + 3)
    for entry in entries {
      let folder = sites.ch2.folder("quarantine").appending(try #require(entry["id"].string))
      let why = try text(folder.appending("WHY.txt"))
      #expect(!why.contains("\u{1B}") && !why.contains("\u{202E}") && why.contains("What you can do:"))
      #expect(Document(parsing: try text(folder.appending("why.json"))) != nil)
    }
    let printed = try sites.ch2.succeed("quarantine", "list")
    #expect(!printed.contains("\u{1B}") && !printed.contains("\u{202E}") && !printed.contains("a\nline"))
    // Discarding removes the links, and not what they point to.
    for entry in entries {
      try sites.ch2.succeed("quarantine", "discard", try #require(entry["id"].string), "--reason", "hostile")
    }
    try sites.ch2.succeed("receive", "--once")
    #expect(try text(outside) == "precious")
    #expect(exists(sites.ch2.folder("outbound/README")))
    #expect(names(in: sites.ch2.folder("quarantine")) == [])
    try sites.expectInOrder()
  }
}
