internal import Glibc
public import Custody
public import Site
public import Spool
public import SystemPackage

extension Spool {
  /// Where something in custody lies.
  public subscript(_ location: Location) -> FilePath {
    switch location {
    case .sealing(let parcel): self[.outbound].appending(".\(parcel).sealing")
    case .outbound(let parcel): self[.outbound].appending(parcel)
    case .heldOutbound(let study): self[.holdOutbound].appending(study)
    case .arrival(let arrival): self[.unpack].appending(arrival).appending("arrived")
    case .received(let parcel): self[.received].appending(parcel)
    case .heldInbound(let parcel): self[.holdInbound].appending(parcel)
    case .unpacked(let parcel): self[.unpack].appending("study-\(parcel)")
    case .preview(let parcel): self[.unpacked(parcel: parcel)].appending(Preview.folder)
    case .heldPreview(let parcel): self[.heldInbound(parcel: parcel)].appending(Preview.folder)
    case .quarantine(let entry, _): self[.quarantine].appending(entry)
    case .quarantined(let entry, let item, _): self[.quarantine].appending(entry).appending(item)
    }
  }
}

extension Configuration.Import {
  /// Where a study is coerced if the import folder is on another file system than the spool: in it, out of the PACS's sight.
  public func hiddenStaging(of parcel: String) -> FilePath { path.appending(".studypost-\(parcel)") }
}

/// How the journal names what lies in a mailbox: names there may be any bytes.
public enum MailboxName {
  private static let prefix = "bytes:"

  /// The text for a name; reversible.
  public static func text(of name: FilePath.Component) -> String {
    if let text = String(validating: name), !text.hasPrefix(prefix) { return text }
    let bytes = name.withPlatformString { pointer in
      UnsafeBufferPointer(start: pointer, count: strlen(pointer)).map { UInt8(bitPattern: $0) }
    }
    return prefix + bytes.map { String($0, radix: 16) }.map { $0.count == 1 ? "0" + $0 : $0 }.joined()
  }

  /// The name for a text that ``text(of:)`` made.
  public static func component(of text: String) -> FilePath.Component? {
    guard text.hasPrefix(prefix) else { return FilePath.Component(text) }
    var bytes: [CChar] = []
    var rest = text.dropFirst(prefix.count)
    while rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) {
      bytes.append(CChar(bitPattern: byte))
      rest = rest.dropFirst(2)
    }
    return FilePath.Component(platformString: bytes + [0])
  }
}
