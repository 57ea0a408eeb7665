internal import Glibc
internal import SystemPackage

/// Held while a service runs, so that a second one of its kind says so and exits.
public final class Lock: Sendable {
  private let file: OpenFile

  /// Takes the lock; the kernel gives it back when the process ends, however it ends.
  ///
  /// It waits for up to a second: a program that the last holder was about to start has the lock with it until its execve(2).
  ///
  /// - Throws: ``SpoolError`` `locked` where another process holds it.
  public init(_ name: String, in spool: Spool) throws(SpoolError) {
    let path = spool.run.appending(".\(name).lock")
    file = try OpenFile(spool.disk.system, Place(path), .readWrite, [.create, .noFollow])
    for _ in 0..<20 {
      do throws(SpoolError) {
        try call("lock", path, try spool.disk.system.lock(file.descriptor))
        return
      } catch {
        guard error.errno == .resourceTemporarilyUnavailable else { throw error }
      }
      usleep(50_000)
    }
    throw SpoolError(
      .locked, path, "`studypost \(name)` is running already for this spool. Stop it first, or leave it to its work.")
  }
}
