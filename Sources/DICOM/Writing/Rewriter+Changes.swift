/// Where changes go, and what several of them make of one element.
extension Rewriter {
  /// What becomes of an element: other items, another value, or nothing.
  struct Replacement {
    var items: ItemChanges?
    var value: (value: EditValue, vr: VR?)?
  }

  /// What becomes of the items of a sequence; the numbers are those of the file.
  struct ItemChanges {
    /// Items to be put before the one of that number.
    var inserted: [Int: [NewDataSet]] = [:]
    var appended: [NewDataSet] = []
    var removed: Set<Int> = []
    var removesAll = false
    /// Changes inside the items.
    var inside: [Rewriter.Pending] = []
  }

  /// The changes by the element that they begin with.
  func byTag(_ changes: [Pending], in old: DataSet) throws -> [Tag: [Pending]] {
    var places: [Tag: [Pending]] = [:]
    var reserved: [Tag: String] = [:]
    let named = Set(changes.compactMap { $0.steps.first?.place.tag })
    for change in changes {
      guard let step = change.steps.first else { continue }
      if let tag = old.tag(step.place) {
        places[tag, default: []].append(change)
      } else if case .private(let group, let creator, let element) = step.place, change.needsBlock {
        let block = try freeBlock(group, creator, in: old, named, &reserved)
        let path = TagPath(block)
        let operation = Edit.Operation(path: path, change: .set(.string(creator), .lo))
        places[block] = [Pending(steps: path.steps[...], operation: operation)]
        places[Tag(group, block.element << 8 | UInt16(element)), default: []].append(change)
      }
    }
    return places
  }

  /// The private creator element of a block that nobody has, nor gets by a change that names it, and the same for one
  /// creator (PS3.5 7.8.1).
  private func freeBlock(
    _ group: UInt16, _ creator: String, in old: DataSet, _ named: Set<Tag>, _ reserved: inout [Tag: String]
  ) throws -> Tag {
    let present = old.elements.lazy.map(\.tag).filter { $0.group == group }
    let used = Set(present.map(\.element)).union(named.lazy.filter { $0.group == group }.map(\.element))
    for number in UInt16(0x10)...0xFF {
      let tag = Tag(group, number)
      if reserved[tag] == creator { return tag }
      // Elements whose creator is missing are left alone, too.
      guard reserved[tag] == nil, !used.contains(number), !used.contains(where: { $0 >> 8 == number }) else { continue }
      reserved[tag] = creator
      return tag
    }
    throw DICOMError(.unsupported, "group \(Tag(group, 0)) has no block left for the private creator \(creator.quoted)")
  }

  /// Folds the changes to one element into one.
  func replacement(of element: Element?, _ tag: Tag, _ changes: [Pending]) throws -> Replacement {
    var result = Replacement(items: nil, value: nil)
    // Whether the element as it was is still there to be changed inside.
    var isOld = element != nil
    for change in changes {
      let operation = change.operation
      func refused(_ reason: String) -> DICOMError {
        DICOMError(.malformed, "the change of \(operation.path) cannot be made: \(reason)", tag: tag)
      }
      func count() throws -> Int {
        guard let element, element.isSequence else { throw refused("\(tag) is no sequence") }
        return element.itemCount ?? 0
      }
      guard isOld || change.isLast && change.items == nil else {
        if element == nil, change.items != .all { throw refused("there is no \(tag)") }
        if element != nil { throw refused("another change replaces or removes \(tag)") }
        continue
      }
      if case .index(let index)? = change.items, try index >= count() {
        throw refused("\(tag) has \(try count()) items, and none of number \(index)")
      }
      switch (change.isLast, change.items, operation.change) {
      case (false, _, _):
        _ = try count()
        result.items = result.items ?? ItemChanges()
        result.items?.inside.append(change)
      case (true, .index(let index)?, .remove):
        result.items = result.items ?? ItemChanges()
        result.items?.removed.insert(index)
      case (true, .all?, .remove):
        _ = try count()
        result.items = result.items ?? ItemChanges()
        result.items?.removesAll = true
      case (true, _?, _): throw refused("the path ends with items, which can only be removed")
      case (true, nil, .set(let value, let vr)):
        if result.items?.inside.isEmpty == false { throw refused("another change is made inside of \(tag)") }
        result = Replacement(items: nil, value: (value, vr))
        isOld = false
      case (true, nil, .remove):
        if result.items?.inside.isEmpty == false { throw refused("another change is made inside of \(tag)") }
        result = Replacement(items: nil, value: nil)
        isOld = false
      case (true, nil, .insert(let new, let index)):
        if isOld {
          let present = try count()
          result.items = result.items ?? ItemChanges()
          if let index, index < present {
            guard index >= 0 else { throw refused("there is no item \(index)") }
            result.items?.inserted[index, default: []] += new
          } else {
            guard index ?? present <= present else {
              throw refused("\(tag) has \(present) items, and no place \(index ?? present)")
            }
            result.items?.appended += new
          }
        } else {
          var items: [NewDataSet] = []
          if case .items(let present)? = result.value?.value { items = present }
          let index = index ?? items.count
          guard (0...items.count).contains(index) else {
            throw refused("\(tag) has \(items.count) items, and no place \(index)")
          }
          items.insert(contentsOf: new, at: index)
          result.value = (.items(items), result.value?.vr)
        }
      }
    }
    return result
  }
}

extension Rewriter.Pending {
  /// Whether the change makes an element, so that a private creator has to have a block.
  fileprivate var needsBlock: Bool {
    guard isLast, items == nil else { return items != .all }
    if case .remove = operation.change { return false }
    return true
  }
}

extension TagPath.Place {
  fileprivate var tag: Tag? { if case .tag(let tag) = self { tag } else { nil } }
}
