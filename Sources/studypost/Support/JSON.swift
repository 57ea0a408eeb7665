import FoundationEssentials
import Glibc

/// A JSON value, for the documents that `--json` prints.
enum JSON: Codable, Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([String: JSON])

  init(_ text: String?) { self = text.map(JSON.string) ?? .null }
  init(_ number: Int?) { self = number.map { .integer(Int64($0)) } ?? .null }
  init(_ number: Int64) { self = .integer(number) }
  init(_ number: Double?) { self = number.map(JSON.number) ?? .null }
  init(_ flag: Bool) { self = .bool(flag) }
  init(_ strings: [String]) { self = .array(strings.map(JSON.string)) }

  /// What a value encodes itself as.
  init(encoding value: some Encodable) throws {
    self = try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(value))
  }

  /// The value that a text holds; a string where it is no JSON.
  init(parsing text: String?) {
    self =
      text.map { text in
        (try? JSONDecoder().decode(JSON.self, from: Data(text.utf8))) ?? .string(text)
      } ?? .null
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let flag = try? container.decode(Bool.self) {
      self = .bool(flag)
    } else if let integer = try? container.decode(Int64.self) {
      self = .integer(integer)
    } else if let number = try? container.decode(Double.self) {
      self = .number(number)
    } else if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let array = try? container.decode([JSON].self) {
      self = .array(array)
    } else {
      self = .object(try container.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSON: ExpressibleByStringLiteral {
  init(stringLiteral value: String) { self = .string(value) }
}

extension JSON: ExpressibleByDictionaryLiteral {
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(Dictionary(elements) { first, _ in first })
  }
}

/// Prints one document on standard output: keys sorted, and no character in it that could steer a terminal.
func printJSON(_ value: JSON) throws { print(try value.text()) }

/// Prints an array element by element, so that a long list need not be in memory.
struct JSONArrayPrinter {
  private var isEmpty = true

  mutating func add(_ value: JSON) throws {
    print(isEmpty ? "[" : ",")
    isEmpty = false
    let lines = try value.text().split(separator: "\n", omittingEmptySubsequences: false)
    print(lines.map { "  " + $0 }.joined(separator: "\n"), terminator: "")
  }

  func finish() { print(isEmpty ? "[]" : "\n]") }
}

extension JSON {
  fileprivate func text() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    var text = ""
    for scalar in String(decoding: try encoder.encode(self), as: UTF8.self).unicodeScalars {
      switch scalar.properties.generalCategory {
      // Such a character can only stand within a string here, where its escape means the same.
      case .control where scalar.value >= 0x7F, .format, .lineSeparator, .paragraphSeparator:
        for unit in UTF16.encode(scalar) ?? .init() {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
