import CZlib
import Foundation

/// A data set in the DICOM JSON model (PS3.18 annex F), parsed by a parser that is not ours.
struct JSONModel {
  private let object: [String: Any]
  /// The bytes that a `BulkDataURI` leads to, of a value of that VR.
  private let bulk: (_ uri: String, _ vr: String) throws -> Data

  struct Malformed: Error, CustomStringConvertible {
    let description: String
  }

  init(
    _ json: Data,
    bulk: @escaping (String, String) throws -> Data = { uri, _ in throw Malformed(description: "what is \(uri)?") }
  ) throws {
    guard let object = try JSONSerialization.jsonObject(with: json) as? [String: Any] else {
      throw Malformed(description: "no JSON object")
    }
    self.object = object
    self.bulk = bulk
  }

  /// Its elements, ordered by their paths.
  func lines() throws -> [Line] { try lines(object, "") }

  private func lines(_ object: [String: Any], _ prefix: String) throws -> [Line] {
    try object.keys.sorted().flatMap { key -> [Line] in
      let path = "\(prefix)(\(key.prefix(4)),\(key.suffix(4)))"
      guard key.utf8.count == 8, let element = object[key] as? [String: Any], let vr = element["vr"] as? String else {
        throw Malformed(description: "\(path) has no VR")
      }
      // At most one of these (F.2.2).
      let kinds = element.keys.filter { $0 != "vr" }
      guard kinds.isEmpty || kinds.count == 1 && ["Value", "InlineBinary", "BulkDataURI"].contains(kinds[0]) else {
        throw Malformed(description: "\(path) has \(kinds)")
      }
      if vr == "SQ" {
        let items = element["Value"] as? [[String: Any]] ?? []
        return try [Line(path: path, vr: vr, length: items.count)]
          + items.enumerated().flatMap { try lines($0.element, "\(path)[\($0.offset)].") }
      }
      var line = Line(path: path, vr: vr)
      if let values = element["Value"] as? [Any] { try read(values, &line) }
      var bytes: Data?
      if let text = element["InlineBinary"] as? String { bytes = Data(base64Encoded: text) }
      if let uri = element["BulkDataURI"] as? String { bytes = try bulk(uri, vr) }
      if let bytes { (line.length, line.sum) = (bytes.count, bytes.adler) }
      if (element["InlineBinary"] ?? element["BulkDataURI"]) != nil, bytes == nil {
        throw Malformed(description: "\(path) has bytes that are none")
      }
      return [line]
    }
  }

  private func read(_ values: [Any], _ line: inout Line) throws {
    if line.vr == "PN" {
      line.names = try values.map { try components($0, line.path) }
      return
    }
    var numbers: [String] = []
    var text: [String] = []
    for value in values {
      switch value {
      case let value as String: text.append(value)
      case is NSNull: text.append("")
      case let value as NSNumber: numbers.append(try number(value, line))
      default: throw Malformed(description: "\(line.path) has a value that is none: \(value)")
      }
    }
    if !text.isEmpty || numbers.isEmpty { line.text = text }
    if !numbers.isEmpty { line.numbers = numbers }
  }

  /// As `Line.numbers` has it. Foundation keeps long numbers in decimal.
  private func number(_ value: NSNumber, _ line: Line) throws -> String {
    if ["US", "SS", "UL", "SL", "UV", "SV", "IS"].contains(line.vr) { return value.stringValue }
    guard let double = Double(value.stringValue) else { throw Malformed(description: "\(line.path): \(value)") }
    return (line.vr == "FL" ? Double(Float(double)) : double).bits
  }

  private func components(_ value: Any, _ path: String) throws -> [String] {
    if value is NSNull { return [] }
    guard let groups = value as? [String: String], !groups.isEmpty else {
      throw Malformed(description: "\(path) has a name without groups: \(value)")
    }
    return ["Alphabetic", "Ideographic", "Phonetic"].flatMap { group in
      let parts = (groups[group] ?? "").split(separator: "^", omittingEmptySubsequences: false).map(String.init)
      return (0..<5).map { $0 < parts.count ? parts[$0] : "" }
    }
  }
}

extension Collection<UInt8> {
  /// Adler-32.
  var adler: UInt32 {
    withContiguousStorageIfAvailable { UInt32(adler32(1, $0.baseAddress, uInt($0.count))) } ?? Array(self).adler
  }
}

extension Double {
  /// The bits in hexadecimal; not a number is one value.
  var bits: String { isNaN ? "nan" : String(bitPattern, radix: 16) }
}
