/// Changes to the places of a file, at the top level and inside items; what is not named keeps its bytes.
///
/// Places are those of the file as it was read, whatever the other changes do; changes to one place follow each other.
/// Elements of group 0002 may be named, too. (0008,0005) may not: the writer sets it as new text calls for.
public struct Edit: Sendable {
  struct Operation: Sendable {
    var path: TagPath
    var change: Change
  }

  enum Change: Sendable {
    case set(EditValue, VR?)
    /// Adds items before the one of that number; nil is at the end.
    case insert([NewDataSet], Int?)
    case remove
  }

  private(set) var operations: [Operation] = []

  /// Whether all text is to be rewritten in ISO_IR 192 (UTF-8), also where nothing new calls for it: elements of private
  /// and unknown representation stay as they are, and the report lists them.
  public var transcodesText = false

  /// What is written into (0400,0561) Original Attributes Sequence of text that is in no character set, and whose bytes the
  /// new file would lose: items to be added at its end. Where it is given, all text can be rewritten: such text by the
  /// rule for undeclared text (`ReadingOptions.undeclaredText`) or, where that cannot read it either, as an empty value.
  /// Without it such text is an error.
  public var recordUndecodable: (@Sendable ([UndecodableText]) -> [NewDataSet])?

  /// What becomes of each unique identifier (VR UI) of the data set, at every depth: nil where it stays. Elements that the
  /// edit sets have their new values already, and the Original Attributes Sequence keeps what it tells of the past.
  public var mapsUIDs: (@Sendable (Tag, String) -> String?)?

  /// No changes.
  public init() {}

  /// Whether nothing is to be changed.
  public var isEmpty: Bool { operations.isEmpty && !transcodesText && mapsUIDs == nil }

  // MARK: Elements

  /// Sets the element `tag` of the top level, replacing it or inserting it in its place. `vr` is needed only for what
  /// neither the dictionary nor the file has.
  public mutating func set(_ tag: Tag, _ value: EditValue, vr: VR? = nil) { set(TagPath(tag), value, vr: vr) }

  /// Sets the element in every data set that the path leads to. A private creator that the path names is added where it
  /// has no block.
  public mutating func set(_ path: TagPath, _ value: EditValue, vr: VR? = nil) { add(path, .set(value, vr)) }

  /// Removes the element `tag` of the top level, if it is there.
  public mutating func remove(_ tag: Tag) { remove(TagPath(tag)) }

  /// Removes the elements that the path leads to, or the items that it ends with (`RequestAttributesSequence[0]`).
  public mutating func remove(_ path: TagPath) { add(path, .remove) }

  // MARK: Items

  /// Adds an item at the end of the sequence `tag` of the top level, which is made if it is not there.
  public mutating func append(item: NewDataSet, to tag: Tag) { append(item: item, to: TagPath(tag)) }

  /// Adds an item at the end of every sequence that the path leads to, which is made if it is not there.
  public mutating func append(item: NewDataSet, to path: TagPath) { add(path, .insert([item], nil)) }

  /// Inserts an item before the one that has the number `index` (from 0) in the sequence `tag` of the top level; with
  /// the number of its items, at the end.
  public mutating func insert(item: NewDataSet, at index: Int, of tag: Tag) {
    insert(item: item, at: index, of: TagPath(tag))
  }

  /// Inserts an item before the one that has the number `index` (from 0) in every sequence that the path leads to.
  public mutating func insert(item: NewDataSet, at index: Int, of path: TagPath) { add(path, .insert([item], index)) }

  private mutating func add(_ path: TagPath, _ change: Change) {
    operations.append(Operation(path: path, change: change))
  }
}
