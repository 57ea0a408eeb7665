internal import Spool
internal import SystemPackage

/// Where one parcel is worked on: `unpack/<partner>/<parcel>/`.
struct Workplace {
  let partner: String
  let id: String
  let root: FilePath
  private let disk: Disk
  /// The parcel's three files, moved out of the partner's reach.
  var parcel: FilePath { root.appending(id) }
  /// What was unpacked: `contents.json` and `dicom/`.
  var study: FilePath { root.appending("study") }

  init(partner: String, id: String, spool: Spool) {
    self.partner = partner
    self.id = id
    root = spool[.unpack].appending(partner).appending(id)
    disk = spool.disk
  }

  /// Removes it, with the partner's folder when it is the last one.
  func remove() throws {
    try disk.removeTree(root)
    try disk.removeEmptyDirectory(root.removingLastComponent())
  }
}
