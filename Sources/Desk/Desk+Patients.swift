public import Journal
internal import Reconciliation

extension Desk {
  /// Replaces the patient index by a list: all of it or nothing.
  ///
  /// - Parameters:
  ///   - csv: the list, as `patients/` takes it.
  ///   - name: the file's name, for the history.
  ///   - mayShrink: the index may become more than a fifth smaller.
  /// - Returns: how many patients the index had before and has now.
  public func importPatients(_ csv: [UInt8], name: String, mayShrink: Bool) throws -> (before: Int, after: Int) {
    let patients = try PatientList.read(csv: csv, schemes: configuration.reconcile.schemes)
    return try journal.replacePatients(patients, mayShrink: mayShrink) { [actor] before in
      Event(
        "patients", by: actor.name, file: name, "\(actor.name) imported \(patients.count) patients; before: \(before).")
    }
  }

  /// Patients of the index whose number, national identifier or name contains the text.
  public func findPatients(_ text: String, limit: Int = 100) throws -> [Patient] {
    try journal.findPatients(text, limit: limit)
  }
}
