// What `studypost` prints with `--json`, as far as the demo needs it.

/// `status`.
struct StatusDocument: Decodable {
  struct Count: Decodable {
    let studies: Int
  }

  struct Alert: Decodable {
    let message: String
  }

  let out, `in`: [String: Count]
  let alerts: [Alert]

  /// How many studies or parcels are in one of these states.
  static func studies(_ side: [String: Count], _ states: String...) -> Int {
    states.reduce(0) { $0 + (side[$1]?.studies ?? 0) }
  }
}

/// One item of `trace`.
struct EventDocument: Decodable, Hashable {
  let at, what, detail: String
  let study, parcel: String?
}

/// `queue show`.
struct ParcelDocument: Decodable {
  let state: String
  let reason: String?
  let payloadBytes: Int64

  enum CodingKeys: String, CodingKey {
    case state, reason
    case payloadBytes = "payload_bytes"
  }
}

/// One item of `partner list`.
struct PartnerDocument: Decodable {
  let site: String
  let fingerprint: String
  let signingKey: String

  enum CodingKeys: String, CodingKey {
    case site, fingerprint
    case signingKey = "signing_key"
  }
}

/// `ledger`.
struct LedgerDocument: Decodable {
  let balanced: Bool
  let problems: [String]
  let out, `in`: [String: Int]
}
