import PixelFilter
import Randomness
import Testing

@Suite struct RoundTripTests {
  @Test(arguments: [(1, 1), (1, 9), (7, 1), (8, 8), (9, 17), (23, 5), (64, 3), (130, 41)])
  func anyPixelsComeBackWhateverTheirShape(columns: Int, rows: Int) throws {
    var random = SplitMix64(seed: UInt64(columns * 1000 + rows))
    for shape in try BandShape.all(columns: columns, rows: rows) {
      for _ in 0..<8 {
        // Some bands and a shorter one, if they may differ.
        let height = rows * random.below(3) + (shape.isPlanar ? rows : 1 + random.below(rows))
        let count = shape.bytes(ofRows: height)
        let head = random.below(40)
        let file = pixels(head, &random) + pixels(count, &random) + pixels(random.below(40), &random)
        let filter = try PixelFilter(offset: Int64(head), count: Int64(count), shape: shape)
        let (bytes, ends) = try filtered(file, filter)
        #expect(bytes.count == file.count + Int(filter.added))
        #expect(bytes.prefix(head) == file.prefix(head))
        #expect(ends == ends.sorted())
        #expect(ends.last == head + count + Int(filter.added))
        #expect(try unfiltered(bytes, filter, parts: 1 + random.below(3000)) == file)
      }
    }
  }

  @Test func everyPathGivesTheSameBytes() throws {
    let paths = CodePath.allCases.filter(\.isAvailable)
    var random = SplitMix64(seed: 4711)
    for shape in try BandShape.all(columns: 203, rows: 37) {
      for _ in 0..<4 {
        let file = pixels(shape.bytes(ofRows: 37), &random)
        let filter = try PixelFilter(offset: 0, count: Int64(file.count), shape: shape)
        let results = try paths.map { try filtered(file, filter, path: $0).bytes }
        for result in results { #expect(result == results[0]) }
        for path in paths { #expect(try unfiltered(results[0], filter, path: path) == file) }
      }
    }
  }

  @Test func eachPredictorIsTakenWhereItFitsBest() throws {
    var random = SplitMix64(seed: 1)
    func predictor(_ sample: (_ x: Int, _ y: Int) -> Int) throws -> UInt8 {
      let shape = try BandShape(columns: 256, rows: 64, bytesPerSample: 2)
      let file = (0..<64).flatMap { y in
        (0..<256).flatMap { x in
          let value = sample(x, y)
          return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
        }
      }
      let filter = try PixelFilter(offset: 0, count: Int64(file.count), shape: shape)
      let bytes = try filtered(file, filter).bytes
      #expect(try unfiltered(bytes, filter) == file)
      return bytes[0]
    }
    #expect(try predictor { x, y in (x / 32 + y / 16) * 500 } == 0)
    #expect(try predictor { _, _ in 1000 + random.below(64) } == 2)
    #expect(try predictor { x, y in 12 * x + 4 * y + random.below(24) } == 1)
  }

  @Test func theMedianBeatsTheOriginalByFar() throws {
    var random = SplitMix64(seed: 2)
    let shape = try BandShape(columns: 256, rows: 256, bytesPerSample: 2)
    let file = (0..<65_536).flatMap { i in
      let value = 1000 + i % 256 * 3 + i / 256 * 2 + random.below(4)
      return [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }
    let filter = try PixelFilter(offset: 0, count: Int64(file.count), shape: shape)
    let bytes = try filtered(file, filter).bytes
    func entropy(_ bytes: [UInt8]) -> Double {
      let counts = bytes.reduce(into: [UInt8: Double]()) { $0[$1, default: 0] += 1 }
      return counts.values.reduce(0) { $0 - $1 * (($1 / Double(bytes.count)).logarithm) }
    }
    #expect(entropy(bytes) < 0.5 * entropy(file))
  }
}

extension Double {
  /// To the base of 2, near enough.
  fileprivate var logarithm: Double { Double(exponent) + (significand - 1) }
}
