/// `283.7 MB`.
func megabytes(_ bytes: Int64) -> String { "\((Double(bytes) / 100_000).rounded() / 10) MB" }

/// A text with spaces after it, up to a width.
func padded(_ text: String, to width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}
