import Archive
import Testing

@Suite struct RoundTripTests {
  static let files: [(String, [UInt8])] = [
    ("contents.json", Array("{}".utf8)), ("dicom/00000001.dcm", noise(3_000_001)), ("dicom/00000002.dcm", []),
    ("dicom/00000003.dcm", noise(512)), ("dicom/00000004.dcm", [UInt8](repeating: 0, count: 400_000)),
    ("dicom/00000005.dcm", noise(1)),
  ]
  static let expected = Unpacked(names: files.map(\.0), contents: files.map(\.1))

  @Test(arguments: [(1, 0), (3, 0), (3, 1), (3, 2), (19, 2)])
  func `what is written is read, at every level and number of threads`(level: Int, threads: Int) throws {
    #expect(try unpack(pack(Self.files, level: level, threads: threads), threads: threads) == Self.expected)
  }

  @Test func `an archive without members is an archive`() throws {
    #expect(try unpack(pack([])) == Unpacked())
  }

  @Test(arguments: [1, 7, 4096])
  func `it does not matter in what pieces the input comes`(step: Int) throws {
    let files = Array(Self.files.filter { $0.1.count < 1000 })
    #expect(try unpack(pack(files), step: step, buffer: step).contents == files.map(\.1))
  }

  @Test func `members may be passed over`() throws {
    var rest = try pack(Self.files)[...]
    let reader = try ArchiveReader(limits: ArchiveLimits(maxEntries: 6, maxExpanded: 1 << 30)) { memory in
      let count = min(memory.count, rest.count)
      memory.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
    var sizes: [Int64] = []
    while let entry = try reader.next() { sizes.append(entry.size) }
    #expect(sizes == Self.files.map { Int64($0.1.count) })
    #expect(try reader.next() == nil)
  }

  @Test func `tar and zstd open what is written, and find plain files`() throws {
    let scratch = try Scratch()
    try scratch.write(pack(Self.files, threads: 2), to: "a.tar.zst")
    let listing = try scratch.shell("zstd -q -d a.tar.zst && TZ=UTC tar --numeric-owner -tvf a.tar")
    #expect(listing.status == 0)
    let lines = listing.output.split(separator: "\n")
    #expect(lines.count == Self.files.count)
    #expect(lines.allSatisfy { $0.hasPrefix("-rw-r----- 0/0") && $0.contains(" 1970-01-01 00:00 ") })
    #expect(try scratch.shell("tar -xf a.tar").status == 0)
    for (name, contents) in Self.files { #expect(try scratch.read(name) == contents) }
  }

  @Test(arguments: ["ustar", "gnu", "v7"], ["-1", "-3 -T2", "-19", "--check", "--no-check"])
  func `what tar and zstd write is read, but for the format without a magic number`(
    format: String, options: String
  ) throws {
    let scratch = try Scratch()
    #expect(try scratch.shell("mkdir dicom").status == 0)
    for (name, contents) in Self.files { try scratch.write(contents, to: name) }
    let names = Self.files.map(\.0).joined(separator: " ")
    let made = try scratch.shell("tar --format=\(format) --mode=0640 -cf - \(names) | zstd -q \(options) -o a.tar.zst")
    #expect(made.status == 0, "\(made.output)")
    if format == "v7" {
      #expect(throws: ArchiveError.self) { try unpack(scratch.read("a.tar.zst")) }
    } else {
      #expect(try unpack(scratch.read("a.tar.zst")) == Self.expected)
    }
  }

  @Test func `a file of 8 GiB and more has a pax header, which tar and the reader understand`() throws {
    let scratch = try Scratch()
    let size = (Int64(8) << 30) + 5
    var archive: [UInt8] = []
    let writer = try ArchiveWriter(level: 1, threads: 1) { archive += $0 }
    let zeros = [UInt8](repeating: 0, count: 64 << 20)
    try writer.begin(name: "big", size: size)
    var missing = size
    while missing > 0 {
      let count = Int(min(missing, Int64(zeros.count)))
      try zeros.withUnsafeBytes { try writer.write(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      missing -= Int64(count)
    }
    try writer.begin(name: "small", size: 1)
    try [UInt8(7)].withUnsafeBytes { try writer.write($0) }
    try writer.finish()

    var rest = archive[...]
    let reader = try ArchiveReader(limits: ArchiveLimits(maxEntries: 2, maxExpanded: size + 1)) { memory in
      let count = min(memory.count, rest.count)
      memory.copyBytes(from: rest.prefix(count))
      rest = rest.dropFirst(count)
      return count
    }
    #expect(try reader.next()?.size == size)

    try scratch.write(archive, to: "a.tar.zst")
    let listing = try scratch.shell("zstd -q -dc a.tar.zst | tar -tvf -")
    #expect(listing.output.contains(" \(size) "))
    #expect(listing.output.hasSuffix(" small\n"))
  }
}
