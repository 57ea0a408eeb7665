import NationalID
public import Patients

/// A patient list as an EHR writes it.
public func patientList(_ patients: [Patient]) -> [UInt8] {
  var text = "local_id,national_id,family,given,birth_name,birth_date,sex,active,deceased\n"
  for patient in patients {
    let fields = [
      patient.localID, patient.nationalID ?? "", patient.family, patient.given, patient.birthName ?? "",
      patient.birthDate ?? "", patient.sex ?? "", patient.active ? "true" : "false",
      patient.isDeceased ? patient.deceased ?? "true" : "",
    ]
    text += fields.map { "\"\($0.replacing("\"", with: "\"\""))\"" }.joined(separator: ",") + "\n"
  }
  return Array(text.utf8)
}

extension PatientIndex {
  /// Replaces the index by a list of these patients, whose national identifiers are Belgian.
  public func replace(with patients: [Patient]) throws {
    let list = FeedSource(name: "patients.csv", bytes: patientList(patients))
    try load(list: list, PatientSettings(schemes: [.belgium], mostBad: 0), mayShrink: true)
  }
}
