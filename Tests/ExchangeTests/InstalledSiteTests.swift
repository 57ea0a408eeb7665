import Foundation
import SystemPackage
import Testing

/// A site as the package installs it: users, owners, and who may do what.
@Suite(.enabled(if: Machine.isPossible)) struct InstalledSiteTests {
  private let machine: Machine

  init() throws {
    machine = try Machine()
    try machine.shell("useradd --system --no-create-home pacs1")
  }

  /// A card of another site, in a file that everybody there can read.
  private func card(of name: String) throws -> String {
    let site = try Hospital(name, in: machine.root.appending(name))
    let hostKey = machine.root.appending("etc/ssh/ssh_host_ed25519_key.pub")
    try site.set(["sftp.host": "\"127.0.0.1\"", "sftp.host_key": "\"\(hostKey)\""])
    let file = machine.root.appending("\(name).toml")
    try site.succeed("card").write(toFile: file.string, atomically: true, encoding: .utf8)
    return file.string
  }

  private func setUp() throws {
    try machine.studypost("setup", "--yes", "--site", "ch1", "--host", "dicom.ch1.example", "--pacs", "pacs1")
  }

  @Test func setupMakesASiteAndOnceMoreChangesNothing() throws {
    let printed = try machine.studypost(
      "setup", "--yes", "--site", "ch1", "--host", "dicom.ch1.example", "--name", "Centre \"1\"", "--country", "NL",
      "--contact", "pacs@ch1.example", "--pacs", "pacs1")
    let card = try machine.run(Command.studypost, "card")
    #expect(card.status == 0 && printed.contains(card.output))
    let fingerprint = try #require(card.errors.split(separator: ": ").last?.split(separator: "\n").first)
    #expect(fingerprint.split(separator: " ").count == 16 && printed.contains(fingerprint))
    #expect(try machine.shell("id -nG pacs1").contains("studypost-pacs"))
    let inForce = try machine.run(Command.studypost, "config", "show", "--json").json()["settings"].items
    func value(_ key: String) -> String? { inForce.first { $0["key"].string == key }?["value"].string }
    #expect(value("name") == "Centre \"1\"" && value("reconcile.national_id") == "NL")

    // Whom everything belongs to.
    let owners = try machine.shell(
      """
      cd /; stat -c '%n %U:%G %a' etc/studypost etc/studypost/{keys,partners,studypost.toml,keys/age.key} \
        var/lib/studypost var/lib/studypost/journal.sqlite var/spool/studypost \
        var/spool/studypost/{mailbox,export,import,collect,hold/inbound,records/acks} etc/ssh/studypost
      """)
    for line in [
      "etc/studypost root:studypost 750", "etc/studypost/keys root:root 700",
      "etc/studypost/partners root:studypost 750",
      "etc/studypost/studypost.toml root:studypost 640", "etc/studypost/keys/age.key root:root 600",
      "var/lib/studypost studypost:studypost 700", "var/lib/studypost/journal.sqlite studypost:studypost 640",
      "var/spool/studypost root:root 755", "var/spool/studypost/mailbox root:root 755",
      "var/spool/studypost/export studypost:studypost-pacs 2770",
      "var/spool/studypost/import studypost:studypost-pacs 2770", "var/spool/studypost/collect studypost:adm 750",
      "var/spool/studypost/hold/inbound studypost:adm 750",
      "var/spool/studypost/records/acks studypost:studypost-pacs 2770", "etc/ssh/studypost root:root 755",
    ] { #expect(owners.contains(line + "\n"), "\(line)") }

    let state =
      "cat /etc/studypost/studypost.toml /etc/studypost/keys/* /etc/passwd /etc/group; cd /var/spool; "
      + "find studypost -printf '%p %u %g %m\\n' | sort"
    let before = try machine.shell(state)
    #expect(try !machine.studypost("setup", "--yes").contains("made:"))
    #expect(try machine.shell(state) == before)
    // What somebody spoilt is mended; what an answer changes, changes.
    try machine.shell("chmod 700 /var/spool/studypost/export; rm /etc/studypost/keys/age.key; groupdel studypost-pacs")
    let mended = try machine.studypost("setup", "--yes", "--contact", "+32 2 555", "--pacs", "pacs1")
    #expect(
      mended.contains("export") && mended.contains("studypost-pacs") && mended.contains("contact = \"+32 2 555\""))
    #expect(try machine.studypost("check", "--offline").contains("This site is fit to run."))
  }

  @Test func setupRefusesBeforeItChangesAnything() throws {
    for (arguments, said) in [
      (["--host", "x"], "--site"), (["--site", "No Such"], "--site"),
      (["--site", "ch1", "--country", "XX"], "--country"),
      (["--site", "ch1", "--pacs", "nobody-here"], "nobody-here"), (["--site", "ch1", "--host", "a b"], "sftp.host"),
    ] {
      let printed = try Command.run(
        "/usr/bin/unshare", machine.arguments([Command.studypost, "setup", "--yes"] + arguments))
      #expect(printed.status != 0 && printed.errors.contains(said), "\(arguments): \(printed.errors)")
    }
    let unasked = try machine.run(Command.studypost, "setup", "--site", "ch1")
    #expect(unasked.status == 1 && unasked.errors.contains("--yes"))
    #expect(
      try machine.shell("ls /var/spool; getent group studypost-pacs || true; ls /etc | grep -x studypost || true") == ""
    )
    try setUp()
    let renamed = try machine.run(Command.studypost, "setup", "--yes", "--site", "ch9")
    #expect(renamed.status == 64 && renamed.errors.contains("ch1"))
  }

  @Test func interruptedSetupLeavesNothingAndIsFinishedByTheNext() throws {
    // At the first question, as Ctrl-C does it.
    let script =
      "(sleep 2; printf '\\003') | script -qec '\(Command.studypost) setup' /dev/null >/dev/null 2>&1 || true"
    try machine.shell(script)
    #expect(try machine.shell("ls /var/spool; ls /etc | grep -x studypost || true") == "")
    // Half of the keys and an empty journal, as a power cut may leave them.
    try machine.shell(
      "install -d -m 700 /etc/studypost/keys /var/lib/studypost; touch /var/lib/studypost/journal.sqlite")
    try machine.shell("ssh-keygen -q -t ed25519 -N '' -C x -f /etc/studypost/keys/signing_ed25519")
    let key = try machine.shell("cat /etc/studypost/keys/signing_ed25519")
    try setUp()
    #expect(try machine.shell("cat /etc/studypost/keys/signing_ed25519") == key)
    #expect(try machine.studypost("check", "--offline").contains("This site is fit to run."))
  }

  @Test func questionsAreAnsweredAtATerminal() throws {
    let answers = "ch1\\nCentre\\n\\nZZ\\nBE\\ndicom.ch1.example\\nnobody-here\\npacs1\\nyes\\n"
    let said = try machine.shell(
      "(for a in \"$(printf '\(answers)')\"; do sleep 1; printf '%s\\n' \"$a\"; done; sleep 2) "
        + "| script -qec '\(Command.studypost) setup' /dev/null")
    #expect(said.contains("choose from") && said.contains("no account nobody-here") && said.contains("fingerprint"))
    #expect(try machine.shell("id -nG pacs1").contains("studypost-pacs"))
    #expect(try machine.studypost("config", "show").contains("name = \"Centre\""))
  }

  @Test func aPartnerGetsALoginThatIsMendedAndClosed() throws {
    try setUp()
    let card = try card(of: "ch2")
    let keys = "/etc/ssh/studypost/sp-ch2"
    #expect(try machine.studypost("partner", "add", "--yes", card).contains("it logs in as sp-ch2"))
    let state = """
      cd /var/spool/studypost; stat -c '%n %U:%G %a' mailbox/ch2 mailbox/ch2/* export/ch2 export/ch2/* \(keys); getent passwd sp-ch2
      id -nG sp-ch2; cat \(keys)
      """
    let made = try machine.shell(state)
    for line in [
      "mailbox/ch2 root:root 755", "mailbox/ch2/incoming sp-ch2:studypost 2770",
      "mailbox/ch2/new sp-ch2:studypost 2770",
      "mailbox/ch2/receipts studypost:sp-ch2 2750", "export/ch2 studypost:studypost-pacs 2770",
      "export/ch2/urgent studypost:studypost-pacs 2770", "\(keys) root:root 644",
      "sp-ch2 studypost-partners",
    ] { #expect(made.contains(line + "\n"), "\(line): \(made)") }
    #expect(made.contains(":/var/spool/studypost/mailbox/ch2:/usr/sbin/nologin\n"))
    #expect(made.contains("\nrestrict ssh-ed25519 AAAA"))

    // Spoilt, it is mended by the same command, and nobody is asked about a card that is known.
    try machine.shell(
      "chmod 700 /var/spool/studypost/mailbox/ch2/new; rm -r /var/spool/studypost/export/ch2; : > \(keys); "
        + "gpasswd -d sp-ch2 studypost-partners >/dev/null")
    try machine.studypost("partner", "add", card)
    #expect(try machine.shell(state) == made)

    try machine.shell("touch /var/spool/studypost/mailbox/ch2/incoming/x")
    let id = try machine.shell("id -u sp-ch2")
    let open = try machine.run(Command.studypost, "partner", "remove", "ch2")
    #expect(open.status == 1 && open.errors.contains("1 upload is from it not finished"))
    #expect(try machine.shell("cat \(keys)").contains("ssh-ed25519"))
    let closed = try machine.studypost("partner", "remove", "ch2", "--force")
    #expect(closed.contains("Kept: 1 upload") && closed.contains("is closed"))
    #expect(try machine.shell("ls /etc/ssh/studypost; chage -l sp-ch2 | grep 'Account expires'").contains("1970"))
    #expect(try machine.shell("id -u sp-ch2; ls /var/spool/studypost/mailbox/ch2/incoming") == id + "x\n")
    try machine.studypost("partner", "add", "--yes", card)
    #expect(try machine.shell(state) == made)
    #expect(try machine.shell("chage -l sp-ch2 | grep 'Account expires'").contains("never"))
  }

  @Test func aNameTooLongForAnAccountIsRefused() throws {
    try setUp()
    let card = try card(of: "a-hospital-with-a-very-long-name")
    let printed = try machine.run(Command.studypost, "partner", "add", "--yes", card)
    #expect(printed.status == 1 && printed.errors.contains("at most 29"))
    #expect(
      try machine.studypost("partner", "list", "--json") == "[\n\n]\n"
        || !machine.studypost("partner", "list").contains("hospital"))
  }

  /// Every command that the program has, with something for each argument that must be there.
  private func commands(for file: String) throws -> [[String]] {
    func leaves(_ command: Document, _ path: [String]) -> [[String]] {
      let inner = command["subcommands"].items.filter { $0["commandName"].string != "help" }
      guard inner.isEmpty else {
        return inner.flatMap { leaves($0, path + [$0["commandName"].string ?? ""]) }
      }
      let needed = command["arguments"].items.filter { $0["isOptional"].bool != true }
      return [
        path
          + needed.flatMap { argument in
            let value =
              switch argument["valueName"].string {
              case "file": file
              case "groups": "1=x1"
              default: "x1"
              }
            let name = argument["names"].items.first?["name"].string
            return name.map { ["--\($0)", value] } ?? [value]
          }
      ]
    }
    let help = try #require(Document(parsing: Command.succeed(Command.studypost, ["--experimental-dump-help"])))
    return leaves(help["command"], [])
  }

  @Test(arguments: ["nobody", "pacs1"]) func whoHasNoRightsIsToldWhichAndChangesNothing(_ user: String) throws {
    try setUp()
    let card = try card(of: "ch2")
    let state = """
      find /etc/studypost /var/lib/studypost /var/spool/studypost /run/studypost /etc/ssh/studypost /etc/passwd /etc/group \
        -printf '%p %T@ %m %u %g\n' | sort
      """
    let before = try machine.shell(state)
    // Those that need no site.
    let free: Set = ["explain", "config explain", "dump", "diff", "attempt", "confine", "verify", "id "]
    let commands = try commands(for: card).filter { command in
      !free.contains { command.joined(separator: " ").hasPrefix($0) }
    }
    #expect(commands.count > 45)
    for var command in commands {
      // Nobody can be asked here.
      if command == ["setup"] { command.append("--yes") }
      let printed = try Command.run(
        "/usr/bin/unshare", machine.arguments(["runuser", "-u", user, "--", Command.studypost] + command))
      #expect([1, 3].contains(printed.status), "\(command) \(printed.status): \(printed.errors)")
      let said = printed.errors + printed.output
      #expect(said.contains("sudo studypost"), "\(command): \(said)")
      #expect(!said.contains("x1: ") && !said.contains("UID"), "\(command): \(said)")
    }
    #expect(try machine.shell(state) == before)
  }

  @Test func aBackupIsRestoredToItsOwnersOnAnotherMachine() throws {
    try setUp()
    let card = try card(of: "ch2")
    try machine.studypost("partner", "add", "--yes", card)
    let state = """
      cd /; find etc/studypost var/lib/studypost etc/ssh/studypost var/spool/studypost/mailbox var/spool/studypost/export \
        -not -name '*-wal' -not -name '*-shm' -not -name README -printf '%p %u:%g %m\n' | sort; getfacl -p var/spool/studypost/{export,export/ch2,collect}
      """
    let contents = try machine.shell(
      "cat /etc/studypost/studypost.toml /etc/studypost/keys/* /etc/studypost/partners/*")
    let file = machine.root.appending("site.backup").string
    try machine.studypost("backup", file)
    let before = try machine.shell(state)
    #expect(try Command.shell("stat -c %a:%U \"$1\"", [file]) == "600:root\n")

    // Another machine: no users, no groups, no folders.
    let other = try Machine()
    try other.shell("useradd --system --no-create-home pacs1")
    try Command.shell("cp -a \"$1\" \"$2\"", [file, other.root.appending("site.backup").string])
    let restored = try other.studypost("restore", other.root.appending("site.backup").string)
    #expect(restored.contains("made: ") && restored.contains("sp-ch2"))
    let after = try other.shell(state)
    #expect(Set(after.split(separator: "\n")) == Set(before.split(separator: "\n")))
    #expect(
      try other.shell("cat /etc/studypost/studypost.toml /etc/studypost/keys/* /etc/studypost/partners/*") == contents)
    try other.studypost("setup", "--yes", "--pacs", "pacs1")
    let check = try other.run(Command.studypost, "check", "--offline").output
    #expect(check.contains("ok    users, groups and folders") && check.contains("ok    journal and spool agree"))
    #expect(check.contains("ok    mailbox of ch2"), "\(check)")
    // The services can use it: without root.
    for service in ["collect", "receive"] {
      let printed = try other.run("runuser", "-u", "studypost", "--", Command.studypost, service, "--once")
      #expect(printed.errors.contains("keys"), "it reads no keys but those that its unit hands it: \(printed.errors)")
    }
  }
}
