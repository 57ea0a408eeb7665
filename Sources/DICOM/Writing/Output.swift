internal import SystemPackage

/// A new file: small pieces are gathered in a block and written together, long ranges are copied by the kernel. Or the
/// same in memory.
struct Output {
  /// Nil where all of it is gathered in memory.
  private let file: (any DICOMOutput)?
  private var gathered: [UInt8] = []
  private var block: [UInt8] = []
  /// How much of the block is filled; the rest is never read.
  private var filled = 0

  private static let blockSize = 64 << 10

  /// Writes what `body` writes to a file.
  static func writing(to file: any DICOMOutput, _ body: (inout Output) throws -> Void) throws {
    var output = Output(file: file)
    output.block = [UInt8](unsafeUninitializedCapacity: blockSize) { $1 = blockSize }
    try body(&output)
    try output.flush(file)
  }

  /// What `body` writes, in memory.
  static func gathering(_ body: (inout Output) throws -> Void) rethrows -> [UInt8] {
    var output = Output(file: nil)
    try body(&output)
    return output.gathered
  }

  private static var shortened: DICOMError {
    DICOMError(.unreadable, "the file became shorter while it was copied")
  }

  private init(file: (any DICOMOutput)?) { self.file = file }

  mutating func write(_ pieces: Pieces, from input: inout Input) throws {
    for piece in pieces.pieces {
      switch piece {
      case .bytes(let bytes): try write(bytes[...])
      case .copy(let range):
        if let source = input.file, let file, range.count >= Output.blockSize {
          try copy(range, source, file)
        } else {
          try Output.chunks(of: range, from: &input) { try write($0) }
        }
      }
    }
  }

  /// Writes the pieces deflated: ranges are those of the inflated data set, and ascend.
  mutating func deflate(_ pieces: Pieces, from input: inout Input) throws {
    let deflater = try Deflater()
    for piece in pieces.pieces {
      switch piece {
      case .bytes(let bytes): try write(deflater.deflate(bytes[...])[...])
      case .copy(let range): try Output.chunks(of: range, from: &input) { try write(deflater.deflate($0)[...]) }
      }
    }
    try write(deflater.finish()[...])
  }

  private static func chunks(
    of range: Range<Int64>, from input: inout Input, _ body: (ArraySlice<UInt8>) throws -> Void
  ) throws {
    var from = range.lowerBound
    while from < range.upperBound {
      let count = Int(min(range.upperBound - from, Int64(blockSize)))
      do {
        try body(try input.slice(from, count))
      } catch let error as DICOMError where error.code == .truncated {
        throw shortened
      }
      from += Int64(count)
    }
  }

  private mutating func write(_ bytes: ArraySlice<UInt8>) throws {
    guard let file else {
      gathered += bytes
      return
    }
    if bytes.count >= Output.blockSize {
      try flush(file)
      return try bytes.withUnsafeBytes { try file.write($0) }
    }
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.prefix(Output.blockSize - filled)
      block.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[filled...]).copyBytes(from: part) }
      rest = rest.dropFirst(part.count)
      try advance(part.count, file)
    }
  }

  /// By the kernel where it copies between these two files, else through the block.
  private mutating func copy(_ range: Range<Int64>, _ source: FileDescriptor, _ file: any DICOMOutput) throws {
    try flush(file)
    var from = range.lowerBound + (try file.copy(range, of: source))
    while from < range.upperBound {
      let room = filled..<Int(min(Int64(Output.blockSize), Int64(filled) + range.upperBound - from))
      let count = try block.withUnsafeMutableBytes {
        try source.read(fromAbsoluteOffset: from, into: UnsafeMutableRawBufferPointer(rebasing: $0[room]))
      }
      if count == 0 { throw Output.shortened }
      from += Int64(count)
      try advance(count, file)
    }
  }

  /// The next `count` bytes of the block are there.
  private mutating func advance(_ count: Int, _ file: any DICOMOutput) throws {
    filled += count
    if filled == Output.blockSize { try flush(file) }
  }

  private mutating func flush(_ file: any DICOMOutput) throws {
    if filled == 0 { return }
    try block.withUnsafeBytes { try file.write(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
    filled = 0
  }
}
