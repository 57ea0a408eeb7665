internal import Custody
internal import Executor
internal import Journal
internal import Logging
internal import SFTP
internal import Sealing
internal import Site
internal import Spool

/// What the threads of all partners share.
struct Context: Sendable {
  let configuration: Configuration
  /// By this key the signatures of this site's own parcels hold.
  let signer: any SSHSigner
  let spool: Spool
  let journal: Journal
  let logger: Logger
  let heartbeat: Heartbeat
  let withdrawals: Withdrawals
  /// Opens a session with a partner's server, which ends when it is asked to stop.
  let connect: @Sendable (Partner, Stop) throws(SFTPError) -> any RemoteFiles
  /// The time by the wall clock, in seconds since 1970: for the partners' windows.
  let now: @Sendable () -> Int64

  var newBackoff: Backoff {
    Backoff(first: configuration.ship.retryFirst, longest: configuration.ship.retryMax)
  }

  /// A parcel that was shipped and of which no receipt came for so long is looked for. Where failures are tried again
  /// within seconds, so is this.
  var lookAgain: Duration { min(Self.longestUnproven, configuration.ship.retryMax * 3) }

  private static let longestUnproven = Duration.seconds(15 * 60)

  /// Whether this folder can be trusted to say what is in it: an empty mount point says that all parcels are gone.
  ///
  /// - Throws: `ExecutorError` `wrongFileSystem`, after an alert was raised.
  func checkOutbound() throws {
    try FolderGuard(journal: journal, spool: spool).check(spool[.outbound], for: .ship)
  }

  func raise(_ alert: Alert) throws { try journal.raise(alert, by: .ship) }
}
