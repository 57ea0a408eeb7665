// Until the text and dictionary work lands.
public struct UndeclaredText: Sendable, Hashable {
  public static let `default` = UndeclaredText()
}
extension CharacterSet {
  static func undeclared(_ rule: UndeclaredText) -> CharacterSet { .undeclared }
  init(declared value: ArraySlice<UInt8>, undeclared: UndeclaredText) throws { try self.init(declared: Array(value)) }
}
