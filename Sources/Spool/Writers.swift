/// Who is writing a file at this moment.
public enum Writers: Sendable, Equatable {
  case none
  case some
  /// The file system, or the file's owner, does not let us know.
  case unknown
}
