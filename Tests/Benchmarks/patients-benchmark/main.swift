// What `Tests/Benchmarks/patients` measures:
//
//     patients-benchmark list COUNT SEED [PERCENT]   prints a list; so many percent of its rows differ from the first one's
//     patients-benchmark table COUNT SEED            prints the same people as rows of the index's table
//     patients-benchmark load DATABASE LIST          loads the list, and prints seconds
//     patients-benchmark ask DATABASE COUNT SEED     asks for people, and prints a line for each kind: what, p50, p99 in ms
//
// The most memory that it ever had resident goes to standard error, in kB.
import Foundation
import NationalID
import Patients
import Spool
import SystemPackage

func printRows(
  _ count: Int, _ seed: UInt64, changed percent: Double, header: String, _ row: (Population.Person) -> String
) {
  var population = Population(seed: seed)
  var choice = SplitMix(state: seed ^ 0xC0FFEE)
  var text = header
  for number in 0..<count {
    var person = population.next(number)
    if Double(choice.below(1_000_000)) < percent * 10_000 { person.given += " Neu" }
    text += row(person)
    if text.utf8.count > 1 << 20 {
      FileHandle.standardOutput.write(Data(text.utf8))
      text = ""
    }
  }
  FileHandle.standardOutput.write(Data(text.utf8))
}

func load(_ database: String, _ list: String) throws {
  let reader = try Disk().open(FilePath(list))
  let source = FeedSource(name: list, size: try reader.status().size) { try reader.read(at: $0, into: $1) }
  let index = try PatientIndex(at: FilePath(database))
  let began = ContinuousClock.now
  let outcome = try index.load(list: source, PatientSettings(schemes: [.belgium]), mayShrink: false)
  print((ContinuousClock.now - began) / .seconds(1), outcome.added, outcome.changed, outcome.removed, outcome.bad)
}

/// Asks for people who are there, each by a question that was not asked before.
func ask(_ database: String, _ count: Int, _ seed: UInt64) throws {
  let index = try PatientIndex(at: FilePath(database))
  var population = Population(seed: seed)
  let step = max(1, count / 1000)
  var times: [String: [Double]] = [:]
  func time(_ what: String, _ body: () throws -> Bool) throws {
    let began = ContinuousClock.now
    let found = try body()
    times[what, default: []].append((ContinuousClock.now - began) / .milliseconds(1))
    if !found { throw Missed(what: what) }
  }
  struct Missed: Error { let what: String }
  for number in 0..<count {
    let person = population.next(number)
    guard number % step == 0 else { continue }
    let id = "P\(10_000_000 + number)"
    func isFound(_ text: String, _ limit: Int = 100) throws -> Bool { try !index.find(text, limit: limit).isEmpty }
    if !person.nationalID.isEmpty {
      try time("match by national number") {
        try index.patients(nationalID: person.nationalID).contains { $0.localID == id }
      }
      let dotted =
        "\(person.nationalID.prefix(6))-\(person.nationalID.dropFirst(6).prefix(3)).\(person.nationalID.suffix(2))"
      try time("find a number, dotted") { try isFound(dotted) }
    }
    try time("match: neighbours of a birth date") {
      try index.neighbours(birthDate: person.birthDate) { family, _, _ in family == person.family }
        .contains { $0.localID == id }
    }
    try time("find a name, reversed, in lower case") {
      try isFound("\(person.given) \(person.family)".lowercased())
    }
    try time("find a family name, spelt out") {
      try isFound(person.family.replacing("ü", with: "ue").replacing("ö", with: "oe").replacing("ß", with: "ss"))
    }
    try time("find a name and a birth date") { try isFound("\(person.given) \(person.birthDate)") }
    try time("find how a name begins") {
      try isFound(String(person.family.split { " -".contains($0) }.last?.prefix(4) ?? ""))
    }
  }
  for (what, values) in times.sorted(by: { $0.key < $1.key }) {
    let sorted = values.sorted()
    print("\(what)\t\(sorted[sorted.count / 2])\t\(sorted[min(sorted.count - 1, sorted.count * 99 / 100)])")
  }
}

let words = Array(CommandLine.arguments.dropFirst())
switch (words.first, words.count) {
case ("list", 3...4):
  printRows(
    Int(words[1]) ?? 0, UInt64(words[2]) ?? 0, changed: words.count > 3 ? Double(words[3]) ?? 0 : 0,
    header: Population.Person.header, \.row)
case ("table", 3): printRows(Int(words[1]) ?? 0, UInt64(words[2]) ?? 0, changed: 0, header: "", \.tableRow)
case ("load", 3): try load(words[1], words[2])
case ("ask", 4): try ask(words[1], Int(words[2]) ?? 0, UInt64(words[3]) ?? 0)
default:
  print(
    "usage: patients-benchmark list COUNT SEED [PERCENT] | table COUNT SEED | load DATABASE LIST | ask DATABASE COUNT SEED"
  )
  exit(64)
}
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.filter(\.isNumber) ?? ""
FileHandle.standardError.write(Data("\(peak)\n".utf8))
