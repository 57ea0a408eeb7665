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
    guard case .bytes = element.content, let length = Self.longest[element.vr] else { return true }
    guard let text = try? text(element.tag) ?? "" else { return false }
    if element.vr == .lt { return text.unicodeScalars.count <= length }
    let values = text.split(separator: "\\", omittingEmptySubsequences: false).map { String($0).trimmingSpaces }
    guard values.count <= 1 || Self.multiple.contains(element.tag) else { return false }
    return values.allSatisfy { value in
      value.isEmpty || Self.conforms(value, to: element.vr, longest: length)
    }
  }

  private static func conforms(_ value: String, to vr: VR, longest: Int) -> Bool {
    guard !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return false }
    switch vr {
    case .da: return value.utf8.count == longest && CalendarDate(value) != nil
    case .cs:
      return value.utf8.count <= longest
        && value.unicodeScalars.allSatisfy {
          ("A"..."Z").contains($0) || ("0"..."9").contains($0) || "_ ".unicodeScalars.contains($0)
        }
    case .pn:
      let groups = value.split(separator: "=", omittingEmptySubsequences: false)
      return groups.count <= 3
        && groups.allSatisfy { group in
          group.unicodeScalars.count <= longest && group.count { $0 == "^" } <= 4
        }
    default: return value.unicodeScalars.count <= longest
    }
  }

  /// The greatest lengths of the text VRs that coercion meets, in characters; of PN for each group.
  private static let longest: [VR: Int] = [.cs: 16, .da: 8, .dt: 26, .lo: 64, .lt: 10240, .pn: 64, .sh: 16]

  /// Attributes that may have several values.
  private static let multiple: Set<Tag> = [.namesOfIntendedRecipientsOfResults]
}
