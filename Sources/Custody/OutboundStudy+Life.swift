/// The states of an outbound study: the instances of one study that are gathered until they are sealed.
public enum OutboundStudyState: String, Codable, Sendable, CaseIterable {
  /// Instances may still come.
  case collecting
  /// It waits for a person.
  case held
  /// Complete and routed: to be sealed, once for each recipient.
  case ready
  /// In a parcel for each recipient; the parcels' states tell the rest.
  case sealed
  /// A person let it go.
  case discarded
}

/// What may happen to an outbound study.
public enum OutboundStudyChange: String, Codable, Sendable, CaseIterable {
  /// Its first instance was found.
  case opened
  /// It is complete, or does not wait for that, and its recipients are known.
  case closed
  /// A person must decide.
  case heldBack
  /// A person named the recipients.
  case routed
  /// One of its files changed after it was claimed: it waits for it again.
  case reopened
  /// The last recipient's parcel was sealed.
  case sealed
  /// A person let it go, or nothing is left of it.
  case discarded
}

/// What the duties of an outbound study must know.
public struct OutboundStudyFacts: Sendable {
  /// The outbound study's id.
  public var id: String
  /// With `heldBack`: why.
  public var reason: Reason?

  /// Names an outbound study.
  public init(id: String, reason: Reason? = nil) {
    self.id = id
    self.reason = reason
  }
}

extension Machine where State == OutboundStudyState, Change == OutboundStudyChange, Facts == OutboundStudyFacts {
  /// Every change of an outbound study.
  public static let outboundStudy = Machine([
    .init([nil], .opened, .collecting),
    .init([.collecting], .closed, .ready),
    .init([.collecting, .ready], .heldBack, .held) { study in
      study.reason.map { [.gather(study: study.id), .explain(.heldOutbound(study: study.id), $0)] }
    },
    .init([.held], .routed, .ready),
    .init([.ready], .reopened, .collecting),
    .init([.ready], .sealed, .sealed) { [.removeInstances(study: $0.id)] },
    .init([.collecting, .held, .ready], .discarded, .discarded) { [.removeInstances(study: $0.id)] },
  ])
}
