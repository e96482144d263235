"""What an officer writes for randomness: ``dice:20``, ``sealed:县纪委监委=…``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dualrandom.errors import InputError, UsageError, VerificationError
from dualrandom.model import MAX_INT
from dualrandom.randomness import Dice, Drand, Local, Lottery, Nist, Sealed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dualrandom.randomness import Source


def parse_source(text: str) -> Source:
    """Return the source that a text names.

    Args:
        text: ``dice:COUNT``, ``lottery:GAME:ISSUE``, ``sealed:PARTY=COMMITMENT``,
            ``drand:CHAIN:ROUND``, ``nist:CHAIN:PULSE`` or ``local``.

    Raises:
        UsageError: E168.
    """
    kind, *words = text.split(":")
    match kind, words:
        case "dice", [count]:
            return Dice(count=_number(count, text))
        case "lottery", [game, issue]:
            return Lottery(game=game, issue=issue)
        case "sealed", [bound] if "=" in bound:
            party, _, commitment = bound.partition("=")
            return Sealed(party=party, commitment=commitment)
        case "drand", [chain, number]:
            return Drand(chain=chain, round=_number(number, text))
        case "nist", [chain, number]:
            return Nist(chain=_number(chain, text), pulse=_number(number, text))
        case "local", []:
            return Local()
    raise UsageError("E168", value=text)


@contextmanager
def typed_values() -> Iterator[None]:
    """Turn a finding of the protocol's grammar into one that the user can correct.

    Raises:
        InputError: with the finding's code and parameters.
    """
    try:
        yield
    except VerificationError as error:
        params: dict[str, Any] = dict(error.params)
        raise InputError(error.code, **params) from error


def _number(digits: str, text: str) -> int:
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MAX_INT)):
        raise UsageError("E168", value=text)
    return int(digits)
