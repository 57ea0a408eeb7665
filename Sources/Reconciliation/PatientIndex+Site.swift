public import Journal
public import Patients
public import Site

extension PatientIndex {
  /// Opens a site's patient index; the patients that a journal of an earlier version has are taken over first.
  public static func open(_ configuration: Configuration, journal: Journal) throws -> PatientIndex {
    let index = try PatientIndex(at: configuration.patientIndex)
    try index.takeOver(from: journal, scheme: configuration.reconcile.nationalIDs.first ?? "")
    return index
  }
}

extension PatientSettings {
  /// How a site's lists and feeds are read.
  public init(_ configuration: Configuration) {
    let patients = configuration.patients
    self.init(
      schemes: configuration.reconcile.schemes, ownAuthorities: patients.authorities,
      dateOrder: patients.dates.flatMap { DateOrder(rawValue: $0.rawValue) },
      encoding: ListEncoding(rawValue: patients.encoding.rawValue) ?? .automatic, columns: patients.columns,
      mostBad: patients.badRows / 100)
  }
}
