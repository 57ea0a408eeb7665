internal import CPOSIX
internal import Glibc
internal import Synchronization

/// An open conversion of the C library (iconv_open(3)), for one text at a time: `Conversions` sees to that.
private final class Iconv: @unchecked Sendable {
  private let handle: iconv_t

  /// Nil where the C library does not have one of the sets.
  init?(from source: String, to target: String) {
    guard let handle = iconv_open(target, source), Int(bitPattern: handle) != -1 else { return nil }
    self.handle = handle
  }

  deinit { iconv_close(handle) }

  /// The bytes converted, or nil where they are no text in the source's set, or have a character that the target lacks.
  func convert(_ bytes: some Sequence<UInt8>) -> [UInt8]? {
    var input = bytes.map { CChar(bitPattern: $0) }
    // No character of a set used in DICOM takes more than four bytes for one of its own.
    let capacity = input.count * 4 + 16
    var failed = false
    let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      input.withUnsafeMutableBufferPointer { input in
        var from = input.baseAddress
        var fromLeft = input.count
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          var to = buffer.baseAddress
          var toLeft = capacity
          // What an earlier text left behind.
          _ = iconv(handle, nil, nil, nil, nil)
          // A count above zero means that characters were replaced by others: as bad as failing.
          if iconv(handle, &from, &fromLeft, &to, &toLeft) != 0 || fromLeft != 0 { failed = true }
          if iconv(handle, nil, nil, &to, &toLeft) != 0 { failed = true }
          filled = capacity - toLeft
        }
      }
    }
    return failed ? nil : output
  }
}

/// The C library's conversions. Opening one may load a library, so that those that were open are kept for the next text.
enum Conversions {
  /// The text of `bytes` in the C library's character set `name`, or nil where they are no text in it.
  static func text(_ bytes: some Sequence<UInt8>, from name: String) -> String? {
    converted(bytes, Direction(from: name, to: "UTF-8")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of `text` in the C library's character set `name`, or nil where it lacks a character.
  static func bytes(_ text: String, in name: String) -> [UInt8]? {
    converted(text.utf8, Direction(from: "UTF-8", to: name))
  }

  private struct Direction: Hashable {
    let from, to: String
  }

  /// As many of one direction as texts are ever read at the same time, or nearly.
  private static let mostIdle = 8
  private static let idle = Mutex<[Direction: [Iconv]]>([:])

  private static func converted(_ bytes: some Sequence<UInt8>, _ direction: Direction) -> [UInt8]? {
    guard let iconv = idle.withLock({ $0[direction]?.popLast() }) ?? Iconv(from: direction.from, to: direction.to)
    else {
      return nil
    }
    defer {
      idle.withLock { if $0[direction, default: []].count < mostIdle { $0[direction, default: []].append(iconv) } }
    }
    return iconv.convert(bytes)
  }
}
