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
  /// Files of a source, or what lay in a mailbox, were refused.
  case quarantined
  /// More files of the same dropped folder were refused.
  case grown
  /// All its files changed or went before they were moved: they are looked at again.
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
    /// Files of a source that are refused now.
    case files([RefusedFile])
    /// Files of a source that lie in it, with `released`: where each goes back to.
    case kept([ReleasedFile])
    /// What lay in a partner's mailbox, under this name; what the partner is told, if it can be told anything.
    case arrival(String, name: String, answer: Answer?)
    /// A parcel that was refused or rejected: what happens to it is the parcel's own story.
    case parcel

    /// Who put it there.
    var service: Service {
      switch self {
      case .files, .kept: .collect
      case .arrival, .parcel: .receive
      }
    }
  }

  /// The entry's name.
  public var name: String
  /// What is in it.
  public var origin: Origin
  /// With `quarantined` and `grown`: why.
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
      switch entry.origin {
      case .parcel: return []
      case .files: return taking(entry)
      case .kept: return nil
      case .arrival(let arrival, let name, let answer):
        guard let reason = entry.reason else { return nil }
        return [
          .move(.arrival(arrival), to: .quarantined(entry: entry.name, item: name, of: .receive)),
          .explain(entry.place, reason),
        ] + (answer.map { [.answer($0)] } ?? [])
      }
    },
    .init([.quarantined], .grown, .quarantined, owes: taking),
    .init([.quarantined], .voided, .released) { [.remove($0.place)] },
    .init([.quarantined], .released, .released) { entry in
      switch entry.origin {
      case .kept(let files) where !files.isEmpty:
        return portions(files).map { .putBack($0, entry: entry.name) } + [.remove(entry.place)]
      case .arrival(_, let name, _):
        guard let arrival = entry.newArrival else { return nil }
        return [
          .move(.quarantined(entry: entry.name, item: name, of: .receive), to: .arrival(arrival)),
          .remove(entry.place),
        ]
      case .parcel: return []
      case .files, .kept: return nil
      }
    },
    .init([.quarantined], .discarded, .discarded) { entry in
      if case .parcel = entry.origin { return [] }
      return [.remove(entry.place)]
    },
  ])

  /// Files are moved into the entry, then it is told why.
  @Sendable private static func taking(_ entry: QuarantineFacts) -> [Duty]? {
    guard case .files(let files) = entry.origin, !files.isEmpty, let reason = entry.reason else { return nil }
    return portions(files).map { .quarantineOriginals($0, entry: entry.name) } + [.explain(entry.place, reason)]
  }

  /// So many files are one duty.
  private static func portions<File>(_ files: [File]) -> [[File]] {
    stride(from: 0, to: files.count, by: 256).map { Array(files[$0..<min($0 + 256, files.count)]) }
  }
}
