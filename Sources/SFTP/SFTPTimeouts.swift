/// How long to wait, by a clock that nobody can set.
public struct SFTPTimeouts: Hashable, Sendable {
  /// From the first TCP packet to the end of the login. Looking up the host's name comes before it.
  public var connect: Duration
  /// For one request (or one whole listing or small file) to be done.
  public var answer: Duration
  /// For the next piece of an upload to be acknowledged.
  public var stall: Duration
  /// For the server to bring an uploaded file onto its disk.
  public var sync: Duration
  /// For what is under way to be acknowledged when an upload is interrupted: else the connection is given up.
  public var farewell: Duration

  /// Sets the time-outs; the defaults suit hospitals on slow lines.
  public init(
    connect: Duration = .seconds(30), answer: Duration = .seconds(60), stall: Duration = .seconds(60),
    sync: Duration = .seconds(600), farewell: Duration = .milliseconds(300)
  ) {
    self.connect = connect
    self.answer = answer
    self.stall = stall
    self.sync = sync
    self.farewell = farewell
  }
}
