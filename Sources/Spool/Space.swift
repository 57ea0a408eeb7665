internal import CPOSIX
public import SystemPackage

/// The room on a file system, in bytes.
public struct Space: Sendable {
  /// Free for an ordinary user.
  public let available: Int64
  /// In all.
  public let total: Int64

  /// Measures the file system that holds a path.
  public static func at(_ path: FilePath) throws(SpoolError) -> Space {
    var available: UInt64 = 0
    var total: UInt64 = 0
    if path.withPlatformString({ cposix_disk_space($0, &available, &total) }) != 0 {
      throw SpoolError("measure", path, currentErrno)
    }
    return Space(available: Int64(clamping: available), total: Int64(clamping: total))
  }
}
