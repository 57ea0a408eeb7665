// What `Tests/Benchmarks/matching` measures:
//
//     matching-benchmark DATABASE PEOPLE STUDIES SEED [rules]   decides studies about people of whom it makes an index, and
//                                                               prints what became of them; with `rules`, what each does;
//                                                               with `evidence`, the shares behind the weights
import Foundation
import NationalID
import Patients
import Randomness
import Reconciliation
import SyntheticPeople
import SystemPackage

func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

let words = Array(CommandLine.arguments.dropFirst())
guard words.count >= 4, let count = Int(words[1]), let studyCount = Int(words[2]), let seed = UInt64(words[3]) else {
  print("usage: matching-benchmark DATABASE PEOPLE STUDIES SEED [rules|evidence]")
  exit(64)
}
let people = Array(Population(seed: seed).prefix(count))
say("\(people.count) people")
let index = try PatientIndex(at: FilePath(words[0]))
if try index.count() == 0 { try index.load(people) }
say("\(try index.count()) records")
var maker = StudyMaker(people: people, seed: seed ^ 0x57D1)
let studies = (0..<studyCount).map { _ in maker.next() }
say("\(studies.count) studies")

var policy = MatchingPolicy.measured
var measurement = Measurement()
var times: [Double] = []
var decisions: [Bool] = []
for study in studies {
  let began = ContinuousClock.now
  let decision = try policy.decide(study.identities, among: index)
  times.append((ContinuousClock.now - began) / .milliseconds(1))
  decisions.append(decision.outcome != .person)
  measurement.add(study, decision)
}
times.sort()
print(measurement.table)
print()
print(measurement.shares)
print(
  "a decision: p50 \(times[times.count / 2]) ms, p99 \(times[times.count * 99 / 100]) ms, most \(times[times.count - 1]) ms"
)
for story in measurement.wrong { say("WRONG \(story)") }
for (_, stories) in measurement.held.sorted(by: { $0.key.description < $1.key.description }) {
  for story in stories { say("held  \(story)") }
}

for story in measurement.lost { say("lost  \(story)") }

if words.dropFirst(4).first == "evidence" {
  var (same, other) = ([Evidence: Int](), [Evidence: Int]())
  var random = SplitMix64(seed: seed)
  for (study, isDecided) in zip(studies, decisions) where !isDecided && study.identities.count == 1 {
    let identity = study.identities[0]
    for id in study.right.prefix(1) {
      guard let patient = try index.patient(localID: id) else { continue }
      for evidence in policy.evidence(identity, patient) { same[evidence, default: 0] += 1 }
    }
    for _ in 0..<20 {
      let human = people[random.below(people.count)]
      guard !study.right.contains(human.localID), let patient = try index.patient(localID: human.localID) else {
        continue
      }
      for evidence in policy.evidence(identity, patient) { other[evidence, default: 0] += 1 }
    }
  }
  print("\n| evidence | one person | two |\n|---|---|---|")
  for evidence in Evidence.allCases { print("| \(evidence) | \(same[evidence] ?? 0) | \(other[evidence] ?? 0) |") }
}

if words.dropFirst(4).first == "rules" {
  print("\n| without the rule | decided more | of them WRONG |\n|---|---|---|")
  for (rule, name) in MatchingRules.holding {
    policy.lifted = [rule, .ranking]
    var (more, wrong) = (0, 0)
    // What is decided with all rules is decided with fewer, too.
    for (study, isDecided) in zip(studies, decisions) where !isDecided {
      if case .automatic(let localID) = try policy.decide(study.identities, among: index).outcome {
        more += 1
        if !study.right.contains(localID) { wrong += 1 }
      }
    }
    print("| \(name) | \(more) | \(wrong) |")
  }
  print("\n| without the rule | decided less |\n|---|---|")
  for (rule, name) in MatchingRules.agreeing {
    policy.lifted = [rule, .ranking]
    var less = 0
    for (study, isDecided) in zip(studies, decisions) where isDecided {
      if try policy.decide(study.identities, among: index).outcome == .person { less += 1 }
    }
    print("| \(name) | \(less) |")
  }
}
