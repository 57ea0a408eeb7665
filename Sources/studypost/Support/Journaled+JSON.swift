import Journal

// How lists print what the journal holds: every key always there, null where there is nothing.

extension OutboundParcel {
  var json: JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(recipient),
      "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since), "reason": JSON(reason),
      "kind": "parcel", "sequence": JSON(sequence), "part": JSON(part), "payload_bytes": JSON(payloadBytes),
      "created": JSON(created), "attempts": JSON(attempts), "urgent": JSON(urgent), "held_there": JSON(heldThere),
      "manifest": JSON(manifestDigest),
    ]
  }
}

extension OutboundStudy {
  func json(_ size: (instances: Int, bytes: Int64)?) -> JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(partner),
      "instances": JSON(size?.instances ?? 0), "bytes": JSON(size?.bytes ?? 0), "since": JSON(since),
      "reason": JSON(reason), "kind": "study", "expected": JSON(expected), "closed_by": JSON(closedRule),
    ]
  }
}

extension InboundParcel {
  var json: JSON {
    [
      "id": JSON(id), "state": JSON(state.rawValue), "study": JSON(study), "partner": JSON(sender),
      "instances": JSON(instances), "bytes": JSON(bytes), "since": JSON(since), "reason": JSON(reason),
      "sequence": JSON(sequence), "part": JSON(part), "order": JSON(order), "patient": JSON(patient),
      "duplicates": JSON(duplicates), "manifest": JSON(manifestDigest),
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
      "at": JSON(at), "what": JSON(what), "site": JSON(site), "study": JSON(study), "parcel": JSON(parcel),
      "patient": JSON(patient), "file": JSON(file), "detail": JSON(detail),
    ]
  }
}
