internal import SFTP

/// What a failure concerns, and so what is tried again, and when.
enum Failure {
  /// The service was asked to stop.
  case stopped
  /// The partner as a whole: nothing goes there for a while.
  case partner
  /// One parcel: the others go on.
  case parcel
  /// This site: the journal or the spool.
  case here

  init(_ error: any Error) {
    switch error {
    case let error as SFTPError:
      self =
        switch error.code {
        case .cancelled: .stopped
        case .unreachable, .hostKey, .authentication, .timeout, .disconnected, .protocolError: .partner
        default: .parcel
        }
    case let error as ShipperError: self = error.code == .mailbox ? .partner : .parcel
    case is CancellationError: self = .stopped
    default: self = .here
    }
  }
}
