internal import Site
internal import Spool
internal import Synchronization
internal import Threads

/// The thread that works for one partner.
final class PartnerThread: Sendable {
  let partner: Partner
  /// Asks the thread to end.
  let stop = Stop()
  /// Given when the thread has ended.
  let ended = Stop()
  /// Wakes it: something may wait to be shipped.
  let bell = Bell()
  private let outcome = Mutex<(any Error)?>(nil)

  var hasEnded: Bool { ended.isRequested }
  /// What kept it from working with the journal or the spool, once it has ended.
  var failure: (any Error)? { outcome.withLock { $0 } }

  init(_ partner: Partner, in context: Context, once: Bool) throws(WorkerError) {
    self.partner = partner
    _ = try Worker("ship-\(partner.site)") { [self] in
      let worker = PartnerWorker(partner, in: context, stop: stop, bell: bell)
      do {
        if once { try worker.runOnce() } else { worker.runUntilStopped() }
      } catch {
        outcome.withLock { $0 = error }
      }
      ended.request()
    }
  }
}
