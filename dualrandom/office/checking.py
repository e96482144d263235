"""The log against itself, against what was kept, against lists and folders.

Spec: log-v1 §4.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.errors import (
    EnvironmentProblem,
    InputError,
    Problem,
    UsageError,
    VerificationError,
    Where,
)
from dualrandom.folder import write_file
from dualrandom.office import journal, memory
from dualrandom.office.folders import check_folder
from dualrandom.office.issued import check_issues
from dualrandom.office.lookahead import Lookahead
from dualrandom.office.sources import given

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from dualrandom.office.place import Office

CHECKPOINT: Final = "checkpoint"
WITHHELD: Final = ("E170", "E416")
MAX_FILE: Final = 256 * 65_540
"""A full bundle of the largest entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of a log came to.

    Attributes:
        before: how many entries an earlier check had verified; 0: none.
        first: the first bad entry, or None.
        withheld: files that are not here: no fault, and nothing that is told.
        findings: what differs.
        notes: what could not be told, or should be known.
    """

    exit_code: int
    origin: str
    size: int
    root: str
    before: int
    first: int | None
    withheld: int
    findings: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def log_trust(
    *,
    against: Path | None,
    policy: Path | None,
    genesis: Path | None,
    state: Path | None = None,
) -> audit.LogTrust:
    """Return what a reader got elsewhere, or kept, from its files.

    Raises:
        EnvironmentProblem: E151, one cannot be read.
        UsageError: one is not what it should be.
    """
    kept: tuple[audit.SignedCheckpoint, ...] = ()
    first = trusted = None
    if against is not None:
        with given(Where(file=str(against)), UsageError):
            kept = (audit.parse_checkpoint(read(against)),)
    if genesis is not None:
        first = sha256(read_genesis(genesis))
    if policy is not None:
        trusted = read_policy(policy)
    return audit.LogTrust(
        genesis=first, policy=trusted, kept=kept, verified=read_state(state)
    )


def read_state(file: Path | None) -> audit.Checkpoint | None:
    """Return up to where a reader verified a log; None: not yet.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        UsageError: E701-E704, E711, it is no checkpoint.
    """
    if file is None or not file.exists():
        return None
    with given(Where(file=str(file)), UsageError):
        return audit.parse_checkpoint(read(file)).checkpoint


def read_genesis(file: Path) -> bytes:
    """Return a genesis entry that a reader kept.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        UsageError: E182 and others, it is none.
    """
    data = read(file)
    with given(Where(file=str(file)), UsageError):
        journal.check_genesis(data)
    return data


def read_policy(file: Path) -> audit.Policy:
    """Return a policy that a reader wrote.

    Raises:
        EnvironmentProblem: E151, it cannot be read.
        UsageError: E717, E718 and others, it is none.
    """
    data = read(file)
    with given(Where(file=str(file)), UsageError):
        return audit.parse_policy(data)


def verify_office_log(
    office: Office,
    *,
    against: Path | None,
    policy: Path | None,
    genesis: Path | None,
    state: Path | None = None,
) -> Checked:
    """Check the office's own log, lists and draw folders.

    The checkpoint that the office signed last lies outside the database: a cut or
    restored database does not get past it. That the office exchanged both, only a
    checkpoint kept by somebody else can tell: ``against``.
    """
    own = memory.last_checkpoint(office)
    first = office.kept / journal.GENESIS
    trust = log_trust(
        against=against,
        policy=policy,
        # Without the kept one it cannot be told whose log this is: no more than that.
        genesis=genesis or (first if first.is_file() else None),
        state=state,
    )
    if against is None and own is not None:
        trust = replace(trust, kept=(audit.parse_checkpoint(own),))
    with office.registry.read() as tx:
        tx.keep_little()
        head = tx.head()

        def run(trust: audit.LogTrust, ahead: Lookahead) -> audit.LogReport:
            return audit.verify_log(
                ahead.through(tx.entries()),
                verify=ahead.verify,
                checkpoint=own,
                trust=trust,
                is_new=ahead.is_new,
            )

        report = _run(run, trust, 0 if head is None else head.seq + 1)
        lists = tx.check_lists(office.kept_list)
        if report.first is None:  # what a bad entry names is no document
            lists += tuple(check_issues(office, tx, report.draws))
    folders = tuple(p for draw in report.draws for p in check_folder(office, draw))
    checked = _checked(report, trust, (*lists, *folders))
    _keep_state(state, own, report)
    return checked


def verify_published_log(
    folder: Path,
    *,
    against: Path | None,
    policy: Path | None,
    genesis: Path | None,
    state: Path | None = None,
) -> Checked:
    """Check a published ``log/``; no office is needed.

    Raises:
        EnvironmentProblem: E150, no such folder.
    """
    trust = log_trust(against=against, policy=policy, genesis=genesis, state=state)
    report = published_report(folder, trust)
    _keep_state(state, published_file(folder, CHECKPOINT), report)
    return _checked(report, trust, ())


def published_report(folder: Path, trust: audit.LogTrust) -> audit.LogReport:
    """Return the full report of a published log.

    Raises:
        EnvironmentProblem: E150, no such folder.
    """
    existing(folder)

    def run(trust: audit.LogTrust, ahead: Lookahead) -> audit.LogReport:
        return audit.verify_published(
            lambda path: published_file(folder, path),
            verify=ahead.verify,
            trust=trust,
            is_new=ahead.is_new,
            through=ahead.through,
        )

    return _run(run, trust, _claimed(published_file(folder, CHECKPOINT)))


def _run(
    run: Callable[[audit.LogTrust, Lookahead], audit.LogReport],
    trust: audit.LogTrust,
    size: int,
) -> audit.LogReport:
    before = trust.verified
    skip = 0 if before is None else before.size
    with Lookahead(size=size, skip=skip) as ahead:
        report = run(trust, ahead)
    if before is None or report.exit_code != 1:
        return report
    # What was verified before may be what is wrong now: only a check of all of it
    # names the first bad entry.
    whole = replace(trust, verified=None, states=(*trust.states, before))
    with Lookahead(size=size) as ahead:
        return run(whole, ahead)


def _claimed(checkpoint: bytes | None) -> int:
    with suppress(VerificationError):
        if checkpoint is not None:
            return audit.parse_checkpoint(checkpoint).checkpoint.size
    return 0


def _keep_state(
    state: Path | None, checkpoint: bytes | None, report: audit.LogReport
) -> None:
    """Remember up to where a log was verified, if nothing differs.

    What could not be told is no hindrance: it will be asked again.
    """
    if state is None or checkpoint is None or report.exit_code == 1:
        return
    if 0 < _claimed(checkpoint) <= report.size:
        write_file(state, checkpoint)


def read(path: Path) -> bytes:
    """Read a small file.

    Raises:
        EnvironmentProblem: E151.
        InputError: E399, it is too large.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))  # noqa: TRY301
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    if len(data) > MAX_FILE:
        raise InputError("E399", where=Where(file=str(path)))
    return data


