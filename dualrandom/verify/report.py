"""What a verification says: numbered steps, each with one of four verdicts.

- **agrees**: computed here, and equal. **differs**: what, where, likely why.
- **people**: a value that a person must compare. **unchecked**: why, and who can.
- One that differs makes 1; else one that is unchecked makes 6; lines for people are
  listed and change nothing.

Spec: draw-v1 §7.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dualrandom.errors import Param, VerificationError
    from dualrandom.randomness import Standing


class Verdict(StrEnum):
    """What became of one step."""

    AGREES = "agrees"
    DIFFERS = "differs"
    PEOPLE = "people"
    UNCHECKED = "unchecked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of a report.

    Attributes:
        name: key of the step's title, for instance ``seed``.
        file: the file that it speaks of, or None.
        code: key of its sentence: an error code, or a key under ``[verify]``.
        params: what the sentence names, sorted.
    """

    name: str
    verdict: Verdict
    file: str | None = None
    code: str | None = None
    params: tuple[tuple[str, Param], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A whole verification.

    Attributes:
        draw: the draw's id as announced, or the folder's name.
        standing: what the draw may be called; None where it cannot be told.
        unwitnessed: whether the order in time rests on the office's word.
    """

    draw: str
    steps: tuple[Step, ...]
    standing: Standing | None
    unwitnessed: bool

    @property
    def exit_code(self) -> int:
        """0 all agrees, 1 something differs, 6 nothing differs but not all is seen."""
        verdicts = {step.verdict for step in self.steps}
        if Verdict.DIFFERS in verdicts:
            return 1
        return 6 if Verdict.UNCHECKED in verdicts or not self.steps else 0


@dataclass(slots=True)
class Steps:
    """Collects steps in the order in which they are made."""

    made: list[Step] = field(default_factory=list)

    def agrees(self, name: str, file: str | None = None, **params: Param) -> None:
        """Note that something was computed and is equal."""
        self._add(Verdict.AGREES, name, file, None, params)

    def differs(
        self, name: str, code: str, file: str | None = None, **params: Param
    ) -> None:
        """Note that something was computed and is not equal."""
        self._add(Verdict.DIFFERS, name, file, code, params)

    def refused(
        self, name: str, error: VerificationError, file: str | None = None
    ) -> None:
        """Note that bytes could not be read as what they claim to be."""
        self._add(Verdict.DIFFERS, name, file, error.code, error.params)

    def untold(
        self, name: str, error: VerificationError, file: str | None = None
    ) -> None:
        """Note that something could not be read here, and why."""
        self._add(Verdict.UNCHECKED, name, file, error.code, error.params)

    def people(
        self, name: str, code: str, file: str | None = None, **params: Param
    ) -> None:
        """Note a value that a person must compare."""
        self._add(Verdict.PEOPLE, name, file, code, params)

    def unchecked(
        self, name: str, code: str, file: str | None = None, **params: Param
    ) -> None:
        """Note something that was not computed, and why."""
        self._add(Verdict.UNCHECKED, name, file, code, params)

    def _add(
        self,
        verdict: Verdict,
        name: str,
        file: str | None,
        code: str | None,
        params: dict[str, Param],
    ) -> None:
        self.made.append(
            Step(
                name=name,
                verdict=verdict,
                file=file,
                code=code,
                params=tuple(sorted(params.items())),
            )
        )
