internal import Synchronization

/// What was uploaded of parcels that were called back and is to be removed from the partners' mailboxes: the executor on
/// the service's own thread asks for it, the partners' threads do it.
final class Withdrawals: Sendable {
  private struct State {
    var wanted: [String: Set<String>] = [:]
    var done: [String: Set<String>] = [:]
    var hasNews = false
  }

  private let state = Mutex(State())

  /// So many are in hand at once for each partner; what is owed beyond them is asked for again.
  private static let most = 256

  /// Asks for a parcel to be withdrawn.
  ///
  /// - Returns: whether that has been done.
  func want(_ parcel: String, from partner: String) -> Bool {
    state.withLock { state in
      if state.done[partner]?.remove(parcel) != nil { return true }
      if state.wanted[partner, default: []].count < Self.most { state.wanted[partner, default: []].insert(parcel) }
      return false
    }
  }

  /// Whether anything was done since this was asked last.
  func takeNews() -> Bool {
    state.withLock { state in
      defer { state.hasNews = false }
      return state.hasNews
    }
  }

  /// The parcels to be withdrawn from a partner.
  func wanted(from partner: String) -> [String] { state.withLock { $0.wanted[partner].map(Array.init) ?? [] } }

  /// A parcel was withdrawn.
  func done(_ parcel: String, from partner: String) {
    state.withLock { state in
      state.wanted[partner]?.remove(parcel)
      state.done[partner, default: []].insert(parcel)
      state.hasNews = true
    }
  }

  /// A partner is no longer one: nothing is owed to it.
  func forget(_ partner: String) {
    state.withLock { state in
      state.wanted[partner] = nil
      state.done[partner] = nil
    }
  }
}
