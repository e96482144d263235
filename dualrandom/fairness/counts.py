"""What many draws came to, counted.

Where chances are alike, the counts of one draw are *exchangeable*: any order of them
is as likely as any other. Of n counts that sum to a constant in every draw, with the
variance v among themselves, each pair then has the covariance −v / (n − 1), and

    (n − 1) / n · Σ (count − mean)² / Σ v    over all draws

is chi-square with n − 1 degrees of freedom, nearly, when draws are many. It needs no
model of how the draw is made: weighted tickets, quotas and maxima are all covered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from dualrandom.fairness.chances import Question

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

ENOUGH: Final = 5
"""How large the variance of a count must be for chi-square to hold."""
PARTS: Final = 10
"""Into how many parts a list is divided, to see whether position matters."""


class Alike:
    """Some who ought to have like chances, and what each draw gave them.

    Attributes:
        name: what they are called.
        total: what each got in all draws together.
        variance: the sum of each draw's variance among them.
        parts: what each part of the list got; position is the order given.
        spread: the sum of each draw's chi-square among the parts.
        drawn: in how many draws they did not all get the same.
    """

    def __init__(self, name: str, count: int) -> None:
        """Start with nothing.

        Args:
            name: what they are called.
            count: how many they are, 2 or more.
        """
        self.name = name
        self.total: NDArray[np.int64] = np.zeros(count, np.int64)
        self.variance = 0.0
        self.spread = 0.0
        self.drawn = 0
        edges = np.linspace(0, count, min(PARTS, count) + 1).astype(np.int64)
        self._starts, self._sizes = edges[:-1], np.diff(edges)

    def add(self, got: NDArray[np.int64]) -> None:
        """Add one draw: what each of them got."""
        self.total += got
        variance = float(got.var())
        if variance == 0:
            return
        self.variance += variance
        self.spread += self._parts(got, variance)
        self.drawn += 1

    def _parts(self, got: NDArray[np.int64], variance: float) -> float:
        n = len(got)
        off = np.add.reduceat(got, self._starts) - got.mean() * self._sizes
        return float((off**2 / self._sizes).sum() * (n - 1) / (n * variance))

    @property
    def parts(self) -> NDArray[np.int64]:
        """What each part of the list got in all draws together."""
        return np.add.reduceat(self.total, self._starts)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many there are in each part of the list."""
        return self._sizes

    def questions(self, name: str) -> Iterator[Question]:
        """Yield what can be asked of them.

        Args:
            name: of whom, as the first part of each question's name.
        """
        if not self.drawn:
            return
        n, parts = len(self.total), len(self._sizes)
        asked = [
            ("position", self._parts(self.total, self.variance), parts - 1),
            ("spread", self.spread, (parts - 1) * self.drawn),
        ]
        # Counts that are too small are not nearly normal, and would cry wolf.
        if self.variance >= ENOUGH:
            off = self.total - self.total.mean()
            alike = float((off**2).sum() * (n - 1) / (n * self.variance))
            asked.append(("alike", alike, n - 1))
        for what, value, freedom in asked:
            yield Question(
                name=f"{name}_{what}",
                about=self.name,
                chi_square=value,
                freedom=freedom,
            )


def flags(size: int, where: Sequence[int]) -> NDArray[np.int64]:
    """Return zeros with a one at each of these places."""
    made = np.zeros(size, np.int64)
    made[list(where)] = 1
    return made
