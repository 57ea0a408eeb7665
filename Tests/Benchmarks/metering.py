"""What processes use, read from /proc, and what goes over the loopback interface."""

import ctypes
import fcntl
import os
import socket
import struct

TICK = os.sysconf("SC_CLK_TCK")


def _processes():
    """pid: (parent, ticks of itself and of the children it has waited for)"""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found[int(name)] = (int(fields[1]), sum(map(int, fields[11:15])))
    return found


def cpu_seconds(root):
    """User and system time of a process and of all that descends from it, alive or waited for."""
    processes = _processes()

    def descends(pid):
        while pid in processes and pid != root:
            pid = processes[pid][0]
        return pid == root

    return sum(ticks for pid, (_, ticks) in processes.items() if descends(pid)) / TICK


def peak_memory(pid):
    """The most memory that a process ever had resident, in bytes."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def loopback_bytes():
    """Bytes of all packets that ever went over the loopback interface, TCP and IP headers included."""
    with open("/proc/net/dev") as file:
        for line in file:
            name, _, rest = line.partition(":")
            if name.strip() == "lo":
                return int(rest.split()[0])
    raise SystemExit("exchange: there is no loopback interface")


def make_loopback_private():
    """Gives this process a network of its own, with nothing but a loopback interface; needs root.

    Returns whether it could be done: otherwise bytes of others on the loopback interface are counted too.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(0x40000000) != 0:  # CLONE_NEWNET
        return False
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0x1 | 0x40)  # IFF_UP | IFF_RUNNING
        fcntl.ioctl(control, 0x8914, request)  # SIOCSIFFLAGS
    return True
