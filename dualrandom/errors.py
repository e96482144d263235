"""One tree of errors: a code, a place and parameters, never a sentence.

Border: nothing else leaves the package. Each third-party room wraps what it catches
with ``raise … from exc``. Sentences live in ``locale/*.toml`` and are put together by
:mod:`dualrandom.messages`.

- A code names one fault and is never used again for another.
- ``Where`` holds the numbers the user sees: Excel rows (the header is row 1), log
  entries by ``seq``, steps of the specification.
- An :class:`InputError` may carry many problems: a sheet is reported whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

Param = str | int
"""What a sentence may hold. Never a private value unless its owner typed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """A place, as precise as it is known: ``企业名录.xlsx › 对象 › F7``."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    cell: str | None = None
    entry: int | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One finding in a list of many; a warning does not refuse anything."""

    code: str
    where: Where
    params: tuple[tuple[str, Param], ...] = ()
    warning: bool = False


def problem(
    code: str, where: Where, *, warning: bool = False, **params: Param
) -> Problem:
    """Make a :class:`Problem` with its parameters in a stated order."""
    return Problem(
        code=code, where=where, params=tuple(sorted(params.items())), warning=warning
    )


class DualRandomError(Exception):
    """Base of every error of this package.

    Attributes:
        code: ``E`` and three digits; the key of its sentences.
        where: the place, or None.
        params: what the sentence names.
        problems: all findings, where one call found several.
        warnings: what was odd as well, and would have refused nothing.
        exit_code: what the command line ends with.
    """

    exit_code: ClassVar[int] = 70

    def __init__(
        self,
        code: str,
        /,
        *,
        where: Where | None = None,
        problems: tuple[Problem, ...] = (),
        warnings: tuple[Problem, ...] = (),
        **params: Param,
    ) -> None:
        super().__init__(code, where, params)
        self.code = code
        self.where = where
        self.params = params
        self.problems = problems
        self.warnings = warnings


class UsageError(DualRandomError):
    """Wrong options, or a settings file that cannot be used."""

    exit_code = 2


class InputError(DualRandomError):
    """Data that the user can correct."""

    exit_code = 3


class StateError(DualRandomError):
    """Refused by the rules: already drawn, not yet frozen, nobody confirmed."""

    exit_code = 4


class EnvironmentProblem(DualRandomError):  # noqa: N818 - EnvironmentError is taken
    """A file that cannot be read, a locked database, a full disk."""

    exit_code = 5


class VerificationError(DualRandomError):
    """The check ran and the answer is no."""

    exit_code = 1


class CannotTellError(DualRandomError):
    """The check lacks something: a key, an anchor, a file."""

    exit_code = 6
