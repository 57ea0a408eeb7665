// How amounts are put for people.

/// `1 study`, `3 studies`.
public func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(grouped(count)) \(count == 1 ? one : many ?? one + "s")"
}

/// `99 500`: thousands stand apart.
public func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3), digits.count > 4 { text.append(" ") }
    text.append(digit)
  }
  return text
}
