"""A synthetic CT study: slices of 512x512 pixels of 16 bits, as noisy as those of a real scanner.

The files are written by hand (PS3.10, Explicit VR Little Endian), so that nothing measured here also made them. Pixels
are computed on whole slices at once: a slice is one large integer with a lane of 16 bits for each pixel.
"""

import math
import os
import random
import struct

SIZE = 512
PIXEL_BYTES = SIZE * SIZE * 2
RECIPIENT = "CH2"
ISSUER = "2.16.840.1.113883.3.6777.5.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"
# UIDs below 2.25 are made from a UUID (PS3.5 B.2); this one is that of the benchmark.
ROOT = "2.25.329482733120468212573349871029458172"


def belgian_number(born, serial):
    """A number that fits its check digits: YYMMDD, serial (odd: a man), 97 minus the rest by 97."""
    nine = f"{born[2:]}{serial:03d}"
    prefix = "2" if born >= "2000" else ""
    return f"{nine}{97 - int(prefix + nine) % 97:02d}"


PATIENT = {
    "local_id": "CH2-000417", "national_id": belgian_number("19560229", 417), "family": "Phantom", "given": "Auguste",
    "birth_name": "", "birth_date": "19560229", "sex": "M", "active": "1",
}


def study_uid(number):
    return f"{ROOT}.{number}"


def instance_uid(number, index):
    """Of one of the slices of the study with this number; they are counted from 1."""
    return f"{study_uid(number)}.1.{index}"


