internal import Glibc
public import Site
internal import Spool
internal import SystemPackage

/// The account with which a partner logs in at this site, locked in to its mailbox by sshd.
public struct PartnerLogin: Sendable {
  /// The longest name that Debian's useradd takes.
  private static let longestName = 32

  /// The partner.
  public let partner: SiteName
  /// The account's name.
  public var name: String { "sp-\(partner)" }
  private let installation: Installation

  /// The login of a partner.
  ///
  /// - Throws: ``InstallationError`` where the partner's name is too long for an account.
  public init(of partner: SiteName, at installation: Installation) throws {
    self.partner = partner
    self.installation = installation
    guard name.utf8.count <= Self.longestName else {
      throw InstallationError(
        "\(partner): the account \(name) would have more than \(Self.longestName) characters, which Debian does not take. "
          + "Ask the partner for a site name of at most \(Self.longestName - 3).")
    }
  }

  private var keys: FilePath { Installation.authorizedKeys.appending(name) }

  /// What must be so for the partner to deliver here.
  ///
  /// - Parameter card: the partner's; with the keys that it had before it may log in while these are good.
  public func steps(for card: PartnerCard) -> [Step] {
    let spool = Spool(installation.configuration.spool)
    let mailbox = spool.mailbox(partner.text)
    let drop = spool[.export].appending(partner.text)
    let dropper = Step.Owner(Installation.user, Installation.pacsGroup)
    var text = "restrict \(card.transportKey.line) \(partner)\n"
    if let former = card.former {
      // sshd(8), AUTHORIZED_KEYS FILE FORMAT: YYYYMMDDHHMMSS, and Z for UTC.
      let end = former.until.filter(\.isNumber)
      text += "restrict,expiry-time=\"\(end)Z\" \(former.transportKey.line) \(partner)\n"
    }
    return [
      .group(Installation.partnersGroup), .user(name, home: mailbox.root),
      .member(name, of: Installation.partnersGroup),
      .open(name),
      .folder(mailbox.root, .root, mode: 0o755),
      .folder(mailbox.incoming, .init(name, Installation.user), mode: 0o2770),
      .folder(mailbox.new, .init(name, Installation.user), mode: 0o2770),
      .folder(mailbox.receipts, .init(Installation.user, name), mode: 0o2750),
      .folder(drop, dropper, mode: 0o2770), .folder(drop.appending(Spool.urgentName), dropper, mode: 0o2770),
      // What is uploaded stays its own when the services take it: administrators look by these lists.
      .look(mailbox.incoming, group: Installation.lookersGroup), .look(mailbox.new, group: Installation.lookersGroup),
      .look(mailbox.receipts, group: Installation.lookersGroup),
      // Last: from here on the partner can log in.
      .text(keys, text),
    ]
  }

  /// Closes the account: its keys go, it expires, and what it runs is ended. The account itself stays, so that no other one
  /// gets its id and with it what still lies in the mailbox.
  ///
  /// - Returns: what was done, as sentences.
  public func close() async throws -> [String] {
    var done: [String] = []
    if try installation.disk.status(of: keys) != nil {
      try installation.disk.removeFile(keys)
      try installation.disk.sync(directory: Installation.authorizedKeys)
      done.append("The keys in \(keys) are removed.")
    }
    if let account = Account.named(name) {
      if Step.open(name).isDone(installation.disk) {
        try await SystemProgram.run("/usr/sbin/usermod", ["--expiredate", "1", name])
        done.append("The account \(name) is closed.")
      }
      let ended = endProcesses(of: account)
      if ended > 0 { done.append("Its sessions were ended.") }
    }
    return done
  }

  /// Commands that close the account, for who may not do it now.
  public var closingCommands: [String] {
    [
      commandLine(["rm", "-f", keys.string]), commandLine(["usermod", "--expiredate", "1", name]),
      commandLine(["pkill", "-KILL", "-u", name]),
    ]
  }

  /// Ends all processes of a user, until there are none: one that begins meanwhile is found by the next look.
  private func endProcesses(of account: Account) -> Int {
    var ended = 0
    for _ in 0..<50 {
      let found = (try? installation.disk.names(of: "/proc"))?.compactMap { name -> pid_t? in
        guard let process = pid_t(name) else { return nil }
        // proc(5): "Uid:" and the real id. The folder's owner is root's where a process changed its user, as sshd does.
        let status = (try? installation.disk.readSmall(FilePath("/proc/\(name)/status"), limit: 64 << 10)) ?? []
        let line = String(decoding: status, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("Uid:") }
        let words = line?.split(whereSeparator: \.isWhitespace) ?? []
        return words.count > 1 && UInt32(words[1]) == account.id ? process : nil
      }
      guard let found, !found.isEmpty else { break }
      for process in found where kill(process, SIGKILL) == 0 { ended += 1 }
      usleep(20_000)
    }
    return ended
  }
}
