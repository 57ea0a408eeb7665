"""Those that carry a study from ch1's export folder to ch2's import folder, and the SSH server that some of them use."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request

import ct_study
import metering
from common import Trouble, command

POLL = 0.02
PATIENCE = 1800


def wait_for(condition, what):
    start = time.monotonic()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() - start > PATIENCE:
            raise Trouble(f"{what}: not within {PATIENCE} s")
        time.sleep(POLL)


def end(process):
    """Ends a process that this program started."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Server:
    """An OpenSSH server on loopback. Each key that is let in sees SFTP only, and begins in a folder of its own."""

    def __init__(self, folder):
        # Who is asked to end ends what he started first.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        self.folder = folder
        os.mkdir(folder, 0o700)
        self.user = command("id", "-un").strip()
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", f"{folder}/host_key")
        self.host_key = f"{folder}/host_key.pub"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.keys = f"{folder}/authorized_keys"
        self.process = None

    def admit(self, public_key, start):
        with open(self.keys, "a") as file:
            file.write(f'restrict,command="internal-sftp -d {start}" {public_key.strip()}\n')

    def start(self):
        with open(f"{self.folder}/config", "w") as file:
            file.write(
                f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.folder}/host_key\n"
                f"AuthorizedKeysFile {self.keys}\nPidFile none\nUsePAM no\nPasswordAuthentication no\n"
                "KbdInteractiveAuthentication no\nStrictModes no\nPermitRootLogin prohibit-password\n"
                "Subsystem sftp internal-sftp\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        log = open(f"{self.folder}/log", "w")
        self.process = subprocess.Popen(["/usr/sbin/sshd", "-D", "-e", "-f", f"{self.folder}/config"], stderr=log)

        def answers():
            if self.process.poll() is not None:
                raise Trouble(f"sshd ended: see {self.folder}/log")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return True
            except OSError:
                return False

        wait_for(answers, "sshd's answer")

    def stop(self):
        if self.process:
            end(self.process)


