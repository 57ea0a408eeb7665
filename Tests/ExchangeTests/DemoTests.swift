import Foundation
import SystemPackage
import Testing

/// `studypost-demo` shows a whole trip, and does not say that all is well where it is not.
struct DemoTests {
  private static let demo = FilePath(Command.studypost).removingLastComponent().appending("studypost-demo").string

  @Test func `the demo carries its study, prints the commands that do it, and leaves both sites where it is told`()
    throws
  {
    let scratch = try Scratch()
    let kept = scratch.path.appending("kept")
    let printed = try Command.run(Self.demo, ["--keep", kept.string])
    #expect(printed.status == 0, "\(printed.output)\(printed.errors)")
    #expect(printed.output.contains("48 of 48 slices lie in ch2's import folder"))
    #expect(printed.output.contains("$ studypost partner add --yes \(kept)/cards/ch2.toml --config \(kept)/ch1/"))
    #expect(files(below: kept.appending("ch2/spool/import")).count == 48)
    #expect(names(in: kept) == ["cards", "ch1", "ch2", "pacs", "patients.csv", "sshd"])

    let again = try Command.run(Self.demo, ["--keep", kept.string])
    #expect(again.status == 1 && again.errors.contains("something is there already"))
  }

  /// What goes wrong, as shell lines that come before each `studypost`, and what the demo must say then. `$root` is the
  /// folder of the sites.
  private static let sabotage = [
    (
      "printf U | dd of=$(ls $root/ch2/spool/import/*/00000007.dcm) bs=1 seek=$((524288 + 1000)) conv=notrunc",
      "00000007.dcm: the pixels are not those that were dropped"
    ),
    ("rm -f $root/ch2/spool/import/*/00000007.dcm", "1 of 48 slices are missing"),
    ("sed -i s/48/47/ $root/ch2/spool/mailbox/ch1/receipts/*.imported.json", "its signature is not ch2's"),
    (
      "case $1 in ledger) $studypost \"$@\" | sed 's/\"balanced\" : true/\"balanced\" : false/' >&3; exit;; esac",
      "the ledger does not balance"
    ),
  ]

  @Test(arguments: sabotage)
  func `the demo fails where something is not as it must be`(script: String, complaint: String) throws {
    let scratch = try Scratch()
    let kept = scratch.path.appending("kept")
    let wrapper = scratch.path.appending("studypost")
    try """
    #!/bin/bash
    exec 3>&1
    root=\(kept) studypost=\(Command.studypost)
    # Only when the services have ended, and the demo begins to look.
    if [[ $1 == partner || $1 == ledger ]] && ls $root/ch2/spool/mailbox/ch1/receipts/*.imported.json; then
      \(script)
    fi >&2
    exec $studypost "$@"
    """.write(toFile: wrapper.string, atomically: true, encoding: .utf8)
    try Command.succeed("/bin/chmod", ["+x", wrapper.string])
    let printed = try Command.run(Self.demo, ["--keep", kept.string, "--studypost", wrapper.string])
    #expect(printed.status == 1)
    #expect(printed.output.contains(complaint), "\(printed.output)\(printed.errors)")
    #expect(printed.errors.contains("All of it is left in \(kept)"))
  }
}
