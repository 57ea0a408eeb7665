import CSSH2
import Glibc

extension Transport {
  /// Gives the connection up, and says why.
  func ended(_ reason: Inbound.Stop, path: String?) -> SFTPError {
    abandon()
    let error = { SFTPError($0, host: self.endpoint.address, path: path, $1) }
    return switch reason {
    case .cancelled: error(.cancelled, "Cancelled.")
    case .late: error(.timeout, "The server did not answer in time.")
    case .closed: error(.disconnected, "The connection ended.")
    case .tooMuch: error(.protocolError, "The server sent far more than it was asked for.")
    }
  }

  /// libssh2's error number, and the server's SFTP status beneath it, as an error for people.
  func failure(_ number: Int, status: UInt, path: String?) -> SFTPError {
    let error = { (code: SFTPError.Code, message: String) in
      SFTPError(code, host: self.endpoint.address, path: path, message, underlying: self.lastMessage)
    }
    if let stop = inbound.stop { return ended(stop, path: path) }
    let disconnected = { error(.disconnected, "The connection ended.") }
    switch Int32(clamping: number) {
    case LIBSSH2_ERROR_SFTP_PROTOCOL:
      return Self.failure(status: status, host: endpoint.address, path: path)
        ?? error(
          .protocolError, "The server's answer makes no sense.")
    case LIBSSH2_ERROR_SOCKET_DISCONNECT, LIBSSH2_ERROR_SOCKET_SEND, LIBSSH2_ERROR_SOCKET_RECV,
      LIBSSH2_ERROR_BANNER_SEND, LIBSSH2_ERROR_CHANNEL_CLOSED, LIBSSH2_ERROR_CHANNEL_EOF_SENT:
      return disconnected()
    case LIBSSH2_ERROR_TIMEOUT, LIBSSH2_ERROR_SOCKET_TIMEOUT:
      return error(.timeout, "The server did not answer in time.")
    case LIBSSH2_ERROR_BANNER_RECV:
      return error(.protocolError, "This is no SSH server. Is the port right?")
    // What libssh2 says next depends on what it was waiting for.
    case _ where inbound.hasEnded: return disconnected()
    case LIBSSH2_ERROR_AUTHENTICATION_FAILED, LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED:
      return error(
        .authentication,
        "The server does not let \(endpoint.user) in with this site's transport key. "
          + "Has the partner added this site's card?")
    case LIBSSH2_ERROR_FILE:
      return error(.authentication, "This site's transport key cannot be read: it must be an OpenSSH Ed25519 key.")
    case LIBSSH2_ERROR_HOSTKEY_INIT, LIBSSH2_ERROR_HOSTKEY_SIGN:
      return error(.hostKey, "The server could not prove that it holds its host key. Do not trust it.")
    default:
      return error(.protocolError, "The server does not speak SSH or SFTP as expected.")
    }
  }

  /// The status codes of SFTP version 3 (draft-ietf-secsh-filexfer-02, 7), and those of later versions that say more.
  private static func failure(status: UInt, host: String, path: String?) -> SFTPError? {
    let error = { (code: SFTPError.Code, message: String) in
      SFTPError(code, host: host, path: path, message, underlying: "SFTP status \(status)")
    }
    switch status {
    case LIBSSH2_FX_NO_SUCH_FILE, LIBSSH2_FX_NO_SUCH_PATH: return error(.notFound, "It is not there.")
    case LIBSSH2_FX_PERMISSION_DENIED, LIBSSH2_FX_WRITE_PROTECT:
      return error(.permission, "The server does not allow it. The partner must check the mailbox's permissions.")
    case LIBSSH2_FX_FILE_ALREADY_EXISTS: return error(.exists, "The name is taken.")
    case LIBSSH2_FX_NO_SPACE_ON_FILESYSTEM, LIBSSH2_FX_QUOTA_EXCEEDED:
      return error(.noSpace, "The partner's disk or quota is full.")
    case LIBSSH2_FX_OP_UNSUPPORTED: return error(.unsupported, "The server cannot do this.")
    case LIBSSH2_FX_NO_CONNECTION, LIBSSH2_FX_CONNECTION_LOST, LIBSSH2_FX_BAD_MESSAGE, LIBSSH2_FX_EOF, LIBSSH2_FX_OK:
      return nil
    default: return error(.refused, "The server refused.")
    }
  }

  private var lastMessage: String? {
    var text: UnsafeMutablePointer<CChar>?
    var length: Int32 = 0
    libssh2_session_last_error(session, &text, &length, 0)
    guard let text, length > 0 else { return nil }
    return printable(UnsafeRawBufferPointer(start: text, count: Int(length)))
  }
}
