internal import CPOSIX
internal import Glibc
internal import SystemPackage

/// A new file: small pieces are gathered and written together, long ranges are copied by the kernel. Or the same in
/// memory.
struct Output {
  /// Nil where all of it is gathered in memory.
  private let file: FileDescriptor?
  private var buffer: [UInt8] = []
  private var position: Int64 = 0

  private static let bufferSize = 256 << 10

  /// Creates the file at `path`, which must not be there, for the duration of `body`.
  static func creating(_ path: FilePath, _ body: (inout Output) throws -> Void) throws {
    let file = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .exclusiveCreate, .closeOnExec, .noFollow],
      permissions: [.ownerReadWrite, .groupRead])
    var output = Output(file: file)
    do {
      try body(&output)
      try output.flush()
    } catch {
      try? file.close()
      throw error
    }
    try file.close()
  }

  /// What `body` writes, in memory.
  static func gathering(_ body: (inout Output) throws -> Void) rethrows -> [UInt8] {
    var output = Output(file: nil)
    try body(&output)
    return output.buffer
  }

  private init(file: FileDescriptor?) { self.file = file }

  mutating func write(_ pieces: Pieces, from input: inout Input) throws {
    for piece in pieces.pieces {
      switch piece {
      case .bytes(let bytes): try write(bytes)
      case .copy(let range):
        if let source = input.file, let file, range.count > Output.bufferSize / 4 {
          try copy(range, source, file)
        } else {
          try Output.chunks(of: range, from: &input) { try write(Array($0)) }
        }
      }
    }
  }

  /// Writes the pieces deflated: ranges are those of the inflated data set, and ascend.
  mutating func deflate(_ pieces: Pieces, from input: inout Input) throws {
    let deflater = try Deflater()
    for piece in pieces.pieces {
      switch piece {
      case .bytes(let bytes): try write(deflater.deflate(bytes[...]))
      case .copy(let range): try Output.chunks(of: range, from: &input) { try write(deflater.deflate($0)) }
      }
    }
    try write(deflater.finish())
  }

  private static func chunks(
    of range: Range<Int64>, from input: inout Input, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    var from = range.lowerBound
    while from < range.upperBound {
      let count = Int(min(range.upperBound - from, Int64(bufferSize)))
      try body(try input.slice(from, count))
      from += Int64(count)
    }
  }

  private mutating func write(_ bytes: [UInt8]) throws {
    if let file {
      if buffer.count + bytes.count > Output.bufferSize { try flush() }
      if bytes.count > Output.bufferSize { return try put(bytes, file) }
    }
    buffer += bytes
  }

  private mutating func copy(_ range: Range<Int64>, _ source: FileDescriptor, _ file: FileDescriptor) throws {
    try flush()
    var from = range.lowerBound
    while from < range.upperBound {
      let rest = Int(min(range.upperBound - from, 1 << 30))
      let copied = cposix_copy_file_range(source.rawValue, from, file.rawValue, position, rest)
      if copied > 0 {
        from += Int64(copied)
        position += Int64(copied)
      } else if copied < 0, errno == EINTR {
        continue
      } else if copied == 0 || [EXDEV, EINVAL, EOPNOTSUPP, ENOSYS, EBADF, EPERM, ETXTBSY].contains(errno) {
        return try copyByHand(from..<range.upperBound, source, file)
      } else {
        throw Errno(rawValue: errno)
      }
    }
  }

  /// Where the kernel does not copy between these two files.
  private mutating func copyByHand(
    _ range: Range<Int64>, _ source: FileDescriptor, _ file: FileDescriptor
  ) throws {
    var from = range.lowerBound
    while from < range.upperBound {
      let bytes = try Input.read(source, from, Int(min(range.upperBound - from, Int64(Output.bufferSize))))
      if bytes.isEmpty { throw DICOMError(.unreadable, "the file became shorter while it was copied") }
      try put(bytes, file)
      from += Int64(bytes.count)
    }
  }

  private mutating func flush() throws {
    guard let file else { return }
    try put(buffer, file)
    buffer.removeAll(keepingCapacity: true)
  }

  private mutating func put(_ bytes: [UInt8], _ file: FileDescriptor) throws {
    guard !bytes.isEmpty else { return }
    position += Int64(try file.writeAll(toAbsoluteOffset: position, bytes))
  }
}
