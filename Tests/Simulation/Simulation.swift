import ArgumentParser
import CDeterminism
import Custody
import Glibc

/// Runs schedules of two sites in memory.
@main
struct Simulation: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulation", abstract: "Runs random schedules of two sites in memory, each from its seed.")

  @Option(help: "How many schedules.") var schedules = 1000
  @Option(help: "The first seed; the others follow it.") var seed: UInt64 = 1
  @Option(help: "So many steps before faults end.") var steps = 80
  @Option(help: "Takes each n-th seed only: one process of several does.") var stride: UInt64 = 1
  @Option(help: "Runs this seed alone and prints all that happens.") var replay: UInt64?
  @Flag(help: "Goes on after a failure.") var keepGoing = false

  func run() throws {
    try Self.beRepeatable()
    let templates = try Templates()
    let coverage = Coverage()
    if let replay {
      if let failure = try Self.run(replay, steps, templates, coverage, isLoud: true) { throw Failed(failure.text) }
      return print("Seed \(replay) holds.")
    }
    let begin = Self.seconds
    var failed: [UInt64] = []
    for number in 0..<UInt64(schedules) {
      let seed = self.seed + number * stride
      if let failure = try Self.run(seed, steps, templates, coverage, isLoud: false) {
        print(failure.trace.suffix(40).joined(separator: "\n"))
        print("FAILED: seed \(seed): \(failure.text)\nTests/Simulation/run --replay \(seed) --steps \(steps)")
        fflush(nil)
        failed.append(seed)
        if !keepGoing { break }
      }
      if number > 0, number.isMultiple(of: 1000) { print("\(number) schedules …") }
    }
    let seconds = Self.seconds - begin
    print(
      "\(schedules) schedules in \(Int(seconds)) s, \(Int(Double(schedules) / seconds)) each second; failed: \(failed)")
    print(coverage.report)
    print("Never taken: \(coverage.missing)")
    if !failed.isEmpty { throw ExitCode.failure }
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }

  /// Runs one schedule.
  ///
  /// - Returns: what broke, and all that happened before.
  static func run(
    _ seed: UInt64, _ steps: Int, _ templates: Templates, _ coverage: Coverage, isLoud: Bool
  ) throws -> (text: String, trace: [String])? {
    defer { determinism_end() }
    Witness.current = { coverage.saw($0) }
    let world = try World(seed: seed, templates: templates, coverage: coverage, isLoud: isLoud)
    do {
      try world.run(steps: steps)
      try world.settle()
      return nil
    } catch {
      return ("\(error)", world.trace)
    }
  }

  private static var seconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Sets and dictionaries have another order in each process, unless it is told not to.
  private static func beRepeatable() throws {
    guard getenv("SWIFT_DETERMINISTIC_HASHING") == nil else { return }
    setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
    var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
    execv("/proc/self/exe", &arguments)
    throw Failed("cannot start again: \(errno)")
  }
}
