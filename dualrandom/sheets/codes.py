"""Check digits of the codes by which enterprises are known.

Border: pure functions over text. A wrong digit warns; it never refuses a row.

- GB 32100-2015, 18 characters: ``91330000EXAMPLE017`` (any registering authority,
  also A…, N1 to N3 and Y1).
- GB 11714-1997, its characters 9 to 17: the organisation code within.
- GS 15-2006, 15 digits: the registration number of before 2015.
"""

from __future__ import annotations

import re
from enum import StrEnum
from operator import mul
from typing import Final

_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_INNER: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
_INNER_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_VALUES: Final = bytes(
    _ALPHABET.find(chr(byte)) % 256 if chr(byte) in _ALPHABET else 0
    for byte in range(256)
)
_INNER_VALUES: Final = bytes(max(_INNER.find(chr(byte)), 0) for byte in range(256))

_CREDIT: Final = re.compile(
    rf"[{_ALPHABET}]{{2}}[0-9]{{6}}[{_ALPHABET}]{{10}}", re.ASCII
)
_EIGHTEEN: Final = re.compile(r"[0-9A-Za-z]{18}", re.ASCII)
_FIFTEEN: Final = re.compile(r"[0-9]{15}", re.ASCII)
_OLD: Final = re.compile(r"[0-9]{13,14}", re.ASCII)
# One or two characters too few or too many: somebody's slip, not a code of one's own.
_SLIP: Final = re.compile(
    r"(?=(?:[A-Z]*[0-9]){8})(?:[0-9A-Z]{11,12}|[0-9A-Z]{16,17}|[0-9A-Z]{19,20})",
    re.ASCII,
)
_NO_DIGIT: Final = re.compile(r"[^0-9]*")
_COOPERATIVE: Final = re.compile(r"[0-9]{6}NA[0-9]{6}[0-9X]", re.ASCII | re.IGNORECASE)


class Fault(StrEnum):
    """What is odd about a code; the value is the warning's code."""

    CHECK_DIGIT = "E260"
    ORGANISATION = "E261"
    REGISTRATION = "E262"
    LETTERS = "E263"
    FORM = "E264"


def is_code_like(text: str) -> bool:
    """Say whether text has the form of a credit code or registration number."""
    return any(
        form.fullmatch(text) for form in (_EIGHTEEN, _FIFTEEN, _OLD, _COOPERATIVE)
    )


def has_letters_to_raise(text: str) -> bool:
    """Say whether text is a code whose letters are always capitals."""
    return bool(_EIGHTEEN.fullmatch(text) or _COOPERATIVE.fullmatch(text))


def is_verified(text: str) -> bool:
    """Say whether text is a code whose check digit is right."""
    return (
        bool(_CREDIT.fullmatch(text) or _FIFTEEN.fullmatch(text))
        and fault_of(text) is None
    )


def fault_of(code: str) -> Fault | None:
    """Return what is odd about a code, or None.

    Args:
        code: capitals, half-width, any length.
    """
    if _CREDIT.fullmatch(code):
        if credit_digit(code) != code[17]:
            return Fault.CHECK_DIGIT
        return (
            None if organisation_digit(code[8:16]) == code[16] else Fault.ORGANISATION
        )
    if _FIFTEEN.fullmatch(code):
        return None if registration_digit(code) == code[14] else Fault.REGISTRATION
    if _EIGHTEEN.fullmatch(code):
        return Fault.LETTERS
    if _COOPERATIVE.fullmatch(code):
        return None
    return Fault.FORM if _SLIP.fullmatch(code) or _NO_DIGIT.fullmatch(code) else None


def credit_digit(code: str) -> str:
    """Return the last character that the first 17 ask for. Spec: GB 32100-2015."""
    values = code[:17].encode().translate(_VALUES)
    return _ALPHABET[-sum(map(mul, _WEIGHTS, values)) % 31]


def organisation_digit(body: str) -> str:
    """Return the ninth character of an organisation code. Spec: GB 11714-1997."""
    values = body.encode().translate(_INNER_VALUES)
    digit = -sum(map(mul, _INNER_WEIGHTS, values)) % 11
    return "X" if digit == 10 else str(digit)  # noqa: PLR2004 - modulo 11


def registration_digit(number: str) -> str:
    """Return the 15th digit that the first 14 ask for. Spec: GS 15-2006."""
    rest = 10
    for digit in number[:14]:
        rest = (rest + int(digit)) % 10 or 10
        rest = rest * 2 % 11
    return str((11 - rest) % 10)
