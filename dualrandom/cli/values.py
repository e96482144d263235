"""What an officer types or names for a draw's randomness."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from dualrandom.cli import show
from dualrandom.cli.language import say
from dualrandom.cli.options import ask, on_terminal

if TYPE_CHECKING:
    from dualrandom.office.values import Values
    from dualrandom.randomness import Source


def collect(
    sources: tuple[Source, ...],
    dice: str,
    lottery: str,
    secrets: list[str],
    beacons: list[Path],
) -> Values:
    """Return the values of these sources: as given, else asked for."""
    from dualrandom.randomness import Dice, Lottery, Sealed

    opened = _opened(secrets)
    for source in sources:
        match source:
            case Dice() if not dice:
                dice = _twice(say("cli.ask.dice", count=source.count))
            case Lottery() if not lottery:
                lottery = _twice(
                    say("cli.ask.lottery", game=source.game, issue=source.issue)
                )
            case Sealed() if source.party not in opened:
                opened[source.party] = _twice(say("cli.ask.secret", party=source.party))
            case _:
                pass
    told = [f"{party}={secret}" for party, secret in opened.items()]
    return given(dice=dice, lottery=lottery, secrets=told, beacons=beacons)


def given(
    *,
    dice: str = "",
    lottery: str = "",
    secrets: list[str] = [],  # noqa: B006
    beacons: list[Path] = [],  # noqa: B006
) -> Values:
    """Return values as they were given, and ask for none.

    Raises:
        UsageError: E166, a secret that is not written ``PARTY=SECRET``.
        EnvironmentProblem: E151, a beacon's file cannot be read.
    """
    from dualrandom.office.outside import load
    from dualrandom.office.values import Values

    return Values(
        dice=dice,
        lottery=lottery,
        secrets=tuple(sorted(_opened(secrets).items())),
        beacons=tuple(load(beacons).items()),
    )


def _opened(secrets: list[str]) -> dict[str, str]:
    from dualrandom.errors import UsageError

    if any("=" not in text for text in secrets):
        raise UsageError("E166")
    return {party: secret for party, _, secret in (s.partition("=") for s in secrets)}


def _twice(prompt: str) -> str:
    """Ask twice, on a terminal; elsewhere the value must be given."""
    from dualrandom.errors import UsageError

    if not on_terminal():
        raise UsageError("E395", kind=prompt)
    while True:
        first = "".join(ask(prompt).split())
        second = "".join(ask(say("cli.ask.again")).split())
        if first == second:
            return first
        show.talk(say("cli.ask.unequal"))
