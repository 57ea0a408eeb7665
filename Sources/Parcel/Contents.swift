internal import FoundationEssentials
internal import SystemPackage

/// `contents.json`: the first member of the payload, which announces all others.
public struct Contents: Codable, Sendable, Equatable {
  /// The only format that this version knows.
  public static let format = "studypost-contents/1"
  /// The highest number that a file name in the tar can carry.
  static let most = 99_999_999
  /// Its name in the tar.
  public static let name = "contents.json"

  /// Whether this is the study or what came after it.
  public enum Part: String, Codable, Sendable {
    case complete
    case supplement
  }

  /// What showed that the study was complete.
  public struct Closed: Codable, Sendable, Equatable {
    /// `quiet`, `marker`, `count`, or `manual`.
    public var rule: String
    /// With `quiet`: how long nothing had come.
    public var seconds: Double?
    /// (0020,1208), where a file carries it.
    public var expected: Int?

    /// Creates the evidence.
    public init(rule: String, seconds: Double? = nil, expected: Int? = nil) {
      self.rule = rule
      self.seconds = seconds
      self.expected = expected
    }
  }

  /// What named the recipient.
  public struct Route: Codable, Sendable, Equatable {
    /// `folder`, `manual`, or the element that named the recipient.
    public var rule: String
    /// The name that stood there.
    public var value: String

    /// Creates the evidence.
    public init(rule: String, value: String) {
      self.rule = rule
      self.value = value
    }
  }

  /// One DICOM file.
  public struct Instance: Codable, Sendable, Equatable {
    /// Its name in the tar: `dicom/00000001.dcm`.
    public var file: String
    /// (0008,0018).
    public var sopInstanceUID: String
    /// (0008,0016).
    public var sopClassUID: String
    /// (0020,000E).
    public var seriesInstanceUID: String
    /// (0002,0010), or what the file shows.
    public var transferSyntaxUID: String
    /// The file's size.
    public var bytes: Int64
    /// Of the original, lower-case hexadecimal.
    public var sha256: String
    /// A transformation of the pixel bytes. Format 1 as this version knows it has none: a parcel with one is refused.
    public var filter: String?

    /// Creates the announcement of the file with this number, counted from 1.
    public init(
      number: Int, sopInstanceUID: String, sopClassUID: String, seriesInstanceUID: String, transferSyntaxUID: String,
      bytes: Int64, sha256: String
    ) {
      file = Contents.name(ofInstance: number)
      self.sopInstanceUID = sopInstanceUID
      self.sopClassUID = sopClassUID
      self.seriesInstanceUID = seriesInstanceUID
      self.transferSyntaxUID = transferSyntaxUID
      self.bytes = bytes
      self.sha256 = sha256
    }
  }

  /// ``Contents/format``.
  public var format: String
  /// Study Instance UID.
  public var study: String
  /// The study, or what came after it.
  public var part: Part
  /// What showed that it was complete.
  public var closedBy: Closed
  /// What named the recipient.
  public var route: Route
  /// In the order of the tar.
  public var instances: [Instance]

  /// Creates the announcement of a study.
  public init(study: String, part: Part, closedBy: Closed, route: Route, instances: [Instance]) {
    format = Contents.format
    self.study = study
    self.part = part
    self.closedBy = closedBy
    self.route = route
    self.instances = instances
  }

  /// The name of an instance in the tar, by its number counted from 1.
  public static func name(ofInstance number: Int) -> String {
    let digits = String(number)
    return "dicom/" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits + ".dcm"
  }

  /// Reads `contents.json` and holds it against the manifest that announced it.
  ///
  /// - Throws: ``ParcelError`` `contents`.
  init(parsing bytes: [UInt8], manifest: Manifest, file: FilePath) throws {
    func bad(_ what: String) -> ParcelError { ParcelError(.contents, file, "contents.json \(what)") }
    do {
      self = try JSONDecoder().decode(Contents.self, from: Data(bytes))
    } catch {
      throw bad("is not what it should be: \(shortened(error)).")
    }
    guard format == Contents.format else { throw bad("has a format that this version does not know.") }
    guard isUID(study) else { throw bad("names a study by something that is no UID.") }
    guard instances.count == manifest.instances else {
      throw bad("announces \(instances.count) instances, the manifest \(manifest.instances).")
    }
    var total = Int64(bytes.count)
    var seen: Set<String> = []
    for (index, instance) in instances.enumerated() {
      let number = index + 1
      guard instance.file == Contents.name(ofInstance: number) else { throw bad("misnames instance \(number).") }
      guard instance.filter == nil else { throw bad("uses a pixel filter that this version does not know.") }
      guard isUID(instance.sopInstanceUID), isUID(instance.sopClassUID), isUID(instance.seriesInstanceUID),
        isUID(instance.transferSyntaxUID)
      else { throw bad("gives instance \(number) something that is no UID.") }
      guard isDigest(instance.sha256), instance.bytes >= 1 else {
        throw bad("gives instance \(number) a size or digest that cannot be.")
      }
      guard seen.insert(instance.sopInstanceUID).inserted else {
        throw bad("announces one SOP Instance UID twice, the second time as instance \(number).")
      }
      let (sum, overflow) = total.addingReportingOverflow(instance.bytes)
      guard !overflow, sum <= manifest.expanded else {
        throw bad("announces more bytes than the manifest: \(manifest.expanded).")
      }
      total = sum
    }
    guard total == manifest.expanded else {
      throw bad("announces \(total) bytes with itself, the manifest \(manifest.expanded).")
    }
  }
}
