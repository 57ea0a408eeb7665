"""The fault injector (inject.c) as the harness uses it: compiled once, and steered by a plan that processes map."""

import mmap
import os
import struct
from dataclasses import dataclass

from common import command

KILL, FAIL, SHORT, STOP, CRASH = 1, 2, 3, 4, 5
LOG_CALLS, LOG_UNDO = 1, 2

# struct plan of plan.h.
LAYOUT = struct.Struct("<QQQIIQqqII1024s512s512s")
COUNTER, FIRED, SHIFT = 0, 16, 40


def compile_into(folder):
    """Compiles the library; returns its path."""
    here = os.path.dirname(os.path.realpath(__file__))
    library = f"{folder}/inject.so"
    command(
        "cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library, f"{here}/inject.c",
        f"{here}/undo.c", f"{here}/spawn.c", "-ldl", "-pthread")
    return library


def environment(library):
    """What a process must find to load the library."""
    return {**os.environ, "LD_PRELOAD": library, "SWIFT_BACKTRACE": "enable=no"}


@dataclass
class Call:
    """One line of the log: what was called, its result (negative: the error number), and the paths."""

    what: str
    result: int
    process: int
    path: str
    other: str


def read_log(path):
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            lines = file.read().split("\n")
    except FileNotFoundError:
        return []
    calls = []
    for line in lines[:-1]:
        words = line.split("\t")
        if len(words) != 5:
            continue  # a strange name, with a tab or a line's end in it
        what, result, process, path, other = words
        calls.append(Call(what, int(result), int(process), path, other))
    return calls


class Plan:
    """What happens to the processes that are started with this plan."""

    def __init__(self, path, library, roots, log, stash):
        self.path, self.library, self.roots, self.log, self.stash = path, library, roots, log, stash
        with open(path, "wb") as file:
            file.write(bytes(LAYOUT.size))
        file = open(path, "r+b")
        self.map = mmap.mmap(file.fileno(), LAYOUT.size)
        file.close()
        # Seconds by which the wall clock is wrong, and those that have passed by every clock since all began.
        self.shift = self.passed = 0
        self.log_level = 0
        self.set()

    def set(self, kind=0, target=0, number=0, lasting=1):
        """Counts from 0 again; at the call `target` something happens, to `lasting` calls."""
        self.map[:] = LAYOUT.pack(
            0, target, 0, kind, number, lasting, self.shift, self.passed, self.log_level, 0, ":".join(self.roots).encode(),
            self.log.encode(), self.stash.encode())

    def _number(self, offset):
        return struct.unpack_from("<Q", self.map, offset)[0]

    @property
    def count(self):
        return self._number(COUNTER)

    @property
    def fired(self):
        return self._number(FIRED)

    @property
    def environment(self):
        return {**environment(self.library), "FAULT_PLAN": self.path}

    def clear_log(self):
        if os.path.exists(self.log):
            os.unlink(self.log)
