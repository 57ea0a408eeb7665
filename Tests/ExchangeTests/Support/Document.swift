import Foundation

/// A JSON value, looked into without ceremony: what is not there is nil, and an array of nothing is empty.
struct Document: CustomStringConvertible {
  private let value: Any?

  init?(parsing text: String) {
    guard let value = try? JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed) else {
      return nil
    }
    self.value = value
  }

  private init(_ value: Any?) { self.value = value }

  subscript(_ key: String) -> Document { Document((value as? [String: Any])?[key]) }
  subscript(_ index: Int) -> Document { items.indices.contains(index) ? items[index] : Document(nil) }

  var items: [Document] { (value as? [Any])?.map { Document($0) } ?? [] }
  var isArray: Bool { value is [Any] }
  var keys: Set<String> { Set((value as? [String: Any])?.keys.map { $0 } ?? []) }
  var string: String? { value as? String }
  var int: Int? { (value as? NSNumber)?.intValue }
  var bool: Bool? { (value as? NSNumber)?.boolValue }
  /// The values of an object by their keys.
  var members: [String: Document] { (value as? [String: Any])?.mapValues { Document($0) } ?? [:] }

  var description: String { value.map { "\($0)" } ?? "nothing" }
}
