/// A value representation: what kind of value an element holds (PS3.5 6.2).
public enum VR: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
  case ae = "AE"
  case `as` = "AS"
  case at = "AT"
  case cs = "CS"
  case da = "DA"
  case ds = "DS"
  case dt = "DT"
  case fd = "FD"
  case fl = "FL"
  case `is` = "IS"
  case lo = "LO"
  case lt = "LT"
  case ob = "OB"
  case od = "OD"
  case of = "OF"
  case ol = "OL"
  case ov = "OV"
  case ow = "OW"
  case pn = "PN"
  case sh = "SH"
  case sl = "SL"
  case sq = "SQ"
  case ss = "SS"
  case st = "ST"
  case sv = "SV"
  case tm = "TM"
  case uc = "UC"
  case ui = "UI"
  case ul = "UL"
  case un = "UN"
  case ur = "UR"
  case us = "US"
  case ut = "UT"
  case uv = "UV"

  /// The two letters.
  public var description: String { rawValue }

  /// The VR of the two bytes of an explicit header, the first in the lower half; nil for what no edition of the standard
  /// defines.
  @inline(__always)
  init?(letters: UInt16) {
    guard VR.areLetters(letters), let vr = VR.byLetters[VR.index(letters)] else { return nil }
    self = vr
  }

  /// Whether the two bytes are capital letters, as those of any VR are.
  @inline(__always)
  static func areLetters(_ bytes: UInt16) -> Bool {
    (65...90).contains(bytes & 0xFF) && (65...90).contains(bytes >> 8)
  }

  private static func index(_ letters: UInt16) -> Int { Int(letters & 0xFF - 65) * 26 + Int(letters >> 8 - 65) }

  private static let byLetters: [VR?] = {
    var table = [VR?](repeating: nil, count: 26 * 26)
    for vr in VR.allCases {
      table[index(vr.rawValue.utf8.reversed().reduce(0) { $0 << 8 | UInt16($1) })] = vr
    }
    return table
  }()

  /// Two reserved bytes and a length of 32 bits in explicit headers (PS3.5 table 7.1-1).
  var hasLongLength: Bool {
    switch self {
    case .ob, .od, .of, .ol, .ov, .ow, .sq, .sv, .uc, .un, .ur, .ut, .uv: true
    default: false
    }
  }

  /// Text in the character set of (0008,0005) (PS3.5 6.1.2.2).
  var isEncodedText: Bool {
    switch self {
    case .lo, .lt, .pn, .sh, .st, .uc, .ut: true
    default: false
    }
  }

  /// One text to its end, in which a backslash is a backslash and leading spaces count (PS3.5 6.2).
  var isWholeText: Bool { self == .lt || self == .st || self == .ut || self == .ur }

  /// Characters of the default repertoire, values separated by backslashes.
  var isPlainText: Bool {
    switch self {
    case .ae, .as, .cs, .da, .ds, .dt, .is, .tm, .ui, .ur: true
    default: false
    }
  }

  /// Bytes of one number, which a big-endian file turns round; 1 where there is nothing to turn.
  var wordSize: Int {
    switch self {
    case .at, .ow, .ss, .us: 2
    case .fl, .of, .ol, .sl, .ul: 4
    case .fd, .od, .ov, .sv, .uv: 8
    default: 1
    }
  }

  /// What makes a value's length even (PS3.5 6.2).
  var padding: UInt8 { self == .ui || wordSize > 1 || self == .ob || self == .un ? 0 : 0x20 }
}
