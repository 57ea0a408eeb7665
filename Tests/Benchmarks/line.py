"""A line between the sites that is slower than loopback: a proxy before the SSH server."""

import subprocess

import contenders


class Proxy:
    """A link of this round trip and rate to the server."""

    def __init__(self, binary, server, delay, rate):
        words = [binary, "--to", str(server.port), "--delay", str(delay)] + (["--rate", str(rate)] if rate else [])
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        contenders.end(self.process)


def card_port(folder, site, other, port):
    """Sends a site's parcels over a port."""
    path = f"{folder}/{site}/partners/{other}.toml"
    with open(path) as file:
        lines = file.read().split("\n")
    with open(path, "w") as file:
        file.write("\n".join(f"port = {port}" if line.startswith("port = ") else line for line in lines))
