public import FoundationEssentials

/// What the patient record is told of a study that was imported from outside.
public struct ImportedStudy: Sendable {
  /// The site that imported it: MSH-4.
  public var sendingSite: String
  /// The message's own identifier, by which it is acknowledged: MSH-10.
  public var controlID: String
  /// When the message is made: MSH-7, in UTC.
  public var created: Date

  /// The patient's identifier at this site.
  public var localID: String
  /// Who assigns it: a name, or an OID.
  public var localAuthority: String
  /// The patient's national identifier, if known.
  public var nationalID: String?
  /// The OID of the national identifier's issuer.
  public var nationalAuthority: String
  /// The patient's family name.
  public var family: String
  /// The patient's given name.
  public var given: String
  /// The patient's birth date as DICOM writes it (`YYYYMMDD`); left out when it is not of that form.
  public var birthDate: String
  /// The patient's sex as DICOM writes it: `M`, `F` or `O`; anything else is sent as `U`, unknown.
  public var sex: String

  /// This site's number for the result, its filler order number: ORC-3 and OBR-3.
  public var fillerNumber: String
  /// The Study Instance UID.
  public var studyUID: String
  /// The study's date as DICOM writes it (`YYYYMMDD`); left out when it is not of that form.
  public var studyDate: String
  /// The study's time as DICOM writes it (`HH`, `HHMM`, `HHMMSS`, a fraction); left out when it is not of that form.
  public var studyTime: String
  /// The modality, such as `CT`.
  public var modality: String
  /// One sentence for the physician.
  public var sentence: String
  /// It was told of the wrong patient before, and is taken back.
  public var isWrong = false

  /// All of it.
  public init(
    sendingSite: String, controlID: String, created: Date, localID: String, localAuthority: String,
    nationalID: String?, nationalAuthority: String, family: String, given: String, birthDate: String, sex: String,
    fillerNumber: String, studyUID: String, studyDate: String, studyTime: String, modality: String, sentence: String
  ) {
    self.sendingSite = sendingSite
    self.controlID = controlID
    self.created = created
    self.localID = localID
    self.localAuthority = localAuthority
    self.nationalID = nationalID
    self.nationalAuthority = nationalAuthority
    self.family = family
    self.given = given
    self.birthDate = birthDate
    self.sex = sex
    self.fillerNumber = fillerNumber
    self.studyUID = studyUID
    self.studyDate = studyDate
    self.studyTime = studyTime
    self.modality = modality
    self.sentence = sentence
  }
}

extension Message {
  /// The unsolicited result, ORU^R01, that tells the patient record of an imported study (2.5.1, 7.3.1).
  ///
  /// One that is wrong is told again with the same filler order number: OBX-11 `W`, the original was transmitted for the
  /// wrong patient (table 0085), in an order with corrected results, OBR-25 `C` (table 0123).
  public static func result(for study: ImportedStudy) -> Message {
    let date = digits(study.studyDate, [8])
    let time = digits(String(study.studyTime.prefix { $0 != "." }), [2, 4, 6])
    return Message([
      header(["ORU", "R01", "ORU_R01"], from: study.sendingSite, controlID: study.controlID, created: study.created),
      patient(
        [(study.localID, study.localAuthority, "PI"), (study.nationalID, study.nationalAuthority, "NI")],
        family: study.family, given: study.given, birthDate: study.birthDate, sex: study.sex),
      Segment("PV1", [1: "1", 2: "O"]),
      Segment("ORC", [1: "RE", 3: Field(study.fillerNumber)]),
      Segment(
        "OBR",
        [
          1: "1", 3: Field(study.fillerNumber), 4: Field(components: ["EXTIMG", "Outside images available", "L"]),
          7: Field(date.isEmpty ? "" : date + time), 24: Field(study.modality), 25: study.isWrong ? "C" : "R",
        ]),
      Segment(
        "OBX",
        [
          1: "1", 2: "ST", 3: Field(components: ["113014", "DICOM Study", "DCM"]), 5: Field(study.studyUID),
          11: study.isWrong ? "W" : "O",
        ]),
      Segment(
        "OBX",
        [
          1: "2", 2: "TX", 3: Field(components: ["18748-4", "Diagnostic imaging study", "LN"]),
          5: Field(study.sentence), 11: study.isWrong ? "W" : "F",
        ]),
    ])
  }

  // MARK: What messages have in common

  /// MSH of a message of this program: 2.5.1, in UTF-8.
  static func header(_ type: [String], from site: String, controlID: String, created: Date) -> Segment {
    Segment(
      "MSH",
      [
        3: "STUDYPOST", 4: Field(site), 7: Field(timestamp(created)), 9: Field(components: type), 10: Field(controlID),
        11: "P", 12: "2.5.1", 18: "UNICODE UTF-8",
      ])
  }

  /// PID: who it is.
  ///
  /// - Parameter identifiers: each with who assigns it and its type of table 0203; one that is not known is left out.
  static func patient(
    _ identifiers: [(number: String?, authority: String, type: String)], family: String, given: String,
    birthDate: String, sex: String
  ) -> Segment {
    let known = identifiers.compactMap { identifier in
      identifier.number.map { [[$0], [], [], authority(identifier.authority), [identifier.type]] }
    }
    return Segment(
      "PID",
      [
        1: "1", 3: Field(repetitions: known),
        5: Field(components: [family, given, "", "", "", "", "L"]), 7: Field(digits(birthDate, [8])),
        8: Field(["M", "F", "O"].contains(sex) ? sex : "U"),
      ])
  }

  /// A hierarchic designator: an OID with its type, or a name (2.5.1, 2A.33).
  static func authority(_ name: String) -> [String] {
    let isOID = name.contains(".") && name.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    return isOID ? ["", name, "ISO"] : [name]
  }

  static func digits(_ text: String, _ lengths: [Int]) -> String {
    lengths.contains(text.utf8.count) && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? text : ""
  }

  /// A time stamp to the second, in UTC (2.5.1, 2A.22).
  static func timestamp(_ date: Date) -> String {
    let style = Date.ISO8601FormatStyle(
      dateSeparator: .omitted, dateTimeSeparator: .standard, timeSeparator: .omitted, timeZoneSeparator: .omitted,
      includingFractionalSeconds: false)
    return String(style.format(date).filter(\.isNumber).prefix(14)) + "+0000"
  }
}
