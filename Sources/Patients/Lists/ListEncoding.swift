internal import SystemPackage

/// The character set of a patient list.
public enum ListEncoding: String, CaseIterable, Sendable {
  /// As its bytes tell.
  case automatic
  /// UTF-8.
  case utf8 = "utf-8"
  /// UTF-16, in the order that its byte order mark tells, or else its first character.
  case utf16 = "utf-16"
  /// Windows-1252.
  case windows1252 = "windows-1252"

  /// The list in UTF-8, without a byte order mark.
  ///
  /// - Parameter folder: where it lies meanwhile if it was not.
  func utf8(_ source: FeedSource, in folder: FilePath) throws -> (list: FeedSource, start: Int64) {
    let mark = try source.beginning(3)
    switch try self == .automatic ? Self.detected(source, mark) : self {
    case .utf16:
      let isBigEndian = mark.starts(with: [0xFE, 0xFF]) || mark.first == 0
      let hasMark = mark.starts(with: [0xFE, 0xFF]) || mark.starts(with: [0xFF, 0xFE])
      var halves = UTF16Bytes(isBigEndian: isBigEndian)
      return (try transcoded(source, from: hasMark ? 2 : 0, in: folder) { halves.take($0, into: &$1) }, 0)
    case .windows1252:
      return (try transcoded(source, from: 0, in: folder) { Windows1252.take($0, into: &$1) }, 0)
    case .utf8, .automatic:
      return (source, mark == [0xEF, 0xBB, 0xBF] ? 3 : 0)
    }
  }

  /// UTF-16 has a mark, or NUL bytes; text that is not ASCII and nowhere UTF-8 is Windows-1252. Where some of it is UTF-8,
  /// the list is, and rows that are not are told.
  private static func detected(_ source: FeedSource, _ mark: [UInt8]) throws -> ListEncoding {
    if mark.starts(with: [0xFE, 0xFF]) || mark.starts(with: [0xFF, 0xFE]) { return .utf16 }
    if mark == [0xEF, 0xBB, 0xBF] { return .utf8 }
    if mark.count > 1, (mark[0] == 0) != (mark[1] == 0) { return .utf16 }
    var evidence = UTF8Evidence()
    try pieces(of: source, from: 0) { evidence.take($0) }
    return evidence.isForeign && !evidence.isUTF8 ? .windows1252 : .utf8
  }

  private func transcoded(
    _ source: FeedSource, from start: Int64, in folder: FilePath,
    _ convert: (UnsafeRawBufferPointer, inout [UInt8]) -> Void
  ) throws -> FeedSource {
    let scratch = try ScratchFile(in: folder)
    var size: Int64 = 0
    var text: [UInt8] = []
    try Self.pieces(of: source, from: start) { piece in
      text.removeAll(keepingCapacity: true)
      convert(piece, &text)
      try text.withUnsafeBytes { try scratch.write($0, at: size) }
      size += Int64(text.count)
    }
    return FeedSource(name: source.name, size: size) { try scratch.read(at: $0, into: $1) }
  }

  private static func pieces(
    of source: FeedSource, from start: Int64, _ body: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var offset = start
    while case let count = try source.fill(buffer, at: offset), count > 0 {
      try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      offset += Int64(count)
    }
  }
}

/// Whether bytes above ASCII form UTF-8.
private struct UTF8Evidence {
  /// A whole character of several bytes was met.
  private(set) var isUTF8 = false
  /// A byte was met that is no part of one.
  private(set) var isForeign = false
  private var wanted = 0

  mutating func take(_ bytes: UnsafeRawBufferPointer) {
    var index = 0
    while index < bytes.count {
      if wanted == 0, index + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
      {
        index += 8
        continue
      }
      let byte = bytes[index]
      index += 1
      if wanted > 0 {
        if byte & 0xC0 == 0x80 {
          wanted -= 1
          if wanted == 0 { isUTF8 = true }
          continue
        }
        isForeign = true
        wanted = 0
      }
      switch byte {
      case 0..<0x80: break
      case 0xC2...0xDF: wanted = 1
      case 0xE0...0xEF: wanted = 2
      case 0xF0...0xF4: wanted = 3
      default: isForeign = true
      }
    }
  }
}

/// UTF-16 in pieces of any length; what is no character becomes U+FFFD, and its row is told.
private struct UTF16Bytes {
  let isBigEndian: Bool
  private var half: UInt8?
  private var high: UInt16?

  init(isBigEndian: Bool) { self.isBigEndian = isBigEndian }

  mutating func take(_ bytes: UnsafeRawBufferPointer, into text: inout [UInt8]) {
    for byte in bytes {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      take(isBigEndian ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first), into: &text)
    }
  }

  private mutating func take(_ unit: UInt16, into text: inout [UInt8]) {
    if let lead = high {
      high = nil
      if 0xDC00...0xDFFF ~= unit {
        append(0x10000 + (UInt32(lead) - 0xD800) << 10 + UInt32(unit) - 0xDC00, to: &text)
        return
      }
      append(0xFFFD, to: &text)
    }
    if 0xD800...0xDBFF ~= unit { high = unit } else { append(UInt32(unit), to: &text) }
  }
}

private enum Windows1252 {
  /// 0x80 to 0x9F; the five that stand for nothing become U+FFFD.
  private static let upper: [UInt32] = [
    0x20AC, 0xFFFD, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0xFFFD,
    0x017D,
    0xFFFD, 0xFFFD, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153,
    0xFFFD,
    0x017E, 0x0178,
  ]

  static func take(_ bytes: UnsafeRawBufferPointer, into text: inout [UInt8]) {
    for byte in bytes {
      if byte < 0x80 {
        text.append(byte)
      } else {
        append(0x80...0x9F ~= byte ? upper[Int(byte) - 0x80] : UInt32(byte), to: &text)
      }
    }
  }
}

private func append(_ value: UInt32, to text: inout [UInt8]) {
  let scalar = Unicode.Scalar(value) ?? "\u{FFFD}"
  text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
}
