"""What a folder holds: files by their digests, databases by what they say.

before = snapshot(office)
...
assert snapshot(office) == before
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def snapshot(folder: Path) -> dict[str, str]:
    """Return everything below a folder; a database's own bookkeeping is left out."""
    found = {}
    for base, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = folder.__class__(base, name)
            at = path.relative_to(folder).as_posix()
            if name.endswith((".db-wal", ".db-shm")):
                continue
            found[at] = f"{path.lstat().st_mode:o} {_content(path)}"
    return found


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    if not path.is_file():
        return ""
    if path.suffix == ".db":
        return _digest(dump(path).encode())
    return _digest(path.read_bytes())


def dump(database: Path) -> str:
    """Return a database as SQL, or its bytes' digest where it is none."""
    try:
        with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)) as raw:
            raw.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
            return "\n".join(raw.iterdump()).encode("utf-8", "replace").decode()
    except sqlite3.Error:
        return _digest(database.read_bytes())


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
