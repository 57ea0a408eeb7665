public import SystemPackage

/// Why a parcel was refused, or could not be made. A failure of this machine (`Errno`, `SpoolError`) never becomes one.
public struct ParcelError: Error, CustomStringConvertible, Sendable {
  /// The kind of refusal. The raw value is the `reason` that a receipt carries.
  public enum Code: String, Sendable, Equatable {
    /// The folder does not hold exactly the three regular files.
    case folder
    /// `manifest.json` is no manifest of this format.
    case manifest
    /// The signature is missing, damaged, of another key, or for another purpose.
    case signature
    /// It is signed by one site and says that another sent it.
    case sender
    /// It is not for this site.
    case recipient
    /// The payload's bytes are not those that the manifest announces.
    case digest
    /// It was durable here, and is gone.
    case lost
    /// It exceeds a limit of this site.
    case limit
    /// The payload does not hold exactly what it announces.
    case contents
    /// Its id belongs to another parcel that arrived before.
    case conflict = "duplicate-conflict"
    /// A file changed while it was sealed.
    case changed
    /// A receipt is damaged, forged, or for something else.
    case receipt
    /// This site's own copy is not what it was: bits flipped, or it was cut or removed.
    case damaged
  }

  /// The kind of refusal.
  public let code: Code
  /// The folder or file concerned.
  public let path: FilePath
  /// What is wrong, for people.
  public let message: String
  /// What led to it, where there is something. It may quote foreign text.
  public let cause: (any Error)?

  /// Creates an error.
  public init(_ code: Code, _ path: FilePath, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.path = path
    self.message = message
    self.cause = cause
  }

  /// Of a parcel that was durable here, the folder is gone.
  public static func lost(_ folder: FilePath) -> ParcelError { ParcelError(.lost, folder, "its copy here is gone.") }

  /// The file and what is wrong with it.
  public var description: String { "\(path): \(message)" }
}
