public import GRDB

/// A coerced file that is handed to the PACS, as it is then: a file that has changed since is another one.
public struct HandedFile: Codable, Sendable, Equatable {
  /// Which of several hand-overs of one parcel brings it; 0: the only one.
  public var number: Int
  /// Its name in the import folder, or in the study's folder there.
  public var name: String
  /// In bytes.
  public var bytes: Int64
  /// Last change of content, nanoseconds since 1970.
  public var modified: Int64
  /// The file's number on its file system, of which SQLite knows the bits as a signed number.
  public var inode: Int64

  /// Describes a file.
  public init(number: Int, name: String, bytes: Int64, modified: Int64, inode: UInt64) {
    self.number = number
    self.name = name
    self.bytes = bytes
    self.modified = modified
    self.inode = Int64(bitPattern: inode)
  }
}

extension HandedFile: FetchableRecord {}
