import SystemPackage

/// Small text files, whole.
enum TextFile {
  static func read(_ path: FilePath, from offset: Int64 = 0) throws -> String {
    let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
    return try file.closeAfter {
      var text: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 4096)
      while true {
        let count = try piece.withUnsafeMutableBytes {
          try file.read(fromAbsoluteOffset: offset + Int64(text.count), into: $0)
        }
        if count == 0 { return String(decoding: text, as: UTF8.self) }
        text += piece[..<count]
      }
    }
  }

  static func write(_ text: String, to path: FilePath) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: [.ownerReadWrite])
    _ = try file.closeAfter { try file.writeAll(text.utf8) }
  }
}
