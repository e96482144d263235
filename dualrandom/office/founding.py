"""A new office comes to be: whole or not at all, on a server too.

    with new_office(folder, database) as aside:
        ...                                # settings, keys, registry: all in a folder

Border: a folder and one transaction; what is in the office, :mod:`.setup` and
:mod:`.backup` decide.

- It is made aside, its registry in a file, and then renamed into its place.
- For a server, its registry lies there as ``unfinished.jsonl`` (:mod:`..registry.dump`)
  instead, and goes over in one transaction, which commits last. Whatever is killed
  when, the schema holds all of the office or nothing, and the folder can be finished.
- An office that is not finished can do nothing else (E135): nobody adds to a log that
  may not be there.
- What the server refuses is taken away again. Only where it broke off within a commit
  does the folder stay: nobody knows then whether the office stands.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import zip_longest
from os import fsync
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import sha256
from dualrandom.errors import DualRandomError, EnvironmentProblem, StateError, Where
from dualrandom.folder import sync_names, write_file
from dualrandom.office.place import (
    UNFINISHED,
    find_office,
    registry_place,
    server_place,
)
from dualrandom.registry import Registry
from dualrandom.settings import FILE, load_settings, settings_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNKNOWN: Final = "E118"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """An office whose entries are in its database.

    Attributes:
        genesis: SHA-256 of the genesis entry.
    """

    root: Path
    entries: int
    genesis: str


@contextmanager
def new_office(folder: Path, database: str = "") -> Iterator[Path]:
    """Give a folder aside that takes a new office's place at the end of the block.

    Args:
        folder: must not exist, or be empty.
        database: the address of a schema on a server, where the registry goes that the
            block made in a file; "" leaves it there.

    Raises:
        StateError: E164, there is something in the folder; E135, an office that is not
            finished; E341, rows that the server's own rules refuse.
        UsageError: E114, E115, not the address of a schema.
        EnvironmentProblem: E154, it cannot be written; E112 and others, the schema is
            not a new office's.
    """
    where = Where(file=str(folder))
    if (folder / UNFINISHED).exists():
        raise StateError("E135", where=where)
    if database:
        Registry.create(server_place(database))  # refused before anything is made
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise StateError("E164", where=where)
        folder.parent.mkdir(parents=True, exist_ok=True)
        aside = Path(mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        try:
            yield aside
            if database:
                _pack(aside, database)
            aside.chmod(0o755)
            if folder.exists():
                folder.rmdir()
            aside.rename(folder)
            sync_names(folder.parent)
            if database:
                _finish_or_undo(folder, aside)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=where, reason=exc.strerror or ""
        ) from exc


def finish(start: Path) -> Finished:
    """Bring the entries of an unfinished office into its database; again is no harm.

    Raises:
        UsageError: E161, E162, no office.
        StateError: E137, it is finished; E341, rows that the server's rules refuse.
        EnvironmentProblem: E112, another office is there; E117, E118 and others.
    """
    root, settings = find_office(start)
    lines = root / UNFINISHED
    if not lines.is_file():
        raise StateError("E137", where=Where(file=str(root)))
    registry = Registry.open(registry_place(root, settings))
    with registry.write() as tx, lines.open("rb") as file:
        if tx.head() is None:
            tx.load(file)
            file.seek(0)
        if any(one != other for one, other in zip_longest(tx.dump(), file)):
            raise EnvironmentProblem("E112", where=Where(file=str(root / FILE)))
    lines.unlink()
    with registry.read() as tx:
        return Finished(
            root=root, entries=tx.log_size(), genesis=sha256(tx.entry(0) or b"")
        )


def _pack(root: Path, database: str) -> None:
    """Turn an office with a file into one whose registry has yet to go over."""
    settings = load_settings(root)
    lines = root / UNFINISHED
    lines.touch(mode=0o600)  # what is not for everybody's eyes is in it
    with Registry.open(root / settings.database).read() as tx, lines.open("wb") as out:
        out.writelines(tx.dump())
        out.flush()
        fsync(out.fileno())
    (root / settings.database).unlink()
    write_file(root / FILE, settings_bytes(replace(settings, database=database)))


def _finish_or_undo(folder: Path, aside: Path) -> None:
    try:
        finish(folder)
    except DualRandomError as error:
        if error.code != _UNKNOWN:
            folder.rename(aside)  # and away with it
        raise
