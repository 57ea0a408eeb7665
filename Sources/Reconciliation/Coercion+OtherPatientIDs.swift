import DICOM
import NationalID

extension Coercion {
  /// The items that (0010,1002) Other Patient IDs Sequence lacks: the sender's ID and the patient's national one.
  func otherPatientIDs(of dataSet: DataSet) -> [NewDataSet] {
    let present = dataSet.items(.otherPatientIDsSequence)
    return [senderID(of: dataSet, besides: present), nationalID(besides: present)].compactMap { $0 }
  }

  /// The sender's ID under the issuer that the instance names, else under the sender's own name.
  private func senderID(of dataSet: DataSet, besides present: [DataSet]) -> NewDataSet? {
    guard let id = dataSet.conforming(.patientID), !id.isEmpty else { return nil }
    let named = dataSet.conforming(.issuerOfPatientID).flatMap(\.nilIfEmpty)
    let isPresent = present.contains { item in
      item.conforming(.patientID) == id && item.conforming(.issuerOfPatientID).flatMap(\.nilIfEmpty) == named
        && item.issuerUID == dataSet.issuerUID
    }
    if isPresent, named != nil || dataSet.issuerUID != nil { return nil }
    var item = NewDataSet()
    item.set(.patientID, .string(id))
    if let issuer = named ?? (dataSet.issuerUID == nil ? sender.uppercased() : nil) {
      item.set(.issuerOfPatientID, .string(issuer))
    }
    item.set(.typeOfPatientID, "TEXT")
    item.setOriginal(.issuerOfPatientIDQualifiersSequence)
    return item
  }

  private func nationalID(besides present: [DataSet]) -> NewDataSet? {
    guard let nationalID = patient.nationalID, let identifier = try? schemes.validate(nationalID).get(),
      let scheme = schemes.first(where: { $0.code == identifier.scheme })
    else { return nil }
    let isPresent = present.contains { item in
      guard let uid = item.issuerUID, scheme.isIssuer(uid), let value = item.conforming(.patientID) else {
        return false
      }
      return value == nationalID || (try? scheme.validate(value).get())?.value == nationalID
    }
    if isPresent { return nil }
    var item = NewDataSet()
    item.set(.patientID, .string(nationalID))
    item.set(.issuerOfPatientID, .string(scheme.name))
    item.set(.typeOfPatientID, "TEXT")
    if let issuer = identifier.issuer {
      var qualifiers = NewDataSet()
      qualifiers.set(.universalEntityID, .string(issuer))
      qualifiers.set(.universalEntityIDType, "ISO")
      qualifiers.set(.identifierTypeCode, "NI")
      item.set(.issuerOfPatientIDQualifiersSequence, .items([qualifiers]))
    }
    return item
  }
}

extension DataSet {
  /// The issuer's universal entity ID, (0010,0024)>(0040,0032).
  fileprivate var issuerUID: String? {
    items(.issuerOfPatientIDQualifiersSequence).first?.conforming(.universalEntityID).flatMap(\.nilIfEmpty)
  }
}
