import Desk
import Executor
import Glibc
import Installation
import Journal
import SFTP
import Site
import Spool
import SystemPackage

/// Looks at everything that a site needs, and goes on after what fails.
struct Inspection {
  private var checks: [Check] = []

  private init() {}

  /// Adds what was found.
  mutating func add(_ check: Check) { checks.append(check) }

  /// Looks at a site.
  ///
  /// - Parameter offline: whether no partner is connected to.
  static func of(_ options: SiteOptions, offline: Bool) async -> [Check] {
    var inspection = Inspection()
    await inspection.inspect(options, offline: offline)
    return inspection.checks
  }

  private mutating func inspect(_ options: SiteOptions, offline: Bool) async {
    guard let configuration = look("configuration \(options.config)", { try options.configuration() }) else { return }
    let installation = Installation(configuration).flatMap { Rights.canMake($0) ? $0 : nil }
    if installation != nil, !Installation.isRoot {
      return checks.append(
        Check(
          what: "rights", result: .failed,
          detail: "only root can try what the services and others may do here. Run: sudo studypost check"))
    }
    let keys = look("keys in \(configuration.keys)") { try Keys.load(configuration.keys) }
    if keys != nil, let overdue = try? KeyRotation(of: configuration).overdue(), overdue > 0 {
      add(
        Check(
          what: "former keys", result: .noted,
          detail: "\(counted(overdue, "former age key")) may go. Run: studypost keys prune"))
    }
    let book = inspectPartners(configuration)
    if keys != nil, book != nil {
      do {
        _ = try Site.open(configuration.file).card()
        pass("card")
      } catch {
        // A site may send without being reachable.
        checks.append(Check(what: "card", result: .noted, detail: "no card can be printed yet: \(sentence(error))"))
      }
    }
    inspectOneFileSystem(Spool(configuration.spool, run: configuration.run))
    if let installation {
      await inspect(installation)
    } else {
      inspectFolders(configuration)
    }
    inspectSpace(configuration)
    inspectJournal(configuration)
    inspectPatients(configuration)
    guard let keys, let book else { return }
    for partner in book.partners {
      if let installation {
        await inspectMailbox(of: partner.site, at: installation)
      } else {
        inspectMailbox(of: partner.site, Spool(configuration.spool, run: configuration.run))
      }
      inspect(partner, of: configuration, keys: keys, offline: offline)
    }
  }

  /// A file that is not in order concerns its partner alone: the others are looked at.
  private mutating func inspectPartners(_ configuration: Configuration) -> PartnerBook? {
    let what = "partners in \(configuration.partners)"
    do {
      let (book, problems) = try PartnerBook.read(configuration.partners, owner: configuration.site)
      if problems.isEmpty { pass(what) }
      for rule in configuration.trust where book[rule.partner] == nil {
        let problem = ConfigurationError.Problem(
          file: configuration.file, key: "trust", what: "it is about \(rule.partner), who is not a partner",
          remedy: "Correct the name, or remove the table. Partners: studypost partner list")
        checks.append(Check(what: "trust", result: .failed, detail: problem.description))
      }
      for problem in problems { checks.append(Check(what: what, result: .failed, detail: problem.description)) }
      return book
    } catch {
      checks.append(Check(what: what, result: .failed, detail: sentence(error)))
      return nil
    }
  }

  private mutating func inspectOneFileSystem(_ spool: Spool) {
    look("spool on one file system") {
      let root = try Disk().status(of: FilePath(spool.root.string + "/"))?.device
      for folder in Folder.allCases where folder != .export && folder != .import {
        guard let device = try Disk().status(of: FilePath(spool[folder].string + "/"))?.device, device != root else {
          continue
        }
        throw Failure(
          .no, "\(spool[folder]): it lies on another file system than the spool. Put the whole spool on one disk.")
      }
    }
  }

  /// At a site that belongs to whoever runs it.
  private mutating func inspectFolders(_ configuration: Configuration) {
    let spool = Spool(configuration.spool, run: configuration.run)
    look("spool \(spool.root), every folder writable") {
      for folder in [spool.root] + Folder.allCases.map({ spool[$0] }) { try requireWritable(folder) }
    }
    for source in configuration.sources { inspectFolder("source", source.path) }
    inspectFolder("import folder", configuration.importing.path)
  }

  private mutating func inspectMailbox(of partner: SiteName, _ spool: Spool) {
    look("mailbox of \(partner)") {
      let mailbox = spool.mailbox(partner.text)
      for folder in [mailbox.incoming, mailbox.new, mailbox.receipts] { try requireWritable(folder) }
    }
  }

