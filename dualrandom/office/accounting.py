"""Who answers for a draw: its acts in the log, by whom, approved and witnessed by whom.

Everything stands in the log already; here it is put together for one draw, each act
with its entry and a proof that anybody checks without us.

Spec: log-v1 §3, §5 (proof files).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.errors import InputError
from dualrandom.keys import verify_ed25519
from dualrandom.office import journal, memory
from dualrandom.office.place import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dualrandom.office.place import Office

_BASIS = ("registry.change", "rules.set")
"""Acts that a draw rests on: the latest before it, of each list."""
_LAST: Final = 253402300799
"""The end of the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One act, and who stands for it.

    Attributes:
        about: the list, of a change of one; else "".
        key: the signer's key.
        approved: names of those who approved it.
        witnessed: (name, time) of those who first cosigned a tree that holds it.
        entry: the entry as it stands in the log.
        proof: that it stands there; b"" before a checkpoint holds it.
    """

    seq: int
    time: str
    act: str
    about: str
    by: str
    key: str
    approved: tuple[str, ...]
    witnessed: tuple[tuple[str, str], ...]
    entry: bytes
    proof: bytes


def answers(office: Office, draw: str) -> tuple[Answer, ...]:
    """Return the acts of one draw and those that it rests on, in the log's order.

    Raises:
        StateError: E184, something is wrong in the log; E390, no such draw.
    """
    with office.registry.read() as tx:
        report, entries = journal.told(office, tx), list(tx.entries())
    announced = journal.draw_of(report, draw).announced
    basis: dict[str, audit.Entry] = {}
    found: list[audit.Entry] = []
    for data in entries:
        entry = audit.parse_entry(data)[0]
        if entry.act in _BASIS and entry.seq < announced:
            basis[f"{entry.act} {entry.body.get('list', '')}"] = entry
        elif entry.body.get("draw") == draw:
            found.append(entry)
    keys = {(k.key.name, k.key.id): k for k in report.keys}
    trees = _Trees(office, report.keys, [leaf_hash(data) for data in entries])
    return tuple(
        _answer(entry, entries[entry.seq], keys, trees)
        for entry in sorted((*basis.values(), *found), key=lambda entry: entry.seq)
    )


def _answer(
    entry: audit.Entry,
    data: bytes,
    keys: dict[tuple[str, bytes], audit.LogKey],
    trees: _Trees,
) -> Answer:
    note = audit.open_note(data)
    signers = [keys.get((s.name, s.id)) for s in note.signatures if s.name == entry.by]
    approvals = [audit.open_note(text.encode()) for text in entry.approvals]
    witnessed, proof = trees.holding(entry.seq)
    return Answer(
        seq=entry.seq,
        time=entry.time,
        act=entry.act,
        about=str(entry.body.get("list", "")),
        by=entry.by,
        key=next((str(k.key) for k in signers if k is not None), ""),
        approved=tuple(s.name for one in approvals for s in one.signatures),
        witnessed=witnessed,
        entry=data,
        proof=proof,
    )


class _Trees:
    """The kept checkpoints, and what they prove."""

    def __init__(
        self, office: Office, keys: Sequence[audit.LogKey], leaves: list[bytes]
    ) -> None:
        self._office = office
        self._leaves = leaves
        self._witnesses = audit.key_book(
            k.key.cosigner for k in keys if k.role is audit.Role.SUPERVISOR
        )

    def holding(self, seq: int) -> tuple[tuple[tuple[str, str], ...], bytes]:
        """Return who witnessed an entry, and a proof of it."""
        data = journal.covering(self._office, seq)
        if data is None:
            return (), b""
        signed = audit.parse_checkpoint(data)
        made = audit.check_note(signed.note, self._witnesses, verify_ed25519)
        leaves = self._leaves[: signed.checkpoint.size]
        proof = memory.proof(self._office, leaves, seq, data)
        times = tuple((s.key.name, _moment(s.time)) for s in made if s.time is not None)
        return times, audit.proof_bytes(proof)


def _moment(seconds: int) -> str:
    if seconds > _LAST:  # a cosignature may say so, and then no calendar can
        return str(seconds)
    return stamp(dt.datetime.fromtimestamp(seconds, dt.UTC))


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
