internal import SystemPackage

/// Held while a service runs, so that a second one of its kind says so and exits.
public final class Lock: Sendable {
  private let file: OpenFile

  /// Takes the lock; the kernel gives it back when the process ends, however it ends.
  ///
  /// - Throws: ``SpoolError`` `locked` where another process holds it.
  public init(_ name: String, in spool: Spool) throws(SpoolError) {
    let path = spool.run.appending(".\(name).lock")
    file = try OpenFile(spool.disk.system, Place(path), .readWrite, [.create, .noFollow])
    do throws(SpoolError) {
      try call("lock", path, try spool.disk.system.lock(file.descriptor))
    } catch {
      guard error.errno == .resourceTemporarilyUnavailable else { throw error }
      throw SpoolError(
        .locked, path, "`studypost \(name)` is running already for this spool. Stop it first, or leave it to its work.")
    }
  }
}
