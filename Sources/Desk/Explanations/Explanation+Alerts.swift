extension Explanation {
  static let alerts: [Explanation] = [
    // People are waited for.
    Explanation(.alert, "hold", "Studies wait for a person before they are sent.", "`studypost hold list`"),
    Explanation(.alert, "worklist", "Studies wait for a person before they are imported.", "`studypost worklist list`"),
    Explanation(
      .alert, "undone", "A person took a study back from a patient, and the PACS has some of it.",
      "Delete it in the PACS as the message says; then `studypost worklist show ID`, and decide anew."),
    Explanation(.alert, "quarantine", "Something was refused and lies in quarantine.", "`studypost quarantine list`"),

    Explanation(
      .alert, "incomplete-study",
      "Of an urgent study, which comes in portions, nothing came for an hour, and not all of it is here.",
      "Ask its sender to look at it: `studypost trace STUDY` there. What is here is imported."),

    // Sources.
    Explanation(
      .alert, "source", "A source or a folder in it cannot be read, or files stay there and are not taken.",
      "Mount it, give the service the right to read and remove files, and see whether `collect` runs."),
    Explanation(
      .alert, "source-files", "Files of a source cannot be taken.",
      "Give the service the right to read and remove them (`studypost check` names the command)."),
    Explanation(
      .alert, "source-link", "A drop folder is a symbolic link that root did not make, or that leads nowhere.",
      "Make a folder in its place, or make the link as root."),
    Explanation(
      .alert, "source-passed-over", "Links, pipes, or folders that are too deep lie in a source and are passed over.",
      "Put plain files there; remove the rest."),
    Explanation(
      .alert, "source-crowded", "More files wait in a source and cannot be taken than are looked at together.",
      "See what they are, and remove what does not belong there."),
    Explanation(
      .alert, "drop-folder", "A folder in a source has the name of no partner, and studies were put there.",
      "Move them into a partner's folder, or add the partner."),
    Explanation(.alert, "unfinished", "Files of a source are not finished and stay there.", "`studypost hold files`"),

    // Sending.
    Explanation(
      .alert, "unsealed", "Studies were collected, and have not been sealed for `ship.alert_after`.",
      "See whether `collect` runs, and its log."),
    Explanation(
      .alert, "sealing", "A study, or all of them, cannot be sealed; it is tried again by itself.",
      "Put right what the message names."),
    Explanation(
      .alert, "waiting", "Parcels have waited for the partner for `ship.alert_after`.", "`studypost partner test NAME`"),
    Explanation(
      .alert, "urgent",
      "Parcels of urgent studies have been on their way for five minutes, and the partner has not taken them in.",
      "`studypost partner test NAME`; ask the partner whether its receiver runs and has space."),
    Explanation(
      .alert, "bulk-paused", "The bulk lane to a partner, or to all, has been paused for a day.",
      "`studypost queue resume --bulk`, if it is to go on."),
    Explanation(
      .alert, "unreachable", "A partner's server does not answer.",
      "Look at the network and the firewall; ask the partner."),
    Explanation(
      .alert, "login", "A partner's server does not let this site in.",
      "Send the partner this site's card; then `studypost partner test NAME`."),
    Explanation(
      .alert, "host-key", "A partner's server has another host key than its card says. Nothing is sent there.",
      "Ask the partner by telephone what has changed; add its new card only after that."),
    Explanation(
      .alert, "mailbox",
      "This site's mailbox at a partner is not there; or a mailbox here cannot be read, or is not emptied.",
      "`studypost partner test NAME` there, `studypost check` here; see whether `receive` runs."),
    Explanation(
      .alert, "not-accepted", "A partner's server takes no files: its disk may be full.", "Ask the partner."),
    Explanation(
      .alert, "not-shipped", "One parcel cannot be delivered, for a reason of its own; it is tried again.",
      "`studypost trace PARCEL`"),
    Explanation(
      .alert, "refused", "A partner refused a parcel.", "`studypost queue show ID`, then retry, resend or discard it."),
    Explanation(
      .alert, "expired", "A parcel could not be delivered within `ship.expire_after`.",
      "`studypost queue retry ID`, or `queue discard ID --reason TEXT`"),
    Explanation(
      .alert, "damaged", "A parcel is damaged or gone here before it was delivered: it is lost for good.",
      "Have the PACS export the study again. Have the disk looked at."),
    Explanation(
      .alert, "unreadable", "A parcel here cannot be read.", "Have the disk looked at; it is tried again by itself."),
    Explanation(
      .alert, "receipt", "A receipt of a partner does not hold, and is ignored.",
      "Ask the partner whether its key has changed."),
    Explanation(
      .alert, "receipts", "A partner's receipts cannot be listed.",
      "Ask the partner to look at the rights of `receipts/`."),
    Explanation(
      .alert, "vanishing", "A parcel was delivered more than once, and vanished there each time without a receipt.",
      "Ask the partner to look at its receiver and its disk."),
    Explanation(
      .alert, "unopened-there", "Parcels lie in a partner's mailbox, and its receiver does not take them.",
      "Ask the partner whether its receiver runs."),
    Explanation(
      .alert, "stranded", "Parcels wait for a site that is not a partner any more.",
      "Add its card again, or cancel the parcels."),

    // Receiving.
    Explanation(
      .alert, "unopened", "Parcels arrived, and have not been imported for `ship.alert_after`.",
      "See whether `receive` runs, and its log."),
    Explanation(
      .alert, "parcel", "A parcel that arrived does not get on; it is tried again.", "Put right what the message names."
    ),
    Explanation(
      .alert, "limit", "A parcel of a partner exceeds a limit of this site, and was refused.",
      "Raise the key that the message names, and release the parcel: `studypost quarantine release NAME`."),
    Explanation(
      .alert, "sequence", "Two parcels of one partner have the same number.",
      "Ask the partner whether its journal was restored from an old backup."),
    Explanation(
      .alert, "unseen-import", "A study was gone from the import folder before it could be seen there.",
      "Look whether the PACS has it; then `studypost ledger confirm PARCEL --reason TEXT`."),
    Explanation(
      .alert, "import", "Studies lie in the import folder for more than a day.", "Look whether the PACS picks up there."
    ),
    Explanation(
      .alert, "patients", "A patient list was refused; the index is as it was before.",
      "`patients/bad/` has the list and the reason."
    ),
    Explanation(
      .alert, "patients-rows", "Bad rows of a patient list, or bad messages, were left out; the others were taken.",
      "The file that ends in `.rows.csv` in `patients/bad/` has line, reason and value of each."),
    Explanation(
      .alert, "patients-old", "The last patient list is older than `patients.max_age`.",
      "Look whether the EHR still writes lists into `patients/`."),
    Explanation(
      .alert, "records-failed", "The EHR finds an error in messages of this site (AE or CE).",
      "`studypost records show ID` has its words; then `records retry ID`, or `records discard ID --reason TEXT`."),
    Explanation(
      .alert, "records-unanswered", "The EHR takes messages and does not answer them.",
      "If it never answers, set `records.ack = \"none\"`; else look whether it works, and `studypost records retry ID`."
    ),
    Explanation(
      .alert, "records-deferred", "The EHR has not been able to take messages for a while (AR or CR).",
      "Ask whether it works; they are written again by themselves."),
    Explanation(
      .alert, "answers", "Files in `records/acks/` cannot be read, or answer no message of this site.",
      "`records/acks/bad/` has them, each with its reason; remove them when the cause is found."),

    // This machine.
    Explanation(
      .alert, "audit", "Audit messages do not get to `audit.syslog`; they are kept.",
      "See that the address can be reached; they are sent by themselves."),
    Explanation(
      .alert, "configuration", "A changed configuration was refused; the services go on by the one before.",
      "`studypost check` says what is wrong; then `systemctl reload studypost-collect studypost-ship studypost-receive`."
    ),
    Explanation(
      .alert, "service", "A service does not run, hangs, or cannot get on.",
      "`systemctl status 'studypost-*'`, and its log."),
    Explanation(
      .alert, "disk", "Too little space is free: nothing more is taken in, or opened.",
      "Make room; it goes on by itself."),
    Explanation(
      .alert, "mount",
      "A folder lies on another file system than when it was last in order, or the spool is not the one that the journal knows: "
        + "a share or a disk may not be mounted.",
      "Mount it. If it was moved on purpose, or the spool's disk is lost and this is a new one: `studypost check --accept FOLDER`."
    ),
    Explanation(
      .alert, "owed", "Something that was decided cannot be done; it is tried again by itself.",
      "Put right what the message names."),
    Explanation(
      .alert, "partners", "The file of a partner is not in order; the other partners go on.", "`studypost check`"),
    Explanation(
      .alert, "alert-command", "The program of `[alerts] command` cannot be started, fails, or does not end.",
      "Run it by hand."),
    Explanation(
      .alert, "spool-stranger", "Something lies in the spool that cannot be handled. It is left alone.",
      "See what it is, and move it away."),
    Explanation(
      .alert, "unknown", "Something lies in the spool of which the journal does not know. It is left alone.",
      "See what it is, and move it away."),
    Explanation(
      .alert, "outbound-unknown", "A parcel lies in `outbound/`, is not in the journal, and cannot be taken up.",
      "Move it away, and export its study again."),
    Explanation(
      .alert, "outbound-adopted",
      "Parcels lay in `outbound/` and were not in the journal, which may come from a backup: they were taken up.",
      "What was decided since the backup is to be decided again."),
  ]
}
