"""The log against itself, against what was kept, against lists and folders.

Spec: log-v1 §4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    InputError,
    Problem,
    Where,
    problem,
)
from dualrandom.folder import load_folder
from dualrandom.keys import verify_ed25519
from dualrandom.office import journal
from dualrandom.tables import FROZEN

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from dualrandom.office.place import Office

MAX_FILE = 256 * 65_540
"""A full bundle of the largest entries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check of a log came to.

    Attributes:
        findings: what differs.
        notes: what could not be told, or should be known.
    """

    exit_code: int
    size: int
    root: str
    findings: tuple[Problem, ...]
    notes: tuple[Problem, ...]


def log_trust(
    *, against: Path | None, policy: Path | None, genesis: Path | None
) -> audit.LogTrust:
    """Return what a reader got elsewhere, from its files.

    Raises:
        EnvironmentProblem: E151, one cannot be read.
        VerificationError: one is not what it should be.
    """
    kept = () if against is None else (audit.parse_checkpoint(read(against)),)
    first = None if genesis is None else read(genesis)
    if first is not None:
        journal.check_genesis(first)
    return audit.LogTrust(
        genesis=None if first is None else sha256(first),
        policy=None if policy is None else audit.parse_policy(read(policy)),
        kept=kept,
    )


def verify_office_log(
    office: Office, *, against: Path | None, policy: Path | None, genesis: Path | None
) -> Checked:
    """Check the office's own log, lists and draw folders.

    The checkpoint that the office signed last lies outside the database: a cut or
    restored database does not get past it. That the office exchanged both, only a
    checkpoint kept by somebody else can tell: ``against``.
    """
    own = journal.last_checkpoint(office)
    kept = against
    trust = log_trust(
        against=kept, policy=policy, genesis=genesis or office.kept / journal.GENESIS
    )
    if kept is None and own is not None:
        trust = audit.LogTrust(
            genesis=trust.genesis,
            policy=trust.policy,
            kept=(audit.parse_checkpoint(own),),
        )
    with office.registry.read() as tx:
        report = audit.verify_log(
            tx.entries(), verify=verify_ed25519, checkpoint=own, trust=trust
        )
        lists = tx.check_lists(lambda digest: _kept(office, digest))
    folders = tuple(_check_folders(office, report.draws))
    return _checked(report, (*lists, *folders))


def verify_published_log(
    folder: Path, *, against: Path | None, policy: Path | None, genesis: Path | None
) -> Checked:
    """Check a published ``log/``; no office is needed.

    Raises:
        EnvironmentProblem: E150, no such folder.
    """
    trust = log_trust(against=against, policy=policy, genesis=genesis)
    return _checked(published_report(folder, trust), ())


def published_report(folder: Path, trust: audit.LogTrust) -> audit.LogReport:
    """Return the full report of a published log."""
    if not folder.is_dir():
        raise EnvironmentProblem("E150", where=Where(file=str(folder)))
    return audit.verify_published(
        lambda path: _file(folder, path), verify=verify_ed25519, trust=trust
    )


def read(path: Path) -> bytes:
    """Read a small file.

    Raises:
        EnvironmentProblem: E151.
        InputError: E399, it is too large.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=Where(file=str(path)), reason=exc.strerror or ""
        ) from exc
    if len(data) > MAX_FILE:
        raise InputError("E399", where=Where(file=str(path)))
    return data


def list_log(office: Office) -> Iterator[audit.Entry]:
    """Return the entries, parsed, in order."""
    with office.registry.read() as tx:
        for data in tx.entries():
            yield audit.parse_entry(data)[0]


def entry_bytes(office: Office, seq: int) -> bytes:
    """Return one entry as it stands in the log.

    Raises:
        InputError: E169, there is no such entry.
    """
    with office.registry.read() as tx:
        data = tx.entry(seq)
    if data is None:
        raise InputError("E169", seq=seq)
    return data


def _file(folder: Path, path: str) -> bytes | None:
    at = folder / path
    if at.is_symlink() or not at.is_file():
        return None
    return read(at)


def _kept(office: Office, digest: str) -> bytes | None:
    path = office.kept / f"{digest}.tsv"
    return path.read_bytes() if path.is_file() else None


def _checked(report: audit.LogReport, more: tuple[Problem, ...]) -> Checked:
    differs = [f.problem for f in report.findings if f.weight is audit.Weight.DIFFERS]
    rest = [f.problem for f in report.findings if f.weight is not audit.Weight.DIFFERS]
    found = [p for p in more if not p.warning]
    return Checked(
        exit_code=1 if found else report.exit_code,
        size=report.size,
        root=report.root.hex(),
        findings=(*differs, *found),
        notes=(*rest, *(p for p in more if p.warning)),
    )


def _check_folders(
    office: Office, draws: Iterable[audit.DrawLife]
) -> Iterator[Problem]:
    """Compare each draw folder with the digests that the log names."""
    for draw in draws:
        where = Where(file=f"draws/{draw.draw}")
        try:
            _, files = load_folder(office.draw(draw.draw))
            yield from _check_folder(draw, files)
        except EnvironmentProblem:
            # Withheld, or erased by law: not a fault of the log.
            yield problem("E170", where, warning=True, draw=draw.draw)
        except DualRandomError as error:
            yield Problem(
                code=error.code, where=where, params=tuple(sorted(error.params.items()))
            )


def _check_folder(draw: audit.DrawLife, files: dict[str, bytes]) -> Iterator[Problem]:
    def at(name: str) -> Where:
        return Where(file=f"draws/{draw.draw}/{name}")

    data = files.get("announcement.json", b"")
    if sha256(data) != draw.commitment:
        yield problem("E171", at("announcement.json"), seq=draw.announced)
        return
    digests = dict(parse_announcement(data).files)
    for kind in FROZEN:
        if kind.name not in files:
            yield problem("E170", at(kind.name), warning=True, draw=draw.draw)
        elif sha256(files[kind.name]) != digests[kind.name].sha256:
            yield problem("E171", at(kind.name), seq=draw.announced)
    if draw.result is not None and sha256(files.get("result.json", b"")) != draw.result:
        yield problem("E171", at("result.json"), seq=draw.ended or 0)
