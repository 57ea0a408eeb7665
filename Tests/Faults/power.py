"""A loss of power: takes away what the injector's log says was not synced.

Contents: a file falls back to what it held when it was last synced; one that never was, to nothing.
Names: what was made, renamed or removed is undone, unless the folder was synced since. A rename is one thing, as it is
for a file system with a journal: it is durable as soon as either folder is.
"""

import os
import shutil

import shim


class Change:
    """A name that was made, moved or taken away, and is not durable yet."""

    def __init__(self, what, path, other, kept):
        self.what, self.path, self.other, self.kept = what, path, other, kept
        # The folders whose sync makes it durable, where they are called now.
        self.folders = [os.path.dirname(name) for name in ([path, other] if what in ("rename", "exchange") else [path])]
        self.dirty = None

    def undo(self):
        if self.what in ("create", "link", "symlink"):
            _remove(self.path)
        elif self.what == "mkdir":
            shutil.rmtree(self.path, ignore_errors=True)
        elif self.what == "rmdir":
            os.makedirs(self.path, exist_ok=True)
        elif self.what == "unlink":
            self._bring_back(self.path)
        elif self.what == "rename":
            if os.path.lexists(self.other) and not os.path.lexists(self.path):
                os.makedirs(os.path.dirname(self.path), exist_ok=True)
                os.rename(self.other, self.path)
            self._bring_back(self.other)

    def _bring_back(self, path):
        if self.kept and not os.path.lexists(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
            shutil.copy2(self.kept, path)


class Unsynced:
    """What a log leaves not durable."""

    def __init__(self, calls):
        self.changes = []
        # Path -> what it held when it was last synced: a kept copy, or None for nothing.
        self.dirty = {}
        self._kept = {}
        for call in calls:
            if call.result >= 0:
                getattr(self, f"_{call.what}")(call)

    def _content(self, call):
        self._kept[call.path] = call.other

    def _name(self, call):
        self._kept[f"name {call.path}"] = call.other

    def _write(self, call):
        kept = self._kept.pop(call.path, None)
        self.dirty.setdefault(call.path, kept)

    _truncate = _write

    def _chmod(self, call):
        pass

    def _change(self, call, name):
        self.changes.append(Change(call.what, call.path, call.other, self._kept.pop(f"name {name}", None)))

    def _create(self, call):
        self._change(call, call.path)
        self.dirty[call.path] = None

    def _mkdir(self, call):
        self._change(call, call.path)

    _rmdir = _symlink = _mkdir

    def _link(self, call):
        self.changes.append(Change("link", call.other, "", None))

    def _unlink(self, call):
        self._change(call, call.path)
        self.dirty.pop(call.path, None)

    def _rename(self, call):
        self._change(call, call.other)
        self.dirty.pop(call.other, None)
        self.dirty = {_moved(path, call): kept for path, kept in self.dirty.items()}
        for change in self.changes[:-1]:
            change.folders = [_moved(folder, call) for folder in change.folders]

    def _exchange(self, call):
        raise NotImplementedError("a loss of power after RENAME_EXCHANGE")

    def _fsync(self, call):
        self.dirty.pop(call.path, None)
        for change in [change for change in self.changes if call.path in change.folders]:
            self._settle(change)

    def _syncfs(self, call):
        self.dirty, self.changes = {}, []

    def _settle(self, change):
        if change not in self.changes:
            return
        index = self.changes.index(change)
        del self.changes[index]
        if change.what == "rmdir":
            # A folder that is gone for good holds nothing.
            for earlier in [earlier for earlier in self.changes[:index] if earlier.path.startswith(f"{change.path}/")]:
                self._settle(earlier)
        if change.what != "rename":
            return
        # What came before happened under the old name; what made that name is durable with it.
        for earlier in self.changes[:index]:
            if change.path in (earlier.path if earlier.what != "rename" else earlier.other,):
                self.changes.remove(earlier)
                continue
            earlier.path = _moved(earlier.path, change)
            earlier.other = _moved(earlier.other, change)

    def lose_contents(self):
        for path, kept in self.dirty.items():
            if os.path.isfile(path) and not os.path.islink(path):
                with open(path, "r+b") as file:
                    file.truncate(0)
                    if kept:
                        with open(kept, "rb") as source:
                            shutil.copyfileobj(source, file)

    def lose_names(self):
        for change in reversed(self.changes):
            change.undo()


def lose(undo, what):
    """Loses what the log in this folder says, and begins a new one: what is left is durable."""
    unsynced = Unsynced(shim.read_log(f"{undo}/log"))
    if what in ("contents", "both"):
        unsynced.lose_contents()
    if what in ("names", "both"):
        unsynced.lose_names()
    shutil.rmtree(undo)
    os.makedirs(f"{undo}/stash")
    _remove_shared_memory(os.path.dirname(os.path.dirname(undo)), os.path.basename(undo))


def _remove_shared_memory(now, site):
    """SQLite's -shm files are memory; the next one to open the journal makes them anew."""
    for folder, _, names in os.walk(f"{now}/{site}"):
        for name in names:
            if name.endswith("-shm"):
                _remove(f"{folder}/{name}")


def _moved(path, rename):
    if path == rename.path or path.startswith(rename.path + "/"):
        return rename.other + path[len(rename.path):]
    return path


def _remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
