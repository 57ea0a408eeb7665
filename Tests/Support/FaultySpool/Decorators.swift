internal import Glibc
internal import Synchronization
public import Spool
public import SystemPackage

/// Remembers each call.
public final class TracingFileSystem: Intercepting, @unchecked Sendable {
  private let seen = Mutex<[Call]>([])

  /// All calls so far, in order; one that failed, too.
  public var calls: [Call] { seen.withLock { $0 } }

  override func before(_ call: Call) throws(Errno) { seen.withLock { $0.append(call) } }
}

/// Lets one call fail, or writes less than it should.
public final class FailingFileSystem: Intercepting, @unchecked Sendable {
  /// What happens at the call.
  public enum Fault: Sendable, Hashable {
    /// It fails and does nothing.
    case error(Errno)
    /// A write writes half of its bytes, and the next write fails for lack of space; another call fails so at once.
    case shortWrite
  }

  private let fault: Fault
  private let number: Int
  private let matches: @Sendable (Call) -> Bool
  private let state = Mutex<(count: Int, isShort: Bool, isFull: Bool)>((0, false, false))

  /// Lets the k-th matching call fail, counted from 1.
  public init(
    at number: Int, _ fault: Fault, over base: any FileSystem = SystemFileSystem(),
    matching matches: @escaping @Sendable (Call) -> Bool = { $0.changes }
  ) {
    self.number = number
    self.fault = fault
    self.matches = matches
    super.init(base)
  }

  /// Whether the call came.
  public var hasFailed: Bool { state.withLock { $0.count >= number } }

  override func before(_ call: Call) throws(Errno) {
    try state.withLock { (state) throws(Errno) in
      if state.isFull, call.kind == .write {
        state.isFull = false
        throw .noSpace
      }
      guard matches(call) else { return }
      state.count += 1
      guard state.count == number else { return }
      switch fault {
      case .error(let errno): throw errno
      case .shortWrite:
        guard call.kind == .write else { throw .noSpace }
        state.isShort = true
      }
    }
  }

  override func length(of call: Call, _ count: Int) -> Int {
    state.withLock { state in
      guard state.isShort else { return count }
      state.isShort = false
      state.isFull = true
      return max(count / 2, 1)
    }
  }
}

/// Ends the process at a call, or lets that one and all that follow fail: nothing reaches the disk any more.
public final class StoppingFileSystem: Intercepting, @unchecked Sendable {
  /// How it stops.
  public enum Way: Sendable {
    /// The process is killed, as by SIGKILL.
    case kill
    /// Every call fails from then on.
    case fail
  }

  private let number: Int
  private let way: Way
  private let matches: @Sendable (Call) -> Bool
  private let count = Mutex(0)

  /// Stops after the k-th matching call was done, counted from 1; 0: before the first.
  public init(
    after number: Int, _ way: Way, over base: any FileSystem = SystemFileSystem(),
    matching matches: @escaping @Sendable (Call) -> Bool = { $0.changes }
  ) {
    self.number = number
    self.way = way
    self.matches = matches
    super.init(base)
  }

  /// Whether a call came after the last that was done.
  public var hasStopped: Bool { count.withLock { $0 > number } }

  override func before(_ call: Call) throws(Errno) {
    let stops = count.withLock { count in
      if count > number { return true }
      if matches(call) { count += 1 }
      return count > number
    }
    guard stops else { return }
    if way == .kill { kill(getpid(), SIGKILL) }
    throw .ioError
  }
}
