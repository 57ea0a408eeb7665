import Custody
import Testing

/// A machine's table with its words as text, so that all four can be looked at in one way.
struct Table: Sendable, CustomTestStringConvertible {
  /// A line for one state.
  struct Line: Sendable {
    /// Nil: the thing does not exist yet.
    let from: String?
    let change: String
    let to: String
    let owed: [Duty]
  }

  let name: String
  let states: [String]
  let changes: [String]
  let lines: [Line]
  /// States in which it may rest for ever.
  let final: Set<String>
  /// What a change makes of a state, and what is then owed; nil where it must not happen.
  let step: @Sendable (String?, String) -> Line?

  var testDescription: String { name }

  /// - Parameters:
  ///   - facts: what the duties must know after a change.
  ///   - except: changes that concern things of another kind.
  init<State, Change, Facts>(
    _ name: String, _ machine: Machine<State, Change, Facts>, final: Set<State>,
    except: Set<Change> = [],
    facts: @escaping @Sendable (Change) -> Facts
  ) where State: RawRepresentable<String> & CaseIterable, Change: RawRepresentable<String> & CaseIterable {
    self.name = name
    self.final = Set(final.map(\.rawValue))
    states = State.allCases.map(\.rawValue)
    changes = Change.allCases.filter { !except.contains($0) }.map(\.rawValue)
    let step: @Sendable (String?, String) -> Line? = { from, change in
      guard let verb = Change(rawValue: change),
        let (to, owed) = machine.step(from: from.flatMap(State.init(rawValue:)), by: verb, of: facts(verb))
      else { return nil }
      return Line(from: from, change: change, to: to.rawValue, owed: owed)
    }
    self.step = step
    lines = machine.transitions.flatMap { transition in
      transition.from.compactMap { step($0?.rawValue, transition.change.rawValue) }
    }
  }
}

extension Table {
  static let outboundStudy = Table(
    "outbound-study", Machine.outboundStudy, final: [.sealed, .discarded],
    facts: { _ in OutboundStudyFacts(id: "S", reason: reason) })
  static let outboundParcel = Table(
    "outbound-parcel", Machine.outboundParcel, final: [.delivered],
    facts: { _ in OutboundParcelFacts(id: "P", recipient: "ch2") })
  static let inboundParcel = Table(
    "inbound-parcel", Machine.inboundParcel, final: [.imported, .discarded],
    facts: { _ in
      InboundParcelFacts(
        id: "P", answer: answer, arrival: "A", entry: "in-1", reason: reason, handOvers: [handOver])
    })
  static let recordMessage = Table(
    "record-message", Machine.recordMessage, final: [.accepted],
    facts: { _ in RecordMessageFacts(id: "0193", file: "P.hl7") })
  static let quarantinedFile = Table(
    "quarantine", Machine.quarantine, final: [.released, .discarded],
    facts: {
      QuarantineFacts(
        name: "out-1",
        origin: $0 == .released
          ? .kept([ReleasedFile("files/a", to: "/export/a")]) : .files([RefusedFile(original, as: "files/a")]),
        reason: reason)
    })
  static let quarantinedArrival = Table(
    "quarantine", Machine.quarantine, final: [.released, .discarded], except: [.grown],
    facts: { _ in
      QuarantineFacts(
        name: "in-1", origin: .arrival("A", name: "item", answer: answer), reason: reason, newArrival: "B")
    })

  static let all = [outboundStudy, outboundParcel, inboundParcel, recordMessage, quarantinedFile, quarantinedArrival]

  static let reason = Reason(
    code: "no-recipient", sentence: "Nobody is named.", remedy: ["Name somebody."], about: ["study": "1.2"],
    since: "2026-11-23T22:30:00.000Z")
  static let answer = Answer(
    parcel: "P", partner: "ch1", manifestDigest: "d", instances: 3, status: .refused, reason: "digest", note: "note",
    at: "2026-11-23T22:30:00.000Z")
  static let handOver = HandOver(
    parcel: "P", staging: "/import/.P", target: "/import", folder: "study", marker: ".ok", files: 3)
  static let original = Original(path: "/export/a", size: 5, modified: 7, inode: 9)
}

/// A duty in a few words: what the expectations and the page say.
func words(_ duty: Duty) -> String {
  switch duty {
  case .move(let from, let to): "move \(words(from)) to \(words(to))"
  case .remove(let place): "remove \(words(place))"
  case .explain(let place, _): "explain \(words(place))"
  case .illustrate: "illustrate hold"
  case .gather: "gather files"
  case .removeInstances: "remove files"
  case .reseal: "reseal"
  case .removeOriginal: "remove original"
  case .quarantineOriginals: "quarantine originals"
  case .giveBack: "give back"
  case .putBack: "put back"
  case .withdraw: "withdraw upload"
  case .fetch: "fetch"
  case .handOver: "hand over"
  case .recall: "recall"
  case .record: "write record"
  case .removeRecord: "remove record"
  case .answer(let answer): "answer \(answer.status)"
  case .retract(_, _, let statuses): "retract \(statuses.map(\.rawValue).joined(separator: ", "))"
  case .notify: "notify"
  }
}

private func words(_ place: Location) -> String {
  switch place {
  case .sealing: "sealing"
  case .outbound: "outbound"
  case .heldOutbound, .heldInbound: "hold"
  case .arrival: "arrival"
  case .received: "received"
  case .unpacked: "unpacked"
  case .preview, .heldPreview: "preview"
  case .quarantine, .quarantined: "quarantine"
  }
}
