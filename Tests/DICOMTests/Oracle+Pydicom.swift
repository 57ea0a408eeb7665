import Foundation
import SystemPackage

extension Oracle {
  /// What pydicom reads in each file, element by element, at every depth; nil for what it cannot read.
  static func elements(_ files: [FilePath]) throws -> [[Line]?] {
    try ask("files", files.map(\.string), count: files.count)
  }

  /// What pydicom makes of the DICOM JSON model of each file; nil for what it does not take.
  static func elements(_ models: [(file: FilePath, json: FilePath)]) throws -> [[Line]?] {
    try ask("json", models.flatMap { [$0.file.string, $0.json.string] }, count: models.count)
  }

  private static func ask(_ question: String, _ arguments: [String], count: Int) throws -> [[Line]?] {
    let data = try run(python, ["-c", script, question] + arguments)
    let result = try JSONDecoder().decode([[Line]?].self, from: data)
    guard result.count == count else { throw Failed(description: "pydicom answered for \(result.count) files") }
    return result
  }

  private static let script = #"""
    import io, json, logging, math, re, struct, sys, warnings, zlib
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    import pydicom
    from pydicom.dataelem import RawDataElement
    from pydicom.encaps import generate_pixel_data_fragment, get_frame_offsets
    from pydicom.filebase import DicomBytesIO

    # What pydicom has turned into a value, it no longer has the bytes of.
    originals = {}

    def keep(raw, **_):
        originals[raw.tag, raw.value_tell] = raw
        return raw

    pydicom.config.data_element_callback = keep

    TEXT = {"SH", "LO", "ST", "LT", "UC", "UT", "PN", "AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"}
    WHOLE = {"ST", "LT", "UT", "UR"}
    NUMBERS = {"DS", "IS", "US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"}

    def values(element):
        value = element.value
        if value is None:
            return []
        return list(value) if isinstance(value, (list, pydicom.multival.MultiValue)) else [value]

    def text(element):
        # Numbers as they were written; a name's original is bytes.
        written = [getattr(v, "original_string", v) for v in values(element)]
        result = [w if isinstance(w, str) else str(v) if v is not None else "" for w, v in zip(written, values(element))]
        if element.VR in WHOLE:
            return [v for v in (v.rstrip(" \0") for v in result) if v]
        result = [v.rstrip(" \0") if element.VR == "UC" else v.strip(" \0") for v in result]
        return [] if result == [""] else result

    def number(value, vr):
        if vr == "AT":
            return "(%04X,%04X)" % (value.group, value.element)
        if vr in ("DS", "FL", "FD"):
            return "nan" if math.isnan(value) else "%x" % struct.unpack(">Q", struct.pack(">d", value))
        return str(int(value))

    def components(name):
        groups = (list(name.components) + [""] * 3)[:3]
        parts = [(group.split("^") + [""] * 5)[:5] for group in groups]
        return [part.strip(" \0") for group in parts for part in group]

    def guess(dataset, element):
        # Whether the VR comes from the dictionary of private elements that pydicom brings.
        try:
            creator = dataset[element.tag.group, element.tag.element >> 8].value
            return pydicom.datadict.private_dictionary_VR(element.tag, creator) == element.VR
        except (KeyError, ValueError):
            return False

    def line(path, dataset, element, raw):
        result = {"path": path, "vr": element.VR}
        encoded = raw.value or b"" if raw else element.value
        if isinstance(encoded, bytes):
            result.update(length=len(encoded), sum=zlib.adler32(encoded))
        if raw and element.tag.is_private and raw.VR in (None, "UN") and guess(dataset, element):
            result["isGuess"] = True
        if raw and raw.length == 0xFFFFFFFF:
            stream = DicomBytesIO(encoded)
            stream.is_little_endian = True
            get_frame_offsets(stream)
            result["fragments"] = 1 + len(list(generate_pixel_data_fragment(stream)))
        try:
            if element.VR in NUMBERS:
                result["numbers"] = [number(v, element.VR) for v in values(element) if v is not None and v != ""]
            if element.VR == "PN":
                result["names"] = [components(v) for v in values(element) if v != "" or len(values(element)) > 1]
            if element.VR in TEXT:
                result["text"] = text(element)
        except ValueError as error:
            result["error"] = repr(error)
        return result

    def walk(dataset, prefix, lines):
        for tag in list(dataset._dict.keys()):
            path = prefix + "(%04X,%04X)" % (tag.group, tag.element)
            element = dataset[tag]
            if element.VR == "SQ":
                lines.append({"path": path, "vr": "SQ", "length": len(element.value)})
                for index, item in enumerate(element.value):
                    walk(item, path + "[%d]." % index, lines)
            else:
                lines.append(line(path, dataset, element, originals.get((tag, element.file_tell))))

    def read(name):
        originals.clear()
        dataset = pydicom.dcmread(name, force=True)
        lines = []
        if hasattr(dataset, "file_meta"):
            walk(dataset.file_meta, "", lines)
        walk(dataset, "", lines)
        return lines

    def parse(name, model):
        file = open(name, "rb").read()

        def bulk(tag, vr, uri):
            kind, start, length = re.fullmatch(r"\?(offset|inflatedOffset)=(\d+)&length=(\d+)", uri).groups()
            data = file
            if kind == "inflatedOffset":
                with open(name, "rb") as stream:
                    pydicom.filereader.read_preamble(stream, True)
                    pydicom.filereader._read_file_meta_info(stream)
                    data = zlib.decompress(stream.read(), -zlib.MAX_WBITS)
            value = data[int(start):int(start) + int(length)]
            return value.decode("ascii").split("\\") if vr == "DS" else value

        lines = []
        walk(pydicom.Dataset.from_json(open(model).read(), bulk), "", lines)
        return lines

    def answer(function, *arguments):
        try:
            return function(*arguments)
        except Exception as error:
            print(arguments, repr(error), file=sys.stderr)
            return None

    names = sys.argv[2:]
    if sys.argv[1] == "json":
        print(json.dumps([answer(parse, *pair) for pair in zip(names[::2], names[1::2])]))
    else:
        print(json.dumps([answer(read, name) for name in names]))
    """#
}
