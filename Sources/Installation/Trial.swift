public import Spool
public import SystemPackage

/// A row of attempts that belong together, by several users: what one puts down, another takes.
public struct Trial: Sendable {
  /// One attempt, who makes it, and whether it must succeed.
  public struct Act: Sendable {
    let trier: Trier
    let attempt: Attempt
    let mustFail: Bool
    /// Completes “USER cannot …”, or “USER can …, and must not”.
    let what: String
  }

  /// What is tried, for people.
  public let what: String
  /// Done in this order, until one does not do as it must.
  public private(set) var acts: [Act] = []
  /// What mends it.
  public let remedy: String
  /// What is removed afterwards, whatever happened.
  let traces: [FilePath]

  /// A trial without acts.
  public init(_ what: String, remedy: String, traces: [FilePath]) {
    self.what = what
    self.remedy = remedy
    self.traces = traces
  }

  /// Adds an attempt that must succeed.
  public mutating func add(_ trier: Trier, _ what: String, _ attempt: Attempt) {
    acts.append(Act(trier: trier, attempt: attempt, mustFail: false, what: what))
  }

  /// Adds an attempt that must fail.
  public mutating func forbid(_ trier: Trier, _ what: String, _ attempt: Attempt) {
    acts.append(Act(trier: trier, attempt: attempt, mustFail: true, what: what))
  }

  /// Does all of it, and removes what it left.
  ///
  /// - Parameter perform: makes an attempt; nil where it succeeded, else what the system said.
  /// - Returns: what is wrong; nil where nothing is.
  public func run(
    on disk: Disk, _ perform: (Trier, Attempt) async throws -> String?
  ) async throws -> String? {
    defer { for trace in traces { try? disk.removeTree(trace) } }
    for trace in traces { try disk.removeTree(trace) }
    for act in acts {
      let said = try await perform(act.trier, act.attempt)
      if act.mustFail, said == nil { return "\(act.trier.user) can \(act.what), and must not. \(remedy)" }
      if !act.mustFail, let said {
        let mask = act.trier.mask == 0o022 ? "" : " (umask 0\(String(act.trier.mask, radix: 8)))"
        return "\(act.trier.user)\(mask) cannot \(act.what): \(said). \(remedy)"
      }
    }
    return nil
  }
}
