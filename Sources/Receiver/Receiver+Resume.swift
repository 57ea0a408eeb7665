internal import Journal
internal import Parcel
internal import Site
internal import Spool
internal import SystemPackage

extension Receiver {
  /// Goes on with what a kill or a full disk left half done: every folder in `unpack/` is worked on again, or was done
  /// and is removed.
  func resume() throws {
    for name in try spool.disk.names(of: spool[.unpack]) where name != "README" {
      let folder = spool[.unpack].appending(name)
      guard let site = SiteName(name) else { continue }
      for id in try spool.disk.names(of: folder) {
        let place = Workplace(partner: name, id: id, spool: spool)
        try attempt(id) { try resume(place, site: site) }
      }
      try spool.disk.removeEmptyDirectory(folder)
    }
  }

  private func resume(_ place: Workplace, site: SiteName) throws {
    let parcel = try journal.inboundParcel(place.id)
    let isTaken = try spool.disk.status(of: place.parcel) != nil
    switch parcel?.state {
    case .arrived, nil:
      guard isTaken else { return try place.remove() }
      guard let partner = partners[site] else {
        throw ParcelError(.sender, place.parcel, "its sender \(site) is no partner any more.")
      }
      try handle(place, from: partner)
    case .accepted: return  // `finishImports` goes on with it
    case .imported, .held, .quarantined, .discarded:
      // A second copy of a known parcel is answered again; what was left of the first one is removed.
      if isTaken, let partner = partners[site] { return try handle(place, from: partner) }
      try place.remove()
    }
  }
}
