public import DICOM
public import SystemPackage

/// A site's configuration, as `studypost.toml` gives it. Every key but `site` has a default; all paths are absolute.
public struct Configuration: Equatable, Sendable {
  /// Where an installed site has its configuration.
  public static let defaultFile: FilePath = "/etc/studypost/studypost.toml"

  /// The file that this was read from, absolute.
  public let file: FilePath
  /// This site.
  public let site: SiteName
  /// The hospital's name and how to reach its people, as printed on the card.
  public let name, contact: String
  /// The spool's folder.
  public let spool: FilePath
  /// The folder of locks and signs of life.
  public let run: FilePath
  /// The journal's file.
  public let journal: FilePath
  /// The folder of the site's own keys.
  public let keys: FilePath
  /// The folder of the partners' cards.
  public let partners: FilePath
  /// Where the PACS drops studies; never empty.
  public let sources: [Source]
  /// How to find the recipient's name, in order; never empty.
  public let routes: [RouteRule]
  /// How DICOM files are read.
  public let reading: ReadingOptions
  /// How partners reach this site.
  public let sftp: SFTP
  /// How payloads are compressed.
  public let compression: Compression
  /// When parcels are sent again, reported and given up.
  public let ship: Ship
  /// How a patient is recognised.
  public let reconcile: Reconcile
  /// Where partners' studies hold their national numbers, beyond what the schemes say: at most one rule for each.
  public let trust: [Trust]
  /// How patient lists are read.
  public let patients: Patients
  /// Where the PACS picks studies up.
  public let importing: Import
  /// What the EHR is told.
  public let records: Records
  /// How much is too much.
  public let limits: Limits
  /// How long copies are kept.
  public let retention: Retention
  /// How people are told of what needs them.
  public let alerts: Alerts
  /// Where audit messages go.
  public let audit: Audit

  /// A folder in which a PACS drops DICOM files.
  public struct Source: Equatable, Sendable {
    /// The folder.
    public let path: FilePath
    /// A study is complete when it has not grown for this long; zero: at once.
    public let quiet: Duration
    /// A file of this name says that its folder is complete; never empty.
    public let marker: String
    /// How long a file must rest where nobody can tell whether it is still written.
    public let settle: Duration
    /// After this time what is not DICOM goes to quarantine, and what is not finished is held where it lies.
    public let partialAfter: Duration
  }

  /// How partners reach this site's SFTP server; printed on its card.
  public struct SFTP: Equatable, Sendable {
    /// Its host name; nil: not set, and no card can be printed.
    public let host: String?
    /// Its port.
    public let port: Int
    /// The file of its public host key; nil: not set, and no card can be printed.
    public let hostKey: FilePath?
  }

  /// How payloads are compressed.
  public struct Compression: Equatable, Sendable {
    /// The level of zstd, 1 to 19.
    public let level: Int
  }

  /// When parcels are sent again, reported and given up.
  public struct Ship: Equatable, Sendable {
    /// The pause after the first failure; later ones grow up to `retryMax`.
    public let retryFirst, retryMax: Duration
    /// A parcel that waits longer alerts.
    public let alertAfter: Duration
    /// A parcel that waits longer is given up.
    public let expireAfter: Duration
  }

  /// How a patient is recognised.
  public struct Reconcile: Equatable, Sendable {
    /// The codes of the national identifiers' schemes, e.g. `BE`; the first is the one that patients mostly have.
    public let nationalIDs: [String]
    /// What to do with a patient whom the index does not have.
    public let unknownPatient: UnknownPatient
    /// Trusted issuers of the national identifier beyond the scheme's own.
    public let sourceIssuers: [String]
    /// How alike names must be.
    public let thresholds: Thresholds
    /// It takes two persons to give a study to a patient, and to take it back.
    public let twoPerson: Bool
  }

  /// What to do with a patient whom the index does not have.
  public enum UnknownPatient: String, CaseIterable, Sendable {
    /// The study waits for a person.
    case hold
    /// The study is imported under the sender's identification.
    case `import`
  }

  /// How alike (Jaro–Winkler similarity, 0.5 to 1) names must be to agree without a person.
  public struct Thresholds: Equatable, Sendable {
    /// For family names.
    public let family: Double
    /// For given names.
    public let given: Double
  }

  /// The patient index's file, beside the journal.
  public var patientIndex: FilePath { journal.removingLastComponent().appending("patients.sqlite") }

  /// How patient lists are read.
  public struct Patients: Equatable, Sendable {
    /// The order of a date's day and month; nil: a date that can be both is refused.
    public let dates: DateOrder?
    /// The character set of lists.
    public let encoding: Encoding
    /// A list of which a greater share of rows is bad is refused; in percent.
    public let badRows: Double
    /// A list that is older alerts; nil: none does.
    public let maxAge: Duration?
    /// What lists and messages call this hospital as an assigning authority.
    public let authorities: [String]
    /// What lists call their columns, by the names that these have here.
    public let columns: [String: String]

