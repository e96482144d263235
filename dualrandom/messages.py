"""Code to sentence, in Chinese and English.

Border: the only reader of ``locale/*.toml``. Nothing here is ever hashed or signed.

- ``locale/zh_CN.toml`` and ``locale/en.toml`` have the same keys and placeholders.
- An error is three lines: what, where, what to do.

    dualrandom: 错误[E301]: “成立日期”不是日期：“去年”
      位置: 企业名录.xlsx › 对象 › F7
      办法: 改成 2026-03-01 这样的写法，再导入一次
"""

from __future__ import annotations

import errno
import os
import tomllib
import unicodedata
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dualrandom.errors import DualRandomError, Param, Problem, Where

Lang = Literal["zh-CN", "en"]
_FILES: dict[Lang, str] = {"zh-CN": "zh_CN.toml", "en": "en.toml"}
_SHOWN = 50
"""How many problems of one sheet are printed; the rest are counted."""


@cache
def catalogue(lang: Lang) -> Mapping[str, Any]:
    """Return the sentences of one language, keyed by code or dotted name."""
    text = files("dualrandom").joinpath("locale", _FILES[lang]).read_text("utf-8")
    return tomllib.loads(text)


def text(lang: Lang, key: str, /, **params: Param) -> str:
    """Return one sentence by its dotted key, filled in.

    Args:
        lang: the reader's language.
        key: for instance ``draw.frozen`` or ``E301.what``.
        params: the values of the placeholders.

    Raises:
        KeyError: no such sentence; a test sees to it that this cannot happen.
    """
    node: Any = catalogue(lang)
    for part in key.split("."):
        node = node[part]
    if not isinstance(node, str):
        raise KeyError(key)
    if "reason" in params:
        params["reason"] = _system(lang).get(params["reason"], params["reason"])
    return node.format_map({name: shown(value) for name, value in params.items()})


@cache
def _system(lang: Lang) -> Mapping[Param, str]:
    """Return what the operating system says, by its own words."""
    said: Mapping[str, str] = catalogue(lang)["system"]
    return {os.strerror(getattr(errno, name)): text for name, text in said.items()}


def shown(value: Param) -> str:
    """Return a value as it may stand on a terminal.

    Control, bidirectional and zero-width characters become visible escapes, so that
    a name from a sheet can neither move the cursor nor reorder the line.
    """
    said = str(value)
    if said.isprintable():
        return said
    return "".join(
        char
        if unicodedata.category(char)[0] != "C" and char not in "\u2028\u2029"
        else f"\\u{ord(char):04x}"
        for char in said
    )


def place(where: Where) -> str:
    """Return a place as one line: ``企业名录.xlsx › 对象 › F7``."""
    parts: list[str | int | None] = [where.file, where.sheet, where.cell]
    if where.cell is None:
        parts += [where.row, where.column]
    parts += [None if where.entry is None else f"#{where.entry}", where.step]
    return " › ".join(shown(part) for part in parts if part is not None)


def lines(error: DualRandomError, lang: Lang) -> tuple[str, ...]:
    """Return an error as the lines that a user sees: what, where, what to do."""
    head = text(lang, "ui.error", code=error.code)
    out = [f"dualrandom: {head} {text(lang, f'{error.code}.what', **error.params)}"]
    if error.where is not None and place(error.where):
        out.append(f"  {text(lang, 'ui.where')} {place(error.where)}")
    out += [f"  - {problem_line(item, lang)}" for item in error.problems[:_SHOWN]]
    if len(error.problems) > _SHOWN:
        out.append("  " + text(lang, "ui.more", count=len(error.problems) - _SHOWN))
    out.append(
        f"  {text(lang, 'ui.fix')} {text(lang, f'{error.code}.fix', **error.params)}"
    )
    return tuple(out)


def problem_line(item: Problem, lang: Lang) -> str:
    """Return one finding of a sheet as one line: place, code, what, what to do."""
    params = dict(item.params)
    what = text(lang, f"{item.code}.what", **params)
    fix = text(lang, f"{item.code}.fix", **params)
    at = place(item.where)
    return (
        f"{at}  [{item.code}] {what}  → {fix}"
        if at
        else f"[{item.code}] {what}  → {fix}"
    )
