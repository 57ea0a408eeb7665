internal import Dispatch
internal import Synchronization

/// Does the same to each element, on as many threads as there are processors.
///
/// - Returns: the results in the elements' order.
public func concurrently<Element: Sendable, Result: Sendable>(
  _ elements: [Element], _ work: @Sendable (Element) -> Result
) -> [Result] {
  let results = Mutex<[Int: Result]>([:])
  DispatchQueue.concurrentPerform(iterations: elements.count) { index in
    let result = work(elements[index])
    results.withLock { $0[index] = result }
  }
  return results.withLock { results in elements.indices.compactMap { results[$0] } }
}
