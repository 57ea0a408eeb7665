/// Why a file, or a part of it, is not FHIR.
public struct FHIRError: Error, CustomStringConvertible, Sendable {
  /// The class of failure.
  public enum Code: String, Sendable {
    /// It is not JSON, or ends in the middle.
    case json
    /// It is longer than ``ResourceReader/longest``.
    case tooLong
    /// It is JSON, and no resource of the kind that is read.
    case resource
  }

  /// The class of failure.
  public let code: Code
  /// What happened, for people.
  public let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
