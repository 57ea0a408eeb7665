import Archive
import Foundation

/// A tar archive made by hand, byte by byte, to be wrong in one chosen place.
struct Tar {
  var bytes: [UInt8] = []

  /// Appends a header of 512 bytes (POSIX.1-2017, pax, "ustar Header Block").
  mutating func header(
    _ name: [UInt8], size: Int64 = 0, type: Character = "0", mode: Int = 0o640, link: String = "", prefix: String = "",
    magic: String = "ustar\u{0}00", sizeField: [UInt8]? = nil, tail: [UInt8] = []
  ) {
    var header = [UInt8](repeating: 0, count: 512)
    func put(_ value: some Collection<UInt8>, at offset: Int) {
      header.replaceSubrange(offset..<offset + value.count, with: value)
    }
    func octal(_ value: Int64, digits: Int) -> [UInt8] {
      let text = String(value, radix: 8)
      return Array((String(repeating: "0", count: max(0, digits - text.count)) + text).utf8)
    }
    put(name.prefix(100), at: 0)
    put(octal(Int64(mode), digits: 7), at: 100)
    put(octal(0, digits: 7), at: 108)
    put(octal(0, digits: 7), at: 116)
    put(sizeField ?? octal(size, digits: 11), at: 124)
    put(octal(0, digits: 11), at: 136)
    put(Array(String(type).utf8), at: 156)
    put(Array(link.utf8), at: 157)
    put(Array(magic.utf8), at: 257)
    put(Array(prefix.utf8), at: 345)
    put(tail, at: 386)
    put([UInt8](repeating: 0x20, count: 8), at: 148)
    put(octal(Int64(header.reduce(0) { $0 + Int($1) }), digits: 6) + [0, 0x20], at: 148)
    bytes += header
  }

  /// Appends contents, padded to whole blocks.
  mutating func contents(_ contents: [UInt8]) {
    bytes += contents + [UInt8](repeating: 0, count: -contents.count & 511)
  }

  mutating func file(_ name: String, _ contents: [UInt8], type: Character = "0", mode: Int = 0o640) {
    header(Array(name.utf8), size: Int64(contents.count), type: type, mode: mode)
    self.contents(contents)
  }

  /// Appends a pax extended header with its records.
  mutating func pax(_ records: [(String, String)], type: Character = "x") {
    let body = records.flatMap { key, value in
      var length = key.utf8.count + value.utf8.count + 3
      while String(length).count + key.utf8.count + value.utf8.count + 3 != length {
        length = String(length).count + key.utf8.count + value.utf8.count + 3
      }
      return Array("\(length) \(key)=\(value)\n".utf8)
    }
    header(Array("PaxHeader".utf8), size: Int64(body.count), type: type)
    contents(body)
  }

  mutating func end(blocks: Int = 2) {
    bytes += [UInt8](repeating: 0, count: 512 * blocks)
  }

  static func build(_ body: (inout Tar) -> Void) -> [UInt8] {
    var tar = Tar()
    body(&tar)
    return tar.bytes
  }
}

/// A zstd frame made by hand of raw blocks (RFC 8878, 3.1.1).
func zstdFrame(_ contents: [UInt8], window: UInt8 = 0x58) -> [UInt8] {
  var frame: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, window]
  var rest = contents[...]
  repeat {
    let block = rest.prefix(128 << 10)
    rest = rest.dropFirst(block.count)
    let header = UInt32(block.count) << 3 | (rest.isEmpty ? 1 : 0)
    frame += [UInt8(header & 0xFF), UInt8(header >> 8 & 0xFF), UInt8(header >> 16 & 0xFF)] + block
  } while !rest.isEmpty
  return frame
}

/// What a reader finds in an archive.
struct Unpacked: Equatable {
  var names: [String] = []
  var contents: [[UInt8]] = []
}

/// Reads all of an archive from memory, `step` bytes at a time.
func unpack(
  _ archive: [UInt8], limits: ArchiveLimits = ArchiveLimits(maxEntries: 1000, maxExpanded: 1 << 40),
  step: Int = 1 << 20,
  buffer: Int = 100_000, threads: Int = 0
) throws -> Unpacked {
  var rest = archive[...]
  let reader = try ArchiveReader(limits: limits, threads: threads) { memory in
    let count = min(memory.count, rest.count, step)
    memory.copyBytes(from: rest.prefix(count))
    rest = rest.dropFirst(count)
    return count
  }
  var found = Unpacked()
  while let entry = try reader.next() {
    found.names.append(entry.name)
    var contents: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: buffer)
    while true {
      let count = try memory.withUnsafeMutableBytes { try reader.read(into: $0) }
      if count == 0 { break }
      contents += memory[..<count]
    }
    found.contents.append(contents)
  }
  return found
}

/// Writes files into an archive in memory.
func pack(_ files: [(String, [UInt8])], level: Int = 3, threads: Int = 0) throws -> [UInt8] {
  var archive: [UInt8] = []
  let writer = try ArchiveWriter(level: level, threads: threads) { archive += $0 }
  for (name, contents) in files {
    try writer.begin(name: name, size: Int64(contents.count))
    try contents.withUnsafeBytes { try writer.write($0) }
  }
  try writer.finish()
  return archive
}

/// Bytes that compress about as an image does: half of every value is noise.
func noise(_ count: Int) -> [UInt8] {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15
  return (0..<count).map { index in
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return index % 2 == 0 ? UInt8(truncatingIfNeeded: state >> 33) : UInt8(truncatingIfNeeded: state >> 61)
  }
}

/// A directory that is gone after the test.
final class Scratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "archive-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(at: url)
  }

  func write(_ bytes: [UInt8], to name: String) throws {
    try Data(bytes).write(to: url.appending(path: name))
  }

  func read(_ name: String) throws -> [UInt8] {
    try Array(Data(contentsOf: url.appending(path: name)))
  }

  /// Runs a shell command in the directory. Returns its status and its output, errors included.
  func shell(_ command: String) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", command]
    process.currentDirectoryURL = url
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
