"""The ways that a study can take. In each, every file-changing call is once the last one, and once fails."""

import hashlib
import os

from scenarios import (
    Expected, Scenario, collect, command, held_parcel, held_study, outside, parcel, quarantined, receive, ship, trip)
from studies import Person, Study

# Not on ch2's patient list: a person must say whose study it is.
STRANGER = Person(77)
REASON = "identity checked by phone"


def accept(patient=Person(2)):
    given = ("--patient", patient.local_id, "--reason", REASON)
    return command("ch2", lambda pair: ("worklist", "accept", held_parcel(pair), *given), "accept")


def reject(reason=REASON):
    return command("ch2", lambda pair: ("worklist", "reject", held_parcel(pair), "--reason", reason), "reject")


def release():
    return command("ch2", lambda pair: ("quarantine", "release", quarantined(pair)), "release")


def configure(site, settings):
    return outside(lambda pair: pair.sites[site].configure(settings), "configure")


class Normal(Scenario):
    """A study that everything agrees on."""

    name = "normal"

    def steps(self):
        return [self.drop(), *trip()]


class Addressed(Scenario):
    """A study without a recipient, dropped into the partner's folder."""

    name = "drop folder"

    def __init__(self):
        super().__init__()
        self.study.recipient = None

    def steps(self):
        return [self.drop(into=lambda pair: f"{pair.ch1.spool}/export/ch2"), *trip()]


class TwoRecipients(Scenario):
    """(0040,1010) names two partners: each gets a parcel."""

    name = "two recipients"
    sites = ("ch1", "ch2", "ch3")

    def __init__(self):
        super().__init__()
        self.study.recipient = "CH2\\CH3"

    def steps(self):
        return [self.drop(), collect(), ship(), receive(), receive("ch3"), ship()]

    def expected(self):
        return Expected().imports(self.study, copies=2).delivered(self.study, parcels=2)


class Accepted(Scenario):
    """A study whose patient is not known: it is held, and a person accepts it."""

    name = "held and accepted"

    def __init__(self):
        super().__init__()
        self.study = Study(STRANGER)

    def steps(self):
        return [self.drop(), *trip(), accept(), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study, patient=Person(2)).known(
            self.study, "delivered", receipts={"received", "held", "imported"})


class Rejected(Accepted):
    """A person rejects the study, and the sender is told why."""

    name = "rejected"

    def steps(self):
        return [self.drop(), *trip(), reject(), receive(), ship()]

    def expected(self):
        expected = Expected().known(self.study, "refused", receipts={"received", "held", "refused"})
        expected.told = ["rejected-by-clerk", REASON]
        return expected.waits("ch2", quarantine=1).waits("ch1", refused=1)


class Discarded(Rejected):
    """Rejected; then the sender lets the refused parcel go, and the recipient what lies in quarantine."""

    name = "refused and discarded"

    def steps(self):
        return [
            *super().steps(),
            command("ch1", lambda pair: ("queue", "discard", parcel(pair, "refused"), "--reason", REASON), "discard"),
            ship(), collect(),
            command("ch2", lambda pair: ("quarantine", "discard", quarantined(pair), "--reason", REASON), "discard"),
            receive(),
        ]

    def expected(self):
        return Expected().known(self.study, "discarded", receipts={"received", "held", "refused"})


class Released(Accepted):
    """Rejected, taken out of quarantine again, and accepted."""

    name = "rejected, released, accepted"

    def steps(self):
        return [self.drop(), *trip(), reject(), receive(), ship(), release(), receive(), accept(), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study, patient=Person(2)).known(
            self.study, "delivered", receipts={"received", "held", "refused", "imported"})


class Undone(Scenario):
    """A study was imported for the wrong patient: a person takes it back, and gives it to another one."""

    name = "undo"

    def steps(self):
        undo = command(
            "ch2", lambda pair: ("worklist", "undo", parcel(pair, "delivered"), "--reason", REASON), "undo")
        return [self.drop(), *trip(), undo, receive(), ship(), accept(), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study, patient=Person(2)).known(
            self.study, "delivered", receipts={"received", "held", "imported"})


