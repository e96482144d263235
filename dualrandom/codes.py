"""Code lists in versions: results of an inspection, follow-up, reasons of change.

Border: text in, values out; the only file is the list that ships with the program,
``locale/codes.toml``.

- A version that was used stays: what was found is stored with its text.
- An office's own ``codes.toml`` adds versions; its last one is then in force.
- A cell may hold a code, its text, or another way to say it.

    [results.1]
    codes = [["01", "未发现问题", "正常"], …]
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import InputError, Where
from dualrandom.model import is_id, is_value

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE: Final = "codes.toml"
RESULTS: Final = "results"
ACTIONS: Final = "actions"
REASONS: Final = "reasons"
_LISTS: Final = (RESULTS, ACTIONS, REASONS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code, its text, and other ways to say it."""

    code: str
    text: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """One version of a code list, in its order.

    Attributes:
        tells: of the follow-up: codes of which another department must be told.
    """

    name: str
    version: str
    codes: tuple[Code, ...]
    tells: tuple[str, ...] = ()

    def find(self, said: str) -> Code | None:
        """Return the code that is meant by a code, a text or an alias, or None."""
        for code in self.codes:
            if said in (code.code, code.text, *code.aliases):
                return code
        return None

    def need(self, said: str) -> Code:
        """Return the code that is meant.

        Raises:
            InputError: E928, there is none.
        """
        found = self.find(said)
        if found is None:
            known = ", ".join(code.text for code in self.codes)
            raise InputError("E928", value=said, known=known)
        return found


def codes_in_force(own: str | None, file: str = FILE) -> Mapping[str, CodeList]:
    """Return the newest version of each list, by the list's name.

    Args:
        own: the office's own file, or None.
        file: its name, for messages.

    Raises:
        InputError: E927, not such a file.
    """
    found = dict(_shipped())
    if own is not None:
        found |= parse_codes(own, file)
    return found


@cache
def _shipped() -> Mapping[str, CodeList]:
    path = files("dualrandom").joinpath("locale", FILE)
    return parse_codes(path.read_text("utf-8"), FILE)


def parse_codes(text: str, file: str) -> Mapping[str, CodeList]:
    """Return the last version of each list of a file.

    Raises:
        InputError: E927, not such a file, or one code for two things.
    """
    where = Where(file=file)
    try:
        return {
            name: [_version(name, *pair) for pair in versions.items()][-1]
            for name, versions in tomllib.loads(text).items()
        }
    except (
        tomllib.TOMLDecodeError,
        AttributeError,
        IndexError,
        KeyError,
        TypeError,
        ValueError,
    ) as exc:
        raise InputError("E927", where=where) from exc


def _version(name: str, version: str, said: Mapping[str, Any]) -> CodeList:
    codes = tuple(
        Code(code=code, text=text, aliases=tuple(aliases))
        for code, text, *aliases in said["codes"]
    )
    ways = [way for code in codes for way in (code.code, code.text, *code.aliases)]
    if name not in _LISTS or not is_id(version) or not codes:
        raise ValueError(name)
    if len(set(ways)) < len(ways) or not all(is_value(way) and way for way in ways):
        raise ValueError(ways)
    if not all(is_id(code.code) for code in codes):
        raise ValueError(codes)
    tells = tuple(said.get("tells", ()))
    if not set(tells) <= {code.code for code in codes}:
        raise ValueError(tells)
    return CodeList(name=name, version=version, codes=codes, tells=tells)
