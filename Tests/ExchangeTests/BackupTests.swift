import Foundation
import Glibc
import SystemPackage
import Testing

/// A site in one file, and back.
struct BackupTests {
  /// Everything that makes the site, without what SQLite has beside its file.
  private func state(_ site: Hospital) throws -> String {
    try Command.shell(
      "cd \"$1\"; cat studypost.toml keys/* partners/*; stat -c '%n %a' keys/* partners/*", [site.root.string])
  }

  @Test func aSiteIsRestoredWhileItsPartnerGoesOn() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let people = (1...3).map { Person($0) }
    try sites.ch2.load(people)
    try sites.drop([SyntheticStudy(person: people[0], recipient: "CH2")], at: sites.ch1)
    try sites.exchangeOnce()
    let before = try state(sites.ch2)
    let backup = sites.scratch.path.appending("ch2.backup")

    // While a service writes.
    let running = try sites.ch2.start()
    try sites.drop([SyntheticStudy(person: people[1], recipient: "CH2")], at: sites.ch1)
    try sites.ch1.succeed("run", "--once")
    #expect(try sites.ch2.succeed("backup", backup.string).contains("private keys"))
    #expect(
      try Command.shell("stat -c %a \"$1\"; tar --zstd -tf \"$1\" | sed -n 1,2p", [backup.string])
        == "600\nbackup.json\nstudypost.toml\n")
    let refused = try sites.ch2.run("restore", backup.string, "--force")
    #expect(refused.status == 1 && refused.errors.contains("while no service runs"))
    #expect(try sites.ch2.run("backup", backup.string).status == 1)
    #expect(running.stop() == 0)

    // The disk of the site is gone, but for its spool.
    for name in ["studypost.toml", "keys", "partners", "journal.sqlite", "patients.sqlite"] {
      try FileManager.default.removeItem(atPath: sites.ch2.root.appending(name).string)
    }
    for name in ["journal.sqlite-wal", "journal.sqlite-shm", "patients.sqlite-wal", "patients.sqlite-shm"] {
      try? FileManager.default.removeItem(atPath: sites.ch2.root.appending(name).string)
    }
    try sites.ch2.succeed("restore", backup.string)
    #expect(try state(sites.ch2) == before)
    #expect(try sites.ch2.list("patients", "find", "L").items.count == people.count)
    #expect(try sites.ch2.run("trace", "ch2.backup").status == 0)
    #expect(try sites.ch2.succeed("check").contains("This site is fit to run."))
    try sites.drop([SyntheticStudy(person: people[2], recipient: "CH2")], at: sites.ch1)
    try sites.exchangeOnce()
    #expect(try sites.ch1.parcels().allSatisfy { $0["state"].string == "delivered" })
    try sites.expectInOrder()
  }

  @Test func nothingChangesWhereTheBackupOrTheSiteIsNotFit() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let backup = sites.scratch.path.appending("ch1.backup")
    try sites.ch1.succeed("backup", backup.string)
    let good = try #require(FileManager.default.contents(atPath: backup.string))
    let before = try state(sites.ch1)
    let bad = sites.scratch.path.appending("bad.backup")
    for damage in ["cut", "flipped", "other"] {
      var bytes = damage == "other" ? Data("no archive".utf8) : good
      if damage == "cut" { bytes.removeLast(bytes.count / 3) }
      if damage == "flipped" { bytes[bytes.count / 2] ^= 1 }
      try bytes.write(to: URL(filePath: bad.string))
      let printed = try sites.ch1.run("restore", bad.string)
      #expect(printed.status == 1 && printed.errors.contains("not in order"), "\(damage): \(printed.errors)")
      #expect(try state(sites.ch1) == before)
      #expect(!exists(sites.ch1.root.appending(".restoring")))
    }

    // Something is on its way.
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2")], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    let refused = try sites.ch1.run("restore", backup.string)
    #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try sites.ch1.parcels().count == 1)
    let forced = try sites.ch1.succeed("restore", backup.string, "--force")
    #expect(forced.contains("Kept aside") && forced.contains(".before-"))
    #expect(try state(sites.ch1) == before)
  }

  @Test func aRotatedKeyIsKeptAsideByARestoration() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    let backup = scratch.path.appending("ch1.backup")
    try site.succeed("backup", backup.string)
    let old = try text(site.root.appending("keys/age.key"))
    try Command.shell(
      "rm \"$1\"; age-keygen -o \"$1\" 2>/dev/null; cp \"$1\" \"$1.other\"",
      [site.root.appending("keys/age.key").string])
    let new = try text(site.root.appending("keys/age.key"))
    try site.succeed("restore", backup.string)
    #expect(try text(site.root.appending("keys/age.key")) == old)
    let aside = try Command.shell("cat \"$1\"/keys.before-*/age.key", [site.root.string])
    #expect(aside == new)
    #expect(!exists(site.root.appending("keys/age.key.other")))
  }
}
