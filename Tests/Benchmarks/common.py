"""What the benchmarks share: running commands, the build, the machine, sizes and spreads."""

import os
import platform
import re
import shlex
import statistics
import subprocess

REPOSITORY = os.path.realpath(f"{__file__}/../../..")
MB = 1e6


class Trouble(Exception):
    """The benchmark cannot go on; the text is for people."""


def command(*words, **options):
    result = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if result.returncode != 0:
        raise Trouble(f"{shlex.join(words)}: status {result.returncode}\n{result.stdout}{result.stderr}")
    return result.stdout


def say(text):
    print(text, flush=True)


def size(text):
    """Bytes, of a size such as 64MB or 1GB; None for what is none."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([MG])i?B?", text)
    return int(float(found[1]) * {"M": 1e6, "G": 1e9}[found[2]]) if found else None


def release_build(product):
    """Builds one executable of this repository, as the package has it; returns its path."""
    words = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--product", product]
    say(" ".join(words))
    if subprocess.run(words, cwd=REPOSITORY).returncode != 0:
        raise Trouble("the release build failed")
    words.append("--show-bin-path")
    return subprocess.run(words, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True).stdout.strip() + f"/{product}"


def file_system(folder):
    """The kind of file system under a folder, as the kernel calls it; stat(1) says ext2/ext3 of each of its kin."""
    best, kind = "", ""
    with open("/proc/mounts") as file:
        for line in file:
            _, place, this, *_ = line.split()
            place = place.encode().decode("unicode_escape").rstrip("/")
            if f"{os.path.realpath(folder)}/".startswith(f"{place}/") and len(place) >= len(best):
                best, kind = place, this
    return kind or command("stat", "-f", "-c", "%T", folder).strip()


def machine(folder):
    """The shape of the machine, for whoever reads the figures."""
    processor = platform.machine()
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                processor = line.split(":", 1)[1].strip()
                break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "processor": processor, "cores": len(os.sched_getaffinity(0)), "memory_gib": round(memory, 1),
        "kernel": platform.release().split("-")[0], "file_system": file_system(folder),
    }


def spread(values, scale=1.0):
    values = [value * scale for value in values]
    return {"min": min(values), "median": statistics.median(values), "max": max(values)}
