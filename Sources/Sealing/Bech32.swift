/// Bech32 (BIP 173), the text form of age's keys. Without its limit of 90 characters, as age.md asks.
enum Bech32 {
  private static let alphabet = [UInt8]("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

  /// Encodes in lower case.
  static func encode(_ bytes: [UInt8], prefix: String) -> String {
    let values = regroup(bytes, from: 8, to: 5, padding: true) ?? []
    let check = polymod(expand(Array(prefix.utf8)) + values + [0, 0, 0, 0, 0, 0]) ^ 1
    let checksum = (0..<6).map { UInt8(truncatingIfNeeded: check >> (5 * (5 - $0)) & 31) }
    return prefix + "1" + String(decoding: (values + checksum).map { alphabet[Int($0)] }, as: UTF8.self)
  }

  /// Returns the bytes of a text in lower case with that prefix, or nil when anything is wrong with it.
  static func decode(_ text: some Collection<UInt8>, prefix: String) -> [UInt8]? {
    let head = Array("\(prefix)1".utf8)
    guard text.starts(with: head) else { return nil }
    let values = text.dropFirst(head.count).compactMap { alphabet.firstIndex(of: $0) }.map(
      UInt8.init(truncatingIfNeeded:))
    guard values.count == text.count - head.count, values.count >= 6,
      polymod(expand(Array(prefix.utf8)) + values) == 1
    else { return nil }
    return regroup(values.dropLast(6), from: 5, to: 8, padding: false)
  }

  private static func expand(_ prefix: [UInt8]) -> [UInt8] { prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 } }

  private static func polymod(_ values: [UInt8]) -> UInt32 {
    let generator: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
    return values.reduce(1) { sum, value in
      let top = sum >> 25
      let next = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
      return generator.enumerated().reduce(next) { top >> $1.offset & 1 == 1 ? $0 ^ $1.element : $0 }
    }
  }

  /// Regroups bits; without padding, returns nil when the left-over bits are a whole group or not zero.
  private static func regroup(_ values: some Sequence<UInt8>, from: UInt32, to: UInt32, padding: Bool) -> [UInt8]? {
    var result: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for value in values {
      bits = (bits << from | UInt32(value)) & 0xfff
      count += from
      while count >= to {
        count -= to
        result.append(UInt8(truncatingIfNeeded: bits >> count & ((1 << to) - 1)))
      }
    }
    let rest = bits & ((1 << count) - 1)
    if padding {
      if count > 0 { result.append(UInt8(truncatingIfNeeded: rest << (to - count))) }
    } else if count >= from || rest != 0 {
      return nil
    }
    return result
  }
}
