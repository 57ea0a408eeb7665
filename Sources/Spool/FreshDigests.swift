internal import Synchronization

/// Of which files the digest was taken a moment ago, so that it need not be taken a second time.
///
/// A file counts as it was while its number, its size and the time of its last change are what they were before the digest was
/// taken. That holds against whoever writes, not against a disk: so it holds for ten minutes, and what has waited for longer is
/// compared with its digest again.
public final class FreshDigests<Subject: Hashable & Sendable>: Sendable {
  /// So many are known at most, some 3 MB: the digest of an unknown one is taken again.
  private let most: Int
  private let lifetime: Duration
  private let known = Mutex<[Subject: (stamp: FileStamp, until: ContinuousClock.Instant)]>([:])

  /// Knows nothing yet.
  public init(most: Int = 1 << 15, lifetime: Duration = .seconds(600)) {
    self.most = most
    self.lifetime = lifetime
  }

  /// The digest that is written down of a file is that of the file as it is.
  ///
  /// - Parameter stamp: how it was before the digest was taken.
  public func note(_ subject: Subject, _ stamp: FileStamp, now: ContinuousClock.Instant = .now) {
    known.withLock { known in
      if known.count >= most { known = known.filter { $0.value.until > now } }
      if known.count < most { known[subject] = (stamp, now + lifetime) }
    }
  }

  /// How the file is as long as nobody writes to it; nil: its digest is to be taken again.
  public func stamp(of subject: Subject, now: ContinuousClock.Instant = .now) -> FileStamp? {
    known.withLock { $0[subject].flatMap { $0.until > now ? $0.stamp : nil } }
  }
}
