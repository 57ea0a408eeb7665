/// The states of an inbound parcel: one whose signature and digest hold.
public enum InboundParcelState: String, Codable, Sendable, CaseIterable {
  /// Durable here, to be opened.
  case arrived
  /// It waits for a person.
  case held
  /// A person or the policy decided whose study it is: to be coerced.
  case accepted
  /// Coerced and durable, and on its way into the PACS's import folder.
  case staged
  /// In the import folder, not yet picked up; only with `import.pickup = "watch"`.
  case offered
  /// In the import folder, or picked up from it.
  case imported
  /// Refused by this site's rules.
  case quarantined
  /// Rejected by a person.
  case rejected
  /// A person let it go.
  case discarded
}

extension InboundParcelState {
  /// Those of a parcel that was given to a patient.
  public static let given = Machine.inboundParcel.states(before: .undone)
}

/// What may happen to an inbound parcel.
public enum InboundParcelChange: String, Codable, Sendable, CaseIterable {
  /// Its signature and digest hold, and it is durable.
  case arrived
  /// A whole copy came after a damaged one.
  case replaced
  /// A copy came again of one that was lost here.
  case restored
  /// Everything agrees, at once or since the patient index or the rules changed: it is this patient's.
  case matched
  /// A person must still decide, for other reasons than before.
  case renewed
  /// A person must decide.
  case heldBack
  /// A person gave it to a patient, or its images to several.
  case accepted
  /// Its coerced files are durable.
  case staged
  /// All its instances were imported before: there is nothing to hand over.
  case repeated
  /// They lie in the import folder.
  case offered
  /// They lie in the import folder, or were picked up from it, as the site counts it.
  case imported
  /// It does not hold what it announces, or breaks a rule.
  case refused
  /// Its copy here is gone: its sender is asked for another.
  case lost
  /// A person does not want it.
  case rejected
  /// A person took it back from the patient to whom it was given: a person decides once more.
  case undone
  /// A person wants it looked at again.
  case released
  /// A person let it go.
  case discarded
  /// It was kept for as long as it had to be.
  case purged
}

/// What the duties of an inbound parcel must know.
public struct InboundParcelFacts: Sendable {
  /// The parcel's id.
  public var id: String
  /// With `arrived`, `replaced` and `restored`: where it was taken out of the mailbox.
  public var arrival: String?
  /// The entry of the quarantine, where one is made or ended.
  public var entry: String?
  /// With `heldBack`, `renewed`, `refused`, `lost`, `rejected`, `undone`, and with `released` where a person will decide again: why.
  public var reason: Reason?
  /// With `staged`: how it gets to the PACS; with `undone`: how it got there, where it did.
  public var handOvers: [HandOver]
  /// What the sender is told; its status follows from the change.
  public var answer: Answer

  /// Names a parcel.
  public init(
    id: String, answer: Answer, arrival: String? = nil, entry: String? = nil, reason: Reason? = nil,
    handOvers: [HandOver] = []
  ) {
    self.id = id
    self.answer = answer
    self.arrival = arrival
    self.entry = entry
    self.reason = reason
    self.handOvers = handOvers
  }

  func tell(_ status: Answer.Status) -> Duty {
    var answer = answer
    answer.status = status
    if status != .refused, status != .imported { (answer.reason, answer.note) = (nil, nil) }
    return .answer(answer)
  }

  func retract(_ statuses: Answer.Status...) -> Duty {
    .retract(parcel: id, partner: answer.partner, statuses: statuses)
  }

  /// Into the quarantine, with the reason.
  func putAway() -> [Duty]? {
    guard let entry, let why = explain() else { return nil }
    return [.move(.received(parcel: id), to: .quarantined(entry: entry, item: id, of: .receive)), why]
  }

  /// The reason alone into the quarantine.
  func explain() -> Duty? {
    guard let entry, let reason else { return nil }
    return .explain(.quarantine(entry: entry, of: .receive), reason)
  }

