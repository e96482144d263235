"""Numbers of persons in texts that everyone may read: they are refused in the sheet.

Border: pure. An identity number (GB 11643-1999) is told by its date and check
character, so that a credit code of digits is not taken for one; a mobile telephone by
its form.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Final

from dualrandom.sheets.codes import is_verified

if TYPE_CHECKING:
    from dualrandom.sheets.rows import Table

_IDENTITY: Final = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{16}[0-9Xx](?![0-9A-Za-z])")
_MOBILE: Final = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])")
_WEIGHTS: Final = tuple(pow(2, 17 - at, 11) for at in range(17))
_CHECKS: Final = "10X98765432"


def holds_personal(text: str) -> bool:
    """Say whether a text holds an identity number or a mobile telephone."""
    return bool(_MOBILE.search(text)) or any(map(_is_identity, _IDENTITY.findall(text)))


def _is_identity(number: str) -> bool:
    if is_verified(number.upper()):
        return False
    total = sum(int(n) * w for n, w in zip(number, _WEIGHTS, strict=False))
    if _CHECKS[total % len(_CHECKS)] != number[-1].upper():
        return False
    try:
        born = dt.date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return False
    return dt.date(1900, 1, 1) <= born


def refuse_personal(table: Table, *names: str) -> None:
    """Refuse every cell of some columns that holds a person's number: E962."""
    for name in names:
        for at, text in zip(table.rows, table.values.get(name, ()), strict=False):
            if text and holds_personal(str(text)):
                table.findings.refuse("E962", table.where(at, name))
