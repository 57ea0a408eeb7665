public import SystemPackage

/// What was wrong with a DICOM file, or with what was asked of it.
public struct DICOMError: Error, CustomStringConvertible, Sendable {
  /// The kind of failure: what a program decides by.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    /// The code's word, as it is logged.
    public let description: String

    /// The system refused to read or write the file; `errno` says why.
    public static let unreadable = Code(description: "unreadable")
    /// No DICOM file at all.
    public static let notDICOM = Code(description: "notDICOM")
    /// The file ends before its data set does: cut off, or still being written.
    public static let truncated = Code(description: "truncated")
    /// The file's structure, or a value, breaks the standard in a way that leaves its meaning open.
    public static let malformed = Code(description: "malformed")
    /// A value is longer than `Limits.textBytes`, or than its VR can write.
    public static let valueTooLong = Code(description: "valueTooLong")
    /// The text to be rewritten is longer than `Limits.headerBytes`.
    public static let headerTooLong = Code(description: "headerTooLong")
    /// There are more elements, items and fragments than `Limits.elements`, or in one data set than
    /// `Limits.keptElements`.
    public static let tooManyElements = Code(description: "tooManyElements")
    /// Sequences lie deeper in one another than `Limits.depth`.
    public static let tooDeep = Code(description: "tooDeep")
    /// The deflated data set inflates to more than `Limits.inflatedBytes`.
    public static let inflatesTooFar = Code(description: "inflatesTooFar")
    /// Text that its declared character set cannot hold or explain.
    public static let characterSet = Code(description: "characterSet")
    /// Legal, but not something that this module does.
    public static let unsupported = Code(description: "unsupported")

    /// Whether one of the `Limits` was reached.
    public var isLimit: Bool {
      [.valueTooLong, .headerTooLong, .tooManyElements, .tooDeep, .inflatesTooFar].contains(self)
    }
  }

  /// The kind of failure.
  public var code: Code
  /// The file concerned.
  public var file: FilePath?
  /// The element concerned.
  public var tag: Tag?
  /// Where it is: bytes from the start of the file, or of the inflated data set of a deflated file.
  public var offset: Int64?
  /// The system's error, for `.unreadable`.
  public var errno: Errno?
  /// What happened and what to do, for people.
  public var message: String

  init(_ code: Code, _ message: String, tag: Tag? = nil, offset: Int64? = nil, errno: Errno? = nil) {
    self.code = code
    self.message = message
    self.tag = tag
    self.offset = offset
    self.errno = errno
  }

  /// File, element, offset and message in one line.
  public var description: String {
    var text = file.map { "\($0): " } ?? ""
    if let tag { text += "\(tag) " }
    if let offset { text += "at byte \(offset): " }
    return text + message + (errno.map { " (\($0))" } ?? "")
  }

  /// Runs `body` and says in every error of this module which file it was about.
  static func naming<T>(_ file: FilePath, _ body: () throws -> T) throws -> T {
    do {
      return try body()
    } catch var error as DICOMError {
      if error.file == nil { error.file = file }
      throw error
    } catch let error as Errno {
      var named = DICOMError(.unreadable, "the system refused to read or write it", errno: error)
      named.file = file
      throw named
    }
  }
}
