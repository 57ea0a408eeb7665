internal import Synchronization

/// Keeps what is costly to make for whoever needs one next, on any thread.
public final class Reserve<Tool: AnyObject>: @unchecked Sendable {
  // A tool belongs to one thread at a time: it is either kept here or lent.
  private let kept = Mutex<[Kept]>([])
  private let make: @Sendable () throws -> Tool

  private struct Kept: @unchecked Sendable { let tool: Tool }

  /// Begins with none.
  public init(_ make: @escaping @Sendable () throws -> Tool) { self.make = make }

  /// One that was given back, or a new one.
  public func take() throws -> Tool {
    let kept = self.kept.withLock { $0.popLast() }
    return try kept?.tool ?? make()
  }

  /// Keeps one that is not used any more.
  public func giveBack(_ tool: Tool) {
    let kept = Kept(tool: tool)
    self.kept.withLock { $0.append(kept) }
  }

  /// Lends one for the duration of `body`; after an error it is not used again.
  public func lend<Result>(_ body: (Tool) throws -> Result) throws -> Result {
    let tool = try take()
    let result = try body(tool)
    giveBack(tool)
    return result
  }
}
