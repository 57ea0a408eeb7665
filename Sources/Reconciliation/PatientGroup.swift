internal import FoundationEssentials
public import Journal

/// The instances of a study that belong together by what they say of their patient, in all its parts that wait.
public struct PatientGroup: Sendable {
  /// By which a person calls it: from 1, in the order in which they came.
  public internal(set) var number: Int
  /// What they say.
  public internal(set) var identity: StudyIdentity
  /// How many there are.
  public internal(set) var instances: Int
  /// Their series.
  public internal(set) var series: [Stated.Series]
  /// Which they are, by the parcel: its statements, and how many instances; without statements all of it.
  public internal(set) var shares: [String: Share]

  /// What a parcel has of a group.
  public struct Share: Sendable {
    /// The statements; nil: whatever its instances say.
    public var keys: [String]?
    /// How many instances.
    public var instances: Int
  }

  /// The groups of a study.
  ///
  /// An instance joins others where nothing that it says contradicts them. One that says so little that it may be of several
  /// patients is a group of its own: nobody guesses whose it is.
  ///
  /// - Parameter parts: all that wait, oldest first.
  /// - Returns: nil where a part was not read for this yet, or names more patients than can be told apart.
  public static func all(of parts: [InboundParcel]) -> [PatientGroup]? {
    var statements: [PatientGroup] = []
    for part in parts {
      if let text = part.said {
        guard let said = try? JSONDecoder().decode([Stated].self, from: Data(text.utf8)), !said.isEmpty else {
          return nil
        }
        statements += said.map { PatientGroup($0, of: part) }
      } else {
        guard let identities = Decision(of: part)?.identities, identities.count == 1 else { return nil }
        statements.append(PatientGroup(whole: part, identities[0]))
      }
    }
    for index in statements.indices { statements[index].number = index }
    var groups: [PatientGroup] = []
    // What says most comes first: it decides whether what says less can be told apart.
    let order = statements.sorted { ($1.identity.fullness, $0.number) < ($0.identity.fullness, $1.number) }
    for statement in order {
      let fitting = groups.indices.filter { groups[$0].identity.merged(with: statement.identity) != nil }
      let same = fitting.first { groups[$0].identity.statement == statement.identity.statement }
      if let index = same ?? (fitting.count == 1 ? fitting[0] : nil) {
        groups[index].join(statement)
      } else {
        groups.append(statement)
      }
    }
    guard groups.count <= StudyIdentity.mostPatients else { return nil }
    groups.sort { $0.number < $1.number }
    for index in groups.indices { groups[index].number = index + 1 }
    return groups
  }

  private init(_ said: Stated, of part: InboundParcel) {
    (number, identity, instances, series) = (0, said.identity, said.instances, said.series)
    shares = [part.id: Share(keys: [said.key], instances: said.instances)]
  }

  private init(whole part: InboundParcel, _ identity: StudyIdentity) {
    (number, self.identity, instances, series) = (0, identity, part.instances, [])
    shares = [part.id: Share(keys: nil, instances: part.instances)]
  }

  private mutating func join(_ other: PatientGroup) {
    number = min(number, other.number)
    identity = identity.merged(with: other.identity) ?? identity
    instances += other.instances
    for more in other.series {
      if let index = series.firstIndex(where: { $0.uid == more.uid }) {
        series[index].instances += more.instances
      } else {
        series.append(more)
      }
    }
    for (part, share) in other.shares {
      var sum = shares[part] ?? Share(keys: [], instances: 0)
      sum.keys = share.keys.flatMap { keys in sum.keys.map { $0 + keys } }
      sum.instances += share.instances
      shares[part] = sum
    }
  }
}
