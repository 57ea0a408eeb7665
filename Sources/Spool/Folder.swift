internal import SystemPackage

/// The folders of the spool. The text of each is its `README`, there and in the repository's `Spool/`.
public enum Folder: String, CaseIterable, Sendable {
  case export
  case collect
  case outbound
  case mailbox
  case unpack
  case hold
  case holdOutbound = "hold/outbound"
  case holdInbound = "hold/inbound"
  case `import`
  case patients
  case patientsDone = "patients/done"
  case patientsBad = "patients/bad"
  case records
  case recordAcks = "records/acks"
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
  var readme: String? {
    switch self {
    case .export:
      """
      The PACS drops DICOM files here; Studypost takes them away. Whatever lands in export/<partner>/ goes to that
      partner; from anywhere else below this folder a study goes to the recipient that its own tags name. Names and
      folders mean nothing beyond that: files are grouped by Study Instance UID. A file named ".done" says that the
      studies of its folder are complete. Files that do not leave are still growing, or no DICOM: `studypost status`.
      You may put files here and take them away again at any time.
      """
    case .collect:
      """
      Files of studies that are not yet complete, one folder a study, named by its Study Instance UID. Written and read
      by `studypost collect` alone. Do not change anything here: these are the only copies.
      """
    case .outbound:
      """
      Sealed parcels on their way, one folder each, named by the parcel's id: manifest.json, manifest.json.sig and
      payload.tar.zst.age. Written by `studypost collect`, sent by `studypost ship`, kept until the partner's receipt
      and then for `retention.sent`. Look with `studypost queue`; you may read, not change.
      """
    case .mailbox:
      """
      The partners' SFTP homes, one folder each: incoming/ (being uploaded), new/ (arrived) and receipts/ (ours, which
      the partner fetches). Partners write incoming/ and new/, `studypost receive` takes parcels from new/ and writes
      receipts/. A folder in incoming/ that does not grow for days is an upload that was given up; you may remove it.
      """
    case .unpack:
      """
      Parcels that are being opened, one folder each. Written and read by `studypost receive` alone, and tidied when it
      starts. Do not change anything here.
      """
    case .hold:
      """
      Studies that wait for a person: outbound/ before they are sent, inbound/ before they are imported. Each has a
      WHY.txt with the reason and the commands that release it.
      """
    case .holdOutbound:
      """
      Studies whose recipient is missing, unknown or contradictory, one folder each, named by the hold's id, with the
      reason in WHY.txt. Release with `studypost hold route ID --to PARTNER` or `studypost hold discard ID`. Do not
      remove files by hand: these are the only copies.
      """
    case .holdInbound:
      """
      Received studies whose patient a person must confirm, one folder each, named by the parcel's id, with the reason
      in WHY.txt and the files as the partner sent them in dicom/. Decide with `studypost worklist`. Do not remove
      files by hand.
      """
    case .import:
      """
      Received studies with the local patient identification, one folder each, complete from the moment it appears.
      Written by `studypost receive`, picked up and deleted by the local PACS.
      """
    case .patients:
      """
      The EHR drops the patient list here; what was read goes to done/, what was refused to bad/ with its reason. By
      hand: `studypost patients import FILE`.
      """
    case .records:
      """
      Messages for the EHR, one HL7 file for each imported study, complete from the moment it appears. The EHR takes
      them away; its answers go to acks/.
      """
    case .quarantine:
      """
      What was refused, one folder each: the files as they came, WHY.txt for people and why.json for programs. Nothing
      here is ever opened again by itself. Look with `studypost quarantine list`, release with `studypost quarantine
      release NAME`, remove with `studypost quarantine discard NAME`.
      """
    case .patientsDone, .patientsBad, .recordAcks: nil
    }
  }

  static let rootReadme = """
    The spool of Studypost, the post office for imaging studies. A study's way through it:

      export/ -> collect/ -> outbound/ -- SFTP --> the partner's mailbox/<site>/new/ -> unpack/ -> import/

    What waits for a person lies in hold/, what was refused in quarantine/, each with a WHY.txt. Every folder's README
    says who writes there and what you may do. `studypost status` shows the whole; `studypost trace TEXT` follows one
    study, parcel, patient or file.
    """
}
