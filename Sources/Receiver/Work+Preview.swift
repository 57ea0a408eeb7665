internal import DICOM
internal import Executor
internal import Journal
internal import Parcel
internal import Spool
internal import SystemPackage

extension Work {
  /// So many series are shown, at most: of a study with more, a clerk knows by these what it is.
  private static let mostSeries = 24
  /// After so long no further picture is begun.
  private static let longest = Duration.seconds(60)

  /// Makes a picture of the instance in the middle of each series, beside what was unpacked. What fails is told in the list
  /// of pictures, and never keeps a study from anything.
  ///
  /// - Throws: `CancellationError` where the stop was requested.
  func makePreview(of parcel: InboundParcel, _ contents: ContentsFile) throws {
    guard let renderer else { return }
    let folder = preview(of: parcel)
    do {
      try spool.disk.removeTree(folder)
      var (preview, files) = try choose(contents)
      try spool.disk.makeDirectory(folder)
      let begin = ContinuousClock.now
      for index in preview.pictures.indices {
        heartbeat.beat("showing")
        do {
          guard ContinuousClock.now - begin < Self.longest else { throw Renderer.Failure(why: "there was no time") }
          let path = unpacked(parcel).appending("study").pushing(FilePath(files[index]))
          let picture = try renderer.picture(
            of: path, preview.pictures[index].describe(DICOMFile.read(path, options: configuration.reading)), stop: stop
          )
          let name = "\(index + 1).png"
          try spool.disk.write(picture, to: folder.appending(name))
          preview.pictures[index].file = name
        } catch let failure as Renderer.Failure {
          preview.pictures[index].problem = failure.why
        }
      }
      try preview.write(into: folder, of: spool.disk)
    } catch let error as CancellationError {
      throw error
    } catch {
      logger.warning(
        "no pictures of a study that waits: \(Quoted.text("\(error)", limit: 500))",
        metadata: ["parcel": "\(parcel.id)"])
      try? spool.disk.removeTree(folder)
    }
  }

  /// Where they lie until the study is on the worklist.
  private func preview(of parcel: InboundParcel) -> FilePath { spool[.preview(parcel: parcel.id)] }

  /// The instance in the middle of each series, and its file.
  private func choose(_ contents: ContentsFile) throws -> (Preview, files: [String]) {
    var counts: [String: Int] = [:]
    var order: [String] = []
    var others: Set<String> = []
    var instances = try contents.instances()
    while let instance = try instances.next() {
      let series = instance.seriesInstanceUID
      if counts[series] == nil {
        guard order.count < Self.mostSeries else {
          others.insert(series)
          continue
        }
        order.append(series)
      }
      counts[series, default: 0] += 1
    }
    var seen: [String: Int] = [:]
    var chosen: [String: Contents.Instance] = [:]
    instances = try contents.instances()
    while let instance = try instances.next() {
      guard let count = counts[instance.seriesInstanceUID] else { continue }
      let number = seen[instance.seriesInstanceUID, default: 0]
      seen[instance.seriesInstanceUID] = number + 1
      if number == count / 2 { chosen[instance.seriesInstanceUID] = instance }
    }
    let middle = order.compactMap { chosen[$0] }
    let pictures = middle.map { instance in
      Preview.Picture(
        series: instance.seriesInstanceUID, instances: counts[instance.seriesInstanceUID] ?? 0,
        instance: instance.sopInstanceUID)
    }
    return (Preview(pictures: pictures, others: others.count), middle.map(\.file))
  }
}

extension Preview.Picture {
  /// Takes over what the file says of its series.
  fileprivate mutating func describe(_ file: DICOMFile) throws -> ImageShape {
    modality = try? file.dataSet.string(.modality)
    description = try? file.dataSet.string(.seriesDescription)
    let shape = try ImageShape(file)
    frame = shape.frame
    return shape
  }
}
