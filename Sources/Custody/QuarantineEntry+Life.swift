/// The states of an entry of the quarantine.
public enum QuarantineState: String, Codable, Sendable, CaseIterable {
  /// It lies in `quarantine/`.
  case quarantined
  /// It went back to where it came from.
  case released
  /// It was let go, by a person or after `retention.quarantine`.
  case discarded
}

/// What may happen to an entry of the quarantine.
public enum QuarantineChange: String, Codable, Sendable, CaseIterable {
  /// A file of a source, or what lay in a mailbox, was refused.
  case quarantined
  /// The file changed or went before it was moved: it is looked at again.
  case voided
  /// A person wants it looked at again.
  case released
  /// It was let go.
  case discarded
}

/// What the duties of an entry must know.
public struct QuarantineFacts: Sendable {
  /// What is in it, and where it is from.
  public enum Origin: Sendable {
    /// A file of a source.
    case file(Original)
    /// What lay in a partner's mailbox, under this name; what the partner is told, if it can be told anything.
    case arrival(String, name: String, answer: Answer?)
    /// A parcel that was refused or rejected: what happens to it is the parcel's own story.
    case parcel

    /// Who put it there.
    var service: Service {
      switch self {
      case .file: .collect
      case .arrival, .parcel: .receive
      }
    }
  }

  /// The entry's name.
  public var name: String
  /// What is in it.
  public var origin: Origin
  /// With `quarantined`: why.
  public var reason: Reason?
  /// With `released`, where it came out of a mailbox: the arrival that it becomes.
  public var newArrival: String?

  /// Names an entry.
  public init(name: String, origin: Origin, reason: Reason? = nil, newArrival: String? = nil) {
    self.name = name
    self.origin = origin
    self.reason = reason
    self.newArrival = newArrival
  }

  /// Where it lies.
  var place: Location { .quarantine(entry: name, of: origin.service) }
}

extension Machine where State == QuarantineState, Change == QuarantineChange, Facts == QuarantineFacts {
  /// Every change of an entry of the quarantine.
  public static let quarantine = Machine([
    .init([nil], .quarantined, .quarantined) { entry in
      if case .parcel = entry.origin { return [] }
      guard let reason = entry.reason else { return nil }
      let explain = Duty.explain(entry.place, reason)
      switch entry.origin {
      case .file(let original): return [.quarantineOriginal(original, entry: entry.name), explain]
      case .arrival(let arrival, let name, let answer):
        return [.move(.arrival(arrival), to: .quarantined(entry: entry.name, item: name, of: .receive)), explain]
          + (answer.map { [.answer($0)] } ?? [])
      case .parcel: return []
      }
    },
    .init([.quarantined], .voided, .released) { [.remove($0.place)] },
    .init([.quarantined], .released, .released) { entry in
      switch entry.origin {
      case .file(let original): return [.putBack(entry: entry.name, to: original.path)]
      case .arrival(_, let name, _):
        guard let arrival = entry.newArrival else { return nil }
        return [
          .move(.quarantined(entry: entry.name, item: name, of: .receive), to: .arrival(arrival)),
          .remove(entry.place),
        ]
      case .parcel: return []
      }
    },
    .init([.quarantined], .discarded, .discarded) { entry in
      if case .parcel = entry.origin { return [] }
      return [.remove(entry.place)]
    },
  ])
}
