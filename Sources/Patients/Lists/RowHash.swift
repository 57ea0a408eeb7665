/// A 64-bit hash of bytes, seeded: what tells rows of a list apart. It is no seal: who writes the list is trusted with it.
struct RowHash {
  private(set) var value: UInt64

  init(seed: UInt64) { value = seed ^ 0x9E37_79B9_7F4A_7C15 }

  /// Takes in a field: where it ends counts.
  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    while index + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
      index += 8
    }
    var rest: UInt64 = 0
    while index < bytes.count {
      rest = rest << 8 | UInt64(bytes[index])
      index += 1
    }
    mix(rest)
    mix(UInt64(truncatingIfNeeded: bytes.count))
  }

  mutating func add(_ text: String) {
    var text = text
    text.withUTF8 { add(UnsafeRawBufferPointer($0)) }
  }

  private mutating func mix(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
    value = (product.high ^ product.low) &+ 0xA076_1D64_78BD_642F
  }
}
