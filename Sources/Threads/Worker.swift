internal import CPOSIX
internal import Dispatch
internal import Glibc
internal import Synchronization

/// A thread for work that blocks: Swift's own threads are few and must never wait for a disk or a network.
public final class Worker: Sendable {
  private let ended = DispatchGroup()

  private static let stackBytes = 8 << 20

  /// What the thread begins with.
  private final class Start: Sendable {
    let name: String
    let ended: DispatchGroup
    let work: Mutex<(@Sendable () -> Void)?>

    init(_ name: String, _ ended: DispatchGroup, _ work: @escaping @Sendable () -> Void) {
      (self.name, self.ended) = (name, ended)
      self.work = Mutex(work)
    }

    func run() {
      cposix_name_thread(String(decoding: name.utf8.prefix(15), as: UTF8.self))
      work.withLock { $0.take() }?()
      ended.leave()
    }
  }

  /// Starts the work.
  ///
  /// - Throws: ``WorkerError`` where the system has no thread for it; the work is let go then.
  public init(_ name: String, _ work: @escaping @Sendable () -> Void) throws(WorkerError) {
    let start = Unmanaged.passRetained(Start(name, ended, work))
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    ended.enter()
    var thread = pthread_t()
    let code = pthread_create(
      &thread, &attributes,
      {
        guard let start = $0 else { return nil }
        Unmanaged<Start>.fromOpaque(start).takeRetainedValue().run()
        return nil
      }, start.toOpaque())
    guard code == 0 else {
      ended.leave()
      start.release()
      throw WorkerError(name: name, code: code)
    }
  }

  /// Waits until the work has ended and what it held is let go, a lock for example.
  public func join() { ended.wait() }
}

/// The system has no thread for some work: too many run, or memory is short (pthread_create(3), EAGAIN).
public struct WorkerError: Error, CustomStringConvertible {
  /// What the thread was to be called.
  public let name: String
  /// The number of the error, as in errno(3).
  public let code: Int32

  /// What cannot be started, and why.
  public var description: String {
    "The system cannot start the thread \(name): \(String(cString: strerror(code))). Look at the machine's memory and at "
      + "the limits of tasks."
  }
}
