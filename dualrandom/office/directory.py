"""The target directory as freezing reads it: from end to end, and never held.

Border: rows come from a transaction, in order of ids, as often as somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.exclusions import Pair
    from dualrandom.registry import Reader

Told = Callable[[str, int], object]
"""Called with what is being done, a word of the catalogue, and how many rows of it."""
OFTEN: Final = 10_000
"""After so many rows somebody is told."""


@dataclass(frozen=True, slots=True)
class Directory:
    """All targets as they stand in a transaction."""

    tx: Reader
    told: Told

    def __iter__(self) -> Iterator[Pair]:
        """Yield them in order of ids."""
        for number, pair in enumerate(self.tx.targets(), 1):
            if number % OFTEN == 0:
                self.told("read", number)
            yield pair
