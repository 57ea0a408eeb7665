internal import FoundationEssentials

/// What a FHIR R4 Patient says (hl7.org/fhir/R4/patient.html), as far as a patient index needs it.
public struct PatientResource: Codable, Sendable, Hashable {
  /// The server's own name for it.
  public var id: String?
  /// When it changed last, `meta.lastUpdated`.
  public var meta: Meta?
  /// Its numbers.
  public var identifier: [Identifier]?
  /// Whether the record is in use; it is where nothing is said.
  public var active: Bool?
  /// Its names.
  public var name: [HumanName]?
  /// `male`, `female`, `other` or `unknown`.
  public var gender: String?
  /// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
  public var birthDate: String?
  /// Whether the patient died.
  public var deceasedBoolean: Bool?
  /// When the patient died.
  public var deceasedDateTime: String?
  /// Other records of the same person.
  public var link: [Link]?

  /// What the server says of the resource.
  public struct Meta: Codable, Sendable, Hashable {
    /// An instant: `2026-11-28T10:00:00.000+01:00`.
    public var lastUpdated: String?
  }

  /// A number with who issues it.
  public struct Identifier: Codable, Sendable, Hashable {
    /// `usual`, `official`, `temp`, `secondary` or `old`.
    public var use: String?
    /// What kind it is, of table 0203.
    public var type: Concept?
    /// The namespace: a URL, or `urn:oid:…`.
    public var system: String?
    /// The number.
    public var value: String?
    /// When it is valid.
    public var period: Period?
  }

  /// A code, or several that mean the same.
  public struct Concept: Codable, Sendable, Hashable {
    /// The codes.
    public var coding: [Coding]?
  }

  /// A code of a system.
  public struct Coding: Codable, Sendable, Hashable {
    /// The system.
    public var system: String?
    /// The code.
    public var code: String?
  }

  /// A time with its ends, either of which may be open.
  public struct Period: Codable, Sendable, Hashable {
    /// Its beginning.
    public var start: String?
    /// Its end.
    public var end: String?
  }

  /// A name.
  public struct HumanName: Codable, Sendable, Hashable {
    /// `usual`, `official`, `temp`, `nickname`, `anonymous`, `old` or `maiden`.
    public var use: String?
    /// The whole as it is written.
    public var text: String?
    /// The family name.
    public var family: String?
    /// The given names.
    public var given: [String]?
    /// Titles.
    public var prefix: [String]?
    /// `Jr.`, `III`.
    public var suffix: [String]?
    /// When it is in use.
    public var period: Period?
  }

  /// Another record.
  public struct Link: Codable, Sendable, Hashable {
    /// Which.
    public var other: Reference?
    /// `replaced-by`, `replaces`, `refer` or `seealso`.
    public var type: String?
  }

  /// The name of another resource.
  public struct Reference: Codable, Sendable, Hashable {
    /// `Patient/123`, a URL, or an entry's `urn:uuid:…`.
    public var reference: String?
    /// One of the other's identifiers.
    public var identifier: Identifier?
  }
}

/// A Patient with the name by which its Bundle knows it.
public struct PatientEntry: Sendable, Hashable {
  /// The entry's `fullUrl`; nil outside a Bundle.
  public var fullURL: String?
  /// The resource.
  public var patient: PatientResource

  /// Reads an element of a file.
  ///
  /// - Returns: nil where it is a resource of another kind, or an entry without one.
  /// - Throws: ``FHIRError`` `resource` where it is a Patient that is not written as R4 has it; `json`.
  public init?(_ json: [UInt8]) throws(FHIRError) {
    let decoder = JSONDecoder()
    let data = Data(json)
    do {
      let probe = try decoder.decode(Probe.self, from: data)
      if probe.resourceType == "Patient" {
        patient = try decoder.decode(PatientResource.self, from: data)
      } else if probe.resource?.resourceType == "Patient" {
        guard let resource = try decoder.decode(Entry.self, from: data).resource else { return nil }
        patient = resource
        fullURL = probe.fullUrl
      } else {
        return nil
      }
    } catch let error as DecodingError {
      throw FHIRError(error)
    } catch {
      throw FHIRError(.json, "it is not JSON")
    }
  }

  private struct Probe: Decodable {
    var resourceType: String?
    var fullUrl: String?
    var resource: Kind?

    struct Kind: Decodable {
      var resourceType: String?
    }
  }

  private struct Entry: Decodable {
    var resource: PatientResource?
  }

  /// What references name it by, as ``key(of:)`` makes it of them.
  public var keys: Set<String> {
    Set([fullURL.map(Self.key), patient.id.map { "Patient/\($0)" }].compactMap(\.self))
  }

  /// A reference without what does not tell one patient of a file from another: its server, and the version.
  public static func key(of reference: String) -> String {
    let parts = reference.split(separator: "/")
    guard let place = parts.lastIndex(of: "Patient"), place + 1 < parts.count else { return reference }
    return "Patient/\(parts[place + 1])"
  }
}

extension FHIRError {
  fileprivate init(_ error: DecodingError) {
    func path(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return keys.isEmpty ? "the resource" : String(keys.drop { $0 == "." })
    }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      self.init(.resource, "\(path(context)) has another type than FHIR R4 gives it")
    case .keyNotFound(_, let context): self.init(.resource, "something is missing in \(path(context))")
    case .dataCorrupted: self.init(.json, "it is not JSON")
    @unknown default: self.init(.json, "it is not JSON")
    }
  }
}
