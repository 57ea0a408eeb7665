import Glibc
import SystemPackage

extension DemoOutcome {
  /// Tells what came of it, and where to look.
  func print(isKept: Bool) {
    Swift.print()
    if problems.isEmpty {
      Swift.print(
        """
        It arrived: \(same) of \(dropped) slices lie in ch2's import folder.
        Their pixels are bit for bit those that were dropped, and both ledgers balance.
        """)
    } else {
      Swift.print("It went WRONG:")
      for problem in problems { Swift.print("  \(problem)") }
    }
    if let difference {
      show(difference, "The first slice, as ch1 sent it (-) and as ch2 imported it (+):")
    }
    printReceipts()
    for ledger in ledgers { show(ledger, nil) }
    printPlaces()
    printCommands(isKept: isKept)
    fflush(nil)
  }

  private func show(_ shown: Shown, _ title: String?) {
    Swift.print(title.map { "\n\($0)" } ?? "")
    Swift.print("$ \(Program.line(shown.command))")
    for line in shown.output.split(separator: "\n") { Swift.print("  \(line)") }
  }

  private func printReceipts() {
    Swift.print("\nThe receipts of ch2; ssh-keygen says that their signatures hold:")
    for receipt in receipts {
      Swift.print("  \(padded(receipt.status, to: 10))\(receipt.at)  \(receipt.instances) instances")
    }
    if receipts.isEmpty { Swift.print("  none") }
  }

  private func printPlaces() {
    Swift.print("\nWhere things lie, in \(folder):")
    let places = [
      ("the study, for ch2's PACS", imported.map(relative)),
      ("the message for ch2's EHR", "ch2/spool/records/"),
      ("the sealed parcel", "ch1/spool/outbound/\(parcel)/"),
      ("the receipts", "ch2/spool/mailbox/ch1/receipts/"),
      ("what the services said", "ch1/services.log, ch2/services.log"),
    ]
    for case (let what, let place?) in places { Swift.print("  \(padded(what, to: 27))\(place)") }
  }

  private func relative(_ path: FilePath) -> String {
    var rest = path
    return rest.removePrefix(folder) ? rest.string + "/" : path.string
  }

  private func printCommands(isKept: Bool) {
    if !isKept, problems.isEmpty {
      let this = CommandLine.arguments.first ?? "studypost-demo"
      return Swift.print("\nAll of it is removed now. To look around in it, keep it:\n  \(this) --keep DIR")
    }
    let sealed = post.ch1.spool("outbound/\(parcel)").string
    Swift.print("\nLook further:")
    for command in [
      post.ch1.command(["status"]), post.ch2.command(["trace", String(parcel.prefix(13))]),
      post.ch2.command(["verify", sealed]), post.ch2.command(["patients", "find", "TEST"]),
    ] { Swift.print("  \(line(command))") }
    Swift.print(
      """
      The services and the OpenSSH server have ended. To start them again, each in a terminal of its own:
        /usr/sbin/sshd -D -e -f \(folder)/sshd/sshd_config
        \(line(post.ch1.run))
        \(line(post.ch2.run))
      """)
  }

  private func line(_ command: [String]) -> String { Program.line(command, program: post.ch1.program.path.string) }
}
