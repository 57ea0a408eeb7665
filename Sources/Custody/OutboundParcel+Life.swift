/// The states of an outbound parcel.
public enum OutboundParcelState: String, Codable, Sendable, CaseIterable {
  /// It lies in `outbound/`, and is to be delivered to the partner's mailbox.
  case sealed
  /// It was renamed into the partner's mailbox. Only a receipt proves that it is there.
  case shipped
  /// The partner's receipt says that it is durable there.
  case received
  /// The partner's receipt says that a person there must reconcile it.
  case held
  /// The partner's receipt says that all instances are imported.
  case delivered
  /// The partner refused it.
  case refused
  /// It was not delivered within `ship.expire_after`.
  case expired
  /// A person called it back before it was shipped.
  case cancelled
  /// Its files here are damaged or gone: the study must be exported again.
  case damaged
  /// A person let it go after it could not be delivered.
  case discarded
}

/// What may happen to an outbound parcel.
public enum OutboundParcelChange: String, Codable, Sendable, CaseIterable {
  /// It is whole and durable, and has its number.
  case sealed
  /// It was renamed into the partner's mailbox.
  case shipped
  /// The partner's mailbox does not have it any more, and there is no receipt.
  case vanished
  /// The partner says: it is durable here.
  case received
  /// The partner says: a person must decide.
  case heldThere
  /// The partner says: imported.
  case imported
  /// The partner says, for the first time: it arrived damaged.
  case resent
  /// The partner says: refused.
  case refused
  /// Its files here are not what was sealed.
  case damaged
  /// It waited for too long.
  case expired
  /// A person called it back.
  case cancelled
  /// A person wants it sent again as it is.
  case retried
  /// A person let it go.
  case discarded
  /// It was kept for as long as it had to be.
  case purged
}

/// What the duties of an outbound parcel must know.
public struct OutboundParcelFacts: Sendable {
  /// The parcel's id.
  public var id: String
  /// The partner that it is for.
  public var recipient: String

  /// Names a parcel.
  public init(id: String, recipient: String) {
    self.id = id
    self.recipient = recipient
  }
}

extension Machine where State == OutboundParcelState, Change == OutboundParcelChange, Facts == OutboundParcelFacts {
  /// Every change of an outbound parcel.
  public static let outboundParcel = Machine([
    .init([nil], .sealed, .sealed) { [.move(.sealing(parcel: $0.id), to: .outbound(parcel: $0.id))] },
    .init([.sealed], .shipped, .shipped),
    .init([.shipped], .vanished, .sealed),

    // Receipts come late, twice and in any order; the partner may also take a refusal back.
    // One that was given up here may have arrived all the same: the proof counts.
    .init([.sealed, .shipped, .refused, .expired, .damaged], .received, .received),
    // A person there may take an import back, too.
    .init([.sealed, .shipped, .received, .delivered, .refused, .expired, .damaged], .heldThere, .held),
    // Even one that was called back, or let go, in the moment of its delivery.
    .init(
      [.sealed, .shipped, .received, .held, .refused, .expired, .damaged, .cancelled, .discarded], .imported, .delivered
    ),
    .init([.sealed, .shipped, .received, .held], .resent, .sealed),
    .init([.sealed, .shipped, .received, .held, .delivered], .refused, .refused),

    .init([.sealed, .shipped, .received, .held, .refused, .expired], .damaged, .damaged),
    .init([.sealed], .expired, .expired),
    .init([.refused, .expired], .retried, .sealed),
    .init([.sealed], .cancelled, .cancelled) {
      [.remove(.outbound(parcel: $0.id)), .withdraw(parcel: $0.id, recipient: $0.recipient)]
    },
    .init([.refused, .expired, .damaged], .discarded, .discarded) {
      [.remove(.outbound(parcel: $0.id)), .withdraw(parcel: $0.id, recipient: $0.recipient)]
    },
    .init([.delivered], .purged, .delivered) { [.remove(.outbound(parcel: $0.id))] },
  ])
}
