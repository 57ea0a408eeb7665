internal import CPOSIX
internal import Glibc

/// The C library's character set conversion (iconv_open(3)).
enum Iconv {
  /// The text of `bytes` in the C library's character set `name`, or nil where they are no text in it.
  static func text(_ bytes: some Collection<UInt8>, from name: String) -> String? {
    guard let utf8 = convert(Array(bytes), from: name, to: "UTF-8") else { return nil }
    return String(decoding: utf8, as: UTF8.self)
  }

  /// The bytes of `text` in the C library's character set `name`, or nil where it lacks a character.
  static func bytes(_ text: String, in name: String) -> [UInt8]? {
    convert(Array(text.utf8), from: "UTF-8", to: name)
  }

  private static func convert(_ bytes: [UInt8], from source: String, to target: String) -> [UInt8]? {
    guard let converter = iconv_open(target, source), Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    // No character of a set used in DICOM takes more than four bytes for one of its own.
    let capacity = bytes.count * 4 + 16
    var failed = false
    let output = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, filled in
      input.withUnsafeMutableBufferPointer { input in
        var from = input.baseAddress
        var fromLeft = input.count
        buffer.withMemoryRebound(to: CChar.self) { buffer in
          var to = buffer.baseAddress
          var toLeft = capacity
          // A count above zero means that characters were replaced by others: as bad as failing.
          if iconv(converter, &from, &fromLeft, &to, &toLeft) != 0 || fromLeft != 0 { failed = true }
          if iconv(converter, nil, nil, &to, &toLeft) != 0 { failed = true }
          filled = capacity - toLeft
        }
      }
    }
    return failed ? nil : output
  }
}
