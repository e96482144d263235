"""The life of each draw, and the lists that announcements rest on.

Border: values only; what comes here was signed by someone who may.

- A draw is announced once, and ends once: a result or an abandonment.
- A task has one open announcement.
- Dice, result and abandonment carry the announced commitment.
- An announcement names the lists as the log has them.

Spec: log-v1 §4 (draws), §8 step 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom.errors import VerificationError

if TYPE_CHECKING:
    from dualrandom.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """The latest logged state of one list: which entry, which digest."""

    list: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawLife:
    """What the log says of one draw.

    Attributes:
        announced: entry of the announcement.
        ended: entry of the result or the abandonment; None: open.
        result: SHA-256 of result.json; None: open or abandoned.
        dice: source and digits, in the order of the log.
    """

    draw: str
    task: str
    commitment: str
    announced: int
    ended: int | None = None
    result: str | None = None
    dice: tuple[tuple[int, str], ...] = ()


class Lives:
    """All draws and lists of one log, growing with its entries."""

    def __init__(self) -> None:
        self._draws: dict[str, DrawLife] = {}
        self._open: dict[str, str] = {}
        self._lists: dict[str, ListState] = {}

    @property
    def draws(self) -> tuple[DrawLife, ...]:
        """All draws, in the order of their announcements."""
        return tuple(self._draws.values())

    @property
    def lists(self) -> tuple[ListState, ...]:
        """The latest state of every list, by name."""
        return tuple(self._lists[name] for name in sorted(self._lists))

    def of(self, draw: str) -> DrawLife | None:
        """Return what the log says of one draw, or None."""
        return self._draws.get(draw)

    def change(self, entry: Entry) -> None:
        """Take up a change of a list."""
        body: Any = entry.body
        state = ListState(list=body["list"], seq=entry.seq, digest=body["digest"])
        self._lists[state.list] = state

    def announce(self, entry: Entry) -> tuple[ListState, ...]:
        """Take up a ``draw.announce``.

        Returns:
            The lists that changed between the state it names and the announcement:
            whether it names them rightly cannot be told here.

        Raises:
            VerificationError: E750 announced before, E751 the task has an open
                announcement, E756 a list's digest is not the logged one.
        """
        body: dict[str, Any] = dict(entry.body)
        draw, task = body["draw"], body["task"]
        if draw in self._draws:
            seq = self._draws[draw].announced
            raise VerificationError("E750", draw=draw, seq=seq)
        if task in self._open:
            raise VerificationError("E751", task=task, draw=self._open[task])
        registry: dict[str, Any] = dict(body["registry"])
        changed = []
        for name in ("targets", "inspectors"):
            state = self._lists.get(name)
            if state is not None and registry["seq"] < state.seq:
                changed.append(state)
            elif (
                state is None
                or state.digest != registry[name]
                or registry["seq"] >= entry.seq
            ):
                raise VerificationError("E756", list=name)
        self._draws[draw] = DrawLife(
            draw=draw,
            task=task,
            commitment=body["commitment"],
            announced=entry.seq,
        )
        self._open[task] = draw
        return tuple(changed)

    def roll(self, entry: Entry) -> None:
        """Take up a ``draw.dice``.

        Raises:
            VerificationError: E752–E754, see :meth:`end`; E755 rolled before.
        """
        body: dict[str, Any] = dict(entry.body)
        life = self._running(body)
        if any(source == body["source"] for source, _ in life.dice):
            raise VerificationError("E755", draw=life.draw, source=body["source"])
        rolled = (*life.dice, (body["source"], body["digits"]))
        self._draws[life.draw] = replace(life, dice=rolled)

    def end(self, entry: Entry) -> None:
        """Take up a ``draw.result`` or a ``draw.abandon``.

        Raises:
            VerificationError: E752 never announced, E753 ended before, E754 another
                commitment.
        """
        body: dict[str, Any] = dict(entry.body)
        life = self._running(body)
        result = body["result"] if entry.act == "draw.result" else None
        self._draws[life.draw] = replace(life, ended=entry.seq, result=result)
        del self._open[life.task]

    def _running(self, body: dict[str, Any]) -> DrawLife:
        draw = body["draw"]
        life = self._draws.get(draw)
        if life is None:
            raise VerificationError("E752", draw=draw)
        if life.ended is not None:
            raise VerificationError("E753", draw=draw, seq=life.ended)
        if life.commitment != body["commitment"]:
            raise VerificationError("E754", draw=draw)
        return life