class Pixels:
    """The pixels of all slices, made once; the files of each round share them, and a longer study begins them anew."""

    ANATOMIES = 8

    def __init__(self, path, count, seed=1):
        self.path, self.count = path, count
        rng = random.Random(seed)
        planes = [_anatomy(index / self.ANATOMIES) for index in range(self.ANATOMIES)]
        with open(path, "wb", buffering=0) as file:
            for index in range(count):
                mean, masks = planes[index * self.ANATOMIES // count]
                for mask in masks:
                    mean += int.from_bytes(rng.randbytes(PIXEL_BYTES), "little") & mask
                file.write(mean.to_bytes(PIXEL_BYTES, "little"))


def _anatomy(z):
    """The mean of each pixel, and the masks that cut random bits down to noise: three of them add up to a bell curve.

    Values are Hounsfield units above -1024. Outside the field of view there is nothing, not even noise.
    """
    mean, mask = bytearray(), bytearray()
    lung = 0.16 + 0.05 * math.sin(3 * z)
    for row in range(SIZE):
        y = (row - 255.5) / 256
        values, noise = [], []
        for column in range(SIZE):
            x = (column - 255.5) / 256
            body = (x / 0.80) ** 2 + (y / 0.62) ** 2
            if x * x + y * y > 1:
                value, bits = 0, 0x00
            elif body > 1:
                value, bits = 20, 0x1F
            elif body > 0.9:
                value, bits = 924 + int(10 * x), 0x3F
            elif (abs(x) - 0.35) ** 2 / lung + (y + 0.05) ** 2 / 0.12 < 1:
                value, bits = 174 + int(60 * math.sin(9 * x + 5 * z) * math.sin(11 * y)), 0x3F
            elif x * x + (y - 0.40) ** 2 < 0.011:
                value, bits = 1524 + int(300 * math.sin(20 * y)), 0x3F
            else:
                value, bits = 1064 + int(40 * math.sin(6 * x + 2 * z) * math.cos(5 * y)), 0x3F
            values.append(value)
            noise.append(bits)
        mean += struct.pack(f"<{SIZE}H", *values)
        mask += struct.pack(f"<{SIZE}H", *noise)
    return int.from_bytes(mean, "little"), [int.from_bytes(mask, "little")] * 3


def write_study(folder, number, pixels, count, recipient=RECIPIENT):
    """Writes the study with this number into a new folder."""
    os.mkdir(folder)
    with open(pixels.path, "rb", buffering=0) as source:
        for index in range(1, count + 1):
            if (index - 1) % pixels.count == 0:
                source.seek(0)
            with open(f"{folder}/IM{index:05d}.dcm", "wb", buffering=0) as file:
                file.write(_header(number, index, recipient=recipient) + source.read(PIXEL_BYTES))


def write_multi_frame(path, number, pixels, frames, index=1):
    """Writes one file that has so many frames; but for their number, its header is that of a slice."""
    with open(pixels.path, "rb", buffering=0) as source, open(path, "wb", buffering=0) as file:
        file.write(_header(number, index, frames))
        for frame in range(frames):
            if frame % pixels.count == 0:
                source.seek(0)
            file.write(source.read(PIXEL_BYTES))


def _element(group, element, vr, value):
    if isinstance(value, str):
        value = value.encode("ascii")
    elif isinstance(value, int):
        value = struct.pack("<H", value)
    if len(value) % 2:
        value += b"\0" if vr in ("UI", "OB") else b" "
    tag = struct.pack("<HH", group, element) + vr.encode()
    long = vr in ("OB", "OW", "SQ", "UT", "UN")
    return tag + (struct.pack("<xxI", len(value)) if long else struct.pack("<H", len(value))) + value


def _sequence(group, element, *items):
    body = b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return _element(group, element, "SQ", body)


def _header(number, index, frames=None, recipient=RECIPIENT):
    study = study_uid(number)
    instance = instance_uid(number, index)
    meta = b"".join([
        _element(0x0002, 0x0001, "OB", b"\0\1"),
        _element(0x0002, 0x0002, "UI", CT_IMAGE),
        _element(0x0002, 0x0003, "UI", instance),
        _element(0x0002, 0x0010, "UI", "1.2.840.10008.1.2.1"),
        _element(0x0002, 0x0012, "UI", ROOT),
    ])
    identifier = b"".join([
        _element(0x0010, 0x0020, "LO", PATIENT["national_id"]),
        _element(0x0010, 0x0022, "CS", "TEXT"),
        _sequence(0x0010, 0x0024, _element(0x0040, 0x0032, "UT", ISSUER) + _element(0x0040, 0x0033, "CS", "ISO")),
    ])
    date, time = "20261123", "101500"
    z = -0.7 * index
    data = b"".join([
        _element(0x0008, 0x0005, "CS", "ISO_IR 100"),
        _element(0x0008, 0x0008, "CS", "ORIGINAL\\PRIMARY\\AXIAL"),
        _element(0x0008, 0x0016, "UI", CT_IMAGE),
        _element(0x0008, 0x0018, "UI", instance),
        _element(0x0008, 0x0020, "DA", date),
        _element(0x0008, 0x0022, "DA", date),
        _element(0x0008, 0x0023, "DA", date),
        _element(0x0008, 0x0030, "TM", time),
        _element(0x0008, 0x0032, "TM", time),
        _element(0x0008, 0x0033, "TM", time),
        _element(0x0008, 0x0050, "SH", f"B{number}"),
        _element(0x0008, 0x0060, "CS", "CT"),
        _element(0x0008, 0x0070, "LO", "Studypost"),
        _element(0x0008, 0x0090, "PN", ""),
        _element(0x0008, 0x1030, "LO", "Benchmark phantom"),
        _element(0x0010, 0x0010, "PN", f"{PATIENT['family']}^{PATIENT['given']}"),
        _element(0x0010, 0x0020, "LO", "CH1-88"),
        _element(0x0010, 0x0021, "LO", "CH1"),
        _element(0x0010, 0x0030, "DA", PATIENT["birth_date"]),
        _element(0x0010, 0x0040, "CS", PATIENT["sex"]),
        _sequence(0x0010, 0x1002, identifier),
        _element(0x0018, 0x0050, "DS", "0.7"),
        _element(0x0018, 0x0060, "DS", "120"),
        _element(0x0018, 0x5100, "CS", "HFS"),
        _element(0x0020, 0x000D, "UI", study),
        _element(0x0020, 0x000E, "UI", f"{study}.1"),
        _element(0x0020, 0x0010, "SH", str(number)),
        _element(0x0020, 0x0011, "IS", "1"),
        _element(0x0020, 0x0012, "IS", "1"),
        _element(0x0020, 0x0013, "IS", str(index)),
        _element(0x0020, 0x0032, "DS", f"-180\\-180\\{z:.1f}"),
        _element(0x0020, 0x0037, "DS", "1\\0\\0\\0\\1\\0"),
        _element(0x0020, 0x0052, "UI", f"{study}.2"),
        _element(0x0020, 0x0060, "CS", ""),
        _element(0x0020, 0x1040, "LO", ""),
        _element(0x0028, 0x0002, "US", 1),
        _element(0x0028, 0x0004, "CS", "MONOCHROME2"),
        _element(0x0028, 0x0008, "IS", str(frames)) if frames else b"",
        _element(0x0028, 0x0010, "US", SIZE),
        _element(0x0028, 0x0011, "US", SIZE),
        _element(0x0028, 0x0030, "DS", "0.703125\\0.703125"),
        _element(0x0028, 0x0100, "US", 16),
        _element(0x0028, 0x0101, "US", 16),
        _element(0x0028, 0x0102, "US", 15),
        _element(0x0028, 0x0103, "US", 0),
        _element(0x0028, 0x1050, "DS", "40"),
        _element(0x0028, 0x1051, "DS", "400"),
        _element(0x0028, 0x1052, "DS", "-1024"),
        _element(0x0028, 0x1053, "DS", "1"),
        _element(0x0028, 0x1054, "LO", "HU"),
        _element(0x0040, 0x1010, "PN", recipient),
        _element(0x7FE0, 0x0010, "OW", b"")[:-4] + struct.pack("<I", PIXEL_BYTES * (frames or 1)),
    ])
    group = _element(0x0002, 0x0000, "UL", struct.pack("<I", len(meta)))
    return bytes(128) + b"DICM" + group + meta + data