class Studypost:
    """Two sites, each with its services as processes of their own, as they are installed."""

    name = "studypost"
    SERVICES = [("collect", "ch1"), ("ship", "ch1"), ("receive", "ch2")]

    def __init__(self, folder, binary, server):
        self.folder, self.binary, self.server = folder, binary, server
        self.processes = {}
        os.mkdir(folder)
        pairs = [("ch1", "ch2"), ("ch2", "ch1")]
        for site, other in pairs:
            command(binary, "init", "--site", site, "--root", f"{folder}/{site}")
            self._configure(site)
            # The server's account is that of this machine, and it is not locked into its mailbox: the card says both.
            mailbox = f"{folder}/{site}/spool/mailbox/{other}"
            card = self._run(site, "card").replace(
                'directory = "/"', f'directory = "{mailbox}"\nuser = "{server.user}"')
            with open(f"{folder}/{site}.toml", "w") as file:
                file.write(card)
            with open(f"{folder}/{site}/keys/transport_ed25519.pub") as key:
                server.admit(key.read(), folder)
        for site, other in pairs:
            self._run(site, "partner", "add", "--yes", f"{folder}/{other}.toml")
        with open(f"{folder}/patients.csv", "w") as file:
            file.write(",".join(ct_study.PATIENT) + "\n" + ",".join(ct_study.PATIENT.values()) + "\n")
        self._run("ch2", "patients", "import", f"{folder}/patients.csv")

    def _configure(self, site):
        path = f"{self.folder}/{site}/studypost.toml"
        with open(path) as file:
            text = file.read()
        for default, ours in [
            (f'#host = "dicom.{site}.example"', 'host = "127.0.0.1"'),
            ("#port = 22", f"port = {self.server.port}"),
            ('#host_key = "/etc/ssh/ssh_host_ed25519_key.pub"', f'host_key = "{self.server.host_key}"'),
            ('#path = "spool/export"', 'path = "spool/export"'),
            ('#quiet = "60s"', 'quiet = "0s"'), ('#settle = "10s"', 'settle = "0s"'),
        ]:
            if default not in text:
                raise Trouble(f"{path} does not have the line {default}")
            text = text.replace(default, ours)
        with open(path, "w") as file:
            file.write(text)

    def _run(self, site, *words):
        return command(self.binary, *words, "--config", f"{self.folder}/{site}/studypost.toml")

    def start(self):
        for service, site in self.SERVICES:
            log = open(f"{self.folder}/{service}.log", "w")
            self.processes[service] = subprocess.Popen(
                [self.binary, service, "--config", f"{self.folder}/{site}/studypost.toml"], stderr=log)
        # They are up when they have made themselves known to the watcher of their folders.
        time.sleep(3)

    def stop(self):
        for process in self.processes.values():
            end(process)

    def _check_alive(self):
        for service, process in self.processes.items():
            if process.poll() is not None:
                raise Trouble(f"studypost {service} ended: see {self.folder}/{service}.log")

    def _used(self):
        return sum(metering.cpu_seconds(process.pid) for process in self.processes.values())

    def carry(self, ready, number, instances):
        """Drops a study, a folder on the same file system, and waits until it lies in the import folder."""
        uid = ct_study.study_uid(number)
        target = f"{self.folder}/ch2/spool/import/{uid}"
        journal = sqlite3.connect(f"file:{self.folder}/ch1/journal.sqlite?mode=ro", uri=True)

        def delivered():
            self._check_alive()
            rows = journal.execute("SELECT state FROM outboundParcel WHERE study = ?", (uid,)).fetchall()
            return ("delivered",) in rows

        def imported():
            self._check_alive()
            return os.path.isdir(target)

        used, served = self._used(), metering.cpu_seconds(self.server.process.pid)
        wire = metering.loopback_bytes()
        began, clock = time.monotonic(), time.time()
        os.rename(ready, f"{self.folder}/ch1/spool/export/{os.path.basename(ready)}")
        wait_for(imported, "the study in ch2's import folder")
        wall = time.monotonic() - began
        wait_for(delivered, "the receipt 'imported' at ch1")
        receipt = time.monotonic() - began
        journal.close()
        count = len(os.listdir(target))
        if count != instances:
            raise Trouble(f"{count} of {instances} instances arrived")
        return {
            "wall": wall, "receipt": receipt, "cpu": self._used() - used,
            "sshd_cpu": metering.cpu_seconds(self.server.process.pid) - served,
            "wire": metering.loopback_bytes() - wire,
            "memory": {name: metering.peak_memory(process.pid) for name, process in self.processes.items()},
            "steps": (steps := self._steps(uid, clock)), "arrived": target,
            "unpacking": steps["ch2 reconciled"] - steps["ch2 arrived"],
        }

    def _steps(self, uid, clock):
        """When the journals say that each step was done, in seconds after the drop."""
        steps = {}
        for site in ["ch1", "ch2"]:
            journal = sqlite3.connect(f"file:{self.folder}/{site}/journal.sqlite?mode=ro", uri=True)
            table = "outboundParcel" if site == "ch1" else "inboundParcel"
            rows = journal.execute(
                "SELECT what, (julianday(at) - 2440587.5) * 86400 FROM event WHERE study = ?1 OR parcel IN "
                f"(SELECT id FROM {table} WHERE study = ?1) ORDER BY id", (uid,)).fetchall()
            journal.close()
            for what, at in rows:
                steps.setdefault(f"{site} {what}", round(at - clock, 3))
        return steps


