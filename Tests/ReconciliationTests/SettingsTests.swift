import Site
import Testing

@testable import Patients
@testable import Reconciliation

@Suite struct SettingsTests {
  /// What a configuration may name is what a list may have.
  @Test func everyColumnCanBeNamed() {
    #expect(Configuration.Patients.columnNames == ListColumns.names)
    #expect(Configuration.Patients.Encoding.allCases.map(\.rawValue) == ListEncoding.allCases.map(\.rawValue))
    #expect(
      Configuration.Patients.DateOrder.allCases.map(\.rawValue) == PatientSettings.DateOrder.allCases.map(\.rawValue))
  }
}
