import SystemPackage
import Testing

@testable import Site

@Suite struct ConfigurationTests {
  @Test(
    arguments: [
      (.percent(5), 900, nil),
      (.percent(5), 960, "960 MB are needed; 1000 MB are free, of which limits.min_free keeps 50 MB"),
      (.bytes(200_000_000), 800, nil),
      (.bytes(200_000_000), 801, "801 MB are needed; 1000 MB are free, of which limits.min_free keeps 200 MB"),
    ] as [(Configuration.Limits.Free, Int64, String?)])
  func whatHasNoPlaceOnTheDiskIsSaidInNumbers(_ free: Configuration.Limits.Free, _ needed: Int64, _ said: String?) {
    let size: Int64 = 1_000_000_000
    #expect(free.obstacle(to: needed * 1_000_000, available: size, total: size) == said)
  }

  @Test func thatTooLittleIsFreeIsSaidInNumbersThatStay() {
    let free = Configuration.Limits.Free.percent(5)
    #expect(free.shortage(available: 50_000_000, total: 1_000_000_000) == nil)
    #expect(
      free.shortage(available: 49_999_999, total: 1_000_000_000)
        == "Less is free than the 50 MB that limits.min_free keeps")
    #expect(Configuration.Limits.Free.bytes(.max).shortage(available: 1, total: 2) != nil)
  }

  @Test func everyKeyButTheSiteHasADefault() throws {
    let it = try configuration("site = \"ch1\"")
    #expect(it.site.text == "ch1")
    #expect(it.spool == "/var/spool/studypost")
    #expect(it.journal == "/var/lib/studypost/journal.sqlite")
    #expect(it.keys == "/etc/studypost/keys" && it.partners == "/etc/studypost/partners")
    #expect(
      it.sources == [
        .init(
          path: "/var/spool/studypost/export", quiet: .seconds(60), marker: ".done", settle: .seconds(10),
          partialAfter: .seconds(1800))
      ])
    #expect(it.routes == RouteRule.defaults)
    #expect(it.reading == .default)
    #expect(it.sftp == .init(host: nil, port: 22, hostKey: nil))
    #expect(it.compression.level == 3 && it.alerts.command == [])
    #expect(it.ship.retryFirst == .seconds(30) && it.ship.retryMax == .seconds(3600))
    #expect(it.ship.alertAfter == .seconds(4 * 3600) && it.ship.expireAfter == .seconds(5 * 86400))
    #expect(it.reconcile.nationalIDs == ["BE"] && it.reconcile.unknownPatient == .hold)
    #expect(it.reconcile.sourceIssuers.isEmpty)
    #expect(it.reconcile.thresholds == .init(family: 0.90, given: 0.85))
    #expect(it.patientIndex == "/var/lib/studypost/patients.sqlite")
    #expect(
      it.patients
        == .init(dates: nil, encoding: .automatic, badRows: 1, maxAge: nil, authorities: [], columns: [:]))
    #expect(it.importing.path == "/var/spool/studypost/import" && it.importing.layout == .study)
    #expect(it.importing.marker.isEmpty && it.importing.pickup == .folder)
    #expect(it.records.format == .hl7 && it.records.ack == .file)
    #expect(it.limits == .init(minFree: .percent(5), maxExpanded: 256 << 30, maxInstances: 200_000))
    #expect(it.retention.sent == .seconds(7 * 86400) && it.retention.imported == .seconds(30 * 86400))
    #expect(it.retention.quarantine == .seconds(90 * 86400))
    #expect(problems { _ = try configuration("") }.first?.hasPrefix("site: it is missing") == true)
  }

  @Test func everyKeyCanBeSet() throws {
    let it = try configuration(
      """
      site = "ch1"
      name = "Centre hospitalier 1"
      contact = "pacs@ch1.example"
      spool = "spool"
      journal = "state/journal.sqlite"
      keys = "../keys"
      partners = "/elsewhere/partners"
      [[source]]
      path = "in/a"
      quiet = "0s"
      marker = "READY"
      partial_after = "500ms"
      [[source]]
      path = "/mnt/b"
      [[route]]
      tag = "(0040,0275)[*].(0040,1001)"
      match = "token"
      [[route]]
      tag = "(0029,\\"MAKER 1\\",10)"
      match = "regex"
      pattern = '^TO=(\\w+)$'
      [dicom]
      undeclared_text = ["GB18030"]
      max_header = "1MiB"
      max_elements = 2000
      max_kept_elements = 3000
      max_text = "2MiB"
      max_depth = 8
      max_inflated = "1GiB"
      [sftp]
      host = "2001:db8::7"
      port = 2222
      host_key = "keys/host.pub"
      [compression]
      level = 19
      [ship]
      retry_first = "1s"
      retry_max = "5m"
      alert_after = "1h"
      expire_after = "2d"
      [reconcile]
      national_id = "NL"
      unknown_patient = "import"
      source_issuers = ["1.2.3"]
      family_threshold = 1
      given_threshold = 0.5
      [patients]
      dates = "day-first"
      encoding = "windows-1252"
      bad_rows = 0.5
      max_age = "36h"
      authorities = ["CH1"]
      [patients.columns]
      local_id = "PATNR"
      [import]
      path = "in-pacs"
      layout = "flat"
      marker = ".ok"
      pickup = "watch"
      [records]
      format = "none"
      [limits]
      min_free = "20GiB"
      max_expanded = "1TiB"
      max_instances = 10
      [retention]
      sent = "0s"
      imported = "1h"
      quarantine = "30m"
      """)
    #expect(it.name == "Centre hospitalier 1" && it.contact == "pacs@ch1.example")
    #expect(it.spool == "/srv/ch1/spool" && it.journal == "/srv/ch1/state/journal.sqlite")
    #expect(it.keys.lexicallyNormalized() == "/srv/keys" && it.partners == "/elsewhere/partners")
    #expect(it.sources.map(\.path) == ["/srv/ch1/in/a", "/mnt/b"])
    #expect(it.sources[0].quiet == .zero && it.sources[0].partialAfter == .milliseconds(500))
    #expect(it.sources[0].marker == "READY" && it.sources[1].marker == ".done")
    #expect(it.routes.map(\.match) == [.token, .regex(pattern: #"^TO=(\w+)$"#)])
    #expect(it.routes.map(\.tag.description) == ["(0040,0275)[*].(0040,1001)", "(0029,\"MAKER 1\",10)"])
    #expect(it.reading.undeclaredText.terms == ["GB18030"] && it.reading.limits.headerBytes == 1 << 20)
    #expect(it.reading.limits.elements == 2000 && it.reading.limits.depth == 8)
    #expect(it.reading.limits.keptElements == 3000 && it.reading.limits.textBytes == 2 << 20)
    #expect(it.reading.limits.inflatedBytes == 1 << 30)
    #expect(it.sftp == .init(host: "2001:db8::7", port: 2222, hostKey: "/srv/ch1/keys/host.pub"))
    #expect(it.compression.level == 19)
    #expect(it.ship.expireAfter == .seconds(2 * 86400))
    #expect(it.reconcile.nationalIDs == ["NL"] && it.reconcile.unknownPatient == .import)
    #expect(it.reconcile.thresholds == .init(family: 1, given: 0.5))
    #expect(it.patientIndex == "/srv/ch1/state/patients.sqlite")
    #expect(
      it.patients
        == .init(
          dates: .dayFirst, encoding: .windows1252, badRows: 0.5, maxAge: .seconds(36 * 3600), authorities: ["CH1"],
          columns: ["local_id": "PATNR"]))
    #expect(it.importing.path == "/srv/ch1/in-pacs" && it.importing.layout == .flat && it.importing.pickup == .watch)
    #expect(it.records.format == .none && it.records.ack == .none)
    #expect(it.limits == .init(minFree: .bytes(20 << 30), maxExpanded: 1 << 40, maxInstances: 10))
    #expect(it.retention.sent == .zero && it.retention.quarantine == .seconds(1800))
  }

  @Test func allProblemsAreToldAtOnceInTheOrderOfTheFile() throws {
    let found = problems {
      _ = try configuration(
        """
        site = "CH 1"
        spol = "/var/spool/studypost"
        [[source]]
        path = "a"
        quiet = "1 minute"
        [[source]]
        path = "a/b"
        marker = ""
        Partial-After = "1m"
        [ship]
        retry_first = "2h"
        [import]
        layout = "stduy"
        [limits]
        max_instances = "many"
        [vault]
        """)
    }
    let expected = [
      "site: \"CH 1\" is not a site name.",
      "source[1].quiet: \"1 minute\" is not a duration. Write a whole number",
      "source[2].marker: \"\" is not the name of a file.",
      "source[2].Partial-After: there is no such key. Did you mean partial_after?",
      "ship.retry_first: it is longer than retry_max.",
      "import.layout: \"stduy\" is not among its values. Did you mean \"study\"?",
      "limits.max_instances: it is a string, not a whole number. Write max_instances = 1.",
      "spol: there is no such key. Did you mean spool?",
      "vault: there is no such key. Choose from site,",
      "source[2].path: it lies in source[1].path.",
    ]
    #expect(found.count == expected.count)
    for (found, expected) in zip(found, expected) { #expect(found.hasPrefix(expected)) }
  }

  @Test func aProblemIsPrintedWithFileKeyAndRemedy() {
    let error = #expect(throws: ConfigurationError.self) { _ = try configuration("site = \"ch1\"\nkyes = \"k\"") }
    #expect(error?.description == "/srv/ch1/studypost.toml: kyes: there is no such key. Did you mean keys?")
  }

  @Test func aSyntaxErrorGivesLineAndColumn() {
    let found = problems { _ = try configuration("site = \"ch1\"\nspool = = \"x\"\n") }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("line 2, column 9: this is no TOML: ") == true)
    #expect(problems { _ = try configuration("site = \"ch1\"\nsite = \"ch2\"") }.first?.hasPrefix("line 2,") == true)
  }

  @Test func nothingHidesBehindANUL() {
    #expect(
      problems { _ = try configuration("site = \"ch1\"\n\u{0}x = 1") } == [": it holds a NUL character. Remove it."])
    #expect(problems { _ = try configuration("site = \"ch1\\u0000x\"") } == [": it holds a NUL character. Remove it."])
  }

  /// Each line, added to a site that is right, is exactly one problem of that key.
  @Test func aSiteNamesOneNationalIdentifierOrSeveral() throws {
    for (text, codes, shown) in [
      ("\"nl\"", ["NL"], Configuration.Setting.Value.text("NL")),
      ("[\"BE\", \"BSN\"]", ["BE", "NL"], .texts(["BE", "NL"])), ("[\"FR\"]", ["FR"], .text("FR")),
    ] {
      let it = try configuration("site = \"ch1\"\n[reconcile]\nnational_id = \(text)")
      #expect(it.reconcile.nationalIDs == codes && it.reconcile.schemes.map(\.code) == codes)
      #expect(it.settings.first { $0.key == "reconcile.national_id" }?.value == shown)
    }
  }

  @Test(arguments: [
    ("spool = 7", "spool"), ("spool = \"\"", "spool"), ("name = \"a\\nb\"", "name"), ("name = \"a\\u202Eb\"", "name"),
    ("source = \"export\"", "source"), ("source = [1]", "source"), ("[source]\npath = \"x\"", "source"),
    ("[[source]]\nquiet = 60", "source[1].quiet"), ("[[source]]\nquiet = \"-1s\"", "source[1].quiet"),
    ("[[source]]\nquiet = \"99999999999999999999d\"", "source[1].quiet"),
    ("[[source]]\nquiet = \"1.5h\"", "source[1].quiet"), ("[[source]]\nquiet = \"31m\"", "source[1].quiet"),
    ("[[source]]\npartial_after = \"0s\"", "source[1].partial_after"),
    ("[[source]]\nmarker = \"a/b\"", "source[1].marker"), ("[[source]]\nmarker = \"..\"", "source[1].marker"),
    ("[[route]]\nmatch = \"alias\"", "route[1].tag"), ("[[route]]\ntag = \"PatientID\"", "route[1].match"),
    ("[[route]]\ntag = \"(0040,101)\"\nmatch = \"alias\"", "route[1].tag"),
    ("[[route]]\ntag = \"patient id\"\nmatch = \"alias\"", "route[1].tag"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"exact\"", "route[1].match"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"regex\"", "route[1].pattern"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"regex\"\npattern = \"(\"", "route[1].pattern"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"regex\"\npattern = \"a\"", "route[1].pattern"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"regex\"\npattern = \"(a)(b)\"", "route[1].pattern"),
    ("[[route]]\ntag = \"PatientID\"\nmatch = \"token\"\npattern = \"(a)\"", "route[1].pattern"),
    ("[[route]]\ntag = \"NoSuchKeyword\"\nmatch = \"alias\"", "route[1].tag"),
    ("[[route]]\ntag = \"(0040,0275)[0]\"\nmatch = \"alias\"", "route[1].tag"),
    ("[dicom]\nundeclared_text = [\"LATIN1\"]", "dicom.undeclared_text"),
    ("[dicom]\nundeclared_text = \"ISO_IR 100\"", "dicom.undeclared_text"),
    ("[dicom]\nmax_header = \"0B\"", "dicom.max_header"), ("[dicom]\nmax_elements = 0", "dicom.max_elements"),
    ("[dicom]\nmax_depth = 129", "dicom.max_depth"), ("[dicom]\nmax_inflated = 1", "dicom.max_inflated"),
    ("[sftp]\nhost = \"-oProxyCommand=x\"", "sftp.host"), ("[sftp]\nhost = \"ch1.example:22\"", "sftp.host"),
    ("[sftp]\nport = 0", "sftp.port"), ("[sftp]\nport = 65536", "sftp.port"),
    ("[compression]\nlevel = 20", "compression.level"), ("[compression]\nlevel = 3.0", "compression.level"),
    ("[ship]\nretry_first = \"0s\"", "ship.retry_first"), ("[ship]\nalert_after = \"6d\"", "ship.alert_after"),
    ("[reconcile]\nnational_id = \"XX\"", "reconcile.national_id"),
    ("[reconcile]\nnational_id = [\"BE\", \"XX\"]", "reconcile.national_id"),
    ("[reconcile]\nnational_id = []", "reconcile.national_id"),
    ("[reconcile]\nnational_id = 3", "reconcile.national_id"),
    ("[reconcile]\nnational_id = [\"BE\", \"NISS\"]", "reconcile.national_id"),
    ("[reconcile]\nunknown_patient = \"drop\"", "reconcile.unknown_patient"),
    ("[reconcile]\nsource_issuers = [\"1.2\", 3]", "reconcile.source_issuers"),
    ("[reconcile]\nsource_issuers = [\"\"]", "reconcile.source_issuers"),
    ("[reconcile]\nfamily_threshold = 0.1", "reconcile.family_threshold"),
    ("[reconcile]\ngiven_threshold = nan", "reconcile.given_threshold"),
    ("[import]\npickup = true", "import.pickup"), ("[import]\nmarker = \"/\"", "import.marker"),
    ("[records]\nformat = \"none\"\nack = \"file\"", "records.ack"),
    ("[limits]\nmin_free = \"100%\"", "limits.min_free"), ("[limits]\nmin_free = \"5\"", "limits.min_free"),
    ("[limits]\nmax_expanded = \"0B\"", "limits.max_expanded"),
    ("[limits]\nmax_expanded = \"9999999999TiB\"", "limits.max_expanded"),
    ("[limits]\nmax_instances = 0", "limits.max_instances"), ("[retention]\nsent = 2026-01-01", "retention.sent"),
    ("retention = 7", "retention"), ("[ship.extra]", "ship.extra"), ("\"\\u001B[2J\" = 1", "\"\\U0000001B[2J\""),
  ])
  func aBadValueIsOneProblemOfItsKey(_ lines: String, _ key: String) {
    let error = #expect(throws: ConfigurationError.self) { _ = try configuration("site = \"ch1\"\n\(lines)") }
    #expect(error?.problems.map(\.key) == [key], "\(error?.description ?? "")")
  }

  @Test(arguments: [
    ("spool/import", "spool/import", "is the same folder as import.path"),
    ("spool/import/ch2", "spool/import", "lies in import.path"), ("pacs", "pacs/in", "contains import.path"),
    ("spool/quarantine", "spool/import", "is the same folder as the spool's quarantine/"),
    ("spool/mailbox/ch2/new", "spool/import", "lies in the spool's mailbox/"),
    ("./x/../spool/hold", "spool/import", "is the same folder as the spool's hold/"),
  ])
  func aSourceMayNotLieWhereOthersWrite(_ source: String, _ importing: String, _ expected: String) {
    let found = problems {
      _ = try configuration(
        "site = \"ch1\"\nspool = \"spool\"\n[[source]]\npath = \"\(source)\"\n[import]\npath = \"\(importing)\"")
    }
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("source[1].path: it \(expected)") == true)
  }

  @Test func foldersThatOnlyBeginAlikeDoNotOverlap() throws {
    _ = try configuration(
      "site = \"ch1\"\nspool = \"spool\"\n[[source]]\npath = \"spool/export\"\n[[source]]\npath = \"spool/export2\"")
  }

  @Test func theSpoolAndTheKeysStayApart() {
    let inSpool = problems {
      _ = try configuration("site = \"ch1\"\nspool = \"s\"\nkeys = \"s/keys\"\npartners = \"s\"")
    }
    #expect(inSpool.map { $0.prefix { $0 != ":" } } == ["keys", "partners"])
    let wholeSpool = problems { _ = try configuration("site = \"ch1\"\nspool = \"s\"\n[[source]]\npath = \"s\"") }
    #expect(wholeSpool.contains { $0.hasPrefix("source[1].path: it is the same folder as spool") })
  }

  @Test func aFileThatCannotBeReadIsAProblemOfTheFile() throws {
    let scratch = try Scratch()
    let missing = #expect(throws: ConfigurationError.self) {
      _ = try Configuration.load(scratch.path.appending("no.toml"))
    }
    #expect(missing?.description.contains("no.toml: it cannot be read: No such file or directory. ") == true)
    let folder = #expect(throws: ConfigurationError.self) { _ = try Configuration.load(scratch.path) }
    #expect(folder?.description.contains("it is not a regular file") == true)
    try scratch.write(String(repeating: "#", count: (1 << 20) + 1), to: "big.toml")
    let big = #expect(throws: ConfigurationError.self) {
      _ = try Configuration.load(scratch.path.appending("big.toml"))
    }
    #expect(big?.description.contains("larger than") == true)
  }
}

@Suite struct SyslogAddressTests {
  @Test(arguments: [
    ("udp://127.0.0.1", "udp://127.0.0.1:514"), ("udp://log.ch1.example:5514", "udp://log.ch1.example:5514"),
    ("tcp://log", "tcp://log:601"), ("tcp://[::1]:6514", "tcp://[::1]:6514"), ("unix:///dev/log", "unix:///dev/log"),
    ("file:///var/log/audit.log", "file:///var/log/audit.log"),
  ]) func anAddressIsReadAsItIsWritten(_ text: String, _ normal: String) throws {
    #expect(SyslogAddress(text)?.description == normal)
    #expect(SyslogAddress(normal)?.description == normal)
  }

  @Test(arguments: [
    "", "log", "udp://", "udp://:514", "udp://a b", "udp://a:0", "udp://a:65536", "udp://a:x", "tcp://[::1",
    "unix://dev",
    "file://audit.log", "file:///", "http://a", "udp://a/b",
  ]) func whatIsNoneIsRefused(_ text: String) { #expect(SyslogAddress(text) == nil) }
}
