"""How fast we are against others, as ratios taken in one run on one machine.

- A benchmark is a module of this folder with one function, ``run() -> Ratio``.
- Both sides get the same case, and ``run`` asserts that both solved it.
- Absolute seconds are printed, never judged: only the ratio has a bound.
- What needs something that is not here raises ``SkippedError``, and is named.

    python -m bench              # all of them; writes build/bench.json and the READMEs
    python -m bench selection    # one
"""

from __future__ import annotations

import platform
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, TypeVar

from dualrandom import __version__

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class SkippedError(Exception):
    """Something is missing that cannot be had by pip; the reason is its text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """One comparison.

    Attributes:
        case: what both sides did, sizes included.
        against: the other side, by name.
        ours: our seconds, or what ``unit`` says.
        theirs: the other side's.
        at_least: how many times as fast we must be, or None.
        at_most: how many times as long, or as much, we may take, or None.
        unit: of ``ours`` and ``theirs``.
        versions: name and version of everything that was measured.
    """

    case: str
    against: str
    ours: float
    theirs: float
    at_least: float | None = None
    at_most: float | None = None
    unit: str = "s"
    versions: tuple[tuple[str, str], ...] = ()

    @property
    def value(self) -> float:
        """The ratio that the bound speaks of: faster by, or slower by."""
        if self.at_least is not None:
            return self.theirs / self.ours
        return self.ours / self.theirs

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        if self.at_least is not None:
            return self.value >= self.at_least
        return self.at_most is None or self.value <= self.at_most


def versions(*packages: str) -> tuple[tuple[str, str], ...]:
    """Return the versions of Python, of ourselves, and of these packages."""
    return (
        ("python", platform.python_version()),
        ("dualrandom", __version__),
        *((name, version(name)) for name in packages),
    )


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """Return the seconds that work took, and what it returned."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result
