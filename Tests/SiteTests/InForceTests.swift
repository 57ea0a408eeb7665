import SystemPackage
import Testing

@testable import Site

@Suite struct InForceTests {
  private let file: FilePath = "/srv/ch1/studypost.toml"

  private let changed = """
    site = "ch1"
    contact = "pacs@ch1.example"
    [[source]]
    path = "a"
    quiet = "1500ms"
    [[source]]
    path = "b"
    [[route]]
    tag = "(0040,1010)"
    match = "regex"
    pattern = '^TO="([A-Z]+)"$'
    [reconcile]
    source_issuers = ["1.2.3", "N\\"ISS"]
    family_threshold = 1
    [limits]
    min_free = "2.5%"
    max_expanded = "1500B"
    [ship]
    retry_max = "90m"
    """

  @Test func whatIsShownIsAConfigurationThatSaysTheSame() throws {
    for text in ["site = \"ch1\"", changed, Configuration.initialText(site: try #require(SiteName("ch1")), root: nil)] {
      let shown = try Configuration.InForce(parsing: text, file: file)
      let again = try Configuration.InForce(parsing: shown.toml(), file: file)
      #expect(again.configuration == shown.configuration)
      #expect(again.settings.allSatisfy { $0.setting.value == nil || $0.origin != .byDefault })
    }
  }

  @Test func eachValueSaysWhereItIsFrom() throws {
    let settings = try Configuration.InForce(parsing: changed, file: file).settings
    func origin(_ key: String) throws -> Configuration.Origin {
      try #require(settings.first { $0.setting.key == key }, "\(key)").origin
    }
    #expect(try origin("site") == .file(line: 1) && origin("name") == .byDefault)
    #expect(try origin("source[1].quiet") == .file(line: 5) && origin("source[2].quiet") == .byDefault)
    #expect(try origin("source[2].path") == .file(line: 7) && origin("sftp.host") == .byDefault)
    #expect(try origin("reconcile.family_threshold") == .file(line: 14))
    #expect(try origin("route[1].pattern") == .file(line: 11))
  }

  @Test func everyKeyOfTheTemplateIsShown() throws {
    let text = Configuration.initialText(site: try #require(SiteName("ch1")), root: nil)
    // With all signs taken away the file sets everything.
    let all = text.split(separator: "\n").map { $0.hasPrefix("#") && !$0.hasPrefix("# ") ? $0.dropFirst() : $0 }
    let shown = try Configuration.InForce(parsing: all.joined(separator: "\n"), file: file)
    #expect(shown.settings.filter { $0.origin == .byDefault }.map(\.setting.key) == [])
    #expect(shown.settings.count == all.count { !$0.hasPrefix("#") && $0.contains(" = ") })
  }
}
