"""A draw folder on disk, or as a zip: read under limits, written whole or not at all.

Border: bytes by name on one side, the file system on the other. What the bytes mean
is nobody's business here.

- Only files that are asked for are read; that others are there is all that is seen.
- Only regular files are read: no link, no device, no pipe, nothing outside.
- A zip has limits on count, sizes and ratio before anything is unpacked.
"""

from __future__ import annotations

import errno
import os
import zipfile
from pathlib import Path
from tempfile import mkstemp
from typing import TYPE_CHECKING, Final

from dualrandom.archive import DRAW, ArchiveError, open_archive, read_member
from dualrandom.blocks import FileBlocks, open_regular
from dualrandom.canonical import blocks
from dualrandom.errors import EnvironmentProblem, StateError, VerificationError, Where

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

MAX_FILES: Final = 256
MAX_BYTES: Final = 2 * 2**30
"""Of one file that is read, and of all files of a zip together."""
MAX_HELD: Final = 64 * 2**20
"""What is larger is not held in memory, where that can be avoided."""
_ZIP: Final = b"PK"
_NEW: Final = ".new"


def load_folder(path: Path, wanted: Collection[str]) -> tuple[str, dict[str, bytes]]:
    """Return the name of a draw and its files by name, from a folder or a zip.

    Args:
        path: a folder, or a zip of one.
        wanted: the files to read, ``log/announce.entry`` for what lies in ``log/``.
            Whatever else is there is named too, with no bytes; at most 256 of it.

    Raises:
        EnvironmentProblem: E150, no such folder; E151, it cannot be read; E152,
            neither folder nor zip.
        VerificationError: E153, a wanted file that is none, or a zip that is
            damaged, breaks the limits or holds paths that lead elsewhere.
    """
    try:
        if path.is_dir():
            return path.resolve().name, _read_folder(path, wanted)
        if not path.exists():
            raise EnvironmentProblem("E150", where=Where(file=str(path)))
        if not path.is_file() or not _is_zip(path):
            raise EnvironmentProblem("E152", where=Where(file=str(path)))
        return _read_zip(path, wanted)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc


def open_folder(
    path: Path,
    wanted: Collection[str],
    *,
    large: Collection[str],
    told: Callable[[Path, int], object] = lambda *_: None,
) -> tuple[str, dict[str, bytes], dict[str, FileBlocks]]:
    """Return what :func:`load_folder` does; what is too large to be held comes apart.

    Args:
        path: a folder, or a zip of one; what is zipped is read.
        wanted: the files to read.
        large: those that may be too large for memory.
        told: called with a path and how many percent of it were read.

    Raises:
        EnvironmentProblem: E150-E152, as for :func:`load_folder`.
        VerificationError: E153, likewise.
    """
    apart: dict[str, FileBlocks] = {}
    try:
        for name in sorted(large) if path.is_dir() else ():
            at = path / name
            if at.is_file() and at.stat().st_size > MAX_HELD:
                apart[name] = FileBlocks(at, told)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    name, files = load_folder(path, set(wanted) - apart.keys())
    return name, {n: files[n] for n in files if n not in apart}, apart


def _read_folder(folder: Path, wanted: Collection[str]) -> dict[str, bytes]:
    inner = {name.split("/")[0] for name in wanted if "/" in name}
    seen = []
    for entry in sorted(os.listdir(folder)):  # noqa: PTH208 - names, not paths
        at = folder / entry
        if entry in inner and at.is_dir() and not at.is_symlink():
            seen += [f"{entry}/{name}" for name in sorted(os.listdir(at))]  # noqa: PTH208
        else:
            seen.append(entry)
    found = {name: _read_regular(folder / name) for name in seen if name in wanted}
    others = [name for name in seen if name not in wanted]
    return found | dict.fromkeys(others[:MAX_FILES], b"")


def _read_regular(at: Path) -> bytes:
    with open_regular(at) as file:
        if os.fstat(file.fileno()).st_size > MAX_BYTES:
            raise VerificationError("E153", where=Where(file=str(at)))
        return file.read(MAX_BYTES + 1)


def _is_zip(path: Path) -> bool:
    # By its beginning too: one that lost its end is a damaged zip, not something else.
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP or zipfile.is_zipfile(path)


def _read_zip(path: Path, wanted: Collection[str]) -> tuple[str, dict[str, bytes]]:
    found = {}
    try:
        with path.open("rb") as file, open_archive(file, DRAW) as archive:
            for member in archive.infolist():
                name = member.filename
                if not member.is_dir():
                    # Which folder all lie in is known when all were seen.
                    wants = name in wanted or name.partition("/")[2] in wanted
                    found[name] = read_member(archive, member) if wants else b""
    except ArchiveError as error:
        at = f"{path}/{error.name}" if error.name else str(path)
        raise VerificationError("E153", where=Where(file=at)) from error
    top = _top(found)
    short = {name.removeprefix(top): data for name, data in found.items()}
    return top.removesuffix("/") or path.stem, {
        name: data if name in wanted else b"" for name, data in short.items()
    }


def _top(names: Collection[str]) -> str:
    """Return the one folder that all files lie in, with its slash, or nothing."""
    tops = {name.partition("/")[0] if "/" in name else "" for name in names}
    return f"{tops.pop()}/" if len(tops) == 1 and tops not in ({""}, {"log"}) else ""


def check_new(path: Path) -> None:
    """Refuse a place where something lies already: a filled sheet, for instance.

    Raises:
        StateError: E175.
    """
    if path.exists():
        raise StateError("E175", where=Where(file=str(path)))


def write_file(path: Path, data: bytes | Iterable[bytes], *, mode: int = 0o644) -> None:
    """Write a file whole or not at all: aside, to disk, then renamed.

    Args:
        path: where; its folder exists.
        data: all of it, or some at a time.
        mode: POSIX permissions of the file.

    Raises:
        EnvironmentProblem: E154, it cannot be written (disk full, no permission).
    """
    aside = None
    try:
        if path.exists() and not path.is_file():
            # A rename would put a file in the place of a device or a pipe.
            raise OSError(errno.EEXIST, os.strerror(errno.EEXIST))  # noqa: TRY301
        handle, aside = mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=_NEW)
        with os.fdopen(handle, "wb") as file:
            file.writelines(blocks(data))
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner can read.
        Path(aside).chmod(mode)
        Path(aside).replace(path)
        sync_names(path.parent)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    finally:
        if aside is not None:
            Path(aside).unlink(missing_ok=True)


def sync_names(folder: Path) -> None:
    """See to it that after a power cut the files' new names are there too."""
    # Windows does so by itself.
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def sweep(folder: Path) -> None:
    """Take away what a run that was cut off while it wrote has left in a folder.

    Only where nobody else can be writing at the same time.
    """
    for left in folder.glob(f".*{_NEW}"):
        left.unlink(missing_ok=True)


def write_files(
    folder: Path, files: Mapping[str, bytes | Iterable[bytes]], *, mode: int = 0o644
) -> None:
    """Write several files of a folder, in the order given, each whole or not at all.

    Raises:
        EnvironmentProblem: E154.
    """
    for name, data in files.items():
        at = folder / name
        try:
            at.parent.mkdir(parents=True, exist_ok=True)
            for left in at.parent.glob(f".{at.name}.*{_NEW}"):
                left.unlink(missing_ok=True)  # by a run that was cut off
        except OSError as exc:
            raise EnvironmentProblem(
                "E154", where=Where(file=str(at)), reason=exc.strerror or ""
            ) from exc
        write_file(at, data, mode=mode)
