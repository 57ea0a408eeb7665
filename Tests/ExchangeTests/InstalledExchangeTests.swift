import Foundation
import Glibc
import LoopbackSSHD
import SystemPackage
import Testing

/// Two sites of which one is installed: its services run without root, its partner comes through its own sshd, and its PACS is
/// another user.
@Suite(.enabled(if: Machine.isPossible)) struct InstalledExchangeTests {
  private let machine: Machine
  private let port = Int.random(in: 20_000...32_000)
  private let people = (1...3).map { Person($0) }

  init() throws {
    machine = try Machine()
    try machine.shell("useradd --system --no-create-home pacs1")
    let dropIn = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("Packaging/debian/installed/sshd.conf")
    try Command.shell(
      """
      mkdir -p "$1/ssh/sshd_config.d"; cp "$2" "$1/ssh/sshd_config.d/studypost.conf"
      printf '%s\\n' 'Include /etc/ssh/sshd_config.d/*.conf' 'ListenAddress 127.0.0.1:\(port)' \
        'HostKey /etc/ssh/ssh_host_ed25519_key' 'UsePAM no' 'PidFile none' 'Subsystem sftp internal-sftp' \
        > "$1/ssh/sshd_config"
      """, [machine.root.appending("etc").string, dropIn.string])
  }

  /// What its unit hands a service, and nothing more: it cannot read the folder of keys.
  private func serve(_ service: String, _ keys: String...) throws -> String {
    try machine.shell(
      """
      install -d -o studypost -m 700 /run/credentials
      for key in \(keys.joined(separator: " ")); do
        install -o studypost -m 600 /etc/studypost/keys/$key /run/credentials/
      done
      CREDENTIALS_DIRECTORY=/run/credentials runuser -u studypost -- \(Command.studypost) \(service) --once 2>&1
      """)
  }

  @Test func aPartnerDeliversAndCanDoNothingElse() throws {
    try machine.studypost(
      "setup", "--yes", "--site", "ch1", "--host", "127.0.0.1", "--port", "\(port)", "--pacs", "pacs1")
    let ch2 = try Hospital("ch2", in: machine.root.appending("ch2"))
    try ch2.set([
      "sftp.host": "\"127.0.0.1\"", "sftp.host_key": "\"\(machine.root)/etc/ssh/ssh_host_ed25519_key.pub\"",
      "source.quiet": "\"0s\"", "source.settle": "\"0s\"",
    ])
    let (card1, card2) = (machine.root.appending("ch1.toml"), machine.root.appending("ch2.toml"))
    try machine.run(Command.studypost, "card").output.write(toFile: card1.string, atomically: true, encoding: .utf8)
    try ch2.succeed("card").write(toFile: card2.string, atomically: true, encoding: .utf8)
    try machine.studypost("partner", "add", "--yes", card2.string)
    try ch2.succeed("partner", "add", "--yes", card1.string)
    let log = machine.root.appending("sshd.log")
    let server = try machine.start(["/usr/sbin/sshd", "-D", "-e"], log: log)
    defer { server.stop() }

    var tested = try ch2.run("partner", "test", "ch1")
    for _ in 0..<20 where tested.status != 0 {
      usleep(500_000)
      tested = try ch2.run("partner", "test", "ch1")
    }
    let refusals = try text(log)
    #expect(tested.status == 0 && !tested.output.contains("note"), "\(tested.output)\(tested.errors)\(refusals)")
    #expect(tested.output.contains("ok    ask to be forwarded"))
    let check = try machine.run(Command.studypost, "check", "--offline")
    #expect(check.output.contains("This site is fit to run."), "\(check.output)")

    // A study comes, is imported without root, and the PACS takes it away.
    let list = machine.root.appending("patients.csv")
    try Person.list(people).write(toFile: list.string, atomically: true, encoding: .utf8)
    try machine.studypost("patients", "import", list.string)
    let work = machine.root.appending("work")
    try FileManager.default.createDirectory(atPath: work.string, withIntermediateDirectories: true)
    let study = SyntheticStudy(person: people[0], recipient: "CH1")
    _ = try SyntheticStudy.make([study], in: work)
    try Command.shell("mv \"$1\"/* \"$2\"", [work.string, ch2.folder("export").string])
    try ch2.succeed("run", "--once")
    let said = try serve("receive", "signing_ed25519", "signing_ed25519.pub", "age.key")
    let imported = try machine.shell("cd /var/spool/studypost/import; ls; stat -c %G *")
    #expect(imported.contains(study.uid) && imported.contains("studypost-pacs"), "\(said)")
    // What came stays its login's, and an administrator looks at it nevertheless, and changes nothing.
    try machine.shell(
      """
      useradd --no-create-home --groups adm looker
      cd /var/spool/studypost/received/*/
      [ "$(stat -c %U manifest.json)" = sp-ch2 ]
      runuser -u looker -- sh -c 'cat manifest.json manifest.json.sig payload.tar.zst.age >/dev/null; ls ../../mailbox/ch2/*'
      for try in 'rm manifest.json' 'mv manifest.json x' 'touch x' ': >> manifest.json'; do
        ! runuser -u looker -- sh -c "$try" 2>/dev/null
      done
      ls manifest.json
      # The services may let it go.
      cp -a manifest.json ../kept; runuser -u studypost -- rm manifest.json; mv ../kept manifest.json
      """)
    try machine.shell(
      "cd /var/spool/studypost/import; runuser -u pacs1 -- sh -c 'cat \(study.uid)/*.dcm >/dev/null; rm -r \(study.uid)'"
    )
    try ch2.succeed("ship", "--once")
    #expect(try ch2.parcels().map { $0["state"].string } == ["delivered"])

    // Closed, it cannot log in any more; added again, it can.
    let closed = try machine.studypost("partner", "remove", "ch2", "--force")
    #expect(closed.contains("is closed"))
    let refused = try ch2.run("partner", "test", "ch1")
    #expect(refused.status == 1 && refused.errors.contains("does not let sp-ch2 in"), "\(refused.errors)")
    try machine.studypost("partner", "add", "--yes", card2.string)
    #expect(try ch2.run("partner", "test", "ch1").status == 0)

    // A partner that changes its keys logs in with either, until the former one's time is over.
    let next = machine.root.appending("ch2-next.toml")
    try ch2.run("keys", "rotate").output.write(toFile: next.string, atomically: true, encoding: .utf8)
    #expect(try machine.studypost("partner", "add", next.string).contains("no call is needed"))
    #expect(try ch2.run("partner", "test", "ch1").status == 0)
    let keys = "/etc/ssh/studypost/sp-ch2"
    try machine.shell("sed -i 's/expiry-time=\"[0-9]*Z\"/expiry-time=\"20200101000000Z\"/' \(keys)")
    #expect(try ch2.run("partner", "test", "ch1").status == 1)
    try ch2.succeed("keys", "rotate", "--finish")
    #expect(try ch2.run("partner", "test", "ch1").status == 0)
  }
}