def existing(folder: Path) -> Path:
    """Return a folder that is there.

    Raises:
        EnvironmentProblem: E150.
    """
    if not folder.is_dir():
        raise EnvironmentProblem("E150", where=Where(file=str(folder)))
    return folder


def published_file(folder: Path, path: str) -> bytes | None:
    """Return a file of a published log; None: there is no regular one."""
    at = folder / path
    if at.is_symlink() or not at.is_file():
        return None
    return read(at)


def _checked(
    report: audit.LogReport, trust: audit.LogTrust, more: tuple[Problem, ...]
) -> Checked:
    differs = [f.problem for f in report.findings if f.weight is audit.Weight.DIFFERS]
    rest = [f.problem for f in report.findings if f.weight is not audit.Weight.DIFFERS]
    found = [p for p in more if not p.warning]
    # What is not here is withheld, or was erased by law: no fault of the log. What is
    # not known cannot be told; a fault that was found outranks it.
    withheld = sum(p.code in WITHHELD for p in more)
    code = report.exit_code or (6 if len(more) > withheld else 0)
    return Checked(
        exit_code=1 if found else code,
        origin=report.origin or "",
        before=0 if trust.verified is None else trust.verified.size,
        first=report.first,
        withheld=withheld,
        size=report.size,
        root=report.root.hex(),
        findings=(*differs, *found),
        notes=(*rest, *(p for p in more if p.warning)),
    )
