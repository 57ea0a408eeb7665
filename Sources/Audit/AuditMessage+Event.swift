internal import FoundationEssentials
internal import Journal

extension AuditMessage.Code {
  fileprivate static let activity = Self(code: "110100", meaning: "Application Activity")
  fileprivate static let begin = Self(code: "110102", meaning: "Begin Transferring DICOM Instances")
  fileprivate static let transferred = Self(code: "110104", meaning: "DICOM Instances Transferred")
  fileprivate static let record = Self(code: "110110", meaning: "Patient Record")
  fileprivate static let query = Self(code: "110112", meaning: "Query")
  fileprivate static let alert = Self(code: "110113", meaning: "Security Alert")
  fileprivate static let started = Self(code: "110120", meaning: "Application Start")
  fileprivate static let stopped = Self(code: "110121", meaning: "Application Stop")
  fileprivate static let configuration = Self(code: "110129", meaning: "Security Configuration")
  fileprivate static let restricted = Self(code: "110132", meaning: "Use of Restricted Function")
  fileprivate static let application = Self(code: "110150", meaning: "Application")
  fileprivate static let launcher = Self(code: "110151", meaning: "Application Launcher")
  fileprivate static let destination = Self(code: "110152", meaning: "Destination Role ID")
  fileprivate static let source = Self(code: "110153", meaning: "Source Role ID")
  fileprivate static let study = Self(code: "110180", meaning: "Study Instance UID")
  fileprivate static let node = Self(code: "110182", meaning: "Node ID")
  fileprivate static let patient = Self(code: "2", system: "RFC-3881", meaning: "Patient Number")
  fileprivate static let search = Self(code: "10", system: "RFC-3881", meaning: "Search Criteria")
}

extension AuditMessage {
  /// What a line of the history is for others; nil where it is a step of this program's own.
  ///
  /// - Parameters:
  ///   - site: this site.
  ///   - machine: this machine's name.
  init?(_ event: Event, _ subject: Subject?, at site: String, on machine: String) {
    guard let kind = Self.kinds[event.what] else { return nil }
    (self.event, type, action, outcome) = (kind.event, kind.type, kind.action, kind.outcome)
    at = event.at
    sentence = event.detail
    self.site = site
    // Who was shown one patient read a record; who searched asked a question.
    if event.what == "disclosed", event.patient == nil, event.parcel == nil {
      (self.event, action) = (.query, "E")
    }
    let person = event.actor.map { Participant(user: $0, isRequestor: true) }
    let here = Participant(user: "studypost", isRequestor: person == nil, machine: machine)
    var (from, to) = (here, here)
    participants = [here]
    if let partner = event.site, kind.event == .begin || kind.event == .transferred {
      (from.role, to.role) = (.source, .destination)
      let there = Participant(
        user: partner, isRequestor: false, role: kind.isInbound ? .source : .destination)
      participants = kind.isInbound ? [there, to] : [from, there]
    }
    participants += [person].compactMap(\.self)
    objects = Self.objects(event, subject, isAlert: kind.event == .alert)
  }

  /// The start or the end of the program that writes the trail.
  init(started: Bool, at site: String, on machine: String, time: String) {
    (event, type, action, at) = (.activity, started ? .started : .stopped, "E", time)
    sentence = started ? "The audit trail is followed from here on." : "The audit trail is followed no further."
    self.site = site
    participants = [Participant(user: "studypost", isRequestor: false, role: .application, machine: machine)]
    objects = []
  }

  private struct Kind {
    var event: Code
    var action: String
    var type: Code?
    var outcome = "0"
    var isInbound = false
  }

  /// What others must know of: what came, what left, who decided, who was shown what, and who changed the site.
  private static let kinds: [String: Kind] = {
    var kinds: [String: Kind] = [
      "shipped": Kind(event: .begin, action: "E"), "delivered": Kind(event: .transferred, action: "C"),
      "refused": Kind(event: .transferred, action: "C", outcome: "4"),
      "expired": Kind(event: .transferred, action: "C", outcome: "4"),
      "imported": Kind(event: .transferred, action: "C", isInbound: true),
      "quarantined": Kind(event: .transferred, action: "C", outcome: "4", isInbound: true),
      "rejected": Kind(event: .transferred, action: "C", outcome: "4", isInbound: true),
      "disclosed": Kind(event: .record, action: "R"), "requested": Kind(event: .record, action: "C"),
      "receipt-ignored": Kind(event: .alert, action: "E", type: .restricted, outcome: "4"),
    ]
    for decided in ["reconciled", "accepted", "undone", "split"] { kinds[decided] = Kind(event: .record, action: "U") }
    for change in [
      "partner-added", "partner-removed", "keys-prepared", "keys-changed", "keys-pruned", "trust-changed",
      "folder-confirmed", "restored", "rebuilt",
    ] { kinds[change] = Kind(event: .alert, action: "E", type: .configuration) }
    return kinds
  }()

  private static func objects(_ event: Event, _ subject: Subject?, isAlert: Bool) -> [Object] {
    var objects: [Object] = []
    if isAlert {
      objects.append(
        Object(
          kind: .node, id: event.site ?? "studypost", type: "2", role: "13", name: event.site ?? "studypost",
          details: [("Alert Description", event.detail)]))
    }
    if event.what == "disclosed", let words = event.why {
      objects.append(Object(kind: .search, id: "studypost", type: "2", role: "24", name: words, isQuery: true))
    }
    if let study = event.study {
      objects.append(
        Object(
          kind: .study, id: study, type: "2", role: "3", name: subject?.description ?? study,
          accession: subject?.accessionNumber))
    }
    if let number = event.patient ?? subject?.patientID, !number.isEmpty {
      objects.append(
        Object(
          kind: .patient, id: number, type: "1", role: "1", name: subject?.patientName ?? number,
          details: [
            ("before", event.before), ("after", event.what == "disclosed" ? nil : event.after), ("why", event.why),
          ]
          .compactMap { name, value in value.map { (name, $0) } }))
    } else if event.what == "disclosed", let shown = event.after {
      let ids = (try? JSONDecoder().decode([String].self, from: Data(shown.utf8))) ?? []
      for id in ids where id != "…" {
        objects.append(Object(kind: .patient, id: id, type: "1", role: "1", name: id))
      }
    }
    return objects
  }
}
