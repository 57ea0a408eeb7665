/// What a message says of a field (2.5.1, 2.5.3): nothing, so that it stays as it is; that it has no value any more, `""`;
/// or its value.
public enum Told<Value: Sendable & Hashable>: Sendable, Hashable {
  /// The field is empty.
  case nothing
  /// The field is `""`.
  case deleted
  /// The field has a value.
  case value(Value)

  /// The value; nil where there is none.
  public var value: Value? {
    if case .value(let value) = self { value } else { nil }
  }
}

extension Field {
  /// Whether the field says that its value is to be deleted.
  var isDeleted: Bool { text == "\"\"" && repetitions.count == 1 }

  /// What the field says, read by a function; where it reads nothing, it says nothing.
  func told<Value>(_ read: (Field) -> Value?) -> Told<Value> {
    if isDeleted { return .deleted }
    return read(self).map { .value($0) } ?? .nothing
  }

  var toldText: Told<String> { told { $0.text.isEmpty ? nil : $0.text } }
}
