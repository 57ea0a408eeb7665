"""Scenarios in which something is wrong already: damaged, repeated, or on another file system."""

import os
import shutil

from common import Trouble
from scenarios import (
    Expected, Scenario, collect, collect_until, command, held_parcel, outside, quarantined, receive, ship, trip)
from studies import Person
from trips import REASON, Accepted, ReleasedParcel, accept, configure, reject, release


def flip(path, at=None):
    """Flips one bit of a file, in its middle if not said otherwise. No time changes: nobody has written it."""
    times = os.stat(path)
    with open(path, "r+b") as file:
        size = file.seek(0, os.SEEK_END)
        if size == 0:
            raise Trouble(f"{path} is empty")
        place = size // 2 if at is None else at
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 4]))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def arrived(pair):
    """The folders that lie in ch2's mailbox, as ch1 delivered them."""
    new = f"{pair.ch2.spool}/mailbox/ch1/new"
    return [f"{new}/{name}" for name in sorted(os.listdir(new)) if name != "README"]


def damage(name):
    def act(pair):
        for folder in arrived(pair):
            flip(f"{folder}/{name}")

    return outside(act, f"flip {name}")


class RefusedByDigest(Scenario):
    """A bit flips in the payload in the mailbox: refused, sent once more, delivered."""

    name = "refused by digest"

    def steps(self):
        return [self.drop(), collect(), ship(), damage("payload.tar.zst.age"), receive(), ship(), receive(), ship()]

    def expected(self):
        # What was refused lies in quarantine until a person lets it go.
        return Expected().imports(self.study).known(
            self.study, "delivered", receipts={"refused", "received", "imported"}).waits("ch2", quarantine=1).unless_it_vanishes()


class Lost(Accepted):
    """What waits for a person goes from the recipient's disk: its sender is asked for it, and sends it again."""

    name = "lost and sent again"

    def lose(self):
        def act(pair):
            shutil.rmtree(f"{pair.ch2.spool}/received/{held_parcel(pair)}")

        return outside(act, "lose", needs=held_parcel)

    def steps(self):
        return [
            self.drop(), *trip(), self.lose(), receive(), ship(), receive(), ship(), accept(), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study, patient=Person(2)).known(
            self.study, "delivered", receipts={"received", "held", "refused", "imported"})


class Manifest(RefusedByDigest):
    """A bit flips in the manifest in the mailbox: the sender must deliver it again."""

    name = "manifest damaged"

    def steps(self):
        return [self.drop(), collect(), ship(), damage("manifest.json"), receive(), ship(), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study).delivered(self.study).waits("ch2", quarantine=1).unless_it_vanishes()


class Flat(Scenario):
    """All files side by side in the import folder, and a marker."""

    name = "flat layout"
    settings = {"ch2": {"import.layout": "flat", "import.marker": ".ok"}}
    marker = ".ok"

    def steps(self):
        return [self.drop(), *trip()]

    def expected(self):
        expected = super().expected()
        expected.markers = 1
        return expected


class Marked(Flat):
    """The import folder's marker, and one in the source that ends the waiting."""

    name = "marker"
    settings = {"ch1": {"source.quiet": "1h", "source.partial_after": "2h"}, "ch2": {"import.marker": ".ok"}}

    def steps(self):
        return [self.drop(), self.mark(), *trip()]

    def mark(self):
        def act(pair):
            with open(f"{pair.ch1.spool}/export/drop{self.drops}/.done", "w"):
                pass

        return outside(act, "mark")


class Watched(Scenario):
    """Imported is what the PACS took away."""

    name = "pickup watched"
    settings = {"ch2": {"import.pickup": "watch"}}

    def steps(self):
        return [self.drop(), *trip(), self.pick_up(), receive(), ship()]


class SourceElsewhere(Scenario):
    """The source lies on another file system: a claim is a verified copy."""

    name = "source elsewhere"
    needs_elsewhere = True

    def set_up(self, pair):
        os.makedirs(f"{pair.elsewhere}/ch1/source", exist_ok=True)
        pair.ch1.configure({"source.path": f"{pair.elsewhere}/ch1/source"})

    def steps(self):
        return [self.drop(into=lambda pair: f"{pair.elsewhere}/ch1/source"), *trip()]


class ImportElsewhere(Scenario):
    """The import folder lies on another file system."""

    name = "import elsewhere"
    needs_elsewhere = True

    def set_up(self, pair):
        os.makedirs(f"{pair.elsewhere}/ch2/import", exist_ok=True)
        pair.ch2.configure({"import.path": f"{pair.elsewhere}/ch2/import"})

    def steps(self):
        return [self.drop(), *trip()]

    def import_folders(self, pair):
        return [f"{pair.elsewhere}/ch2/import"]


