internal import Synchronization

/// What was found when files were read a moment ago, and their digests taken: so that they need not be read a second time.
///
/// A file counts as it was while its number, its size and the time of its last change are what they were before it was read.
/// That holds against whoever writes, not against a disk: so it holds for ten minutes, and what has waited for longer is
/// compared with its digest again.
public final class FreshReads<Subject: Hashable & Sendable, Finding: Sendable>: Sendable {
  /// One reading of a file whose digest is written down.
  public struct Read: Sendable {
    /// How the file was before it was read, and is as long as nobody writes to it.
    public let stamp: FileStamp
    /// What else was found.
    public let finding: Finding
  }

  /// So many are known at most: an unknown one is read again.
  private let most: Int
  private let lifetime: Duration
  private let known = Mutex<[Subject: (read: Read, until: ContinuousClock.Instant)]>([:])

  /// Knows nothing yet.
  public init(most: Int = 1 << 15, lifetime: Duration = .seconds(600)) {
    self.most = most
    self.lifetime = lifetime
  }

  /// The digest that is written down of a file is that of the file as it is.
  ///
  /// - Parameter stamp: how it was before the digest was taken.
  public func note(_ subject: Subject, _ stamp: FileStamp, _ finding: Finding, now: ContinuousClock.Instant = .now) {
    known.withLock { known in
      if known.count >= most { known = known.filter { $0.value.until > now } }
      if known.count < most { known[subject] = (Read(stamp: stamp, finding: finding), now + lifetime) }
    }
  }

  /// The reading that stands for another one; nil: the file is to be read again.
  public subscript(_ subject: Subject, now now: ContinuousClock.Instant = .now) -> Read? {
    known.withLock { $0[subject].flatMap { $0.until > now ? $0.read : nil } }
  }
}
