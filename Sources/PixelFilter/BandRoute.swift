internal import Glibc

/// Leads the bytes of a file that comes as a stream past the filter or, a band at a time, through it.
public struct BandRoute {
  private let gathered: Gathered
  /// Bytes that each band has beyond its pixels.
  private let added: Int
  private let bandBytes: Int
  /// Bytes of the file before the next band or, with `pixels` at 0, behind the last.
  private var before: Int64
  /// Bytes of pixels that have not been through the filter.
  private var pixels: Int64

  /// A band that comes in parts.
  private final class Gathered {
    // Where all comes at once it is never needed.
    private(set) lazy var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
    private let size: Int
    private var isNeeded = false
    private(set) var count = 0

    init(size: Int) { self.size = size }

    deinit { if isNeeded { memory.deallocate() } }

    func add(_ bytes: UnsafeRawBufferPointer) {
      isNeeded = true
      UnsafeMutableRawBufferPointer(rebasing: memory[count...]).copyMemory(from: bytes)
      count += bytes.count
    }

    func take(_ size: Int) -> UnsafeRawBufferPointer {
      count = 0
      return UnsafeRawBufferPointer(rebasing: memory[..<size])
    }
  }

  /// Cuts a file that is to be filtered.
  public init(_ filter: PixelFilter) { self.init(filter, added: 0) }

  /// Cuts a file that is filtered.
  public init(filtered filter: PixelFilter) { self.init(filter, added: filter.shape.added) }

  private init(_ filter: PixelFilter, added: Int) {
    self.added = added
    bandBytes = filter.shape.bandBytes
    gathered = Gathered(size: bandBytes + added)
    before = filter.offset
    pixels = filter.count
  }

  /// Hands on the next bytes: to `beside` what is not filtered, to `band` every band.
  ///
  /// - Throws: what they throw.
  public mutating func write(
    _ bytes: UnsafeRawBufferPointer, beside: (UnsafeRawBufferPointer) throws -> Void,
    band: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    var rest = bytes
    func take(_ count: Int) -> UnsafeRawBufferPointer {
      defer { rest = UnsafeRawBufferPointer(rebasing: rest[count...]) }
      return UnsafeRawBufferPointer(rebasing: rest[..<count])
    }
    while !rest.isEmpty {
      guard before == 0, pixels > 0 else {
        let part = take(pixels > 0 ? Int(min(before, Int64(rest.count))) : rest.count)
        before = max(0, before - Int64(part.count))
        try beside(part)
        continue
      }
      let size = Int(min(pixels, Int64(bandBytes))) + added
      if gathered.count == 0, rest.count >= size {
        // It need not be gathered.
        try band(take(size))
      } else {
        let part = take(min(size - gathered.count, rest.count))
        gathered.add(part)
        if gathered.count < size { return }
        try band(gathered.take(size))
      }
      pixels -= Int64(size - added)
    }
  }

  /// That nothing is missing.
  ///
  /// - Throws: ``PixelFilterError`` `size` where the file ends before its filtered pixels do.
  public func finish() throws {
    guard pixels == 0 else { throw PixelFilterError(.size, "the file ends before its filtered pixels do") }
  }
}

extension UnsafeRawBufferPointer {
  /// Whether the bytes are the same.
  func isSame(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count, let start = baseAddress, let otherStart = other.baseAddress else {
      return count == other.count
    }
    return memcmp(start, otherStart, count) == 0
  }
}
