/// How the elements of one data set are written: with their VR or without, and in which byte order (PS3.5 7.1, 7.3).
struct Encoding: Hashable, Sendable {
  var isExplicit: Bool
  var isBigEndian = false

  static let implicitLittle = Encoding(isExplicit: false)
  static let explicitLittle = Encoding(isExplicit: true)
  static let explicitBig = Encoding(isExplicit: true, isBigEndian: true)

  func u16(_ a: UInt8, _ b: UInt8) -> UInt16 {
    isBigEndian ? UInt16(a) << 8 | UInt16(b) : UInt16(b) << 8 | UInt16(a)
  }

  func u32(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> UInt32 {
    isBigEndian ? UInt32(u16(a, b)) << 16 | UInt32(u16(c, d)) : UInt32(u16(c, d)) << 16 | UInt32(u16(a, b))
  }

  /// The bytes of `value` in this byte order.
  func bytes<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  /// The numbers of a value; a remainder too short for one is left out.
  func words<Word: FixedWidthInteger>(_ bytes: [UInt8], as type: Word.Type) -> [Word] {
    let size = MemoryLayout<Word>.size
    return stride(from: 0, to: bytes.count - bytes.count % size, by: size).map { start in
      let word = bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: start, as: Word.self) }
      return isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
    }
  }
}
