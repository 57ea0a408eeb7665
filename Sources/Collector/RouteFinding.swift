internal import DICOM
internal import FoundationEssentials
internal import Site

/// What one instance says of its recipient.
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
  /// Why the instance must not be forwarded by itself, whatever its names say.
  var obstacle: String?

  /// The partners that it names.
  var partners: Set<String> { Set(names.compactMap(\.partner)) }

  /// Reads the drop folder and the routing rules.
  ///
  /// A rule whose text cannot be decoded names nobody that this site could know: that is an obstacle, not a silence.
  init(folder: Partner?, file: DICOMFile, rules: [RouteRule], partners: PartnerBook) {
    if let folder { names.append(Name(rule: Self.folderRule, value: folder.site.text, partner: folder.site.text)) }
    do {
      for rule in rules {
        let found = try file.dataSet.strings(at: rule.tag).flatMap(rule.names(in:))
        let read = found.map {
          Name(rule: rule.tag.description, value: $0, partner: partners.match(alias: $0)?.site.text)
        }
        if found.contains(where: partners.namesOwner) {
          obstacle = "\(rule.tag) names this site itself as the recipient: it would come back."
        }
        // Names of Intended Recipients also lists persons: next to a partner's name they mean nothing.
        let known = read.filter { $0.partner != nil }
        names += known.isEmpty ? read : known
      }
      if try file.dataSet.string(.instanceOriginStatus)?.uppercased() == "IMPORTED" {
        obstacle =
          "(0400,0600) says that the instance was itself imported: it is not forwarded without a person's word."
      }
    } catch {
      obstacle = "the recipient cannot be read: \(error)"
    }
  }

  /// A finding that the journal kept.
  init(journal text: String?) {
    let decoded = text.flatMap { try? JSONDecoder().decode(RouteFinding.self, from: Data($0.utf8)) }
    names = decoded?.names ?? []
    obstacle = decoded?.obstacle
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
    obstacle = obstacle ?? other.obstacle
  }
}

/// What becomes of a study whose instances have all been looked at.
enum RouteDecision: Equatable {
  case partner(String, rule: String, value: String)
  case hold(code: String, reason: String)

  /// Agreement sends; anything else waits for a person.
  init(_ findings: [RouteFinding]) {
    if let obstacle = findings.lazy.compactMap(\.obstacle).first {
      self = .hold(code: "not-forwarded", reason: obstacle)
      return
    }
    let names = findings.flatMap(\.names)
    let unknown = Set(names.filter { $0.partner == nil }.map(\.value)).sorted()
    let partners = Set(names.compactMap(\.partner)).sorted()
    if let stranger = unknown.first {
      self = .hold(
        code: "unknown-recipient",
        reason: "The recipient is named as \"\(stranger)\", which is neither a partner nor an alias of one.")
    } else if partners.count > 1 {
      self = .hold(
        code: "conflicting-recipients",
        reason: "The study names more than one recipient: \(partners.joined(separator: ", ")).")
    } else if let name = names.first(where: { $0.rule != RouteFinding.folderRule }) ?? names.first,
      let partner = name.partner
    {
      self = .partner(partner, rule: name.rule, value: name.value)
    } else {
      self = .hold(
        code: "no-recipient", reason: "No recipient is named, neither by a drop folder nor by a routing rule's element."
      )
    }
  }
}
