internal import Glibc
public import Site
public import Spool
public import SystemPackage

/// A site as the package installs it: which users and groups there are, and whom each folder belongs to.
///
/// A site in one folder (`init --root`) has none of this: all of it belongs to the user who runs it.
public struct Installation: Sendable {
  /// The user of the services, and its group.
  public static let user = "studypost"
  /// Whose members the accounts of PACS and EHR are.
  public static let pacsGroup = "studypost-pacs"
  /// Whose members the partners' logins are: sshd locks these in.
  public static let partnersGroup = "studypost-partners"
  /// Whose members may look, as with logs.
  public static let lookersGroup = "adm"
  /// One file of keys for each partner's login; sshd reads it as that login.
  public static let authorizedKeys: FilePath = "/etc/ssh/studypost"

  /// The site.
  public let configuration: Configuration
  let disk: Disk

  /// Nil where the site is not the installed one.
  public init?(_ configuration: Configuration, disk: Disk = Disk()) {
    guard configuration.file == Configuration.defaultFile else { return nil }
    self.configuration = configuration
    self.disk = disk
  }

  /// Whether this process may change users, and files of others.
  public static var isRoot: Bool { geteuid() == 0 }

  /// What must be so for any site, in an order in which each step can be done after those before it.
  public var steps: [Step] {
    let spool = Spool(configuration.spool, run: configuration.run)
    let service = Step.Owner(Self.user, Self.user)
    let settings = Step.Owner("root", Self.user)
    let shared = Step.Owner(Self.user, Self.pacsGroup)
    // Debian has had the group adm from its beginning; where it is missing nobody looks.
    let looked = Step.Owner(Self.user, AccountGroup.named(Self.lookersGroup) == nil ? Self.user : Self.lookersGroup)
    let folder = configuration.file.removingLastComponent()
    var steps: [Step] = [
      .user(Self.user, home: configuration.journal.removingLastComponent()), .group(Self.pacsGroup),
      .group(Self.partnersGroup),
      // What they write for their group only, the services may read.
      .member(Self.user, of: Self.pacsGroup),
      .folder(folder, settings, mode: 0o750), .file(configuration.file, settings, mode: 0o640),
      .folder(configuration.keys, .root, mode: 0o700), .folder(configuration.partners, settings, mode: 0o750),
      .folder(configuration.journal.removingLastComponent(), service, mode: 0o700),
      .file(configuration.journal, service, mode: 0o640), .file(configuration.patientIndex, service, mode: 0o640),
      .folder(Self.authorizedKeys, .root, mode: 0o755),
      .folder(spool.root, .root, mode: 0o755),
    ]
    if configuration.run != spool.root { steps.append(.folder(configuration.run, service, mode: 0o755)) }
    for folder in Folder.allCases {
      switch folder {
      case .mailbox: steps.append(.folder(spool[folder], .root, mode: 0o755))
      case .export, .import, .patients, .patientsDone, .patientsBad, .records, .recordAcks,
        .recordAcksBad:
        steps.append(.folder(spool[folder], shared, mode: 0o2770))
      // Studies are prepared here and renamed into import/: they must have its group, and nobody of it may come here.
      case .unpack: steps.append(.folder(spool[folder], shared, mode: 0o2700))
      default: steps.append(.folder(spool[folder], looked, mode: 0o750))
      }
    }
    return steps
  }

  /// Those of the steps that are not done.
  public func missing(of steps: [Step]) -> [Step] { steps.filter { !$0.isDone(disk) } }

  /// Does what is missing.
  ///
  /// - Returns: what was done.
  @discardableResult
  public func perform(_ steps: [Step]) async throws -> [Step] {
    var done: [Step] = []
    for step in steps where !step.isDone(disk) {
      try await step.perform(disk)
      done.append(step)
    }
    return done
  }

  /// Whether systemd starts the services.
  public static var isManaged: Bool { access("/run/systemd/system", F_OK) == 0 }

  /// Starts the services of the package, again where they run.
  ///
  /// - Throws: ``InstallationError`` with what systemd said.
  public static func restartServices() async throws {
    try await SystemProgram.run("/usr/bin/systemctl", ["restart", "studypost.target"])
  }

  /// Has the services that run take up a changed configuration.
  ///
  /// - Throws: ``InstallationError`` with what systemd said.
  public static func reloadServices() async throws {
    let services = ["collect", "ship", "receive"].map { "studypost-\($0).service" }
    try await SystemProgram.run("/usr/bin/systemctl", ["try-reload-or-restart"] + services)
  }
}
