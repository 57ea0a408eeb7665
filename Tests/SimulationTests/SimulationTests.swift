import Testing

@testable import simulation

@Suite(.serialized)
struct SimulationTests {
  @Test("Whatever happens to two sites, their ledgers and disks agree, and all arrives once", arguments: 0..<4)
  func schedulesHold(part: Int) throws {
    let templates = try Templates()
    let coverage = Coverage()
    for seed in UInt64(part * 25)..<UInt64(part * 25 + 25) {
      let failure = try Simulation.run(seed, 80, templates, coverage, isLoud: false)
      #expect(failure?.text == nil, "seed \(seed): \(failure?.text ?? "")")
    }
    #expect(coverage.missing.count < Coverage.all.count / 2)
  }
}
