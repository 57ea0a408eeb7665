internal import CZlib

/// Deflating a data set (PS3.5 A.5, RFC 1951).
enum Deflate {
  private static let chunk = 64 << 10

  /// The bytes deflated, and padded to an even length.
  static func deflated(_ bytes: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(
        &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK
    else { throw DICOMError(.unreadable, "there is no memory to deflate the data set") }
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
        _ = try run(&stream, into: &output) { deflate(&$0, last ? Z_FINISH : Z_NO_FLUSH) }
        start = end
      } while start < input.count
    }
    if output.count % 2 == 1 { output.append(0) }
    return output
  }

  /// Calls `step` until it has used up its input, collecting what it puts out.
  private static func run(
    _ stream: inout z_stream, into output: inout [UInt8], _ step: (inout z_stream) -> Int32
  ) throws -> Int32 {
    while true {
      var status = Z_OK
      let piece = [UInt8](unsafeUninitializedCapacity: chunk) { buffer, filled in
        stream.next_out = buffer.baseAddress
        stream.avail_out = UInt32(chunk)
        status = step(&stream)
        filled = chunk - Int(stream.avail_out)
      }
      output += piece
      // Output space left over means that the input is used up.
      if status != Z_OK || stream.avail_out > 0 { return status }
    }
  }
}