  private mutating func inspectFolder(_ what: String, _ path: FilePath) {
    look("\(what) \(path)") { try requireWritable(path) }
  }

  private mutating func inspectSpace(_ configuration: Configuration) {
    look("disk space") {
      let space = try Disk().space(at: configuration.spool)
      guard configuration.limits.minFree.allows(space.available, of: space.total) else {
        throw Failure(
          .no,
          "\(configuration.spool): only \(bytesInWords(space.available)) of \(bytesInWords(space.total)) are free, less "
            + "than limits.min_free: nothing is taken in. Make room, or lower it.")
      }
    }
  }

  private mutating func inspectJournal(_ configuration: Configuration) {
    let journal = look("journal \(configuration.journal)") {
      let journal = try Journal(at: configuration.journal)
      let damage = try journal.structuralDamage()
      guard damage.isEmpty else {
        throw Failure(
          .no,
          "\(configuration.journal): it is damaged: \(damage.prefix(3).joined(separator: "; ")). Stop the services, and "
            + "restore it from a backup, or rebuild it from the spool: studypost journal rebuild")
      }
      if let mode = try Disk().status(of: configuration.journal)?.mode, mode & 0o007 != 0 {
        throw Failure(
          .no,
          "\(configuration.journal): everyone on this machine may read patients' names in it. "
            + "Run: chmod o= \(configuration.journal)")
      }
      return journal
    }
    guard let journal else { return }
    let spool = Spool(configuration.spool, run: configuration.run)
    let isItsSpool: Void? = look("spool of this journal") {
      if let fault = try FolderGuard(journal: journal, spool: spool).spoolFault() {
        throw Failure(
          .no,
          "\(fault) Mount its disk. If the disk is lost and this is a new one: studypost check --accept \(spool.root)")
      }
    }
    guard isItsSpool != nil else { return }
    look("journal and spool agree") {
      let desk = Desk(LocalSite(configuration, journal: journal), actor: Person.actor)
      let problems = try desk.disagreements(upTo: Self.mostDisagreements + 1)
      guard !problems.isEmpty else { return }
      let more = problems.count > Self.mostDisagreements ? " and more" : ""
      throw Failure(
        .no,
        "\(problems.prefix(Self.mostDisagreements).joined(separator: "; "))\(more). Was an old copy of the journal "
          + "restored? All of it: studypost ledger")
    }
  }

  private static let mostDisagreements = 3

  private mutating func inspect(
    _ partner: Partner, of configuration: Configuration, keys: Keys, offline: Bool
  ) {
    let server = "\(partner.card.sftp.host):\(partner.card.sftp.port)"
    guard !offline else {
      checks.append(
        Check(what: "partner \(partner.site) at \(server)", result: .noted, detail: "not asked (--offline)"))
      return
    }
    look("partner \(partner.site) at \(server)") {
      let remote = Remote(partner, from: configuration.site, keys: keys)
      let session = try remote.connect()
      defer { session.close() }
      try remote.checkMailbox(session)
    }
  }

  /// Keeps the outcome of a look.
  @discardableResult
  mutating func look<Value>(_ what: String, _ body: () throws -> Value) -> Value? {
    do {
      let value = try body()
      pass(what)
      return value
    } catch let error as ConfigurationError {
      for problem in error.problems {
        checks.append(Check(what: what, result: .failed, detail: problem.description))
      }
    } catch {
      checks.append(Check(what: what, result: .failed, detail: sentence(error)))
    }
    return nil
  }

  mutating func pass(_ what: String) { checks.append(Check(what: what, result: .passed, detail: nil)) }
}

func sentence(_ error: any Error) -> String {
  (error as? ConfigurationError)?.problems.map(\.description).joined(separator: " ") ?? "\(error)"
}

private func requireWritable(_ folder: FilePath) throws {
  // With the slash, a symbolic link to a folder is followed: the administrator may have put it elsewhere.
  guard try Disk().status(of: FilePath(folder.string + "/"))?.kind == .directory else {
    throw Failure(.no, "\(folder): it is no folder. Make it, or correct the configuration.")
  }
  guard access(folder.string, R_OK | W_OK | X_OK) == 0 else {
    throw Failure(
      .no,
      "\(folder): this user may not write there: \(Errno(rawValue: errno)). Correct its owner and mode, or run this "
        + "as the user of the service.")
  }
}
