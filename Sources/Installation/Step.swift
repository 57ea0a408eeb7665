internal import CPOSIX
internal import Glibc
public import Spool
public import SystemPackage

/// One thing that must be so on the machine: how to see whether it is, what to say where it is not, and how to bring it about.
public enum Step: Sendable, Equatable {
  /// A system group.
  case group(String)
  /// A system user who logs in by keys alone, has no shell, and has a group of its own name.
  case user(String, home: FilePath)
  /// A user's membership in a group.
  case member(String, of: String)
  /// The account is not closed.
  case open(String)
  /// A folder with its owner, group and mode.
  case folder(FilePath, Owner, mode: UInt32)
  /// The members of a group may look into a folder and into all that will be made in it, whoever makes it.
  case look(FilePath, group: String)
  /// Owner, group and mode of a file that is there; nothing where it is not.
  case file(FilePath, Owner, mode: UInt32)
  /// A file of root with this text, for everybody to read.
  case text(FilePath, String)

  /// Whom something belongs to.
  public struct Owner: Sendable, Equatable {
    /// A user's and a group's name.
    public let user, group: String

    /// A user and a group.
    public init(_ user: String, _ group: String) {
      self.user = user
      self.group = group
    }

    /// The system's.
    public static let root = Owner("root", "root")
  }

  /// Whether it is so already, as far as this user may see.
  public func isDone(_ disk: Disk) -> Bool {
    switch self {
    case .group(let name): AccountGroup.named(name) != nil
    case .user(let name, _): Account.named(name) != nil
    case .member(let user, let group): Self.isMember(user, of: group)
    case .open(let user): !Self.isClosed(user, disk)
    case .folder(let path, let owner, let mode):
      (try? disk.statusFollowingLinks(of: path)).flatMap { $0 }.map {
        $0.kind == .directory && (Self.isListed(path) ? owner.mayHave($0, mode) : owner.has($0) && $0.mode == mode)
      } ?? false
    case .look(let path, let group): AccountGroup.named(group) == nil || Self.isListed(path)
    case .file(let path, let owner, let mode):
      (try? disk.status(of: path)).flatMap { $0 }.map { owner.has($0) && $0.mode == mode } ?? true
    case .text(let path, let text):
      (try? disk.readSmall(path, limit: 1 << 20)).map { $0 == Array(text.utf8) } ?? false
    }
  }

  /// What is not as it must be, as part of a sentence.
  public var missing: String {
    switch self {
    case .group(let name): "the group \(name)"
    case .user(let name, _): "the account \(name)"
    case .member(let user, let group): "\(user)'s membership in the group \(group)"
    case .open(let user): "the right of \(user) to log in"
    case .folder(let path, let owner, let mode):
      "\(path), of \(owner.user):\(owner.group), mode 0\(String(mode, radix: 8))"
    case .look(let path, let group): "the right of the group \(group) to look into \(path)"
    case .file(let path, let owner, let mode):
      "owner \(owner.user):\(owner.group) and mode 0\(String(mode, radix: 8)) of \(path)"
    case .text(let path, _): "\(path)"
    }
  }

  /// The commands with which root brings it about, to be copied.
  public var commands: [String] {
    switch self {
    case .group, .user, .member, .open, .look: program.map { [commandLine([$0.path] + $0.arguments)] } ?? []
    case .folder(let path, let owner, let mode):
      [
        commandLine([
          "install", "-d", "-o", owner.user, "-g", owner.group, "-m", String(mode, radix: 8), path.string,
        ])
      ]
    case .file(let path, let owner, let mode):
      [
        commandLine(["chown", "\(owner.user):\(owner.group)", path.string]),
        commandLine(["chmod", String(mode, radix: 8), path.string]),
      ]
    case .text(let path, let text):
      [commandLine(["install", "-d", path.removingLastComponent().string])]
        + text.split(separator: "\n").map { "echo \(commandLine([String($0)])) > \(commandLine([path.string]))" }
    }
  }

