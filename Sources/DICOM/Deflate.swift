internal import CZlib

/// The deflated transfer syntax: a raw deflate stream, without zlib's header (PS3.5 A.5, RFC 1951).
extension Input {
  /// The deflated bytes from `offset` to the end, inflated into memory.
  func inflated(from offset: Int64, limit: Int) throws -> Input {
    guard let file else { throw DICOMError(.unsupported, "a deflated data set within a deflated data set") }
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DICOMError(.limit, "no memory to inflate the data set")
    }
    defer { inflateEnd(&stream) }

    var output: [UInt8] = []
    var position = offset
    while true {
      var chunk = try Input.read(file, position, Deflate.chunk)
      if chunk.isEmpty { throw Input.cut(position) }
      let status = try chunk.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        return try Deflate.run(&stream, into: &output, limit: limit) { inflate(&$0, Z_NO_FLUSH) }
      }
      position += Int64(chunk.count) - Int64(stream.avail_in)
      if status == Z_STREAM_END { break }
      guard status == Z_OK || status == Z_BUF_ERROR else {
        throw DICOMError(.malformed, "the deflated data set is damaged", offset: position)
      }
    }
    // One byte may follow to make the length even (PS3.5 A.5); some writers leave the eight of gzip's trailer there.
    guard size - position <= 9 else {
      throw DICOMError(.malformed, "bytes follow the deflated data set", offset: position)
    }
    return Input(output)
  }
}

enum Deflate {
  fileprivate static let chunk = 64 << 10

  /// The bytes deflated, and padded to an even length.
  static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK
    else { throw DICOMError(.limit, "no memory to deflate the data set") }
    defer { deflateEnd(&stream) }

    var output: [UInt8] = []
    var bytes = bytes
    // A piece at a time, as zlib counts in 32 bits.
    try bytes.withUnsafeMutableBufferPointer { input in
      var start = 0
      repeat {
        let end = min(start + (1 << 30), input.count)
        stream.next_in = input.baseAddress.map { $0 + start }
        stream.avail_in = UInt32(end - start)
        let last = end == input.count
        _ = try run(&stream, into: &output, limit: .max) { deflate(&$0, last ? Z_FINISH : Z_NO_FLUSH) }
        start = end
      } while start < input.count
    }
    if output.count % 2 == 1 { output.append(0) }
    return output
  }

  /// Calls `step` until it has used up its input, collecting what it puts out.
  fileprivate static func run(
    _ stream: inout z_stream, into output: inout [UInt8], limit: Int, _ step: (inout z_stream) -> Int32
  ) throws -> Int32 {
    while true {
      var status = Z_OK
      let piece = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, filled in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(chunk)
        status = step(&stream)
        filled = chunk - Int(stream.avail_out)
      }
      guard piece.count <= limit - output.count else {
        throw DICOMError(.limit, "the deflated data set inflates to more than \(limit) bytes; raise the limit if meant")
      }
      output += piece
      // Output space left over means that the input is used up.
      if status != Z_OK || stream.avail_out > 0 { return status }
    }
  }
}
