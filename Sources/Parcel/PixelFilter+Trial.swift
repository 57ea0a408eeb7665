internal import Archive
public import PixelFilter
public import Spool
public import SystemPackage

extension PixelFilter {
  /// Whether the pixels take fewer bytes filtered than as they are, which those of drawn images do not: a band is compressed
  /// both ways.
  ///
  /// - Returns: nil where the band takes next to nothing as it is, and says nothing of other images: it is blank.
  /// - Throws: `SpoolError` where the file cannot be read; `ArchiveError`, ``PixelFilterError``.
  public func pays(in path: FilePath, on disk: Disk) throws -> Bool? {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: sample.count, alignment: 64)
    defer { memory.deallocate() }
    let file = try disk.open(path)
    var count = 0
    while count < memory.count {
      let more = try file.read(
        at: sample.lowerBound + Int64(count), into: UnsafeMutableRawBufferPointer(rebasing: memory[count...]))
      guard more > 0 else { return nil }
      count += more
    }
    let sample = UnsafeRawBufferPointer(memory)
    let plain = try Self.compressed(Int64(count), level: 3) { try $0.write(sample) }
    guard plain > Self.nothing + count / 128 else { return nil }
    let bands = BandFilter(shape)
    let size = bands.filteredBytes(ofBand: count)
    let filtered = try Self.compressed(Int64(size), level: 1) {
      try $0.write(sample, becoming: size, by: bands.filter)
    }
    return filtered < plain
  }

  /// More than an archive takes in which nothing is.
  private static let nothing = 512

  private static func compressed(_ size: Int64, level: Int, _ write: (ArchiveWriter) throws -> Void) throws -> Int {
    var count = 0
    let archive = try ArchiveWriter(level: level, threads: 0) { count += $0.count }
    try archive.begin(name: "pixels", size: size)
    try write(archive)
    try archive.finish()
    return count
  }
}
