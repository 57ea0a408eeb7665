internal import Journal
internal import Records

extension Work {
  /// What the EHR is told of an imported parcel, of each patient: nothing of instances that had all been imported before.
  func recordMessages(for parcel: InboundParcel) throws -> [RecordMessage] {
    let writer = RecordWriter(configuration, patients: patients)
    var known = try journal.recordMessages(parcel: parcel.id)
    if let split = parcel.split {
      return try split.given.compactMap { share in
        let message = try writer.result(for: parcel, share, knowing: known)
        known += [message].compactMap(\.self)
        return message
      }
    }
    guard parcel.duplicates < parcel.instances, let patient = parcel.patient else { return [] }
    let message = try writer.result(for: parcel, patient: patient, study: parcel.study, knowing: known)
    return [message].compactMap(\.self)
  }
}
