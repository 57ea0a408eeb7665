"""A throw-away OpenSSH server on loopback: a key decides in which mailbox its session begins."""

import os
import shutil
import signal
import socket
import subprocess
import time

from common import Trouble, command


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """Everybody logs in as the present user; nobody is locked into a folder, so cards name mailboxes by whole paths."""

    def __init__(self, folder, plan):
        self.folder, self.plan = folder, plan
        os.makedirs(folder, 0o700)
        self.user = command("id", "-un").strip()
        command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", f"{folder}/host_key")
        self.host_key = f"{folder}/host_key.pub"
        self.port = free_port()
        self.process = None

    def admit(self, public_key, start):
        with open(f"{self.folder}/authorized_keys", "a") as file:
            file.write(f'restrict,command="internal-sftp -d {start}" {public_key.strip()}\n')

    def start(self):
        with open(f"{self.folder}/config", "w") as file:
            file.write(
                f"ListenAddress 127.0.0.1:{self.port}\nHostKey {self.folder}/host_key\n"
                f"AuthorizedKeysFile {self.folder}/authorized_keys\nPidFile none\nStrictModes no\nUsePAM no\n"
                "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n"
                "MaxStartups 100\nMaxSessions 100\nSubsystem sftp internal-sftp\n")
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", 0o755, exist_ok=True)
        with open(f"{self.folder}/log", "a") as log:
            self.process = subprocess.Popen(
                ["/usr/sbin/sshd", "-D", "-e", "-f", f"{self.folder}/config"], stderr=log, env=self.plan.environment)
        for _ in range(500):
            if self.process.poll() is not None:
                raise Trouble(f"sshd ended: see {self.folder}/log")
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.01)
        raise Trouble("sshd does not answer")

    def wait_for_sessions(self):
        """Until no session is left; those that stay longer than their client should are ended."""
        for _ in range(300):
            if not self._family():
                return
            time.sleep(0.01)
        for process in self._family():
            _kill(process)

    def stop(self):
        """Ends the server and all its sessions at once, as a crash would."""
        if self.process is None:
            return
        family = self._family()
        self.process.kill()
        for process in family:
            _kill(process)
        self.process.wait()
        self.process = None

    def _family(self):
        """All that descends from the listener: a session is a process group of its own."""
        found, new = [], _children(self.process.pid)
        while new:
            found += new
            new = [child for process in new for child in _children(process)]
        return found


def _children(process):
    try:
        with open(f"/proc/{process}/task/{process}/children") as file:
            children = [int(word) for word in file.read().split()]
    except OSError:
        return []
    return [child for child in children if not _is_zombie(child)]


def _is_zombie(process):
    try:
        with open(f"/proc/{process}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def _kill(process):
    try:
        os.kill(process, signal.SIGKILL)
    except ProcessLookupError:
        pass


if shutil.which("ssh-keygen") is None or not os.path.exists("/usr/sbin/sshd"):
    raise Trouble("OpenSSH's server is needed: apt install openssh-server")
