"""What of a draw folder everyone may see.

Border: this is decided here, once, by the announcement and the protocol; how it
travels is :mod:`dualrandom.publish`'s affair.

- A draw folder is read by a list of names: a file that the protocol does not call
  public is not even opened.
- A file is taken only if its digest is the announced one; a link is no file.

Spec: draw-v1 §2 (visibility), §4 (private strata, sealed draws).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import parse_json_line, sha256
from dualrandom.documents import parse_announcement, parse_result
from dualrandom.errors import EnvironmentProblem, VerificationError, Where
from dualrandom.fields import Fields
from dualrandom.model import Visibility, is_time
from dualrandom.public import DrawLine, naming
from dualrandom.randomness import standing
from dualrandom.records import DrawState
from dualrandom.staging import read_file
from dualrandom.tables import CHANGES, FROZEN, RESULTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dualrandom.announcement import Announcement, Result
    from dualrandom.model import FileDigest

ANNOUNCEMENT: Final = "announcement.json"
RESULT: Final = "result.json"
SEED: Final = "seed.txt"
RANDOMNESS: Final = "randomness.json"
DOCUMENTS: Final = (ANNOUNCEMENT, RANDOMNESS, SEED, RESULT)
ACTS: Final = ("announce", "result", "abandon")
LOG_FILES: Final = tuple(
    f"log/{act}.{kind}" for act in ACTS for kind in ("entry", "tlog-proof")
)
TABLES: Final = tuple(kind.name for kind in (*FROZEN, *RESULTS, *CHANGES))
_PROOF: Final = b"c2sp.org/tlog-proof@v1\n"


def public_part(
    announcement: Announcement, name: str, *, released: bool = False
) -> bool:
    """Say whether everyone may see a file of a draw folder.

    Args:
        announcement: the draw's.
        name: relative to the folder, e.g. ``targets.tsv``, ``log/announce.entry``.
        released: whether the sealed files were released.

    Spec:
        draw-v1 §2, visibility.
    """
    if name in DOCUMENTS or name in LOG_FILES:
        return True
    if name not in TABLES:
        return False
    seen = announcement.sees(name)
    return seen is Visibility.PUBLIC or (seen is Visibility.SEALED and released)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicDraw:
    """A draw as everyone may see it: no file here is for supervisors only.

    Attributes:
        files: (name, bytes) of the public files, sorted by name.
        line: its line in draws.json.
    """

    announcement: Announcement
    result: Result | None
    files: tuple[tuple[str, bytes], ...]
    line: DrawLine

    @classmethod
    def load(
        cls,
        folder: Path,
        *,
        approved: frozenset[str] = frozenset(),
        order_witnessed: bool = False,
        released: bool = False,
        verdicts: tuple[tuple[str, int, int], ...] = (),
        now: str | None = None,
    ) -> PublicDraw:
        """Read the public files of a draw folder, and open no other.

        Args:
            folder: named by its draw.
            approved: parties whose own keys approved the announcement.
            order_witnessed: whether a witness cosigned the announcement in time.
            released: whether the sealed files were released.
            verdicts: of supervisors, see :class:`DrawLine`.
            now: UTC; None: no draw is called overdue, or its release late.

        Raises:
            EnvironmentProblem: E901, a public file that is due is missing.
            VerificationError: E902, a file is not the announced one; E903, the
                folder has another name; E904, the result gives a file another
                visibility; E905, a public table holds a salt; E914, a log entry is
                not this draw's; E801, E802 as for the documents.
        """
        announcement, result, names = due_files(folder, released=released)
        files = {name: read_file(folder / name) for name in names}
        _check_digests(announcement, result, files)
        for name, data in files.items():
            _check_salt(name, data, announcement)
        ending = _ending(announcement, result, files)
        return cls(
            announcement=announcement,
            result=result,
            files=tuple(sorted(files.items())),
            line=DrawLine(
                draw=announcement.draw,
                state=ending.state,
                announced=announcement.announced,
                due=announcement.due,
                standing=standing(announcement.randomness, approved),
                order_witnessed=order_witnessed,
                drawn_at=ending.time if ending.state is DrawState.DRAWN else None,
                abandoned_at=ending.time
                if ending.state is DrawState.ABANDONED
                else None,
                overdue=(
                    ending.state is DrawState.ANNOUNCED
                    and now is not None
                    and announcement.due < now
                ),
                reason=ending.reason,
                released=released,
                late=(
                    announcement.release is not None
                    and not released
                    and now is not None
                    and announcement.release < now[:10]
                ),
                verdicts=verdicts,
            ),
        )


def due_files(
    folder: Path, *, released: bool
) -> tuple[Announcement, Result | None, tuple[str, ...]]:
    """Return a draw's documents, and the names of its public files that are due."""
    with naming(str(folder / ANNOUNCEMENT)):
        announcement = parse_announcement(read_file(folder / ANNOUNCEMENT))
    if folder.resolve().name != announcement.draw:
        raise VerificationError(
            "E903", where=Where(file=str(folder)), draw=announcement.draw
        )
    names = [ANNOUNCEMENT, *(name for name, _ in announcement.files)]
    result = None
    if exists(folder / RESULT):
        with naming(str(folder / RESULT)):
            result = parse_result(read_file(folder / RESULT))
        names += [RESULT, SEED, RANDOMNESS, *(name for name, _ in result.files)]
        _check_visibility(folder, announcement, result)
    elif exists(folder / "log" / "abandon.entry"):
        # The value of an abandoned draw may have come out; who saw it is no secret.
        names += [name for name in (SEED, RANDOMNESS) if exists(folder / name)]
    if (folder / "log").is_symlink():
        raise EnvironmentProblem("E901", where=Where(file=str(folder / "log")))
    names += [name for name in LOG_FILES if exists(folder / name)]
    seen = [n for n in names if public_part(announcement, n, released=released)]
    return announcement, result, tuple(seen)


