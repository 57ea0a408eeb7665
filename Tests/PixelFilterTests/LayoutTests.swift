import PixelFilter
import Testing

@Suite struct LayoutTests {
  @Test func aSliceIsOneBandAndSmallFramesShareOne() throws {
    let slice = try #require(
      ImageLayout(rows: 512, columns: 512, bitsAllocated: 16).filter(offset: 1000, length: 524_288))
    #expect(slice.shape.rows == 512)
    #expect(slice.count == 524_288)
    #expect(slice.bands == 1)
    let frames = try #require(
      ImageLayout(rows: 64, columns: 64, bitsAllocated: 16).filter(offset: 0, length: 8192 * 100))
    #expect(frames.shape.rows == 4096)
    #expect(frames.bands == 2)
    #expect(frames.added == 128)
  }

  @Test func aLargeFrameIsCutIntoEvenBands() throws {
    let film = try #require(
      ImageLayout(rows: 4096, columns: 3328, bitsAllocated: 16).filter(offset: 0, length: 4096 * 3328 * 2))
    #expect(film.shape.rows == 79)
    #expect(film.bands == 52)
  }

  @Test func whatIsNoWholeRowStaysAsItIs() throws {
    // Cut, padded, and an odd length with its byte of padding.
    #expect(ImageLayout(rows: 64, columns: 64, bitsAllocated: 16).filter(offset: 0, length: 8130)?.count == 8064)
    #expect(ImageLayout(rows: 64, columns: 64, bitsAllocated: 16).filter(offset: 0, length: 8320)?.count == 8320)
    #expect(ImageLayout(rows: 3, columns: 3, bitsAllocated: 8).filter(offset: 0, length: 10)?.count == 9)
    let planar = ImageLayout(
      rows: 6, columns: 8, bitsAllocated: 8, samplesPerPixel: 3, photometricInterpretation: "RGB", isPlanar: true)
    #expect(planar.filter(offset: 0, length: 2 * 144 + 100)?.count == 288)
    #expect(planar.filter(offset: 0, length: 143) == nil)
    #expect(ImageLayout(rows: 64, columns: 64, bitsAllocated: 16).filter(offset: 0, length: 127) == nil)
    #expect(ImageLayout(rows: 64, columns: 64, bitsAllocated: 16).filter(offset: 0, length: 0) == nil)
  }

  @Test func largePlanarFramesAreFilteredAsGrey() throws {
    let layout = ImageLayout(
      rows: 1024, columns: 1025, bitsAllocated: 8, samplesPerPixel: 3, photometricInterpretation: "RGB",
      isPlanar: true)
    let filter = try #require(layout.filter(offset: 0, length: 3 * 1024 * 1025))
    #expect(filter.shape.components == 1)
    #expect(filter.count == 3 * 1024 * 1025)
  }

  @Test func whatIsNoPictureOfTheseIsLeftAlone() {
    for (bits, samples, photometric, isBigEndian) in [
      (1, 1, "MONOCHROME2", false), (32, 1, "MONOCHROME2", false), (64, 1, "MONOCHROME2", false),
      (8, 1, "PALETTE COLOR", false), (16, 1, "PALETTE COLOR", false), (8, 3, "YBR_FULL", false),
      (8, 3, "YBR_FULL_422", false), (16, 3, "RGB", false), (8, 4, "CMYK", false), (8, 1, "MONOCHROME2", true),
      (8, 3, "RGB", true),
    ] {
      let layout = ImageLayout(
        rows: 16, columns: 16, bitsAllocated: bits, samplesPerPixel: samples, photometricInterpretation: photometric,
        isBigEndian: isBigEndian)
      #expect(layout.filter(offset: 0, length: 10_000) == nil)
    }
    for (rows, columns) in [(0, 4), (4, 0), (-1, 4), (4, BandShape.mostColumns + 1), (65_536, 4), (.max, .max)] {
      #expect(ImageLayout(rows: rows, columns: columns, bitsAllocated: 16).filter(offset: 0, length: 1 << 40) == nil)
    }
  }
}
