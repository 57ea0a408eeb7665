extension Recipe {
  /// How files begin.
  public static var beginnings: [Recipe] {
    [Syntax.implicit, .explicit].flatMap { syntax in
      let name = "\(syntax)"
      @Sendable func image(_ subject: Subject) -> Image { Image(syntax, subject) }
      let command: @Sendable (Syntax, Subject) -> [UInt8] = { syntax, subject in
        let writer = Writer(syntax)
        let elements =
          writer.element(0x0000_0002, "UI", Image.secondaryCapture)
          + writer.element(0x0000_0100, "US", writer.number(UInt16(1)))
          + writer.element(0x0000_0110, "US", writer.number(UInt16(7)))
          + writer.element(0x0000_1000, "UI", subject.instance)
        return writer.element(0x0000_0000, "UL", writer.number(UInt32(elements.count))) + elements
      }
      let privateElements: @Sendable (Image, UInt32) -> [UInt8] = { image, group in
        image.writer.element(group << 16 | 0x0010, "LO", "SYNTHETIC")
          + image.writer.element(group << 16 | 0x1001, "LO", "x")
      }
      var recipes = [
        Recipe("no preamble", "explicit meta information, \(name)", readers: .both) {
          image($0).meta() + image($0).dataSet
        },
        Recipe("no preamble", "meta information without its length, \(name)", readers: .both) {
          image($0).meta(hasLength: false) + image($0).dataSet
        },
        Recipe("no preamble", "implicit meta information, \(name)", readers: .both) {
          image($0).meta(.implicit) + image($0).dataSet
        },
        Recipe("no preamble", "no meta information, \(name)", readers: .both) { image($0).dataSet },
        Recipe("no preamble", "private meta information, \(name)", readers: .both) { subject in
          Writer(.explicit).element(0x0002_0100, "UI", "1.2.3") + Writer(.explicit).element(0x0002_0102, "OB", [1, 2])
            + image(subject).dataSet
        },
        Recipe("no preamble", "private meta information in implicit VR, \(name)", readers: .both) { subject in
          Writer(.implicit).element(0x0002_0100, "UI", "1.2.3") + Writer(.implicit).element(0x0002_0102, "OB", [1, 2])
            + image(subject).dataSet
        },
        Recipe("preamble", "implicit meta information, \(name)", readers: .both) {
          Image.preamble + image($0).meta(.implicit) + image($0).dataSet
        },
        Recipe("group 0000", "first, as it is written, \(name)", readers: .pydicom) {
          command(syntax, $0) + image($0).dataSet
        },
        Recipe("group 0000", "first, as a message has it, \(name)", readers: syntax == .implicit ? .both : .pydicom) {
          command(.implicit, $0) + image($0).dataSet
        },
        Recipe(
          "group 0000", "behind the meta information, \(name)", readers: syntax == .implicit ? .both : .pydicom
        ) {
          image($0).head + command(.implicit, $0) + image($0).dataSet
        },
      ]
      for group: UInt32 in [1, 3, 9] {
        recipes += [
          Recipe("no preamble", "private group \(group) first, \(name)", readers: .both) {
            privateElements(image($0), group) + image($0).dataSet
          },
          Recipe("preamble", "private group \(group) first, \(name)", readers: .both) {
            image($0).head + privateElements(image($0), group) + image($0).dataSet
          },
        ]
      }
      for (byte, what) in [(UInt8(0), "zero"), (0x20, "space"), (0x0A, "line feed")] {
        recipes += [
          Recipe("stray byte", "\(what) before the data set, \(name)") { [byte] + image($0).dataSet },
          Recipe("stray byte", "\(what) before the meta information, \(name)") {
            [byte] + image($0).meta() + image($0).dataSet
          },
          Recipe("stray byte", "\(what) behind the preamble, \(name)") {
            Image.preamble + [byte] + image($0).meta() + image($0).dataSet
          },
          Recipe("stray byte", "\(what) behind the meta information, \(name)") {
            image($0).head + [byte] + image($0).dataSet
          },
        ]
      }
      return recipes
    }
  }

  /// UIDs that break their form.
  public static var identifiers: [Recipe] {
    [
      ("longer than 64 characters", ".2" + String(repeating: "7", count: 70)),
      ("with letters", ".2.a"), ("with a path", "/../../x"), ("with spaces", " 2 3"), ("with a leading zero", ".007"),
      ("in lower and upper case", ".2.Ab"), ("with an underscore", "_2"),
    ].flatMap { variant, end in
      [
        Recipe("UID", "of the instance, \(variant)", readers: .both) { subject in
          var subject = subject
          subject.instance += end
          return Image(.explicit, subject).file
        },
        Recipe("UID", "of the series, \(variant)", readers: .both) { subject in
          var subject = subject
          subject.series += end
          return Image(.explicit, subject).file
        },
        Recipe("UID", "of the study, \(variant)", readers: .both) { subject in
          var subject = subject
          subject.study += end
          return Image(.explicit, subject).file
        },
      ]
    }
  }

  /// Character sets that are none, and text that is in none.
  public static var characterSets: [Recipe] {
    let latin = Array("M".utf8) + [0xFC] + Array("ller^J".utf8) + [0xF6] + Array("rg".utf8)
    return [
      ("nowhere", "ISO_IR 999", latin), ("seven of them", "X\\Y\\FOO\\BAR\\ISO_IR 0\\UTF-8\\LATIN", latin),
      ("behind a known one", "ISO_IR 100\\NOWHERE", latin), ("before a known one", "NOWHERE\\ISO 2022 IR 100", latin),
      ("that no other may stand beside", "ISO_IR 100\\ISO_IR 192", latin),
    ].map { variant, terms, name in
      Recipe("character set", "\(variant)", readers: .both) { subject in
        var image = Image(.explicit, subject)
        image.characterSet = terms
        image.name = name
        return image.file
      }
    }
      + [
        ("that it is not: UTF-8", "ISO_IR 192", latin), ("that it is not: ISO 2022", "\\ISO 2022 IR 87", latin),
        ("that it is not: GB18030", "GB18030", [0x81, 0xFF]),
      ].map { variant, terms, name in
        Recipe("character set", "\(variant)", .held("undecodable")) { subject in
          var image = Image(.explicit, subject)
          image.characterSet = terms
          image.name = name
          return image.file
        }
      }
  }
}
