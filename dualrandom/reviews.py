"""The results of each draw, as the log tells of them.

Border: values only; what comes here was signed by someone who may.

- A draw has results only once it has been drawn.
- Results are recorded, as often as need be, until somebody else approves them.
- What changes after that is a correction, and needs an approval of its own; what was
  approved before stays what was published then.

Spec: log-v1 §4 (results).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom.errors import VerificationError

if TYPE_CHECKING:
    from dualrandom.entries import Entry
    from dualrandom.lives import DrawLife


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """How far the results of one draw have come.

    Attributes:
        recorded: newest ``result.record`` or ``result.correct``.
        approved: the entry that was approved last; None: none yet.
        approval: the ``result.approve`` that did.
        results: SHA-256 of the results file that was approved.
    """

    draw: str
    recorded: int
    approved: int | None = None
    approval: int | None = None
    results: str | None = None

    @property
    def waits(self) -> bool:
        """Whether something recorded was not approved yet."""
        return self.approved != self.recorded


class Reviews:
    """The results of all draws of one log, growing with its entries."""

    def __init__(self) -> None:
        self._reviews: dict[str, Review] = {}

    @property
    def all(self) -> tuple[Review, ...]:
        """One for each draw with results, in the order of their first record."""
        return tuple(self._reviews.values())

    def take(self, entry: Entry, life: DrawLife | None) -> None:
        """Take up a ``result.record``, ``result.correct`` or ``result.approve``.

        Args:
            entry: of one of these acts.
            life: the draw that it names, or None.

        Raises:
            VerificationError: E923 not drawn; E924 recorded after an approval; E925 a
                correction of what was never approved; E926 an approval of something
                else than the newest record.
        """
        body: dict[str, Any] = dict(entry.body)
        draw, known = body["draw"], self._reviews.get(body["draw"])
        if life is None or life.result is None:
            raise VerificationError("E923", draw=draw)
        if entry.act == "result.approve":
            if known is None or body["record"] != known.recorded or not known.waits:
                raise VerificationError("E926", draw=draw, record=body["record"])
            self._reviews[draw] = replace(
                known,
                approved=known.recorded,
                approval=entry.seq,
                results=body["results"],
            )
            return
        approved = known is not None and known.approved is not None
        if entry.act == "result.record" and approved:
            raise VerificationError("E924", draw=draw)
        if entry.act == "result.correct" and not approved:
            raise VerificationError("E925", draw=draw)
        self._reviews[draw] = (
            Review(draw=draw, recorded=entry.seq)
            if known is None
            else replace(known, recorded=entry.seq)
        )
