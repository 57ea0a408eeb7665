internal import CPOSIX
internal import Spool
internal import SystemPackage

/// Knows what ended the service: a parcel that made the process crash twice while it was looked at is not looked at a third
/// time; one during which it was ended from outside very often, by the kernel for want of memory say, neither.
///
/// A file has one letter for each begin, written here, and behind it one for each thread that crashed, this one or one that does
/// a job for it, written by the signal's handler. It goes when the look ends in good order: no such job may be under way then.
struct CrashMark {
  private static let begun = UInt8(ascii: "b")
  private static let crashed = UInt8(ascii: "x")
  private static let mostCrashes = 2
  private static let mostBegins = 20

  private let path: FilePath
  private let disk: Disk

  init(of subject: String, in spool: Spool) {
    path = spool[.unpack].appending(".begun-\(subject)")
    disk = spool.disk
  }

  /// Begins to look.
  ///
  /// - Returns: false where looking ended the process too often.
  func begin() throws -> Bool {
    let history = try disk.status(of: path) == nil ? [] : try disk.readSmall(path, limit: 1 << 16)
    let crashes = zip(history, history.dropFirst()).count { $0 == Self.begun && $1 == Self.crashed }
    guard crashes < Self.mostCrashes,
      history.count(where: { $0 == Self.begun }) < Self.mostBegins
    else {
      end()
      return false
    }
    try disk.note(history + [Self.begun], in: path)
    path.withPlatformString { cposix_mark_crash($0, CChar(Self.crashed)) }
    return true
  }

  /// The look ended in good order.
  func end() {
    cposix_mark_crash(nil, 0)
    try? disk.removeFile(path)
  }
}
