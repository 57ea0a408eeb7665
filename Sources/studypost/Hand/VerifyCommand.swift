import ArgumentParser
import SystemPackage

/// `verify`: is this parcel what it says, and from whom?
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check a parcel's signature and digest; it is not opened.")

  @Argument(help: "The parcel's folder.", completion: .directory) var parcel: String
  @OptionGroup var keys: ParcelKeys

  func run() async throws {
    try await untilSignal { stop in
      try keys.verify(FilePath(parcel), isCancelled: { stop.isRequested }).print()
      print("The signature and the payload's digest hold.")
    }
  }
}
