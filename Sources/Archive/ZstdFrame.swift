/// Follows the outline of a zstd frame as its bytes go by (RFC 8878, 3.1.1), without decompressing anything: so its end is
/// known, and each frame can be decompressed by itself.
struct ZstdFrame {
  private enum Field {
    case magic, descriptor, window, dictionary, contentSize, blockHeader, block, checksum, end
  }

  private var field = Field.magic
  /// How many bytes of the field are still to come.
  private var missing = 4
  /// What came of the field, little-endian. Fields other than blocks have at most 8 bytes.
  private var value: UInt64 = 0
  private var arrived = 0

  private var descriptor: UInt64 = 0
  private var isLastBlock = false

  /// Whether the frame has come to its end.
  var isComplete: Bool { field == .end }

  /// Takes the next bytes of the stream, as far as the frame goes.
  ///
  /// - Returns: how many of them belong to the frame.
  /// - Throws: `ArchiveError` with `.malformed`.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws -> Int {
    var rest = bytes[...]
    while !rest.isEmpty, field != .end {
      if field == .block {
        let skipped = min(missing, rest.count)
        rest = rest.dropFirst(skipped)
        missing -= skipped
      } else {
        let byte = rest.removeFirst()
        value |= UInt64(byte) << UInt64(8 * arrived)
        arrived += 1
        missing -= 1
      }
      // A field may have no bytes: an absent dictionary, an empty block.
      while missing == 0, field != .end { try finishField() }
    }
    return bytes.count - rest.count
  }

  private mutating func expect(_ next: Field, bytes: Int) {
    field = next
    missing = bytes
    value = 0
    arrived = 0
  }

  private var isSingleSegment: Bool { descriptor & 0x20 != 0 }

  private mutating func finishField() throws {
    switch field {
    case .magic:
      guard value == 0xFD2F_B528 else {
        throw ArchiveError(.malformed, "this is not zstd data: it does not begin with the magic number of a zstd frame")
      }
      expect(.descriptor, bytes: 1)

    case .descriptor:
      descriptor = value
      guard descriptor & 0x08 == 0 else { throw ArchiveError(.malformed, "the zstd frame sets a reserved bit") }
      expect(.window, bytes: isSingleSegment ? 0 : 1)

    case .window:
      expect(.dictionary, bytes: [0, 1, 2, 4][Int(descriptor & 3)])

    case .dictionary:
      guard value == 0 else { throw ArchiveError(.malformed, "the zstd frame asks for a dictionary") }
      let size = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
      expect(.contentSize, bytes: size)

    case .contentSize:
      expect(.blockHeader, bytes: 3)

    case .blockHeader:
      isLastBlock = value & 1 == 1
      let size = Int(value >> 3)
      switch (value >> 1) & 3 {
      case 0, 2: expect(.block, bytes: size)
      case 1: expect(.block, bytes: 1)  // one byte, repeated `size` times
      default: throw ArchiveError(.malformed, "the zstd frame has a block of a reserved type")
      }

    case .block:
      if !isLastBlock {
        expect(.blockHeader, bytes: 3)
      } else if descriptor & 0x04 != 0 {
        expect(.checksum, bytes: 4)
      } else {
        field = .end
      }

    case .checksum, .end:
      field = .end
    }
  }
}
