internal import Spool

/// Holds the places of all services, so that none runs or begins while the journal is exchanged.
struct ServiceLocks {
  private let locks: [Lock]

  /// - Parameter what: completes “… only while no service runs”.
  /// - Throws: ``DeskError`` `refused` where a service runs.
  init(in spool: Spool, for what: String) throws {
    locks = try ["collect", "ship", "receive"].map { name in
      do {
        return try Lock(name, in: spool)
      } catch let error as SpoolError where error.code == .locked {
        throw DeskError(.refused, "\(error) \(what) only while no service runs.", cause: error)
      }
    }
  }

  /// Keeps them to the end of the body.
  func holding<Result>(_ body: () throws -> Result) rethrows -> Result {
    defer { withExtendedLifetime(locks) {} }
    return try body()
  }
}
