"""How many of the drawn targets fall into one district: chances in whole numbers.

Border: pure; no fraction that rounds unseen.

- Of each stratum so many are drawn, all selections alike: those in the district are a
  hypergeometric number; of several strata their sum.
- Weights are rounded up, and what is too small to matter counts as the worst: no chance
  is told too small.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

Part = tuple[int, int, int]
"""Of a stratum: its rows, those in the district, how many are drawn."""
RARE: Final = 1000
"""What happens in one of so many draws is no reason to do anything beforehand."""
_ONE: Final = 1 << 96
"""The weight of the likeliest number of targets."""
_DUST: Final = 1 << 32
"""Weights that are not carried on one by one."""


class Spread:
    """How many targets of a district are drawn, with what weight."""

    def __init__(self, parts: Sequence[Part]) -> None:
        whole: dict[int, int] = {0: _ONE}
        self._lost = 0
        for rows, n, quota in parts:
            own = _weights(rows, n, quota)
            total = sum(own.values())
            made: Counter[int] = Counter()
            for a, weight in whole.items():
                for b, other in own.items():
                    made[a + b] += weight * other // total + 1
            whole = {k: weight for k, weight in made.items() if weight > _DUST}
            self._lost += sum(w for w in made.values() if w <= _DUST)
        self._weights = whole
        self._total = sum(whole.values())

    def odds(self, n: int) -> int:
        """Return of how many draws at most one takes more than n targets."""
        tail = self._lost + sum(w for k, w in self._weights.items() if k > n)
        return max(self._total // max(tail, 1), 1)

    def usual(self) -> int:
        """Return what all but one of :data:`RARE` draws do not exceed."""
        tail = self._lost
        for n in sorted(self._weights, reverse=True):
            tail += self._weights[n]
            if tail * RARE > self._total:
                return n
        return 0


def _weights(rows: int, n: int, quota: int) -> dict[int, int]:
    """Return the hypergeometric weight of each number: quota of rows, n in here."""
    least, most = max(quota - (rows - n), 0), min(n, quota)
    # The likeliest number; from it, each next weight is a ratio of whole numbers.
    mode = min(max((quota + 1) * (n + 1) // (rows + 2), least), most)
    found = {mode: _ONE}
    for k in range(mode, most):
        up = (n - k) * (quota - k)
        found[k + 1] = found[k] * up // ((k + 1) * (rows - n - quota + k + 1)) + 1
        if found[k + 1] == 1:
            break
    for k in range(mode, least, -1):
        down = k * (rows - n - quota + k)
        found[k - 1] = found[k] * down // ((n - k + 1) * (quota - k + 1)) + 1
        if found[k - 1] == 1:
            break
    return found
