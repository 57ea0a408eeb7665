import Foundation
import Glibc
import SFTP
import Testing

@Suite struct OperationTests {
  @Test func `folders and small files are made, listed, read, renamed and removed`() throws {
    let scene = try Scene()
    let session = try scene.session()
    #expect(try session.list(".", limit: 0).isEmpty)
    #expect(try session.status("incoming") == nil)
    try session.makeDirectory("incoming")
    try session.makeDirectory("incoming/é ü")
    let text = [UInt8]("{\"status\":\"received\"}".utf8)
    try session.write(text, to: "incoming/é ü/receipt.json")
    try session.write([], to: "incoming/é ü/empty")
    #expect(scene.content("incoming/é ü/receipt.json") == Data(text))
    let entries = try session.list("incoming/é ü", limit: 2).sorted { $0.name < $1.name }
    #expect(entries.map(\.name) == ["empty", "receipt.json"])
    #expect(entries.map(\.size) == [0, Int64(text.count)])
    #expect(entries.allSatisfy { $0.kind == .file && !$0.isDirectory })
    #expect(try session.read("incoming/é ü/receipt.json", limit: text.count) == text)
    #expect(try session.read("incoming/é ü/empty", limit: 0) == [])

    try session.rename("incoming/é ü", to: "new")
    #expect(try session.status("new")?.isDirectory == true)
    #expect(try session.status("incoming/é ü") == nil)
    #expect(failure { try session.removeDirectory("new") }.error?.code == .refused)
    try session.remove("new/empty")
    try session.remove("new/receipt.json")
    try session.removeDirectory("new")
    #expect(try session.list(".", limit: 10).map(\.name) == ["incoming"])
    session.close()
    #expect(failure { _ = try session.list(".", limit: 1) }.error?.code == .disconnected)
  }

  @Test func `what is not there, taken, not allowed or too much is told apart, and the session goes on`() throws {
    let scene = try Scene()
    let session = try scene.session()
    func code(_ body: () throws -> Void) -> SFTPError.Code? { failure(body).error?.code }
    try session.makeDirectory("a")
    try session.makeDirectory("b")
    try session.write([1, 2, 3], to: "a/file")
    try session.write([4], to: "b/file")
    #expect(code { try session.makeDirectory("a") } == .exists)
    #expect(code { try session.makeDirectory("x/y") } == .notFound)
    #expect(code { try session.rename("a/file", to: "b/file") } == .exists)
    #expect(code { try session.rename("a", to: "b") } == .exists)
    #expect(code { try session.rename("x", to: "y") } == .notFound)
    #expect(code { try session.remove("x") } == .notFound)
    #expect(code { _ = try session.read("x", limit: 1) } == .notFound)
    #expect(code { _ = try session.list("x", limit: 1) } == .notFound)
    #expect(code { _ = try session.read("a/file", limit: 2) } == .limit)
    #expect(code { _ = try session.list(".", limit: 1) } == .limit)
    #expect(code { _ = try session.status("a\u{0}b") } == .refused)
    #expect(code { _ = try session.status("") } == .refused)
    symlink("/nowhere", scene.home.appending("link").string)
    #expect(try session.status("link")?.kind == .other)
    #expect(try session.read("a/file", limit: 3) == [1, 2, 3])
    #expect(try session.read("b/file", limit: 3) == [4])
  }

  @Test(.enabled(if: geteuid() != 0, "root may write everywhere"))
  func `a folder that may not be written is told as permission`() throws {
    let scene = try Scene()
    chmod(scene.home.string, 0o555)
    defer { chmod(scene.home.string, 0o755) }
    let session = try scene.session()
    #expect(failure { try session.makeDirectory("a") }.error?.code == .permission)
  }

  @Test func `a thousand names are listed`() throws {
    let scene = try Scene()
    let names = (0..<1000).map { "0193b2f0-0000-7000-8000-\(100_000_000_000 + $0).received.json" }
    for name in names { try Data().write(to: URL(fileURLWithPath: scene.home.appending(name).string)) }
    #expect(try Set(scene.session().list(".", limit: 1000).map(\.name)) == Set(names))
  }

  @Test func `a folder is listed in portions, with other requests between them`() throws {
    let scene = try Scene()
    let names = (0..<500).map { "name \($0)" }
    for name in names { try Data().write(to: URL(fileURLWithPath: scene.home.appending(name).string)) }
    let session = try scene.session()
    let listing = try session.openDirectory(".")
    var found: [String] = []
    while true {
      let portion = try listing.next(70)
      if portion.isEmpty { break }
      #expect(portion.count <= 70)
      found += portion.map(\.name)
      #expect(try session.status(portion[0].name)?.kind == .file)
    }
    #expect(found.sorted() == names.sorted())
    #expect(try listing.next(70).isEmpty)
    listing.close()
    listing.close()
    #expect(failure { _ = try session.openDirectory("x") }.error?.code == .notFound)
  }

  @Test func `a listing ends with its session, whichever is given up first`() throws {
    let scene = try Scene()
    let session = try scene.session()
    try session.write([1], to: "a")
    let listing = try session.openDirectory(".")
    session.close()
    #expect(failure { _ = try listing.next(1) }.error?.code == .disconnected)
    listing.close()

    var other: (any RemoteListing)? = try scene.session().openDirectory(".")
    #expect(try other?.next(10).map(\.name) == ["a"])
    other = nil
  }
}
