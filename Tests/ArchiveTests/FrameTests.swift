import Foundation
import Testing

@testable import Archive

/// An archive is a row of frames, each of which can be handled by itself.
@Suite struct FrameTests {
  /// The frames of an archive.
  private func frames(of archive: [UInt8]) throws -> [[UInt8]] {
    var rest = archive[...]
    var frames: [[UInt8]] = []
    while !rest.isEmpty {
      var outline = ZstdFrame()
      let count = try rest.withUnsafeBytes { try outline.take($0) }
      try #require(outline.isComplete)
      frames.append(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
    }
    return frames
  }

  /// What zstd's own program finds in a frame.
  private func expanded(_ frame: [UInt8], in scratch: Scratch) throws -> [UInt8] {
    try scratch.write(frame, to: "frame.zst")
    try #require(try scratch.shell("zstd -q -d -f frame.zst").status == 0)
    return try scratch.read("frame")
  }

  @Test(arguments: [0, 2]) func `a frame holds whole members or a part of one, and is bounded`(threads: Int) throws {
    let sizes = [10, 400_000, 400_000, 400_000, 1_200_000, 9_000_000, 5, 1_310_720, 3]
    let files = sizes.enumerated().map { ("m\($0)", noise($1)) }
    let archive = try pack(files, threads: threads)
    #expect(try unpack(archive, threads: threads).contents == files.map(\.1))
    let scratch = try Scratch()
    let contents = try frames(of: archive).map { try expanded($0, in: scratch) }
    #expect(contents.count >= 8)
    #expect(contents.allSatisfy { $0.count <= Frame.usual })
    // Where members begin and end in the tar; a frame that begins within a member ends within it, or with it.
    var ends = [0]
    for size in sizes { ends.append(ends[ends.count - 1] + 512 + (size + 511) / 512 * 512) }
    var start = 0
    for frame in contents {
      let end = start + frame.count
      if !ends.contains(start) {
        #expect(ends.first { $0 > start }.map { end <= $0 } ?? false)
      }
      start = end
    }
    #expect(start == ends[ends.count - 1] + 1024)
  }

  @Test(arguments: [0, 2]) func `what is made of bytes stands in the archive, in its place`(threads: Int) throws {
    let bytes = noise(300_000)
    var archive: [UInt8] = []
    let writer = try ArchiveWriter(level: 3, threads: threads) { archive += $0 }
    try writer.begin(name: "a", size: 7 + 20 * 600_000 + 3, effort: .least)
    try [UInt8](repeating: 1, count: 7).withUnsafeBytes { try writer.write($0) }
    for _ in 0..<20 {
      try bytes.withUnsafeBytes { bytes in
        try writer.write(bytes, becoming: 2 * bytes.count) { bytes, made in
          try made(bytes, false)
          try made(bytes, true)
        }
      }
    }
    try [UInt8](repeating: 2, count: 3).withUnsafeBytes { try writer.write($0) }
    try writer.finish()
    let found = try unpack(archive, threads: threads)
    #expect(
      found.contents == [
        [UInt8](repeating: 1, count: 7) + (0..<40).flatMap { _ in bytes } + [UInt8](repeating: 2, count: 3)
      ])
  }

  @Test(arguments: [0, 2]) func `what making throws comes out again, and a wrong size is told`(threads: Int) throws {
    struct Own: Error {}
    func write(_ change: @escaping ArchiveWriter.Change) throws {
      let writer = try ArchiveWriter(level: 1, threads: threads) { _ in }
      try writer.begin(name: "a", size: 5)
      try [UInt8](repeating: 1, count: 4).withUnsafeBytes { try writer.write($0, becoming: 5, by: change) }
      try writer.finish()
    }
    #expect(throws: Own.self) { try write { _, _ in throw Own() } }
    let error = #expect(throws: ArchiveError.self) { try write { try $1($0, true) } }
    #expect(error?.code == .usage)
    try write { bytes, made in
      try made(bytes, true)
      try made(UnsafeRawBufferPointer(rebasing: bytes.prefix(1)), true)
    }
  }

  @Test func `damage in a frame does not hide what is before it`() throws {
    let files = (0..<6).map { ("m\($0)", noise(Frame.usual - 10_000)) }
    var archive = try pack(files)
    let first = try frames(of: archive).prefix(3).reduce(0) { $0 + $1.count }
    archive[first] ^= 0xFF
    var rest = archive[...]
    let reader = try ArchiveReader(limits: ArchiveLimits(maxEntries: 9, maxExpanded: 1 << 30), threads: 2) { memory in
      let count = min(memory.count, rest.count)
      memory.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
    var names: [String] = []
    #expect(throws: ArchiveError.self) { while let entry = try reader.next() { names.append(entry.name) } }
    #expect(names == ["m0", "m1", "m2"])
  }
}
