"""Documents that an office issues in versions: the detailed rules, yearly plans.

- The log says which version holds since when, by whom; the bytes lie beside the log,
  named by their digest, and everyone may see them.
- Nothing else remembers a version: there is no second place that could say otherwise.

Spec: log-v1 §4, ``rules.set``, ``plan.set``.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.disclosure import ANNOUNCEMENT
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    EnvironmentProblem,
    Problem,
    VerificationError,
    Where,
    problem,
)
from dualrandom.folder import write_files
from dualrandom.office import journal
from dualrandom.office.place import KEPT, RULES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

Act = Literal["rules.set", "plan.set"]
_FOLDERS: dict[Act, tuple[str, str]] = {
    "rules.set": ("rules", "md"),
    "plan.set": ("plans", "json"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """One version of a document, as the log tells of it.

    Attributes:
        year: of a plan; None: the rules.
        version: from 1; the rules' own, or the year's.
        digest: SHA-256 of its bytes.
        seq: the log entry.
    """

    act: Act
    version: int
    digest: str
    seq: int
    at: dt.datetime
    by: str
    year: int | None = None

    @property
    def path(self) -> str:
        """Where its bytes lie, below the folder of what is kept."""
        folder, ending = _FOLDERS[self.act]
        return f"{folder}/{self.digest}.{ending}"


def issues(
    tx: Reader, act: Act, *, as_of: dt.datetime | int | None = None
) -> tuple[Issue, ...]:
    """Return the versions of all documents of a kind, in the order of the log.

    Args:
        tx: a view of the log.
        act: the kind.
        as_of: an aware time, or the number of a log entry; None: now.

    Raises:
        VerificationError: E746 and others, an entry of the log is not as it must be.
    """
    found = (issue for issue in _told(tx, act) if _by_then(issue, as_of))
    return tuple(found)


def _told(tx: Reader, act: Act) -> Iterator[Issue]:
    marked = f'"act":"{act}"'.encode()
    for data in tx.entries():
        if marked not in data:
            continue
        entry = audit.parse_entry(data)[0]
        if entry.act != act:
            continue
        audit.check_body(act, entry.body)
        body: dict[str, Any] = dict(entry.body)
        yield Issue(
            act=act,
            version=body["version"],
            digest=body["digest"],
            seq=entry.seq,
            at=dt.datetime.fromisoformat(entry.time),
            by=entry.by,
            year=body.get("year"),
        )


def _by_then(issue: Issue, as_of: dt.datetime | int | None) -> bool:
    if as_of is None:
        return True
    return issue.seq <= as_of if isinstance(as_of, int) else issue.at <= as_of


def text_of(office: Office, issue: Issue) -> bytes:
    """Return the bytes of a version.

    Raises:
        EnvironmentProblem: E416, they are gone; E151, they cannot be read.
        VerificationError: E417, they are not what was logged.
    """
    found = [path for path in _places(office, issue) if path.is_file()]
    where = Where(file=f"{KEPT}/{issue.path}")
    if not found:
        raise EnvironmentProblem("E416", where=where, seq=issue.seq)
    try:
        data = found[0].read_bytes()
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=where, reason=exc.strerror or ""
        ) from exc
    if sha256(data) != issue.digest:
        raise VerificationError("E417", where=where, seq=issue.seq)
    return data


def _places(office: Office, issue: Issue) -> Iterator[Path]:
    yield office.kept / issue.path
    at = office.root / RULES
    # Offices that were founded by an earlier version kept their rules there alone.
    if issue.act == "rules.set" and at.is_file():
        try:
            data = at.read_bytes()
        except OSError:
            return
        if sha256(data) == issue.digest:
            yield at


def issue(
    office: Office,
    tx: Writer,
    undo: ExitStack,
    act: Act,
    data: bytes,
    *,
    signer: PrivateKey,
    year: int | None = None,
) -> Issue:
    """Log the next version of a document, and keep its bytes."""
    known = [one for one in issues(tx, act) if one.year == year]
    version = known[-1].version + 1 if known else 1
    body: dict[str, Any] = {"version": version, "digest": sha256(data)}
    if year is not None:
        body["year"] = year
    entry = journal.append(office, tx, act, body, signer=signer)
    made = Issue(
        act=act,
        version=version,
        digest=body["digest"],
        seq=entry.seq,
        at=dt.datetime.fromisoformat(entry.time),
        by=entry.by,
        year=year,
    )
    path = office.kept / made.path
    if not path.is_file():
        undo.callback(path.unlink, missing_ok=True)
    write_files(office.kept, {made.path: data})
    return made


def _check_named(
    office: Office, tx: Reader, draws: Iterable[audit.DrawLife]
) -> Iterator[Problem]:
    # A folder that is gone, or is not what was logged, is told elsewhere.
    versions = issues(tx, "rules.set")
    for life in draws:
        path = office.draw(life.draw) / ANNOUNCEMENT
        data = path.read_bytes() if path.is_file() else b""
        if sha256(data) != life.commitment:
            continue
        named = parse_announcement(data).task.rules
        held = [one for one in versions if one.seq < life.announced]
        if not held or held[-1].digest != named:
            where = Where(file=f"draws/{life.draw}/{ANNOUNCEMENT}")
            version = held[-1].version if held else 0
            yield problem("E437", where, version=version, seq=life.announced)


def check_issues(
    office: Office, tx: Reader, draws: Iterable[audit.DrawLife]
) -> Iterator[Problem]:
    """Yield every document that is not what the log names, or announcements name.

    Yields:
        E417, other bytes; E416, a warning: what is gone is withheld, which is no fault
        of the log; E437, an announcement with other rules than those then in force.
    """
    yield from _check_named(office, tx, draws)
    acts: tuple[Act, ...] = ("rules.set", "plan.set")
    for act in acts:
        for one in issues(tx, act):
            try:
                text_of(office, one)
            except (EnvironmentProblem, VerificationError) as error:
                warning = isinstance(error, EnvironmentProblem)
                where = Where(file=f"{KEPT}/{one.path}", entry=one.seq)
                yield problem(
                    "E416" if warning else "E417", where, warning=warning, seq=one.seq
                )