class Script:
    """What an administrator would write today: two shell scripts, the second one run as soon as the first has ended."""

    # No encryption of its own, no digest of each file, no rewriting of the patient, no record of anything.
    SEND = """
        set -euo pipefail
        cd {work}
        tar -C {ready_parent} -cf - {name} | zstd -q -3 -T2 > study.tar.zst
        sha256sum study.tar.zst > study.tar.zst.sha256
        ssh-keygen -q -Y sign -f {key} -n study study.tar.zst.sha256
        {sync}
        sftp -q -b - -P {port} -i {key} -o IdentitiesOnly=yes -o StrictHostKeyChecking=yes \\
          -o UserKnownHostsFile={known_hosts} -o GlobalKnownHostsFile=none {user}@127.0.0.1 > sftp.log <<'BATCH'
        mkdir incoming/{name}
        put study.tar.zst incoming/{name}/
        put study.tar.zst.sha256 incoming/{name}/
        put study.tar.zst.sha256.sig incoming/{name}/
        rename incoming/{name} new/{name}
        BATCH
        rm study.tar.zst study.tar.zst.sha256 study.tar.zst.sha256.sig
    """
    RECEIVE = """
        set -euo pipefail
        cd {inbox}/new/{name}
        ssh-keygen -q -Y verify -f {signers} -I ch1 -n study -s study.tar.zst.sha256.sig < study.tar.zst.sha256 > /dev/null
        sha256sum --quiet -c study.tar.zst.sha256
        mkdir {unpack}/{name}
        began=$(date +%s.%N)
        zstd -q -dc study.tar.zst | tar -C {unpack}/{name} -xf -
        echo "$began $(date +%s.%N)" > {unpack}/times
        {sync}
        mv {unpack}/{name}/{name} {target}/{name}
        rmdir {unpack}/{name}
        rm -r {inbox}/new/{name}
    """

    def __init__(self, folder, server, syncs, port=None):
        self.name = "script+sync" if syncs else "script"
        self.folder, self.server, self.syncs = folder, server, syncs
        self.port = port or server.port
        for place in ["", "send", "inbox", "inbox/incoming", "inbox/new", "unpack", "import"]:
            os.mkdir(f"{folder}/{place}")
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", f"{folder}/key")
        with open(f"{folder}/key.pub") as file:
            public = file.read().strip()
        with open(f"{folder}/signers", "w") as file:
            file.write(f"ch1 {public}\n")
        with open(server.host_key) as file, open(f"{folder}/known_hosts", "w") as known:
            known.write(f"[127.0.0.1]:{self.port} {file.read()}")
        server.admit(public, f"{folder}/inbox")

    def start(self):
        pass

    def stop(self):
        pass

    def _shell(self, script, **names):
        """Runs a script. Returns the processor time and the largest process of all that it started."""
        lines = "\n".join(line.strip() for line in script.strip().splitlines())
        with open(f"{self.folder}/log", "a") as log:
            process = subprocess.Popen(["bash", "-c", lines.format(**names)], stdout=log, stderr=log)
            _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if status != 0:
            raise Trouble(f"the script failed: see {self.folder}/log")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024

    def carry(self, ready, number, instances):
        folder, name = self.folder, os.path.basename(ready)
        names = {
            "work": f"{folder}/send", "ready_parent": os.path.dirname(ready), "name": name, "key": f"{folder}/key",
            "port": self.port, "known_hosts": f"{folder}/known_hosts", "user": self.server.user,
            "inbox": f"{folder}/inbox", "unpack": f"{folder}/unpack", "target": f"{folder}/import",
            "signers": f"{folder}/signers",
        }
        served, wire = metering.cpu_seconds(self.server.process.pid), metering.loopback_bytes()
        began = time.monotonic()
        sending, first = self._shell(self.SEND, sync="sync -f study.tar.zst" if self.syncs else "", **names)
        half = time.monotonic() - began
        receiving, second = self._shell(self.RECEIVE, sync=f"sync -f {folder}/unpack" if self.syncs else "", **names)
        wall = time.monotonic() - began
        target = f"{folder}/import/{name}"
        count = len(os.listdir(target))
        if count != instances:
            raise Trouble(f"{count} of {instances} instances arrived")
        return {
            "wall": wall, "cpu": sending + receiving,
            "sshd_cpu": metering.cpu_seconds(self.server.process.pid) - served,
            "wire": metering.loopback_bytes() - wire, "memory": {"largest process": max(first, second)},
            "steps": {"sent": round(half, 3), "imported": round(wall, 3)}, "arrived": target, "unpacking": self._unpacking(),
        }

    def _unpacking(self):
        """How long `zstd -d | tar x` took, in seconds."""
        with open(f"{self.folder}/unpack/times") as file:
            began, ended = file.read().split()
        return float(ended) - float(began)


