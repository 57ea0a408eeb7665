"""Ordeals of the link: cut at any byte, a partner that is down, slow, or not who he was."""

import os
import signal
import socket
import subprocess
import threading
import time
import tomllib

from common import command
from ordeal import Ordeal
from scenarios import Expected
from sites import toml
from sshd import free_port
from studies import Person, Study


class Proxy:
    """Passes bytes on to a server, and cuts the connection after so many of them in one direction."""

    def __init__(self, port, cut=None, upwards=True, answer=None):
        self.target, self.cut, self.upwards, self.answer = port, cut, upwards, answer
        self.passed = {True: 0, False: 0}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            if self.answer is not None:
                threading.Thread(target=self._say, args=(client,), daemon=True).start()
                continue
            server = socket.create_connection(("127.0.0.1", self.target))
            for up, source, sink in [(True, client, server), (False, server, client)]:
                threading.Thread(target=self._pass, args=(up, source, sink), daemon=True).start()

    def _say(self, client):
        """Plays a server: says what it is told, and no more."""
        try:
            client.sendall(self.answer)
            while client.recv(4096):
                pass
        except OSError:
            pass

    def _pass(self, up, source, sink):
        try:
            while data := source.recv(16384):
                if self.cut is not None and up == self.upwards:
                    rest = self.cut - self.passed[up]
                    if len(data) > rest:
                        sink.sendall(data[:max(rest, 0)])
                        self.passed[up] += max(rest, 0)
                        break
                self.passed[up] += len(data)
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


def reach(pair, partner, port=None, host_key=None, rate=None):
    """Says in ch1's book how a partner is reached; by default as it really is, and as fast as it goes."""
    path = f"{pair.ch1.root}/partners/{partner}.toml"
    with open(path, "rb") as file:
        card = tomllib.load(file)
    card["sftp"]["port"] = port or pair.server.port
    if host_key:
        card["sftp"]["host_key"] = host_key
    card.pop("rate_limit", None)
    if rate:
        card["rate_limit"] = rate
    with open(path, "w") as file:
        file.write(toml(card))


class Cut(Ordeal):
    """The link is cut at any byte of an upload, or of what the server answers; then it holds."""

    name = "F5 link cut"

    @classmethod
    def cases(cls):
        ways = [("up", 40000, 1300), ("down", 8000, 500)]
        return [f"{way} {at}" for way, end, step in ways for at in range(0, end, step)]

    def live(self, pair):
        way, at = self.case.split()
        proxy = Proxy(pair.server.port, int(at), way == "up")
        self.put(pair)
        self.once(pair, "ch1 collect")
        reach(pair, "ch2", proxy.port)
        self.once(pair, "ch1 ship")
        proxy.close()
        reach(pair, "ch2")


class Resumed(Ordeal):
    """A long upload that is cut goes on where it was: at most a few MiB are sent again."""

    name = "F5 upload resumed"
    SIDE, COUNT, CUT, SLACK = 1024, 10, 12 << 20, 4 << 20

    def live(self, pair):
        self.study.side, self.study.count = self.SIDE, self.COUNT
        self.put(pair)
        self.once(pair, "ch1 collect")
        first = Proxy(pair.server.port, self.CUT)
        reach(pair, "ch2", first.port)
        self.once(pair, "ch1 ship")
        first.close()
        rest = Proxy(pair.server.port)
        reach(pair, "ch2", rest.port)
        self.once(pair, "ch1 ship")
        rest.close()
        reach(pair, "ch2")
        whole = self.COUNT * 2 * self.SIDE ** 2
        self.must(first.passed[True] == self.CUT, "stuck", f"only {first.passed[True]} bytes went before the cut")
        self.must(
            rest.passed[True] <= whole - self.CUT + self.SLACK, "stuck",
            f"{rest.passed[True]} bytes after the cut, of {whole} in all: the upload began anew")


class Down(Ordeal):
    """A partner is down while studies are queued; another one is not slowed; then all are delivered."""

    name = "F6 partner down"
    sites = ("ch1", "ch2", "ch3")

    def live(self, pair):
        reach(pair, "ch2", free_port())
        self.studies = [Study(Person(1 + n % 5), count=1, side=16) for n in range(max(5, int(300 * self.scale)))]
        self.other = Study(Person(1), "CH3", count=1)
        for study in [*self.studies, self.other]:
            self.put(pair, study)
        self.once(pair, "ch1 collect")
        began = time.monotonic()
        self.once(pair, "ch1 ship", "ch3 receive", "ch1 ship", "ch1 ship")
        self.must(time.monotonic() - began < 60, "stuck", "a partner that is down makes ship --once last over a minute")
        states = {parcel["study"]: parcel["state"] for parcel in pair.ch1.parcels()}
        self.must(states[self.other.uid] == "delivered", "stuck", f"ch3's parcel is {states[self.other.uid]}")
        self.must(
            all(states[study.uid] == "sealed" for study in self.studies), "stuck", "parcels to ch2 gave up or went")
        reach(pair, "ch2")

    def expected(self):
        expected = Expected().imports(*self.studies, self.other)
        for study in [*self.studies, self.other]:
            expected.delivered(study)
        return expected


