"""The life of each draw, and the lists that announcements rest on.

Border: values only; what comes here was signed by someone who may.

- A draw is announced once, and ends once: a result or an abandonment.
- Only a draw with a result is changed, or verified; a sealed one is released once, when
  it has ended.
- A task has one open announcement.
- Dice, result and abandonment carry the announced commitment.
- An announcement names the lists as the log has them.

Spec: log-v1 §4 (draws), §8 step 8.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from dualrandom.acts import CHANGES
from dualrandom.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.entries import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class ListState:
    """The latest logged state of one list: which entry, which digest."""

    list: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ``draw.replace`` or ``draw.substitute``: digest of its file after it."""

    act: str
    seq: int
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """A ``draw.verify``: what a supervisor's own verification ended with.

    Attributes:
        by: key names of those who answer for it.
        verdict: 0, 1 or 6.
        report: SHA-256 of the whole report.
    """

    seq: int
    by: tuple[str, ...]
    verdict: int
    report: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawLife:
    """What the log says of one draw.

    Attributes:
        announced: entry of the announcement.
        ended: entry of the result or the abandonment; None: open.
        result: SHA-256 of result.json; None: open or abandoned.
        dice: source and digits, in the order of the log.
        rolled: entry of the last dice; None: there are none.
        approvers: key names of those who approved the announcement, sorted.
        changes: after the result, in the order of the log.
        released: entry of the release; None: sealed still, or never sealed.
        opinions: supervisors' verdicts, in the order of the log.
    """

    draw: str
    task: str
    commitment: str
    announced: int
    ended: int | None = None
    result: str | None = None
    dice: tuple[tuple[int, str], ...] = ()
    rolled: int | None = None
    approvers: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    released: int | None = None
    opinions: tuple[Opinion, ...] = ()


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

    def take_up(self, entry: Entry, by: Iterable[str] = ()) -> tuple[ListState, ...]:
        """Take up an act of a list or a draw; others have no effect here.

        Args:
            entry: whose signatures and approvals hold.
            by: key names of the supervisors who signed or approved it.

        Returns:
            Of an announcement: lists of which it cannot be told whether it names them
            rightly.

        Raises:
            VerificationError: E750-E756, E856-E858, it does not fit what came before.
        """
        match entry.act:
            case act if act in CHANGES:
                self._change(entry)
            case "draw.announce":
                return self._announce(entry, by)
            case "draw.dice":
                self._roll(entry)
            case "draw.result" | "draw.abandon":
                self._end(entry)
            case "draw.replace" | "draw.substitute":
                self._follow(entry)
            case "draw.release":
                self._release(entry)
            case "draw.verify":
                self._judge(entry, by)
        return ()

    def _change(self, entry: Entry) -> None:
        """Take up a change of a list."""
        body: Any = entry.body
        state = ListState(list=body["list"], seq=entry.seq, digest=body["digest"])
        self._lists[state.list] = state

    def _announce(
        self, entry: Entry, approvers: Iterable[str]
    ) -> tuple[ListState, ...]:
        """Take up a ``draw.announce``.

        Args:
            entry: the announcement.
            approvers: key names of supervisors who approved it.

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
            approvers=tuple(sorted(approvers)),
        )
        self._open[task] = draw
        return tuple(changed)

    def _roll(self, entry: Entry) -> None:
        """Take up a ``draw.dice``.

        Raises:
            VerificationError: E752–E754, see :meth:`_end`; E755 rolled before.
        """
        body: dict[str, Any] = dict(entry.body)
        life = self._running(body)
        if any(source == body["source"] for source, _ in life.dice):
            raise VerificationError("E755", draw=life.draw, source=body["source"])
        rolled = (*life.dice, (body["source"], body["digits"]))
        self._draws[life.draw] = replace(life, dice=rolled, rolled=entry.seq)

    def _end(self, entry: Entry) -> None:
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

    def _follow(self, entry: Entry) -> None:
        """Take up a ``draw.replace`` or a ``draw.substitute``.

        Raises:
            VerificationError: E752 never announced, E754 another commitment, E856 it
                has no result.
        """
        body: dict[str, Any] = dict(entry.body)
        life = self._drawn(body, entry.act)
        field = "replacements" if entry.act == "draw.replace" else "substitutions"
        made = Change(act=entry.act, seq=entry.seq, digest=body[field])
        self._draws[life.draw] = replace(life, changes=(*life.changes, made))

    def _release(self, entry: Entry) -> None:
        """Take up a ``draw.release``.

        Raises:
            VerificationError: E752 never announced, E754 another commitment, E857 it
                has not ended, or was released before.
        """
        life = self._known(dict(entry.body))
        if life.ended is None or life.released is not None:
            raise VerificationError("E857", draw=life.draw)
        self._draws[life.draw] = replace(life, released=entry.seq)

    def _judge(self, entry: Entry, by: Iterable[str]) -> None:
        """Take up a ``draw.verify``.

        Args:
            entry: the verdict.
            by: key names of the supervisors who answer for it.

        Raises:
            VerificationError: E752 never announced, E754 another commitment, E856 it
                has no result, E858 the verdict is on another one.
        """
        body: dict[str, Any] = dict(entry.body)
        life = self._drawn(body, entry.act)
        if body["result"] != life.result:
            raise VerificationError("E858", draw=life.draw)
        made = Opinion(
            seq=entry.seq,
            by=tuple(sorted(by)),
            verdict=body["verdict"],
            report=body["report"],
        )
        self._draws[life.draw] = replace(life, opinions=(*life.opinions, made))

    def _running(self, body: dict[str, Any]) -> DrawLife:
        life = self._known(body, bound=False)
        if life.ended is not None:
            raise VerificationError("E753", draw=life.draw, seq=life.ended)
        return self._known(body)

    def _drawn(self, body: dict[str, Any], act: str) -> DrawLife:
        life = self._known(body)
        if life.result is None:
            raise VerificationError("E856", draw=life.draw, act=act)
        return life

    def _known(self, body: dict[str, Any], *, bound: bool = True) -> DrawLife:
        draw = body["draw"]
        life = self._draws.get(draw)
        if life is None:
            raise VerificationError("E752", draw=draw)
        if bound and life.commitment != body["commitment"]:
            raise VerificationError("E754", draw=draw)
        return life
