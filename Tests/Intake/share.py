"""A Samba share on loopback, for a network namespace of its own."""

import os
import shutil
import subprocess
import sys
import time

from common import Trouble

CONFIGURATION = """[global]
interfaces = lo
bind interfaces only = yes
smb ports = 445
server role = standalone server
# Samba's own Python can set a file's length by the old dialect only; the server does the same for both.
server min protocol = NT1
client min protocol = NT1
map to guest = bad user
guest account = nobody
disable netbios = yes
load printers = no
disable spoolss = yes
log file = {folder}/log
private dir = {folder}/private
lock directory = {folder}/lock
state directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/pid
ncalrpc dir = {folder}/ncalrpc
[export]
path = {path}
guest ok = yes
read only = no
create mask = 0664
directory mask = 0775
"""


class Share:
    """smbd, and connections to it."""

    @staticmethod
    def is_installed():
        return all(map(shutil.which, ("smbd", "smbclient"))) and Share._python() is not None

    @staticmethod
    def _python():
        if "/usr/lib/python3/dist-packages" not in sys.path:
            sys.path.append("/usr/lib/python3/dist-packages")
        try:
            from samba import credentials
            from samba.samba3 import libsmb_samba_internal, param
        except ImportError:
            return None
        return credentials, libsmb_samba_internal, param

    def __init__(self, folder, path):
        os.mkdir(folder)
        for name in ("private", "lock", "state", "cache", "pid", "ncalrpc"):
            os.mkdir(f"{folder}/{name}")
        self.configuration = f"{folder}/smb.conf"
        with open(self.configuration, "w") as file:
            file.write(CONFIGURATION.format(folder=folder, path=path))
        self.server = subprocess.Popen(
            ["smbd", "-F", "--no-process-group", "-s", self.configuration], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True)  # It ends its whole process group with itself.
        for _ in range(100):
            time.sleep(0.1)
            if self.server.poll() is not None:
                raise Trouble(f"smbd ended with {self.server.returncode}")
            try:
                self.connect()
                return
            except Exception:
                continue
        raise Trouble("smbd does not answer")

    def connect(self):
        """A connection as a guest, of Samba's own library."""
        credentials, library, param = self._python()
        context = param.get_context()
        context.load(self.configuration)
        anonymous = credentials.Credentials()
        anonymous.set_anonymous()
        return library.Conn("127.0.0.1", "export", context, anonymous, force_smb1=True)

    def stop(self):
        self.server.terminate()
        try:
            self.server.wait(10)
        except subprocess.TimeoutExpired:
            self.server.kill()
