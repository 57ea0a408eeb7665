public import Patients

/// What the hospital's list has of somebody.
extension Human {
  /// The record's number, where there is one.
  public var localID: String { "P\(10_000_000 + index)" }

  /// Records of which each is right for the person; empty for a stranger.
  public var localIDs: Set<String> {
    switch listing {
    case .none: []
    case .twice, .twiceWithNumber: [localID, localID + "B"]
    default: [localID]
    }
  }

  /// Whether the one active record has all that it takes to be recognised by the number.
  public var isInOrder: Bool {
    switch listing {
    case .one, .withoutSex, .twice, .merged: true
    case .none, .withoutNumber, .withoutBirthDate, .wrongBirthDate, .inactive, .twiceWithNumber, .formerNumberOnly:
      false
    }
  }

  /// The columns of ``rows``.
  public static let header =
    "local_id,national_id,family,given,birth_name,birth_date,sex,active,deceased,other_national_ids\n"

  /// The rows of the list, each with its end.
  ///
  /// - Parameter addition: stands behind the given names, as of somebody whose record changed.
  public func rows(adding addition: String = "") -> String {
    func row(
      _ id: String, number: String? = nil, birthDate: String? = nil, sex: String? = nil, active: Int = 1,
      others: String? = nil
    ) -> String {
      let fields = [
        id, number ?? self.number, family, listedGiven + addition, birthName ?? "", birthDate ?? self.birthDate.text,
        sex ?? self.sex.rawValue, "\(active)", listedDeath, number == nil ? others ?? formerNumber ?? "" : "",
      ]
      return fields.joined(separator: ",") + "\n"
    }
    return switch listing {
    case .none: ""
    case .one: row(localID)
    case .withoutNumber: row(localID, number: "")
    case .withoutBirthDate: row(localID, birthDate: "")
    case .wrongBirthDate: row(localID, birthDate: birthDate.mistaken.text)
    case .withoutSex: row(localID, sex: "")
    case .inactive: row(localID, active: 0)
    case .twice: row(localID) + row(localID + "B", number: "")
    case .twiceWithNumber: row(localID) + row(localID + "B")
    case .merged: row(localID + "A", number: "") + row(localID)
    case .formerNumberOnly: row(localID, number: formerNumber ?? "", others: "")
    }
  }

  /// The day of a death in ten is not known.
  private var listedDeath: String { died.map { index % 10 == 0 ? "1" : $0.text } ?? "" }

  /// The given names as the list has them: half of the time all of them, and with what tells son from father.
  var listedGiven: String {
    let names = index % 2 == 0 ? given.joined(separator: " ") : given[0]
    return suffix.map { "\(names) \($0)" } ?? names
  }

  /// What messages tell of the records after the list: of those that were merged.
  public var changes: [PatientChange.Action] {
    guard listing == .merged else { return [] }
    return [.merge(from: LocalIdentifier(localID + "A"), into: LocalIdentifier(localID))]
  }
}

extension Human.Date {
  /// A day that somebody may have typed in place of this one.
  var mistaken: Human.Date {
    day <= 12 && day != month
      ? Human.Date(year: year, month: day, day: month) : Human.Date(year: year - 1, month: month, day: min(day, 28))
  }
}
