"""An announcement that stands: its folder, its log entry, its state; or none of them.

Where parties speak by keys of their own, it is prepared first and kept aside. What they
approve is the announcement's digest: whatever is prepared anew is another one, and what
they approved is announced as it is, or not at all.

- Files are written where they stand as soon as they are made, however long they are:
  in a folder aside, which gets its name when all of it is there.

Spec: draw-v1 §3, §4 (parties); log-v1 §4, ``draw.announce``.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import EnvironmentProblem, StateError, VerificationError, Where
from dualrandom.folder import open_folder, write_files
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared
from dualrandom.records import DrawState
from dualrandom.tables import FROZEN
from dualrandom.verify import LARGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.blocks import FileBlocks
    from dualrandom.keys import PrivateKey
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

ANNOUNCEMENT = "announcement.json"
NAMES = (ANNOUNCEMENT, *(kind.name for kind in FROZEN))
_NEW: Final = ".new"
"""Among the draws: the folder of one that does not stand yet. One writes at a time."""


class Aside:
    """The folder of an announcement on its way: whole, or gone again."""

    def __init__(self, office: Office, undo: ExitStack) -> None:
        """Take away what a run that was cut off has left, and begin.

        Raises:
            EnvironmentProblem: E154.
        """
        self.path = office.draw(_NEW)
        undo.callback(shutil.rmtree, self.path, ignore_errors=True)
        with _writing(self.path):
            shutil.rmtree(self.path, ignore_errors=True)
            self.path.mkdir(parents=True)

    def write(self, name: str, data: bytes | Iterable[bytes]) -> None:
        """Write a file.

        Raises:
            EnvironmentProblem: E154.
        """
        write_files(self.path, {name: data}, mode=0o600)

    def become(self, folder: Path) -> None:
        """Stand in a place from now on.

        Raises:
            EnvironmentProblem: E154.
        """
        with _writing(folder):
            folder.parent.mkdir(parents=True, exist_ok=True)
            self.path.rename(folder)


def announce(
    office: Office,
    tx: Writer,
    announcement: Announcement,
    made: Aside,
    commitment: str,
    signer: PrivateKey,
    undo: ExitStack,
) -> None:
    """Put a draw's folder in its place, log its announcement, and open the draw.

    Raises:
        StateError: E188, a folder is in the way.
        EnvironmentProblem: E154.
    """
    keys = journal.log_keys(journal.told(office, tx), signer)
    body = _body(announcement, commitment, keys)
    _stand(made, office.draw(announcement.draw), undo)
    entry = journal.append(office, tx, "draw.announce", body, signer=signer)
    _open(tx, announcement, commitment, entry)


def set_aside(office: Office, task: str, made: Aside) -> None:
    """Keep an announcement for the approval of parties; an earlier one goes."""
    folder = _aside(office, task)
    shutil.rmtree(folder, ignore_errors=True)
    made.become(folder)


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
        announcement, data, files = _read_aside(office, task)
        check(tx, announcement)
        commitment = sha256(data)
        keys = journal.log_keys(report, office.officer())

        def open_draw(tx: Writer, undo: ExitStack, entry: audit.Entry) -> None:
            made = Aside(office, undo)
            for name, content in files.items():
                made.write(name, content)
            _stand(made, office.draw(announcement.draw), undo)
            _open(tx, announcement, commitment, entry)

        return Prepared(
            act="draw.announce",
            body=_body(announcement, commitment, keys),
            effect=open_draw,
            papers={ANNOUNCEMENT: data},
        )

    return prepare


def put_away(office: Office, task: str) -> None:
    """Take away what was set aside, once it stands."""
    shutil.rmtree(_aside(office, task), ignore_errors=True)


def _aside(office: Office, task: str) -> Path:
    return office.root / "prepared" / task


def _read_aside(
    office: Office, task: str
) -> tuple[Announcement, bytes, dict[str, bytes | FileBlocks]]:
    where = Where(file=f"prepared/{task}")
    try:
        _, held, large = open_folder(_aside(office, task), NAMES, large=LARGE)
        data = held.get(ANNOUNCEMENT, b"")
        announcement = parse_announcement(data)
    except (EnvironmentProblem, VerificationError) as error:
        raise StateError("E464", where=where, task=task) from error
    files = {name: (held | large)[name] for name in NAMES if name in held | large}
    for name, digest in announcement.files:
        if sha256(files.get(name, b"")) != digest.sha256:
            raise StateError("E464", where=where, task=task)
    return announcement, data, files


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


def _stand(made: Aside, folder: Path, undo: ExitStack) -> None:
    """Put the folder of a draw in its place; it goes again if nothing is announced.

    Raises:
        StateError: E188, there is a folder that no freeze that was cut off has left.
        EnvironmentProblem: E154.
    """
    with _writing(folder):
        if folder.exists():
            # Never announced, or the log would know it: what a crash left is like
            # this one, and anything more is somebody's.
            if not {path.name for path in folder.iterdir()} <= set(NAMES):
                raise StateError("E188", where=Where(file=str(folder)))
            shutil.rmtree(folder)
    undo.callback(shutil.rmtree, folder, ignore_errors=True)
    made.become(folder)


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Run a block that makes and moves folders.

    Raises:
        EnvironmentProblem: E154.
    """
    try:
        yield
    except OSError as exc:
        raise EnvironmentProblem(
            "E154", where=Where(file=str(folder)), reason=exc.strerror or ""
        ) from exc
