/// A plainly synthetic patient.
struct Person {
  var localID: String
  var nationalID: String
  var family: String
  var given: String
  /// `YYYYMMDD`.
  var birthDate: String
  var sex: String

  /// The n-th patient, with a valid Belgian register number: 97 − (the first nine digits mod 97), with a 2 in front of
  /// them for who was born in 2000 or later.
  init(_ number: Int) {
    let year = 1940 + number * 7 % 80
    let month = 1 + number % 12
    let day = 1 + number % 28
    let isMale = number % 2 == 1
    func digits(_ value: Int, _ width: Int) -> String {
      let text = "\(value)"
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    // An odd serial number is a man's.
    let serial = 100 + number * 2 % 800 + (isMale ? 1 : 0)
    let nine = digits(year % 100, 2) + digits(month, 2) + digits(day, 2) + digits(serial, 3)
    let check = 97 - (Int((year >= 2000 ? "2" : "") + nine) ?? 0) % 97
    localID = "L\(1000 + number)"
    nationalID = nine + digits(check, 2)
    let words = ["Essai", "Proef", "Muster", "Sample", "Prova", "Ejemplo"]
    family = "\(words[number % words.count])-\(["Alpha", "Beta", "Gamma", "Delta"][number % 4])"
    given = isMale ? "Testard" : "Testine"
    birthDate = "\(year)\(digits(month, 2))\(digits(day, 2))"
    sex = isMale ? "M" : "F"
  }

  /// The CSV of a patient list.
  static func list(_ people: [Person]) -> String {
    let header = "local_id,national_id,family,given,birth_name,birth_date,sex,active\n"
    return header
      + people.map {
        "\($0.localID),\($0.nationalID),\($0.family),\($0.given),,\($0.birthDate),\($0.sex),1\n"
      }.joined()
  }
}
