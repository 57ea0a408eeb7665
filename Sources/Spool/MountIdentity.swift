internal import CPOSIX
public import SystemPackage

/// Which mounted file system a folder lies on: enough to notice that a disk or a share is not there, or is another one.
public struct MountIdentity: Codable, Equatable, Sendable {
  /// Where it is mounted.
  public var mountPoint: String
  /// The file system's type, for example `ext4` or `cifs`.
  public var type: String
  /// The folder of the file system that is mounted there: `/` but for bind mounts and subvolumes.
  public var root: String
  /// What it is on: the file system's own id (statfs(2), `f_fsid`) where it lies on a device of this machine, whose name
  /// may be another after a restart; else the source as it was mounted, for example `//pacs/import`.
  public var device: String

  /// Names a mounted file system.
  public init(mountPoint: String, type: String, root: String, device: String) {
    self.mountPoint = mountPoint
    self.type = type
    self.root = root
    self.device = device
  }

  /// The mounted file system that holds what a path leads to.
  public static func of(_ path: FilePath) throws(SpoolError) -> MountIdentity { try Disk().mount(of: path) }

  init(systemPath path: FilePath) throws(Errno) {
    var fileSystem: UInt64 = 0
    let mount = path.withPlatformString { cposix_mount_id($0, &fileSystem) }
    if mount < 0 { throw currentErrno }
    let table: [UInt8]
    do {
      table = try Disk().readSmall("/proc/self/mountinfo", limit: 16 << 20)
    } catch {
      throw error.errno ?? .ioError
    }
    guard let found = MountIdentity(in: table, mount: mount, fileSystem: fileSystem) else {
      throw .noSuchFileOrDirectory
    }
    self = found
  }

  /// The line of this mount in `/proc/self/mountinfo` (proc(5)).
  init?(in table: [UInt8], mount: Int64, fileSystem: UInt64) {
    for line in table.split(separator: UInt8(ascii: "\n")) {
      let fields = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      // Optional fields end with a hyphen; type and source follow.
      guard fields.count > 6, Int64(fields[0]) == mount,
        let hyphen = fields[6...].firstIndex(of: "-"), hyphen + 2 < fields.count
      else { continue }
      let source = Self.decoded(fields[hyphen + 2])
      self.init(
        mountPoint: Self.decoded(fields[4]), type: Self.decoded(fields[hyphen + 1]), root: Self.decoded(fields[3]),
        device: source.hasPrefix("/dev/") ? "fsid:" + String(fileSystem, radix: 16) : source)
      return
    }
    return nil
  }

  /// Space, tab, line feed and backslash stand there as a backslash and three octal digits.
  static func decoded(_ field: String) -> String {
    var bytes: [UInt8] = []
    var rest = Array(field.utf8)[...]
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\\"), rest.count >= 3,
        let code = UInt8(String(decoding: rest.prefix(3), as: UTF8.self), radix: 8)
      {
        bytes.append(code)
        rest = rest.dropFirst(3)
      } else {
        bytes.append(byte)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