class FalseFile(Scenario):
    """A file of the source is not DICOM: it is quarantined and let go, and the rest goes on."""

    name = "file quarantined"

    def steps(self):
        let_go = command(
            "ch1", lambda pair: ("quarantine", "discard", quarantined(pair, "ch1"), "--reason", REASON), "discard")
        return [self.drop_false(), collect_until(self.is_quarantined), self.drop(), *trip(), let_go, collect()]

    def is_quarantined(self, pair):
        return any(name != "README" for name in os.listdir(f"{pair.ch1.spool}/quarantine"))

    def drop_false(self):
        def act(pair):
            path = f"{pair.ch1.spool}/export/letter.txt"
            with open(path, "w") as file:
                file.write("This is a letter, and no image.\n" * 20)

        return outside(act, "drop letter")


# The same parcel arrives again, in each state of the first one.


class Twice:
    """What the scenarios have in common in which a parcel arrives again."""

    def keep(self):
        """Keeps the parcel as it lies in the mailbox."""

        def act(pair):
            for folder in arrived(pair):
                shutil.copytree(folder, f"{pair.now}/undo/again/{os.path.basename(folder)}")

        return outside(act, "keep")

    def again(self):
        def act(pair):
            for name in os.listdir(f"{pair.now}/undo/again"):
                target = f"{pair.ch2.spool}/mailbox/ch1/new/{name}"
                if not os.path.exists(target):
                    shutil.copytree(f"{pair.now}/undo/again/{name}", target)

        return outside(act, "deliver again")


class TwiceHeld(Twice, Accepted):
    """A parcel arrives again while a person has it on the worklist."""

    name = "twice: held"

    def steps(self):
        return [
            self.drop(), collect(), ship(), self.keep(), receive(), self.again(), receive(), accept(),
            receive(), ship(),
        ]


class TwiceAccepted(Twice, Accepted):
    """A parcel arrives again when it is accepted and not yet imported."""

    name = "twice: accepted"

    def steps(self):
        return [self.drop(), collect(), ship(), self.keep(), receive(), accept(), self.again(), receive(), ship()]


class TwiceOpened(Twice, Scenario):
    """A parcel arrives again after the receiver was killed while it opened or imported the first."""

    name = "twice: half imported"

    def steps(self):
        return [
            self.drop(), collect(), ship(), self.keep(), receive(is_repeated=False), self.again(), receive(), ship(),
        ]


class TwiceHalfAccepted(Twice, Accepted):
    """A parcel arrives again after the receiver was killed while it imported what a person had accepted."""

    name = "twice: half accepted"

    def steps(self):
        return [
            self.drop(), collect(), ship(), self.keep(), receive(), accept(), receive(is_repeated=False), self.again(),
            receive(), ship(),
        ]


class TwiceImported(Twice, Scenario):
    """A parcel arrives again when it is imported and picked up."""

    name = "twice: imported"

    def steps(self):
        return [self.drop(), collect(), ship(), self.keep(), receive(), self.pick_up(), self.again(), receive(), ship()]


class TwiceRejected(Twice, Accepted):
    """A parcel arrives again when a person has rejected it."""

    name = "twice: rejected"

    def steps(self):
        return [
            self.drop(), collect(), ship(), self.keep(), receive(), reject(), receive(), self.again(),
            receive(), ship(),
        ]

    def expected(self):
        return Expected().known(self.study, "refused", receipts={"refused"}).waits("ch2", quarantine=1).waits(
            "ch1", refused=1)


class TwiceQuarantined(Twice, ReleasedParcel):
    """A parcel arrives again when it is quarantined; then the first is released."""

    name = "twice: quarantined"

    def steps(self):
        return [
            self.drop(), collect(), ship(), self.keep(), receive(), self.again(), receive(),
            release(), configure("ch2", {"limits.max_instances": 1000}), receive(), ship(),
        ]

    def expected(self):
        # Its sender looks only after it was released: the refusal is not true any more.
        return Expected().imports(self.study).known(self.study, "delivered", receipts={"imported"})


SCENARIOS = [
    TwiceHeld, TwiceAccepted, TwiceOpened, TwiceHalfAccepted, TwiceImported, TwiceRejected, TwiceQuarantined,
    RefusedByDigest, Lost, Manifest, Flat, Marked, Watched, SourceElsewhere, ImportElsewhere, FalseFile,
]
