/// The Jaro–Winkler similarity of two names, 0 (nothing in common) to 1 (equal).
///
/// W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the Fellegi-Sunter Model of Record
/// Linkage", 1990: Jaro's measure, raised by a common prefix of at most four letters with the weight 0.1.
func jaroWinkler(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Double {
  let jaro = jaro(left, right)
  let prefix = zip(left, right).prefix(4).prefix { $0 == $1 }.count
  return jaro + Double(prefix) * 0.1 * (1 - jaro)
}

/// Jaro's similarity: the mean of the shares of common letters in either name and of those in the same order.
private func jaro(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Double {
  guard !left.isEmpty, !right.isEmpty else { return 0 }
  let window = max(0, max(left.count, right.count) / 2 - 1)
  var taken = [Bool](repeating: false, count: right.count)
  var fromLeft: [Unicode.Scalar] = []
  for (index, letter) in left.enumerated() {
    let low = max(0, index - window)
    let high = min(right.count, index + window + 1)
    guard low < high, let match = (low..<high).first(where: { !taken[$0] && right[$0] == letter }) else { continue }
    taken[match] = true
    fromLeft.append(letter)
  }
  guard !fromLeft.isEmpty else { return 0 }
  let fromRight = right.indices.filter { taken[$0] }.map { right[$0] }
  let transposed = Double(zip(fromLeft, fromRight).count { $0 != $1 }) / 2
  let common = Double(fromLeft.count)
  return (common / Double(left.count) + common / Double(right.count) + (common - transposed) / common) / 3
}
