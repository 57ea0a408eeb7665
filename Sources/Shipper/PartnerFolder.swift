import Logging
import Site
import Spool
import SystemPackage

/// The partners as their folder has them at present.
struct PartnerFolder {
  private(set) var book: PartnerBook
  private let directory: FilePath
  private var state: [String: FileStatus]?

  var names: Set<String> { Set(book.partners.map(\.site.text)) }

  init(_ configuration: Configuration) throws {
    directory = configuration.partners
    state = Self.look(at: directory)
    book = try PartnerBook.load(directory, owner: configuration.site)
  }

  /// Reads the partners again if a file changed. While one of them is wrong, all stay as they were.
  mutating func reload(logger: Logger) {
    let present = Self.look(at: directory)
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

  private static func look(at directory: FilePath) -> [String: FileStatus]? {
    guard let names = try? Listing.names(of: directory, limit: 10_000) else { return nil }
    var state: [String: FileStatus] = [:]
    for name in names { state[name] = (try? FileStatus.of(directory.appending(name))) ?? nil }
    return state
  }
}
