public import SystemPackage

/// Paths as texts, without loss: very many are kept and looked up, for which `FilePath` and its components cost too much.
///
/// What is not UTF-8 on the disk becomes a text that begins with `bytes:` and has a scalar for each byte.
public enum PathText {
  private static let mark = "bytes:"

  /// A path's text.
  public static func of(_ path: FilePath) -> String { path.withBytes { text($0) } }

  /// How the texts of paths begin that are not UTF-8 and lie below this one.
  public static func ofBytes(_ path: FilePath) -> String { path.withBytes { bytesText($0) } }

  /// The text of a name.
  public static func of(_ name: FilePath.Component) -> String { of(FilePath(root: nil, [name])) }

  /// The texts of the folder that holds a file, and of its name.
  public static func split(_ path: FilePath) -> (folder: String, name: String) {
    path.withBytes { bytes in
      guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return ("", text(bytes)) }
      return (
        text(UnsafeRawBufferPointer(rebasing: bytes[..<slash])),
        text(UnsafeRawBufferPointer(rebasing: bytes[(slash + 1)...]))
      )
    }
  }

  /// The path of a name in a folder.
  public static func path(_ folder: String, _ name: String) -> FilePath {
    if !folder.hasPrefix(mark), !name.hasPrefix(mark) { return FilePath("\(folder)/\(name)") }
    return path(bytes: bytes(folder) + [UInt8(ascii: "/")] + bytes(name))
  }

  /// The path of a text.
  public static func path(_ text: String) -> FilePath {
    text.hasPrefix(mark) ? path(bytes: bytes(text)) : FilePath(text)
  }

  /// Whether something is a folder, or lies in it or below it.
  public static func isAtOrBelow(_ text: String, _ folder: String) -> Bool {
    guard !text.hasPrefix(mark), !folder.hasPrefix(mark) else { return isAtOrBelow(bytes(text), bytes(folder)) }
    return isAtOrBelow(text.utf8, folder.utf8)
  }

  /// The name of the first folder or file below a folder on the way to a path; nil where it does not lie below.
  public static func first(below folder: String, of text: String) -> String? {
    let (whole, above) = (bytes(text), bytes(folder))
    guard whole.count > above.count + 1, whole.starts(with: above) else { return nil }
    var rest = whole[above.count...]
    if above.last != UInt8(ascii: "/") {
      guard rest.first == UInt8(ascii: "/") else { return nil }
      rest.removeFirst()
    }
    let name = rest.prefix { $0 != UInt8(ascii: "/") }
    return name.withUnsafeBytes { self.text($0) }
  }

  private static func isAtOrBelow<Bytes: Collection<UInt8>>(_ text: Bytes, _ folder: Bytes) -> Bool {
    guard text.starts(with: folder) else { return false }
    let rest = text.dropFirst(folder.count)
    return rest.isEmpty || rest.first == UInt8(ascii: "/") || folder.count == 1
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.hasPrefix(mark) { return text }
    return bytesText(bytes)
  }

  private static func bytesText(_ bytes: UnsafeRawBufferPointer) -> String {
    var text = mark
    for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
    return text
  }

  private static func bytes(_ text: String) -> [UInt8] {
    guard text.hasPrefix(mark) else { return Array(text.utf8) }
    return text.unicodeScalars.dropFirst(mark.utf8.count).map { UInt8(truncatingIfNeeded: $0.value) }
  }

  private static func path(bytes: [UInt8]) -> FilePath {
    FilePath(platformString: bytes.map { CChar(bitPattern: $0) } + [0])
  }
}

extension FilePath {
  fileprivate func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    withPlatformString { body(UnsafeRawBufferPointer(start: $0, count: length)) }
  }
}
