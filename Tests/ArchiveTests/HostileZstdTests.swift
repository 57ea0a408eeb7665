import Testing

@testable import Archive

@Suite struct HostileZstdTests {
  private let tar = Tar.build {
    $0.file("a", noise(3000))
    $0.end()
  }

  private func refusal(of archive: [UInt8], sourceLocation: SourceLocation = #_sourceLocation) -> ArchiveError.Code? {
    let error = #expect(throws: ArchiveError.self, sourceLocation: sourceLocation) { try unpack(archive) }
    return error?.code
  }

  @Test func `frames that follow one another are one archive, and anything else behind a frame is refused`() throws {
    let frame = zstdFrame(tar)
    #expect(try unpack(frame).names == ["a"])
    #expect(try unpack(zstdFrame(Array(tar.prefix(1024))) + zstdFrame(Array(tar.dropFirst(1024)))).names == ["a"])
    #expect(refusal(of: frame + [0]) == .truncated)
    #expect(refusal(of: frame + frame) == .trailingData)
    #expect(refusal(of: frame + zstdFrame([])) == .malformed)
    #expect(refusal(of: frame + zstdFrame([1])) == .trailingData)
    let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18, 1, 0, 0, 0, 0]
    #expect(refusal(of: frame + skippable) == .malformed)
    #expect(refusal(of: skippable + frame) == .malformed)
  }

  @Test func `what follows is refused however the input is cut up`() throws {
    for step in [1, 2, 3, 100] {
      let error = #expect(throws: ArchiveError.self) { try unpack(zstdFrame(tar) + [0x28], step: step) }
      #expect(error?.code == .truncated)
      #expect(try unpack(zstdFrame(tar), step: step).names == ["a"])
    }
  }

  @Test func `a frame that is cut is refused, wherever it is cut`() throws {
    let frame = try pack([("a", noise(2000))])
    for length in 0..<frame.count {
      #expect(refusal(of: Array(frame.prefix(length))) == .truncated)
    }
  }

  @Test func `no flipped bit makes a reader crash, nor read another name or size`() throws {
    let frame = try pack([("a", noise(600))])
    for index in frame.indices {
      var damaged = frame
      damaged[index] ^= 0x10
      if let found = try? unpack(damaged, limits: ArchiveLimits(maxEntries: 9, maxExpanded: 1 << 20)) {
        #expect(found.names.count == 1)
      }
    }
  }

  @Test func `zstd within zstd, other compressions and plain tar are refused`() throws {
    #expect(refusal(of: zstdFrame(zstdFrame(tar))) == .malformed)
    #expect(refusal(of: tar) == .malformed)
    let scratch = try Scratch()
    try scratch.write(tar, to: "a.tar")
    for tool in ["gzip", "xz", "zstd --format=gzip"] {
      #expect(try scratch.shell("\(tool) -q -c < a.tar > a.out").status == 0)
      #expect(refusal(of: try scratch.read("a.out")) == .malformed)
    }
    // gzip within zstd
    #expect(try scratch.shell("gzip -c a.tar | zstd -q -c > a.out").status == 0)
    #expect(refusal(of: try scratch.read("a.out")) == .malformed)
  }

  @Test func `a frame that expands to more than 4 MiB is refused, whatever it announces`() throws {
    let full = Tar.build {
      $0.file("a", [UInt8](repeating: 0, count: Frame.largest - 512 - 1024))
      $0.end()
    }
    #expect(full.count == Frame.largest)
    #expect(try unpack(zstdFrame(full)).names == ["a"])
    #expect(refusal(of: zstdFrame(full + [0])) == .limit)
    let scratch = try Scratch()
    for options in ["", "--long=27", "--no-content-size"] {
      #expect(try scratch.shell("head -c 20000000 /dev/zero | zstd -q -f \(options) -o a.zst").status == 0)
      #expect(refusal(of: try scratch.read("a.zst")) == .limit)
    }
    // A terabyte, it says: no memory is taken for it.
    let single: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0xE0] + [0, 0, 0, 0, 0, 1, 0, 0]
    #expect([.malformed, .limit].contains(refusal(of: single + [1, 0, 0])))
    // A frame that never ends is not gathered for ever.
    let blocks = (0..<64).flatMap { _ in [0, 0, 16] + [UInt8](repeating: 7, count: 128 << 10) }
    #expect(refusal(of: [0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x58] + blocks) == .limit)
  }

  @Test func `reserved bits, reserved blocks and dictionaries are refused`() {
    let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    #expect(refusal(of: magic + [0x08, 0x58, 1, 0, 0]) == .malformed)
    #expect(refusal(of: magic + [0x00, 0x58, 7, 0, 0]) == .malformed)
    #expect(refusal(of: magic + [0x01, 0x58, 9, 1, 0, 0]) == .malformed)
    #expect(refusal(of: Array("not zstd at all".utf8)) == .malformed)
  }

  @Test func `a bomb is stopped at the announced size`() throws {
    // 4 bytes for each 128 KiB of zeros: 4 GiB in all, behind a header for 1 MiB, and behind the end mark.
    let zeros = (1...32768).flatMap { (block: Int) -> [UInt8] in [block == 32768 ? 3 : 2, 0, 16, 0] }
    for tar in [
      Tar.build { $0.header([0x61], size: 1 << 20) },
      Tar.build {
        $0.header([0x61]); $0.end()
      },
      Tar.build { $0.pax([("comment", "c")]) },
      Tar.build { $0.header([0x61], size: 1 << 32, type: "x") },
      Tar.build { $0.header([0x61], size: 1 << 32, type: "L") },
    ] {
      var frame = zstdFrame(tar)
      frame[6] &= 0xFE  // not the last block
      #expect([.limit, .malformed, .member].contains(refusal(of: frame + zeros)))
    }
  }
}
