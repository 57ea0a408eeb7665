public import SystemPackage

/// Where audit messages go, by syslog or into a file.
public enum SyslogAddress: Equatable, Sendable, CustomStringConvertible {
  /// `udp://host:514` (RFC 5426).
  case udp(host: String, port: Int)
  /// `tcp://host:601` (RFC 6587, octets counted).
  case tcp(host: String, port: Int)
  /// `unix:///dev/log`: a datagram socket of this machine.
  case unix(FilePath)
  /// `file:///var/log/studypost/audit.log`: a line for each message.
  case file(FilePath)

  /// As the configuration has it.
  public var description: String {
    switch self {
    case .udp(let host, let port): "udp://\(Self.bracketed(host)):\(port)"
    case .tcp(let host, let port): "tcp://\(Self.bracketed(host)):\(port)"
    case .unix(let path): "unix://\(path)"
    case .file(let path): "file://\(path)"
    }
  }

  private static func bracketed(_ host: String) -> String { host.contains(":") ? "[\(host)]" : host }

  /// Reads an address; nil where it is none.
  init?(_ text: String) {
    func path(_ scheme: String) -> FilePath? {
      guard text.hasPrefix(scheme + "/") else { return nil }
      let path = FilePath(String(text.dropFirst(scheme.count)))
      return path.isAbsolute && path.lastComponent != nil && !text.utf8.contains { $0 < 0x20 } ? path : nil
    }
    if let path = path("unix://") {
      self = .unix(path)
    } else if let path = path("file://") {
      self = .file(path)
    } else if let (host, port) = Self.server(text, "udp://", 514) {
      self = .udp(host: host, port: port)
    } else if let (host, port) = Self.server(text, "tcp://", 601) {
      self = .tcp(host: host, port: port)
    } else {
      return nil
    }
  }

  private static func server(_ text: String, _ scheme: String, _ usual: Int) -> (host: String, port: Int)? {
    guard text.hasPrefix(scheme) else { return nil }
    var rest = text.dropFirst(scheme.count)
    var host: Substring
    if rest.first == "[", let end = rest.firstIndex(of: "]") {
      host = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
    } else {
      host = rest.prefix { $0 != ":" }
      rest = rest.dropFirst(host.count)
    }
    let isName = host.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: ":"), UInt8(ascii: "%"), UInt8(ascii: "_")].contains(
          byte)
    }
    guard !host.isEmpty, isName else { return nil }
    if rest.isEmpty { return (String(host), usual) }
    guard rest.first == ":", let port = Int(rest.dropFirst()), (1...65_535).contains(port) else { return nil }
    return (String(host), port)
  }
}

extension TextForm where Value == SyslogAddress {
  /// An address for audit messages.
  static var syslog: TextForm {
    TextForm(
      name: "an address for syslog",
      remedy: "Write udp://HOST:PORT, tcp://HOST:PORT, unix:///dev/log or file:///an/absolute/path."
    ) { SyslogAddress($0) }
  }
}
