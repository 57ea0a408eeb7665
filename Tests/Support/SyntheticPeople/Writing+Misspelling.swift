internal import Foundation
internal import Randomness

/// What is wrong with a name.
extension Writing {
  /// Whether it can be wrong in this way.
  mutating func misspell(
    _ said: inout Statement, _ human: Human, spouse: Human?, _ circumstance: Circumstance
  ) -> Bool {
    switch circumstance {
    case .typingError:
      if chance(0.5) { said.family = mistyped(said.family) } else { said.given[0] = mistyped(said.given[0]) }
    case .typingErrorInBothNames:
      said.family = mistyped(said.family)
      said.given[0] = mistyped(said.given[0])
    case .everydayName:
      guard let name = Origin.all[human.origin].everyday.first(where: { $0.0 == human.given[0] })?.1 else {
        return false
      }
      said.given = [name]
    case .initial: said.given = [human.given[0].prefix(1) + (chance(0.5) ? "." : "")]
    case .marriedName:
      guard let spouse, human.sex == .female, human.birthName == nil, spouse.family != human.family else {
        return false
      }
      said.family = spouse.family
      said.birthName = human.family
      if !chance(0.7) { said.birthName = nil }
    case .bothFamilyNames:
      guard let spouse, spouse.family != human.family else { return false }
      said.family =
        [
          "\(human.family)-\(spouse.family)", "\(human.family) ép. \(spouse.family)",
          "\(spouse.family)-\(human.family)",
        ][below(3)]
    case .namesExchanged:
      let family = said.family
      said.family = said.given.joined(separator: " ")
      said.given = [family]
      said.suffix = nil
    case .nameInOneComponent:
      let names = chance(0.5) ? [said.family] + said.given : said.given + [said.family]
      said.family = names.joined(separator: chance(0.3) ? ", " : " ")
      said.given = []
      said.suffix = nil
    case .title:
      let titles = ["Dr", "Mr.", "Mme", "Prof.", "Ing", "Mevr."]
      let title = titles[below(titles.count)]
      if chance(0.5) { said.prefix = title } else { said.given[0] = "\(title) \(said.given[0])" }
    case .secondNameMissing:
      guard human.given.count > 1 else { return false }
      said.given = said.given.count > 1 ? [human.given[0]] : human.given
    case .secondNameFirst:
      guard human.given.count > 1 else { return false }
      said.given = [human.given[1]]
    case .partOfFamilyName:
      let parts = human.family.split { " -".contains($0) }.filter { $0.first?.isUppercase == true && $0.count > 3 }
      guard parts.count > 1 else { return false }
      said.family = String(parts[below(parts.count)])
    default: return false
    }
    return true
  }

  /// With one slip of the fingers.
  private mutating func mistyped(_ name: String) -> String {
    var letters = Array(name)
    guard letters.count > 1 else { return name + "a" }
    let place = below(letters.count - 1)
    let letter = Array("abcdefghijklmnopqrstuvwxyz")[below(26)]
    switch below(5) {
    case 0 where letters[place] != letters[place + 1]: letters.swapAt(place, place + 1)
    case 1: letters.remove(at: place)
    case 2: letters.insert(letters[place], at: place)
    case 3: letters.insert(letter, at: place)
    default: letters[place + 1] = letter
    }
    return String(letters)
  }
}
