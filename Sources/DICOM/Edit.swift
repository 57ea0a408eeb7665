/// Changes to the top level of a file; what is not named keeps its bytes.
///
/// Elements of group 0002 may be named, too. (0008,0005) may not: the writer sets it as new text calls for.
public struct Edit: Sendable {
  enum Change: Sendable {
    case set(EditValue, VR?)
    case append([NewDataSet])
    case remove
  }

  private(set) var changes: [Tag: Change] = [:]

  /// No changes.
  public init() {}

  /// Sets the element `tag`, replacing it or inserting it in its place. `vr` is needed only for what neither the
  /// dictionary nor the file has.
  public mutating func set(_ tag: Tag, _ value: EditValue, vr: VR? = nil) { changes[tag] = .set(value, vr) }

  /// Removes the element `tag`, if it is there.
  public mutating func remove(_ tag: Tag) { changes[tag] = .remove }

  /// Adds an item at the end of the sequence `tag`, which is made if it is not there; what it holds stays.
  public mutating func append(item: NewDataSet, to tag: Tag) {
    switch changes[tag] {
    case .set(.items(let items), let vr): changes[tag] = .set(.items(items + [item]), vr)
    case .append(let items): changes[tag] = .append(items + [item])
    case .set, .remove: changes[tag] = .set(.items([item]), nil)
    case nil: changes[tag] = .append([item])
    }
  }

  /// Whether nothing is named.
  public var isEmpty: Bool { changes.isEmpty }
}
