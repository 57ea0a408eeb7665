internal import CZlib

/// A data set as it is deflated: a raw deflate stream, without zlib's header (PS3.5 A.5, RFC 1951).
final class Deflater {
  private let stream: UnsafeMutablePointer<z_stream>
  private var total: Int64 = 0

  private static let chunkSize = 64 << 10

  init() throws {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let size = Int32(MemoryLayout<z_stream>.size)
    guard
      deflateInit2_(
        stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY, zlibVersion(), size) == Z_OK
    else { throw DICOMError(.unreadable, "there is no memory to deflate the data set") }
  }

  deinit {
    deflateEnd(stream)
    stream.deallocate()
  }

  /// What comes out when these bytes go in.
  func deflate(_ bytes: ArraySlice<UInt8>) -> [UInt8] { run(bytes, Z_NO_FLUSH) }

  /// What comes out at the end, padded so that all of it is of an even length.
  func finish() -> [UInt8] {
    let end = run([], Z_FINISH)
    return total % 2 == 0 ? end : end + [0]
  }

  private func run(_ bytes: ArraySlice<UInt8>, _ flush: Int32) -> [UInt8] {
    var output: [UInt8] = []
    var rest = bytes
    repeat {
      // zlib counts in 32 bits.
      let part = rest.prefix(1 << 30)
      rest = rest.dropFirst(part.count)
      part.withUnsafeBufferPointer { input in
        // It never writes there, though its header does not say so.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        repeat {
          output += [UInt8](unsafeUninitializedCapacity: Deflater.chunkSize) { buffer, filled in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(Deflater.chunkSize)
            _ = CZlib.deflate(stream, flush)
            filled = Deflater.chunkSize - Int(stream.pointee.avail_out)
          }
          // Room left over means that the input is used up.
        } while stream.pointee.avail_out == 0
      }
    } while !rest.isEmpty
    total += Int64(output.count)
    return output
  }
}