class Orthanc:
    """Two Orthanc servers that are peers: what a PACS exports goes in by C-STORE, over to the other by its REST API, and out to a
    folder by the other's script. As they are installed DCMTK waits 40 ms for each image's last packet (Nagle's algorithm); `at_once`
    is with what its documentation has against that.
    """

    # As soon as an instance is stored, as it came.
    WRITE = """
        function OnStoredInstance(instance, tags, metadata, origin)
          local path = '{target}/' .. tags.SOPInstanceUID
          local file = io.open(path .. '.tmp', 'wb')
          file:write(RestApiGet('/instances/' .. instance .. '/file'))
          file:close()
          os.rename(path .. '.tmp', path .. '.dcm')
        end
    """

    def __init__(self, folder, at_once=False):
        self.name = "orthanc+nodelay" if at_once else "orthanc"
        self.folder, self.processes = folder, {}
        self.environment = {**os.environ, "TCP_NODELAY": "1"} if at_once else None
        self.target = f"{folder}/import"
        for place in ["", "ch1", "ch2", "import"]:
            os.mkdir(f"{folder}/{place}")
        with open(f"{folder}/write.lua", "w") as file:
            file.write(self.WRITE.format(target=self.target))
        first = 4 if at_once else 0
        self.ports = {
            site: {"HttpPort": 8042 + number, "DicomPort": 4242 + number} for number, site in enumerate(["ch1", "ch2"], first)}
        for site, ports in self.ports.items():
            settings = {
                "Name": site, "StorageDirectory": f"{folder}/{site}", "RemoteAccessAllowed": False, **ports,
                "OrthancPeers": {"ch2": [f"http://127.0.0.1:{self.ports['ch2']['HttpPort']}/"]} if site == "ch1" else {},
                "LuaScripts": [f"{folder}/write.lua"] if site == "ch2" else [],
            }
            with open(f"{folder}/{site}.json", "w") as file:
                json.dump(settings, file)

    def start(self):
        for site in self.ports:
            log = open(f"{self.folder}/{site}.log", "w")
            self.processes[site] = subprocess.Popen(["Orthanc", f"{self.folder}/{site}.json"], stdout=log, stderr=log, env=self.environment)
            wait_for(lambda: self._is_up(site), f"Orthanc {site}")

    def stop(self):
        for process in self.processes.values():
            end(process)

    def _is_up(self, site):
        try:
            return self._ask(site, "/system")
        except OSError:
            return None

    def _ask(self, site, path, body=None):
        url = f"http://127.0.0.1:{self.ports[site]['HttpPort']}{path}"
        with urllib.request.urlopen(url, body and body.encode(), timeout=PATIENCE) as answer:
            return json.load(answer)

    def carry(self, ready, number, instances):
        def used():
            return sum(metering.cpu_seconds(process.pid) for process in self.processes.values())

        before, wire = used(), metering.loopback_bytes()
        began = time.monotonic()
        sender = subprocess.Popen(
            ["dcmsend", "--quiet", "--scan-directories", "-aec", "CH1", "127.0.0.1", str(self.ports["ch1"]["DicomPort"]), ready],
            env=self.environment)
        _, status, usage = os.wait4(sender.pid, 0)
        sender.returncode = os.waitstatus_to_exitcode(status)
        if status != 0:
            raise Trouble("dcmsend failed")
        stored = time.monotonic() - began
        (found,) = self._ask("ch1", "/tools/lookup", ct_study.study_uid(number))
        self._ask("ch1", "/peers/ch2/store", found["ID"])
        wait_for(
            lambda: sum(name.endswith(".dcm") for name in os.listdir(self.target)) == instances, "the study in the folder")
        wall = time.monotonic() - began
        arrived = f"{self.folder}/study-{number}"
        os.rename(self.target, arrived)
        os.mkdir(self.target)
        figures = {
            "wall": wall, "cpu": used() - before + usage.ru_utime + usage.ru_stime, "sshd_cpu": 0.0,
            "wire": metering.loopback_bytes() - wire,
            "memory": {f"orthanc {site}": metering.peak_memory(process.pid) for site, process in self.processes.items()},
            "steps": {"stored": round(stored, 3), "imported": round(wall, 3)}, "arrived": arrived,
        }
        for site in self.ports:
            (found,) = self._ask(site, "/tools/lookup", ct_study.study_uid(number))
            request = urllib.request.Request(
                f"http://127.0.0.1:{self.ports[site]['HttpPort']}/studies/{found['ID']}", method="DELETE")
            urllib.request.urlopen(request, timeout=PATIENCE).close()
        return figures
