public import SystemPackage

extension DICOMFile {
  /// Writes a new file in explicit VR little endian at `path`, which must not be there (mode 0640, not synced).
  ///
  /// `dataSet` declares its character set in (0008,0005), if it is not ASCII; the SOP UIDs are added to it.
  /// `pixelData` are the bytes of (7FE0,0010), little endian, written as OW where (0028,0100) Bits Allocated is more
  /// than 8, else as OB; none are written where there are none.
  ///
  /// What was written is read back. Throws `.characterSet`, `.malformed`, `.unsupported` or the code of a limit for a value
  /// that cannot be written so, `.unreadable` where the system refuses.
  public static func create(
    at path: FilePath, sopClassUID: String, sopInstanceUID: String, dataSet: NewDataSet, pixelData: [UInt8] = []
  ) throws {
    try DICOMError.naming(path) {
      var dataSet = dataSet
      dataSet.set(.sopClassUID, .string(sopClassUID))
      dataSet.set(.sopInstanceUID, .string(sopInstanceUID))

      var meta = NewDataSet()
      meta.set(.fileMetaInformationVersion, .bytes([0, 1]))
      meta.set(.mediaStorageSOPClassUID, .string(sopClassUID))
      meta.set(.mediaStorageSOPInstanceUID, .string(sopInstanceUID))
      meta.set(.transferSyntaxUID, .string(TransferSyntax.explicitLittleEndian.uid))
      meta.set(.implementationClassUID, .string(implementationClassUID))
      meta.set(.implementationVersionName, .string(implementationVersionName))

      let encoder = Encoder(encoding: .explicitLittle, characterSet: dataSet.declaredCharacterSet)
      var pieces = Pieces([UInt8](repeating: 0, count: 128) + Array("DICM".utf8))
      do {
        let group = try encoder.dataSet(meta)
        let length = EditValue.integer(Int(group.count))
        pieces.append(try encoder.element(.fileMetaInformationGroupLength, length, vr: .ul))
        pieces.append(group)
        pieces.append(try encoder.dataSet(dataSet))
      } catch is Encoder.TextDoesNotFit {
        throw DICOMError(.characterSet, "the text does not fit the character set that (0008,0005) declares")
      }
      if !pixelData.isEmpty {
        let length = Int64(pixelData.count)
        let vr: VR = dataSet.bitsAllocated > 8 ? .ow : .ob
        pieces.append(try encoder.header(.pixelData, vr, length + length % 2))
        pieces.append(pixelData)
        if length % 2 == 1 { pieces.append([0]) }
      }
      var nothing = Input([])
      try NewFile.creating(path) { try Output.writing(to: $0) { try $0.write(pieces, from: &nothing) } }
      _ = try DICOMFile.read(path)
    }
  }
}

extension NewDataSet {
  fileprivate var declaredCharacterSet: CharacterSet {
    guard case .value(let value, _)? = contents[.specificCharacterSet] else { return .ascii }
    return switch value {
    case .string(let term): CharacterSet(terms: [term], undeclared: .refused)
    case .strings(let terms): CharacterSet(terms: terms, undeclared: .refused)
    default: .ascii
    }
  }

  fileprivate var bitsAllocated: Int {
    if case .value(.integers(let bits), _)? = contents[.bitsAllocated] { bits.first ?? 0 } else { 0 }
  }
}
