internal import DICOM
package import Reconciliation

extension MatchingPolicy {
  /// The rules of a site that has told that its partner's numbers need no issuer.
  package static var measured: MatchingPolicy {
    MatchingPolicy(schemes: [.belgium], unqualified: true, places: [TagPath(.otherPatientIDsSequence)])
  }
}
