/// A message of the audit trail as DICOM PS3.15 A.5 has it: what happened, who took part, who says so, and what it is about.
struct AuditMessage: Sendable {
  /// A word of a terminology.
  struct Code: Sendable, Equatable {
    var code: String
    var system = "DCM"
    var meaning: String
  }

  /// Somebody, or some program, that took part.
  struct Participant: Sendable {
    var user: String
    var isRequestor: Bool
    var role: Code?
    /// The name of its machine.
    var machine: String?
  }

  /// What it is about.
  struct Object: Sendable {
    /// What its identifier is.
    var kind: Code
    var id: String
    /// 1: a person, 2: a thing of a system.
    var type: String
    /// 1: patient, 3: report, 24: query …
    var role: String
    /// Its name; with a query, what was searched for.
    var name: String
    var isQuery = false
    var accession: String?
    /// Further values, by their names.
    var details: [(type: String, value: String)] = []
  }

  var event: Code
  var type: Code?
  /// C, R, U, D or E.
  var action: String
  /// 0: success, 4: minor failure.
  var outcome = "0"
  /// UTC, ISO 8601.
  var at: String
  var sentence: String
  var participants: [Participant]
  var site: String
  var objects: [Object]

  /// The document, in one line: PS3.15 A.5.1. Elements and attributes stand in the order of its schema.
  var xml: String {
    var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage>"
    text += Self.open(
      "EventIdentification",
      [("EventActionCode", action), ("EventDateTime", at), ("EventOutcomeIndicator", outcome)])
    text += event.element("EventID") + (type?.element("EventTypeCode") ?? "")
    text += "<EventOutcomeDescription>\(Self.escaped(sentence))</EventOutcomeDescription></EventIdentification>"
    for participant in participants {
      text += Self.open(
        "ActiveParticipant",
        [
          ("UserID", participant.user), ("UserIsRequestor", participant.isRequestor ? "true" : "false"),
          ("NetworkAccessPointID", participant.machine),
          ("NetworkAccessPointTypeCode", participant.machine.map { _ in "1" }),
        ])
      text += (participant.role?.element("RoleIDCode") ?? "") + "</ActiveParticipant>"
    }
    text += Self.open(
      "AuditSourceIdentification", [("AuditEnterpriseSiteID", site), ("AuditSourceID", "studypost at \(site)")])
    // An application server (A.5.1.2.1).
    text += "<AuditSourceTypeCode csd-code=\"4\"/></AuditSourceIdentification>"
    for object in objects { text += object.element }
    return text + "</AuditMessage>"
  }

  /// The beginning of an element with its attributes; absent ones are left out.
  fileprivate static func open(_ name: String, _ attributes: [(String, String?)]) -> String {
    "<" + name + attributes.map { name, value in value.map { " \(name)=\"\(escaped($0))\"" } ?? "" }.joined() + ">"
  }

  /// So long is a value at most, in characters: a list of a thousand names is not for syslog.
  private static let longest = 1024

  /// Text that can stand in an element or an attribute; what XML 1.0 has no place for becomes U+FFFD.
  static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars.prefix(longest) {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&apos;"
      case "\t", "\n", "\r": escaped += " "
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || scalar.value & 0xFFFE == 0xFFFE:
        escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}

extension AuditMessage.Code {
  func element(_ name: String) -> String {
    AuditMessage.open(name, [("csd-code", code), ("codeSystemName", system), ("originalText", meaning)]).dropLast()
      + "/>"
  }
}

extension AuditMessage.Object {
  fileprivate var element: String {
    var text = AuditMessage.open(
      "ParticipantObjectIdentification",
      [("ParticipantObjectID", id), ("ParticipantObjectTypeCode", type), ("ParticipantObjectTypeCodeRole", role)])
    text += kind.element("ParticipantObjectIDTypeCode")
    text +=
      isQuery
      ? "<ParticipantObjectQuery>\(base64(name))</ParticipantObjectQuery>"
      : "<ParticipantObjectName>\(AuditMessage.escaped(name))</ParticipantObjectName>"
    for detail in details {
      text +=
        AuditMessage.open("ParticipantObjectDetail", [("type", detail.type), ("value", base64(detail.value))])
        .dropLast() + "/>"
    }
    if let accession {
      text +=
        "<ParticipantObjectDescription>"
        + AuditMessage.open("Accession", [("Number", accession)]).dropLast() + "/></ParticipantObjectDescription>"
    }
    return text + "</ParticipantObjectIdentification>"
  }
}
