extension Configuration {
  /// A table of the configuration's file, and what each of its keys is for. The template of a new site, the manual page and the
  /// handbook's page are made of it.
  public struct Table: Sendable {
    /// Its name; empty: the keys before the first table.
    public let name: String
    /// It may stand several times, as `[[name]]`.
    public let isList: Bool
    /// What it is for.
    public let purpose: String
    /// Its keys, in the order of the template.
    public let keys: [Key]

    init(_ name: String, isList: Bool = false, _ purpose: String, _ keys: [Key]) {
      (self.name, self.isList, self.purpose, self.keys) = (name, isList, purpose, keys)
    }

    /// The line that begins it; nil before the first table.
    public var header: String? { name.isEmpty ? nil : isList ? "[[\(name)]]" : "[\(name)]" }
  }

  /// A key of the configuration's file.
  public struct Key: Sendable {
    /// Its name.
    public let name: String
    /// What its value is: words that complete “is”.
    public let type: String
    /// Its value where the file does not set it; nil: it has none.
    public let initial: Setting.Value?
    /// What it does: a sentence or two.
    public let purpose: String

    init(_ name: String, _ type: String, _ initial: Setting.Value?, _ purpose: String) {
      (self.name, self.type, self.initial, self.purpose) = (name, type, initial, purpose)
    }

    init(_ name: String, _ type: String, _ purpose: String) { self.init(name, type, nil, purpose) }

    /// The default as the file would have it.
    public var initialText: String? { initial?.toml }
  }

