import Archive
import Testing

@Suite struct HostileTarTests {
  private func refusal(
    of tar: [UInt8], limits: ArchiveLimits = ArchiveLimits(maxEntries: 100, maxExpanded: 1 << 20),
    sourceLocation: SourceLocation = #_sourceLocation
  ) -> ArchiveError.Code? {
    let error = #expect(throws: ArchiveError.self, sourceLocation: sourceLocation) {
      try unpack(zstdFrame(tar), limits: limits)
    }
    return error?.code
  }

  @Test func `the tar made by hand is read when nothing is wrong with it`() throws {
    let tar = Tar.build {
      $0.file("a", [1, 2, 3])
      $0.file("b/c \"d\"", noise(1024))
      $0.header(Array("name".utf8), prefix: "prefix")
      $0.end()
    }
    #expect(try unpack(zstdFrame(tar)).names == ["a", "b/c \"d\"", "prefix/name"])
    #expect(try unpack(zstdFrame(tar + [UInt8](repeating: 0, count: 19 * 512))).contents[1] == noise(1024))
  }

  @Test(arguments: [
    "", "/a", "../a", "a/../b", "a/..", "..", ".", "./a", "a/./b", "a//b", "a\\b", "a\nb", "a\u{1B}[0mb", "a\u{7F}",
    "é", "a\u{202E}b", "\u{0}a",
  ])
  func `a name that is not an exact plain path is refused`(name: String) {
    let tar = Tar.build {
      $0.file(name, [1])
      $0.end()
    }
    #expect(refusal(of: tar) == .name)
  }

  @Test func `bytes that are no UTF-8 make no name, and the error shows them escaped`() throws {
    let tar = Tar.build {
      $0.header([0x61, 0xFF, 0x1B, 0x5C])
      $0.end()
    }
    let error = #expect(throws: ArchiveError.self) { try unpack(zstdFrame(tar)) }
    #expect(error?.code == .name)
    #expect(error?.member == "a\\xFF\\x1B\\x5C")
    #expect(error?.description.utf8.allSatisfy { (0x20..<0x7F).contains($0) } == true)
  }

  @Test func `a name of 256 bytes is refused, one of 255 is read`() throws {
    func tar(_ length: Int) -> [UInt8] {
      Tar.build {
        $0.header(
          [UInt8](repeating: 0x61, count: 100), prefix: String(repeating: "b", count: length - 101))
        $0.end()
      }
    }
    #expect(try unpack(zstdFrame(tar(255))).names.map(\.utf8.count) == [255])
    #expect(refusal(of: tar(256)) == .name)
  }

  @Test(arguments: ["1", "2", "3", "4", "5", "6", "D"] as [Character])
  func `what is no regular file is refused`(type: Character) {
    for size in [Int64(0), 512] {
      let tar = Tar.build {
        $0.header(Array("a".utf8), size: size, type: type, link: type < "3" ? "b" : "")
        $0.contents([UInt8](repeating: 65, count: Int(size)))
        $0.end()
      }
      #expect(refusal(of: tar) == .member)
    }
  }

  @Test func `a name with a slash at its end is no regular file`() {
    #expect(
      refusal(
        of: Tar.build {
          $0.file("a/", [1]); $0.end()
        }) == .member)
  }

  @Test(arguments: [0o4755, 0o2755, 0o1777])
  func `setuid, setgid and sticky bits are refused`(mode: Int) {
    #expect(
      refusal(
        of: Tar.build {
          $0.file("a", [1], mode: mode); $0.end()
        }) == .member)
  }

  @Test(arguments: ["x", "X", "g"] as [Character])
  func `pax headers are refused, whatever they say`(type: Character) {
    let records: [[(String, String)]] = [
      [("path", "b")], [("size", "1")], [("size", "100000000000")], [("size", "-1")], [("linkpath", "/etc/passwd")],
      [("SCHILY.xattr.user.a", "b")], [("LIBARCHIVE.xattr.a", "Yg")], [("SCHILY.acl.access", "user::rwx")],
      [("SCHILY.fflags", "schg")],
      [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "9")],
      [("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "9")], [("mtime", "1.5")], [("comment", "c")], [],
    ]
    for record in records {
      let tar = Tar.build {
        $0.pax(record, type: type)
        $0.file("a", [UInt8](repeating: 65, count: 600))
        $0.end()
      }
      #expect([.member, .malformed, .limit, .truncated].contains(refusal(of: tar)))
    }
  }

  @Test func `a pax header for a size of 8 GiB that says more than the size is refused`() {
    let big = String(Int64(9) << 30)
    let limits = ArchiveLimits(maxEntries: 9, maxExpanded: 1 << 40)
    for (extra, code) in [
      (("SCHILY.xattr.user.a", "b"), ArchiveError.Code.member), (("SCHILY.acl.access", "user:1000:rwx"), .member),
      (("SCHILY.fflags", "schg"), .member), (("path", "../b"), .name),
      // These mean nothing to a regular file; its contents are missing.
      (("linkpath", "b"), .truncated), (("comment", "c"), .truncated),
    ] {
      let tar = Tar.build {
        $0.pax([("size", big), extra])
        $0.file("a", [1])
        $0.end()
      }
      #expect(refusal(of: tar, limits: limits) == code, "\(extra)")
    }
    let sparse = Tar.build {
      $0.pax([("GNU.sparse.map", "0,1"), ("GNU.sparse.size", big)])
      $0.file("a", [1])
      $0.end()
    }
    #expect(refusal(of: sparse, limits: limits) == .member)
  }

  @Test(arguments: ["L", "K", "V", "A", "N"] as [Character])
  func `GNU and Solaris extension headers are refused`(type: Character) {
    let tar = Tar.build {
      $0.file("longer-name", Array("hidden\u{0}".utf8), type: type)
      $0.file("a", [1])
      $0.end()
    }
    // Old GNU tar's 'N' is taken for the plain file that it looks like.
    if type == "N" {
      #expect(throws: Never.self) { try unpack(zstdFrame(tar)) }
    } else {
      #expect([.member, .malformed].contains(refusal(of: tar)))
    }
  }

  @Test(arguments: ["x", "g", "V"] as [Character])
  func `extension headers at the end are not taken for an end`(type: Character) {
    for end in [0, 2] {
      let tar = Tar.build {
        $0.file("a", [1])
        if type == "V" { $0.file("volume", [1], type: "V") } else { $0.pax([("comment", "c")], type: type) }
        $0.end(blocks: end)
      }
      #expect([.trailingData, .malformed].contains(refusal(of: tar)))
    }
  }

  @Test func `an old GNU sparse file is refused`() {
    func octal(_ value: Int) -> [UInt8] {
      let text = String(value, radix: 8)
      return Array((String(repeating: "0", count: 11 - text.count) + text).utf8) + [0]
    }
    let cases: [(map: [(Int, Int)], realSize: Int, code: ArchiveError.Code)] = [
      ([(0, 512), (1 << 19, 512)], 1 << 20, .member),
      ([(512, 1024)], 1536, .member),
      ([(0, 1024)], 9000, .member),
      // These maps have no hole, but the real size is not that of the contents.
      ([(0, 1024)], 100, .member),
      ([(0, 9000)], 9000, .size),
    ]
    for (map, realSize, code) in cases {
      var tail = map.flatMap { octal($0.0) + octal($0.1) }
      tail += [UInt8](repeating: 0, count: 97 - tail.count) + octal(realSize)
      let tar = Tar.build {
        $0.header(Array("a".utf8), size: 1024, type: "S", magic: "ustar  \u{0}", tail: tail)
        $0.contents(noise(1024))
        $0.end()
      }
      #expect(refusal(of: tar) == code, "\(map) \(realSize)")
    }
  }

  @Test func `sizes that lie are refused`() {
    let contents = noise(1000)
    let short = Tar.build {
      $0.header(Array("a".utf8), size: 100); $0.contents(contents); $0.end()
    }
    #expect(refusal(of: short) == .malformed)
    let long = Tar.build {
      $0.header(Array("a".utf8), size: 5000); $0.contents(contents); $0.end()
    }
    #expect(refusal(of: long) == .truncated)
    for field: [UInt8] in [
      [0xFF] + [UInt8](repeating: 0xFF, count: 11), [0x80] + [UInt8](repeating: 0xFF, count: 11),
      [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFF, count: 7),
      [0x80, 0, 0, 0, 0x10] + [UInt8](repeating: 0, count: 7),
      Array("77777777777".utf8), Array("-0000000001".utf8), Array("zzzzzzzzzzz".utf8),
    ] {
      let tar = Tar.build {
        $0.header(Array("a".utf8), sizeField: field); $0.contents(contents); $0.end()
      }
      #expect([.malformed, .limit].contains(refusal(of: tar)))
    }
    let largest = Tar.build {
      $0.header(Array("a".utf8), sizeField: [0x80, 0, 0, 0, 0x7F] + [UInt8](repeating: 0xFE, count: 7))
      $0.end()
    }
    #expect(refusal(of: largest, limits: ArchiveLimits(maxEntries: .max, maxExpanded: .max)) == .limit)
  }

  @Test func `a damaged or unknown header is refused`() {
    var tar = Tar.build {
      $0.file("a", [1]); $0.end()
    }
    tar[0] ^= 1
    #expect(refusal(of: tar) == .malformed)
    #expect(
      refusal(
        of: Tar.build {
          $0.header([0x61], magic: ""); $0.end()
        }) == .member)
    #expect(refusal(of: noise(5000)) == .malformed)
    #expect(refusal(of: []) == .malformed)
  }

  @Test func `an archive without its end is refused, wherever it is cut`() throws {
    let tar = Tar.build {
      $0.file("a", noise(700))
      $0.file("b", noise(512))
      $0.end()
    }
    for length in stride(from: 64, to: tar.count, by: 64) {
      #expect(refusal(of: Array(tar.prefix(length))) == .truncated)
    }
    #expect(try unpack(zstdFrame(tar)).names == ["a", "b"])
  }

  @Test func `whatever is not zero after the end is refused`() {
    let tar = Tar.build {
      $0.file("a", [1])
      $0.end()
    }
    #expect(refusal(of: tar + [1]) == .trailingData)
    #expect(refusal(of: tar + [UInt8](repeating: 0, count: 100_000) + [1]) == .trailingData)
    #expect(refusal(of: tar + tar) == .trailingData)
    #expect(refusal(of: tar + noise(1 << 19)) == .trailingData)
    let gap = Tar.build {
      $0.file("a", [1])
      $0.end(blocks: 1)
      $0.file("b", [1])
      $0.end()
    }
    #expect(refusal(of: gap) == .trailingData)
    #expect(refusal(of: tar + [UInt8](repeating: 0, count: 3 << 20)) == .limit)
  }

  @Test func `limits hold before a byte of the member is produced`() throws {
    let tar = Tar.build {
      $0.file("a", noise(600))
      $0.file("b", noise(400))
      $0.file("c", [])
      $0.end()
    }
    #expect(refusal(of: tar, limits: ArchiveLimits(maxEntries: 2, maxExpanded: 1000)) == .limit)
    #expect(refusal(of: tar, limits: ArchiveLimits(maxEntries: 3, maxExpanded: 999)) == .limit)
    #expect(refusal(of: tar, limits: ArchiveLimits(maxEntries: -1, maxExpanded: -1)) == .limit)
    #expect(try unpack(zstdFrame(tar), limits: ArchiveLimits(maxEntries: 3, maxExpanded: 1000)).names.count == 3)
  }
}
