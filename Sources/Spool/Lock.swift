internal import CPOSIX
internal import Glibc
internal import SystemPackage

/// Held while a service runs, so that a second one of its kind says so and exits.
public final class Lock {
  private let file: OpenFile

  /// Takes the lock; the kernel gives it back when the process ends, however it ends.
  ///
  /// - Throws: ``SpoolError`` `locked` where another process holds it.
  public init(_ name: String, in spool: Spool) throws(SpoolError) {
    let path = spool.root.appending(".\(name).lock")
    file = try OpenFile(path, O_RDWR | O_CREAT | O_NOFOLLOW)
    if cposix_lock_exclusive(file.descriptor) != 0 {
      throw SpoolError(
        .locked, path, "`studypost \(name)` is running already for this spool. Stop it first, or leave it to its work.")
    }
  }
}
