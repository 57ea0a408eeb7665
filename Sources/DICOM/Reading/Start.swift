/// How a file begins: with the preamble and `DICM` (PS3.10 7.1), with file meta information, or with its data set.
struct Start {
  let hasPreamble: Bool
  let isExecutable: Bool
  /// Where the first element lies.
  let offset: Int64

  init(_ input: inout Input, size: Int64) throws {
    let count = Int(min(size, 132))
    let bytes = try input.slice(0, count)
    hasPreamble = count == 132 && bytes.suffix(4).elementsEqual("DICM".utf8)
    isExecutable = hasPreamble && Start.programs.contains { bytes.starts(with: $0) }
    if hasPreamble {
      offset = 132
    } else if bytes.starts(with: "DICM".utf8) {
      offset = 4
    } else {
      offset = 0
      if bytes.allSatisfy({ $0 == 0 }) { throw Input.cut(size) }
      guard Start.looksLikeElement(bytes) || Start.isBehindStrayByte(bytes) else {
        // Too short for the preamble of any file: nothing can be told yet.
        if count < 132 { throw Input.cut(size) }
        throw DICOMError(.notDICOM, "this is no DICOM file: it begins with \(Array(bytes.prefix(8)).quoted)")
      }
    }
    guard size - offset >= 8 else { throw Input.cut(size) }
  }

  /// The group at `offset`, in little endian; nil where nothing is there.
  static func group(_ input: inout Input, at offset: Int64) -> UInt16? {
    (try? input.load(offset, 2)).map { input.u16($0, .explicitLittle) }
  }

  /// Whether one stray byte lies before the first element at `offset`: without it the element makes no sense, behind it that
  /// of a first group does.
  static func hasStrayByte(_ input: inout Input, at offset: Int64, size: Int64) -> Bool {
    let count = Int(min(size - offset, 16))
    guard count == 16, let bytes = try? input.slice(offset, count) else { return false }
    return isBehindStrayByte(bytes)
  }

  private static func isBehindStrayByte(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count >= 16, !looksLikeElement(bytes) else { return false }
    let rest = bytes.dropFirst()
    // No data set begins with a group as high, and every one with one of these.
    let group = Input(Array(bytes)).u16(0, .explicitLittle)
    return group > 0x00FF && [2, 8].contains(Input(Array(rest)).u16(0, .explicitLittle)) && looksLikeElement(rest)
  }

  /// PE, ELF, Mach-O in both orders and widths and with several architectures (in both widths, too), and scripts.
  private static let programs: [[UInt8]] = [
    Array("MZ".utf8), [0x7F] + Array("ELF".utf8), Array("#!".utf8), [0xCA, 0xFE, 0xBA, 0xBE], [0xBE, 0xBA, 0xFE, 0xCA],
    [0xCA, 0xFE, 0xBA, 0xBF], [0xBF, 0xBA, 0xFE, 0xCA],
    [0xFE, 0xED, 0xFA, 0xCE], [0xFE, 0xED, 0xFA, 0xCF], [0xCE, 0xFA, 0xED, 0xFE], [0xCF, 0xFA, 0xED, 0xFE],
  ]

  /// Whether a file without preamble may begin so: with an element of one of the first groups, in either byte order.
  private static func looksLikeElement(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard bytes.count >= 8 else { return false }
    let start = Input(Array(bytes))
    let little = start.u16(0, .explicitLittle)
    let hasVR = VR(letters: start.u16(4, .explicitLittle)) != nil
    // Explicit: letters that are a VR hardly stand there by chance. Private groups, too, and those of messages.
    if hasVR, little <= 0x0020 || start.u16(0, .explicitBig) == 8 { return true }
    // Implicit: the first element's value is short (a group length, a character set, an image type).
    let element = start.u16(2, .explicitLittle)
    let length = start.u32(4, .implicitLittle)
    switch little {
    case 0: return element == 0 && length == 4 || element == 2 && (2...64).contains(length)
    case 2: return element == 0 && length == 4 || element > 0 && element <= 0x0102 && length <= 1024
    case 4, 8, 16: return length <= 1024
    case _ where little % 2 == 1 && little < 0x0010:
      return (0x0010...0x00FF).contains(element) && (2...64).contains(length)
    default: return false
    }
  }

  /// The transfer syntax of a data set that nothing declares: the first header shows the byte order and the VR.
  static func transferSyntax(_ input: inout Input, at offset: Int64, size: Int64) throws -> TransferSyntax {
    guard size - offset >= 8 else { throw Input.cut(size) }
    let at = try input.load(offset, 6)
    guard VR(letters: input.u16(at + 4, .explicitLittle)) != nil else { return .implicitLittleEndian }
    let isBig = input.u16(at, .explicitBig) < input.u16(at, .explicitLittle)
    return isBig ? .explicitBigEndian : .explicitLittleEndian
  }
}
