"""One column's way from cells to values.

Border: pure; one batch of cells in, as many values out, findings beside them.

- A converter never raises: what is wrong with a cell is a :class:`Finding`, and its
  value is then the type's empty value.
- Cells arrive as readers give them: text, number, truth value, date.
- Most cells are clean, and many repeat. Both are seen before any real work is done:
  a list of 200,000 rows has three million cells.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final, NamedTuple

from dualrandom.model import is_id
from dualrandom.records import Cause
from dualrandom.sheets import codes
from dualrandom.sheets.columns import Type, Words, plain_heading, words
from dualrandom.sheets.dates import (
    FOREVER,
    date_of,
    date_of_serial,
    end_of_period,
    is_month,
)
from dualrandom.sheets.limits import MAX_TEXT
from dualrandom.sheets.texts import (
    EXACT,
    Cell,
    as_text,
    fold,
    number_text,
    unshielded,
)
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from dualrandom.errors import Param
    from dualrandom.sheets.columns import Column


_REMEMBERED: Final = 4_096
_SHOWN: Final = 80

# Nothing to trim, fold, flag or compose: ASCII, CJK punctuation and ideographs.
_CLEAN: Final = re.compile(
    r"(?![ '])[ -~\u3001-\u3011\u3014-\u301b\u4e00-\u9fff\uff01-\uff5e"
    r"\u00b7\u2014\u2018-\u201d\u2026]{1,1000}(?<! )"
)
_CLEAN_ID: Final = re.compile(r"[0-9A-Z][0-9A-Z\-_]{0,63}", re.ASCII)
_CONTROLS: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BREAK_IN_NAME: Final = re.compile("(?<=[\u4e00-\u9fff])[\r\n]+(?=[\u4e00-\u9fff])")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_SCIENTIFIC: Final = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,3}", re.ASCII)
_DECIMAL: Final = re.compile(r"([0-9]+)\.0+", re.ASCII)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)


class Finding(NamedTuple):
    """What is odd about the cell at a place of a batch."""

    place: int
    code: str
    params: Mapping[str, Param]
    warning: bool = False


class _Known(dict[Cell, Any]):
    """What texts were found to mean; asks for those it has not seen."""

    def __init__(self, ask: Callable[[Cell], Any]) -> None:
        super().__init__()
        self._ask = ask

    def __missing__(self, cell: Cell) -> Any:  # noqa: ANN401 - by the column's type
        return self._ask(cell)


class Converter:
    """Cells of one column to values of one type.

    Attributes:
        findings: of the last batch.
        default: the value of an empty cell.
    """

    default: ClassVar[Any] = ""

    def __init__(
        self, column: Column, *, escaped: bool = False, epoch_1904: bool = False
    ) -> None:
        """Prepare for one column.

        Args:
            column: which.
            escaped: a leading apostrophe may shield a formula's sign (CSV).
            epoch_1904: day numbers count from 1904.
        """
        self.column = column
        self.words: Words = words()
        self.findings: list[Finding] = []
        self._escaped = escaped
        self._epoch_1904 = epoch_1904
        self._index = 0
        self._known = _Known(self._learn)
        self._known.update(dict.fromkeys(("", *self.words.empty), self.default))

    def run(self, cells: Sequence[Cell]) -> list[Any]:
        """Return a value for each cell of a batch."""
        self.findings = []
        out = [*map(self._known.__getitem__, cells)]
        if self.findings:  # rare: now find out where
            self.findings = []
            for index, cell in enumerate(cells):
                self._index = index
                out[index] = self._known[cell]
        return out

    def value(self, cell: Cell) -> Any:  # noqa: ANN401 - by the column's type
        """Return the value of one cell that is not remembered."""
        raise NotImplementedError

    def flag(self, code: str, *, warning: bool = False, **params: Param) -> None:
        """Note what is odd about the cell at hand."""
        self.findings.append(Finding(self._index, code, params, warning))

    def _learn(self, cell: Cell) -> Any:  # noqa: ANN401
        before = len(self.findings)
        if type(cell) is str and len(cell) > MAX_TEXT:
            self.flag("E240", limit=MAX_TEXT)
            return self.default
        said = self.column.translations
        value = self.value(said.get(self.text(cell), cell) if said else cell)
        # 1, 1.0 and True are one key of a dict: only text is remembered.
        if (
            type(cell) is str
            and len(self.findings) == before
            and len(self._known) < _REMEMBERED
        ):
            self._known[cell] = value
        return value

    def text(self, cell: Cell) -> str:
        """Return a cell as trimmed text in NFC, without controls; flags both."""
        if isinstance(cell, str):
            return self._tidy(self._bare(cell))
        return as_text(cell)

    def _bare(self, raw: str) -> str:
        """Return a whole cell's text without what shields a formula's sign."""
        return unshielded(raw) if self._escaped else raw

    def _tidy(self, raw: str) -> str:
        text = unicodedata.normalize("NFC", raw)
        plain = text.strip()
        if self.column.type is Type.NAME:  # a line break in a Chinese name is no blank
            text = _BREAK_IN_NAME.sub("", text)
        folded = _CONTROLS.sub(" ", text.strip())
        folded = "".join(c for c in folded if unicodedata.category(c) != "Cf").strip()
        if self.column.type is Type.NAME and folded != plain:
            self.flag("E265", warning=True, value=folded[:_SHOWN])
        private = _PRIVATE.search(folded)
        if private:
            self.flag(
                "E266",
                warning=True,
                value=folded[:_SHOWN],
                glyph=f"U+{ord(private[0]):04X}",
            )
        return "" if folded in self.words.empty else folded


class TextConverter(Converter):
    """Free text."""

    def value(self, cell: Cell) -> str:
        """Return clean text at once, other text after some work."""
        if type(cell) is str and _CLEAN.fullmatch(cell):
            return cell
        return self.text(cell)


class FlagConverter(TextConverter):
    """A kind, where no means none."""

    def value(self, cell: Cell) -> str:
        """Return the kind, or an empty text for no."""
        text = super().value(cell)
        return "" if text in self.words.no else text


class CodeConverter(Converter):
    """A number under which something is filed: text, even where it is digits."""

    def value(self, cell: Cell) -> str:
        """Return the code; a number that lost digits is refused."""
        if isinstance(cell, str):
            text = fold(self.text(cell)).strip()
            if _SCIENTIFIC.fullmatch(text):
                self.flag("E232", value=text)
                return ""
            whole = _DECIMAL.fullmatch(text)
            if whole is None:
                return text
            if len(whole[1]) > len(str(EXACT)) - 1:
                self.flag("E232", value=text)
                return ""
            return whole[1]
        if isinstance(cell, dt.date):
            self.flag("E237", value=cell.isoformat())
            return ""
        if isinstance(cell, bool):
            return str(cell).upper()
        if not math.isfinite(cell) or cell != int(cell):
            self.flag("E238", value=repr(cell))
            return ""
        if abs(cell) >= EXACT:
            self.flag("E232", value=repr(cell))
            return ""
        return str(int(cell))


class IdConverter(CodeConverter):
    """The ids of a list. Empty stands for: look at the whole row."""

    def run(self, cells: Sequence[Cell]) -> list[str]:
        """Return the ids; those in good order are seen at a glance."""
        self.findings = []
        check = self.column.check
        clean, fault_of = _CLEAN_ID.fullmatch, codes.fault_of
        out = []
        for index, cell in enumerate(cells):
            if type(cell) is str and clean(cell):
                value = cell
            else:
                self._index = index
                value = self._learn(cell)
            if check and value:
                fault = fault_of(value)
                if fault is not None:
                    self._index = index
                    self.flag(fault.value, warning=True, value=value)
            out.append(value)
        return out

    def value(self, cell: Cell) -> str:
        """Return an id, or an empty text."""
        before = len(self.findings)
        text = super().value(cell)
        if not text or len(self.findings) > before:
            return text
        closed = "".join(text.split()).removeprefix("'")
        if codes.is_code_like(closed):
            text = closed.upper() if codes.has_letters_to_raise(closed) else closed
        plain = plain_heading(text)
        if plain in self.words.totals or plain in self.column.aliases:
            return ""
        if not is_id(text):
            self.flag("E231", value=text[:_SHOWN])
        return text


class DateConverter(Converter):
    """Dates in all the shapes that people give them."""

    default: ClassVar[Any] = None

    def value(self, cell: Cell) -> dt.date | None:
        """Return the date, or None."""
        if isinstance(cell, dt.date):
            return cell
        if isinstance(cell, bool):
            self.flag("E234", value=str(cell))
            return None
        if isinstance(cell, float | int):
            return self._counted(number_text(cell))
        text = fold(self.text(cell)).strip()
        if text == "":
            return None
        if text in self.words.long_term:
            return FOREVER
        day = date_of(text)
        if day is None and self.column.period:
            day = end_of_period(text, self.words.long_term)
        return self._counted(text) if day is None else day

    def _counted(self, text: str) -> dt.date | None:
        """Return the date behind a day number; what was made of it is told."""
        day = date_of_serial(text, epoch_1904=self._epoch_1904)
        if day is None:
            self.flag("E234", value=text[:_SHOWN])
        elif is_month(text):
            self.flag("E246", value=text, date=day.isoformat())
            return None
        elif date_of(text) is None:
            self.flag("E267", warning=True, value=text, date=day.isoformat())
        return day


class CauseConverter(TextConverter):
    """Why an item changed: a code, or one of its words."""

    default = Cause.NONE

    def value(self, cell: Cell) -> Cause:
        """Return the code; what is none is refused."""
        text = super().value(cell)
        for code, said in group("cause").items():
            if text == code or text in said:
                return Cause(code)
        if text:
            known = ", ".join(said[0] for said in group("cause").values())
            self.flag("E249", value=text[:_SHOWN], known=known)
        return Cause.NONE


class CountConverter(Converter):
    """A whole number, or None."""

    default = None

    def value(self, cell: Cell) -> int | None:
        """Return the number."""
        text = fold(self.text(cell)).strip()
        if text == "":
            return None
        text = _DECIMAL.sub(r"\1", text)
        if not _COUNT.fullmatch(text):
            self.flag("E236", value=text[:_SHOWN])
            return None
        return int(text)


class RatioConverter(TextConverter):
    """A ratio as it stands; a cell formatted as percent arrives as a fraction."""

    def value(self, cell: Cell) -> str:
        """Return the text; 0.05 becomes 5%."""
        if isinstance(cell, float) and 0 < cell < 1:
            percent = (Decimal(repr(cell)) * 100).normalize()
            return f"{percent:f}%"
        return super().value(cell)