  /// Every table and key that a configuration may have.
  public static let reference: [Table] = [
    Table(
      "", "The site itself, and where its files are.",
      [
        Key(
          "site", TextForm.siteName.name,
          "The short name of this site. Partners know it by this name; it stays for good."),
        Key(
          "name", TextForm<String>.line.name,
          "The hospital's name, as printed on the card; without it, the site's name."),
        Key(
          "contact", TextForm<String>.line.name, .text(""),
          "How partners reach this site's people, as printed on the card."),
        Key("spool", path, .text("/var/spool/studypost"), "The folder of the spool."),
        Key("journal", path, .text("/var/lib/studypost/journal.sqlite"), "The journal's file."),
        Key("keys", path, .text("/etc/studypost/keys"), "The folder of this site's own keys."),
        Key(
          "partners", path, .text("/etc/studypost/partners"), "The folder of the partners' files, one `SITE.toml` each."
        ),
        Key(
          "run", path, .text("/run/studypost"),
          "Where the services have their locks and signs of life; for a spool elsewhere, the spool itself."),
      ]),
    Table(
      "sftp", "How partners reach this site's SFTP server: printed on the card, which needs `host` and `host_key`.",
      [
        Key("host", TextForm<String>.host.name, "Its name or address, as partners see it."),
        Key("port", whole(SFTP.ports), .integer(22), "Its port, as partners see it."),
        Key("host_key", path, "The file of the server's public host key."),
      ]),
    Table(
      "source", isList: true, "A folder in which the PACS drops studies. Without any it is `export/` in the spool.",
      [
        Key("path", path, .text("/var/spool/studypost/export"), "The folder."),
        Key(
          "quiet", TextForm.duration.name, .text("60s"),
          "A study is complete after this long without a new or growing file …"),
        Key("marker", TextForm<String>.marker.name, .text(".done"), "… or when a file of this name lies beside it."),
        Key(
          "settle", TextForm.duration.name, .text("10s"),
          "How long a file must rest where nobody can tell whether it is still written."),
        Key(
          "partial_after", TextForm.positiveDuration.name, .text("30m"),
          "After this time what is not DICOM goes to quarantine, and what is not finished is held where it lies, with "
            + "an alert."
        ),
      ]),
    Table(
      "route", isList: true,
      "Where the recipient's name stands, in order. Without any it is (0040,1010) by alias, then (0032,4000) and "
        + "(0040,1400) by token.",
      [
        Key("tag", TextForm.tagPath.name, "The element, such as `(0040,1010)`, or a path to it."),
        Key(
          "match", words(RouteRule.Kind.self),
          "\"alias\": the whole value is the name; \"token\": the name follows XFER: in a text; \"regex\": `pattern` finds "
            + "it."
        ),
        Key(
          "pattern", TextForm<String>.regexWithOneGroup.name, "For \"regex\" alone: its one capture group is the name."),
        Key(
          "urgent", "true or false", .truth(false),
          "A study whose recipient is named here is urgent: its images leave as they come."),
      ]),
    Table(
      "dicom", "How DICOM files are read, and how much one may hold: what holds more waits for a person.",
      [
        Key(
          "undeclared_text", list, .texts(["ISO_IR 192", "ISO_IR 100"]),
          "A file may hold text that is not ASCII and not say in (0008,0005) which character set that is: these are tried, "
            + "in order. [] takes it for an error."),
        Key(
          "max_header", TextForm.size.name, .text("64MiB"),
          "The most bytes of text that are rewritten in one file, all values together."),
        Key("max_text", TextForm.size.name, .text("16MiB"), "The most bytes of one value that are read."),
        Key(
          "max_elements", whole(ReadingRanges.elements), .integer(50_000_000),
          "The most elements of one file, with those inside sequences."),
        Key(
          "max_kept_elements", whole(ReadingRanges.keptElements), .integer(160_000),
          "The most elements of one file that are in memory at a time."),
        Key("max_depth", whole(ReadingRanges.depth), .integer(64), "How deep sequences may lie in sequences."),
        Key(
          "max_inflated", TextForm.size.name, .text("256MiB"), "The most bytes of a deflated data set, once inflated."),
      ]),
    Table(
      "compression", "How payloads are compressed.",
      [
        Key(
          "level", whole(Compression.levels), .integer(3),
          "zstd's level: 1 is fast, 19 is small. Of filtered pixels and of JPEG, it is always 1.")
      ]),
    Table(
      "ship", "When parcels are sent again, reported and given up.",
      [
        Key(
          "retry_first", TextForm.positiveDuration.name, .text("30s"), "The pause after the first attempt that failed."),
        Key("retry_max", TextForm.positiveDuration.name, .text("1h"), "The longest pause between attempts."),
        Key("alert_after", TextForm.positiveDuration.name, .text("4h"), "A parcel that waits longer raises an alert."),
        Key(
          "expire_after", TextForm.positiveDuration.name, .text("5d"),
          "A parcel that waits longer is given up, until a person decides."),
      ]),
    Table(
      "reconcile", "How a patient is recognised.",
      [
        Key(
          "national_id", "a country's code or a list of them", .text("BE"),
          "The country whose national identifier patients are recognised by; a hospital at a border names several, the most "
            + "usual first: [\"BE\", \"NL\"]. All of them: `studypost id schemes`"),
        Key(
          "unknown_patient", words(UnknownPatient.self), .text("hold"),
          "A patient whom the index does not have: \"hold\" for a person, or \"import\" as sent."),
        Key(
          "source_issuers", list, .texts([]),
          "Issuers of the identifier, OIDs or names, that are trusted beside the official ones."),
        Key(
          "family_threshold", fraction(Thresholds.range), .number(0.9),
          "How alike family names must be to agree without a person (Jaro-Winkler)."),
        Key("given_threshold", fraction(Thresholds.range), .number(0.85), "The same of given names."),
        Key(
          "two_person", "true or false", .truth(false),
          "Whether it takes two persons to give a study of the worklist to a patient, and to take it back: the first one's "
            + "decision is a proposal, which the second one confirms."),
      ]),
    Table(
      "trust", isList: true,
      "Where a partner's studies hold their national numbers, beyond what the number's scheme says: a table for each "
        + "partner. `studypost partner trust NAME` writes it.",
      [
        Key("partner", TextForm.siteName.name, "The partner whose studies it is about."),
        Key(
          "issuers", list, .texts([]),
          "Issuers of the identifier, OIDs or names as in (0010,0021), that are trusted in its studies."),
        Key(
          "unqualified", "true or false", .truth(false),
          "A valid number in Patient ID (0010,0020) without an issuer is the national number."),
        Key(
          "places", "a list of DICOM elements", .texts([]),
          "Further elements, or paths to them, in which a valid number without an issuer is the national number: (0010,1002) "
            + "stands for the items of Other Patient IDs Sequence."),
      ]),
    Table(
      "patients", "How patient lists are read: those in `patients/`, and those that are imported by hand.",
      [
        Key(
          "dates", words(Patients.DateOrder.self),
          "What 03/04/1985 means; without this key a date that can be both is refused."),
        Key(
          "encoding", words(Patients.Encoding.self), .text("automatic"),
          "The character set; \"automatic\": as the bytes tell."),
        Key(
          "bad_rows", fraction(Patients.shares), .number(1),
          "How many percent of a list's rows may be bad: they are left out and listed. With more, the list is refused."),
        Key(
          "max_age", TextForm.positiveDuration.name,
          "How old the last list may become before there is an alert, for example 36h; without this key there is none."),
        Key(
          "authorities", list, .texts([]), "What lists and messages call this hospital as an assigning authority."),
      ]),
    Table(
      "patients.columns",
      "What the lists of this site call their columns; their order does not matter, and others are not read.",
      Patients.columnNames.map { Key($0, TextForm<String>.line.name, .text($0), "The column of `\($0)`.") }),
    Table(
      "import", "Where the PACS picks studies up.",
      [
        Key("path", path, .text("/var/spool/studypost/import"), "The folder."),
        Key(
          "layout", words(Import.Layout.self), .text("study"),
          "\"study\": a folder per study; \"flat\": all files side by side."),
        Key(
          "marker", TextForm<String>.marker.name, .text(""),
          "A file of this name is written last, e.g. \".ok\"; empty: none."),
        Key(
          "pickup", words(Import.Pickup.self), .text("folder"),
          "A study is imported when it lies in the folder (\"folder\") or when it is gone from it again (\"watch\")."),
      ]),
    Table(
      "alerts", "How people are told of what needs them.",
      [
        Key(
          "command", list, .texts([]),
          "A program, by its absolute path, and its arguments: it gets each new alert as JSON on its standard input; [] is "
            + "none. As installed: [\"/usr/lib/studypost/hand-over-alert\"], which hands it to `/etc/studypost/alert`."
        )
      ]),
    Table(
      "audit", "How other systems are told who did what, by DICOM PS3.15 A.5 messages.",
      [
        Key(
          "syslog", TextForm.syslog.name,
          "`udp://`, `tcp://`, `unix:///dev/log` or `file:///`; `studypost ship` sends them, with patients' names. Without "
            + "this key none are sent.")
      ]),
    Table(
      "records", "The messages for the EHR.",
      [
        Key("format", words(Records.Format.self), .text("hl7"), "Their form; \"none\": no messages."),
        Key(
          "ack", words(Records.Acknowledgement.self), .text("file"),
          "Its answers: \"file\" in `records/acks/`, or \"none\", where it never answers."),
        Key(
          "answer_within", TextForm.positiveDuration.name, .text("30m"),
          "A message that the EHR took and did not answer for this long is written again, with the same MSH-10; after "
            + "three times an alert is raised."),
      ]),
    Table(
      "limits", "How much is too much.",
      [
        Key("min_free", TextForm.free.name, .text("5%"), "With less free disk nothing more is taken in."),
        Key("max_expanded", TextForm.size.name, .text("256GiB"), "The most that one parcel may hold once unpacked."),
        Key(
          "max_instances", whole(Limits.instances), .integer(200_000), "The most instances that one parcel may hold."),
      ]),
    Table(
      "retention", "How long copies are kept.",
      [
        Key("sent", TextForm.duration.name, .text("7d"), "A parcel that was sent, from its last receipt on."),
        Key("imported", TextForm.duration.name, .text("30d"), "A parcel that was received, from its import on."),
        Key("quarantine", TextForm.duration.name, .text("90d"), "What was refused."),
      ]),
  ]

