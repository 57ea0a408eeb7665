"""Starts processes of one program quickly: see spawn.c."""

import os
import signal
import socket
import subprocess
import tempfile

import shim
from common import Trouble

NUMBER = 4  # bytes of an answer


class Spawner:
    """A program that waits before its `main`, and is forked for each run."""

    def __init__(self, binary, library):
        self.socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [binary], stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                env={**shim.environment(library), "FAULT_SPAWNER": str(theirs.fileno()), "LD_BIND_NOW": "1"})
        self.nothing = open(os.devnull, "rb")

    def run(self, plan, words, patience):
        """Runs the program to its end; answers its exit status (None: it hung, and was killed), output and errors."""
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            request = b"".join(os.fsencode(word) + b"\0" for word in (plan.path, *words))
            files = [file.fileno() for file in (self.nothing, output, errors)]
            self.socket.settimeout(None)
            socket.send_fds(self.socket, [request], files)
            process = self._answer()
            self.socket.settimeout(patience)
            try:
                status = os.waitstatus_to_exitcode(self._answer())
            except TimeoutError:
                os.kill(process, signal.SIGKILL)
                self.socket.settimeout(None)
                self._answer()
                status = None
            return status, _text(output), _text(errors)

    def _answer(self):
        packet = self.socket.recv(NUMBER)
        if len(packet) != NUMBER:
            raise Trouble("the spawner ended unexpectedly")
        return int.from_bytes(packet, "little")

    def close(self):
        self.socket.close()
        self.process.wait()
        self.nothing.close()


def _text(file):
    file.seek(0)
    return file.read().decode(errors="replace")
