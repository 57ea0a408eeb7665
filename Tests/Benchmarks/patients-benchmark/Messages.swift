import Randomness
import SyntheticPeople

/// Prints ADT messages as a record system sends them all day: most tell of a visit and change nothing of who the patient is,
/// three in ten correct a name.
func printMessages(_ count: Int, _ seed: UInt64, _ number: Int) {
  var random = SplitMix64(seed: seed ^ 0xAD7)
  let step = max(1, count / number)
  var printer = Printer()
  for human in Population(seed: seed).prefix(count) where human.index % step == 0 && human.listing != .none {
    let time = "20261128\(two(human.index / 3600 % 24))\(two(human.index / 60 % 60))\(two(human.index % 60))"
    let kind = random.below(100)
    let event = kind < 70 ? "A04" : "A08"
    let given = human.given.joined(separator: "^") + (kind < 70 ? "" : " Neu")
    printer.print(
      "MSH|^~\\&|EHR|CH2|STUDYPOST|CH2|\(time)||ADT^\(event)|\(human.index)|P|2.5.1|||||BE|UNICODE UTF-8\r"
        + "EVN|\(event)|\(time)\r"
        + "PID|1||\(human.localID)^^^^PI~\(human.number)^^^NISS&2.16.840.1.113883.3.6777.5.1&ISO^NI||"
        + "\(human.family)^\(given)^^^^^L||\(human.birthDate.text)|\(human.sex.rawValue)\r"
        + "PV1|1|O\r\n")
  }
  printer.flush()
}

private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
