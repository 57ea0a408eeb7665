internal import ArgumentParser
internal import FaultProxy
internal import Glibc

/// `fault-proxy`: a bad link for scripts.
@main
struct FaultProxyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fault-proxy",
    abstract: "Pass TCP connections on from one port of 127.0.0.1 to another, over a link as bad as you want it.",
    discussion: """
      Prints the port that it listens on, and works until it is ended by a signal. "up" is from the client to the \
      server. Bytes are counted for each connection from its first one.
      """)

  @Option(help: ArgumentHelp("The port to listen on; 0: a free one.", valueName: "port")) var listen = 0
  @Option(help: ArgumentHelp("The port that the connections are for.", valueName: "port")) var to: Int
  @Option(help: ArgumentHelp("A byte and its answer need so much longer.", valueName: "ms")) var delay = 0
  @Option(help: ArgumentHelp("Bytes a second, each way.", valueName: "bytes/s")) var rate: Int?
  @Option(help: ArgumentHelp("End the connection when so many bytes have gone up.", valueName: "bytes"))
  var cutAfter: Int?
  @Option(help: ArgumentHelp("The same, for bytes that have come down.", valueName: "bytes")) var cutAfterDown: Int?
  @Option(help: ArgumentHelp("Let no more than so many bytes go up; the connection stays.", valueName: "bytes"))
  var stallAfter: Int?
  @Option(help: ArgumentHelp("The same, for bytes that come down.", valueName: "bytes")) var stallAfterDown: Int?
  @Option(help: ArgumentHelp("Flip a bit of the byte after so many that have gone up.", valueName: "bytes"))
  var garbleAfter: Int?
  @Option(help: ArgumentHelp("The same, for bytes that come down.", valueName: "bytes")) var garbleAfterDown: Int?
  @Flag(help: "Refuse every connection, as if nothing listened.") var refuse = false

  func validate() throws {
    guard (0...65535).contains(listen), (1...65535).contains(to) else {
      throw ValidationError("A port is a number up to 65535.")
    }
    let counts = [cutAfter, cutAfterDown, stallAfter, stallAfterDown, garbleAfter, garbleAfterDown]
    guard delay >= 0, rate ?? 1 > 0, counts.allSatisfy({ $0 ?? 0 >= 0 }) else {
      throw ValidationError("A number of bytes or milliseconds is not negative, and a rate is more than 0.")
    }
  }

  func run() throws {
    let proxy = try FaultProxy(
      to: to, port: listen,
      Faults(
        roundTrip: .milliseconds(delay), rate: rate,
        up: .init(cutAfter: cutAfter, stallAfter: stallAfter, garbleAfter: garbleAfter),
        down: .init(cutAfter: cutAfterDown, stallAfter: stallAfterDown, garbleAfter: garbleAfterDown),
        refuses: refuse))
    print(proxy.port)
    fflush(nil)
    while true { pause() }
  }
}
