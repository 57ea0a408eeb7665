import Patients
import NationalID
import Reconciliation

/// Synthetic people of whom the tests tell.
enum People {
  static let niss = "85073003328"
  static let issuer = "2.16.840.1.113883.3.6777.5.1"

  static func local(
    _ localID: String = "L1", family: String = "Peeters", given: String = "Jan", birthName: String? = nil,
    birthDate: String? = "19850730", sex: String? = "M", active: Bool = true, deceased: String? = nil,
    nationalID: String? = niss
  ) -> Patient {
    Patient(
      localID: localID, nationalID: nationalID, family: family, given: given, birthName: birthName,
      birthDate: birthDate, sex: sex, active: active, deceased: deceased)
  }

  static func national(
    _ value: String = niss, in source: SenderIdentifier.Source = .otherPatientIDsSequence, issuer: String? = nil,
    issuerUID: String? = issuer
  ) -> SenderIdentifier {
    SenderIdentifier(source: source, value: value, issuer: issuer, issuerUID: issuerUID)
  }

  static func sender(
    _ name: String? = "PEETERS^JAN", identifiers: [SenderIdentifier] = [national()], birthName: String? = nil,
    otherNames: [String] = [], birthDate: String? = "19850730", sex: String? = "M", isDeidentified: Bool = false,
    studyDate: String? = "20260102"
  ) -> StudyIdentity {
    StudyIdentity(
      identifiers: identifiers, name: name, birthName: birthName, otherNames: otherNames, birthDate: birthDate,
      sex: sex, isDeidentified: isDeidentified, studyDate: studyDate)
  }

  static func decide(
    _ identities: StudyIdentity..., among patients: [Patient] = [local()],
    policy: MatchingPolicy = MatchingPolicy(schemes: [.belgium])
  ) -> Decision {
    do {
      return try policy.decide(identities, among: PatientArray(patients: patients))
    } catch {
      preconditionFailure("an array does not fail: \(error)")
    }
  }
}

/// Some local patients.
struct PatientArray: LocalPatients {
  let patients: [Patient]

  func patients(nationalID: String) -> [Patient] {
    patients.filter { $0.nationalNumbers.contains { $0.value == nationalID } }
  }

  func neighbours(birthDate: String, _ isWanted: (String, String, String?) throws -> Bool) rethrows -> [Patient] {
    try patients.filter { try $0.birthDate == birthDate && isWanted($0.family, $0.given, $0.birthName) }
  }

  func namesakes(of name: String) -> [Patient] { patients }

  func patients(like traces: PatientTraces) -> [Patient] { patients }

  func frequency(ofName name: String) -> Double { 0.001 }
}

extension Decision {
  var codes: [Code] { reasons.map(\.code) }
}
