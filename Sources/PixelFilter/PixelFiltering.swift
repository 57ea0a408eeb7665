/// Filters the pixels of a file that comes as a stream, and checks on the way that they can be put back. Memory is that of
/// a few bands. For one thread; an error is final.
public final class PixelFiltering {
  /// Takes a part of the filtered file. `endsHere` says that something else begins behind it: a compressor does better to
  /// begin a block of its own there (`ZSTD_e_flush`).
  public typealias Output = (_ bytes: UnsafeRawBufferPointer, _ endsHere: Bool) throws -> Void

  private let bands: BandFilter
  private var route: BandRoute
  private let output: Output

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: which code does it; for tests.
  ///   - output: what it throws comes out of the call that led to it.
  public init(_ filter: PixelFilter, path: CodePath = .best, output: @escaping Output) {
    bands = BandFilter(filter.shape, path: path)
    route = BandRoute(filter)
    self.output = output
  }

  /// Takes the next bytes of the file.
  ///
  /// - Throws: ``PixelFilterError`` `inverse`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try route.write(bytes, beside: { try output($0, false) }, band: { try bands.filter($0, output) })
  }

  /// Ends the file.
  ///
  /// - Throws: ``PixelFilterError`` `size` where the file ends before what is to be filtered does.
  public func finish() throws { try route.finish() }
}

/// Puts the pixels of a filtered file back, which comes as a stream. Memory is that of a few bands. For one thread; an error
/// is final.
public final class PixelUnfiltering {
  private let bands: BandFilter
  private var route: BandRoute
  private let output: (UnsafeRawBufferPointer) throws -> Void
  private let band: UnsafeMutableRawBufferPointer

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: which code does it; for tests.
  ///   - output: takes the next bytes of the original file; what it throws comes out of the call that led to it.
  public init(
    _ filter: PixelFilter, path: CodePath = .best, output: @escaping (UnsafeRawBufferPointer) throws -> Void
  ) {
    bands = BandFilter(filter.shape, path: path)
    route = BandRoute(filtered: filter)
    self.output = output
    band = .allocate(byteCount: filter.shape.bandBytes, alignment: 64)
  }

  deinit { band.deallocate() }

  /// Takes the next bytes of the filtered file, which may be anything.
  ///
  /// - Throws: ``PixelFilterError`` `malformed`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try route.write(bytes, beside: output) { filtered in
      let result = UnsafeMutableRawBufferPointer(rebasing: band[..<(filtered.count - bands.shape.added)])
      try bands.unfilter(filtered, into: result)
      try output(UnsafeRawBufferPointer(result))
    }
  }

  /// Ends the file.
  ///
  /// - Throws: ``PixelFilterError`` `size` where the file ends before what is filtered does.
  public func finish() throws { try route.finish() }
}
