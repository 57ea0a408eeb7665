internal import DICOM
internal import Journal
internal import Parcel
internal import Site
internal import Spool

/// A partner's drop folder, or the one in it for what is urgent.
struct DropFolder {
  let partner: Partner
  let isUrgent: Bool
}

/// How an instance says that its study does not wait.
enum Urgency {
  /// The procedure that was requested is urgent: Requested Procedure Priority (0040,1003) (PS3.3 C.4.11) STAT or HIGH, or the
  /// retired Study Priority ID (0032,000C) HIGH; also in the Request Attributes Sequence (0040,0275), where devices write
  /// what the worklist told them.
  static func isRequested(in dataSet: DataSet) -> Bool {
    places.contains { path, words in
      // Text that cannot be decoded is none of these words.
      let values = (try? dataSet.strings(at: path)) ?? []
      return values.contains { words.contains($0.uppercased()) }
    }
  }

  private static let places: [(TagPath, Set<String>)] = {
    let words: [(Tag, Set<String>)] = [(.requestedProcedurePriority, ["STAT", "HIGH"]), (.studyPriorityID, ["HIGH"])]
    return words.flatMap { tag, words in
      let inRequest = try? TagPath("(0040,0275)[*].\(tag)")
      return [TagPath(tag), inRequest].compactMap(\.self).map { ($0, words) }
    }
  }()
}

/// When the next portion of an urgent study leaves.
struct PortionPace {
  /// So many have left.
  var number: Int
  /// When the first image was taken that waits for it; nil: none does.
  var first: ContinuousClock.Instant?
  /// It cannot leave before the study is complete, unless something more is learned.
  var isWaiting = false

  /// For how long the first image waits at most. Each portion costs the same few files and answers, however small it is: of a
  /// study that goes on and on they become rarer, after some minutes.
  private var patience: Duration {
    number <= 100 ? .milliseconds(1000 + 10 * number) : min(.milliseconds(20 * number), .seconds(10))
  }

  /// When it leaves: when its first image has waited, or sooner where none came for half that time.
  ///
  /// - Parameter last: when the last image was taken.
  func due(last: ContinuousClock.Instant) -> ContinuousClock.Instant? {
    // The last one must name them all.
    guard let first, !isWaiting, number < Contents.Portion.Last.most else { return nil }
    return min(first + patience, max(first, last) + patience / 2)
  }
}

extension SourceWatch {
  /// Whether a folder is the one for what is urgent in a partner's drop folder.
  func isUrgentFolder(_ text: String) -> Bool {
    let (folder, name) = PathText.split(PathText.path(text))
    return folder != root && isDropFolder(folder) && name.lowercased() == Spool.urgentName
  }

  /// Whether a folder is there for people to drop into: the source, a partner's drop folder, or the urgent one in it.
  func isForDropping(_ text: String) -> Bool { isDropFolder(text) || isUrgentFolder(text) }

  /// The folders of partners below which a file lies.
  func dropFolder(ofFileIn folder: String, among partners: PartnerBook) -> DropFolder? {
    guard let name = PathText.first(below: root, of: folder),
      let partner = partners.partners.first(where: { $0.site.text == name.lowercased() })
    else { return nil }
    let top = PathText.of(PathText.path(root, name))
    let isUrgent = PathText.first(below: top, of: folder)?.lowercased() == Spool.urgentName
    return DropFolder(partner: partner, isUrgent: isUrgent)
  }
}
