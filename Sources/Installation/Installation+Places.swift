public import SystemPackage

extension Installation {
  /// A folder outside the spool in which a service must write, and may not as its unit is.
  public struct Place: Sendable, Equatable {
    /// The service's name in the configuration of systemd, without `studypost-`.
    public let service: String
    /// The folder.
    public let path: FilePath
    /// The file that an administrator makes for it (systemd.unit(5)).
    public var dropIn: FilePath { FilePath("/etc/systemd/system/studypost-\(service).service.d/paths.conf") }
  }

  /// Sources and import folders elsewhere that no administrator's file of the unit names.
  public var unlistedPlaces: [Place] {
    guard Self.isManaged else { return [] }
    let places =
      configuration.sources.map { Place(service: "collect", path: $0.path) }
      + [Place(service: "receive", path: configuration.importing.path)]
    return places.filter { !$0.path.starts(with: configuration.spool) && !isListed($0) }
  }

  private func isListed(_ place: Place) -> Bool {
    let folder = place.dropIn.removingLastComponent()
    return ((try? disk.names(of: folder)) ?? []).contains { name in
      let text = String(decoding: (try? disk.readSmall(folder.appending(name), limit: 1 << 20)) ?? [], as: UTF8.self)
      // A folder above it does as well.
      return text.split(whereSeparator: { $0.isWhitespace || $0 == "=" }).contains { word in
        word.hasPrefix("/") && place.path.starts(with: FilePath(String(word)))
      }
    }
  }
}
