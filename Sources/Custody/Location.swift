/// Where something in custody lies. The executor knows the path of each.
public enum Location: Codable, Sendable, Hashable {
  /// A parcel that is complete but has not got its name yet.
  case sealing(parcel: String)
  /// A sealed parcel on its way.
  case outbound(parcel: String)
  /// An outbound study that waits for a person.
  case heldOutbound(study: String)
  /// What was taken out of a mailbox, before it is known to be a parcel. Each arrival has a place of its own: two copies
  /// of one parcel never meet.
  case arrival(String)
  /// A parcel whose signature and digest hold, as it came: from its arrival until `retention.imported` after the import.
  case received(parcel: String)
  /// The reason for which an inbound study waits for a person.
  case heldInbound(parcel: String)
  /// What a parcel was unpacked and coerced to: at any time it can be made again from the parcel.
  case unpacked(parcel: String)
  /// Pictures of a study that is to wait for a person, among what was unpacked.
  case preview(parcel: String)
  /// These, beside the reason.
  case heldPreview(parcel: String)
  /// A whole entry of the quarantine, and the service that put it there.
  case quarantine(entry: String, of: Service)
  /// What an entry of the quarantine holds beside its reason.
  case quarantined(entry: String, item: String, of: Service)

  /// The service that changes what lies there.
  var service: Service {
    switch self {
    case .sealing, .outbound, .heldOutbound: .collect
    case .arrival, .received, .heldInbound, .unpacked, .preview, .heldPreview: .receive
    case .quarantine(_, let service), .quarantined(_, _, let service): service
    }
  }
}
