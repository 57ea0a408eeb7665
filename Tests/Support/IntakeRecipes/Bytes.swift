/// How elements are written.
public enum Syntax: String, Sendable, CaseIterable {
  /// Implicit VR little endian.
  case implicit = "1.2.840.10008.1.2"
  /// Explicit VR little endian.
  case explicit = "1.2.840.10008.1.2.1"
  /// Explicit VR big endian.
  case big = "1.2.840.10008.1.2.2"

  var isBig: Bool { self == .big }
}

/// Bytes of elements, as a plain writer puts them down: independent of the module that is tested.
public struct Writer: Sendable {
  /// How they are written.
  public var syntax: Syntax

  /// A writer.
  public init(_ syntax: Syntax) { self.syntax = syntax }

  /// A number in the byte order of the syntax.
  public func number<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: syntax.isBig ? number.bigEndian : number.littleEndian) { Array($0) }
  }

  /// An element; an odd value is padded.
  public func element(_ tag: UInt32, _ vr: String, _ value: [UInt8]) -> [UInt8] {
    let padding: UInt8 = ["UI", "OB", "UN"].contains(vr) ? 0 : 0x20
    let value = value + (value.count % 2 == 1 ? [padding] : [])
    return header(tag, vr, UInt32(value.count)) + value
  }

  /// An element of text.
  public func element(_ tag: UInt32, _ vr: String, _ value: String) -> [UInt8] { element(tag, vr, Array(value.utf8)) }

  /// An element's header, with a length that may lie.
  public func header(_ tag: UInt32, _ vr: String, _ length: UInt32) -> [UInt8] {
    let start = number(UInt16(tag >> 16)) + number(UInt16(tag & 0xFFFF))
    if syntax == .implicit { return start + number(length) }
    if ["OB", "OW", "SQ", "UN", "UT", "UC"].contains(vr) { return start + Array(vr.utf8) + [0, 0] + number(length) }
    return start + Array(vr.utf8) + number(UInt16(truncatingIfNeeded: length))
  }

  /// The header of an item, or a delimiter.
  public func mark(_ element: UInt16, _ length: UInt32 = 0) -> [UInt8] {
    number(UInt16(0xFFFE)) + number(element) + number(length)
  }

  /// (FFFE,E00D).
  public var itemDelimiter: [UInt8] { mark(0xE00D) }
  /// (FFFE,E0DD).
  public var sequenceDelimiter: [UInt8] { mark(0xE0DD) }

  /// An item of known length: that of its content and `counted`, which need not be the same.
  public func item(_ content: [UInt8], counted: [UInt8] = []) -> [UInt8] {
    mark(0xE000, UInt32(content.count + counted.count)) + content + counted
  }

  /// A sequence of known length.
  public func sequence(_ tag: UInt32, _ content: [UInt8]) -> [UInt8] {
    header(tag, "SQ", UInt32(content.count)) + content
  }

  /// A sequence of unknown length.
  public func openSequence(_ tag: UInt32, _ content: [UInt8]) -> [UInt8] {
    header(tag, "SQ", 0xFFFF_FFFF) + content + sequenceDelimiter
  }
}
