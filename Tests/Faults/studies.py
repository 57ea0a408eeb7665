"""Synthetic patients and studies: a few images of 64x64 pixels each, which no person ever was in."""

import hashlib
import os
import uuid
from dataclasses import dataclass, field

import pydicom
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

ISSUER = "2.16.840.1.113883.3.6777.5.1"
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"


@dataclass(frozen=True)
class Person:
    """The n-th patient, with a valid Belgian register number (97 minus the first nine digits modulo 97)."""

    number: int

    @property
    def birth_date(self):
        n = self.number
        return f"{1940 + n * 7 % 50}{1 + n % 12:02d}{1 + n % 28:02d}"

    @property
    def sex(self):
        return "M" if self.number % 2 else "F"

    @property
    def national_id(self):
        # An odd serial number is a man's.
        nine = f"{self.birth_date[2:]}{100 + self.number * 2 % 800 + self.number % 2:03d}"
        return f"{nine}{97 - int(nine) % 97:02d}"

    @property
    def local_id(self):
        return f"L{1000 + self.number}"

    @property
    def family(self):
        words = ["Essai", "Proef", "Muster", "Sample", "Prova", "Ejemplo"]
        return f"{words[self.number % 6]}-{['Alpha', 'Beta', 'Gamma', 'Delta'][self.number % 4]}"

    @property
    def given(self):
        return "Testard" if self.number % 2 else "Testine"

    @property
    def line(self):
        """Of the patient list."""
        return f"{self.local_id},{self.national_id},{self.family},{self.given},,{self.birth_date},{self.sex},1\n"


def patient_list(people):
    header = "local_id,national_id,family,given,birth_name,birth_date,sex,active\n"
    return header + "".join(person.line for person in people)


@dataclass
class Study:
    """A study to be made; `instances` are filled in as its files are written."""

    person: Person
    recipient: str | None = "CH2"
    count: int = 3
    first: int = 1
    # Rows and columns.
    side: int = 64
    uid: str = field(default_factory=lambda: f"2.25.{uuid.uuid4().int}")
    # SOP Instance UID -> SHA-256 of the pixels.
    instances: dict = field(default_factory=dict)
    # Name -> bytes, of the files that were written.
    files: dict = field(default_factory=dict)

    def write(self, folder):
        """Writes the files into a new folder."""
        os.makedirs(folder, exist_ok=True)
        for index in range(self.first, self.first + self.count):
            self.write_instance(f"{folder}/IM{index:05d}", index)

    def write_instance(self, path, index):
        data = self._data_set(path, index)
        data.save_as(path, write_like_original=False)
        self.instances[data.SOPInstanceUID] = hashlib.sha256(data.PixelData).hexdigest()
        with open(path, "rb") as file:
            self.files[os.path.basename(path)] = file.read()

    def more(self, count):
        """Late images of the same study."""
        return Study(self.person, self.recipient, count, self.first + self.count, self.side, self.uid)

    def _data_set(self, path, index):
        meta = FileMetaDataset()
        meta.TransferSyntaxUID = ExplicitVRLittleEndian
        meta.MediaStorageSOPClassUID = CT_IMAGE
        meta.MediaStorageSOPInstanceUID = f"{self.uid}.{index}"
        data = FileDataset(path, {}, file_meta=meta, preamble=bytes(128))
        data.is_little_endian, data.is_implicit_VR = True, False
        data.SpecificCharacterSet = "ISO_IR 100"
        data.SOPClassUID, data.SOPInstanceUID = CT_IMAGE, meta.MediaStorageSOPInstanceUID
        data.StudyInstanceUID, data.SeriesInstanceUID = self.uid, f"{self.uid}.0"
        data.StudyDate, data.StudyTime, data.Modality, data.StudyID = "20261123", "101500", "CT", "1"
        data.AccessionNumber, data.StudyDescription = "REMOTE-A1", "Synthetic noise"
        data.ReferringPhysicianName = "Referrer^Synthetic"
        data.PatientName = f"{self.person.family}^{self.person.given}"
        data.PatientID, data.IssuerOfPatientID = f"REMOTE-{self.person.number}", "CH1"
        data.PatientBirthDate, data.PatientSex = self.person.birth_date, self.person.sex
        other, issuer = Dataset(), Dataset()
        other.PatientID, other.TypeOfPatientID, other.IssuerOfPatientID = self.person.national_id, "TEXT", ISSUER
        issuer.UniversalEntityID, issuer.UniversalEntityIDType = ISSUER, "ISO"
        other.IssuerOfPatientIDQualifiersSequence = Sequence([issuer])
        data.OtherPatientIDsSequence = Sequence([other])
        if self.recipient:
            data.NamesOfIntendedRecipientsOfResults = self.recipient.split("\\")
        data.SeriesNumber, data.InstanceNumber = 1, index
        data.Rows = data.Columns = self.side
        data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
        data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 0
        data.RescaleIntercept, data.RescaleSlope = 0, 1
        data.PixelData = os.urandom(2 * self.side ** 2)
        data["PixelData"].VR = "OW"
        return data


def read_instance(path):
    """The SOP Instance UID, the digest of the pixels and the patient's ID of a file; None where it is not DICOM."""
    try:
        data = pydicom.dcmread(path)
        return data.SOPInstanceUID, hashlib.sha256(data.get("PixelData", b"")).hexdigest(), data.get("PatientID", "")
    except (pydicom.errors.InvalidDicomError, AttributeError, EOFError, OSError):
        return None
