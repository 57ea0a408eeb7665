import Desk
import Journal

extension Subject {
  /// The patient's name as people read it; else the number.
  var patient: String? {
    let name = patientName?.split(separator: "=").first?.split(separator: "^").map(String.init) ?? []
    guard let family = name.first else { return patientID }
    return name.count > 1 ? "\(family), \(name.dropFirst().filter { !$0.isEmpty }.joined(separator: " "))" : family
  }

  /// The day of the study, as `2026-11-28`.
  var day: String? {
    guard let date = studyDate, date.utf8.count == 8, date.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return studyDate
    }
    return "\(date.prefix(4))-\(date.dropFirst(4).prefix(2))-\(date.suffix(2))"
  }
}

extension Fields {
  /// Whom and what a study is about.
  mutating func add(_ subject: Subject?) {
    add("patient", subject?.patient)
    add("patient ID", subject?.patientID)
    add("born", subject?.birthDate)
    add("study date", subject?.day)
    add("modality", subject?.modality)
    add("description", subject?.description)
    add("accession", subject?.accessionNumber)
  }
}

extension Desk.Described {
  /// The names of its columns: whom, when and what.
  static var header: [String] { ["PATIENT", "STUDY DATE", "DESCRIPTION"] }

  /// Its cells.
  var cells: [String?] { [subject?.patient, subject?.day, subject?.description] }

  /// The object of the thing itself, with these keys beside its own.
  func json(_ object: JSON) -> JSON {
    guard case .object(var members) = object else { return object }
    members["patient_name"] = JSON(subject?.patientName)
    members["patient_id"] = JSON(subject?.patientID)
    members["study_date"] = JSON(subject?.studyDate)
    members["description"] = JSON(subject?.description)
    return .object(members)
  }
}
