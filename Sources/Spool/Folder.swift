internal import SystemPackage

/// The folders of the spool. The text of each is its `README`, there and in the repository's `Spool/`.
public enum Folder: String, CaseIterable, Sendable {
  case export
  case collect
  case outbound
  case mailbox
  case unpack
  case received
  case hold
  case holdOutbound = "hold/outbound"
  case holdInbound = "hold/inbound"
  case `import`
  case patients
  case patientsDone = "patients/done"
  case patientsBad = "patients/bad"
  case records
  case recordAcks = "records/acks"
  case recordAcksBad = "records/acks/bad"
  case quarantine

  /// Relative to the spool's root.
  var path: FilePath { FilePath(rawValue) }

  /// Others than the service write into the folders that other systems fill or empty.
  var mode: UInt32 {
    switch self {
    case .export, .import, .patients, .recordAcks: 0o770
    default: 0o750
    }
  }

  /// Who writes here, who reads here, what the names mean, and what an administrator may do.
  var readme: String {
    switch self {
    case .export:
      """
      The PACS drops DICOM files here, and `studypost collect` takes them away. Whatever lands in export/<partner>/
      goes to that partner, and what lands in export/<partner>/urgent/ at once: its images leave as they come. From
      anywhere else below this folder a study goes to the recipient whom its own tags name. Folders and file names mean
      nothing beyond that: files are grouped by Study Instance UID. An empty file named ".done" says that the studies
      of its folder are complete. Names that begin with a period or end with ".tmp", ".part", ".partial", ".filepart",
      ".crdownload" or "~" are passed over: write under such a name and rename. So are DICOMDIR, and what desktop
      systems leave behind (Thumbs.db, desktop.ini, __MACOSX and the like). Files that stay here are still being
      written or are not whole yet: after half an hour (`partial_after`) an alert says so, and they go on by themselves
      when they are whole (`studypost hold files`); what is not DICOM goes to quarantine/ by then, all of one dropped
      folder together. A folder that was emptied goes, too, unless an administrator made it. You may put files here and
      take them away again at any time.

      """
    case .collect:
      """
      Studies that are not complete yet, one folder each, named by the Study Instance UID. Written and read by
      `studypost collect` alone. You may look; do not change anything here: these may be the only copies.

      """
    case .outbound:
      """
      Sealed parcels on their way, one folder each, named by the parcel's id, with manifest.json (to be read with any
      editor), manifest.json.sig and payload.tar.zst.age. Made by `studypost collect`, sent by `studypost ship`, kept until
      the partner's receipt says that all is imported and then for `retention.sent`. A name that begins with a period is
      being sealed. You may look and copy, and see more with `studypost queue`; do not change or remove anything here.

      """
    case .mailbox:
      """
      The partners' SFTP homes, one folder each, named by the partner's site, with incoming/ (being uploaded), new/
      (arrived) and receipts/ (what became of that partner's parcels, signed by this site). The partner writes incoming/ and
      renames into new/; `studypost receive` takes parcels from new/ and writes receipts/. A folder in incoming/ that has
      not grown for days is an upload that was given up: you may remove it, and the partner would begin it again. A name
      that begins with ".probe-" is somebody's `studypost partner test`, and is passed over for ten minutes.

      """
    case .received:
      """
      Parcels whose signature and digest hold, one folder each, named by the parcel's id, as they came: the durable copy of
      what is being opened, of what waits in hold/inbound/, and of what was imported, until `retention.imported` is over.
      Written and read by `studypost receive` alone. You may look and copy; `studypost open` shows what is in one. Do not
      change or remove anything here.

      """
    case .unpack:
      """
      What was taken out of the mailboxes and is being verified (<partner>.<arrival>/), and what is being unpacked and
      rewritten for a local patient (study-<parcel>/); the parcel itself lies in received/. Written and read by `studypost
      receive` alone. You may look; do not change anything here.

      """
    case .hold:
      """
      Studies that wait for a person: in outbound/ before they are sent, in inbound/ before they are imported. Each has a
      WHY.txt with the reason and the commands that decide. Nothing here goes on, or is removed, by itself.

      """
    case .holdOutbound:
      """
      Studies whose recipient is missing, unknown or contradictory, or whose files contradict one another, one folder each,
      named by the hold's id, with the DICOM files and the reason in WHY.txt. Written by `studypost collect`. Decide with
      `studypost hold route ID --to PARTNER` or `studypost hold discard ID --reason TEXT`. You may look and copy; do not
      remove files by hand: these may be the only copies.

      """
    case .holdInbound:
      """
      Received studies whose patient a person must confirm, one folder each, named by the parcel's id, with the reason in
      WHY.txt. The study itself waits in received/, as it came: `studypost open` shows its files. Written by `studypost
      receive`. Decide with `studypost worklist accept ID --patient LOCALID --reason TEXT`, where it names several patients
      with `studypost worklist split ID 1=LOCALID 2=LOCALID --reason TEXT`, or with `studypost worklist reject ID --reason
      TEXT`. You may look; do not change anything here.

      """
    case .import:
      """
      Received studies with the local patient identification, one folder each, named by the Study Instance UID and complete
      from the moment it appears. A supplement that comes while its study still lies here has the parcel's id after the UID.
      Of a study that a person split between patients, each has a folder of their own; all but one have a new UID. With
      `layout = "flat"` the files lie side by side instead, named <parcel>-<number>.dcm, of a split study
      <parcel>.p<share>-<number>.dcm. Written by `studypost receive`; the local PACS reads and removes them, and you may,
      too. Whatever else lies here is left alone.

      """
    case .patients:
      """
      The EHR drops the patient list here, one whole CSV file, of any name, that replaces the patient index; or files of
      HL7 v2 ADT messages or FHIR R4 Patients, which change it. `studypost receive` reads a file when nobody writes it
      any more, and studies are received meanwhile. What was read goes to done/, what was refused to bad/. A list that
      would make the index more than a fifth smaller is refused: import it by hand with `studypost patients import FILE
      --confirm-shrink`. You may put lists and messages here. Names that begin with a period or end in .tmp or .part are
      left alone.

      """
    case .patientsDone:
      """
      Patient lists that became the patient index, each under a name that begins with the time and ends with its own. Moved
      here by `studypost receive`, read by nobody: you may remove them at any time. They hold patient data.

      """
    case .patientsBad:
      """
      Patient lists that were refused, each beside a .WHY.txt that says why; the patient index stayed as it was. Moved here
      by `studypost receive`, read by nobody: correct the list, drop it into patients/ again, and remove it here. A file
      that ends in .rows.csv lists rows that were left out of a list, with line, reason and value: have them corrected in
      the EHR, and remove it.

      """
    case .records:
      """
      Messages for the EHR, one HL7 version 2 file each, complete from the moment it appears: <parcel>.hl7 for an imported
      study of a local patient, <parcel>_2.hl7 and so on for what follows, such as a correction. Written by `studypost
      receive`; the EHR reads and removes them, and puts its answers into acks/. A name that begins with a period is being
      written. You may copy a message. One that the EHR must not get is let go with `studypost records discard ID`.

      """
    case .recordAcks:
      """
      The EHR puts its answers to the messages in records/ here: HL7 version 2 acknowledgements, whose MSA-2 is the MSH-10 of
      the message, one or several a file. `studypost receive` reads and removes them (`studypost records list` shows what
      they said); what answers nothing of this site goes to bad/. Write under a name that begins with a period or ends with
      ".tmp", and rename. If the EHR never answers, set records.ack = "none": then nothing here is touched.

      """
    case .recordAcksBad:
      """
      Files from acks/ that answer no message of this site, or cannot be read, each beside a .WHY.txt that says why. Moved
      here by `studypost receive`, read by nobody: see to it that the EHR writes the right thing, and remove them.

      """
    case .quarantine:
      """
      What was refused, one folder each: out-… came from a source of this site, in-<partner>-… from that partner. It holds
      what was refused, as it came (file; or files/, what lay in one dropped folder and is not DICOM, as it lay there),
      WHY.txt for people and why.json for programs. Written by `studypost collect` and `studypost receive`; nothing here is
      opened again by itself. See `studypost quarantine list`; decide with `studypost quarantine release NAME` (to be looked
      at again) or `studypost quarantine discard NAME --reason TEXT` (to be removed). Beware of opening files by hand: they
      come from elsewhere.

      """
    }
  }

  static let rootReadme = """
    The spool of Studypost, the post office for imaging studies. A study's way through it:

      export/ -> collect/ -> outbound/ -- SFTP --> the partner's mailbox/<site>/new/ -> received/ -> unpack/ -> import/

    What waits for a person lies in hold/, what was refused in quarantine/, each with a WHY.txt. Every folder has a README
    that says who writes there, who reads there, and what you may do. All of it must lie on one file system. By .spool-id
    the journal knows that this is its spool, and no empty mount point: leave it there, and take it along when you move
    the spool. `studypost status` shows the whole, `studypost trace TEXT` follows one study, parcel, patient or file,
    and `studypost ledger` accounts for every instance that was ever taken in.

    """
}
