"""Which converter a column has, by the type of its cells.

Border: pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dualrandom.sheets.cells import (
    CauseConverter,
    CodeConverter,
    CountConverter,
    DateConverter,
    FlagConverter,
    IdConverter,
    RatioConverter,
    TextConverter,
)
from dualrandom.sheets.columns import Type
from dualrandom.sheets.listed import (
    DatePartsConverter,
    LeaveConverter,
    PartsConverter,
    RecusalsConverter,
    TagsConverter,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.sheets.cells import Converter
    from dualrandom.sheets.columns import Column


_CONVERTERS: Final[Mapping[Type, type[Converter]]] = {
    Type.ID: IdConverter,
    Type.NAME: TextConverter,
    Type.TEXT: TextConverter,
    Type.CODE: CodeConverter,
    Type.DATE: DateConverter,
    Type.TAGS: TagsConverter,
    Type.FLAG: FlagConverter,
    Type.COUNT: CountConverter,
    Type.RATIO: RatioConverter,
    Type.RECUSALS: RecusalsConverter,
    Type.PARTS: PartsConverter,
    Type.DATE_PARTS: DatePartsConverter,
    Type.LEAVE: LeaveConverter,
    Type.CAUSE: CauseConverter,
}


def converter(
    column: Column, *, escaped: bool = False, epoch_1904: bool = False
) -> Converter:
    """Return the converter for a column."""
    return _CONVERTERS[column.type](column, escaped=escaped, epoch_1904=epoch_1904)
