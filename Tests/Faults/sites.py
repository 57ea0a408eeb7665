"""The sites on this machine, as their administrators use them: by folders and by commands."""

import json
import os
import shutil
import signal
import subprocess
import time
import tomllib
from dataclasses import dataclass

import power
import shim
from common import Trouble, command
from spawner import Spawner
from sshd import Server
from studies import Person, patient_list

PATIENCE = 120
NAMES = ["ch1", "ch2", "ch3"]
FOLDERS = [*NAMES, "pacs", "undo"]


@dataclass
class Result:
    """How a command ended; a negative status is the signal that ended it."""

    words: tuple
    status: int
    output: str
    errors: str

    @property
    def crashed(self):
        return self.status < 0 or self.status >= 128

    def __str__(self):
        said = (self.errors or self.output).strip().replace("\n", " / ")
        return f"{' '.join(self.words)}: status {self.status}: {said[-400:]}"


class Site:
    """One site. All that belongs to it lies in `root`, which may be put back to what it was at any time."""

    def __init__(self, name, others, root, binary, spawner, plan):
        self.name, self.others, self.root, self.plan = name, others, root, plan
        self.binary, self.spawner = binary, spawner

    @property
    def spool(self):
        return f"{self.root}/spool"

    @property
    def configuration(self):
        return f"{self.root}/studypost.toml"

    def run(self, *words, until=None):
        """Runs a command to its end; a service until a condition holds, or for some seconds, and then it is stopped."""
        if until is None:
            status, output, errors = self.spawner.run(self.plan, [self.binary, *self._complete(words)], PATIENCE)
            if status is None:
                return Result(words, -signal.SIGALRM, output, f"hung for {PATIENCE} s: {errors}")
            return Result(words, status, output, errors)
        process = self.start(*words)
        # A service that is asked to stop before it can listen ends by the signal.
        time.sleep(1)
        for _ in range(100):
            if process.poll() is not None or until():
                break
            time.sleep(0.1)
        process.terminate()
        try:
            output, errors = process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            output, errors = process.communicate()
            return Result(words, -signal.SIGALRM, output, f"hung for {PATIENCE} s: {errors}")
        return Result(words, process.returncode, output, errors)

    def start(self, *words, **options):
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.Popen(
            [self.binary, *self._complete(words)], text=True, errors="replace", env=self.plan.environment,
            stdin=subprocess.DEVNULL, **options)

    def _complete(self, words):
        return [*words, *([] if words[0] == "init" else ["--config", self.configuration])]

    def succeed(self, *words):
        result = self.run(*words)
        if result.status != 0:
            raise Trouble(f"{self.name}: {result}")
        return result.output

    def look(self, *words):
        """The document that a list or report prints with --json, whatever its exit status."""
        result = self.run(*words, "--json")
        try:
            return json.loads(result.output)
        except ValueError:
            raise Trouble(f"{self.name}: {result}") from None

    def parcels(self):
        """Everything on its way out, also what is done."""
        return [item for item in self.look("queue", "list", "--all") if item.get("kind", "parcel") == "parcel"]

    def configure(self, settings):
        """Sets keys, `table.key` (of the first, where there are several of a table) or `key`."""
        with open(self.configuration, "rb") as file:
            document = tomllib.load(file)
        for path, value in settings.items():
            *table, key = path.split(".", 1)
            place = document
            if table and table[0] in ("source", "route", "trust"):
                place = document.setdefault(table[0], [{}])[0]
            elif table:
                place = document.setdefault(table[0], {})
            place[key] = value
        with open(self.configuration, "w") as file:
            file.write(toml(document))


def toml(document, above=""):
    """TOML of what tomllib read; JSON's texts, numbers and flat lists are TOML's."""
    lines, tables = [], []
    for key, value in document.items():
        if isinstance(value, dict):
            tables += [f"\n[{above}{key}]", toml(value, f"{above}{key}.")]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            tables += [part for item in value for part in (f"\n[[{above}{key}]]", toml(item, f"{above}{key}."))]
        else:
            lines.append(f"{key} = {json.dumps(value)}")
    return "\n".join(lines + tables)