    static let shares = 0.0...100

    /// The names of columns.
    public static let columnNames = [
      "local_id", "national_id", "family", "given", "birth_name", "birth_date", "sex", "active", "deceased",
      "other_national_ids", "aliases", "authority",
    ]

    /// The order of a date's day and month.
    public enum DateOrder: String, CaseIterable, Sendable {
      /// `30/07/1985`.
      case dayFirst = "day-first"
      /// `07/30/1985`.
      case monthFirst = "month-first"
    }

    /// The character set of lists.
    public enum Encoding: String, CaseIterable, Sendable {
      /// As the bytes tell.
      case automatic
      /// UTF-8.
      case utf8 = "utf-8"
      /// UTF-16.
      case utf16 = "utf-16"
      /// Windows-1252.
      case windows1252 = "windows-1252"
    }
  }

  /// Where the local PACS picks studies up.
  public struct Import: Equatable, Sendable {
    /// The folder.
    public let path: FilePath
    /// How it is filled.
    public let layout: Layout
    /// The name of the file that is written last; empty: none.
    public let marker: String
    /// When a study counts as imported.
    public let pickup: Pickup

    /// How the import folder is filled.
    public enum Layout: String, CaseIterable, Sendable {
      /// A folder per study.
      case study
      /// All files side by side.
      case flat
    }

    /// When a study counts as imported.
    public enum Pickup: String, CaseIterable, Sendable {
      /// When it lies in the folder.
      case folder
      /// When the PACS has taken it out of the folder.
      case watch
    }
  }

  /// What the EHR is told.
  public struct Records: Equatable, Sendable {
    /// The messages written.
    public let format: Format
    /// The answers awaited.
    public let ack: Acknowledgement
    /// How long an answer is waited for before a message is written again.
    public let answerWithin: Duration

    /// The form of the messages to the EHR.
    public enum Format: String, CaseIterable, Sendable {
      /// HL7 version 2.
      case hl7
      /// No messages.
      case none
    }

    /// How the EHR answers.
    public enum Acknowledgement: String, CaseIterable, Sendable {
      /// With a file in `records/acks`.
      case file
      /// Not at all.
      case none
    }
  }

  /// Where audit messages go.
  public struct Audit: Equatable, Sendable {
    /// The syslog server, socket or file; nil: nowhere.
    public let syslog: SyslogAddress?
  }

  /// How much is too much.
  public struct Limits: Equatable, Sendable {
    /// Below this much free disk nothing more is taken in.
    public let minFree: Free
    /// The most bytes that one parcel may hold once unpacked.
    public let maxExpanded: Int64
    /// The most instances that one parcel may hold.
    public let maxInstances: Int

    /// An amount of free disk.
    public enum Free: Equatable, Sendable {
      /// Of the whole disk, 0 to below 100.
      case percent(Double)
      /// In bytes.
      case bytes(Int64)

      /// Whether so many free bytes of a disk of that size are enough.
      public func allows(_ available: Int64, of total: Int64) -> Bool {
        available >= kept(of: total)
      }

      /// The bytes of a disk of that size that are kept free.
      private func kept(of total: Int64) -> Int64 {
        switch self {
        case .percent(let percent): Int64((Double(total) * percent / 100).rounded(.up))
        case .bytes(let bytes): bytes
        }
      }

      /// Why so many bytes more have no place on a disk, as a clause for people; nil: they have.
      ///
      /// - Parameters:
      ///   - available: the bytes that are free.
      ///   - total: the size of the disk.
      public func obstacle(to bytes: Int64, available: Int64, total: Int64) -> String? {
        guard !allows(available - bytes, of: total) else { return nil }
        return "\(words(bytes)) are needed; \(words(available)) are free, of which limits.min_free keeps "
          + words(kept(of: total))
      }

      /// That too little is free, as a clause for people: the same however little it is; nil: there is enough.
      public func shortage(available: Int64, total: Int64) -> String? {
        allows(available, of: total)
          ? nil : "Less is free than the \(words(kept(of: total))) that limits.min_free keeps"
      }

      private func words(_ bytes: Int64) -> String { "\(bytes / 1_000_000) MB" }
    }
  }

  /// How long copies are kept.
  public struct Retention: Equatable, Sendable {
    /// Payloads sent, counted from the receipt.
    public let sent: Duration
    /// Parcels received, counted from the import.
    public let imported: Duration
    /// What was refused.
    public let quarantine: Duration
  }

  /// How people are told of what needs them.
  public struct Alerts: Equatable, Sendable {
    /// A program and its arguments, which gets each new alert as JSON on its standard input; empty: none.
    public let command: [String]
  }
}
