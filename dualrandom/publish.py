"""Draw folders, items and the log into ``public/``: all that may be seen.

Border: what is public of a draw was decided in :mod:`dualrandom.disclosure`; how it
looks is :mod:`dualrandom.site`'s affair. Bytes are copied, never written anew.

- Nothing here takes a private record.
- ``plan_public`` is pure; ``write_public`` and ``pack`` touch the disk, all or nothing.

    draw = PublicDraw.load(Path("draws/2026-001"))
    files = plan_public(office=…, items=…, draws=(draw,), verifier=verifiers())
    write_public(Path("public"), files, log_files)

Spec: draw-v1 §2 (visibility); log-v1 §2.
"""

from __future__ import annotations

from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from dualrandom import public
from dualrandom.disclosure import (
    DOCUMENTS,
    LOG_FILES,
    TABLES,
    PublicDraw,
    due_files,
    exists,
    public_part,
)
from dualrandom.errors import InputError, StateError, VerificationError
from dualrandom.folder import write_file
from dualrandom.portable import one_file, parts_of
from dualrandom.public import DrawLine, OfficePage, Site
from dualrandom.public_items import PublishedItem, items_bytes
from dualrandom.public_outcomes import (
    PENALTIES,
    penalties_bytes,
    results_bytes,
    results_path,
)
from dualrandom.public_tables import table_bytes, table_path
from dualrandom.public_texts import PublishedText, text_files
from dualrandom.shipped import shipped
from dualrandom.staging import Swapped, list_files, read_file, swap_in, zip_bytes
from dualrandom.workdays import calendar_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from dualrandom.public_outcomes import Penalties, PublishedResult
    from dualrandom.public_tables import DisclosedTable
    from dualrandom.workdays import Calendar

Reader = Literal["public", "supervisor"]

__all__ = [
    "DrawLine",
    "OfficePage",
    "PublicDraw",
    "PublishedItem",
    "PublishedText",
    "Reader",
    "Site",
    "pack",
    "plan_public",
    "public_part",
    "verifiers",
    "write_public",
]


def verifiers() -> tuple[tuple[str, bytes], ...]:
    """Return (path, bytes) of the checkers that ship beside every draw.

    These are the one-file program, the checker's page with its parts, and the page as
    one file that can be saved and sent.

    Raises:
        EnvironmentProblem: E910.
    """
    files = {path: shipped(path) for path in (public.VERIFIER, public.CHECKER_PAGE)}
    page = files[public.CHECKER_PAGE]
    folder = public.CHECKER_PAGE.rpartition("/")[0]
    parts = {name: shipped(f"{folder}/{name}") for name in parts_of(page)}
    files |= {f"{folder}/{name}": data for name, data in parts.items()}
    files[public.PORTABLE_PAGE] = one_file(page, parts)
    return tuple(sorted(files.items()))


def plan_public(
    *,
    office: OfficePage,
    items: Iterable[PublishedItem],
    draws: Sequence[PublicDraw],
    verifier: Sequence[tuple[str, bytes]],
    texts: Iterable[tuple[PublishedText, bytes]] = (),
    results: Mapping[str, Sequence[PublishedResult]] = MappingProxyType({}),
    salts: Mapping[str, str] = MappingProxyType({}),
    penalties: Penalties | None = None,
    tables: Sequence[DisclosedTable] = (),
    workdays: Calendar | None = None,
) -> tuple[tuple[str, bytes], ...]:
    """Return all of ``public/`` but ``log/``, sorted by path, manifest last.

    Args:
        office: as everyone may see it.
        items: versions in any order; drafts are left out.
        draws: in any order.
        verifier: (path, bytes) of :func:`verifiers`.
        texts: versions of rules and plans, with their bytes.
        results: what inspections found, by draw; approved.
        salts: of the results, by draw; a draw without one needs none.
        tables: further ones that the office discloses.
        workdays: years that the program does not know, or knows otherwise.
        penalties: those shown, and what is left of others; None: there never were any.

    Raises:
        StateError: E912, two draws whose names differ at most in case: some file
            systems would put one over the other.
    """
    names = sorted(draw.announcement.draw.lower() for draw in draws)
    for before, after in pairwise(names):
        if before == after:
            raise StateError("E912", draw=after)
    files = [
        (public.OFFICE, public.office_bytes(office)),
        (public.ITEMS, items_bytes(i for i in items if not i.record.draft)),
        (public.DRAWS, public.draws_bytes(draw.line for draw in draws)),
        *verifier,
        *text_files(texts),
        *(
            (results_path(draw), results_bytes(draw, rows, salts.get(draw, "")))
            for draw, rows in results.items()
        ),
    ]
    files += [(table_path(table.name), table_bytes(table)) for table in tables]
    if workdays is not None:
        files.append((public.WORKDAYS, calendar_bytes(workdays)))
    if penalties is not None:
        files.append((PENALTIES, penalties_bytes(penalties)))
    for draw in draws:
        top = f"{public.DRAW_FOLDERS}{draw.announcement.draw}"
        files += [(f"{top}/{name}", data) for name, data in draw.files]
    files.sort()
    return (*files, (public.MANIFEST, public.manifest_bytes(files)))


