internal import CZlib

/// A deflated data set as it is inflated: a raw deflate stream, without zlib's header (PS3.5 A.5, RFC 1951).
final class Inflater {
  private var raw: Input
  private let rawSize: Int64
  private let limit: Int64
  private let stream: UnsafeMutablePointer<z_stream>
  private var chunk: ArraySlice<UInt8> = []
  /// Where the next chunk begins in the file.
  private var rawPosition: Int64
  /// How much has been inflated.
  private var position: Int64 = 0
  private var isFinished = false
  /// What went wrong, for whoever goes on: what was inflated before that is lost to them.
  private var failure: (any Error)?

  private static let chunkSize = 64 << 10

  /// Inflates the bytes of `raw` from `offset` to their end, `limit` bytes at most.
  init(_ raw: Input, from offset: Int64, limit: Int) throws {
    guard let size = raw.size else { throw DICOMError(.unsupported, "a deflated data set within a deflated data set") }
    self.raw = raw
    self.limit = Int64(limit)
    rawSize = size
    rawPosition = offset
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    guard inflateInit2_(stream, -MAX_WBITS, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw DICOMError(.unreadable, "there is no memory to inflate the data set")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  /// Up to `count` further bytes: fewer only at the end of the data set.
  func read(_ count: Int) throws -> [UInt8] {
    if let failure { throw failure }
    do {
      return try [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, filled in
        while filled < count, !isFinished {
          filled += try step(UnsafeMutableBufferPointer(rebasing: buffer[filled...]))
        }
      }
    } catch {
      failure = error
      throw error
    }
  }

  /// Lets go of what lies before `offset`.
  ///
  /// Throws `.truncated` where the data set ends before that.
  func skip(to offset: Int64) throws {
    while position < offset {
      let some = try read(Int(min(offset - position, Int64(Inflater.chunkSize))))
      if some.isEmpty { throw Input.cut(position) }
    }
  }

  private func step(_ output: UnsafeMutableBufferPointer<UInt8>) throws -> Int {
    if chunk.isEmpty {
      let count = Int(min(Int64(Inflater.chunkSize), rawSize - rawPosition))
      guard count > 0 else { throw Input.cut(rawSize) }
      chunk = try raw.slice(rawPosition, count)
      rawPosition += Int64(count)
    }
    stream.pointee.next_out = output.baseAddress
    // zlib counts in 32 bits.
    let room = UInt32(min(output.count, 1 << 30))
    stream.pointee.avail_out = room
    let status = chunk.withUnsafeBufferPointer { input in
      // It never writes there, though its header does not say so.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      return inflate(stream, Z_NO_FLUSH)
    }
    chunk = chunk.suffix(Int(stream.pointee.avail_in))
    let produced = Int(room - stream.pointee.avail_out)
    position += Int64(produced)
    let reached = rawPosition - Int64(chunk.count)
    guard position <= limit else {
      throw DICOMError(
        .inflatesTooFar,
        "the deflated data set inflates to more than \(limit) bytes; if it is meant, raise max_inflated in [dicom]",
        offset: limit)
    }
    switch status {
    case Z_STREAM_END:
      isFinished = true
      // One byte may follow to make the length even (PS3.5 A.5); some writers leave the eight of gzip's trailer there.
      guard rawSize - reached <= 9 else {
        throw DICOMError(.malformed, "bytes follow the deflated data set, at byte \(reached) of the file")
      }
    case Z_OK, Z_BUF_ERROR: break
    default: throw DICOMError(.malformed, "the deflated data set is damaged at byte \(reached) of the file")
    }
    return produced
  }
}
