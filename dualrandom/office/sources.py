"""What an officer writes for randomness: ``dice:20``, ``sealed:县纪委监委=…``.

A round of drand is best named by its time, ``drand@2026-11-23 10:00``, in the office's
time zone: the first round of quicknet at or after it.
"""

from __future__ import annotations

import datetime as dt
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import (
    DualRandomError,
    InputError,
    UsageError,
    VerificationError,
)
from dualrandom.model import MAX_INT
from dualrandom.office.place import ZONE
from dualrandom.randomness import (
    CHAINS,
    QUICKNET,
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Sealed,
    check_sources,
    first_round,
    time_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dualrandom.errors import Where
    from dualrandom.randomness import Source


END: Final = 253370764800
"""The year 9999: rounds have numbers beyond it, calendars have no days."""
_TIME = re.compile(
    r"drand@([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}(:[0-9]{2})?)"
)


def parse_source(text: str) -> Source:
    """Return the source that a text names.

    Args:
        text: ``dice:COUNT``, ``lottery:GAME:ISSUE``, ``sealed:PARTY=COMMITMENT``,
            ``drand@TIME``, ``drand:CHAIN:ROUND`` (a hash, or ``quicknet`` or
            ``default``), ``nist:CHAIN:PULSE`` or ``local``.

    Raises:
        UsageError: E168, not a source; E629, a pulse by its time.
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
    if (time_of(made) or 0) >= END:
        raise UsageError("E168", value=text)
    return made


def _source(text: str) -> Source:
    if text.startswith("drand@"):
        return first_round(QUICKNET, _moment(text))
    if text.startswith("nist@"):
        raise UsageError("E629", value=text)
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
            hashes = {known.name: digest for digest, known in CHAINS.items()}
            return Drand(chain=hashes.get(chain, chain), round=_number(number, text))
        case "nist", [chain, number]:
            return Nist(chain=_number(chain, text), pulse=_number(number, text))
        case "local", []:
            return Local()
    raise UsageError("E168", value=text)


def check_drawable(sources: Sequence[Source]) -> None:
    """Refuse what a draw of this version could not open: it could only be abandoned.

    Raises:
        InputError: E379, dice or a lottery twice: one value is asked for; E610, a
            drand chain that could not be checked.
    """
    for kind in (Dice, Lottery):
        if sum(isinstance(source, kind) for source in sources) > 1:
            raise InputError("E379", kind=kind.__name__.lower())
    for source in sources:
        if isinstance(source, Drand) and source.chain not in CHAINS:
            raise InputError("E610", chain=source.chain[:16])


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


def _moment(text: str) -> int:
    """Return a time of the office's zone in Unix seconds."""
    found = _TIME.fullmatch(text)
    if not found:
        raise UsageError("E168", value=text)
    try:
        local = dt.datetime.fromisoformat(f"{found[1]} {found[2]}")
        return int(local.replace(tzinfo=ZONE).timestamp())
    except (ValueError, OverflowError) as exc:  # a thirteenth month, the year 0000
        raise UsageError("E168", value=text) from exc


def _number(digits: str, text: str) -> int:
    if not (digits.isascii() and digits.isdigit()) or len(digits) > len(str(MAX_INT)):
        raise UsageError("E168", value=text)
    return int(digits)
