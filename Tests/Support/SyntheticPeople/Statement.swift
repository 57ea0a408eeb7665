import Reconciliation

/// What a sender has in its own list of somebody, before it is written into a study.
struct Statement {
  var family: String
  var given: [String]
  var suffix: String?
  var birthName: String?
  var prefix = ""
  var birthDate: String?
  var sex: String?
  var number: String?
  /// Without dots or a name before it, whatever the manner of writing.
  var isBare = false
  var secondNumber: String?
  var hasHospitalNumberAsNational = false
  var isDeidentified = false
  var studyDate = "20260115"
  /// Written already: (0010,0010).
  var name: String?

  init(of human: Human) {
    family = human.family
    given = human.index % 3 == 0 ? human.given : [human.given[0]]
    suffix = human.suffix
    birthName = human.birthName
    birthDate = human.birthDate.text
    sex = human.sex.rawValue
    number = human.number
  }
}
