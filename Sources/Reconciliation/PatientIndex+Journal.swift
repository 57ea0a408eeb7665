internal import Journal
internal import Patients

extension PatientIndex {
  /// So many patients are taken over at once.
  private static let portion = 5000

  /// Takes over the patients that a journal of an earlier version has. Interrupted, it is done once more: the journal
  /// forgets its patients last.
  ///
  /// - Parameter scheme: the code of the site's national identifier.
  func takeOver(from journal: Journal, scheme: String) throws {
    var former = try journal.formerPatients(after: "", limit: Self.portion)
    guard !former.isEmpty else { return }
    try adopt(named: "journal") {
      let patients = former.map { Patient($0, scheme: scheme) }
      former = try former.last.map { try journal.formerPatients(after: $0.localID, limit: Self.portion) } ?? []
      return patients
    }
    try journal.forgetFormerPatients()
  }
}

extension Patient {
  fileprivate init(_ former: FormerPatient, scheme: String) {
    self.init(
      LocalIdentifier(former.localID),
      nationalNumbers: former.nationalID.map { [NationalNumber($0, scheme: scheme)] } ?? [],
      names: [PatientName(.legal, family: former.family, given: former.given)]
        + (former.birthName.map { [PatientName(.birth, family: $0, given: "")] } ?? []),
      birthDate: former.birthDate, sex: former.sex, active: former.active, isDeceased: former.deceased != nil,
      deceased: former.deceased)
  }
}
