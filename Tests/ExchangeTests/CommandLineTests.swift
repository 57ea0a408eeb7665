import Foundation
import Glibc
import SystemPackage
import Testing

/// What the program says, and with which exit status, when it is used rightly and wrongly.
struct CommandLineTests {
  @Test func mistakesOfUsageEndWith64() throws {
    let scratch = try Scratch()
    let wrong = [
      ["polish"], ["queue", "--sideways"], ["init"], ["init", "--site", "No Such Name"], ["trace"],
      ["hold", "route", "x"], ["worklist", "reject", "x"], ["run", "--verbose", "--quiet"],
    ]
    for arguments in wrong {
      let printed = try Command.run(Command.studypost, arguments)
      #expect(printed.status == 64, "\(arguments): \(printed.errors)")
      #expect(printed.output == "" && printed.errors.hasPrefix("studypost: "), "\(arguments)")
    }
    #expect(names(in: scratch.path) == [])
    for arguments in [["--help"], ["--version"], ["queue", "list", "--help"]] {
      let printed = try Command.run(Command.studypost, arguments)
      #expect(printed.status == 0 && printed.output != "" && printed.errors == "", "\(arguments)")
    }
  }

  @Test func allErrorsOfAConfigurationAreSaidAtOnce() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    let good = try text(site.configuration)
    let bad =
      good.replacing("#level = 3", with: "level = \"high\"")
      .replacing("[reconcile]", with: "[reconcile]\nnational_id = \"XX\"")
      .replacing("[ship]\n", with: "[ship]\nretry_frist = \"30s\"\nretry_first = \"2h\"\nretry_max = \"1h\"\n")
    try ("colour = \"blue\"\n" + bad).write(toFile: site.configuration.string, atomically: true, encoding: .utf8)
    for command in [["status"], ["collect", "--once"], ["run"], ["ledger", "--json"]] {
      let printed = try Command.run(
        Command.studypost, command + ["--config", site.configuration.string])
      #expect(printed.status == 78 && printed.output == "", "\(command): \(printed.output)")
      for said in ["colour", "compression.level", "reconcile.national_id", "retry_frist", "retry_first", "retry_max"] {
        #expect(printed.errors.contains(said), "\(command) does not say \(said): \(printed.errors)")
      }
      #expect(printed.errors.contains(site.configuration.string))
    }
    let check = try site.run("check")
    #expect(check.status == 1 || check.status == 78)
    #expect((check.output + check.errors).contains("colour") && (check.output + check.errors).contains("retry_frist"))
    let missing = try Command.run(Command.studypost, ["status", "--config", scratch.path.appending("none").string])
    #expect(missing.status == 78 && missing.errors.contains("studypost init"))
  }

  /// systemd does not start a service again that ends so (RestartPreventExitStatus=).
  @Test func theJournalOfANewerVersionEndsEachServiceWith76() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    try Command.shell(
      "sqlite3 \"$1\"/journal.sqlite \"INSERT INTO grdb_migrations (identifier) VALUES ('of a newer version')\"",
      [site.root.string])
    for service in ["collect", "ship", "receive", "run"] {
      let printed = try Command.run(
        "/usr/bin/timeout", ["60", Command.studypost, service, "--config", site.configuration.string])
      #expect(printed.status == 76 && printed.errors.contains("newer version"), "\(service): \(printed.errors)")
    }
  }

  @Test func badInputEndsWith65AndChangesNothing() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    try site.load([Person(1)])
    let list = scratch.path.appending("list.csv")
    let wrongCheck = Person.list([Person(2)]).replacing(Person(2).nationalID, with: "12345678901")
    for (text, said) in [("name,number\n", "local_id"), (wrongCheck, "national_id")] {
      try text.write(toFile: list.string, atomically: true, encoding: .utf8)
      let printed = try site.run("patients", "import", list.string)
      #expect(printed.status == 65 && printed.errors.contains(said), "\(printed.errors)")
    }
    #expect(try site.list("patients", "find", "L").items.count == 1)
    // A list that would make the index much smaller needs a word.
    try site.load((1...10).map { Person($0) })
    try Person.list([Person(1)]).write(toFile: list.string, atomically: true, encoding: .utf8)
    #expect(try site.run("patients", "import", list.string).status == 1)
    #expect(try site.list("patients", "find", "L").items.count == 10)

    let card = scratch.path.appending("card.toml")
    try "site = \"ch2\"\nsigning_key = \"rubbish\"\n".write(toFile: card.string, atomically: true, encoding: .utf8)
    let added = try site.run("partner", "add", "--yes", card.string)
    #expect(added.status == 65 && added.errors.contains("signing_key") && added.errors.contains("encryption_key"))
    #expect(try site.list("partner", "list").items.isEmpty)
    let folder = scratch.path.appending("parcel")
    try FileManager.default.createDirectory(atPath: folder.string, withIntermediateDirectories: true)
    let key = site.root.appending("keys/signing_ed25519.pub").string
    #expect(try Command.run(Command.studypost, ["verify", folder.string, "--signer", key]).status == 65)
  }

  @Test func everyKeyAndStateIsExplainedInWords() throws {
    func said(_ arguments: String...) throws -> String {
      let printed = try Command.run(Command.studypost, arguments)
      #expect(printed.status == 0, "\(arguments): \(printed.errors)")
      return printed.output
    }
    for key in ["aliases", "rate_limit", "window", "in_flight", "streams"] {
      #expect(try said("config", "explain", key).contains("partners/SITE.toml: \(key)\n  "), "\(key)")
      #expect(try said("config", "explain").contains("\npartners/SITE.toml: \(key)\n"), "\(key)")
    }
    #expect(try said("config", "explain", "path", "sftp.port").split(separator: "\n").count { $0.first != " " } == 3)
    #expect(try Command.run(Command.studypost, ["config", "explain", "window", "colour"]).status == 1)
    #expect(try said("explain", "shipped").contains("HOW FAR THINGS ARE\n\n  shipped\n"))
  }

  @Test func aNationalNumberIsCheckedWithoutASite() throws {
    func id(_ arguments: String...) throws -> (status: Int32, output: String) {
      let printed = try Command.run(Command.studypost, ["id"] + arguments)
      return (printed.status, printed.output)
    }
    let valid = try id("check", "NISS", "BE", "85.07.30-033.28")
    #expect(valid.status == 0)
    for said in ["85073003328", "1985-07-30", "male", "2.16.840.1.113883.3.6777.5.1"] {
      #expect(valid.output.contains(said), "\(valid.output)")
    }
    let invalid = try id("check", "be", "85073003329")
    #expect(invalid.status == 1 && invalid.output.contains("check digits"))
    let json = try id("check", "BE", "85073003329", "--json")
    #expect(json.status == 1 && json.output.contains("\"problem\" : \"check-digits\""))
    #expect(try id("check", "XX", "1").status == 64)
    let schemes = try id("schemes")
    #expect(schemes.status == 0 && schemes.output.contains("NISS") && schemes.output.contains("CA-BC"))
  }

  @Test func whatIsNotThereEndsWith1() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    let asked: [[String]] = [
      ["trace", "nothing"], ["patients", "find", "nobody"], ["hold", "route", "x", "--to", "ch2"],
      ["hold", "discard", "x", "--reason", "none"], ["queue", "show", "x"], ["queue", "retry", "x"],
      ["queue", "cancel", "x"], ["worklist", "show", "x"], ["worklist", "reject", "x", "--reason", "none"],
      ["quarantine", "show", "x"], ["quarantine", "release", "../export"],
      ["quarantine", "discard", "x", "--reason", "n"],
      ["partner", "test", "ch9"], ["partner", "remove", "ch9"],
    ]
    for arguments in asked {
      let printed = try Command.run(Command.studypost, arguments + ["--config", site.configuration.string])
      #expect(printed.status == 1, "\(arguments): \(printed.errors)")
    }
    // Without a server there is no card, which hinders nothing that is there.
    #expect(try site.run("card").status == 78)
    let check = try site.run("check")
    #expect(check.status == 0 && check.output.contains("sftp.host"))
    try site.expectBalanced()
  }

  @Test func aSiteIsNotMadeOverAnother() throws {
    let scratch = try Scratch()
    let site = try Hospital("ch1", in: scratch.path.appending("ch1"))
    let key = try text(site.root.appending("keys/signing_ed25519"))
    let again = try Command.run(Command.studypost, ["init", "--site", "ch2", "--root", site.root.string])
    #expect(again.status != 0 && again.errors.contains(site.root.string))
    #expect(try text(site.root.appending("keys/signing_ed25519")) == key)
    #expect(try text(site.configuration).contains("site = \"ch1\""))
    var status = stat()
    #expect(stat(site.root.appending("keys/signing_ed25519").string, &status) == 0 && status.st_mode & 0o077 == 0)
  }

  @Test func aSecondCopyOfAServiceSaysSoAndExits() throws {
    let sites = try TwoSites()
    let running = try sites.ch1.start()
    for (service, lock) in [("collect", ".collect.lock"), ("ship", ".ship.lock"), ("receive", ".receive.lock")] {
      try sites.eventually("\(service) holds its lock") {
        try Command.run("/usr/bin/flock", ["--nonblock", sites.ch1.folder(lock).string, "true"]).status != 0
      }
      for arguments in [[service], [service, "--once"]] {
        let child = try Command.run(
          "/usr/bin/timeout", ["20", Command.studypost] + arguments + ["--config", sites.ch1.configuration.string])
        #expect(child.status == 1 && child.errors.contains("is running already"), "\(arguments): \(child.errors)")
      }
    }
    let second = try Command.run(
      "/usr/bin/timeout", ["20", Command.studypost, "run", "--config", sites.ch1.configuration.string])
    #expect(second.status == 1 && second.errors.contains("is running already"), "\(second.errors)")
    // The first one is none the worse for it.
    #expect(running.exitStatus == nil)
    #expect(running.stop() == 0)
  }

  @Test func eachServiceDoesItsPartOnce() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    let person = Person(80)
    try sites.ch2.load([person])
    let study = SyntheticStudy(person: person, recipient: "CH2")
    try sites.drop([study], at: sites.ch1)
    let stages: [(Hospital, String, String)] = [
      (sites.ch1, "collect", "sealed"), (sites.ch1, "ship", "shipped"), (sites.ch2, "receive", "shipped"),
      (sites.ch1, "ship", "delivered"),
    ]
    for (site, service, state) in stages {
      try site.succeed(service, "--once")
      #expect(try sites.ch1.states(of: study.uid) == [state], "\(service)")
    }
    #expect(try sites.ch2.imported().count == 3)
    // `run --once` does all of it, in both directions.
    let back = SyntheticStudy(person: person, recipient: "CH1")
    try sites.ch1.load([person])
    try sites.drop([back], at: sites.ch2)
    for site in [sites.ch2, sites.ch1, sites.ch2] { try site.succeed("run", "--once") }
    #expect(try sites.ch2.states(of: back.uid) == ["delivered"])
    try sites.expectInOrder()
  }

  @Test func checkAndLedgerSayNoWhenSomethingIsWrong() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.drop([SyntheticStudy(person: Person(1), instances: 2)], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    try sites.ch1.expectBalanced()
    let held = try #require(
      files(below: sites.ch1.folder("hold/outbound")).first { $0.lastComponent?.string.hasSuffix(".dcm") == true })
    let aside = try sites.workFolder().appending("aside")
    #expect(rename(held.string, aside.string) == 0)
    let unbalanced = try sites.ch1.run("ledger", "--json")
    #expect(unbalanced.status == 1)
    let document = try unbalanced.json()
    #expect(document["balanced"].bool == false && document["problems"].description.contains(held.string))
    #expect(rename(aside.string, held.string) == 0)
    try sites.ch1.expectBalanced()

    #expect(try sites.ch1.run("check").status == 0)
    let key = sites.ch1.root.appending("keys/transport_ed25519")
    #expect(chmod(key.string, 0o644) == 0)
    let open = try sites.ch1.run("check", "--json")
    #expect(open.status == 1 && open.output.contains("transport_ed25519"))
    #expect(chmod(key.string, 0o600) == 0)
    sites.server.stop()
    let unreachable = try sites.ch1.run("check")
    #expect(unreachable.status == 1 && unreachable.output.contains("ch2"))
    #expect(try sites.ch1.run("check", "--offline").status == 0)
    #expect(try sites.ch1.run("partner", "test", "ch2").status == 1)
  }

  @Test func aParcelIsVerifiedAndOpenedWithoutASite() throws {
    let sites = try TwoSites(["source.quiet": "\"0s\""])
    try sites.drop([SyntheticStudy(person: Person(1), recipient: "CH2")], at: sites.ch1)
    try sites.ch1.succeed("collect", "--once")
    let outbound = sites.ch1.folder("outbound")
    let parcel = outbound.appending(try #require(names(in: outbound).first))
    let nowhere = ["--config", "/nonexistent"]
    let signer = sites.ch1.root.appending("keys/signing_ed25519.pub").string
    let card = sites.scratch.path.appending("ch1.toml").string
    let identity = sites.ch2.root.appending("keys/age.key").string
    func studypost(_ arguments: [String]) throws -> Printed {
      try Command.run(Command.studypost, arguments + nowhere)
    }
    #expect(try studypost(["verify", parcel.string, "--signer", signer]).status == 0)
    #expect(try studypost(["verify", parcel.string, "--signer", card]).status == 0)
    #expect(try studypost(["verify", parcel.string]).status == 64)
    let stranger = sites.ch2.root.appending("keys/signing_ed25519.pub").string
    #expect(try studypost(["verify", parcel.string, "--signer", stranger]).status == 65)
    let target = try sites.workFolder().appending("opened").string
    #expect(try studypost(["open", parcel.string, "--to", target, "--signer", signer]).status == 64)
    let wrong = sites.ch1.root.appending("keys/age.key").string
    #expect(
      try studypost(["open", parcel.string, "--to", target, "--signer", signer, "--identity", wrong]).status == 65)
    #expect(!exists(FilePath(target)))
    let right = ["open", parcel.string, "--to", target, "--signer", card, "--identity", identity]
    #expect(try studypost(right).status == 0)
    #expect(names(in: FilePath(target).appending("dicom")).count == 3)
    // Never over something that is there.
    #expect(try studypost(right).status == 1)
    try Command.shell(
      "printf '\\0' | dd of=\"$1\" bs=1 seek=99 conv=notrunc status=none",
      [
        parcel.appending("payload.tar.zst.age").string
      ])
    let damaged = try studypost(["verify", parcel.string, "--signer", signer])
    #expect(damaged.status == 65 && damaged.errors.contains("payload.tar.zst.age"))
  }

  /// It stands in the package's changelog and in the program, which cannot read it.
  @Test func theVersionIsThatOfThePackage() throws {
    let changelog = FilePath(#filePath).removingLastComponent().appending("../../Packaging/debian/changelog")
    let first = try #require(try text(changelog).split(separator: "\n").first)
    let version = try Command.succeed(Command.studypost, ["--version"])
    #expect(first.hasPrefix("studypost (\(version.dropLast())) "))
  }
}
