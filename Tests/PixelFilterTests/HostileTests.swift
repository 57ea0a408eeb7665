import PixelFilter
import Randomness
import Testing

@Suite struct HostileTests {
  @Test func bytesThatNobodyFilteredGiveAnErrorOrPixels() throws {
    var random = SplitMix64(seed: 3)
    var refused = 0
    for shape in try BandShape.all(columns: 61, rows: 19) {
      let filter = try PixelFilter(offset: 5, count: Int64(shape.bytes(ofRows: 19)), shape: shape)
      let file = pixels(5 + Int(filter.count), &random)
      let good = try filtered(file, filter).bytes
      for _ in 0..<200 {
        var bad = good
        for _ in 0...random.below(4) {
          bad[random.below(random.below(2) == 0 ? 69 : bad.count)] ^= 1 << random.below(8)
        }
        for path in CodePath.allCases where path.isAvailable {
          do {
            #expect(try unfiltered(bad, filter, path: path).count == file.count)
          } catch let error as PixelFilterError {
            #expect(error.code == .malformed)
            refused += 1
          }
        }
      }
    }
    #expect(refused > 500)
  }

  @Test func countsThatAddUpButDoNotFitAreRefused() throws {
    let shape = try BandShape(columns: 16, rows: 2, bytesPerSample: 2)
    let filter = try PixelFilter(offset: 0, count: 64, shape: shape)
    var bytes = [UInt8](repeating: 0, count: 128)
    bytes[4] = 32
    #expect(try unfiltered(bytes, filter) == [UInt8](repeating: 0, count: 64))
    // All of them in the second class: the first group is of the first.
    bytes[4] = 0
    bytes[8] = 32
    #expect { try unfiltered(bytes, filter) } throws: { ($0 as? PixelFilterError)?.code == .malformed }
    // The sum is 32 modulo 2³².
    bytes[4] = 33
    bytes.replaceSubrange(8..<12, with: [0xFF, 0xFF, 0xFF, 0xFF])
    #expect { try unfiltered(bytes, filter) } throws: { ($0 as? PixelFilterError)?.code == .malformed }
    // There is no such predictor.
    bytes.replaceSubrange(0..<12, with: [3, 0, 0, 0, 32, 0, 0, 0, 0, 0, 0, 0])
    #expect { try unfiltered(bytes, filter) } throws: { ($0 as? PixelFilterError)?.code == .malformed }
  }

  @Test func aFileThatEndsTooEarlyIsRefused() throws {
    let shape = try BandShape(columns: 16, rows: 2, bytesPerSample: 2)
    let filter = try PixelFilter(offset: 10, count: 64, shape: shape)
    for count in [0, 9, 10, 73] {
      let file = [UInt8](repeating: 0, count: count)
      #expect { try filtered(file, filter) } throws: { ($0 as? PixelFilterError)?.code == .size }
      #expect { try unfiltered(file, filter) } throws: { ($0 as? PixelFilterError)?.code == .size }
    }
  }

  @Test(arguments: [
    (0, 1), (1, 0), (-1, 1), (BandShape.mostColumns + 1, 1), (1024, 1025), (1, BandShape.mostPixels + 1), (1, .max),
  ])
  func bandsBeyondTheLimitsAreRefused(columns: Int, rows: Int) {
    #expect { try BandShape(columns: columns, rows: rows, bytesPerSample: 2) } throws: {
      ($0 as? PixelFilterError)?.code == .geometry
    }
  }

  @Test func samplesThatNoVariantCoversAreRefused() {
    for (bytes, components, isPlanar, isSigned, isBigEndian) in [
      (0, 1, false, false, false), (3, 1, false, false, false), (4, 1, false, false, false),
      (2, 3, false, false, false),
      (1, 2, false, false, false), (1, 3, false, true, false), (1, 1, true, false, false), (1, 1, false, false, true),
      (1, 3, false, false, true),
    ] {
      #expect(throws: PixelFilterError.self) {
        try BandShape(
          columns: 4, rows: 4, bytesPerSample: bytes, components: components, isPlanar: isPlanar, isSigned: isSigned,
          isBigEndian: isBigEndian)
      }
    }
  }

  @Test func partsThatAreNoWholeRowsAreRefused() throws {
    let grey = try BandShape(columns: 4, rows: 4, bytesPerSample: 2)
    let planar = try BandShape(columns: 4, rows: 4, bytesPerSample: 1, components: 3, isPlanar: true)
    for (shape, offset, count) in [
      (grey, -1, 8), (grey, 0, 0), (grey, 0, -8), (grey, 0, 12), (planar, 0, 12), (grey, .max, 8),
      (grey, 0, .max - 7), (grey, 0, 1 << 57), (grey, 1 << 57, 8),
    ] as [(BandShape, Int64, Int64)] {
      #expect(throws: PixelFilterError.self) { try PixelFilter(offset: offset, count: count, shape: shape) }
    }
  }
  @Test func theSizeOfTheLargestCanBeCounted() throws {
    let shape = try BandShape(columns: 1, rows: 1, bytesPerSample: 1)
    let filter = try PixelFilter(offset: 1 << 56, count: 1 << 56, shape: shape)
    #expect(filter.added == 1 << 62)
    #expect(filter.sample.count == 1)
    #expect(throws: PixelFilterError.self) { try PixelFilter(offset: 0, count: 1 << 56 + 1, shape: shape) }
    #expect(throws: PixelFilterError.self) { try PixelFilter(offset: 1 << 56 + 1, count: 1, shape: shape) }
  }
}
