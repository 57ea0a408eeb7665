internal import Synchronization

/// The folders whose names are known to be durable. One that is found may have been made a moment before a kill, by a process
/// that could not make its name durable any more: what is then put into it would go with it when the power fails.
final class DurableFolders: Sendable {
  private struct Identity: Hashable {
    var device: UInt64
    var inode: UInt64
  }

  /// Of a site with more folders, some are made durable once more.
  private static let most = 10_000
  private let known = Mutex<Set<Identity>>([])

  func contains(_ folder: FileStatus) -> Bool {
    known.withLock { $0.contains(Identity(device: folder.device, inode: folder.inode)) }
  }

  func insert(_ folder: FileStatus) {
    known.withLock { known in
      if known.count == Self.most { known = [] }
      known.insert(Identity(device: folder.device, inode: folder.inode))
    }
  }
}
