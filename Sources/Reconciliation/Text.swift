extension String {
  /// Without spaces at either end.
  var trimmingSpaces: String {
    guard utf8.first == 0x20 || utf8.last == 0x20 else { return self }
    let end = lastIndex { $0 != " " }.map(index(after:)) ?? startIndex
    return String(self[..<end].drop { $0 == " " })
  }

  var nilIfEmpty: String? { isEmpty ? nil : self }
}