def exists(path: Path) -> bool:
    """Say whether something lies here, a broken link included."""
    try:
        return path.is_symlink() or path.exists()
    except OSError as exc:
        raise EnvironmentProblem("E901", where=Where(file=str(path))) from exc


def _check_visibility(folder: Path, announcement: Announcement, result: Result) -> None:
    told = dict(result.visibility)
    for name, _ in result.files:
        if told.get(name) is not announcement.sees(name):
            raise VerificationError(
                "E904", where=Where(file=str(folder / RESULT)), name=name
            )


def _check_digests(
    announcement: Announcement, result: Result | None, files: Mapping[str, bytes]
) -> None:
    due: dict[str, FileDigest] = dict(announcement.files)
    wanted = {name: digest.sha256 for name, digest in due.items()}
    if result is not None:
        wanted |= {name: digest.sha256 for name, digest in result.files}
        wanted |= {
            ANNOUNCEMENT: result.commitment,
            SEED: result.seed_file,
            RANDOMNESS: result.randomness_file,
        }
    for name, data in files.items():
        if name in wanted and sha256(data) != wanted[name]:
            file = f"{announcement.draw}/{name}"
            raise VerificationError("E902", where=Where(file=file))


def _check_salt(name: str, data: bytes, announcement: Announcement) -> None:
    salted = data.split(b"\n", 2)[1:2]
    if (
        name in TABLES
        and announcement.sees(name) is Visibility.PUBLIC
        and salted
        and salted[0].startswith(b"#")
    ):
        file = f"{announcement.draw}/{name}"
        raise VerificationError("E905", where=Where(file=file))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    state: DrawState
    time: str | None = None
    reason: str | None = None


def _ending(
    announcement: Announcement, result: Result | None, files: Mapping[str, bytes]
) -> _Ending:
    for name, data in files.items():
        if name.endswith(".tlog-proof") and not data.startswith(_PROOF):
            where = Where(file=f"{announcement.draw}/{name}")
            raise VerificationError("E914", where=where)
    entries = {
        act: _entry(announcement, act, files[f"log/{act}.entry"])
        for act in ACTS
        if f"log/{act}.entry" in files
    }
    if "abandon" in entries:
        abandoned = entries["abandon"]
        return _Ending(
            state=DrawState.ABANDONED, time=abandoned.time, reason=abandoned.reason
        )
    if result is None:
        return _Ending(state=DrawState.ANNOUNCED)
    logged = entries.get("result")
    return _Ending(state=DrawState.DRAWN, time=logged.time if logged else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    time: str
    reason: str | None


def _entry(announcement: Announcement, act: str, data: bytes) -> _Act:
    """Return what an entry says; its signature is the verifier's affair."""
    try:
        text, _, _ = data.partition(b"\n")
        top = Fields.of(parse_json_line(text + b"\n"))
        top.text("act", f"draw.{act}".__eq__)
        body = top.child("body")
        body.text("draw", announcement.draw.__eq__)
        return _Act(
            time=top.text("time", is_time),
            reason=body.text("reason") if act == "abandon" else None,
        )
    except VerificationError as exc:
        where = Where(file=f"{announcement.draw}/log/{act}.entry")
        raise VerificationError("E914", where=where) from exc
