/// The word that was probably meant: the one with the fewest changed letters, if these are few.
func nearest(to word: String, among words: [String]) -> String? {
  let lengthLimit = 64
  guard word.utf8.count <= lengthLimit else { return nil }
  let distances = words.map { (word: $0, distance: distance(bare(word), bare($0))) }
  guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance <= max(1, word.count / 3) ? best.word : nil
}

/// Letters and digits in lower case: `Retry-First` and `retry_first` are the same slip of the pen.
private func bare(_ word: String) -> [Character] {
  word.lowercased().filter { $0.isLetter || $0.isNumber }
}

/// The Levenshtein distance, counting the exchange of two neighbours as one change.
private func distance(_ left: [Character], _ right: [Character]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...right.count)
  for (row, one) in left.enumerated() {
    var current = [row + 1]
    for (column, other) in right.enumerated() {
      var best = min(last[column + 1] + 1, current[column] + 1, last[column] + (one == other ? 0 : 1))
      if row > 0, column > 0, one == right[column - 1], other == left[row - 1] {
        best = min(best, beforeLast[column - 1] + 1)
      }
      current.append(best)
    }
    beforeLast = last
    last = current
  }
  return last[right.count]
}
