"""Ordeals of the journal: missing, empty, damaged, or older than the spool."""

import json
import os
import shutil

from ordeal import Ordeal
from scenarios import Expected
from studies import Person, Study
from parcels import sealed

PAGE = 4096


def journal_files(site):
    return [f"{site.root}/{name}" for name in sorted(os.listdir(site.root)) if name.startswith("journal.sqlite")]


def is_said(site):
    """Whether the service or the check says that something is wrong, and does not go on as if nothing were."""
    service = "receive" if site.name == "ch2" else "collect"
    return any(site.run(*words).status != 0 for words in [("check",), (service, "--once")])


class BrokenJournal(Ordeal):
    """The journal is missing or damaged: that is said, and one command rebuilds it from the spool."""

    name = "F15 journal broken"

    @classmethod
    def cases(cls):
        return [
            f"{site} {when}: {how}"
            for site, when in [("ch1", "sealed"), ("ch1", "delivered"), ("ch2", "arrived"), ("ch2", "imported")]
            for how in ("missing", "empty", "one page garbled")
        ]

    def live(self, pair):
        place, how = self.case.split(": ")
        site, when = pair.sites[place.split()[0]], place.split()[1]
        self.put(pair)
        self.once(pair, *{
            "sealed": ["ch1 collect"], "arrived": ["ch1 collect", "ch1 ship"],
            "imported": ["ch1 collect", "ch1 ship", "ch2 receive"],
            "delivered": ["ch1 collect", "ch1 ship", "ch2 receive", "ch1 ship"],
        }[when])
        self.damage(site, how)
        self.must(is_said(site), "stuck", f"{site.name} says nothing of it")
        rebuilt = site.run("journal", "rebuild")
        self.must(rebuilt.status == 0, "stuck", str(rebuilt))

    def damage(self, site, how):
        for path in journal_files(site):
            if how == "missing":
                os.unlink(path)
            elif how == "empty":
                os.truncate(path, 0)
            elif path.endswith("-wal") or path.endswith("-shm"):
                # Everything is in the database after a checkpoint, which the last to close it makes.
                os.unlink(path)
            else:
                with open(path, "r+b") as file:
                    pages = file.seek(0, os.SEEK_END) // PAGE
                    file.seek(pages // 2 * PAGE)
                    file.write(os.urandom(PAGE))

    def expected(self):
        # Rebuilt is what the spool shows; what it does not show may wait for a person.
        expected = Expected(sent=None).imports(self.study).tolerates("ch1", "ch2")
        return expected


class OldJournal(Ordeal):
    """The journal is yesterday's, the spool today's: that is said, nothing is lost, doubled or numbered twice."""

    name = "F22 journal of yesterday"

    @classmethod
    def cases(cls):
        return [f"{site} {when}" for site in ("ch1", "ch2") for when in ("between", "sealed", "arrived", "delivered")]

    def live(self, pair):
        name, when = self.case.split()
        site = pair.sites[name]
        self.others = [Study(Person(2)), Study(Person(3))]
        self.put(pair)
        self.there_and_back(pair)
        kept = f"{pair.now}/undo/yesterday"
        os.mkdir(kept)
        for path in journal_files(site):
            shutil.copy2(path, kept)
        sequences = self.sequences(pair)
        self.put(pair, self.others[0])
        steps = ["ch1 collect", "ch1 ship", "ch2 receive", "ch1 ship"]
        self.once(pair, *steps[:{"between": 0, "sealed": 1, "arrived": 2, "delivered": 4}[when]])
        sequences |= self.sequences(pair)
        for path in journal_files(site):
            os.unlink(path)
        for path in os.listdir(kept):
            shutil.copy2(f"{kept}/{path}", site.root)
        # The recipient wrote nothing before it took the parcel in.
        if when != "between" and (name == "ch1" or when == "delivered"):
            self.must(is_said(site), "stuck", f"{name} says nothing of it")
            site.run("journal", "rebuild")
        self.put(pair, self.others[1])
        self.once(pair, "ch1 collect")
        sequences |= self.sequences(pair)
        numbers = sorted(sequences.values())
        self.must(len(set(numbers)) == len(numbers), "doubled", f"a sequence number comes twice: {numbers}")

    def sequences(self, pair):
        """Parcel -> number, of all manifests in ch1's outbound."""
        found = {}
        for folder in sealed(pair):
            with open(f"{folder}/manifest.json") as file:
                found[os.path.basename(folder)] = json.load(file)["sequence"]
        return found

    def expected(self):
        return Expected(sent=None).imports(self.study, *self.others).tolerates("ch1", "ch2")


ORDEALS = [BrokenJournal, OldJournal]
