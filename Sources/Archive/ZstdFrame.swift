/// Follows the outline of one zstd frame as its bytes go by (RFC 8878, 3.1.1), without decompressing anything.
///
/// libarchive takes any number of frames one after another, skippable frames between them, and windows of 128 MiB.
/// A parcel's payload is exactly one frame and whoever reads it has a memory limit, so this is checked beforehand.
struct ZstdFrame {
  /// The largest window accepted, in bytes: what RFC 8878, 3.1.1.1.2 recommends that every decoder support.
  static let largestWindow: UInt64 = 8 << 20

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

  /// Takes the next bytes of the stream.
  ///
  /// - Throws: `ArchiveError` with `.malformed`, `.limit`, or `.trailingData` when bytes follow the frame.
  mutating func take(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      switch field {
      case .end:
        throw ArchiveError(.trailingData, "\(rest.count) or more bytes follow the end of the compressed data")
      case .block:
        let skipped = min(missing, rest.count)
        rest = rest.dropFirst(skipped)
        missing -= skipped
      default:
        let byte = rest.removeFirst()
        value |= UInt64(byte) << UInt64(8 * arrived)
        arrived += 1
        missing -= 1
      }
      // A field may have no bytes: an absent dictionary, an empty block.
      while missing == 0, field != .end { try finishField() }
    }
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
      if !isSingleSegment {
        let base = UInt64(1) << (10 + (value >> 3))
        try checkWindow(base + base / 8 * (value & 7))
      }
      expect(.dictionary, bytes: [0, 1, 2, 4][Int(descriptor & 3)])

    case .dictionary:
      guard value == 0 else { throw ArchiveError(.malformed, "the zstd frame asks for a dictionary") }
      let size = [isSingleSegment ? 1 : 0, 2, 4, 8][Int(descriptor >> 6)]
      expect(.contentSize, bytes: size)

    case .contentSize:
      if isSingleSegment {
        // The field of two bytes counts from 256 (3.1.1.1.4).
        try checkWindow(arrived == 2 ? value + 256 : value)
      }
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

  private func checkWindow(_ size: UInt64) throws {
    guard size <= Self.largestWindow else {
      throw ArchiveError(
        .limit,
        "the zstd frame needs a window of \(size) bytes, and \(Self.largestWindow) are the limit; "
          + "compress it again at level 19 or below and without \"--long\"")
    }
  }
}
