"""What cells hold, as text: width, numbers as people write them, lists in one cell.

Border: pure functions.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Final

Cell = str | float | bool | dt.date
"""What a reader gives; an empty cell is ``""``."""

EXACT: Final = 10**15
"""From here on, a number in a cell has lost its last digits."""

_SPLIT: Final = re.compile(r"[,\uff0c\u3001;\uff1b\n]")
_FULL_WIDTH: Final[dict[int, int | str]] = {
    0x3000: " ",
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
}
_SHIELDED: Final = re.compile(r"'+\s*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]")
_OPEN: Final = "(\uff08[\u3010\u3014\u300a"
_CLOSE: Final = ")\uff09]\u3011\u3015\u300b"


def fold(text: str) -> str:
    """Return text with full-width letters, digits and signs made half-width."""
    return text.translate(_FULL_WIDTH)


def unshielded(text: str) -> str:
    """Return text of a CSV without the apostrophe that shields a formula's sign."""
    return text[1:] if _SHIELDED.match(text) else text


def split(text: str) -> list[str]:
    """Return the parts of a list in one cell; what stands in brackets stays whole."""
    opened = sum(char in _OPEN for char in text)
    closed = sum(char in _CLOSE for char in text)
    if opened == closed == 0 or opened != closed:  # brackets that lead nowhere
        return [part for raw in _SPLIT.split(text) if (part := raw.strip())]
    parts, depth, start = [], 0, 0
    for at, char in enumerate(text):
        depth += (char in _OPEN) - (char in _CLOSE)
        if depth <= 0 and _SPLIT.match(char):
            parts.append(text[start:at])
            start = at + 1
    return [part for raw in (*parts, text[start:]) if (part := raw.strip())]


def number_text(value: float) -> str:
    """Return a number as people write it: 3, not 3.0."""
    if math.isfinite(value) and value == int(value) and abs(value) < EXACT:
        return str(int(value))
    return repr(value)


def as_text(cell: Cell) -> str:
    """Return a cell as people see it."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    return cell.isoformat() if isinstance(cell, dt.date) else number_text(cell)
