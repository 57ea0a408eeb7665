internal import Threads

/// Filters bands of one shape and puts them back, on any number of threads at once. It keeps the working memory of each.
public final class BandFilter: Sendable {
  /// What the bands are.
  public let shape: BandShape
  private let tools: Reserve<Tools>

  /// The working memory of one thread.
  private final class Tools {
    let coder: BandCoder
    let filtered: UnsafeMutableRawBufferPointer
    let back: UnsafeMutableRawBufferPointer

    init(_ shape: BandShape, _ path: CodePath) {
      coder = BandCoder(shape, path: path)
      filtered = .allocate(byteCount: shape.bandBytes + shape.added, alignment: 64)
      back = .allocate(byteCount: shape.bandBytes, alignment: 64)
    }

    deinit {
      filtered.deallocate()
      back.deallocate()
    }
  }

  /// Prepares for bands of a shape.
  ///
  /// - Parameter path: which code does it; for tests.
  public init(_ shape: BandShape, path: CodePath = .best) {
    self.shape = shape
    tools = Reserve { Tools(shape, path) }
  }

  /// How many bytes a band has when it is filtered.
  public func filteredBytes(ofBand bytes: Int) -> Int { bytes + shape.added }

  /// Filters a band, and checks that it comes back as it was.
  ///
  /// - Parameter output: takes the filtered band, part by part.
  /// - Throws: ``PixelFilterError`` `inverse`; what `output` throws.
  public func filter(_ band: UnsafeRawBufferPointer, _ output: PixelFiltering.Output) throws {
    try tools.lend { tools in
      let result = UnsafeMutableRawBufferPointer(rebasing: tools.filtered[..<filteredBytes(ofBand: band.count)])
      let ends = tools.coder.encode(band, into: result)
      let copy = UnsafeMutableRawBufferPointer(rebasing: tools.back[..<band.count])
      guard tools.coder.decode(UnsafeRawBufferPointer(result), into: copy),
        UnsafeRawBufferPointer(copy).isSame(as: band)
      else { throw PixelFilterError(.inverse, "what was filtered does not come back as it was") }
      var start = 0
      for end in ends {
        try output(UnsafeRawBufferPointer(rebasing: result[start..<Int(end)]), true)
        start = Int(end)
      }
    }
  }

  /// Puts a band back.
  ///
  /// - Parameters:
  ///   - filtered: anything of the size of a filtered band.
  ///   - band: memory for the band.
  /// - Throws: ``PixelFilterError`` `malformed` where it is no filtered band.
  func unfilter(_ filtered: UnsafeRawBufferPointer, into band: UnsafeMutableRawBufferPointer) throws {
    try tools.lend { tools in
      guard tools.coder.decode(filtered, into: band) else {
        throw PixelFilterError(.malformed, "these are no filtered pixels")
      }
    }
  }
}

extension PixelFilter {
  /// Puts back a file that is in memory.
  ///
  /// - Parameters:
  ///   - stored: the filtered file, which may be anything.
  ///   - original: memory for ``added`` bytes less.
  ///   - bands: of this filter's shape.
  /// - Throws: ``PixelFilterError`` `malformed`, `size`.
  public func putBack(
    _ stored: UnsafeRawBufferPointer, into original: UnsafeMutableRawBufferPointer, by bands: BandFilter
  ) throws {
    guard Int64(stored.count) == Int64(original.count) + added, bands.shape == shape else {
      throw PixelFilterError(.size, "\(stored.count) bytes do not become \(original.count)")
    }
    var route = BandRoute(filtered: self)
    var rest = original
    func take(_ count: Int) -> UnsafeMutableRawBufferPointer {
      defer { rest = UnsafeMutableRawBufferPointer(rebasing: rest[count...]) }
      return UnsafeMutableRawBufferPointer(rebasing: rest[..<count])
    }
    try route.write(
      stored, beside: { take($0.count).copyMemory(from: $0) },
      band: { try bands.unfilter($0, into: take($0.count - shape.added)) })
    try route.finish()
  }
}