class Pair:
    """ch1 and ch2, introduced to each other, with the server between them, the PACS of ch2 and a second file system.

    ch3 is another partner of ch1, for scenarios that have a use for it.
    """

    PEOPLE = [Person(number) for number in range(1, 6)]

    def __init__(self, folder, binary, library, elsewhere=None, disk=None):
        """With `disk`, options of tmpfs, each site has a file system of its own."""
        self.folder, self.elsewhere, self.disks = folder, elsewhere, []
        self.now = f"{folder}/now"
        for path in [f"{folder}/plans", *(f"{self.now}/{part}" for part in FOLDERS)]:
            os.makedirs(path)
        for name in NAMES if disk else []:
            self.disks.append(f"{self.now}/{name}")
            command("mount", "-t", "tmpfs", "-o", disk, "faults", self.disks[-1])
        roots = {name: [f"{self.now}/{name}"] for name in NAMES}
        if elsewhere:
            for name in roots:
                roots[name].append(f"{elsewhere}/{name}")
        self.plans = {}
        for name, machine in [*zip(NAMES, NAMES), ("sshd", "ch2")]:
            # What sshd writes, it writes at ch2: that machine's log has it.
            undo = f"{self.now}/undo/{machine}"
            os.makedirs(f"{undo}/stash", exist_ok=True)
            self.plans[name] = shim.Plan(
                f"{folder}/plans/{name}", library, roots[machine], f"{undo}/log", f"{undo}/stash")
        self.server = Server(f"{folder}/sshd", self.plans["sshd"])
        self.spawner = Spawner(binary, library)
        self.sites = {
            name: Site(name, others, f"{self.now}/{name}", binary, self.spawner, self.plans[name])
            for name, others in [("ch1", ["ch2", "ch3"]), ("ch2", ["ch1"]), ("ch3", ["ch1"])]
        }
        self.ch1, self.ch2 = self.sites["ch1"], self.sites["ch2"]
        self._introduce()
        self.server.start()
        for name in NAMES:
            self.run_all(name)
        # Hidden files that a site in order has: locks and the like.
        self.usual = {
            name for site in self.sites.values() for _, _, names in os.walk(site.root) for name in names
            if name.startswith(".")
        }
        self.save("base")

    def _introduce(self):
        for site in self.sites.values():
            site.succeed("init", "--site", site.name, "--root", site.root)
            with open(site.configuration) as file:
                text = file.read()
            site.configure({
                "sftp.host": "127.0.0.1", "sftp.port": self.server.port, "sftp.host_key": self.server.host_key,
                "source.path": "spool/export", "source.quiet": "0s", "source.partial_after": "1s",
                "ship.retry_first": "50ms", "ship.retry_max": "200ms",
                **({"source.settle": "0s"} if "settle =" in text else {}),
            })
        for site in self.sites.values():
            self.load_patients(site, self.PEOPLE)
            for other in site.others:
                self._give_card(site, self.sites[other])

    def _give_card(self, site, other):
        """Makes a site a partner of another one, with an account on the server that begins in its mailbox."""
        mailbox = f"{site.spool}/mailbox/{other.name}"
        card = site.succeed("card").replace('directory = "/"', f'directory = "{mailbox}"\nuser = "{self.server.user}"')
        path = f"{self.folder}/{site.name}-for-{other.name}.toml"
        with open(path, "w") as file:
            file.write(card)
        with open(f"{other.root}/keys/transport_ed25519.pub") as file:
            self.server.admit(file.read(), mailbox)
        other.succeed("partner", "add", "--yes", "--alias", f"HOSPITAL {site.name.upper()}", path)

    def run_all(self, name):
        """All services of a site, once; answers how they ended."""
        return [self.sites[name].run(service, "--once") for service in ("collect", "ship", "receive")]

    def load_patients(self, site, people):
        path = f"{self.folder}/patients.csv"
        with open(path, "w") as file:
            file.write(patient_list(people))
        site.succeed("patients", "import", "--confirm-shrink", path)

    def save(self, name):
        """Keeps all that there is under a name."""
        self.server.wait_for_sessions()
        target = f"{self.folder}/{name}"
        shutil.rmtree(target, ignore_errors=True)
        os.mkdir(target)
        command("cp", "-a", *(f"{self.now}/{part}" for part in FOLDERS), target)
        if self.elsewhere:
            command("cp", "-a", self.elsewhere, f"{target}/elsewhere")

    def load(self, name):
        """Puts everything back to what it was when it was saved."""
        self.server.wait_for_sessions()
        for plan in self.plans.values():
            plan.shift = plan.passed = 0
            plan.set()
        places = {f"{self.now}/{part}": part for part in FOLDERS}
        if self.elsewhere:
            places[self.elsewhere] = "elsewhere"
        for place, part in places.items():
            _empty(place)
            command("cp", "-a", f"{self.folder}/{name}/{part}/.", place)

    def log(self, level):
        """What the injector logs from now on."""
        for plan in self.plans.values():
            plan.log_level = level
            plan.set()

    def lose_power(self, name, what):
        """What was not synced at a site is gone; `what` is `contents`, `names` or `both`."""
        if name == "ch2":
            self.server.stop()
        power.lose(f"{self.now}/undo/{name}", what)
        if name == "ch2":
            self.server.start()

    def close(self):
        self.server.stop()
        self.spawner.close()
        for disk in self.disks:
            command("umount", "-l", disk)
        if self.elsewhere:
            shutil.rmtree(self.elsewhere, ignore_errors=True)


def _empty(folder):
    """Removes all that is in a folder, which may be a mount point."""
    os.makedirs(folder, exist_ok=True)
    for entry in os.scandir(folder):
        shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
