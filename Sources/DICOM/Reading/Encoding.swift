/// How the elements of one data set are written: with their VR or without, and in which byte order (PS3.5 7.1, 7.3).
struct Encoding: Hashable, Sendable {
  var isExplicit: Bool
  var isBigEndian = false

  static let implicitLittle = Encoding(isExplicit: false)
  static let explicitLittle = Encoding(isExplicit: true)
  static let explicitBig = Encoding(isExplicit: true, isBigEndian: true)

  /// The bytes of `value` in this byte order.
  func bytes<Word: FixedWidthInteger>(_ value: Word) -> [UInt8] {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { Array($0) }
  }

  /// Appends `value` in this byte order.
  func append<Word: FixedWidthInteger>(_ value: Word, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: isBigEndian ? value.bigEndian : value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  /// The numbers of a value; a remainder too short for one is left out.
  func words<Word: FixedWidthInteger>(_ bytes: ArraySlice<UInt8>, as type: Word.Type) -> [Word] {
    let size = MemoryLayout<Word>.size
    return bytes.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count - bytes.count % size, by: size).map { start in
        let word = bytes.loadUnaligned(fromByteOffset: start, as: Word.self)
        return isBigEndian ? Word(bigEndian: word) : Word(littleEndian: word)
      }
    }
  }
}
