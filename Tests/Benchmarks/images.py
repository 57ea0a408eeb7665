"""Images of every modality: made here, and out of public files."""

import dataclasses
import glob
import math
import os
import random
import struct
import sys
import tempfile
import zipfile

import ct_study
from common import REPOSITORY, command


@dataclasses.dataclass
class Image:
    """Uncompressed pixels, little endian, and what a DICOM file says of them."""
    name: str
    columns: int
    rows: int
    pixels: bytes
    frames: int = 1
    bytes: int = 2
    stored: int = 16
    signed: bool = False
    components: int = 1
    planar: bool = False

    def shape(self):
        return (f"{self.columns}×{self.rows}{f'×{self.frames}' if self.frames > 1 else ''}, "
                f"{self.stored} bit{' colour' if self.components == 3 else ''}")


def _smooth(x, y, z, scale):
    """Something like tissue: from 0 to 1, without an edge."""
    return 0.5 + 0.25 * (math.sin(x / scale + z) * math.cos(y / (0.8 * scale)) + math.sin((x + 2 * y) / (2.3 * scale)))


def _made(name, columns, rows, sample, frames=1, bytes=2, stored=16, components=1, seed=1):
    """Pixel by pixel; `sample` gives the values of one, and is told what chance there is."""
    chance = random.Random(seed)
    values = []
    for frame in range(frames):
        for y in range(rows):
            for x in range(columns):
                values.extend(sample(x, y, frame, chance.gauss))
    top = (1 << stored) - 1
    values = [min(max(int(value), 0), top) for value in values]
    pixels = struct.pack(f"<{len(values)}{'H' if bytes == 2 else 'B'}", *values)
    return Image(name, columns, rows, pixels, frames, bytes, stored, components=components)


def _mr(x, y, z, gauss):
    inside = ((x - 128) / 100) ** 2 + ((y - 128) / 115) ** 2 < 1
    signal = 900 * _smooth(x, y, z, 17) + (300 if (x // 40 + y // 50) % 2 else 0) if inside else 0
    return [math.hypot(signal + gauss(0, 14), gauss(0, 14))]


def _cr(x, y, z, gauss):
    dose = 400 + 9000 * _smooth(x, y, 1, 140) ** 2 + (2500 if (x // 90) % 3 == 0 else 0)
    return [dose + gauss(0, math.sqrt(dose) * 0.6)]


def _mg(x, y, z, gauss):
    if (x / 620) ** 2 + ((y - 512) / 480) ** 2 > 1:
        return [0]
    dose = 700 + 1500 * _smooth(x, y, 2, 60) + 300 * _smooth(x, y, 5, 9)
    return [dose + gauss(0, math.sqrt(dose) * 0.45)]


def _xa(x, y, z, gauss):
    vessel = abs((y - 256) - 90 * math.sin(x / 70 + 0.1 * z)) < 9
    dose = 180 + 500 * _smooth(x, y, 3, 90) - (120 if vessel else 0)
    return [dose + gauss(0, math.sqrt(max(dose, 1)) * 0.35)]


def _nm(x, y, z, gauss):
    counts = 60 * math.exp(-(((x - 64) / 22) ** 2 + ((y - 60 - z) / 30) ** 2)) + 1.5
    return [counts + gauss(0, math.sqrt(counts))]


def _us(x, y, z, gauss):
    if abs(x - 320) > 60 + 0.55 * y or y < 20:
        return [0]
    return [255 * _smooth(x, y, 4, 40) ** 2 * min(1.0, math.hypot(gauss(0, 0.5), gauss(0, 0.5)))]


def _doppler(x, y, z, gauss):
    grey = int(_us(x, y, z, gauss)[0])
    if ((x - 330) / 60) ** 2 + ((y - 240) / 40) ** 2 < 1:
        flow = 140 + 80 * _smooth(x, y, 6, 25) + gauss(0, 4)
        return [flow, grey // 3, 30]
    return [grey, grey, grey]


def _synthetic():
    with tempfile.TemporaryDirectory() as folder:
        ct_study.Pixels(f"{folder}/ct", 8)
        with open(f"{folder}/ct", "rb") as file:
            yield Image("made: CT", ct_study.SIZE, ct_study.SIZE, file.read(), frames=8)
    yield _made("made: MR", 256, 256, _mr, frames=4, stored=12)
    yield _made("made: CR", 1024, 1024, _cr, stored=14)
    yield _made("made: MG", 768, 1024, _mg, stored=12)
    yield _made("made: XA", 512, 512, _xa, frames=3, stored=10)
    yield _made("made: NM", 128, 128, _nm, frames=16)
    yield _made("made: US", 640, 480, _us, bytes=1, stored=8)
    yield _made("made: US, colour", 640, 480, _doppler, bytes=1, stored=8, components=3)


# Of pydicom's data: name, and what it is. WG04 is the DICOM committee's for compression, whose images these are.
PYDICOM_DATA = [
    ("693_UNCR", "CT"), ("693_UNCI", "CT"), ("eCT_Supplemental", "CT, enhanced"), ("MR2_UNCR", "MR, WG04"),
    ("MR-SIEMENS-DICOM-WithOverlays", "MR"), ("emri_small", "MR, enhanced"), ("RG1_UNCR", "CR, WG04"),
    ("RG3_UNCR", "CR, WG04"), ("JPEG2000_UNC", "NM"), ("US1_UNCR", "US, colour, WG04"), ("US1_UNCI", "US, colour, WG04"),
    ("color-px", "US, colour"), ("color-pl", "US, colour, planar"), ("mlut_18", "drawn, 16 bit"),
    ("vlut_04", "drawn, 8 bit"),
]
CORPORA = ["octave-dicom/CT-MONO2-16-ankle.dcm", "pynetdicom/RTImageStorage.dcm", "pynetdicom/CTImageStorage.dcm"]


def _public():
    try:
        import pydicom
    except ImportError:
        sys.exit("python3-pydicom is missing: Packaging/test installs it")
    command(f"{REPOSITORY}/Packaging/corpora")
    data = f"{REPOSITORY}/.build/pydicom-data"
    if not os.path.isdir(data):
        with tempfile.TemporaryDirectory() as folder:
            command("/usr/bin/python3", "-m", "pip", "--quiet", "download", "--no-deps", "--dest", folder,
                    "pydicom-data==1.0.0")
            zipfile.ZipFile(glob.glob(f"{folder}/*.whl")[0]).extractall(data)
    paths = [(f"{data}/data_store/data/{name}.dcm", f"{name}: {kind}") for name, kind in PYDICOM_DATA]
    paths += [(f"{REPOSITORY}/.build/corpora/{path}", os.path.basename(path)[:-4]) for path in CORPORA]
    for path, name in paths:
        file = pydicom.dcmread(path)
        yield Image(
            name, file.Columns, file.Rows, file.PixelData, int(file.get("NumberOfFrames") or 1),
            file.BitsAllocated // 8, file.BitsStored, file.PixelRepresentation == 1, file.SamplesPerPixel,
            file.get("PlanarConfiguration") == 1)


def all_images(only_synthetic=False):
    yield from _synthetic()
    if not only_synthetic:
        yield from _public()
