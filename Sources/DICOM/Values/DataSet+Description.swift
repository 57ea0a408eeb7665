extension DataSet {
  /// The value of one of this data set's elements for people, at most about `limit` characters: text decoded, several
  /// values between backslashes, numbers in decimal, a UID with its name, other bytes in hexadecimal, and of what is not
  /// kept its place. It may have any character that the file has: it is for the caller to make it fit for a terminal.
  public func describe(_ element: Element, limit: Int = 80) -> String {
    switch element.content {
    case .items, .itemsOnDisk:
      let count = element.itemCount ?? 0
      return count == 1 ? "1 item" : "\(count) items"
    case .fragments(let count):
      return "\(count == 1 ? "1 fragment" : "\(count) fragments"), \(element.length) bytes at \(element.valueOffset)"
    case .onDisk where !element.effectiveVR.isEncodedText:
      return "\(element.length) bytes at \(element.valueOffset)"
    case .bytes, .onDisk: break
    }
    do {
      guard let text = try text(of: element) else { return (try value(element) ?? []).hexadecimal(atMost: limit / 3) }
      return DataSet.shortened(text, limit)
    } catch let error as DICOMError {
      guard error.code == .characterSet, let bytes = try? value(element) else { return error.message }
      return "\(bytes.hexadecimal(atMost: limit / 3)) (\(error.message))"
    } catch {
      return "\(error)"
    }
  }

  /// Nil for what is no text and no number.
  private func text(of element: Element) throws -> String? {
    let vr = element.effectiveVR
    switch vr {
    case .ui:
      return try strings(element).map { uid in UIDNames.name(uid).map { "\(uid) \($0)" } ?? uid }
        .joined(separator: "\\")
    case _ where vr.isWholeText: return try text(element) ?? ""
    case _ where vr.isPlainText || vr.isEncodedText: return try strings(element).joined(separator: "\\")
    case .at, .fl, .fd, .us, .ss, .ul, .sl, .sv, .uv:
      return try strings(element).joined(separator: "\\")
    default: return nil
    }
  }

  private static func shortened(_ text: String, _ limit: Int) -> String {
    // One character of text may have any number of scalars.
    let scalars = text.unicodeScalars
    guard let end = scalars.index(scalars.startIndex, offsetBy: limit, limitedBy: scalars.endIndex),
      end < scalars.endIndex
    else { return text }
    return String(scalars[..<end]) + "… (\(scalars.count) characters)"
  }
}
