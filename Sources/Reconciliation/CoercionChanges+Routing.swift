import DICOM
import Foundation

extension CoercionChanges {
  /// Takes the recipient's name out of the elements by which the study was routed: a value that is the name, or the
  /// token `XFER:` with the name, else the name as a word of its own; all of an element in which nothing else is left, or
  /// whose text cannot be read. What names others stays.
  ///
  /// The partner says by which element it routed: what identifies the patient is none.
  mutating func remove(_ route: Coercion.Route) {
    let changed = kept
    for (dataSet, tag, path) in dataSet.ends(of: route.path) {
      guard let top = path.first, !changed.contains(top), !Self.identifying.contains(top),
        let element = dataSet[tag], element.length > 0, Self.texts.contains(element.vr)
      else { continue }
      let values = try? Self.paragraphs.contains(element.vr) ? [dataSet.text(tag) ?? ""] : dataSet.strings(tag)
      let rest = values?.filter { $0.routingKey != route.name.routingKey }.map { $0.removing(route.name) }
      if rest != nil, rest == values { continue }
      keep(top)
      if let rest, !rest.allSatisfy({ $0.routingKey.isEmpty }) {
        edit.set(path, .strings(rest), vr: element.vr)
      } else {
        edit.remove(path)
      }
    }
  }

  /// Text as people write it.
  private static let texts: Set<VR> = [.ae, .cs, .lo, .lt, .pn, .sh, .st, .uc, .un, .ut]

  /// Of these, those in which a backslash separates no values.
  private static let paragraphs: Set<VR> = [.lt, .st, .ut]

  /// What coercion sets, and what says how to read the text.
  private static let identifying: Set<Tag> = [
    .patientName, .patientID, .issuerOfPatientID, .patientSex, .otherPatientIDs, .otherPatientIDsSequence,
    .originalAttributesSequence, .instanceOriginStatus, .specificCharacterSet,
  ]
}

extension String {
  /// A recipient's name as it is compared: compatibility forms, letter case, space around and the empty components at
  /// the end of a person name do not count.
  fileprivate var routingKey: String {
    let isASCII = utf8.allSatisfy { $0 < 0x80 }
    var key = (isASCII ? self : precomposedStringWithCompatibilityMapping).uppercased().lowercased()[...]
    while let last = key.last, last == "^" || last.isWhitespace { key.removeLast() }
    while let first = key.first, first.isWhitespace { key.removeFirst() }
    return String(key)
  }

  /// Without the token that routes to `name`; where there is none, without the name, as a rule of the sender's own found
  /// it.
  fileprivate func removing(_ name: String) -> String {
    let name = NSRegularExpression.escapedPattern(for: name)
    guard let token = try? Regex(#"(?i)(^|\s)XFER:"# + name + #"(?![A-Z0-9_-])"#) else { return self }
    let rest = replacing(token, with: "")
    if rest != self { return rest }
    guard
      let word = try? Regex(#"(^|[^\p{L}\p{N}_-])"# + name + #"(?![\p{L}\p{N}_-])"#, as: (Substring, Substring).self)
    else { return self }
    return replacing(word) { $0.output.1 }
  }
}
