import Desk
import Journal
import Spool

// How lists print what the journal holds: every key always there, null where there is nothing.

extension OutboundParcel {
  func json(waits: String?) -> JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(recipient),
      "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since), "reason": JSON(reason),
      "kind": "parcel", "sequence": JSON(sequence), "part": JSON(part), "missing": JSON(missing),
      "missing_reason": JSON(missingReason), "payload_bytes": JSON(payloadBytes),
      "created": JSON(created), "attempts": JSON(attempts), "lane": JSON("\(lane)"),
      "waits": JSON(waits), "again": JSON(again),
      "code": JSON(reasonCode), "note": JSON(note), "manifest": JSON(manifestDigest), "purged": JSON(isPurged),
    ]
  }
}

extension OutboundStudy {
  func json(partners: [String] = [], waits: String? = nil) -> JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(partners.first),
      "partners": JSON(partners), "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since),
      "reason": JSON(reason), "code": JSON(reasonCode), "kind": "study", "expected": JSON(expected),
      "closed_by": JSON(closedRule), "urgent": JSON(urgent), "waits": JSON(waits),
    ]
  }
}

extension HeldFile {
  /// Its path, harmless for a terminal.
  var name: String { Quoted.text(PathText.path(path).string, limit: 4096) }

  var json: JSON {
    [
      "id": JSON(name), "state": "held", "kind": "file", "study": JSON(study), "bytes": JSON(bytes),
      "since": JSON(since), "reason": JSON(reason), "code": JSON(code),
    ]
  }
}

extension Desk.QueueItem {
  var json: JSON {
    switch self {
    case .study(let study, let partners, let waits): study.json(partners: partners, waits: waits)
    case .parcel(let parcel, let waits): parcel.json(waits: waits)
    }
  }
}

extension InboundParcel {
  var json: JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(sender),
      "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since), "reason": JSON(reason),
      "code": JSON(reasonCode), "sequence": JSON(sequence), "part": JSON(part), "missing": JSON(missing),
      "missing_reason": JSON(missingReason), "patient": JSON(patient),
      "by_person": JSON(isDecidedByPerson), "undone_times": JSON(undone), "assigned": JSON(assignee),
      "duplicates": JSON(duplicates), "left_out": JSON(leftOut),
      "split": split.map { .array($0.shares.map(\.json)) } ?? .null,
      "manifest": JSON(manifestDigest),
    ]
  }
}

extension Split.Share {
  var json: JSON {
    ["patient": JSON(patient), "study": JSON(study), "instances": JSON(instances), "folder": JSON(folder)]
  }
}

extension Desk.Group {
  var json: JSON {
    get throws {
      [
        "number": JSON(group.number), "instances": JSON(group.instances), "patient": JSON(patient),
        "identity": try JSON(encoding: group.identity), "series": try JSON(encoding: group.series),
        "candidates": try JSON(encoding: decision.candidates), "further": try JSON(encoding: decision.further ?? []),
      ]
    }
  }
}

extension Desk.WorklistEntry {
  /// The part that has waited longest, counting all.
  var json: JSON {
    guard case .object(var members) = parcel.json else { return parcel.json }
    members["instances"] = JSON(instances)
    members["bytes"] = JSON(bytes)
    members["parts"] = .array(parts.map { JSON($0.id) })
    members["reason"] = JSON(reason)
    return .object(members)
  }
}

extension Proposal {
  var json: JSON {
    [
      "what": JSON(what.rawValue), "patient": JSON(patient), "groups": JSON(shares), "reason": JSON(reason),
      "by": JSON(actor), "at": JSON(at),
    ]
  }
}

extension Desk.Prior {
  var json: JSON {
    [
      "study": JSON(parcel.study), "partner": JSON(parcel.sender), "since": JSON(parcel.since),
      "study_date": JSON(subject?.studyDate), "modality": JSON(subject?.modality),
      "description": JSON(subject?.description),
    ]
  }
}

extension QuarantineEntry {
  var json: JSON {
    [
      "id": JSON(name), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(partner),
      "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since), "reason": JSON(reason),
      "code": JSON(code), "direction": JSON(direction.rawValue), "parcel": JSON(parcel),
    ]
  }
}

extension Event {
  var json: JSON {
    [
      "at": JSON(at), "what": JSON(what), "by": JSON(actor), "site": JSON(site), "study": JSON(study),
      "parcel": JSON(parcel), "patient": JSON(patient), "file": JSON(file), "detail": JSON(detail),
      "why": JSON(why), "before": JSON(before), "after": JSON(after),
    ]
  }
}
