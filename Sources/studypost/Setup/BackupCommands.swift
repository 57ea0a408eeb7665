import ArgumentParser
import Desk
import Installation
import Site
import Spool
import SystemPackage

/// `backup`: a site in one file.
struct BackupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Write the configuration, keys, partners, journal and patient index to one file.",
    discussion: """
      The services may run meanwhile. The file holds private keys and patient data: only its owner may read it. It is a tar \
      archive (tar --zstd -tf FILE). The spool is not part of it: what lies there is on its way.
      """)

  @OptionGroup var site: SiteOptions
  @Argument(help: "A new file.", completion: .file()) var file: String

  func run() throws {
    let configuration = try site.configuration()
    _ = try Rights.installation(configuration, for: "back up the keys", command: "backup \(file)")
    let desk = try site.desk()
    let path = try absolute(FilePath(file))
    var line: ProgressLine?
    let outcome = try Backup(desk.site, actor: desk.actor).write(to: path) { done, total in
      line = line ?? ProgressLine("writing", of: total)
      line?.advance(to: done)
    }
    line = nil
    print(
      "\(path): \(counted(outcome.files, "file")), \(bytesInWords(outcome.bytes)). It holds private keys and patient data."
    )
  }
}

/// `restore`: a site from its backup.
struct RestoreCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Put a site in place from the file that backup wrote.",
    discussion: """
      No service may run. All of the backup is checked before anything is changed, and what was in its place is kept aside. \
      At an installed site, as root, users, groups, folders and the partners' logins are mended, too.
      """)

  @OptionGroup var site: SiteOptions
  @Argument(help: "The backup.", completion: .file()) var file: String
  @Flag(name: .long, help: "Even though the journal that is here knows of something that is not settled.")
  var force = false

  func run() async throws {
    let target = try absolute(FilePath(site.config))
    if target == Configuration.defaultFile { try Rights.requireRoot(for: "restore a site", command: "restore \(file)") }
    let backup = try absolute(FilePath(file))
    let line = ProgressLine("reading", of: try Disk().status(of: backup)?.size ?? 0)
    let outcome = try Restore(backup, to: target, actor: Person.actor).run(force: force, progress: line.advance)
    let configuration = outcome.configuration
    if let installation = Installation(configuration), Installation.isRoot {
      var steps = installation.steps
      for partner in try PartnerBook.read(configuration.partners, owner: configuration.site).book.partners {
        steps += try PartnerLogin(of: partner.site, at: installation).steps(for: partner.card)
      }
      for step in try await installation.perform(steps) { print("made: \(step.missing)") }
    }
    print("\(configuration.site) is as it was at \(outcome.created).")
    for path in outcome.aside { print("Kept aside: \(path)") }
    print(
      """
      What happened since is in the spool alone. Before you start the services, see what they will find:
        studypost check\(site.inCommands)
        studypost ledger\(site.inCommands)
      """)
  }
}