  /// Brings it about. Done once more, it changes nothing.
  ///
  /// - Throws: ``InstallationError``, or `SpoolError` where a file cannot be changed.
  public func perform(_ disk: Disk) async throws {
    if isDone(disk) { return }
    switch self {
    case .group, .user, .member, .open, .look:
      if let program { try await SystemProgram.run(program.path, program.arguments) }
    case .folder(let path, let owner, let mode):
      let (user, group) = try owner.ids()
      try disk.makeDirectory(path, mode: mode, above: 0o755)
      // Only root can have put a link into a folder of root's.
      try disk.give(path, to: user, group: group, mode: mode, followingLink: Self.isRoots(path, disk))
    case .file(let path, let owner, let mode):
      let (user, group) = try owner.ids()
      try disk.give(path, to: user, group: group, mode: mode)
    case .text(let path, let text):
      try disk.makeDirectory(path.removingLastComponent(), mode: 0o755)
      try disk.write(text.utf8, to: path, mode: 0o644)
    }
  }

  private var program: (path: String, arguments: [String])? {
    switch self {
    case .group(let name): ("/usr/sbin/groupadd", ["--system", name])
    case .user(let name, let home):
      (
        "/usr/sbin/useradd",
        [
          "--system", "--user-group", "--no-create-home", "--home-dir", home.string, "--shell", "/usr/sbin/nologin",
          "--password", "*", name,
        ]
      )
    case .member(let user, let group): ("/usr/sbin/usermod", ["--append", "--groups", group, user])
    case .open(let user): ("/usr/sbin/usermod", ["--expiredate", "", user])
    case .look(let path, let group):
      ("/usr/bin/setfacl", ["--modify", "group:\(group):r-x,default:group:\(group):r-x", path.string])
    default: nil
    }
  }

  private static func isMember(_ user: String, of name: String) -> Bool {
    guard let group = AccountGroup.named(name) else { return false }
    return group.members.contains(user) || Account.named(user)?.group == group.id
  }

  /// Whether the account has expired (shadow(5), the eighth field); who may not read that file sees nothing.
  private static func isClosed(_ user: String, _ disk: Disk) -> Bool {
    guard let bytes = try? disk.readSmall("/etc/shadow", limit: 64 << 20) else { return false }
    let line = String(decoding: bytes, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("\(user):") }
    let fields = line?.split(separator: ":", omittingEmptySubsequences: false) ?? []
    guard fields.count > 7, let day = Int(fields[7]) else { return false }
    return day >= 0 && day * 86400 <= Glibc.time(nil)
  }

  /// Whether an access list says more than the mode, which then shows the list's mask as the group's rights (acl(5)). The
  /// package gives the rights of the group adm so.
  private static func isListed(_ path: FilePath) -> Bool { path.withPlatformString { cposix_has_acl($0) } }

  private static func isRoots(_ path: FilePath, _ disk: Disk) -> Bool {
    let folder = path.removingLastComponent()
    guard let status = try? disk.statusFollowingLinks(of: folder) else { return false }
    return status.owner == 0 && status.mode & 0o022 == 0
  }
}

extension Step.Owner {
  fileprivate func has(_ status: FileStatus) -> Bool {
    status.owner == Account.named(user)?.id && status.group == AccountGroup.named(group)?.id
  }

  /// As ``has(_:)``, where an access list has the group's rights.
  fileprivate func mayHave(_ status: FileStatus, _ mode: UInt32) -> Bool {
    let groups = [group, user].compactMap { AccountGroup.named($0)?.id }
    return status.owner == Account.named(user)?.id && groups.contains(status.group)
      && status.mode & ~0o070 == mode & ~0o070 && status.mode & mode & 0o070 == mode & 0o070
  }

  fileprivate func ids() throws -> (user: UInt32, group: UInt32) {
    guard let account = Account.named(user) else {
      throw InstallationError("There is no user \(user) on this machine.")
    }
    guard let group = AccountGroup.named(group) else {
      throw InstallationError("There is no group \(self.group) on this machine.")
    }
    return (account.id, group.id)
  }
}
