"""Ending an announcement without a result: a reason, and a second person's approval.

Whoever abandons a draw when its randomness is known may have seen whom it would draw.
So all values that are known are brought; the supervisors get them, and the selection
that would have been: the draw's own files, without a result. Where the office says that
a value cannot be had, they are told since when it exists, and can fetch it themselves.

A list that is damaged takes nothing away from that but the selection. Who has lost the
announcement itself cannot tell which values there are; the log says that it is lost.

Spec: draw-v1 §3 (abandonment); log-v1 §4, ``draw.abandon``.
"""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from dualrandom.canonical import json_line
from dualrandom.errors import (
    EnvironmentProblem,
    InputError,
    StateError,
    VerificationError,
)
from dualrandom.folder import write_file, write_files
from dualrandom.office import journal
from dualrandom.office.approvals import Prepared, carry_out
from dualrandom.office.folders import announced
from dualrandom.office.outcome import load_frozen, make
from dualrandom.office.outside import bring
from dualrandom.office.place import stamp
from dualrandom.office.values import Values, check_asked, values_of
from dualrandom.randomness import Dice, Local, Sealed, line, time_of
from dualrandom.records import DrawState
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path

    from dualrandom import audit
    from dualrandom.office.approvals import Proposal
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source
    from dualrandom.registry import Reader, Writer

NOTHING = Values()
LOST = "lost"
"""Code of the reason that the draw's files are gone."""


def abandonment(
    office: Office, draw: str, reason: str, *, party: str = "", values: Values = NOTHING
) -> Proposal:
    """Propose to end a draw's announcement.

    Args:
        office: whose draw.
        draw: its id.
        reason: a code, or what is said for it; the log holds no free text.
        party: whose secret stayed closed, where that is the reason.
        values: the randomness, as far as it is known.

    Raises:
        InputError: E397, no such reason. Asked later, the proposal raises: StateError
            E390-E392, the draw is not open; E250, its announcement is lost, and the
            reason is another; InputError E452, not the party that the reason asks
            for; StateError E469, a value that is known by now is not brought; and as
            for a draw's values.
    """
    code = _reason_code(reason)

    def prepare(_: Reader, report: audit.LogReport) -> Prepared:
        life = journal.open_draw(report, draw)
        sources = _sources(office, life, code)
        _check_party(sources, code, party)
        known, proofs = _known(office, life, sources, values)
        lacking = _lacking(office, sources, known)
        if lacking and code != "randomness":
            source = sources[min(lacking)]
            raise StateError("E469", source=line(source, "").strip())
        body = {
            "draw": draw,
            "commitment": life.commitment,
            "reason": code,
            "keys": journal.log_keys(report, office.officer()),
        }
        if party:
            body["party"] = party

        def end(tx: Writer, undo: ExitStack, entry: audit.Entry) -> None:
            journal.set_state(tx, life, DrawState.ABANDONED, entry)
            if lacking or known:
                _hand_over(office, life, sources, known, lacking, proofs, undo)

        return Prepared(act="draw.abandon", body=body, effect=end)

    return prepare


def abandon(
    office: Office, draw: str, proposal: Proposal, signed: Sequence[Path]
) -> int:
    """End an announcement; return the log entry's seq.

    Raises:
        StateError: E390-E392, the draw is not open; E398, E451, the approvals are not
            what this needs.
        InputError: E701-E704, E740, E802, not an approval; as the proposal refuses.
        EnvironmentProblem: E187, ended and logged, but not proved yet.
    """
    entry = carry_out(office, proposal, signed)
    journal.settle(office, draw)
    return entry.seq


def values_file(office: Office, draw: str) -> Path:
    """Return where values are kept that do not suffice for a selection."""
    return office.kept / f"abandoned-{draw}.json"


def _reason_code(text: str) -> str:
    """Return the code of a reason.

    Raises:
        InputError: E397, no such reason.
    """
    for code, said in group("abandon").items():
        if text == code or text in said:
            return code
    known = ", ".join(said[0] for said in group("abandon").values())
    raise InputError("E397", value=text, known=known)


def _sources(office: Office, life: audit.DrawLife, code: str) -> tuple[Source, ...]:
    """Return the announced randomness; none where the announcement is lost.

    Raises:
        StateError: E250, it is lost, and that is not the reason.
    """
    try:
        return announced(office, life).randomness
    except (EnvironmentProblem, VerificationError) as error:
        if code == LOST:
            return ()
        raise StateError("E250", where=error.where, draw=life.draw) from error


def _check_party(sources: Sequence[Source], code: str, party: str) -> None:
    parties = [s.party for s in sources if isinstance(s, Sealed)]
    due = parties if code == "secret" else [""]
    if party not in due:
        raise InputError("E452", known=", ".join(parties) or "-")


def _known(
    office: Office, life: audit.DrawLife, sources: Sequence[Source], values: Values
) -> tuple[dict[int, str], list[Mapping[str, object]]]:
    """Return the values that are known, by the source's place, and their proofs."""
    check_asked(sources, values)
    brought = bring(sources, dict(values.beacons))
    # What the operating system would say now was never this draw's value.
    asked = [s for s in sources if not isinstance(s, Local)]
    here: dict[int, str] = {}
    if len(asked) == len(sources):
        here = values_of(office, life.draw, sources, values, dict(life.dice), brought)
    for at, source in enumerate(sources):
        if isinstance(source, Dice) and at not in dict(life.dice):
            here.pop(at, None)  # not logged: nobody could draw with them
    proofs: list[Mapping[str, object]] = [
        brought[at].proof if at in brought else {} for at in range(len(sources))
    ]
    return here, proofs


def _lacking(
    office: Office, sources: Sequence[Source], known: Mapping[int, str]
) -> dict[int, str]:
    """Return since when values exist that are not brought, by the source's place."""
    now = office.clock()
    born = {at: time_of(source) for at, source in enumerate(sources) if at not in known}
    moments = {
        at: dt.datetime.fromtimestamp(moment, dt.UTC)
        for at, moment in born.items()
        if moment is not None
    }
    return {at: stamp(moment) for at, moment in moments.items() if moment <= now}


def _hand_over(
    office: Office,
    life: audit.DrawLife,
    sources: Sequence[Source],
    known: Mapping[int, str],
    lacking: Mapping[int, str],
    proofs: Sequence[Mapping[str, object]],
    undo: ExitStack,
) -> None:
    draw, folder = life.draw, office.draw(life.draw)
    frozen = None
    with suppress(StateError, EnvironmentProblem, VerificationError):
        frozen = load_frozen(folder, life.commitment)
    if frozen is not None and len(known) == len(sources):
        lines = [line(source, known[at]) for at, source in enumerate(sources)]
        files = make(frozen, lines, proofs).files
        for name in files:
            if not (folder / name).exists():
                undo.callback((folder / name).unlink, missing_ok=True)
        write_files(folder, files, mode=0o600)
        return
    told: list[dict[str, Any]] = [
        {"source": line(source, "").strip(), "value": known.get(at, "")}
        for at, source in enumerate(sources)
    ]
    for at, since in lacking.items():
        told[at]["since"] = since  # the supervisors can fetch it themselves
    file = values_file(office, draw)
    undo.callback(file.unlink, missing_ok=True)
    write_file(file, json_line({"draw": draw, "values": told}), mode=0o600)
