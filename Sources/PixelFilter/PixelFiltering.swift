/// Filters the pixels of a file that comes as a stream, and checks on the way that they can be put back. Memory is that of
/// a few bands. For one thread; an error is final.
public final class PixelFiltering {
  /// Takes a part of the filtered file. `endsHere` says that something else begins behind it: a compressor does better to
  /// begin a block of its own there (`ZSTD_e_flush`).
  public typealias Output = (_ bytes: UnsafeRawBufferPointer, _ endsHere: Bool) throws -> Void

  private let coder: BandCoder
  private var route: BandRoute
  private let output: Output
  private let filtered: UnsafeMutableRawBufferPointer
  private let back: UnsafeMutableRawBufferPointer

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: which code does it; for tests.
  ///   - output: what it throws comes out of the call that led to it.
  public init(_ filter: PixelFilter, path: CodePath = .best, output: @escaping Output) {
    let shape = filter.shape
    coder = BandCoder(shape, path: path)
    route = BandRoute(filter, added: 0)
    self.output = output
    filtered = .allocate(byteCount: shape.bandBytes + shape.added, alignment: 64)
    back = .allocate(byteCount: shape.bandBytes, alignment: 64)
  }

  deinit {
    filtered.deallocate()
    back.deallocate()
  }

  /// Takes the next bytes of the file.
  ///
  /// - Throws: ``PixelFilterError`` `inverse`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try route.write(bytes, beside: { try output($0, false) }, band: encode)
  }

  /// Ends the file.
  ///
  /// - Throws: ``PixelFilterError`` `size` where the file ends before what is to be filtered does.
  public func finish() throws { try route.finish() }

  private func encode(_ band: UnsafeRawBufferPointer) throws {
    let result = UnsafeMutableRawBufferPointer(rebasing: filtered[..<(band.count + coder.shape.added)])
    let ends = coder.encode(band, into: result)
    let copy = UnsafeMutableRawBufferPointer(rebasing: back[..<band.count])
    guard coder.decode(UnsafeRawBufferPointer(result), into: copy), UnsafeRawBufferPointer(copy).isSame(as: band) else {
      throw PixelFilterError(.inverse, "what was filtered does not come back as it was")
    }
    var start = 0
    for end in ends {
      try output(UnsafeRawBufferPointer(rebasing: result[start..<Int(end)]), true)
      start = Int(end)
    }
  }
}

/// Puts the pixels of a filtered file back, which comes as a stream. Memory is that of a few bands. For one thread; an error
/// is final.
public final class PixelUnfiltering {
  private let coder: BandCoder
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
    coder = BandCoder(filter.shape, path: path)
    route = BandRoute(filter, added: filter.shape.added)
    self.output = output
    band = .allocate(byteCount: filter.shape.bandBytes, alignment: 64)
  }

  deinit { band.deallocate() }

  /// Takes the next bytes of the filtered file, which may be anything.
  ///
  /// - Throws: ``PixelFilterError`` `malformed`; what `output` throws.
  public func write(_ bytes: UnsafeRawBufferPointer) throws {
    try route.write(bytes, beside: output) { filtered in
      let result = UnsafeMutableRawBufferPointer(rebasing: band[..<(filtered.count - coder.shape.added)])
      guard coder.decode(filtered, into: result) else {
        throw PixelFilterError(.malformed, "these are no filtered pixels")
      }
      try output(UnsafeRawBufferPointer(result))
    }
  }

  /// Ends the file.
  ///
  /// - Throws: ``PixelFilterError`` `size` where the file ends before what is filtered does.
  public func finish() throws { try route.finish() }
}
