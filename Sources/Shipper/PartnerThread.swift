import Foundation
import Site
import Spool
import Synchronization

/// The thread that works for one partner.
final class PartnerThread: Sendable {
  let partner: Partner
  /// Asks the thread to end.
  let stop = Stop()
  /// Given when the thread has ended.
  let ended = Stop()
  private let outcome = Mutex<(any Error)?>(nil)

  var hasEnded: Bool { ended.isRequested }
  /// What kept it from working with the journal or the spool, once it has ended.
  var failure: (any Error)? { outcome.withLock { $0 } }

  init(_ partner: Partner, in context: Context, once: Bool) {
    self.partner = partner
    let thread = Thread { [self] in
      let worker = PartnerWorker(partner, in: context, stop: stop)
      do {
        if once { try worker.runOnce() } else { worker.runUntilStopped() }
      } catch {
        outcome.withLock { $0 = error }
      }
      ended.request()
    }
    thread.name = "ship-\(partner.site)"
    thread.stackSize = 1 << 20
    thread.start()
  }
}
