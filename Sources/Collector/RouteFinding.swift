internal import DICOM
internal import FoundationEssentials
internal import Site

/// What one instance says of its recipients.
struct RouteFinding: Codable, Equatable {
  /// A name, where it stood, and the partner that it means, if any.
  struct Name: Codable, Hashable {
    /// `folder`, or the rule's element.
    var rule: String
    var value: String
    var partner: String?
  }

  /// The rule of a drop folder. An element that names the same recipient is the better evidence: the recipient's site
  /// takes it out.
  static let folderRule = "folder"

  var names: [Name] = []
  /// Names beside a partner's where persons may stand, too: they are noted, and mean nothing.
  var others: [String]?
  /// Rules whose element may name only one recipient, and names more.
  var doubtful: [String]?
  /// A rule that makes urgent what it routes named a partner.
  var urgent: Bool?
  /// Why the instance must not be forwarded by itself, whatever its names say.
  var obstacle: String?

  /// The partners that it names.
  var partners: Set<String> { Set(names.compactMap(\.partner)) }

  /// The partner in whose drop folder it lay.
  var folder: String? { names.first { $0.rule == Self.folderRule }?.partner }

  /// Reads the drop folder and the routing rules.
  ///
  /// A rule whose text cannot be decoded names nobody that this site could know: that is an obstacle, not a silence.
  init(folder: Partner?, file: DICOMFile, rules: [RouteRule], partners: PartnerBook) {
    if let folder { names.append(Name(rule: Self.folderRule, value: folder.site.text, partner: folder.site.text)) }
    do {
      for rule in rules {
        let found = try file.dataSet.strings(at: rule.tag).flatMap(rule.names(in:))
        if found.contains(where: partners.namesOwner) {
          obstacle = "\(rule.tag) names this site itself as the recipient: it would come back."
        }
        add(found.map { ($0, partners.match(alias: $0)?.site.text) }, by: rule)
      }
      if try file.dataSet.string(.instanceOriginStatus)?.uppercased() == "IMPORTED" {
        obstacle =
          "(0400,0600) says that the instance was itself imported: it is not forwarded without a person's word."
      }
    } catch {
      obstacle = "the recipient cannot be read: \(error)"
    }
  }

  /// Takes in what one rule found: an alias may stand among persons, and several of them are as many recipients. Where only
  /// a site can stand every name counts, and there can be but one.
  mutating func add(_ found: [(value: String, partner: String?)], by rule: RouteRule) {
    let read = found.map { Name(rule: rule.tag.description, value: $0.value, partner: $0.partner) }
    let known = read.filter { $0.partner != nil }
    if rule.isUrgent, !known.isEmpty { urgent = true }
    guard rule.match == .alias else {
      names += read
      if Set(known.map(\.partner)).count > 1 { doubtful = (doubtful ?? []) + [rule.tag.description] }
      return
    }
    names += known.isEmpty ? read : known
    if !known.isEmpty, known.count < read.count {
      others = (others ?? []) + read.filter { $0.partner == nil }.map(\.value)
    }
  }

  /// A finding that the journal kept.
  init(journal text: String?) {
    guard let decoded = text.flatMap({ try? JSONDecoder().decode(RouteFinding.self, from: Data($0.utf8)) }) else {
      return
    }
    self = decoded
  }

  /// For the journal.
  var text: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Takes in what another copy of the same instance said.
  mutating func merge(_ other: RouteFinding) {
    names += other.names.filter { !names.contains($0) }
    if let more = other.others { others = (others ?? []) + more.filter { others?.contains($0) != true } }
    if let more = other.doubtful { doubtful = (doubtful ?? []) + more.filter { doubtful?.contains($0) != true } }
    urgent = urgent ?? other.urgent
    obstacle = obstacle ?? other.obstacle
  }

  /// The partners that each rule names, for those that name any.
  var setsByRule: [Set<String>] {
    Dictionary(grouping: names.filter { $0.partner != nil }, by: \.rule).values.map { Set($0.compactMap(\.partner)) }
  }
}
