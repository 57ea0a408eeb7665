public import SystemPackage

extension Configuration {
  /// The text of a new site's configuration: what must be set, and every default as a comment with what it is for.
  ///
  /// - Parameters:
  ///   - site: the site's name.
  ///   - root: the folder that holds all of the site, so that paths are relative to it; nil: as installed.
  /// - Returns: a TOML document.
  public static func initialText(site: SiteName, root: FilePath?) -> String {
    let isInstalled = root == nil
    let spool = isInstalled ? "/var/spool/studypost" : "spool"
    let places = [
      ("spool", spool),
      ("journal", isInstalled ? "/var/lib/studypost/journal.sqlite" : "journal.sqlite"),
      ("keys", isInstalled ? "/etc/studypost/keys" : "keys"),
      ("partners", isInstalled ? "/etc/studypost/partners" : "partners"),
    ].map { "\(isInstalled ? "#" : "")\($0) = \"\($1)\"\n" }.joined()
    let run = isInstalled ? "/run/studypost" : spool
    let hostKey = (isInstalled ? "" : "#") + "host_key = \"/etc/ssh/ssh_host_ed25519_key.pub\""

    return """
      # The configuration of a Studypost site. A line that begins with '#' and a key shows its default: take the '#' away
      # and change the value. Relative paths start at this file's folder.
      # Durations: 500ms 60s 30m 4h 5d. Sizes: B KiB MiB GiB TiB.
      # After a change: studypost check, then systemctl reload 'studypost-*'. What is in force: studypost config show.

      # The short name of this site (a-z, 0-9, -). Partners know it by this name.
      site = \(tomlString(site.text))
      # The hospital's name and how partners reach its people: printed on the card.
      #name = \(tomlString(site.text))
      #contact = ""

      # The queue's folders, the journal's file, this site's keys, and one <site>.toml per partner.
      \(places)      # Where the services have their locks and signs of life.
      #run = "\(run)"

      # How partners reach this site's SFTP server: printed on the card, which needs host and host_key.
      [sftp]
      # Its name or address as partners see it, for example:
      #host = "dicom.\(site).example"
      #port = 22
      # The server's public host key.
      \(hostKey)

      # Where the PACS drops studies; as many [[source]] as there are folders.
      [[source]]
      #path = "\(spool)/export"
      # A study is complete after this long without a new or growing file …
      #quiet = "60s"
      # … or when a file of this name lies beside it.
      #marker = ".done"
      # How long a file must rest where nobody can tell whether it is still written.
      #settle = "10s"
      # After this time what is not DICOM goes to quarantine, and what is not finished is held where it lies, with an alert.
      #partial_after = "30m"

      # Where the recipient's name stands, in order. match: "alias" (the whole value), "token" (XFER:<name> in a text)
      # or "regex" (with pattern = "…", whose one capture group is the name). Without any [[route]] it is these three.
      [[route]]
      tag = "(0040,1010)"
      match = "alias"
      [[route]]
      tag = "(0032,4000)"
      match = "token"
      [[route]]
      tag = "(0040,1400)"
      match = "token"

      # How DICOM files are read.
      [dicom]
      # Text that is not ASCII in a file that declares no character set, (0008,0005), is tried as these, in order.
      # [] takes it for an error.
      #undeclared_text = ["ISO_IR 192", "ISO_IR 100"]
      # How much one file may cost: its text where all of it is rewritten, one text that is read, its elements in all,
      # those of one data set (which are in memory), sequences in one another, and a deflated data set.
      #max_header = "64MiB"
      #max_text = "16MiB"
      #max_elements = 50000000
      #max_kept_elements = 160000
      #max_depth = 64
      #max_inflated = "256MiB"

      # zstd's level, 1 (fast) to 19 (small).
      [compression]
      #level = 3

      # The first and longest pause between attempts; how long a parcel waits before it alerts, and before it is given up.
      [ship]
      #retry_first = "30s"
      #retry_max = "1h"
      #alert_after = "4h"
      #expire_after = "5d"

      [reconcile]
      # The country whose national identifier patients are recognised by; a hospital at a border names several, the most
      # usual first: ["BE", "NL"]. All of them: studypost id schemes
      #national_id = "BE"
      # A patient whom the index does not have: "hold" for a person, or "import" as sent.
      #unknown_patient = "hold"
      # Issuers of the identifier that are trusted beside the official ones (OIDs or names).
      #source_issuers = []
      # How alike names must be to agree without a person, 0.5 to 1 (Jaro-Winkler).
      #family_threshold = 0.9
      #given_threshold = 0.85

      # Patient lists in patients/, and those that are imported by hand.
      [patients]
      # What 03/04/1985 means: "day-first" or "month-first"; without this key a date that can be both is refused.
      #dates = "day-first"
      # "automatic", "utf-8", "utf-16" or "windows-1252".
      #encoding = "automatic"
      # A list of which more percent of rows are bad is refused; else they are left out and listed.
      #bad_rows = 1
      # The last list may be so old; without this key no age alerts.
      #max_age = "36h"
      # What lists and messages call this hospital as an assigning authority.
      #authorities = []

      # What the lists of this site call their columns; the order does not matter, and other columns are not read.
      [patients.columns]
      #local_id = "local_id"
      #national_id = "national_id"
      #family = "family"
      #given = "given"
      #birth_name = "birth_name"
      #birth_date = "birth_date"
      #sex = "sex"
      #active = "active"
      #deceased = "deceased"
      #other_national_ids = "other_national_ids"
      #aliases = "aliases"
      #authority = "authority"

      [import]
      # Where the PACS picks studies up.
      #path = "\(spool)/import"
      # "study": a folder per study; "flat": all files side by side.
      #layout = "study"
      # A file of this name is written last, e.g. ".ok"; empty: none.
      #marker = ""
      # A study is imported when it lies in the folder ("folder") or when it is gone from it again ("watch").
      #pickup = "folder"

      # A program that gets each new alert as JSON on its standard input, with its arguments; [] is none.
      [alerts]
      #command = []

      # The messages for the EHR: "hl7" or "none"; its answers: "file" or "none".
      [records]
      #format = "hl7"
      #ack = "file"

      [limits]
      # With less free disk (a share or a size) nothing more is taken in.
      #min_free = "5%"
      # The most that one parcel may hold once unpacked.
      #max_expanded = "256GiB"
      #max_instances = 200000

      # How long copies are kept: sent (from the receipt), imported (from the import), refused.
      [retention]
      #sent = "7d"
      #imported = "30d"
      #quarantine = "90d"

      """
  }
}
