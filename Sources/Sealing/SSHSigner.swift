/// Whose signature is expected: one key, or the one that a signer has and those that it had before.
public protocol SSHSigner: Sendable {
  /// The keys of which any may have signed; the first is the one in use. Never empty.
  var signingKeys: [SSHPublicKey] { get }
}

extension SSHPublicKey: SSHSigner {
  /// This one.
  public var signingKeys: [SSHPublicKey] { [self] }
}

extension [SSHPublicKey]: SSHSigner {
  /// These.
  public var signingKeys: [SSHPublicKey] { self }
}
