/// Which bytes of a payload lie at the partner, while several connections write it or after they did: what the file `gaps` in
/// `incoming/<parcel>/` says.
///
/// `16777216 167772160`: up to the first number all is there; after it there may be gaps, but not within the second number of bytes
/// before the end of the file. Parts that are known to be missing before the first number follow it, as `from-to`.
struct Gaps: Equatable {
  /// Up to here all is known.
  var known: Int64
  /// Gaps that nobody knows of are so far from the end of the file at most.
  var ahead: Int64
  /// What is missing before ``known``.
  var missing: [Range<Int64>] = []

  /// So many parts are written down; more are not worth it.
  private static let most = 64
  /// The file is not larger than that.
  static let largest = 4096

  init(known: Int64, ahead: Int64, missing: [Range<Int64>] = []) {
    (self.known, self.ahead) = (known, ahead)
    self.missing = missing.sorted { $0.lowerBound < $1.lowerBound }
    if missing.count > Self.most, let last = self.missing.dropFirst(Self.most).first {
      // Of what follows nothing is known any more.
      (self.known, self.ahead) = (last.lowerBound, .max)
      self.missing.removeSubrange(Self.most...)
    }
  }

  /// - Returns: nil where the bytes say nothing.
  init?(parsing bytes: [UInt8]) {
    let words = String(decoding: bytes, as: UTF8.self).split(separator: " ")
    guard words.count >= 2, let known = Int64(words[0]), let ahead = Int64(words[1]), known >= 0, ahead >= 0 else {
      return nil
    }
    var missing: [Range<Int64>] = []
    for word in words.dropFirst(2) {
      let ends = word.split(separator: "-", omittingEmptySubsequences: false).map { Int64($0) }
      guard ends.count == 2, let from = ends[0], let to = ends[1], from >= missing.last?.upperBound ?? 0, from < to,
        to <= known
      else { return nil }
      missing.append(from..<to)
    }
    (self.known, self.ahead, self.missing) = (known, ahead, missing)
  }

  var text: String {
    (["\(known)", "\(ahead)"] + missing.map { "\($0.lowerBound)-\($0.upperBound)" }).joined(separator: " ")
  }

  /// What of a file of this size is there.
  func sound(of size: Int64) -> (end: Int64, missing: [Range<Int64>]) {
    var end = min(size, max(known, size - min(ahead, size)))
    // Nothing is to be written after the end by a part that lies across it.
    let missing = missing.filter { $0.lowerBound < end }
    if let last = missing.last, last.upperBound >= end {
      end = last.lowerBound
      return (end, Array(missing.dropLast()))
    }
    return (end, missing)
  }
}
