internal import CPOSIX
internal import Glibc

/// An open conversion of the C library (iconv_open(3)); not to be shared between threads.
final class Iconv {
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

/// The conversions that one text needs, each opened once.
struct Conversions {
  private var open: [String: Iconv] = [:]

  /// The text of `bytes` in the C library's character set `name`, or nil where they are no text in it.
  mutating func text(_ bytes: some Sequence<UInt8>, from name: String) -> String? {
    conversion(name, from: name, to: "UTF-8")?.convert(bytes).map { String(decoding: $0, as: UTF8.self) }
  }

  /// The bytes of `text` in the C library's character set `name`, or nil where it lacks a character.
  mutating func bytes(_ text: String, in name: String) -> [UInt8]? {
    conversion("to \(name)", from: "UTF-8", to: name)?.convert(text.utf8)
  }

  private mutating func conversion(_ key: String, from source: String, to target: String) -> Iconv? {
    if let known = open[key] { return known }
    let new = Iconv(from: source, to: target)
    open[key] = new
    return new
  }
}
