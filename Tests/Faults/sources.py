"""Ordeals of the source: what a PACS, or a bad copy, does to files while the collector looks on."""

import os
import signal
import subprocess
import threading
import time

from ordeal import Ordeal
from scenarios import Expected
from studies import Person, Study

PIECES = 12


class Slow(Ordeal):
    """A file is written slowly, another one twice, a third goes again: only whole instances leave, and each of them."""

    name = "F9 slow writer"

    @classmethod
    def cases(cls):
        return ["held open", "opened again and again", "rewritten", "removed"]

    def live(self, pair):
        pair.ch1.configure({"source.partial_after": "60s", "source.quiet": "1s"})
        collector = pair.ch1.start("collect", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            time.sleep(0.5)
            ready = f"{pair.now}/ch1/.ready"
            self.study.write(ready)
            target = f"{pair.ch1.spool}/export/slow"
            os.mkdir(target)
            for name in sorted(self.study.files):
                self.write(f"{target}/{name}", self.study.files[name])
                os.unlink(f"{ready}/{name}")
            os.rmdir(ready)
            time.sleep(2.5)
            self.must(collector.poll() is None, "crash", f"collect ended with {collector.returncode}")
        finally:
            collector.send_signal(signal.SIGTERM)
            collector.communicate(timeout=30)

    def write(self, path, data):
        step = len(data) // PIECES + 1
        if self.case == "removed":
            with open(f"{path}-false", "wb") as file:
                file.write(data[:step])
            time.sleep(0.2)
            os.unlink(f"{path}-false")
        if self.case == "rewritten":
            with open(path, "wb") as file:
                file.write(data[:step * 2])
            time.sleep(0.3)
            os.truncate(path, 0)
        file = open(path, "wb", buffering=0)
        for begin in range(0, len(data), step):
            if self.case == "opened again and again":
                file.close()
                file = open(path, "ab", buffering=0)
            file.write(data[begin:begin + step])
            time.sleep(0.1)
        file.close()

    def expected(self):
        expected = super().expected()
        if self.case != "held open":
            # A pause between two files may end the study; what comes later is a supplement.
            expected.sent = None
        return expected


class Reserved(Ordeal):
    """A copy reserves the full length, fills half, stalls and dies; later it comes again, and is whole."""

    name = "F23 half a copy"

    @classmethod
    def cases(cls):
        halves, names = ["half a header", "half the pixels"], ["same name", "other name"]
        return [f"{half}, {name}" for half in halves for name in names]

    def live(self, pair):
        self.study.side = 256
        ready = f"{pair.now}/ch1/.ready"
        self.study.write(ready)
        target = f"{pair.ch1.spool}/export/copy"
        os.mkdir(target)
        name, *others = sorted(self.study.files)
        data = self.study.files[name]
        with open(f"{target}/{name}", "wb") as file:
            file.truncate(len(data))
            file.write(data[:600 if "header" in self.case else len(data) // 2])
        for other in others:
            os.rename(f"{ready}/{other}", f"{target}/{other}")
        pair.ch1.run("collect", until=lambda: False)
        self.there_and_back(pair)
        os.rename(f"{ready}/{name}", f"{target}/{name}" + ("" if "same" in self.case else "-whole"))
        os.rmdir(ready)
        left = [] if "same" in self.case else [name]
        pair.ch1.run("collect", until=lambda: os.listdir(target) == left)
        for half in left:
            # Nothing says that it is the same image: somebody sees it in the list, and removes it.
            listed = pair.ch1.look("hold", "files")
            self.must(f"{target}/{half}" in str(listed), "alert", f"the half is not held: {listed}")
            os.unlink(f"{target}/{half}")

    def expected(self):
        # The half may wait for a person; and whether the whole is a supplement is not said.
        return Expected(sent=None).imports(self.study).tolerates("ch1")


class Rubbish(Ordeal):
    """A file of the study is not DICOM, empty, cut or without UIDs: it waits with its reason, and the rest goes on."""

    name = "F11 false files"

    @classmethod
    def cases(cls):
        return ["text", "empty", "cut", "no UIDs", "link", "pipe", "deep", "strange name"]

    def live(self, pair):
        self.put(pair)
        folder = f"{pair.ch1.spool}/export/drop1"
        path = f"{folder}/false"
        data = next(iter(self.study.files.values()))
        if self.case == "text":
            self.write(path, b"This is a letter, and no image.\n")
        elif self.case == "empty":
            self.write(path, b"")
        elif self.case == "cut":
            self.write(path, data[:len(data) * 2 // 3])
        elif self.case == "no UIDs":
            # The elements' numbers become those of private ones.
            self.write(path, data.replace(b"\x08\x00\x18\x00UI", b"\x09\x00\x18\x10UI").replace(
                b"\x20\x00\x0d\x00UI", b"\x21\x00\x0d\x10UI"))
        elif self.case == "link":
            os.symlink("/etc/passwd", path)
        elif self.case == "pipe":
            os.mkfifo(path)
        elif self.case == "deep":
            folder = f"{folder}/" + "/".join(["d"] * 40)
            os.makedirs(folder)
            path = f"{folder}/false"
            self.write(path, b"deep")
        else:
            path = os.fsencode(folder) + b"/\xff\x1b[31m'\"$(x)\n"
            self.write(path, b"This is a letter, and no image.\n")
        pair.ch1.run("collect", until=lambda: False)
        self.there_and_back(pair)
        states = [parcel["state"] for parcel in pair.ch1.parcels()]
        self.must(states == ["delivered"], "stuck", f"the rest of the study is {states}")
        listed = pair.ch1.look("quarantine", "list") + pair.ch1.look("hold", "list")
        self.must(listed or self.alerts(pair.ch1), "alert", "nothing speaks of the false file")
        self.must(
            "\x1b" not in pair.ch1.run("quarantine", "list").output, "damaged", "a terminal escape gets through")
        if os.path.lexists(path):
            os.unlink(path)

    def write(self, path, data):
        with open(path, "wb") as file:
            file.write(data)

    def expected(self):
        return super().expected().tolerates("ch1")


class Leased(Ordeal):
    """Writers who open files just while the collector looks at them do not end it."""

    name = "writers in the way"

    def live(self, pair):
        self.studies = [Study(Person(1 + n % 5), count=1, side=16) for n in range(max(5, int(60 * self.scale)))]
        self.study = self.studies[0]
        collector = pair.ch1.start("collect", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        stop = threading.Event()
        writer = threading.Thread(target=self.open_all, args=(f"{pair.ch1.spool}/export", stop))
        writer.start()
        try:
            for study in self.studies:
                self.put(pair, study)
                time.sleep(0.02)
            time.sleep(1)
            self.must(collector.poll() is None, "crash", f"collect ended with {collector.returncode}")
        finally:
            stop.set()
            writer.join()
            collector.terminate()
            collector.wait(30)

    def open_all(self, folder, stop):
        """Opens each file for writing, and changes nothing."""
        while not stop.is_set():
            for parent, _, names in os.walk(folder):
                for name in names:
                    try:
                        os.close(os.open(f"{parent}/{name}", os.O_WRONLY))
                    except OSError:
                        pass

    def expected(self):
        expected = Expected().imports(*self.studies)
        for study in self.studies:
            expected.delivered(study)
        return expected


ORDEALS = [Slow, Reserved, Rubbish, Leased]
