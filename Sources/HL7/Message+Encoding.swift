extension Segment {
  func encoded(by delimiters: Delimiters) -> [UInt8] {
    var bytes = Array(name.utf8)
    var rest = fields[...]
    if name == "MSH" {
      bytes += [
        delimiters.field, delimiters.component, delimiters.repetition, delimiters.escape, delimiters.subcomponent,
      ]
      rest = rest.dropFirst(2)
    }
    let encoded = rest.map { field in
      joined(field.repetitions, delimiters.repetition) { components in
        joined(components, delimiters.component) { subcomponents in
          joined(subcomponents, delimiters.subcomponent) { delimiters.escaped($0) }
        }
      }
    }
    let filled = encoded.prefix(through: encoded.lastIndex { !$0.isEmpty } ?? -1)
    for field in filled { bytes += [delimiters.field] + field }
    return bytes
  }

  private func joined<Part>(_ parts: [Part], _ separator: UInt8, _ encode: (Part) -> [UInt8]) -> [UInt8] {
    Array(parts.map(encode).joined(separator: [separator]))
  }
}

extension Delimiters {
  /// A value's bytes with delimiters and control characters as escape sequences (2.5.1, 2.7.1 and 2.7.5).
  func escaped(_ text: String) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    for byte in text.utf8 {
      let sequence: String
      switch byte {
      case field: sequence = "F"
      case component: sequence = "S"
      case subcomponent: sequence = "T"
      case repetition: sequence = "R"
      case escape: sequence = "E"
      case ..<0x10: sequence = "X0" + String(byte, radix: 16, uppercase: true)
      case ..<0x20, 0x7F: sequence = "X" + String(byte, radix: 16, uppercase: true)
      default:
        bytes.append(byte)
        continue
      }
      bytes.append(escape)
      bytes += sequence.utf8
      bytes.append(escape)
    }
    return bytes
  }
}