class UndoneFlat(Undone):
    """The same where files lie side by side, and the PACS is told by a marker."""

    name = "undo of files side by side"
    settings = {"ch2": {"import.layout": "flat", "import.marker": ".ok"}}
    marker = ".ok"


class Mixed:
    """Images of several patients in one study."""

    def __init__(self, *parts):
        self.parts, self.uid = parts, parts[0].uid

    def write(self, folder):
        for part in self.parts:
            part.write(folder)


class Split(Scenario):
    """A study has images of three patients: a person gives two of them theirs, and the third one is not known."""

    name = "split"

    def __init__(self):
        super().__init__()
        self.other = Study(Person(2), count=1, first=4, uid=self.study.uid)
        self.stranger = Study(STRANGER, count=1, first=5, uid=self.study.uid)

    def split(self):
        fates = [f"1={self.study.person.local_id}", f"2={self.other.person.local_id}", "3=reject"]
        return command(
            "ch2", lambda pair: ("worklist", "split", held_parcel(pair), *fates, "--reason", REASON), "split")

    def drop_all(self):
        return self.drop(Mixed(self.study, self.other, self.stranger))

    def steps(self):
        return [self.drop_all(), *trip(), self.split(), receive(), ship()]

    def expected(self):
        expected = Expected().imports(self.study).known(
            self.study, "delivered", receipts={"received", "held", "imported"})
        person = self.other.person
        for uid, pixels in self.other.instances.items():
            expected.imported[renamed(uid, person)] = (pixels, 1, person.local_id)
        expected.told = ["left-out", REASON]
        expected.markers = self.markers
        return expected

    markers = 0


class SplitBack(Split):
    """The same where files lie side by side and the PACS is told by markers: it is taken back, and split once more."""

    name = "split and taken back"
    settings = {"ch2": {"import.layout": "flat", "import.marker": ".ok"}}
    marker = ".ok"
    markers = 2

    def steps(self):
        undo = command(
            "ch2", lambda pair: ("worklist", "undo", parcel(pair, "delivered"), "--reason", REASON), "undo")
        return [
            self.drop_all(), *trip(), self.split(), receive(), ship(), undo, receive(), ship(), self.split(), receive(),
            ship(),
        ]


def renamed(uid, person, site="ch2"):
    """The name that an image gets which is another patient's than the study is."""
    digest = bytearray(hashlib.sha256(f"studypost split\n{site}\n{person.local_id}\n{uid}".encode()).digest()[:16])
    digest[6], digest[8] = digest[6] & 0x0F | 0x80, digest[8] & 0x3F | 0x80
    return f"2.25.{int.from_bytes(digest, 'big')}"


class ReleasedParcel(Scenario):
    """A parcel beyond the limits is quarantined; the limits are raised, and it is released."""

    name = "quarantined and released"
    settings = {"ch2": {"limits.max_instances": 1}}

    def steps(self):
        return [self.drop(), *trip(), release(), configure("ch2", {"limits.max_instances": 1000}), receive(), ship()]

    def expected(self):
        return Expected().imports(self.study).known(self.study, "delivered", receipts={"refused", "imported"})


class Retried(ReleasedParcel):
    """A parcel beyond the limits is refused; the limits are raised, and the sender sends it again."""

    name = "refused and retried"

    def steps(self):
        return [
            self.drop(), *trip(),
            command("ch2", lambda pair: ("quarantine", "discard", quarantined(pair), "--reason", REASON), "discard"),
            configure("ch2", {"limits.max_instances": 1000}),
            command("ch1", lambda pair: ("queue", "retry", parcel(pair, "refused")), "retry"),
            ship(), receive(), ship(),
        ]


class Cancelled(Scenario):
    """A parcel is called back before it is shipped."""

    name = "cancelled"

    def steps(self):
        return [
            self.drop(), collect(), command("ch1", lambda pair: ("queue", "cancel", parcel(pair, "sealed")), "cancel"),
            ship(),
        ]

    def expected(self):
        return Expected().known(self.study, "cancelled")


