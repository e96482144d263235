"""After a draw: the next reserve steps in, another inspector goes; all by the rule.

Who it is follows from the frozen lists, the key and the changes so far. What a person
says is who cannot be inspected, or cannot go, and why; a second person approves.

Somebody who was recused since the freeze is taken up when it is their turn, and taken
out again by the next substitution: so each row can be checked without the log.

Spec: draw-v1 §5 "Replacement", §6 "Substitution"; log-v1 §4 (draws).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import sha256
from dualrandom.errors import InputError, StateError
from dualrandom.folder import load_folder, write_file
from dualrandom.model import (
    InspectorId,
    Replacement,
    Substitution,
    TargetId,
    is_value,
)
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared, carry_out
from dualrandom.office.folders import check_folder, refuse
from dualrandom.office.outcome import (
    afterwards,
    changes_in,
    logged_changes,
    read_frozen,
)
from dualrandom.tables import REPLACEMENTS, SUBSTITUTIONS, TEAMS, Kind
from dualrandom.verify import KNOWN
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.changes import Afterwards
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.outcome import Frozen
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What a change came to.

    Attributes:
        new: the target or the inspector who took the place.
        recused: whether that inspector was recused since, and must be substituted.
        pending: (target, post) of members who moved over and may not be there.
    """

    seq: int
    old: str
    new: str
    recused: bool
    pending: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """A draw as it stands after every logged change."""

    life: audit.DrawLife
    frozen: Frozen
    files: dict[str, bytes]
    after: Afterwards


def replacement(
    office: Office, draw: str, target: str, *, reason: str, evidence: str
) -> Proposal:
    """Propose that the next reserve steps in for a target.

    Raises:
        InputError: E397, no such reason; E366, evidence that nobody could read. Asked
            later, the proposal raises StateError: E390, E378, E392, there is no
            result; E453, no reserve is left; E454, the target is not to be inspected.

    Spec:
        draw-v1 §5 "Replacement".
    """
    said = _reason("replace", reason)
    if not evidence or not is_value(evidence):
        raise InputError("E366", field="--evidence", value=evidence)

    def prepare(tx: Reader, report: audit.LogReport) -> Prepared:
        drawn = as_it_stands(office, report, draw)
        if target not in drawn.after.targets:
            raise StateError("E454", draw=draw, id=target)
        new = drawn.after.next_target(TargetId(target))
        if new is None:
            raise StateError("E453", draw=draw, id=target)
        row = Replacement(
            seq=tx.log_size(),
            id=TargetId(target),
            substitute=new,
            reason=said,
            evidence=evidence,
        )
        return _prepared(office, drawn, REPLACEMENTS, row)

    return prepare


def substitution(
    office: Office, draw: str, target: str, seat: str, *, reason: str
) -> Proposal:
    """Propose that somebody else takes a post.

    Args:
        office: whose draw.
        draw: its id.
        target: to be inspected now.
        seat: the inspector who cannot go, or the number of the post.
        reason: a code, or what is said for it.

    Raises:
        InputError: E397, no such reason. Asked later, the proposal raises StateError:
            E390, E378, E392, there is no result; E454, the target is not to be
            inspected; E455, no such post; E456, nobody can take it; E457, another
            post comes first; E467, the draw has no teams.

    Spec:
        draw-v1 §6 "Substitution".
    """
    said = _reason("substitute", reason)

    def prepare(tx: Reader, report: audit.LogReport) -> Prepared:
        drawn = as_it_stands(office, report, draw)
        if TEAMS.name not in drawn.files:
            raise StateError("E467", draw=draw)
        if target not in drawn.after.targets:
            raise StateError("E454", draw=draw, id=target)
        at = TargetId(target)
        held = {m.post: m.inspector for m in drawn.after.team(at)}
        posts = [p for p, who in held.items() if seat in (who, str(p))]
        if not posts:
            raise StateError("E455", id=target, seat=seat)
        # An inspector's id may be a number as well; then it is the inspector.
        post = max(posts, key=lambda p: held[p] == seat)
        first = drawn.after.before(at, post)
        if first:
            raise StateError("E457", id=target, post=first[0])
        new = _next(drawn, at, post, _recused_since(tx, drawn, at))
        if new is None:
            raise StateError("E456", id=target, post=post)
        row = Substitution(
            seq=tx.log_size(),
            id=at,
            post=post,
            inspector=held[post],
            substitute=new,
            reason=said,
        )
        return _prepared(office, drawn, SUBSTITUTIONS, row)

    return prepare


