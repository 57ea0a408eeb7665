internal import Foundation
internal import GRDB
internal import SystemPackage

/// A row of a list as it is compared: what tells it from others, its digest, and where it is: its place in the list, or the
/// patient's row.
struct ListedRow: Comparable {
  var key: UInt64
  var digest: UInt64
  var place: UInt64

  static func < (left: ListedRow, right: ListedRow) -> Bool { (left.key, left.place) < (right.key, right.place) }
}

/// The rows of a list, on disk in portions by their keys, so that each portion fits into memory, however long the list is
/// and whatever its order.
final class ListDigests {
  static let portions = 256
  private static let chunk = 680

  private let folder: FilePath
  private var scratch: ScratchFile?
  private var size: Int64 = 0
  private var chunks: [[(offset: Int64, count: Int)]]
  private var pending: [[ListedRow]]

  init(in folder: FilePath) {
    self.folder = folder
    chunks = Array(repeating: [], count: Self.portions)
    pending = Array(repeating: [], count: Self.portions)
  }

  func add(_ row: ListedRow) throws {
    let portion = Self.portion(of: row.key)
    pending[portion].append(row)
    if pending[portion].count == Self.chunk { try flush(portion) }
  }

  static func portion(of key: UInt64) -> Int { Int(key >> 56) }

  private func flush(_ portion: Int) throws {
    guard !pending[portion].isEmpty else { return }
    let scratch = try self.scratch ?? ScratchFile(in: folder)
    self.scratch = scratch
    try pending[portion].withUnsafeBytes { try scratch.write($0, at: size) }
    chunks[portion].append((size, pending[portion].count))
    size += Int64(pending[portion].count * MemoryLayout<ListedRow>.stride)
    pending[portion].removeAll(keepingCapacity: true)
  }

  /// The rows of a portion, by key and place.
  func rows(_ portion: Int) throws -> [ListedRow] {
    // What fits into memory never was on disk.
    guard let scratch else { return pending[portion].sorted() }
    try flush(portion)
    let count = chunks[portion].reduce(0) { $0 + $1.count }
    var rows = try [ListedRow](unsafeUninitializedCapacity: count) { buffer, filled in
      for (offset, count) in chunks[portion] {
        let target = UnsafeMutableRawBufferPointer(
          UnsafeMutableBufferPointer(rebasing: buffer[filled..<filled + count]))
        guard try scratch.read(at: offset, into: target) == target.count else {
          throw PatientsError(.notWritten, "a temporary file is shorter than it was.")
        }
        filled += count
      }
    }
    rows.sort()
    return rows
  }

  // MARK: In the database

  /// The rows of the last list.
  static func stored(_ portion: Int, _ database: Database) throws -> [ListedRow] {
    let row = try Row.fetchOne(
      database.cachedStatement(sql: "SELECT rows FROM listed WHERE portion = ?"), arguments: [portion])
    return try row?.withUnsafeData(atIndex: 0) { data -> [ListedRow] in
      guard let data else { return [] }
      return data.withUnsafeBytes { bytes in
        let count = bytes.count / MemoryLayout<ListedRow>.stride
        return [ListedRow](unsafeUninitializedCapacity: count) { buffer, filled in
          UnsafeMutableRawBufferPointer(buffer).copyMemory(
            from: UnsafeRawBufferPointer(rebasing: bytes[..<(count * MemoryLayout<ListedRow>.stride)]))
          filled = count
        }
      }
    } ?? []
  }

  /// The portions of which something is stored.
  static func portions(_ database: Database) throws -> Set<Int> {
    try Set(Int.fetchAll(database, sql: "SELECT portion FROM listed"))
  }

  static func store(_ rows: [ListedRow], as portion: Int, _ database: Database) throws {
    guard !rows.isEmpty else {
      return try database.execute(sql: "DELETE FROM listed WHERE portion = ?", arguments: [portion])
    }
    let blob = rows.withUnsafeBytes { Data($0) }
    try database.cachedStatement(sql: "INSERT OR REPLACE INTO listed (portion, rows) VALUES (?, ?)")
      .execute(arguments: [portion, blob])
  }
}
