"""The values that an officer brings to a draw, and the sources that take them.

Spec: draw-v1 §4, the table of sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.errors import InputError, UsageError
from dualrandom.office.sources import given
from dualrandom.randomness import (
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Sealed,
    check_value,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dualrandom.office.outside import Brought
    from dualrandom.office.place import Office
    from dualrandom.randomness import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Values:
    """Randomness as an officer brings it.

    Attributes:
        dice: the digits, for the one source of that kind.
        lottery: the numbers, likewise.
        secrets: (party, secret).
        beacons: (name, bytes) of files that beacons and relays published.
    """

    dice: str = ""
    lottery: str = ""
    secrets: tuple[tuple[str, str], ...] = ()
    beacons: tuple[tuple[str, bytes], ...] = ()


def check_asked(sources: Sequence[Source], values: Values) -> None:
    """Refuse a value that would silently have no effect.

    Raises:
        UsageError: E365.
    """
    asked = {
        "dice": any(isinstance(s, Dice) for s in sources),
        "lottery": any(isinstance(s, Lottery) for s in sources),
        "beacons": any(isinstance(s, Drand | Nist) for s in sources),
    }
    parties = {s.party for s in sources if isinstance(s, Sealed)}
    for kind, asks in asked.items():
        if getattr(values, kind) and not asks:
            raise UsageError("E365", kind=kind)
    for party, _ in values.secrets:
        if party not in parties:
            raise UsageError("E365", kind=f"sealed {party}")


def values_of(
    office: Office,
    draw: str,
    sources: Sequence[Source],
    values: Values,
    rolled: Mapping[int, str],
    brought: Mapping[int, Brought],
) -> dict[int, str]:
    """Return the values that are here, each in its grammar, by the source's place."""
    here = {}
    for at, source in enumerate(sources):
        match source:
            case Dice():
                value = values.dice or rolled.get(at, "")
            case Lottery():
                value = values.lottery
            case Sealed():
                value = dict(values.secrets).get(source.party, "")
            case Local():
                value = office.entropy(32).hex()
            case Drand() | Nist():
                value = brought[at].beacon.value if at in brought else ""
            case _:
                raise InputError("E396", kind=str(source)[:40])
        if value:
            with given():
                check_value(source, value, draw)
            here[at] = value
    return here