class Held(Scenario):
    """A study that names no recipient: it is held, and a person says where it goes."""

    name = "held and routed"

    def __init__(self):
        super().__init__()
        self.study.recipient = None

    def steps(self):
        route = command("ch1", lambda pair: ("hold", "route", held_study(pair), "--to", "ch2"), "route")
        return [self.drop(), collect(), route, *trip()]


class LetGo(Held):
    """A study that names no recipient is let go."""

    name = "held and discarded"

    def steps(self):
        let_go = command(
            "ch1", lambda pair: ("hold", "discard", held_study(pair), "--reason", REASON), "discard")
        return [self.drop(), collect(), let_go, collect()]

    def expected(self):
        return Expected()


class Late(Scenario):
    """Images that come after the study was delivered: a supplement."""

    name = "late images"
    # Whose it becomes where a person says so, and in how many parcels it goes.
    patient, parcels = None, 2

    def __init__(self):
        super().__init__()
        self.rest = self.study.more(2)

    def steps(self):
        return [self.drop(), *trip(), self.drop(self.rest), *trip()]

    def expected(self):
        return Expected().imports(self.study, self.rest, patient=self.patient).delivered(
            self.study, parcels=self.parcels)


class LateHeld(Late):
    """The study waits for a person when its late images come; one decision is enough for both."""

    name = "late images of a held study"
    patient = Person(2)

    def __init__(self):
        super().__init__()
        self.study = Study(STRANGER)
        self.rest = self.study.more(2)

    def steps(self):
        return [self.drop(), *trip(), self.drop(self.rest), collect(), ship(), accept(), receive(), ship()]


class Again(Scenario):
    """A study that was delivered is dropped again: somebody wants it there once more."""

    name = "dropped again"

    def steps(self):
        return [self.drop(), *trip(), self.pick_up(), self.drop_again(), *trip()]

    def drop_again(self):
        """The same files, byte for byte: those that the PACS of ch1 has."""
        return outside(lambda pair: self.put_back(pair), "drop again", needs=lambda pair: parcel(pair, "delivered"))

    def put_back(self, pair):
        target = f"{pair.ch1.spool}/export/again"
        os.makedirs(target, exist_ok=True)
        for name, data in self.study.files.items():
            with open(f"{target}/{name}", "wb") as file:
                file.write(data)

    def expected(self):
        return Expected().imports(self.study, copies=2).delivered(self.study, parcels=2)


class Resent(Again):
    """A study that was delivered is sent again by a command."""

    name = "resent"

    def steps(self):
        resend = command("ch1", lambda pair: ("queue", "resend", parcel(pair, "delivered")), "resend")
        return [self.drop(), *trip(), self.pick_up(), resend, *trip()]


class Urgent(Late):
    """An urgent study leaves in portions, and a parcel without images says that it is complete."""

    name = "urgent"
    parcels = 3
    settings = {"ch1": {"source.quiet": "30m", "source.partial_after": "45m"}}

    def drop_urgent(self, study):
        return self.drop(study, into=lambda pair: f"{pair.ch1.spool}/export/ch2/urgent")

    def let_pass(self):
        """Nothing comes for an hour."""

        def act(pair):
            for plan in pair.plans.values():
                plan.shift += 3600
                plan.set()

        return outside(act, "an hour")

    def steps(self):
        return [self.drop_urgent(self.study), *trip(), self.drop_urgent(self.rest), *trip(), self.let_pass(), *trip()]


class UrgentHeld(Urgent, LateHeld):
    """The patient of an urgent study is not known: all its portions wait for one decision of a person."""

    name = "urgent and held"

    def steps(self):
        return [
            self.drop_urgent(self.study), *trip(), self.drop_urgent(self.rest), *trip(), accept(), receive(), ship(),
            self.let_pass(), *trip(),
        ]


SCENARIOS = [
    Normal, Addressed, TwoRecipients, Accepted, Rejected, Discarded, Released, Undone, UndoneFlat,
    Split, SplitBack,
    ReleasedParcel, Retried, Cancelled, Held, LetGo, Late, LateHeld, Again, Resent, Urgent,
    UrgentHeld,
]
