internal import CPixelFilter

/// The code that filters: each gives the same bytes.
public enum CodePath: CaseIterable, Sendable {
  /// What every processor of the architecture can do.
  case baseline
  /// x86-64 with AVX2.
  case avx2

  /// The fastest one here.
  public static var best: CodePath { CodePath(cpixelfilter_best_path()) }

  /// Whether this machine can do it.
  public var isAvailable: Bool { self == .baseline || self == .best }

  private init(_ path: cpixelfilter_path) { self = path == cpixelfilter_avx2 ? .avx2 : .baseline }

  var path: cpixelfilter_path { self == .avx2 ? cpixelfilter_avx2 : cpixelfilter_baseline }
}

/// Filters bands and puts them back. It holds the working memory, at most about seven bytes for each pixel of a band, and is
/// for one thread.
final class BandCoder {
  let shape: BandShape
  private let path: CodePath
  private let scratch: UnsafeMutableRawPointer
  private let ends: UnsafeMutablePointer<UInt32>

  init(_ shape: BandShape, path: CodePath = .best) {
    self.shape = shape
    self.path = path
    var full = shape.shape(ofBytes: shape.bandBytes)
    scratch = .allocate(byteCount: cpixelfilter_scratch(&full), alignment: 64)
    ends = .allocate(capacity: Int(cpixelfilter_most_ends))
  }

  deinit {
    scratch.deallocate()
    ends.deallocate()
  }

  /// Filters a band.
  ///
  /// - Parameters:
  ///   - band: whole rows, at most a full band.
  ///   - result: memory for as many bytes and `shape.added` more.
  /// - Returns: where in the result something else begins, rising; the last place is the end.
  func encode(_ band: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer) -> UnsafeBufferPointer<UInt32>
  {
    var shape = checkedShape(band.count, result.count)
    let count = cpixelfilter_encode(
      &shape, band.baseAddress?.assumingMemoryBound(to: UInt8.self),
      result.baseAddress?.assumingMemoryBound(to: UInt8.self), scratch, ends, path.path)
    return UnsafeBufferPointer(start: ends, count: count)
  }

  /// Puts a band back.
  ///
  /// - Parameters:
  ///   - filtered: what ``encode(_:into:)`` made, or anything else of that size.
  ///   - band: memory for `shape.added` bytes less.
  /// - Returns: false where it is not what `encode` makes.
  func decode(_ filtered: UnsafeRawBufferPointer, into band: UnsafeMutableRawBufferPointer) -> Bool {
    var shape = checkedShape(band.count, filtered.count)
    return cpixelfilter_decode(
      &shape, filtered.baseAddress?.assumingMemoryBound(to: UInt8.self),
      band.baseAddress?.assumingMemoryBound(to: UInt8.self), scratch, path.path)
  }

  /// The one place that C's memory safety depends on. Only the two streams call it, with sizes that they count themselves.
  private func checkedShape(_ band: Int, _ filtered: Int) -> cpixelfilter_shape {
    precondition(band > 0 && band <= shape.bandBytes && band % shape.unit == 0 && filtered == band + shape.added)
    return shape.shape(ofBytes: band)
  }
}
