import SystemPackage

// The forms of the strings in configuration files.

extension TextForm where Value == Duration {
  /// `500ms`, `60s`, `30m`, `4h`, `5d`, `0s`.
  static var duration: TextForm {
    TextForm(
      name: "a duration", remedy: "Write a whole number and ms, s, m, h or d, for example \"60s\"."
    ) { text in
      guard let (count, unit) = countAndUnit(text), let count, count <= 1_000_000_000 else { return nil }
      return switch unit {
      case "ms": .milliseconds(count)
      case "s": .seconds(count)
      case "m": .seconds(count * 60)
      case "h": .seconds(count * 3600)
      case "d": .seconds(count * 86400)
      default: nil
      }
    }
  }

  /// As ``duration``, but longer than nothing.
  static var positiveDuration: TextForm {
    TextForm(name: "a duration above zero", remedy: duration.remedy) { text in
      duration.read(text).flatMap { $0 > .zero ? $0 : nil }
    }
  }
}

extension TextForm where Value == Int64 {
  /// Bytes, e.g. `256GiB`.
  static var size: TextForm {
    TextForm(
      name: "a size above zero", remedy: "Write a whole number and B, KiB, MiB, GiB or TiB, for example \"256GiB\"."
    ) { text in
      let shifts = ["B": 0, "KiB": 10, "MiB": 20, "GiB": 30, "TiB": 40]
      guard let (count, unit) = countAndUnit(text), let count, count > 0, let shift = shifts[unit] else { return nil }
      let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
      return overflow ? nil : bytes
    }
  }
}

extension TextForm where Value == Configuration.Limits.Free {
  /// A share of the disk (`5%`) or a size.
  static var free: TextForm {
    TextForm(
      name: "a share of the disk or a size", remedy: "Write for example \"5%\" or \"20GiB\"."
    ) { text in
      if let bytes = TextForm<Int64>.size.read(text) { return .bytes(bytes) }
      guard let (whole, unit) = countAndUnit(text), let whole else { return nil }
      // Either "5%" or "2.5%".
      var fraction = 0.0
      if unit.hasPrefix("."), unit.hasSuffix("%") {
        let digits = unit.dropFirst().dropLast()
        guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit) else { return nil }
        fraction = Double("0.\(digits)") ?? 0
      } else if unit != "%" {
        return nil
      }
      let percent = Double(whole) + fraction
      return percent < 100 ? .percent(percent) : nil
    }
  }
}

extension TextForm where Value == SiteName {
  static var siteName: TextForm {
    TextForm(
      name: "a site name",
      remedy: "Use 1 to 32 of a-z, 0-9 and -, beginning with a letter or digit, for example \"ch1\"."
    ) { SiteName($0) }
  }
}

extension TextForm where Value == String {
  /// A line that people read.
  static var line: TextForm {
    TextForm(
      name: "a line of at most 200 characters", remedy: "Write one line of plain text, without control characters."
    ) { text in
      text.unicodeScalars.count <= 200 && !text.unicodeScalars.contains(where: isInvisible) ? text : nil
    }
  }

  /// A host name (RFC 1123) or an address (IPv4, IPv6).
  static var host: TextForm {
    TextForm(
      name: "a host name or address",
      remedy: "Write for example \"dicom.ch1.example\" or \"192.0.2.7\"; the port has a key of its own."
    ) { text in
      guard (1...253).contains(text.utf8.count), let first = text.utf8.first else { return nil }
      if text.utf8.contains(UInt8(ascii: ":")) {
        // An IPv6 address; one colon alone would be a port, which has a key of its own.
        let isAddress = text.utf8.allSatisfy { "0123456789abcdefABCDEF:.".utf8.contains($0) }
        return isAddress && text.utf8.count(where: { $0 == UInt8(ascii: ":") }) > 1 ? text : nil
      }
      let isName = text.utf8.allSatisfy { isLetterOrDigit($0) || ".-_".utf8.contains($0) }
      return isName && isLetterOrDigit(first) ? text : nil
    }
  }

  /// A user name on an SSH server.
  static var user: TextForm {
    TextForm(
      name: "a user name", remedy: "Use at most 64 letters, digits, '-', '_', '.' or '@'."
    ) { text in
      let isPlain = text.utf8.allSatisfy { isLetterOrDigit($0) || "._-@".utf8.contains($0) }
      guard isPlain, text.utf8.count <= 64, let first = text.utf8.first else { return nil }
      return isLetterOrDigit(first) || first == UInt8(ascii: "_") ? text : nil
    }
  }

  /// A folder on an SFTP server.
  static var directory: TextForm {
    TextForm(
      name: "a folder on an SFTP server",
      remedy: "Write a path that begins with '/', of printable ASCII without spaces and without '..'."
    ) { text in
      guard text.hasPrefix("/"), text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }),
        !text.split(separator: "/").contains("..")
      else { return nil }
      return text
    }
  }

  /// The name of a marker file, or the ending of its name.
  static var marker: TextForm {
    TextForm(
      name: "the name of a file", remedy: "Write a name without '/' or spaces, for example \".done\"."
    ) { text in
      let isPlain = text.unicodeScalars.allSatisfy { $0 != "/" && $0 != " " && !isInvisible($0) }
      return isPlain && (1...100).contains(text.utf8.count) && text != "." && text != ".." ? text : nil
    }
  }
}

/// Digits and what follows them; a nil count where there are too many to count.
private func countAndUnit(_ text: String) -> (count: Int64?, unit: String)? {
  let digits = text.prefix { $0.isASCII && $0.isNumber }
  guard !digits.isEmpty else { return nil }
  return (Int64(digits), String(text.dropFirst(digits.count)))
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  isDigit(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
}
