import CSSH2

extension Transport {
  /// The fastest first, of what libssh2 1.10 and a present OpenSSH share (RFC 4344, RFC 6668).
  private static let methods = [
    (LIBSSH2_METHOD_KEX, "curve25519-sha256,curve25519-sha256@libssh.org,ecdh-sha2-nistp256"),
    (LIBSSH2_METHOD_CRYPT_CS, "aes128-ctr,aes256-ctr"), (LIBSSH2_METHOD_CRYPT_SC, "aes128-ctr,aes256-ctr"),
    (LIBSSH2_METHOD_MAC_CS, "hmac-sha2-256,hmac-sha2-512"), (LIBSSH2_METHOD_MAC_SC, "hmac-sha2-256,hmac-sha2-512"),
  ]

  /// Agrees on keys, and goes on only if the server holds the pinned host key.
  func handshake(deadline: Deadline) throws(SFTPError) {
    let pinned = try HostKey(pinnedBy: endpoint)
    for (method, names) in Self.methods + [(LIBSSH2_METHOD_HOSTKEY, pinned.type)] {
      try perform(deadline: deadline) { Int(libssh2_session_method_pref(session, method, names)) }
    }
    do {
      try perform(deadline: deadline) { Int(libssh2_session_handshake(session, descriptor)) }
    } catch {
      // libssh2 says only that nothing was agreed on.
      guard let offer = inbound.offeredHostKeyAlgorithms, !offer.split(separator: ", ").contains(Substring(pinned.type))
      else { throw error }
      throw SFTPError(
        .hostKey, host: endpoint.address,
        "The server has no \(pinned.type) host key, as is pinned, but offers \(offer.isEmpty ? "none" : offer). "
          + "Ask the partner what has changed, and for a new card.")
    }
    guard HostKey(presentedIn: session) == pinned else {
      let presented = HostKey.fingerprint(in: session)
      abandon()
      throw SFTPError(
        .hostKey, host: endpoint.address,
        "The server presents another \(pinned.type) host key, \(presented), than the pinned one. Somebody may be "
          + "listening in: ask the partner by phone, and do not add a new card before.")
    }
  }

  /// Logs in with a key (RFC 4252 7). Both are handed over as they lie in OpenSSH's files.
  func logIn(privateKey: String, publicKeyLine: String, deadline: Deadline) throws(SFTPError) {
    let (user, line, key) = (Array(endpoint.user.utf8CString), publicKeyLine, privateKey)
    try perform(deadline: deadline) {
      Int(
        libssh2_userauth_publickey_frommemory(
          session, user, user.count - 1, line, line.utf8.count, key, key.utf8.count, nil))
    }
  }
}
