internal import Journal
internal import Spool

extension Desk {
  /// What people call by an id.
  enum Kind {
    case outboundParcel, outboundStudy, hold, worklist, given, quarantine, unseenImport, record

    var things: Journal.Things {
      switch self {
      case .outboundParcel: .outboundParcels
      case .outboundStudy: .outboundStudies
      case .hold: .heldStudies
      case .worklist: .heldParcels
      case .given: .givenParcels
      case .quarantine: .quarantineEntries
      case .unseenImport: .unseenImports
      case .record: .recordMessages
      }
    }

    /// Where its id stands.
    var list: String {
      switch self {
      case .outboundParcel, .outboundStudy: "studypost queue list --all"
      case .hold: "studypost hold list"
      case .worklist: "studypost worklist list"
      case .given: "studypost trace TEXT"
      case .quarantine: "studypost quarantine list"
      case .unseenImport: "studypost ledger"
      case .record: "studypost records list --all"
      }
    }

    var none: String {
      switch self {
      case .outboundParcel, .outboundStudy: "no study or parcel of the queue has this id"
      case .hold: "no held study has this id"
      case .worklist: "no study of the worklist has this id"
      case .given: "no study that was given to a patient has this id"
      case .quarantine: "nothing of this name is in quarantine"
      case .unseenImport: "no import of this id is in doubt"
      case .record: "no message to the EHR has this id"
      }
    }
  }

  /// So many candidates are named.
  private static let mostCandidates = 8

  /// The whole id of which a person gave the beginning.
  ///
  /// - Throws: ``DeskError`` `notFound`, or `ambiguous` with the candidates.
  func identify(_ text: String, as kinds: Kind...) throws -> (kind: Kind, id: String) {
    let missing = DeskError(.notFound, "\(Quoted.text(text, limit: 80)): \(kinds[0].none). See: \(kinds[0].list)")
    guard !text.isEmpty else { throw missing }
    var found: [(kind: Kind, id: String)] = []
    for kind in kinds {
      let ids = try journal.ids(of: kind.things, beginning: text, limit: Self.mostCandidates + 1)
      if ids.contains(text) { return (kind, text) }
      found += ids.map { (kind, $0) }
    }
    guard let first = found.first else { throw missing }
    guard found.count == 1 else {
      let more = found.count > Self.mostCandidates ? ["…"] : []
      throw DeskError(
        .ambiguous, "\(Quoted.text(text, limit: 80)): several ids begin so. Give more of it:",
        lines: found.prefix(Self.mostCandidates).map(\.id) + more)
    }
    return first
  }

  /// A reason that a person gave; an empty one is none.
  func outspoken(_ reason: String) throws -> String {
    guard reason.contains(where: { !$0.isWhitespace }) else {
      throw DeskError(.needsReason, "--reason must say something: it is kept with the decision.")
    }
    return Quoted.text(reason, limit: 1000)
  }
}
