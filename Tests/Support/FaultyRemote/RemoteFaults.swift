public import SFTP
internal import Synchronization

/// Which requests to a server fail, and how. They are counted over all sessions, from 0.
public final class RemoteFaults: Sendable {
  /// How a request fails.
  public enum Fault: Sendable {
    /// It is not performed, and the server says so.
    case fail(SFTPError.Code)
    /// It is not performed, and the connection ends.
    case cut
    /// It is performed, and the connection ends before the answer.
    case loseAnswer
  }

  private let plan: @Sendable (_ number: Int, _ request: String) -> Fault?
  private let made = Mutex<[String]>([])

  /// Plans faults.
  ///
  /// - Parameter plan: asked before each request, with its number and what it is: `rename incoming/0193…`.
  public init(_ plan: @escaping @Sendable (_ number: Int, _ request: String) -> Fault? = { _, _ in nil }) {
    self.plan = plan
  }

  /// One request fails.
  public convenience init(at number: Int, _ fault: Fault) { self.init { count, _ in count == number ? fault : nil } }

  /// All requests so far, those that failed among them.
  public var requests: [String] { made.withLock { $0 } }

  func next(_ request: String) -> Fault? {
    let number = made.withLock { made in
      made.append(request)
      return made.count - 1
    }
    return plan(number, request)
  }
}
