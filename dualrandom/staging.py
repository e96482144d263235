"""Whole folders, written aside and swapped in; files read without following links.

Border: the file system, and nothing about draws.

- A reader of a folder sees the old one or the new one, never a mixture.
- A file that did not change keeps its bytes, its inode and its date, so that tools
  which copy by date copy only what changed.
- What somebody else put into the folder is never deleted: the swap is refused.

    swap_in(Path("site"), [("index.html", b"...")], ours={"index.html"})
"""

from __future__ import annotations

import io
import os
import shutil
import stat
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from dualrandom.errors import EnvironmentProblem, InputError, StateError, Where

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

Content = bytes | Path
"""What a file of a folder is made of: its bytes, or a file to copy them from."""

_DROPPINGS: Final = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_UNIX: Final = 3
_PLAIN: Final = (stat.S_IFREG | 0o644) << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """What a swap came to, in files."""

    written: int
    kept: int
    removed: int


def read_file(path: Path) -> bytes:
    """Return a regular file's bytes; a link is not one.

    Raises:
        EnvironmentProblem: E901, missing, unreadable, a link, a folder or a device.
    """
    # Opened without following links or waiting on a pipe, and only then looked at:
    # there is no moment in between in which the file could be exchanged.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not path.is_symlink() and stat.S_ISREG(os.fstat(handle).st_mode):
                return file.read()
    except OSError as exc:
        raise EnvironmentProblem("E901", where=Where(file=str(path))) from exc
    raise EnvironmentProblem("E901", where=Where(file=str(path)))


def list_files(folder: Path) -> tuple[str, ...]:
    """Return the paths of all files in a folder, relative, with ``/``, sorted.

    Links are listed, not followed. What operating systems drop by themselves
    (``Thumbs.db`` and the like) is left out.

    Raises:
        EnvironmentProblem: E901, the folder cannot be read.
    """

    def refuse(exc: OSError) -> None:
        raise EnvironmentProblem("E901", where=Where(file=str(exc.filename))) from exc

    found: list[str] = []
    for top, folders, names in os.walk(folder, onerror=refuse):
        at = Path(top)
        names += [name for name in folders if (at / name).is_symlink()]
        found += [
            (at / name).relative_to(folder).as_posix()
            for name in names
            if name not in _DROPPINGS
        ]
    return tuple(sorted(found))


def swap_in(
    folder: Path, files: Iterable[tuple[str, Content]], *, ours: Collection[str]
) -> Swapped:
    """Make a folder hold exactly these files, all at once.

    Args:
        folder: made when it is not there; its parent must be writable.
        files: (relative path with ``/``, content), each path once; written in this
            order.
        ours: paths that an earlier run wrote; any other file stops the swap.

    Raises:
        StateError: E906, the folder holds a file that is not ours; nothing changes.
        InputError: E913, a path that leaves the folder, or comes twice.
        EnvironmentProblem: E907, it cannot be written; the old folder stays.
    """
    folder = folder.resolve()
    new = folder.with_name(f".{folder.name}.dualrandom-new")
    old = folder.with_name(f".{folder.name}.dualrandom-old")
    try:
        _recover(folder, new, old)
        if folder.exists() and not folder.is_dir():
            raise StateError("E906", where=Where(file=str(folder)))
        present = list_files(folder) if folder.exists() else ()
        foreign = [path for path in present if path not in ours]
        if foreign:
            raise StateError("E906", where=Where(file=str(folder / foreign[0])))
        new.mkdir(parents=True)
        if folder.exists():
            shutil.copymode(folder, new)  # what a web server may read, it may go on to
        try:
            written, kept = _fill(new, folder, files)
            _exchange(folder, new, old)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        # Only now is the old folder not needed any more, whatever happens next.
        shutil.rmtree(old, ignore_errors=True)
    except OSError as exc:
        raise _cannot_write(folder, exc) from exc
    gone = sum(not (folder / path).is_file() for path in present)
    return Swapped(written=written, kept=kept, removed=gone)


def _recover(folder: Path, new: Path, old: Path) -> None:
    # A run that died between the two renames left only the old folder.
    if old.is_dir() and not folder.exists():
        old.rename(folder)
    for leftover in (new, old):
        if leftover.exists():
            shutil.rmtree(leftover)


def _fill(
    new: Path, folder: Path, files: Iterable[tuple[str, Content]]
) -> tuple[int, int]:
    written = kept = 0
    for name, content in files:
        if not is_inside(name) or (new / name).exists():
            raise InputError("E913", path=name)
        made, before = new / name, folder / name
        made.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else read_file(content)
        if _same(before, data):
            _keep(before, made)
            kept += 1
        else:
            made.write_bytes(data)
            written += 1
    return written, kept


def is_inside(name: str) -> bool:
    """Say whether a path is relative, plain, and stays in its folder."""
    path = PurePosixPath(name)
    return (
        name == path.as_posix()
        and not path.is_absolute()
        and name not in (".", "")
        and not set("\\:\0") & set(name)
        and ".." not in path.parts
    )


def _same(path: Path, data: bytes) -> bool:
    try:
        seen = path.lstat()
        return (
            stat.S_ISREG(seen.st_mode)
            and seen.st_size == len(data)
            and path.read_bytes() == data
        )
    except OSError:
        return False


def _keep(before: Path, made: Path) -> None:
    try:
        os.link(before, made)
    except OSError:  # a file system without hard links
        shutil.copy2(before, made)


def _exchange(folder: Path, new: Path, old: Path) -> None:
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except OSError:
        if old.exists():
            old.rename(folder)
        raise


def _cannot_write(path: Path, exc: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        "E907", where=Where(file=str(path)), reason=exc.strerror or str(exc)
    )


def zip_bytes(top: str, files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip that is the same on every machine.

    Stored, not deflated: compressors differ from one machine to the next.

    Args:
        top: the one directory that all files lie in.
        files: (relative path, bytes); sorted here.
    """
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as archive:
        for name, data in sorted(files):
            info = zipfile.ZipInfo(f"{top}/{name}", _EPOCH)
            info.create_system = _UNIX
            info.external_attr = _PLAIN
            archive.writestr(info, data)
    return made.getvalue()