  /// What may be set in a partner's file, `partners/SITE.toml`, beside what its card says.
  public static let partnerKeys = [
    Key(
      "aliases", list, .texts([]),
      "Names by which DICOM elements call it, beside its site's; there must be no others' among them."),
    Key(
      "rate_limit", TextForm.size.name,
      "The most bytes a second to send it, over all connections together; without it, no limit."),
    Key(
      "window", list,
      "Times of day at which ordinary and bulk parcels are sent, by this machine's clocks, for example "
        + "[\"mon-fri 18:00-07:00\", \"sat,sun 00:00-24:00\"]; a time after midnight belongs to the day on which it began. "
        + "Urgent and expedited parcels go at any time, and so do receipts. Without it, all go at any time."),
    Key(
      "in_flight", Partner.inFlightForm.name, .text("3MiB"),
      "The bytes under way over each connection that are not acknowledged yet, at most; on a line without delay fewer do."
    ),
    Key(
      "streams", whole(Partner.streamCounts), .integer(Partner.defaultStreams),
      "The connections at most over which a large parcel goes at once, where the line's delay or one processor holds one "
        + "back; 1: never more than one."),
  ]

  private static let path = "a path"
  private static let list = "a list of strings"

  private static func whole(_ range: ClosedRange<Int>) -> String {
    "a whole number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func fraction(_ range: ClosedRange<Double>) -> String {
    "a number from \(range.lowerBound) to \(range.upperBound)"
  }

  private static func words<Word: RawRepresentable<String> & CaseIterable>(_: Word.Type) -> String {
    words(Word.allCases.map(\.rawValue))
  }

  private static func words(_ words: [String]) -> String {
    let quoted = words.map { "\"\($0)\"" }
    return quoted.dropLast().joined(separator: ", ") + " or " + (quoted.last ?? "")
  }
}
