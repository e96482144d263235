"""The field's words that stand in data: tags, states, reasons.

Border: the only reader of ``locale/words.toml``. Sentences for people are
:mod:`dualrandom.messages`' affair.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def _words() -> dict[str, Any]:
    path = files("dualrandom").joinpath("locale", "words.toml")
    return tomllib.loads(path.read_text("utf-8"))


def word(group: str, name: str) -> str:
    """Return one word, for instance ``word("tags", "certificate")``."""
    return str(_words()[group][name])


def words(group: str, name: str) -> tuple[str, ...]:
    """Return a list of words that mean the same."""
    return tuple(map(str, _words()[group][name]))


def group(name: str) -> dict[str, tuple[str, ...]]:
    """Return a whole group of word lists, by code."""
    return {code: tuple(map(str, said)) for code, said in _words()[name].items()}


def rules_text() -> str:
    """Return the detailed rules that a new office starts from."""
    return files("dualrandom").joinpath("locale", "rules.md").read_text("utf-8")
