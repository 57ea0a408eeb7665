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
    // Of a study that comes in portions the EHR is told once, when all are here.
    guard parcel.portion == nil, parcel.duplicates < parcel.instances, let patient = parcel.patient else { return [] }
    let message = try writer.result(for: parcel, patient: patient, study: parcel.study, knowing: known)
    return [message].compactMap(\.self)
  }

  /// What the EHR is told of an urgent study whose portions are all here: of each patient once, with the images of all
  /// portions. What a person split was told when it was imported.
  func recordMessages(forPortions parcels: [InboundParcel]) throws -> [RecordMessage] {
    let writer = RecordWriter(configuration, patients: patients)
    let told = parcels.filter { $0.portion != nil && $0.split == nil && $0.duplicates < $0.instances }
    return try Dictionary(grouping: told) { $0.patient ?? "" }.sorted { $0.key < $1.key }.compactMap { patient, parts in
      guard let last = parts.last else { return nil }
      return try writer.result(
        for: last, patient: patient, study: last.study, instances: parts.reduce(0) { $0 + $1.instances },
        knowing: journal.recordMessages(parcel: last.id))
    }
  }
}
