extension Recipe {
  /// Delimiters where nothing is open, or counted.
  public static var delimiters: [Recipe] {
    Syntax.allCases.flatMap { syntax in
      let name = "\(syntax)"
      @Sendable func image(_ subject: Subject) -> Image { Image(syntax, subject) }
      func stray(_ what: String, _ delimiter: @escaping @Sendable (Writer) -> [UInt8]) -> [Recipe] {
        [
          Recipe("stray delimiter", "\(what) at the end, \(name)") {
            image($0).file + delimiter(image($0).writer)
          },
          Recipe("stray delimiter", "\(what) between elements, \(name)") { subject in
            let image = image(subject)
            return image.head + image.beginning + delimiter(image.writer) + image.otherIDs + image.middle + image.pixels
          },
          Recipe("stray delimiter", "\(what) first, \(name)") { subject in
            let image = image(subject)
            return image.head + delimiter(image.writer) + image.dataSet
          },
          Recipe("stray delimiter", "\(what) behind a sequence, twice, \(name)") { subject in
            let image = image(subject)
            return image.head + image.beginning + image.otherIDs + delimiter(image.writer) + delimiter(image.writer)
              + image.middle + image.pixels
          },
        ]
      }
      func counted(
        _ variant: String, readers: Readers = .both,
        _ sequence: @escaping @Sendable (Image, Writer) -> [UInt8]
      ) -> Recipe {
        Recipe("counted delimiter", "\(variant), \(name)", readers: readers) { subject in
          let image = image(subject)
          return image.head + image.beginning + sequence(image, image.writer) + image.middle + image.pixels
        }
      }
      func doubled(_ variant: String, _ sequence: @escaping @Sendable (Image, Writer) -> [UInt8]) -> Recipe {
        Recipe("doubled delimiter", "\(variant), \(name)") { subject in
          let image = image(subject)
          return image.head + image.beginning + sequence(image, image.writer) + image.middle + image.pixels
        }
      }
      return stray("an item delimiter") { $0.itemDelimiter } + stray("a sequence delimiter") { $0.sequenceDelimiter }
        + [
          counted("in an item of known length") { image, writer in
            writer.sequence(0x0010_1002, writer.item(image.otherID, counted: writer.itemDelimiter))
          },
          counted("in an item of known length of an open sequence") { image, writer in
            writer.openSequence(0x0010_1002, writer.item(image.otherID, counted: writer.itemDelimiter))
          },
          counted("in a sequence of known length") { image, writer in
            writer.sequence(0x0010_1002, writer.item(image.otherID) + writer.sequenceDelimiter)
          },
          counted("in both") { image, writer in
            writer.sequence(
              0x0010_1002, writer.item(image.otherID, counted: writer.itemDelimiter) + writer.sequenceDelimiter)
          },
          doubled("of a sequence") { image, writer in
            writer.openSequence(0x0010_1002, writer.item(image.otherID)) + writer.sequenceDelimiter
          },
          doubled("of an item") { image, writer in
            let item = writer.mark(0xE000, 0xFFFF_FFFF) + image.otherID + writer.itemDelimiter + writer.itemDelimiter
            return writer.openSequence(0x0010_1002, item)
          },
          doubled("behind an item of known length") { image, writer in
            writer.openSequence(0x0010_1002, writer.item(image.otherID) + writer.itemDelimiter)
          },
        ]
    }
  }

  /// What is there twice.
  public static var repetitions: [Recipe] {
    Syntax.allCases.flatMap { syntax in
      let name = "\(syntax)"
      @Sendable func image(_ subject: Subject) -> Image { Image(syntax, subject) }
      @Sendable func other(_ image: Image) -> [UInt8] { image.writer.element(0x0010_0020, "LO", "OTHER-0002") }
      @Sendable func nested(_ image: Image, _ more: [UInt8]) -> [UInt8] {
        image.head + image.beginning + image.writer.sequence(0x0010_1002, image.writer.item(image.otherID + more))
          + image.middle + image.pixels
      }
      return [
        Recipe("meta information twice", name, readers: syntax == .explicit ? .both : .pydicom) { subject in
          image(subject).head + image(subject).meta() + image(subject).dataSet
        },
        Recipe("meta information in the data set", name, readers: .both) { subject in
          let image = image(subject)
          return image.head + image.beginning + image.otherIDs
            + image.writer.element(0x0002_0010, "UI", syntax.rawValue) + image.middle + image.pixels
        },
        Recipe("meta information in the data set", "at its end, \(name)", readers: .both) { subject in
          image(subject).file + image(subject).writer.element(0x0002_0010, "UI", syntax.rawValue)
        },
        Recipe("element twice, one value", name, readers: .both) { subject in
          let image = image(subject)
          return image.head + image.beginning + image.patientID + image.otherIDs + image.middle + image.pixels
        },
        Recipe("element twice, one value", "in an item, \(name)", readers: .both) { subject in
          nested(image(subject), image(subject).otherID)
        },
        Recipe("element twice, one value", "pixel data, \(name)", readers: .both) { subject in
          image(subject).file + image(subject).pixels
        },
        Recipe("element twice, two values", name, .held("contradictory"), readers: .both) { subject in
          let image = image(subject)
          return image.head + image.beginning + other(image) + image.otherIDs + image.middle + image.pixels
        },
        Recipe("element twice, two values", "far apart, \(name)", .held("contradictory"), readers: .both) { subject in
          image(subject).file + other(image(subject))
        },
        Recipe("element twice, two values", "in an item, \(name)", .held("contradictory"), readers: .both) { subject in
          nested(image(subject), other(image(subject)))
        },
      ]
    }
  }

  /// Bytes behind the data set.
  public static var padding: [Recipe] {
    let lengths = [1, 2, 3, 4, 7, 8, 9, 12, 100, 512, 70_000]
    return [(UInt8(0), "zeros"), (0x20, "spaces"), (0xFF, "ones")].flatMap { fill, name in
      lengths.map { length in
        let readers: Readers =
          length < 8 ? .pydicom : fill != 0 ? [] : length % 8 == 0 ? .both : .pydicom
        return Recipe("padding", "\(length) \(name)", readers: readers) {
          Image(.explicit, $0).file + [UInt8](repeating: fill, count: length)
        }
      }
    } + [
      Recipe("padding", "zeros behind implicit VR", readers: .both) {
        Image(.implicit, $0).file + [UInt8](repeating: 0, count: 512)
      },
      Recipe("unfilled", "zeros in the place of the pixel data", .unfinished) { subject in
        let image = Image(.explicit, subject)
        return image.head + image.beginning + image.otherIDs + image.middle + [UInt8](repeating: 0, count: 4096)
      },
      Recipe("unfilled", "no pixel data", .doubted, readers: .both) { subject in
        let image = Image(.explicit, subject)
        return image.head + image.beginning + image.otherIDs + image.middle
      },
    ]
  }
}
