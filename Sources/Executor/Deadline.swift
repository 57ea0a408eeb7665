/// Does something that may take so long, at most.
///
/// - Returns: nil where it took longer: it was cancelled.
public func within<Value: Sendable>(
  _ longest: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value? {
  try await withThrowingTaskGroup(of: Value?.self) { group in
    group.addTask { try await body() }
    group.addTask {
      try await Task.sleep(for: longest)
      return nil
    }
    defer { group.cancelAll() }
    return try await group.next() ?? nil
  }
}
