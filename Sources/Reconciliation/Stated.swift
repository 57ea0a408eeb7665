internal import Crypto
internal import FoundationEssentials
public import DICOM

/// The instances of one parcel that say the very same of their patient.
public struct Stated: Codable, Sendable, Equatable {
  /// One series of them.
  public struct Series: Codable, Sendable, Equatable {
    /// Series Instance UID.
    public let uid: String
    /// (0008,0060) and (0008,103E) of its first instance.
    public let modality, description: String?
    /// How many of these instances are in it.
    public internal(set) var instances: Int
  }

  /// ``StudyIdentity/statement`` of each.
  public let key: String
  /// What they say.
  public internal(set) var identity: StudyIdentity
  /// How many there are.
  public internal(set) var instances: Int
  /// Their series, the first hundred.
  public internal(set) var series: [Series]

  /// More series are not listed.
  static let mostSeries = 100
}

/// What the instances of a parcel say of their patients, one entry for each different statement.
public struct Statements: Sendable {
  /// In the order in which they came.
  public private(set) var all: [Stated] = []
  /// More are not told apart.
  private static let most = 4 * StudyIdentity.mostPatients
  private var isTooMany = false

  /// None yet.
  public init() {}

  /// Counts an instance.
  public mutating func take(_ identity: StudyIdentity, series uid: String, of file: DICOMFile) {
    let key = identity.statement
    guard let index = all.firstIndex(where: { $0.key == key }) else {
      guard all.count < Self.most else { return isTooMany = true }
      all.append(Stated(key: key, identity: identity, instances: 1, series: [Stated.Series(uid, of: file)]))
      return
    }
    all[index].instances += 1
    all[index].identity = all[index].identity.merged(with: identity) ?? all[index].identity
    if let series = all[index].series.firstIndex(where: { $0.uid == uid }) {
      all[index].series[series].instances += 1
    } else if all[index].series.count < Stated.mostSeries {
      all[index].series.append(Stated.Series(uid, of: file))
    }
  }

  /// As the journal keeps it: an empty list where there are more than can be told apart.
  public var encoded: String {
    get throws { String(decoding: try JSONEncoder().encode(isTooMany ? [] : all), as: UTF8.self) }
  }
}

extension Stated.Series {
  fileprivate init(_ uid: String, of file: DICOMFile) {
    func text(_ tag: Tag) -> String? { if case let text? = try? file.dataSet.string(tag) { text } else { nil } }
    self.init(uid: uid, modality: text(.modality), description: text(.seriesDescription), instances: 1)
  }
}

extension StudyIdentity {
  /// By which an instance is told from one that says anything else of its patient: a digest of exactly that.
  public var statement: String {
    let fields = [
      patientID?.value, patientID?.issuer, patientID?.issuerUID, name, birthDate, sex, isDeidentified ? "YES" : nil,
    ]
    // A length before each, so that no two lists look alike.
    let text = fields.map { $0.map { "\($0.utf8.count):\($0)" } ?? "-" }.joined(separator: ",")
    return SHA256.hash(data: Array(text.utf8)).prefix(16).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 0x0F, radix: 16)
    }.joined()
  }

  /// How much of a patient it names.
  var fullness: Int {
    [patientID?.value, patientID?.issuer, patientID?.issuerUID, name, birthDate, sex].count { $0 != nil }
  }
}
