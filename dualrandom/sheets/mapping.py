"""Column mappings: how a provincial platform names our columns, and its words.

Border: reads one small TOML file; gives a :class:`~dualrandom.sheets.columns.Layout`,
so that reading and writing need not know of it.

    list = "targets"

    [columns]                       # our field or heading = theirs
    id = "主体身份代码"
    name = "主体名称"
    status = "主体状态"

    [values.status]                 # their word = ours
    "1" = "存续"
    "2" = "注销"

- Columns are written in this order; those that are not named are neither read nor
  written. A word that is not named stays as it is.
- Nothing is guessed: an unknown field, a column for two fields, a missing id are
  errors.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import EnvironmentProblem, InputError, Where
from dualrandom.sheets.columns import Type, layout, plain_heading
from dualrandom.sheets.limits import MAX_MAPPING, MAX_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dualrandom.sheets.columns import Column, Layout, Listing

_KEYS: Final = {"list", "columns", "values"}
_SPOKEN: Final = {Type.TEXT, Type.FLAG, Type.CAUSE}
"""Types whose cells are words."""
_LONGEST: Final = 200


def load_mapping(path: Path, listing: Listing) -> Layout:
    """Return the columns of a list as a mapping names them.

    Args:
        path: the mapping.
        listing: the list that is to be read or written.

    Raises:
        EnvironmentProblem: E200.
        InputError: E280 no TOML; E281 an unknown field; E282 a column for two fields;
            E283 a required field is missing; E284 an entry of no meaning or of the
            wrong kind; E285 a mapping of another list; E287 words of a column that
            has none.
    """
    where = Where(file=path.name)
    entry = _load(path, where)
    _check(entry, where, set(entry) - _KEYS)
    if entry.get("list") != listing:
        given = str(entry.get("list", ""))[:_LONGEST]
        raise InputError("E285", where=where, list=given, wanted=listing)
    own = layout(listing)
    named = _named(own, entry.get("columns"), where)
    missing = [c.headings["zh-CN"] for c in own.columns if _lacks(c, named)]
    if missing:
        raise InputError("E283", where=where, missing=", ".join(missing))
    spoken = _words(own, entry.get("values", {}), named, where)
    columns = {
        c.field: _mapped(c, named.get(c.field), spoken.get(c.field, {}))
        for c in own.columns
    }
    return replace(
        own,
        columns=tuple(columns.values()),
        written=tuple(columns[field] for field in named),
    )


def _load(path: Path, where: Where) -> dict[str, Any]:
    try:
        if not path.is_file():
            raise FileNotFoundError
        with path.open("rb") as file:
            data = file.read(MAX_MAPPING + 1)
    except OSError as exc:
        raise EnvironmentProblem("E200", where=where) from exc
    if len(data) > MAX_MAPPING:
        raise InputError("E213", where=where, limit=1)
    try:
        return tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except (ValueError, RecursionError) as exc:
        raise InputError("E280", where=where, reason=str(exc)[:_LONGEST]) from exc


def _check(entry: Mapping[str, Any], where: Where, unknown: set[str]) -> None:
    for name in sorted(unknown):
        raise InputError("E284", where=where, name=name[:_LONGEST])
    for name in ("columns", "values"):
        if not isinstance(entry.get(name, {}), dict):
            raise InputError("E284", where=where, name=name)


def _lacks(column: Column, named: Mapping[str, str]) -> bool:
    return column.required and column.field not in named


def _field_of(own: Layout, name: str, where: Where) -> Column:
    """Return the column that a field or one of our headings names."""
    for column in own.columns:
        if name == column.field or name in column.headings.values():
            return column
    known = ", ".join(f"{c.field}={c.headings['zh-CN']}" for c in own.written)
    raise InputError("E281", where=where, name=name[:_LONGEST], known=known)


def _named(
    own: Layout, entry: Mapping[str, Any] | None, where: Where
) -> dict[str, str]:
    """Return their heading by our field, in the mapping's order."""
    named: dict[str, str] = {}
    taken: dict[str, str] = {}
    for name, heading in (entry or {}).items():
        column = _field_of(own, name, where)
        plain = plain_heading(heading) if isinstance(heading, str) else ""
        if not plain or len(heading) > _LONGEST:
            raise InputError("E284", where=where, name=f"columns.{name}"[:_LONGEST])
        first = taken.setdefault(plain, column.field)
        if first != column.field or column.field in named:
            both = ", ".join(dict.fromkeys((first, column.field)))
            raise InputError("E282", where=where, column=heading, fields=both)
        named[column.field] = heading
    return named


def _words(
    own: Layout, entry: Mapping[str, Any], named: Mapping[str, str], where: Where
) -> dict[str, dict[str, str]]:
    """Return our words by theirs, by field."""
    out: dict[str, dict[str, str]] = {}
    for name, said in entry.items():
        column = _field_of(own, name, where)
        if column.type not in _SPOKEN or column.field not in named:
            raise InputError("E287", where=where, column=name[:_LONGEST])
        good = isinstance(said, dict) and len(said) <= MAX_WORDS
        if not good or not all(map(_is_pair, said.items())) or column.field in out:
            raise InputError("E284", where=where, name=f"values.{name}"[:_LONGEST])
        out[column.field] = dict(said)
    return out


def _is_pair(pair: tuple[str, Any]) -> bool:
    theirs, ours = pair
    good = isinstance(ours, str) and max(len(theirs), len(ours)) <= _LONGEST
    return good and theirs == theirs.strip() != ""


def _mapped(column: Column, heading: str | None, said: Mapping[str, str]) -> Column:
    if heading is None:
        return replace(column, aliases=())
    return replace(
        column,
        headings=dict.fromkeys(column.headings, heading),
        aliases=(plain_heading(heading),),
        coalesce=False,
        translations=said,
    )
