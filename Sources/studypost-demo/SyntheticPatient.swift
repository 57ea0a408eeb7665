/// A patient who does not exist.
struct SyntheticPatient {
  let localID, family, given, birthDate, sex: String

  /// Those whom ch2 knows.
  static let all = [
    traveller,
    SyntheticPatient(localID: "900002", family: "TEST", given: "SPHERE", birthDate: "19620101", sex: "F"),
    SyntheticPatient(localID: "900003", family: "TEST", given: "CYLINDER", birthDate: "19740101", sex: "M"),
  ]

  /// The one whose study travels.
  static let traveller = SyntheticPatient(
    localID: "900001", family: "TEST", given: "PHANTOM", birthDate: "19500101", sex: "M")

  /// A valid Belgian number: `YYMMDD`, the serial number and the check digits, for births before 2000.
  ///
  /// The serial number is the last that a day has for men or for women, lest it be somebody's.
  var nationalID: String {
    let nine = birthDate.dropFirst(2) + (sex == "M" ? "997" : "998")
    let check = String(97 - (Int(nine) ?? 0) % 97)
    return nine + (check.count < 2 ? "0" : "") + check
  }

  private static let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active"

  /// The list as an EHR writes it.
  static func csv(_ patients: [SyntheticPatient]) -> String {
    let rows = patients.map {
      [$0.localID, $0.nationalID, $0.family, $0.given, "", $0.birthDate, $0.sex, "true"].joined(separator: ",")
    }
    return ([header] + rows).joined(separator: "\n") + "\n"
  }
}
