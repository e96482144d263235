"""A draw folder on disk, or as a zip: read under limits, written whole or not at all.

Border: bytes by name on one side, the file system on the other. What the bytes mean
is nobody's business here.

- Only regular files are read: no link, no device, no pipe, nothing outside.
- A zip has limits on count, sizes and ratio before anything is unpacked.
"""

from __future__ import annotations

import os
import re
import stat
import zipfile
import zlib
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_FILES: Final = 256
MAX_FILE: Final = 2 * 2**30
MAX_ZIP_RATIO: Final = 200
"""Tables of digests hardly shrink; lists of names shrink tenfold."""
_PART = re.compile(r"[^/\\\x00-\x1f\x7f:]{1,128}")


def load_folder(path: Path) -> tuple[str, dict[str, bytes]]:
    """Return the name of a draw and its files by name, from a folder or a zip.

    Args:
        path: a folder, or a zip of one. Files deeper than one level down are named
            with ``/``.

    Raises:
        EnvironmentProblem: E150, no such folder; E151, it cannot be read.
        InputError: E152, neither folder nor zip; E153, a zip that breaks the limits
            or holds paths that lead elsewhere.
    """
    try:
        if path.is_dir():
            return path.resolve().name, dict(_walk(path))
        if not path.exists():
            raise EnvironmentProblem("E150", where=Where(file=str(path)))
        if not path.is_file() or not zipfile.is_zipfile(path):
            raise InputError("E152", where=Where(file=str(path)))
        return _read_zip(path)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc


def _walk(folder: Path) -> Iterator[tuple[str, bytes]]:
    count = 0
    for base, folders, names in os.walk(folder, followlinks=False):
        folders.sort()
        for name in sorted(names):
            count += 1
            at = Path(base, name)
            if count > MAX_FILES:
                raise InputError("E153", where=Where(file=str(folder)))
            yield at.relative_to(folder).as_posix(), _read_regular(at)


def _read_regular(at: Path) -> bytes:
    # Opened without following links and without waiting on a pipe, then looked at:
    # no moment in between in which the file could be exchanged.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        handle = os.open(at, flags | getattr(os, "O_BINARY", 0))
    except OSError as exc:
        if at.is_symlink():
            raise InputError("E153", where=Where(file=str(at))) from exc
        raise
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(file.fileno())
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_FILE:
            raise InputError("E153", where=Where(file=str(at)))
        return file.read(MAX_FILE + 1)


def _read_zip(path: Path) -> tuple[str, dict[str, bytes]]:
    where = Where(file=str(path))
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            names = [m.filename for m in members]
            tops = {name.split("/", 1)[0] for name in names if "/" in name}
            top = tops.pop() if len(tops) == 1 else ""
            if not top or not all(name.startswith(f"{top}/") for name in names):
                top = ""
            if len(members) > MAX_FILES or len(set(names)) != len(names):
                raise InputError("E153", where=where)
            out = {}
            for member in members:
                _check_member(member, where)
                name = member.filename.removeprefix(f"{top}/" if top else "")
                with archive.open(member) as file:
                    data = file.read(member.file_size + 1)
                if len(data) != member.file_size:
                    raise InputError("E153", where=where)
                out[name] = data
    except (
        zipfile.BadZipFile,
        zlib.error,
        RuntimeError,
        NotImplementedError,
        ValueError,
        EOFError,
    ) as exc:
        raise InputError("E153", where=where) from exc
    return top or path.stem, out


def _check_member(member: zipfile.ZipInfo, where: Where) -> None:
    parts = member.filename.split("/")
    link = stat.S_ISLNK(member.external_attr >> 16)
    if (
        link
        or any(part in (".", "..") or not _PART.fullmatch(part) for part in parts)
        or member.file_size > MAX_FILE
        or member.file_size > MAX_ZIP_RATIO * max(member.compress_size, 1) + 4096
        or member.flag_bits & 0x1
    ):
        raise InputError("E153", where=where)


def write_file(path: Path, data: bytes, *, mode: int = 0o644) -> None:
    """Write a file whole or not at all: aside, to disk, then renamed.

    Args:
        path: where; its folder exists.
        data: all of it.
        mode: POSIX permissions of the file.

    Raises:
        EnvironmentProblem: E154, it cannot be written (disk full, no permission).
    """
    aside = None
    try:
        handle, aside = mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read.
        Path(aside).chmod(mode)
        Path(aside).replace(path)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)


def write_files(folder: Path, files: Mapping[str, bytes], *, mode: int = 0o644) -> None:
    """Write several files of a folder, in the order given, each whole or not at all.

    Raises:
        EnvironmentProblem: E154.
    """
    for name, data in files.items():
        at = folder / name
        try:
            at.parent.mkdir(parents=True, exist_ok=True)
        except OSError as exc:
            raise EnvironmentProblem(
                "E154", where=Where(file=str(at)), reason=exc.strerror or ""
            ) from exc
        write_file(at, data, mode=mode)
