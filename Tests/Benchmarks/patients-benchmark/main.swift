// What `Tests/Benchmarks/patients` measures:
//
//     patients-benchmark list COUNT SEED [PERCENT]   prints a list; so many percent of its rows differ from the first one's
//     patients-benchmark messages COUNT SEED NUMBER  prints so many ADT messages about the people
//     patients-benchmark load DATABASE LIST          loads the list, and prints seconds
//     patients-benchmark feed DATABASE FILE…         takes messages, many files together, and prints seconds
//     patients-benchmark ask DATABASE COUNT SEED     asks for people, and prints a line for each kind: what, p50, p99 in ms
//     patients-benchmark match DATABASE COUNT SEED FILE   looks patients up as matching does until the file is there
//
// The most memory that it ever had resident goes to standard error, in kB.
import Foundation
import NationalID
import Patients
import Randomness
import Spool
import SyntheticPeople
import SystemPackage

/// Prints pieces of text, many at a time.
struct Printer {
  private var text = ""

  mutating func print(_ piece: String) {
    text += piece
    if text.utf8.count > 1 << 20 { flush() }
  }

  mutating func flush() {
    FileHandle.standardOutput.write(Data(text.utf8))
    text = ""
  }
}

func printList(_ count: Int, _ seed: UInt64, changed percent: Double) {
  var choice = SplitMix64(seed: seed ^ 0xC0FFEE)
  var printer = Printer()
  printer.print(Human.header)
  for human in Population(seed: seed).prefix(count) {
    printer.print(human.rows(adding: choice.chance(percent / 100) ? " Neu" : ""))
  }
  printer.flush()
}

func load(_ database: String, _ list: String) throws {
  let reader = try Disk().open(FilePath(list))
  let source = FeedSource(name: list, size: try reader.status().size) { try reader.read(at: $0, into: $1) }
  let index = try PatientIndex(at: FilePath(database))
  let began = ContinuousClock.now
  let outcome = try index.load(list: source, PatientSettings(schemes: [.belgium]), mayShrink: false)
  print((ContinuousClock.now - began) / .seconds(1), outcome.added, outcome.changed, outcome.removed, outcome.bad)
}

func feed(_ database: String, _ files: [String]) throws {
  let index = try PatientIndex(at: FilePath(database))
  let settings = PatientSettings(schemes: [.belgium])
  let began = ContinuousClock.now
  var (applied, ignored, bad) = (0, 0, 0)
  // So many files together, as the receiver takes them.
  for start in stride(from: 0, to: files.count, by: 250) {
    let feeds = try files[start..<min(start + 250, files.count)].map { file in
      let reader = try Disk().open(FilePath(file))
      let source = FeedSource(name: file, size: try reader.status().size) { try reader.read(at: $0, into: $1) }
      return Feed(name: file, reader: try PatientFeed.reader(for: source, .hl7, settings))
    }
    for outcome in try index.apply(feeds) {
      applied += outcome.applied
      ignored += outcome.ignored
      bad += outcome.bad
    }
  }
  print((ContinuousClock.now - began) / .seconds(1), applied, ignored, bad)
}

/// The time of each question, in milliseconds.
struct Times {
  struct Missed: Error { let what: String }

  private var times: [String: [Double]] = [:]

  mutating func time(_ what: String, _ body: () throws -> Bool) throws {
    let began = ContinuousClock.now
    let found = try body()
    times[what, default: []].append((ContinuousClock.now - began) / .milliseconds(1))
    if !found { throw Missed(what: what) }
  }

  func print() {
    for (what, values) in times.sorted(by: { $0.key < $1.key }) {
      let sorted = values.sorted()
      Swift.print("\(what)\t\(sorted[sorted.count / 2])\t\(sorted[min(sorted.count - 1, sorted.count * 99 / 100)])")
    }
  }
}

extension Times {
  mutating func match(_ human: Human, in index: PatientIndex) throws {
    try time("match by national number") {
      try index.patients(nationalID: human.number).contains { $0.localID == human.localID }
    }
    try time("match: neighbours of a birth date") {
      try index.neighbours(birthDate: human.birthDate.text) { family, _, _ in family == human.family }
        .contains { $0.localID == human.localID }
    }
  }
}

/// Some people who are on the list as they should be.
func some(_ count: Int, _ seed: UInt64) -> [Human] {
  let step = max(1, count / 1000)
  return Population(seed: seed).prefix(count).filter { $0.listing == .one && $0.index % step == 0 }
}

/// Asks for people who are there, each by a question that was not asked before.
func ask(_ database: String, _ count: Int, _ seed: UInt64) throws {
  let index = try PatientIndex(at: FilePath(database))
  var times = Times()
  for human in some(count, seed) {
    func isFound(_ text: String, _ limit: Int = 100) throws -> Bool { try !index.find(text, limit: limit).isEmpty }
    try times.match(human, in: index)
    let number = human.number
    try times.time("find a number, dotted") {
      try isFound("\(number.prefix(6))-\(number.dropFirst(6).prefix(3)).\(number.suffix(2))")
    }
    try times.time("find a name, reversed, in lower case") {
      try isFound("\(human.given[0]) \(human.family)".lowercased())
    }
    try times.time("find a family name, spelt out") {
      try isFound(human.family.replacing("ü", with: "ue").replacing("ö", with: "oe").replacing("ß", with: "ss"))
    }
    try times.time("find a name and a birth date") { try isFound("\(human.given[0]) \(human.birthDate.text)") }
    try times.time("find how a name begins") {
      try isFound(String(human.family.split { " -'".contains($0) }.last?.prefix(4) ?? ""))
    }
  }
  times.print()
}

/// As ``ask(_:_:_:)`` does for matching, over and over.
func match(_ database: String, _ count: Int, _ seed: UInt64, until file: String) throws {
  let index = try PatientIndex(at: FilePath(database))
  let people = some(count, seed)
  var times = Times()
  for round in 0..<10_000 {
    for human in people { try times.match(human, in: index) }
    if FileManager.default.fileExists(atPath: file) { break }
    if round == 0 {
      print("ready")
      fflush(nil)
    }
  }
  times.print()
}

let words = Array(CommandLine.arguments.dropFirst())
func number(_ place: Int) -> Int { words.count > place ? Int(words[place]) ?? 0 : 0 }
let seed = UInt64(clamping: number(words.first == "ask" || words.first == "match" ? 3 : 2))
switch (words.first, words.count) {
case ("list", 3...4): printList(number(1), seed, changed: words.count > 3 ? Double(words[3]) ?? 0 : 0)
case ("messages", 4): printMessages(number(1), seed, number(3))
case ("load", 3): try load(words[1], words[2])
case ("feed", 3...): try feed(words[1], Array(words.dropFirst(2)))
case ("ask", 4): try ask(words[1], number(2), seed)
case ("match", 5): try match(words[1], number(2), seed, until: words[4])
default:
  print(
    "usage: patients-benchmark list COUNT SEED [PERCENT] | messages COUNT SEED NUMBER | load DATABASE LIST "
      + "| feed DATABASE FILE… | ask DATABASE COUNT SEED | match DATABASE COUNT SEED FILE")
  exit(64)
}
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }?.filter(\.isNumber) ?? ""
FileHandle.standardError.write(Data("\(peak)\n".utf8))