def write_public(
    folder: Path,
    files: Sequence[tuple[str, bytes]],
    log_files: Sequence[tuple[str, bytes]] = (),
) -> Swapped:
    """Make a folder hold these files: written aside, then swapped in.

    Args:
        folder: ``public/``.
        files: of :func:`plan_public`.
        log_files: (path below ``log/``, bytes); all that is to be there.

    Raises:
        InputError: E913, a path that has no place in a log.
        StateError: E906, the folder holds a file that no publication wrote.
        EnvironmentProblem: E907, it cannot be written; the old folder stays.

    Spec:
        log-v1 §2: bundles first, then tiles, the checkpoint last.
    """
    for path, _ in log_files:
        if not public.is_log_path(path):
            raise InputError("E913", path=f"{public.LOG}{path}")
    log = [(f"{public.LOG}{path}", data) for path, data in sorted(log_files, key=_rank)]
    ours = {path for path, _ in files} | {path for path, _ in log} | _earlier(folder)
    return swap_in(folder, [*files, *log], ours=ours)


def _rank(file: tuple[str, bytes]) -> tuple[int, str]:
    path = file[0]
    if path.startswith("tile/entries/"):
        return 0, path
    return (1 if path.startswith("tile/") else 2 if path != "checkpoint" else 3), path


def _earlier(folder: Path) -> set[str]:
    manifest = folder / public.MANIFEST
    if not manifest.is_file():
        return set()
    try:
        ours = {public.MANIFEST, *public.parse_manifest(read_file(manifest))}
    except VerificationError:
        return set()
    log = (path for path in list_files(folder) if path.startswith(public.LOG))
    return ours | {p for p in log if public.is_log_path(p.removeprefix(public.LOG))}


def pack(
    folder: Path, reader: Reader, out: Path, *, released: bool = False
) -> tuple[str, ...]:
    """Write a zip of what a reader may see of a draw; the same bytes every time.

    Args:
        folder: a draw folder, named by its draw.
        reader: everyone, or the supervisors, who see every file of the protocol.
        out: the zip; written whole or not at all.
        released: whether the sealed files were released.

    Returns:
        The names of the files in it, sorted.

    Raises:
        EnvironmentProblem: E901; E154, it cannot be written.
        VerificationError: as for :meth:`PublicDraw.load`.
    """
    if reader == "public":
        draw = PublicDraw.load(folder, released=released)
        name, files = draw.announcement.draw, draw.files
    else:
        # A supervisor gets what is there, right or wrong: to find out is the point.
        announcement, _, _ = due_files(folder, released=released)
        name = announcement.draw
        known = (*DOCUMENTS, *TABLES, *LOG_FILES)
        files = tuple(
            (path, read_file(folder / path))
            for path in sorted(known)
            if exists(folder / path)
        )
    mode = 0o644 if reader == "public" else 0o600
    write_file(out, zip_bytes(name, files), mode=mode)
    return tuple(path for path, _ in files)