class FalseServer(Ordeal):
    """A server that is not the partner's, talks nonsense or says nothing: that partner waits, the other does not."""

    name = "attack 10: false server"
    sites = ("ch1", "ch2", "ch3")

    @classmethod
    def cases(cls):
        return ["changed host key", "nonsense", "silence", "endless banner"]

    def live(self, pair):
        self.other = Study(Person(1), "CH3", count=1)
        self.put(pair)
        self.put(pair, self.other)
        self.once(pair, "ch1 collect")
        with open(f"{pair.ch1.root}/partners/ch2.toml", "rb") as file:
            key = tomllib.load(file)["sftp"]["host_key"]
        proxy = None
        if self.case == "changed host key":
            command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", f"{pair.now}/undo/other")
            with open(f"{pair.now}/undo/other.pub") as file:
                reach(pair, "ch2", host_key=" ".join(file.read().split()[:2]))
        else:
            answers = {
                "nonsense": b"HTTP/1.1 400 Bad Request\r\n\r\n", "silence": b"", "endless banner": b"x" * 4000000,
            }
            proxy = Proxy(0, answer=answers[self.case])
            reach(pair, "ch2", proxy.port)
        self.once(pair, "ch1 ship", "ch3 receive", "ch1 ship")
        states = {parcel["study"]: parcel["state"] for parcel in pair.ch1.parcels()}
        self.must(states[self.other.uid] == "delivered", "stuck", f"ch3's parcel is {states[self.other.uid]}")
        self.must(states[self.study.uid] == "sealed", "lost", f"ch2's parcel is {states[self.study.uid]}")
        if self.case == "changed host key":
            self.must(self.alerts(pair.ch1), "alert", "nothing says that the host key changed")
        if proxy:
            proxy.close()
        reach(pair, "ch2", host_key=key)

    def expected(self):
        return super().expected().imports(self.other).delivered(self.other)


class GivesWay(Ordeal):
    """A long upload gives way to an expedited parcel, and the shipper is killed at any moment of it; what was uploaded stays, but for
    what may have been under way (`in_flight`, 3 MiB)."""

    name = "F1 upload that gives way"
    SIDE, COUNT, RATE, MOMENTS, STEP = 512, 20, "2MiB", 16, 0.07

    @classmethod
    def cases(cls):
        return [f"killed {n * cls.STEP:.2f} s after" for n in range(cls.MOMENTS)]

    def live(self, pair):
        self.study.side, self.study.count = self.SIDE, self.COUNT
        self.small = Study(Person(2), count=1)
        self.put(pair)
        self.once(pair, "ch1 collect")
        large = pair.ch1.parcels()[0]["id"]
        reach(pair, "ch2", rate=self.RATE)
        shipper = pair.ch1.start("ship", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait(lambda: self.sent(pair, large) > 4 << 20)
            self.put(pair, self.small)
            self.once(pair, "ch1 collect")
            small = next(parcel["id"] for parcel in pair.ch1.parcels() if parcel["study"] == self.small.uid)
            pair.ch1.run("queue", "expedite", small)
            time.sleep(float(self.case.split()[1]))
        finally:
            shipper.send_signal(signal.SIGKILL)
            shipper.wait(30)
        there = self.sent(pair, large)
        self.must(there > 4 << 20, "lost", f"only {there} bytes of the upload are left")
        reach(pair, "ch2")
        self.once(pair, "ch1 ship")
        shipped = [
            event for event in pair.ch1.look("queue", "show", large)["events"] if event["what"] == "shipped"]
        self.must("the last" in shipped[-1]["detail"], "stuck", "the upload began anew")

    def sent(self, pair, parcel):
        try:
            return os.stat(f"{pair.ch2.spool}/mailbox/ch1/incoming/{parcel}/payload.tar.zst.age").st_size
        except FileNotFoundError:
            return 0

    def wait(self, condition):
        for _ in range(600):
            if condition():
                return
            time.sleep(0.05)
        self.must(False, "stuck", "the upload does not begin")

    def expected(self):
        return super().expected().imports(self.small).delivered(self.small)


ORDEALS = [Cut, Resumed, Down, FalseServer, GivesWay]
