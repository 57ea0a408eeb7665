public import Patients

/// The local patients among whom a study's patient is looked for.
public protocol LocalPatients {
  /// All patients, active or not, that carry or carried this national identifier, in its normal spelling.
  func patients(nationalID: String) throws -> [Patient]

  /// Patients who were born on a day and whose name may be another's.
  ///
  /// - Parameters:
  ///   - birthDate: `YYYYMMDD`.
  ///   - isWanted: is asked with each one's family name, given names and name at birth.
  func neighbours(
    birthDate: String, _ isWanted: (_ family: String, _ given: String, _ birthName: String?) throws -> Bool
  ) throws -> [Patient]

  /// Patients whose names have all words of a name; some dozens at most.
  func namesakes(of name: String) throws -> [Patient]

  /// Patients who may be the one of whom only traces are known; some dozens at most.
  func patients(like traces: PatientTraces) throws -> [Patient]

  /// The share of patients who have a name, 0 to 1.
  func frequency(ofName name: String) throws -> Double
}

extension PatientIndex: LocalPatients {}
