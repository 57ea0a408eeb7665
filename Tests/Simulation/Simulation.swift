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
  @Option(help: "Begins no schedule after so many seconds.") var seconds: Double?
  @Option(help: "The first seed; the others follow it.") var seed: UInt64 = 1
  @Option(help: "So many steps before faults end; without it mostly 80, and fewer for some seeds.") var steps: Int?
  @Option(help: "Takes each n-th seed only: one process of several does.") var stride: UInt64 = 1
  @Option(help: "Runs this seed alone and prints all that happens.") var replay: UInt64?
  @Flag(help: "Goes on after a failure.") var keepGoing = false

  func run() throws {
    try Self.beRepeatable()
    let templates = try Templates()
    let coverage = Coverage()
    let journals = Journals(coverage)
    if let replay {
      if let failure = try Self.run(replay, steps ?? Self.steps(of: replay), templates, journals, isLoud: true) {
        throw Failed(failure)
      }
      return print("Seed \(replay) holds.")
    }
    let begin = Self.seconds
    var failed: [UInt64] = []
    var done = 0
    for number in 0..<UInt64(schedules) {
      if let seconds, Self.seconds - begin >= seconds { break }
      done += 1
      let seed = self.seed + number * stride
      if let failure = try Self.run(seed, steps ?? Self.steps(of: seed), templates, journals, isLoud: false) {
        print(
          "FAILED: seed \(seed): \(failure)\nTests/Simulation/run --replay \(seed)\(steps.map { " --steps \($0)" } ?? "")"
        )
        fflush(nil)
        failed.append(seed)
        if !keepGoing { break }
      }
      if done.isMultiple(of: 1000) {
        print("\(done) schedules …")
        fflush(nil)
      }
    }
    let took = Self.seconds - begin
    print("\(done) schedules in \(Int(took)) s, \(Int(Double(done) / took)) each second; failed: \(failed)")
    print(coverage.report)
    print("Never taken: \(coverage.missing)")
    if !failed.isEmpty { throw ExitCode.failure }
  }

  /// Short schedules come to rest sooner, and reach other states.
  private static func steps(of seed: UInt64) -> Int {
    switch seed % 10 {
    case 0..<6: 80
    case 6..<8: 40
    default: 20
    }
  }

  struct Failed: Error, CustomStringConvertible {
    let description: String
    init(_ text: String) { description = text }
  }

  /// Runs one schedule.
  ///
  /// - Returns: what broke.
  static func run(
    _ seed: UInt64, _ steps: Int, _ templates: Templates, _ journals: Journals, isLoud: Bool
  ) throws -> String? {
    determinism_watch(seed, 60)
    defer {
      determinism_end()
      determinism_watch(seed, 0)
    }
    let world = try World(seed: seed, templates: templates, journals: journals, isLoud: isLoud)
    defer { world.end() }
    do {
      try world.run(steps: steps)
      try world.settle()
      return nil
    } catch {
      if isLoud { try world.tell() }
      return "\(error)"
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
