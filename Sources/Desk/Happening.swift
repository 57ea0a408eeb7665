public import Journal

/// What happened, in words, for who answers for it: a line of the history with whom and what it is about.
public struct Happening: Sendable {
  /// The line of the history.
  public let event: Event
  /// Whom and what it is about, as far as the files told.
  public let subject: Subject?
  /// By whose wish a parcel of this site goes to its recipient: a rule, a drop folder or a person; nil with what is no such
  /// parcel.
  public var wish: String?
  /// What happened: words that complete “it was”, or a sentence of their own.
  public var words: String { Self.all[event.what]?.words ?? event.what }
  /// One of the program's own steps, which says neither what came, nor what left, nor who decided.
  public var isStep: Bool { event.actor == nil && Self.all[event.what]?.isStep ?? false }

  /// Every word of the history.
  static let all: [String: (words: String, isStep: Bool)] = [
    // Sending
    "opened": ("the first file was found", true),
    "complete": ("complete from the PACS", false),
    "portion": ("an urgent study's first images left", true),
    "routed": ("given its recipient", false),
    "given-back": ("a file changed, and is looked at again", true),
    "duplicate": ("a file came a second time", true),
    "sealed": ("packed and sealed", true),
    "shipped": ("sent", false),
    "not-shipped": ("could not be sent yet", true),
    "received": ("arrived there", true),
    "held-there": ("waits for a person there", false),
    "delivered": ("imported there", false),
    "refused": ("refused there", false),
    "vanished": ("gone there without a receipt", true),
    "receipt-ignored": ("a receipt was not believed", false),
    "resend": ("to be sent once more", false),
    "retry": ("to be tried again", false),
    "expedited": ("to be sent before others", false),
    "lane": ("put into another lane", false),
    "paused": ("the bulk lane paused", false),
    "resumed": ("the bulk lane resumed", false),
    "expired": ("given up undelivered", false),
    "cancelled": ("called back", false),
    "damaged": ("damaged here before delivery", false),
    // Receiving
    "arrived": ("arrived", false),
    "again": ("arrived or answered once more", true),
    "reconciled": ("patient recognised", false),
    "renewed": ("waits for other reasons than before", true),
    "accepted": ("given to a local patient", false),
    "split": ("split between patients", false),
    "rejected": ("rejected", false),
    "assigned": ("assigned to somebody", false),
    "commented": ("commented on", false),
    "proposed": ("decided by the first of two persons", false),
    "withdrawn": ("proposal withdrawn", false),
    "undone": ("taken back from a patient", false),
    "recalled": ("taken out of the import folder again", false),
    "rewritten": ("identification rewritten", true),
    "offered": ("put into the import folder", true),
    "imported": ("imported", false),
    "whole": ("all of an urgent study is here", false),
    "confirmed": ("confirmed as imported", false),
    "requested": ("its patient to be registered by the EHR", false),
    "record-accepted": ("taken over by the EHR", true),
    "record-failed": ("the EHR found an error", false),
    "record-deferred": ("the EHR could not take it", true),
    "record-repeated": ("told to the EHR again", true),
    "record-discarded": ("message to the EHR let go", false),
    "answer-ignored": ("an answer to nothing", true),

    // Both ways
    "held": ("waits for a person", false),
    "quarantined": ("refused here: quarantine", false),
    "released": ("released from quarantine", false),
    "discarded": ("discarded", false),
    "purged": ("copy removed after its time", false),
    "found": ("found and taken up", true),
    "adopted": ("found and taken up", true),
    "recovered": ("found and put back", true),
    "disclosed": ("shown to a person", false),

    // The site
    "patients": ("patient list replaced", false),
    "patients-refused": ("patient list refused", false),
    "partner-added": ("partner added", false),
    "trust-changed": ("more national numbers trusted", false),
    "partner-removed": ("partner removed", false),
    "keys-prepared": ("next keys made", false),
    "keys-changed": ("keys changed", false),
    "keys-pruned": ("former keys removed", false),
    "folder-confirmed": ("folder confirmed", false),
    "backed-up": ("backed up", false),
    "restored": ("restored from a backup", false),
    "rebuilt": ("journal rebuilt", false),
  ]
}
