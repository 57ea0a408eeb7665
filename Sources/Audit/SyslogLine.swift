internal import Glibc

/// A message in the frame of syslog: RFC 5424, with the message identifier of DICOM PS3.15 A.6.
struct SyslogLine {
  /// Security and authorization (10), normal but significant (5); a failure is a warning (4).
  private static let facility = 10

  /// The bytes of one message, without what ends it.
  ///
  /// - Parameter time: UTC, ISO 8601.
  static func bytes(of message: AuditMessage, on machine: String) -> [UInt8] {
    let priority = facility * 8 + (message.outcome == "0" ? 5 : 4)
    let header = "<\(priority)>1 \(message.at) \(name(machine)) studypost \(getpid()) DICOM+RFC3881 - "
    // The mark says that the rest is UTF-8 (RFC 5424, 6.4).
    return Array(header.utf8) + [0xEF, 0xBB, 0xBF] + Array(message.xml.utf8)
  }

  /// A host name as the header has it: printable ASCII without spaces.
  private static func name(_ machine: String) -> String {
    let name = machine.filter { $0.isASCII && !$0.isWhitespace && $0 > "!" && $0 < "\u{7F}" }.prefix(255)
    return name.isEmpty ? "-" : String(name)
  }
}
