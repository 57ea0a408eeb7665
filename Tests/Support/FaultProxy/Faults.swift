/// What a ``FaultProxy`` does to the connections that pass through it.
public struct Faults: Equatable, Sendable {
  /// What happens to the bytes of one direction of a connection. Bytes are counted from the connection's first.
  public struct Direction: Equatable, Sendable {
    /// The connection ends, both ways, when so many bytes have passed. 0: as soon as it is made.
    public var cutAfter: Int?
    /// When so many bytes have passed, no more do, and the connection stays as it is: a link that went dead.
    public var stallAfter: Int?
    /// The byte after so many passes with one bit flipped.
    public var garbleAfter: Int?

    /// Creates what lets everything pass, but for what is named.
    public init(cutAfter: Int? = nil, stallAfter: Int? = nil, garbleAfter: Int? = nil) {
      self.cutAfter = cutAfter
      self.stallAfter = stallAfter
      self.garbleAfter = garbleAfter
    }

    /// How many bytes may pass.
    var limit: Int { min(cutAfter ?? .max, stallAfter ?? .max) }
  }

  /// What a byte and its answer need longer: half of it each way.
  public var roundTrip: Duration
  /// Bytes a second, each way, of all connections together.
  public var rate: Int?
  /// From the client to the server.
  public var up: Direction
  /// From the server to the client.
  public var down: Direction
  /// Whether the port refuses new connections, as if nothing listened there. Those that stand are not touched.
  public var refuses: Bool

  /// Creates what lets everything pass, but for what is named.
  public init(
    roundTrip: Duration = .zero, rate: Int? = nil, up: Direction = Direction(), down: Direction = Direction(),
    refuses: Bool = false
  ) {
    self.roundTrip = roundTrip
    self.rate = rate
    self.up = up
    self.down = down
    self.refuses = refuses
  }
}
