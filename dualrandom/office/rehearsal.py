"""A rehearsal (演练): all of a draw, none of its consequences.

It lies in a folder of its own under an id that no draw can have, says in its title and
office what it is, takes its randomness from this machine, and stands in no log: whoever
checks it is told that it is not verifiable. Nothing publishes or packs it.

Spec: draw-v1 §4, ``local``.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from dualrandom.canonical import sha256
from dualrandom.documents import announcement_bytes
from dualrandom.folder import write_files
from dualrandom.model import is_draw_id
from dualrandom.office.drafting import draft
from dualrandom.office.exporting import write_sheet
from dualrandom.office.freezing import REHEARSAL
from dualrandom.office.looking import verify_path
from dualrandom.office.outcome import RESULT, afterwards, make, read_frozen
from dualrandom.randomness import Local, line
from dualrandom.words import word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from dualrandom.draw import Selection
    from dualrandom.matching import Shortage
    from dualrandom.office.place import Office
    from dualrandom.verify import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What a rehearsal came to.

    Attributes:
        report: what a check of it says; never that all agrees.
        sheet: the list that inspectors would get.
    """

    folder: Path
    selection: Selection
    shortages: tuple[Shortage, ...]
    posts: int
    report: Report
    sheet: Path


def rehearse(office: Office, task_id: str, header: Sequence[str]) -> Rehearsed:
    """Freeze, draw and match a task's lists, and log nothing.

    Args:
        office: the open office.
        task_id: the task.
        header: the headings of the sheet.

    Raises:
        StateError: as for a freeze: what a rehearsal finds before it counts.
        EnvironmentProblem: E154.
    """
    draw = f"{REHEARSAL}{task_id}"[:32].rstrip("-")
    draw = draw if is_draw_id(draw) else REHEARSAL.rstrip("-")
    local, mark = Local(), word("rehearsal", "mark")
    frozen_files: dict[str, bytes] = {}

    def keep(name: str, data: Iterable[bytes]) -> None:
        frozen_files[name] = b"".join(data)

    with office.registry.read() as tx:
        announcement, _ = draft(
            office, tx, task_id, (local,), None, draw, mark, write=keep
        )
        addresses = {public.id: public.address for public, _ in tx.targets()}
    announcement = replace(
        announcement,
        office=f"{mark}{announcement.office}",
        title=f"{mark}{announcement.title}",
        # They stand in every row of the sheet.
        items=tuple(
            replace(item, name=f"{mark}{item.name}") for item in announcement.items
        ),
        supersedes=None,
    )
    data = announcement_bytes(announcement)
    files = {"announcement.json": data, **frozen_files}
    frozen = read_frozen(files, sha256(data), f"rehearsals/{draw}")
    made = make(frozen, [line(local, office.entropy(32).hex())], [{}])
    files |= {**made.files, RESULT: made.result}
    folder = office.root / "rehearsals" / draw
    shutil.rmtree(folder, ignore_errors=True)
    write_files(folder, files, mode=0o600)
    sheet = folder.with_suffix(".xlsx")
    write_sheet(files, afterwards(frozen, files), addresses, sheet, header)
    return Rehearsed(
        folder=folder,
        selection=made.selection,
        shortages=made.matching.shortages,
        posts=len(made.matching.members),
        report=verify_path(folder, None),
        sheet=sheet,
    )
