extension DataSet {
  /// The value's bytes as they are encoded, padding included; read from the file where they were not kept. Nil where
  /// the element is absent, a sequence or encapsulated.
  ///
  /// Throws `.valueTooLong` for more than `Limits.textBytes`.
  public func bytes(_ tag: Tag) throws -> [UInt8]? { try self[tag].flatMap { try value($0).map(Array.init) } }

  /// The encoded value of one of this data set's elements.
  func value(_ element: Element) throws -> ArraySlice<UInt8>? {
    switch element.content {
    case .bytes(let bytes): return bytes
    case .items, .itemsOnDisk, .fragments: return nil
    case .onDisk:
      let length = element.length
      guard length <= origin.options.limits.textBytes else {
        throw error(
          .valueTooLong,
          "a value of \(length) bytes is too long to be read whole; if it is meant, raise max_text in [dicom]", element)
      }
      return try DICOMError.naming(origin.path) {
        try origin.reading { try $0.slice(element.extent.content, Int(length)) }
      }
    }
  }

  /// What is wrong with a value of this data set.
  func error(_ code: DICOMError.Code, _ message: String, _ element: Element) -> DICOMError {
    var error = DICOMError(code, message, tag: element.tag, offset: element.extent.content)
    error.file = origin.path.isEmpty ? nil : origin.path
    return error
  }
}
