"""What an officer writes for randomness: ``dice:20``, ``sealed:县纪委监委=…``."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from dualrandom.errors import (
    DualRandomError,
    InputError,
    UsageError,
    VerificationError,
)
from dualrandom.model import MAX_INT
from dualrandom.randomness import (
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Sealed,
    check_sources,
    line,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dualrandom.errors import Where
    from dualrandom.randomness import Source


def parse_source(text: str) -> Source:
    """Return the source that a text names.

    Args:
        text: ``dice:COUNT``, ``lottery:GAME:ISSUE``, ``sealed:PARTY=COMMITMENT``,
            ``drand:CHAIN:ROUND``, ``nist:CHAIN:PULSE`` or ``local``.

    Raises:
        UsageError: E168, not a source.
        InputError: E607, too few dice.
    """
    made = _source(text)
    try:
        check_sources((made,))
    except VerificationError as error:
        if error.code == "E801":
            raise UsageError("E168", value=text) from error
        params: dict[str, Any] = dict(error.params)
        raise InputError(error.code, **params) from error
    return made


def _source(text: str) -> Source:
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


def check_drawable(sources: Sequence[Source], *, dry_run: bool) -> None:
    """Refuse what a draw of this version could not open: it could only be abandoned.

    Raises:
        InputError: E379, dice or a lottery twice: one value is asked for; E396, a
            beacon; a dry run may still say what such a draw would be called.
    """
    for kind in (Dice, Lottery):
        if sum(isinstance(source, kind) for source in sources) > 1:
            raise InputError("E379", kind=kind.__name__.lower())
    for source in sources:
        if isinstance(source, Drand | Nist) and not dry_run:
            raise InputError("E396", kind=line(source, "").strip())


@contextmanager
def given(
    where: Where | None = None, refuse: type[DualRandomError] = InputError
) -> Iterator[None]:
    """Turn a finding in what somebody gave into one that this person can correct.

    Args:
        where: the file that was given.
        refuse: what such a finding is here.

    Raises:
        DualRandomError: of that kind, with the finding's code and parameters.
    """
    try:
        yield
    except VerificationError as error:
        params: dict[str, Any] = dict(error.params)
        raise refuse(error.code, where=where or error.where, **params) from error


def _number(digits: str, text: str) -> int:
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MAX_INT)):
        raise UsageError("E168", value=text)
    return int(digits)