  /// Out of the quarantine.
  func takeBack() -> [Duty]? {
    guard let entry else { return nil }
    return [
      .move(.quarantined(entry: entry, item: id, of: .receive), to: .received(parcel: id)),
      .remove(.quarantine(entry: entry, of: .receive)),
    ]
  }
}

extension Machine where State == InboundParcelState, Change == InboundParcelChange, Facts == InboundParcelFacts {
  /// Every change of an inbound parcel.
  public static let inboundParcel = Machine([
    .init([nil], .arrived, .arrived) { takeIn($0) },
    .init([.quarantined], .replaced, .arrived) { takeIn($0) },
    .init([.quarantined], .restored, .arrived) { parcel in
      guard let entry = parcel.entry, let owed = takeIn(parcel) else { return nil }
      return owed + [.remove(.quarantine(entry: entry, of: .receive))]
    },
    .init([.arrived], .matched, .accepted),
    .init([.arrived, .accepted], .heldBack, .held) { parcel in
      parcel.reason.map { reason in
        [
          .explain(.heldInbound(parcel: parcel.id), reason), .illustrate(parcel: parcel.id),
          .remove(.unpacked(parcel: parcel.id)), parcel.tell(.held),
        ]
      }
    },
    .init([.held], .matched, .accepted) { [.remove(.heldInbound(parcel: $0.id))] },
    .init([.held], .renewed, .held) { parcel in parcel.reason.map { [.explain(.heldInbound(parcel: parcel.id), $0)] } },
    .init([.held], .accepted, .accepted) { [.remove(.heldInbound(parcel: $0.id))] },
    .init([.accepted], .staged, .staged) { $0.handOvers.isEmpty ? nil : $0.handOvers.map { .handOver($0) } },
    .init([.accepted], .repeated, .staged),
    .init([.staged], .offered, .offered),
    .init([.staged, .offered], .imported, .imported) { [$0.tell(.imported), .remove(.unpacked(parcel: $0.id))] },
    .init([.arrived, .accepted], .refused, .quarantined) { parcel in
      parcel.putAway().map {
        [.remove(.unpacked(parcel: parcel.id))] + $0 + [parcel.tell(.refused)]
      }
    },
    .init([.arrived, .accepted, .held], .lost, .quarantined) { parcel in
      parcel.explain().map {
        [.remove(.unpacked(parcel: parcel.id)), .remove(.heldInbound(parcel: parcel.id)), $0, parcel.tell(.refused)]
      }
    },
    .init([.held], .rejected, .rejected) { parcel in
      parcel.putAway().map {
        $0 + [.remove(.heldInbound(parcel: parcel.id)), parcel.tell(.refused)]
      }
    },
    .init([.quarantined], .released, .arrived) { parcel in
      parcel.takeBack().map { $0 + [parcel.tell(.received), parcel.retract(.refused)] }
    },
    .init([.rejected], .released, .held) { parcel in
      guard let back = parcel.takeBack(), let reason = parcel.reason else { return nil }
      return back + [
        .explain(.heldInbound(parcel: parcel.id), reason), parcel.tell(.held), parcel.retract(.refused),
      ]
    },
    .init([.quarantined, .rejected], .discarded, .discarded) { parcel in
      parcel.entry.map { [.remove(.quarantine(entry: $0, of: .receive))] }
    },
    .init([.accepted, .staged, .offered, .imported], .undone, .held) { parcel in
      parcel.reason.map { reason in
        parcel.handOvers.map { .recall($0) } + [
          .remove(.unpacked(parcel: parcel.id)), .explain(.heldInbound(parcel: parcel.id), reason), parcel.tell(.held),
          parcel.retract(.imported),
        ]
      }
    },
    .init([.imported], .purged, .imported) { parcel in
      [.remove(.received(parcel: parcel.id)), parcel.retract(.received, .held, .imported, .refused)]
    },
  ])

  private static func takeIn(_ parcel: InboundParcelFacts) -> [Duty]? {
    guard let arrival = parcel.arrival else { return nil }
    return [
      .move(.arrival(arrival), to: .received(parcel: parcel.id)), parcel.tell(.received), parcel.retract(.refused),
    ]
  }
}
