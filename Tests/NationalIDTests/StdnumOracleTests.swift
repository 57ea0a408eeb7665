import Foundation
import NationalID
import Testing

/// python-stdnum, the independent reading of the same published rules (Debian's `python3-stdnum`).
private enum Stdnum {
  static let modules = ["BE": "be.nn", "NL": "nl.bsn", "FR": "fr.nir", "GB": "gb.nhs"]

  static let isInstalled = (try? run("import stdnum", input: "")) != nil

  /// One word per line of input: the compact number when it is valid, else `-`.
  static func verdicts(_ code: String, _ numbers: [String]) throws -> [String] {
    let program = """
      import sys, importlib
      module = importlib.import_module("stdnum.\(modules[code] ?? "")")
      for line in sys.stdin:
        try: print(module.validate(line.strip()))
        except Exception: print("-")
      """
    return try run(program, input: numbers.joined(separator: "\n")).split(separator: "\n").map(String.init)
  }

  private static func run(_ program: String, input: String) throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "stdnum-\(UUID().uuidString)")
    try Data(input.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let python = Process()
    python.executableURL = URL(filePath: "/usr/bin/python3")
    python.arguments = ["-c", program]
    python.standardInput = try FileHandle(forReadingFrom: file)
    let output = Pipe()
    python.standardOutput = output
    python.standardError = FileHandle.nullDevice
    try python.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    python.waitUntilExit()
    guard python.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return text
  }
}

@Suite(.enabled(if: Stdnum.isInstalled, "python-stdnum is not installed (apt install python3-stdnum)"))
struct StdnumOracleTests {
  /// Numbers of which a good part is valid: real dates, and check digits near the right ones.
  private func sample(_ code: String) -> [String] {
    var random = SplitMix(state: 20_261_123)
    return (0..<4000).map { _ in
      let year = Int.random(in: 1900...2024, using: &random)
      let month = Int.random(in: 1...12, using: &random)
      let day = Int.random(in: 1...28, using: &random)
      let serial = Int.random(in: 1...998, using: &random)
      var text =
        switch code {
        case "BE": Synthetic.niss(year, month, day, serial: serial)
        case "FR":
          Synthetic.nir(
            "\(Int.random(in: 1...2, using: &random))" + Synthetic.padded(year % 100, 2) + Synthetic.padded(month, 2)
              + ["75", "2A", "2B", "99"][serial % 4] + Synthetic.padded(serial, 3) + Synthetic.padded(day, 3))
        default: Synthetic.padded(Int.random(in: 1..<1_000_000_000, using: &random), 9)
        }
      if code == "GB" { text += String(Int.random(in: 0...9, using: &random)) }
      if Bool.random(using: &random), let last = text.last?.wholeNumberValue {
        text = text.dropLast() + String((last + Int.random(in: 0...9, using: &random)) % 10)
      }
      return text
    }
  }

  @Test(arguments: ["BE", "NL", "FR", "GB"])
  func agreesWithPythonStdnum(_ code: String) throws {
    let scheme = try #require(NationalIDScheme.named(code))
    let numbers = sample(code)
    let verdicts = try Stdnum.verdicts(code, numbers)
    try #require(verdicts.count == numbers.count)
    for (number, verdict) in zip(numbers, verdicts) {
      #expect(scheme.identifier(number)?.value ?? "-" == verdict, "\(code) \(number)")
    }
    #expect(verdicts.count { $0 != "-" } > 200)
    #expect(verdicts.count { $0 == "-" } > 200)
  }
}

/// A small generator with a seed, so that a failure comes again.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
