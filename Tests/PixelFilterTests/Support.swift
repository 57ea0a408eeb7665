import PixelFilter
import Randomness

/// The filtered file, and where parts of it end.
func filtered(_ file: [UInt8], _ filter: PixelFilter, path: CodePath = .best) throws -> (bytes: [UInt8], ends: [Int]) {
  var result: [UInt8] = []
  var ends: [Int] = []
  let filtering = PixelFiltering(filter, path: path) { bytes, endsHere in
    result += bytes
    if endsHere { ends.append(result.count) }
  }
  try file.withUnsafeBytes { try filtering.write($0) }
  try filtering.finish()
  return (result, ends)
}

/// The original file, from a filtered one that comes in parts of that size.
func unfiltered(
  _ file: [UInt8], _ filter: PixelFilter, path: CodePath = .best, parts: Int = .max
) throws -> [UInt8] {
  var result: [UInt8] = []
  let unfiltering = PixelUnfiltering(filter, path: path) { result += $0 }
  var rest = file[...]
  while !rest.isEmpty {
    try rest.prefix(parts).withUnsafeBytes { try unfiltering.write($0) }
    rest = rest.dropFirst(parts)
  }
  try unfiltering.finish()
  return result
}

/// Pixels of all kinds: noise, steps, extremes, and smooth areas.
func pixels(_ count: Int, _ random: inout SplitMix64) -> [UInt8] {
  switch random.below(4) {
  case 0: return (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  case 1: return (0..<count).map { _ in random.below(2) == 0 ? 0 : 0xFF }
  case 2:
    let high = UInt8(truncatingIfNeeded: random.next())
    return (0..<count).map { $0 % 2 == 0 ? UInt8(truncatingIfNeeded: random.below(9)) : high }
  default: return (0..<count).map { UInt8(truncatingIfNeeded: $0 / 50 + random.below(3)) }
  }
}

extension BandShape {
  /// Every combination of what samples can be, in bands of that size.
  static func all(columns: Int, rows: Int) throws -> [BandShape] {
    var shapes: [BandShape] = []
    for isSigned in [false, true] {
      shapes.append(try BandShape(columns: columns, rows: rows, bytesPerSample: 1, isSigned: isSigned))
      for isBigEndian in [false, true] {
        shapes.append(
          try BandShape(
            columns: columns, rows: rows, bytesPerSample: 2, isSigned: isSigned, isBigEndian: isBigEndian))
      }
    }
    for isPlanar in [false, true] {
      shapes.append(try BandShape(columns: columns, rows: rows, bytesPerSample: 1, components: 3, isPlanar: isPlanar))
    }
    return shapes
  }

  /// Bytes of that many rows.
  func bytes(ofRows rows: Int) -> Int { rows * columns * components * bytesPerSample }
}
