/// A copy in progress may reserve its space at once: the file then has its length, and zeros where the copy has not got
/// to. What makes no sense there is not wrong, but not written yet.
extension DICOMError {
  /// This error, or that the file is cut, if nothing but zeros follows the header that it is about.
  func unlessUnfilled(_ bytes: Input) -> DICOMError {
    guard [.malformed, .notDICOM].contains(code), let size = bytes.size else { return self }
    // A preamble, or an element's header, may be there in part.
    let start = code == .notDICOM ? 132 : (offset ?? size) + 12
    return bytes.isZero(from: start) ? Input.cut(start) : self
  }

  /// The same of a deflated data set, in which places say nothing: no such stream ends with 64 zeros.
  func unlessUnfilledStream(_ bytes: Input) -> DICOMError {
    guard code == .malformed, let size = bytes.size, bytes.isZero(from: max(size - 64, 0)) else { return self }
    return Input.cut(size)
  }
}

extension Input {
  /// Whether there are bytes at `offset`, and those from there on are all zero: by the first and the last of them, so
  /// that a hostile file cannot have terabytes of nothing read.
  fileprivate func isZero(from offset: Int64) -> Bool {
    guard let size, offset >= 0, offset < size else { return false }
    var input = self
    let count = min(size - offset, 64 << 10)
    return [offset, size - count].allSatisfy { start in
      (try? input.slice(start, Int(count)).allSatisfy { $0 == 0 }) ?? false
    }
  }
}
