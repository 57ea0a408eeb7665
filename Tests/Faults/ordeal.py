"""Faults that are no single call: each ordeal has a few cases, and each case is one run that must end well."""

import ctypes
import os
import subprocess

from common import Trouble, command
from journey import Journey
from outcome import Deviation
from scenarios import Scenario

CLONE_NEWNS = 0x00020000


class Ordeal(Scenario):
    """A scenario whose steps are Python. `live` brings the fault about and ends it; then rounds follow until all is
    well.

    What must hold in between, `live` says with `must`.
    """

    # A number of the list of faults, or the name of an attack.
    number = ""
    needs_root = False
    # Options of tmpfs: each site lies on a file system of its own.
    disk = None

    def __init__(self, case, scale=1.0):
        super().__init__()
        self.case, self.scale = case, scale
        self.deviations = []
        self.mounts = []

    @classmethod
    def cases(cls):
        return [""]

    def steps(self):
        return []

    def live(self, pair):
        raise NotImplementedError

    def must(self, holds, kind, text):
        if not holds:
            self.deviations.append(Deviation(kind, text))

    def run(self, pair):
        self.set_up(pair)
        journey = Journey(pair, self)
        try:
            self.live(pair)
            found = journey.finish(0)
        except (Trouble, OSError, LookupError, ValueError, subprocess.TimeoutExpired) as error:
            # What a step relies on is not there: this case ends here.
            found = [Deviation("stuck", f"{type(error).__name__}: {error}")]
        finally:
            self.clean_up(pair)
        return self.deviations + found

    def clean_up(self, pair):
        for path in reversed(self.mounts):
            command("umount", "-l", path)

    # What several of them do.

    def put(self, pair, study=None, folder=None):
        """The PACS drops a study; answers its folder."""
        self.drop(study, into=folder and (lambda _: folder)).act(pair)
        return f"{folder or pair.ch1.spool + '/export'}/drop{self.drops}"

    def put_again(self, pair):
        """The PACS exports the study once more, into another folder."""
        folder = f"{pair.ch1.spool}/export/exported-again"
        os.makedirs(folder)
        for name, data in self.study.files.items():
            with open(f"{folder}/{name}", "wb") as file:
                file.write(data)

    def once(self, pair, *services, times=1):
        """Runs services, `SITE SERVICE`; how they end is not looked at."""
        results = []
        for _ in range(times):
            for words in services:
                site, service = words.split()
                results.append(pair.sites[site].run(service, "--once"))
        for result in results:
            self.must(not result.crashed, "crash", str(result))
        return results

    def there_and_back(self, pair, times=1):
        return self.once(pair, "ch1 collect", "ch1 ship", "ch2 receive", "ch1 ship", times=times)

    def alerts(self, site):
        return site.look("status")["alerts"]

    def mount(self, path):
        """A file system of its own over a folder; mounted there again, it is the same one, with what lay in it."""
        disk = f"{path}.disk"
        if disk not in self.mounts:
            os.mkdir(disk)
            command("mount", "-t", "tmpfs", "faults", disk)
            self.mounts.append(disk)
        command("mount", "--bind", disk, path)
        self.mounts.append(path)

    def unmount(self, path):
        command("umount", "-l", path)
        self.mounts.remove(path)


def private_mounts():
    """Lets this process mount what nobody else sees; answers whether it may."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    return subprocess.run(["mount", "--make-rprivate", "/"]).returncode == 0
