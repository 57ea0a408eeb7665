internal import Randomness

/// A computed body for CT: an ellipsoid of soft tissue in air, with inserts as calibration phantoms have them, and noise.
struct Phantom {
  /// Rows and columns of a slice.
  static let size = 512
  /// Slices from one end to the other.
  static let slices = 48
  /// Millimetres between the centres of pixels.
  static let pixelSpacing = 0.8
  /// Millimetres between slices.
  static let sliceSpacing = 5.0

  /// Something of one density.
  private struct Body {
    /// Millimetres from the middle of the volume: to the right of the picture, downwards, along the table.
    var x = 0.0, y = 0.0, z = 0.0
    /// Half axes in millimetres.
    var width, height, length: Double
    /// In Hounsfield units.
    var density: Int16

    /// The columns that it covers in a row; none where it does not reach.
    func columns(y row: Double, z slice: Double) -> Range<Int> {
      let across = (row - y) / height
      let along = (slice - z) / length
      let rest = 1 - across * across - along * along
      guard rest > 0 else { return 0..<0 }
      let half = width * rest.squareRoot()
      return column(x - half)..<column(x + half)
    }

    private func column(_ x: Double) -> Int {
      min(max(Int(x / Phantom.pixelSpacing) + Phantom.size / 2, 0), Phantom.size)
    }
  }

  /// Later ones lie within earlier ones.
  private static let bodies = [
    Body(width: 165, height: 115, length: 160, density: 40),
    Body(x: -75, y: -15, z: 0, width: 52, height: 68, length: 95, density: -780),
    Body(x: 75, y: -15, z: 0, width: 52, height: 68, length: 95, density: -780),
    Body(x: 18, y: -20, z: -10, width: 38, height: 42, length: 50, density: 120),
    Body(x: 0, y: 80, width: 17, height: 17, length: 1000, density: 700),
    Body(x: 0, y: 80, width: 8, height: 8, length: 1000, density: 20),
    Body(x: -70, y: 0, z: 30, width: 7, height: 7, length: 7, density: 60),
    Body(x: 85, y: -5, z: -40, width: 11, height: 11, length: 11, density: 300),
    Body(x: -45, y: 70, width: 12, height: 12, length: 1000, density: -100),
  ]

  /// Normal noise of 9 Hounsfield units, the same in every run. Every row adds two pieces of it at random, so that no
  /// row is like another and the study compresses as noise does.
  private let noise: [Int16]

  init() {
    var random = SplitMix64(seed: 1)
    noise = (0..<16_384).map { _ in
      // The sum of twelve uniform numbers is nearly normal, with a standard deviation of 1.
      let sum = (0..<12).reduce(0.0) { sum, _ in sum + Double(random.next() >> 40) / Double(1 << 24) }
      return Int16((sum - 6) * 9)
    }
  }

  /// Millimetres of a slice from the middle along the table.
  static func position(ofSlice slice: Int) -> Double { (Double(slice) - Double(slices - 1) / 2) * sliceSpacing }

  /// The pixels of a slice, row by row, as 16-bit signed Hounsfield units, little endian.
  func pixels(ofSlice slice: Int) -> [UInt8] {
    let z = Self.position(ofSlice: slice)
    var random = SplitMix64(seed: UInt64(slice) + 2)
    var row = [Int16](repeating: 0, count: Self.size)
    return [UInt8](unsafeUninitializedCapacity: 2 * Self.size * Self.size) { bytes, count in
      for line in 0..<Self.size {
        let y = (Double(line) - Double(Self.size / 2)) * Self.pixelSpacing
        row.withUnsafeMutableBufferPointer { row in
          row.update(repeating: -1000)
          for body in Self.bodies {
            let columns = body.columns(y: y, z: z)
            if !columns.isEmpty { row[columns].update(repeating: body.density) }
          }
          let first = Int(random.next() % UInt64(noise.count - Self.size))
          let second = Int(random.next() % UInt64(noise.count - Self.size))
          for column in 0..<Self.size {
            row[column] = (row[column] &+ noise[first + column] &+ noise[second + column]).littleEndian
          }
          UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(bytes)[count...])
            .copyMemory(from: UnsafeRawBufferPointer(row))
        }
        count += 2 * Self.size
      }
    }
  }
}
