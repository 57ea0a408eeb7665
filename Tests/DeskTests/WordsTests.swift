import Desk
import Testing

/// Figures as people read them.
@Suite struct WordsTests {
  @Test func whatIsUnderWayIsToldWithItsRateAndWhatIsLeft() {
    #expect(
      progressInWords("unpacking", 412_000_000, of: 1_000_000_000, after: 4)
        == "unpacking: 412.0 MB of 1.0 GB, 103.0 MB/s, 5 s left")
    #expect(progressInWords("loading", 0, of: 100, after: 0) == "loading: 0 B of 100 B, 0 B/s")
    // More than was announced, and as much as there can be.
    #expect(progressInWords("reading", 200, of: 100, after: 1) == "reading: 200 B of 100 B, 200 B/s, 0 s left")
    #expect(progressInWords("looking through", .max / 2, of: .max, after: 1e6).count <= 80)
  }
}