def change(
    office: Office, draw: str, proposal: Proposal, signed: Sequence[Path]
) -> Changed:
    """Carry out an approved change.

    Raises:
        DualRandomError: as the proposal refuses, and as for ``carry_out``.
        EnvironmentProblem: E187, done and logged, but not proved yet.
    """
    entry = carry_out(office, proposal, signed)
    journal.settle(office, draw)
    with office.registry.read() as tx:
        drawn = as_it_stands(office, journal.told(office, tx), draw)
        kind = REPLACEMENTS if entry.act == "draw.replace" else SUBSTITUTIONS
        row = changes_in(kind, drawn.files)[-1]
        old = row.id if kind is REPLACEMENTS else row.inspector
        since = _recused_since(tx, drawn, row.id)
    return Changed(
        seq=entry.seq,
        old=old,
        new=row.substitute,
        recused=row.substitute in since,
        pending=drawn.after.pending,
    )


def pending(office: Office, life: audit.DrawLife) -> tuple[tuple[str, int], ...]:
    """Return the posts of a draw whose holders moved over and may not be there.

    Raises:
        DualRandomError: the folder is not what was logged.
    """
    return _read(office, life).after.pending


def _reason(kind: str, text: str) -> str:
    """Return how a reason is written in the table.

    Raises:
        InputError: E397, no such reason.
    """
    for code, said in group(kind).items():
        if text == code or text in said:
            return said[0]
    known = ", ".join(said[0] for said in group(kind).values())
    raise InputError("E397", value=text, known=known)


def as_it_stands(office: Office, report: audit.LogReport, draw: str) -> Stands:
    """Return a draw with its logged changes, from its checked folder.

    Raises:
        StateError: E390, there is no such draw; E378 not drawn yet; E392 abandoned.
        VerificationError: E171, a file is not what was announced or drawn.
        EnvironmentProblem: E170, a file is gone.
    """
    life = journal.draw_of(report, draw)
    if life.result is None:
        raise StateError("E378" if life.ended is None else "E392", draw=draw)
    return _read(office, life)


def _read(office: Office, life: audit.DrawLife) -> Stands:
    # Whoever steps in must not come from lists that somebody edited, or lost.
    refuse(check_folder(office, life), missing=True)
    _, files = load_folder(office.draw(life.draw), KNOWN)
    frozen = read_frozen(files, life.commitment, f"draws/{life.draw}")
    for kind in (REPLACEMENTS, SUBSTITUTIONS):
        stands = logged_changes(kind, files, life)
        if len(stands) < len(changes_in(kind, files)):
            files[kind.name] = frozen.write(kind, stands)
    return Stands(
        life=life, frozen=frozen, files=files, after=afterwards(frozen, files)
    )


def _recused_since(tx: Reader, drawn: Stands, target: TargetId) -> set[InspectorId]:
    frozen = {
        row.inspector for row in drawn.frozen.rows["conflicts.tsv"] if row.id == target
    }
    task = drawn.frozen.announcement.task
    start, end = dt.date.fromisoformat(task.start), dt.date.fromisoformat(task.end)
    return {
        r.inspector for r in tx.recusals() if r.target == target and r.holds(start, end)
    } - frozen


def _next(
    drawn: Stands, target: TargetId, post: int, since: set[InspectorId]
) -> InspectorId | None:
    passed: set[InspectorId] = set()
    while True:
        due = drawn.after.next_inspector(target, post, passed)
        if due is None or due not in since or not drawn.after.has_left(target, due):
            return due
        passed.add(due)


def _prepared(
    office: Office, drawn: Stands, kind: Kind[Any], row: Replacement | Substitution
) -> Prepared:
    rows = (*changes_in(kind, drawn.files), row)
    data = drawn.frozen.write(kind, rows)
    at = office.draw(drawn.life.draw) / kind.name
    before = drawn.files.get(kind.name)

    def write(_: Writer, undo: ExitStack, __: audit.Entry) -> None:
        if before is None:
            undo.callback(at.unlink, missing_ok=True)
        else:
            undo.callback(write_file, at, before, mode=0o600)
        write_file(at, data, mode=0o600)

    replaces = kind is REPLACEMENTS
    return Prepared(
        act="draw.replace" if replaces else "draw.substitute",
        body={
            "draw": drawn.life.draw,
            "commitment": drawn.life.commitment,
            kind.name.removesuffix(".tsv"): sha256(data),
        },
        effect=write,
        papers={kind.name: data},
    )
