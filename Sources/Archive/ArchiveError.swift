/// Why an archive could not be written or read.
public struct ArchiveError: Error, CustomStringConvertible, Sendable {
  /// The class of failure.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's word, as it appears in logs.
    public let description: String

    init(_ description: String) {
      self.description = description
    }

    /// The bytes are not zstd frames that hold one tar archive.
    public static let malformed = Code("malformed")
    /// The archive ends before its end.
    public static let truncated = Code("truncated")
    /// Something follows the end of the tar archive.
    public static let trailingData = Code("trailing-data")
    /// A limit is exceeded: members, expanded bytes, a frame, padding.
    public static let limit = Code("limit")
    /// A member's name is not an exact relative path of plain components.
    public static let name = Code("name")
    /// A member is something other than a plain regular file.
    public static let member = Code("member")
    /// A member has more or fewer bytes than were announced.
    public static let size = Code("size")
    /// The calls came in an order, or with values, that make no archive.
    public static let usage = Code("usage")
    /// The library failed for a reason of its own, such as want of memory.
    public static let library = Code("library")
  }

  /// The class of failure.
  public let code: Code
  /// The member concerned, with everything but printable ASCII escaped; `nil` when it is the archive as a whole.
  public let member: String?
  /// What happened, for people.
  public let message: String

  init(_ code: Code, member: String? = nil, _ message: String) {
    self.code = code
    self.member = member
    self.message = message
  }

  /// What happened, to which member, in one line.
  public var description: String {
    member.map { "archive member \"\($0)\": \(message)" } ?? "archive: \(message)"
  }
}
