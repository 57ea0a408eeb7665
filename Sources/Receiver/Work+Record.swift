internal import Journal
internal import Records

extension Work {
  /// What the EHR is told of an imported parcel: nothing of instances that had all been imported before.
  func recordMessages(for parcel: InboundParcel) throws -> [RecordMessage] {
    guard parcel.duplicates < parcel.instances, let patient = parcel.patient else { return [] }
    let message = try RecordWriter(configuration, patients: patients).result(
      for: parcel, patient: patient, study: parcel.study, knowing: journal.recordMessages(parcel: parcel.id))
    return [message].compactMap(\.self)
  }
}
