"""Ordeals of parcels and receipts: damaged at either end, lost, repeated, forged."""

import json
import os
import shutil

from accidents import arrived, flip
from common import command
from ordeal import Ordeal
from scenarios import Expected

FILES = ["manifest.json", "manifest.json.sig", "payload.tar.zst.age"]
DAMAGES = ["first", "middle", "last", "cut", "empty", "gone"]


def damage(path, how):
    size = os.path.getsize(path)
    if how == "gone":
        os.unlink(path)
    elif how in ("cut", "empty"):
        os.truncate(path, size // 2 if how == "cut" else 0)
    else:
        flip(path, {"first": 0, "middle": size // 2, "last": size - 1}[how])


def sealed(pair):
    """The folders of the parcels in ch1's outbound."""
    outbound = f"{pair.ch1.spool}/outbound"
    return [f"{outbound}/{name}" for name in sorted(os.listdir(outbound))
            if name != "README" and not name.startswith(".")]


class DamagedThere(Ordeal):
    """A file of the parcel is flipped, cut or gone in the recipient's mailbox: it is delivered again."""

    name = "F17 damaged in the mailbox"

    @classmethod
    def cases(cls):
        return [f"{name} {how}" for name in FILES for how in DAMAGES]

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship")
        name, how = self.case.split()
        for folder in arrived(pair):
            damage(f"{folder}/{name}", how)
        self.once(pair, "ch2 receive", "ch1 ship", "ch2 receive", "ch1 ship")

    def expected(self):
        # What was damaged may lie in quarantine.
        return super().expected().tolerates("ch2")


class DamagedHere(DamagedThere):
    """The same at the sender before it is sent: that is said at once, and the study can be exported again."""

    name = "F17 damaged in outbound"

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect")
        name, how = self.case.split()
        for folder in sealed(pair):
            damage(f"{folder}/{name}", how)
        self.once(pair, "ch1 ship", "ch2 receive", times=3)
        self.must(self.alerts(pair.ch1), "alert", f"nothing says that {name} is damaged for good")
        parcels = pair.ch1.parcels()
        self.must(all(parcel["state"] != "delivered" for parcel in parcels), "forgotten receipt", f"{parcels}")
        self.put_again(pair)
        self.there_and_back(pair, times=2)

    def expected(self):
        expected = Expected(sent=None).imports(self.study).tolerates("ch1", "ch2")
        return expected


class Receipts(Ordeal):
    """Receipts are lost, come twice, or out of order."""

    name = "F7 receipts"

    @classmethod
    def cases(cls):
        return ["all lost", "received lost", "imported lost", "all lost twice", "come again", "signature lost"]

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship", "ch2 receive")
        if self.case == "come again":
            kept = f"{pair.now}/undo/receipts"
            shutil.copytree(self.folder(pair), kept)
            self.once(pair, "ch1 ship")
            shutil.copytree(kept, self.folder(pair), dirs_exist_ok=True)
            self.once(pair, "ch1 ship", "ch2 receive")
            return
        self.lose(pair)
        if self.case == "all lost twice":
            self.once(pair, "ch1 ship", "ch2 receive")
            self.lose(pair)
        self.once(pair, "ch1 ship", "ch2 receive", "ch1 ship")

    def lose(self, pair):
        for name in os.listdir(self.folder(pair)):
            goes = {"received lost": ".received." in name, "imported lost": ".imported." in name,
                    "signature lost": name.endswith(".sig")}
            if name != "README" and goes.get(self.case, True):
                os.unlink(f"{self.folder(pair)}/{name}")

    def folder(self, pair):
        return f"{pair.ch2.spool}/mailbox/ch1/receipts"

    def expected(self):
        expected = super().expected()
        if self.case in ("received lost", "all lost", "all lost twice", "signature lost"):
            # Only the last one is written again: it says the same and more.
            expected.receipts[self.study.uid] = {"imported"}
        return expected


class ManyTimes(Ordeal):
    """The same parcel arrives 50 times, and while it is looked at."""

    name = "F8 the same parcel 50 times"

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship")
        kept, (folder,) = f"{pair.now}/undo/parcel", arrived(pair)
        shutil.copytree(folder, kept)
        for number in range(max(3, int(50 * self.scale))):
            if not os.path.exists(folder):
                ready = f"{pair.ch2.spool}/mailbox/ch1/incoming/{os.path.basename(folder)}"
                shutil.copytree(kept, ready)
                os.rename(ready, folder)
            if number == 1:
                self.once(pair, "ch1 ship")
            self.once(pair, "ch2 receive")


class FalseReceipts(Ordeal):
    """Receipts that somebody forged, or that speak of another manifest, are not believed."""

    name = "attack 6: forged receipts"

    @classmethod
    def cases(cls):
        return ["another key", "another manifest", "not signed", "nonsense", "parcel's namespace"]

    def live(self, pair):
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship")
        (folder,) = sealed(pair)
        parcel = os.path.basename(folder)
        digest = command("sha256sum", f"{folder}/manifest.json").split()[0]
        receipt = {
            "format": "studypost-receipt/1", "parcel": parcel,
            "manifest": digest[::-1] if self.case == "another manifest" else digest, "recipient": "ch2",
            "status": "imported", "at": "2026-11-23T22:30:00Z", "instances": 3, "reason": None,
        }
        path = f"{pair.ch2.spool}/mailbox/ch1/receipts/{parcel}.imported.json"
        with open(path, "w") as file:
            file.write("nonsense" if self.case == "nonsense" else json.dumps(receipt))
        key = f"{pair.ch2.root}/keys/signing_ed25519"
        if self.case == "another key":
            key = f"{pair.now}/undo/stranger"
            command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        space = "parcel@studypost" if self.case == "parcel's namespace" else "receipt@studypost"
        if self.case != "not signed":
            command("ssh-keygen", "-Y", "sign", "-q", "-f", key, "-n", space, path)
        self.once(pair, "ch1 ship", times=2)
        states = [parcel["state"] for parcel in pair.ch1.parcels()]
        self.must(states == ["shipped"], "forgotten receipt", f"ch1 believed it: {states}")
        for name in (path, f"{path}.sig"):
            if os.path.exists(name):
                os.unlink(name)

    def expected(self):
        # A receipt that nobody may have written is a reason to look.
        return super().expected().tolerates("ch1")


ORDEALS = [DamagedThere, DamagedHere, Receipts, ManyTimes, FalseReceipts]
