"""What the log tells of lists and draws, read from its entries' bytes.

Border: pure. Signatures, chain and tree are :mod:`dualrandom.audit`'s affair; here
an entry is taken at its word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.acts import CHANGES
from dualrandom.canonical import parse_json
from dualrandom.errors import VerificationError
from dualrandom.fields import Fields
from dualrandom.records import DrawState

if TYPE_CHECKING:
    from collections.abc import Mapping

DRAW_ACTS: Final[Mapping[str, DrawState]] = {
    "draw.announce": DrawState.ANNOUNCED,
    "draw.result": DrawState.DRAWN,
    "draw.abandon": DrawState.ABANDONED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One entry's common fields; ``body`` may hold anything yet."""

    seq: int
    prev: str
    time: str
    act: str
    by: str
    op: str
    body: Fields


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChange:
    """What every change of a list says of it.

    Attributes:
        change: SHA-256 of the change's file.
        digest: SHA-256 of the list's file after it.
    """

    list: str
    added: int
    changed: int
    retired: int
    change: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawStep:
    """What a draw act says of its draw; ``task`` stands in the announcement only."""

    draw: str
    state: DrawState
    commitment: str
    task: str | None


def read(data: bytes) -> Told:
    """Return an entry's fields: the first line of a signed note is its JSON.

    Raises:
        VerificationError: E801, E802.
    """
    fields = Fields.of(parse_json(data.partition(b"\n")[0]))
    return Told(
        seq=fields.number("seq"),
        prev=fields.text("prev"),
        time=fields.text("time"),
        act=fields.text("act"),
        by=fields.text("by"),
        op=fields.text("op"),
        body=fields.child("body"),
    )


def list_change(told: Told) -> ListChange | None:
    """Return what a change of a list says, or None of another act.

    Raises:
        VerificationError: E801.
    """
    if told.act not in CHANGES:
        return None
    return ListChange(
        list=told.body.text("list"),
        added=told.body.number("added"),
        changed=told.body.number("changed"),
        retired=told.body.number("retired"),
        change=told.body.text("change"),
        digest=told.body.text("digest"),
    )


def draw_step(told: Told) -> DrawStep | None:
    """Return what a draw act says, or None of another act.

    Raises:
        VerificationError: E801.
    """
    if told.act not in DRAW_ACTS:
        return None
    announces = told.act == "draw.announce"
    return DrawStep(
        draw=told.body.text("draw"),
        state=DRAW_ACTS[told.act],
        commitment=told.body.text("commitment"),
        task=told.body.text("task") if announces else None,
    )


def digest_of(data: bytes) -> str:
    """Return the list digest that a ``registry.change`` entry names.

    Raises:
        VerificationError: E801, E802, not such an entry.
    """
    change = list_change(read(data))
    if change is None:
        raise VerificationError("E801", field="act", value="registry.change")
    return change.digest
