import Desk
import Glibc
import Journal
import SFTP
import Site
import Spool
import SystemPackage

/// Looks at everything that a site needs, and goes on after what fails.
struct Inspection {
  private(set) var checks: [Check] = []

  init(_ options: SiteOptions, offline: Bool) {
    guard let configuration = look("configuration \(options.config)", { try options.configuration() }) else { return }
    let keys = look("keys in \(configuration.keys)") { try Keys.load(configuration.keys) }
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
    inspectSpool(Spool(configuration.spool, run: configuration.run))
    for source in configuration.sources { inspectFolder("source", source.path) }
    inspectFolder("import folder", configuration.importing.path)
    inspectSpace(configuration)
    inspectJournal(configuration)
    guard let keys, let book else { return }
    for partner in book.partners { inspect(partner, of: configuration, keys: keys, offline: offline) }
  }

  /// A file that is not in order concerns its partner alone: the others are looked at.
  private mutating func inspectPartners(_ configuration: Configuration) -> PartnerBook? {
    let what = "partners in \(configuration.partners)"
    do {
      let (book, problems) = try PartnerBook.read(configuration.partners, owner: configuration.site)
      if problems.isEmpty { pass(what) }
      for problem in problems { checks.append(Check(what: what, result: .failed, detail: problem.description)) }
      return book
    } catch {
      checks.append(Check(what: what, result: .failed, detail: sentence(error)))
      return nil
    }
  }

  private mutating func inspectSpool(_ spool: Spool) {
    look("spool \(spool.root), every folder writable") {
      var folders = [spool.root] + Folder.allCases.map { spool[$0] }
      for partner in try Disk().names(of: spool[.mailbox]) where !partner.hasPrefix(".") && partner != "README" {
        let mailbox = spool.mailbox(partner)
        folders += [mailbox.incoming, mailbox.new, mailbox.receipts]
      }
      for folder in folders { try requireWritable(folder) }
    }
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
    look("mailbox of \(partner.site)") {
      let mailbox = Spool(configuration.spool, run: configuration.run).mailbox(partner.site.text)
      for folder in [mailbox.incoming, mailbox.new, mailbox.receipts] { try requireWritable(folder) }
    }
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

  @discardableResult
  private mutating func look<Value>(_ what: String, _ body: () throws -> Value) -> Value? {
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

  private mutating func pass(_ what: String) { checks.append(Check(what: what, result: .passed, detail: nil)) }
}

private func sentence(_ error: any Error) -> String {
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
