import DICOM

extension DataSet {
  /// The attribute's only value, decoded; nil when it is absent, has several, or breaks its VR.
  func conforming(_ tag: Tag) -> String? {
    guard let element = self[tag], conforms(element), let values = try? strings(tag) else { return nil }
    return values.count <= 1 ? values.first ?? "" : nil
  }

  /// Whether the value of one of the attributes that coercion touches keeps to its VR (PS3.5 6.2) and to a single value
  /// where only one may be. Values that are no text always do.
  func conforms(_ element: Element) -> Bool {
    guard case .bytes = element.content, element.vr.maximumLength != nil else { return true }
    guard let text = try? text(element.tag) ?? "" else { return false }
    if element.vr == .lt { return element.vr.problem(in: text) == nil }
    guard text.utf8.contains(UInt8(ascii: "\\")) else { return element.vr.problem(in: text.trimmingSpaces) == nil }
    return Self.multiple.contains(element.tag)
      && text.split(separator: "\\", omittingEmptySubsequences: false).allSatisfy {
        element.vr.problem(in: String($0).trimmingSpaces) == nil
      }
  }

  /// Attributes that may have several values.
  private static let multiple: Set<Tag> = [.namesOfIntendedRecipientsOfResults]
}
