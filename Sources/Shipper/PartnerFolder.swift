import Logging
import Site
import Spool
import SystemPackage

/// The partners as their folder has them at present.
struct PartnerFolder {
  private(set) var book: PartnerBook
  private let directory: FilePath
  private let disk: Disk
  private var state: [String: FileStatus]?

  var names: Set<String> { Set(book.partners.map(\.site.text)) }

  init(_ configuration: Configuration, disk: Disk) throws {
    self.disk = disk
    directory = configuration.partners
    state = Self.look(at: directory, on: disk)
    book = try PartnerBook.load(directory, owner: configuration.site)
  }

  /// Reads the partners again if a file changed. While one of them is wrong, all stay as they were.
  mutating func reload(logger: Logger) {
    let present = Self.look(at: directory, on: disk)
    guard present != state else { return }
    state = present
    do {
      book = try PartnerBook.load(directory, owner: book.owner)
      logger.info("Partners: \(book.partners.map(\.site.text).joined(separator: ", "))")
    } catch {
      logger.error(
        "The partners cannot be read; those known before stay. Run `studypost check`.", metadata: ["error": "\(error)"])
    }
  }

  private static func look(at directory: FilePath, on disk: Disk) -> [String: FileStatus]? {
    guard let names = try? disk.names(of: directory, limit: 10_000) else { return nil }
    var state: [String: FileStatus] = [:]
    for name in names { state[name] = (try? disk.status(of: directory.appending(name))) ?? nil }
    return state
  }
}
