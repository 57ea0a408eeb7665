"""Ordeals of disks: full, read-only, gone while a service runs."""

import os

from accidents import arrived
from common import command
from ordeal import Ordeal
from studies import Person, Study

KIB = 1024


class Full(Ordeal):
    """A site's disk is full but for so many bytes, at each step; with space back it goes on by itself."""

    name = "F3 disk full"
    needs_root = True
    disk = "size=8m"
    STEPS = ["ch1 collect", "ch1 ship", "ch2 receive", "ch1 ship"]

    @classmethod
    def cases(cls):
        return [
            f"{site} before step {step}, {rest} KiB free"
            for site, steps in [("ch1", (0, 1, 3)), ("ch2", (1, 2))] for step in steps
            for rest in (0, 4, 16, 48, 96, 200)
        ]

    def live(self, pair):
        words = self.case.replace(",", "").split()
        site, step, rest = pair.sites[words[0]], int(words[3]), int(words[4]) * KIB
        # What little there is must be used: the limit that stops before is another matter.
        site.configure({"limits.min_free": "1B"})
        self.put(pair)
        for number, service in enumerate(self.STEPS):
            if number == step:
                self.fill(site.root, rest)
            self.once(pair, service)
        self.there_and_back(pair)
        parcels = [parcel for parcel in pair.ch1.parcels()] if site.name != "ch1" else []
        for parcel in parcels:
            there = self.is_imported(pair)
            self.must(parcel["state"] != "delivered" or there, "lost", "delivered, and not in the import folder")
        os.unlink(f"{site.root}/ballast")

    def fill(self, root, rest):
        status = os.statvfs(root)
        size = max(0, status.f_bavail * status.f_frsize - rest)
        with open(f"{root}/ballast", "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)

    def is_imported(self, pair):
        return any(names for _, _, names in os.walk(f"{pair.ch2.spool}/import/{self.study.uid}"))


class Low(Ordeal):
    """Less is free than min_free: nothing more is taken in, `status` says so; with space back it goes on by itself."""

    name = "F3 space is low"

    @classmethod
    def cases(cls):
        return ["ch1", "ch2"]

    def live(self, pair):
        site = pair.sites[self.case]
        site.configure({"limits.min_free": "8000TiB"})
        self.put(pair)
        self.there_and_back(pair)
        self.must(self.alerts(site), "alert", "the status says nothing of it")
        where = f"{pair.ch1.spool}/export" if self.case == "ch1" else f"{pair.ch2.spool}/import"
        names = [name for _, _, names in os.walk(where) for name in names if name != "README"]
        wanted = 3 if self.case == "ch1" else 0
        self.must(len(names) == wanted, "lost", f"{where} has {len(names)} files, not {wanted}: something was taken in")
        site.configure({"limits.min_free": "1MiB"})


class SourceGone(Ordeal):
    """The source is gone, or another file system lies there, or nothing can be removed; then it is in order again."""

    name = "F13 source in trouble"
    needs_root = True

    @classmethod
    def cases(cls):
        return ["gone", "read-only", "immutable", "not mounted"]

    def set_up(self, pair):
        self.source = f"{pair.now}/ch1/source"
        os.mkdir(self.source)
        pair.ch1.configure({"source.path": self.source})
        if self.case in ("read-only", "not mounted"):
            self.mount(self.source)
        self.once(pair, "ch1 collect")

    def live(self, pair):
        if self.case == "not mounted":
            self.unmount(self.source)
            results = self.once(pair, "ch1 collect")
            is_told = results[0].status or self.alerts(pair.ch1)
            self.must(is_told, "alert", "nothing says that the source is not mounted")
            self.mount(self.source)
            self.put(pair, folder=self.source)
            return
        folder = self.put(pair, folder=self.source)
        if self.case == "gone":
            os.rename(self.source, f"{self.source}.away")
        elif self.case == "read-only":
            command("mount", "-o", "remount,bind,ro", self.source)
        else:
            command("chattr", "-R", "+i", folder)
        self.once(pair, "ch1 collect", times=4)
        self.there_and_back(pair)
        self.must(self.alerts(pair.ch1), "alert", "nothing says that the source is in trouble")
        copies = sum(len(names) for _, _, names in os.walk(f"{pair.ch1.spool}/quarantine"))
        self.must(copies < 10, "left over", f"{copies} files in quarantine")
        if self.case == "gone":
            os.rename(f"{self.source}.away", self.source)
        elif self.case == "read-only":
            command("mount", "-o", "remount,bind,rw", self.source)
        else:
            command("chattr", "-R", "-i", folder)

    def run(self, pair):
        try:
            return super().run(pair)
        finally:
            command("chattr", "-R", "-i", f"{pair.now}/ch1")


class ShareGone(Ordeal):
    """The import folder's share is unmounted: nothing is written onto the bare mount point, nor said to be imported."""

    name = "import share unmounted"
    needs_root = True

    def set_up(self, pair):
        self.share = f"{pair.now}/ch2/share"
        os.mkdir(self.share)
        pair.ch2.configure({"import.path": self.share})
        self.mount(self.share)

    def live(self, pair):
        self.other = Study(Person(4))
        self.put(pair, self.other)
        self.there_and_back(pair)
        self.pick_up().act(pair)
        self.unmount(self.share)
        self.put(pair)
        self.there_and_back(pair)
        self.must(os.listdir(self.share) == [], "lost", "the study lies on the bare mount point")
        states = {parcel["study"]: parcel["state"] for parcel in pair.ch1.parcels()}
        self.must(states[self.study.uid] != "delivered", "lost", "ch1 was told that it is imported")
        self.must(self.alerts(pair.ch2), "alert", "nothing says that the share is gone")
        self.mount(self.share)

    def import_folders(self, pair):
        return [self.share]

    def expected(self):
        return super().expected().imports(self.other).delivered(self.other)


class MailboxFull(Ordeal):
    """A mailbox full of rubbish, links and folders that are no parcels: what is in order is imported nevertheless."""

    name = "attack 9: mailbox flooded"

    @classmethod
    def cases(cls):
        return ["folders", "files", "links", "receipts"]

    def live(self, pair):
        count = max(50, int(25000 * self.scale))
        new = f"{pair.ch2.spool}/mailbox/ch1/new"
        if self.case == "receipts":
            new = f"{pair.ch2.spool}/mailbox/ch1/receipts"
        for number in range(count):
            path = f"{new}/rubbish-{number}"
            if self.case == "folders":
                os.mkdir(path)
            elif self.case == "links":
                os.symlink("/etc", path)
            else:
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
        self.put(pair)
        self.there_and_back(pair, times=2)
        self.must(self.delivered(pair), "stuck", "the study beside it is not delivered")
        for name in os.listdir(new):
            if name.startswith("rubbish-"):
                path = f"{new}/{name}"
                os.rmdir(path) if os.path.isdir(path) and not os.path.islink(path) else os.unlink(path)

    def delivered(self, pair):
        return all(parcel["state"] == "delivered" for parcel in pair.ch1.parcels())

    def expected(self):
        return super().expected().tolerates("ch2", "ch1")


class Links(Ordeal):
    """A symbolic link where a folder or a file of the spool should be: nothing beyond it is read, moved or removed."""

    name = "attack 2: links"

    @classmethod
    def cases(cls):
        return ["in collect", "in unpack", "in new", "instead of new", "instead of a payload", "in the source"]

    def live(self, pair):
        self.treasure = f"{pair.now}/undo/treasure"
        os.makedirs(f"{self.treasure}/01939d3e-1111-7111-8111-111111111111")
        with open(f"{self.treasure}/01939d3e-1111-7111-8111-111111111111/manifest.json", "w") as file:
            file.write("precious")
        new = f"{pair.ch2.spool}/mailbox/ch1/new"
        places = {
            "in collect": f"{pair.ch1.spool}/collect/link", "in unpack": f"{pair.ch2.spool}/unpack/link",
            "in new": f"{new}/01939d3e-1111-7111-8111-111111111111", "in the source": f"{pair.ch1.spool}/export/link",
        }
        link = places.get(self.case)
        if link:
            os.symlink(self.treasure, link)
        self.put(pair)
        self.once(pair, "ch1 collect", "ch1 ship")
        if self.case == "instead of new":
            os.rename(new, f"{new}.away")
            os.symlink(self.treasure, new)
            self.once(pair, "ch2 receive", times=2)
            os.unlink(new)
            os.rename(f"{new}.away", new)
        elif self.case == "instead of a payload":
            (folder,) = arrived(pair)
            os.rename(f"{folder}/payload.tar.zst.age", f"{self.treasure}/payload")
            os.symlink(f"{self.treasure}/payload", f"{folder}/payload.tar.zst.age")
        self.there_and_back(pair, times=2)
        path = f"{self.treasure}/01939d3e-1111-7111-8111-111111111111/manifest.json"
        self.must(os.path.exists(path), "damaged", "what lay behind the link was moved or removed")
        if link and os.path.lexists(link):
            os.unlink(link)

    def expected(self):
        return super().expected().tolerates("ch1", "ch2")


ORDEALS = [Full, Low, SourceGone, ShareGone, MailboxFull, Links]
