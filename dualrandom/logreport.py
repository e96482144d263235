"""What a check of a log says: findings, each with an entry, a code and a weight.

- **differs**: tampering or a mismatch is proven. **unchecked**: something could not be
  told. **note**: worth seeing, changes nothing.
- One that differs makes 1; else one unchecked makes 6; else 0.
- An entry has at most one finding that differs: the first in the order of the steps.

Spec: log-v1 §8.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dualrandom.errors import Problem, Where

if TYPE_CHECKING:
    from dualrandom.checkpoints import Checkpoint, SignedCheckpoint
    from dualrandom.errors import Param
    from dualrandom.keyring import LogKey
    from dualrandom.lives import DrawLife, ListState
    from dualrandom.policy import Policy
    from dualrandom.reviews import Review

MOST: Final = 50
"""How many findings of one code are kept; the rest are counted."""


class Weight(StrEnum):
    """What a finding does to the verdict."""

    DIFFERS = "differs"
    UNCHECKED = "unchecked"
    NOTE = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a reader should know.

    Attributes:
        weight: what it does to the verdict.
        seq: place of the entry in the log, or None: the log as a whole.
        code: ``E7xx``; the key of its sentences.
        params: what the sentence names, sorted.
    """

    weight: Weight
    seq: int | None
    code: str
    params: tuple[tuple[str, Param], ...] = ()

    @property
    def problem(self) -> Problem:
        """The finding as :func:`dualrandom.messages.problem_line` takes it."""
        return Problem(
            code=self.code,
            where=Where(entry=self.seq),
            params=self.params,
            warning=self.weight is not Weight.DIFFERS,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogTrust:
    """What the reader got elsewhere: minutes, print, an earlier visit.

    Attributes:
        genesis: SHA-256 of entry 0's bytes, hex.
        policy: trusted logs and witnesses.
        kept: checkpoints that the reader kept.
        states: size and root that a witness remembers, unsigned.
        verified: up to where the reader checked this log before. All is checked again
            but the signatures below it, for which its root answers.
    """

    genesis: str | None = None
    policy: Policy | None = None
    kept: tuple[SignedCheckpoint, ...] = ()
    states: tuple[Checkpoint, ...] = ()
    verified: Checkpoint | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogReport:
    """A whole check.

    Attributes:
        origin: the log's name; None: no readable entry.
        size: how many entries were read.
        root: tree hash over them, 32 bytes.
        head: leaf hash of the last one, or None.
        findings: at most :data:`MOST` of each code, in the order found.
        more: how many of which code were left off.
        verdicts: the weights that occurred.
        first: the first bad entry, or None.
        keys: every key that the log ever knew.
        draws: every draw, in the order of announcement.
        reviews: the results of every draw that has some.
        lists: the latest state of every list: compare it with the database.
        cosigned: names and times (seconds since 1970) of valid cosignatures on the
            checkpoint.
    """

    origin: str | None
    size: int
    root: bytes
    head: bytes | None
    findings: tuple[Finding, ...]
    more: tuple[tuple[str, int], ...]
    verdicts: tuple[Weight, ...]
    first: int | None
    keys: tuple[LogKey, ...]
    draws: tuple[DrawLife, ...]
    reviews: tuple[Review, ...]
    lists: tuple[ListState, ...]
    cosigned: tuple[tuple[str, int], ...]

    @property
    def exit_code(self) -> int:
        """0 intact, 1 tampering or mismatch proven, 6 cannot tell; 1 outranks 6."""
        if Weight.DIFFERS in self.verdicts:
            return 1
        return 6 if Weight.UNCHECKED in self.verdicts else 0


class Findings:
    """Collects findings in bounded memory."""

    def __init__(self) -> None:
        self.made: list[Finding] = []
        self.first: int | None = None
        self.weights: set[Weight] = set()
        self._counts: dict[str, int] = {}

    def differs(self, seq: int | None, code: str, /, **params: Param) -> None:
        """Note a proven fault."""
        if seq is not None and self.first is None:
            self.first = seq
        self._add(Weight.DIFFERS, seq, code, params)

    def unchecked(self, seq: int | None, code: str, /, **params: Param) -> None:
        """Note what could not be told."""
        self._add(Weight.UNCHECKED, seq, code, params)

    def note(self, seq: int | None, code: str, /, **params: Param) -> None:
        """Note what is worth seeing."""
        self._add(Weight.NOTE, seq, code, params)

    @property
    def more(self) -> tuple[tuple[str, int], ...]:
        """What was counted only."""
        return tuple(
            (code, count - MOST)
            for code, count in sorted(self._counts.items())
            if count > MOST
        )

    def _add(
        self, weight: Weight, seq: int | None, code: str, params: dict[str, Param]
    ) -> None:
        self.weights.add(weight)
        self._counts[code] = self._counts.get(code, 0) + 1
        if self._counts[code] <= MOST:
            self.made.append(
                Finding(
                    weight=weight,
                    seq=seq,
                    code=code,
                    params=tuple(sorted(params.items())),
                )
            )
