import ArgumentParser
import Glibc
import Installation
import NationalID
import Site

/// What a first run must know of a hospital, by options or by asking.
struct SetupAnswers: ParsableArguments {
  @Option(name: .long, help: "The site's short name: a-z, 0-9 and -. It stays for good.") var site: String?
  @Option(name: .long, help: "The hospital's name.") var name: String?
  @Option(name: .long, help: "How partners reach its people.") var contact: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The country of its patients' national numbers, or several with commas: \(Self.countries).",
      valueName: "country"))
  var country: String?
  @Option(name: .long, help: "The name or address by which partners reach this machine's sshd.") var host: String?
  @Option(name: .long, help: "The port, as partners see it.") var port: Int?
  @Option(
    name: .customLong("pacs"),
    help: "An account of the PACS or the EHR on this machine, also one of Samba, NFS or SFTP; may be repeated.")
  var accounts: [String] = []

  static let countries = NationalIDScheme.all.map(\.code).joined(separator: ", ")

  /// What is known already stands in for what was not given.
  ///
  /// - Parameter present: the configuration that is there, if there is one.
  mutating func complete(from present: Configuration?) {
    site = site ?? present?.site.text
    name = name ?? present?.name
    contact = contact ?? present?.contact
    country = country ?? present?.reconcile.nationalIDs.joined(separator: ",")
    host = host ?? present?.sftp.host
    port = port ?? present?.sftp.port
  }

  /// Asks for everything that no option gave, suggesting what is known.
  mutating func ask(knowing present: Configuration?) throws {
    if site == nil, present == nil {
      site = try Person.answer("Short name of this site (a-z, 0-9, -; it stays for good)", suggesting: nil) {
        Self.problem(site: $0)
      }
    }
    if name == nil {
      name = try Person.answer("Name of the hospital", suggesting: present?.name ?? site) { _ in nil }
    }
    if contact == nil {
      contact = try Person.answer(
        "How partners reach your people (mail, phone)", suggesting: present?.contact ?? ""
      ) { _ in nil }
    }
    if country == nil {
      country = try Person.answer(
        "Country of your patients' national numbers (\(Self.countries))",
        suggesting: present?.reconcile.nationalIDs.joined(separator: ",") ?? "BE"
      ) { Self.problem(country: $0) }
    }
    if host == nil {
      host = try Person.answer(
        "Name or address by which partners reach this machine", suggesting: present?.sftp.host ?? Self.ownName
      ) { $0.isEmpty ? "Without it there is no card. For example dicom.hospital.example" : nil }
    }
    if accounts.isEmpty {
      let text = try Person.answer(
        "Accounts of PACS and EHR on this machine that write to and read from the folders (empty: none yet)",
        suggesting: ""
      ) { Self.problem(accounts: Self.words($0)) }
      accounts = Self.words(text)
    }
  }

  /// What is wrong with the answers.
  func problems(with present: Configuration?) -> [String] {
    var problems: [String] = []
    if let site {
      if let problem = Self.problem(site: site) { problems.append("--site: \(problem)") }
      if let present, present.site.text != site {
        problems.append(
          "--site: this site is \(present.site), and its partners know it by that name. A site keeps its name.")
      }
    } else {
      problems.append("--site: a site needs a short name, for example --site ch1.")
    }
    if let country, let problem = Self.problem(country: country) { problems.append("--country: \(problem)") }
    if let problem = Self.problem(accounts: accounts) { problems.append("--pacs: \(problem)") }
    return problems
  }

  /// The values for the configuration.
  var values: [(key: String, value: Configuration.Setting.Value)] {
    var values: [(key: String, value: Configuration.Setting.Value)] = []
    func add(_ key: String, _ text: String?) {
      if let text { values.append((key, .text(text))) }
    }
    add("name", name)
    add("contact", contact)
    add("sftp.host", host)
    if let port { values.append(("sftp.port", .integer(port))) }
    let countries = Self.words(country ?? "")
    if countries.count > 1 {
      values.append(("reconcile.national_id", .texts(countries)))
    } else {
      add("reconcile.national_id", countries.first)
    }
    return values
  }

  private static func problem(site: String) -> String? {
    SiteName(site) == nil ? "use 1 to 32 of a-z, 0-9 and -, for example ch1." : nil
  }

  private static func problem(country: String) -> String? {
    words(country).contains { NationalIDScheme.named($0) == nil } || words(country).isEmpty
      ? "choose from \(countries)." : nil
  }

  private static func problem(accounts: [String]) -> String? {
    let missing = accounts.filter { Account.named($0) == nil }
    return missing.isEmpty
      ? nil : "there is no account \(missing.joined(separator: ", ")) on this machine. Make it first, or name it later."
  }

  private static func words(_ text: String) -> [String] {
    text.split { $0.isWhitespace || $0 == "," }.map(String.init)
  }

  /// This machine's name, where it is a full one.
  private static var ownName: String? {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return nil }
    let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return name.contains(".") ? name : nil
  }
}
