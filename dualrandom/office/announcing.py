"""An announcement that stands: its folder, its log entry, its state; or none of them.

Where parties speak by keys of their own, it is prepared first and kept aside. What they
approve is the announcement's digest: whatever is prepared anew is another one, and what
they approved is announced as it is, or not at all.

Spec: draw-v1 §3, §4 (parties); log-v1 §4, ``draw.announce``.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import EnvironmentProblem, StateError, VerificationError, Where
from dualrandom.folder import load_folder, write_files
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared
from dualrandom.records import DrawState
from dualrandom.tables import FROZEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.keys import PrivateKey
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

ANNOUNCEMENT = "announcement.json"
NAMES = (ANNOUNCEMENT, *(kind.name for kind in FROZEN))


def announce(
    office: Office,
    tx: Writer,
    announcement: Announcement,
    files: Mapping[str, bytes],
    signer: PrivateKey,
    undo: ExitStack,
) -> None:
    """Write a draw's folder, log its announcement, and open the draw.

    Raises:
        StateError: E188, a folder is in the way.
        EnvironmentProblem: E154.
    """
    keys = journal.log_keys(journal.told(tx), signer)
    body = _body(announcement, sha256(files[ANNOUNCEMENT]), keys)
    _write(office.draw(announcement.draw), files, undo)
    entry = journal.append(office, tx, "draw.announce", body, signer=signer)
    _open(tx, announcement, body["commitment"], entry)


def set_aside(office: Office, task: str, files: Mapping[str, bytes]) -> None:
    """Keep an announcement for the approval of parties; an earlier one goes."""
    folder = _aside(office, task)
    shutil.rmtree(folder, ignore_errors=True)
    write_files(folder, files, mode=0o600)


def prepared(
    office: Office, task: str, check: Callable[[Reader, Announcement], None]
) -> Proposal:
    """Propose the announcement that was set aside for a task.

    Args:
        office: whose task.
        task: its id.
        check: refuses an announcement that could not be made so now.

    Raises:
        Asked later, the proposal raises StateError: E464, nothing was set aside, or
        it is not what was; E188, a folder is in the way; and as ``check`` refuses.
    """

    def prepare(tx: Reader, report: audit.LogReport) -> Prepared:
        announcement, files = _read_aside(office, task)
        check(tx, announcement)
        commitment = sha256(files[ANNOUNCEMENT])
        keys = journal.log_keys(report, office.officer())

        def open_draw(tx: Writer, undo: ExitStack, entry: audit.Entry) -> None:
            _write(office.draw(announcement.draw), files, undo)
            _open(tx, announcement, commitment, entry)

        return Prepared(
            act="draw.announce",
            body=_body(announcement, commitment, keys),
            effect=open_draw,
            papers={ANNOUNCEMENT: files[ANNOUNCEMENT]},
        )

    return prepare


def put_away(office: Office, task: str) -> None:
    """Take away what was set aside, once it stands."""
    shutil.rmtree(_aside(office, task), ignore_errors=True)


def _aside(office: Office, task: str) -> Path:
    return office.root / "prepared" / task


def _read_aside(office: Office, task: str) -> tuple[Announcement, dict[str, bytes]]:
    where = Where(file=f"prepared/{task}")
    try:
        _, files = load_folder(_aside(office, task), NAMES)
        announcement = parse_announcement(files.get(ANNOUNCEMENT, b""))
    except (EnvironmentProblem, VerificationError) as error:
        raise StateError("E464", where=where, task=task) from error
    for name, digest in announcement.files:
        if sha256(files.get(name, b"")) != digest.sha256:
            raise StateError("E464", where=where, task=task)
    return announcement, files


def _body(
    announcement: Announcement, commitment: str, keys: list[str]
) -> dict[str, Any]:
    return {
        "draw": announcement.draw,
        "commitment": commitment,
        "task": announcement.task.id,
        "registry": {
            "seq": announcement.registry.seq,
            "targets": announcement.registry.targets,
            "inspectors": announcement.registry.inspectors,
        },
        "keys": keys,
    }


def _open(
    tx: Writer, announcement: Announcement, commitment: str, entry: audit.Entry
) -> None:
    life = audit.DrawLife(
        draw=announcement.draw,
        task=announcement.task.id,
        commitment=commitment,
        announced=entry.seq,
    )
    journal.set_state(tx, life, DrawState.ANNOUNCED, entry)


def _write(folder: Path, files: Mapping[str, bytes], undo: ExitStack) -> None:
    """Write the folder of a draw; it goes again if the announcement does not stand.

    Raises:
        StateError: E188, there is a folder that no freeze that was cut off has left.
        EnvironmentProblem: E154.
    """
    aside = folder.with_name(f".{folder.name}.new")
    undo.callback(shutil.rmtree, aside, ignore_errors=True)
    try:
        shutil.rmtree(aside, ignore_errors=True)
        if folder.exists():
            # Never announced, or the log would know it: what a crash left is like
            # this one, and anything more is somebody's.
            if not {path.name for path in folder.iterdir()} <= set(files):
                raise StateError("E188", where=Where(file=str(folder)))
            shutil.rmtree(folder)
        aside.mkdir(parents=True)
        write_files(aside, files, mode=0o600)
        undo.callback(shutil.rmtree, folder, ignore_errors=True)
        aside.rename(folder)
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(folder)), reason=exc.strerror or ""
        ) from exc
