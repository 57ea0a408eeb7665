// What the recipient's side tells.

extension Explanation {
  static let worklist: [Explanation] = [
    Explanation(
      .worklist, "no-identifier", "The study has no national number.",
      "Find the patient by name and birth date: `studypost patients find TEXT`."),
    Explanation(
      .worklist, "invalid-identifier", "The national number is not valid: its check digits fail, for example.",
      "Compare name and birth date; a number with a typing mistake is not searched for."),
    Explanation(
      .worklist, "untrusted-issuer", "There is a number, and its issuer is not one that this site trusts.",
      "Accept by hand. If the partner always writes it so, trust it: `studypost partner trust NAME` shows what its last "
        + "studies say of it."),
    Explanation(
      .worklist, "two-identifiers", "The study carries two different valid national numbers.",
      "Ask the sender whose study it is. Do not guess."),
    Explanation(
      .worklist, "two-patients", "The instances of the study name different patients.",
      "Give each patient their images: `studypost worklist split`. Or reject it, and let the sender separate the patients."
    ),
    Explanation(
      .worklist, "unknown-patient", "No local patient has this national number.",
      "Register the patient: as soon as the list or a message has the number, the study goes ahead by itself if all agrees."
    ),
    Explanation(
      .worklist, "inactive", "The only local patients with this number are not active.",
      "Find out with whom that record was merged, and accept for that patient."),
    Explanation(
      .worklist, "ambiguous", "Several active local patients have this national number.",
      "Have the patient list put right; accept for the patient that is meant."),
    Explanation(
      .worklist, "birth-date",
      "The birth dates differ or one is missing, or the one inside the national number says something else.",
      "Compare; a wrong digit at the sender is the usual cause, another person is the dangerous one."),
    Explanation(.worklist, "sex", "The sexes differ.", "Compare; accept only when everything else leaves no doubt."),
    Explanation(
      .worklist, "name", "The names differ more than spellings do.",
      "Look for a marriage name or an alias; compare the birth date."
    ),
    Explanation(
      .worklist, "neighbour",
      "Another local patient was born on the same day and fits at least as well, or has the sender's very name.",
      "It may be a relative whose number was taken for the other's. Ask the sender, and accept for the one who was examined."
    ),
    Explanation(
      .worklist, "before-birth", "The study was made before the day on which the local patient was born.",
      "One of the two dates is wrong, or it is another person."),
    Explanation(
      .worklist, "after-death", "The study was made after the day on which the local patient died.",
      "One of the two dates is wrong, or it is another person."),
    Explanation(
      .worklist, "de-identified", "The sender removed the patient's identity on purpose.",
      "Ask the sender whether it was meant for this hospital, and for whom."),
    Explanation(
      .worklist, "undecodable", "A value that is needed for the decision cannot be decoded.",
      "Compare by other values; `studypost dump` shows what is there."),
    Explanation(
      .worklist, "contradictory",
      "An element stands twice in an instance, with different values: programs disagree on what it says.",
      "Look at both values (`studypost dump`), and accept or reject."),
    Explanation(
      .worklist, "duplicate-conflict", "An instance was imported before, with other contents.",
      "Compare the two; accept if the new one is to go to the PACS beside the old one."),
    Explanation(
      .worklist, "study-of-another-patient",
      "An earlier part of this study was given to a patient, and this part says something else of its patient, or the patient "
        + "is not on the list any more.",
      "Compare both; one study belongs to one patient."),
    Explanation(
      .worklist, "study-split",
      "The study was split between patients before, and what comes of it now may be of any of them.",
      "Give each patient their images, as before: `studypost worklist split`."),
    Explanation(
      .worklist, "study-waits", "Another part of this study waits for a person.",
      "They are decided together."),
    Explanation(
      .worklist, "released", "A person rejected the study, and put it back.",
      "Decide once more; it does not go ahead by itself."),
    Explanation(
      .worklist, "undone", "A person took the study back from the patient to whom it had been given.",
      "Delete in the PACS what it has of it, as the card says; then accept for the right patient, or reject."),
    Explanation(
      .worklist, "patient-gone", "The patient for whom it was accepted is not on the patient list any more.",
      "Find out what became of the record, and accept again."),
    Explanation(
      .worklist, "coercion",
      "An instance cannot be rewritten safely for the local patient; the message names the element.",
      "What the message names has to be decided; `studypost worklist accept` says at once what is in the way."),
    Explanation(
      .worklist, "unknown", "The journal was rebuilt from the spool, which does not tell why this study waited.",
      "Look at it as at a new one."),
  ]

  static let quarantine: [Explanation] = [
    Explanation(.quarantine, "empty", "The file is empty, and stayed so.", "Export it again; discard this one."),
    Explanation(
      .quarantine, "not-dicom", "The file is not DICOM.",
      "Discard it. If a device writes such files beside its images, that is harmless."
    ),
    Explanation(
      .quarantine, "no-uid", "The file has no Study, Series or SOP Instance UID: it cannot be told from others.",
      "Have the device that wrote it looked at."),
    Explanation(
      .quarantine, "bad-uid", "A UID of the file cannot stand for one.", "Have the device that wrote it looked at."),
    Explanation(
      .quarantine, "malformed", "The file contradicts the DICOM standard so that it cannot be read to its end.",
      "Export it again; if it stays so, tell the maker of the device."),
    Explanation(
      .quarantine, "unsupported", "The file uses something that this program cannot read; the reason names it.",
      "Export it in another transfer syntax."),
    Explanation(
      .quarantine, "limit", "It exceeds a limit of this site; the reason names the key of the configuration.",
      "Raise the limit if the object is a real one, and release it."),
    Explanation(
      .quarantine, "stray", "Something in a mailbox is not a parcel.", "Tell the partner; discard it."),
    Explanation(
      .quarantine, "folder", "A parcel did not have exactly its three files.",
      "Nothing: the sender is told, and sends again."),
    Explanation(
      .quarantine, "manifest", "A parcel's manifest cannot be read.", "Nothing: the sender is told, and sends again."),
    Explanation(
      .quarantine, "signature", "A parcel's signature does not hold: another key, or damage.",
      "If it happens again, ask the partner by phone whether its key has changed."),
    Explanation(
      .quarantine, "sender", "A parcel says that another site sent it than the one whose mailbox it lies in.",
      "Ask the partner. Somebody may be forwarding parcels."),
    Explanation(.quarantine, "recipient", "A parcel is addressed to another site.", "Tell the partner; discard it."),
    Explanation(
      .quarantine, "digest", "A parcel's payload is not what its manifest says: bits flipped on a disk or on the way.",
      "Nothing: the sender is told, and sends it once more."),
    Explanation(
      .quarantine, "lost",
      "A parcel had arrived and was not imported yet, and its copy here is gone: a disk was lost, or somebody removed it.",
      "Nothing: the sender is asked for it, and sends it once more; the entry goes when it is here. Where the sender has lost "
        + "it, too, the study must be exported there again; discard the entry then."),
    Explanation(
      .quarantine, "contents",
      "A parcel does not hold what it announces, or opening it ended the service more than once.",
      "Tell the partner. Release it after an update of this program."),
    Explanation(
      .quarantine, "duplicate-conflict", "A parcel has the name of another one that arrived before.", "Ask the partner."
    ),
    Explanation(
      .quarantine, "rejected-by-clerk", "A person of this site rejected the study.",
      "Release it to decide anew; discard it when the matter is closed."),
    Explanation(
      .quarantine, "unknown", "The journal was rebuilt from the spool, which does not tell why this lies here.",
      "Look at it; release or discard it."),
  ]
}
