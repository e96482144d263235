r"""The detailed rules (抽查工作细则): a text, and the settings that follow from it.

Border: bytes and values. Versions and the log are :mod:`dualrandom.office.rules`'
affair.

- One file, one digest: the settings are TOML between two lines ``+++`` at the head of
  the text, so that ``sha256sum rules.md`` prints what an announcement names, and
  nobody can change a setting without it.
- A text without settings has the usual ones: it is older than they are.
- What is not known, or out of its range, is refused: a setting that is misspelt would
  silently not count.

    parse_rules(b"+++\n[exclusions]\nyearly_cap = 2\n+++\n# …").yearly_cap == 2
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import InputError
from dualrandom.model import MAX_INT, Area, Quota
from dualrandom.ratios import parse_quota

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FENCE: Final = "+++"
MAX_BYTES: Final = 2**20
MAX_MONTHS: Final = 120
RESERVES: Final = "reserves"
NO_ONE: Final = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The settings; 0 is no limit, wherever there may be none.

    Attributes:
        yearly_cap: in how many draws of a year a target may be drawn at most.
        since_inspected: months before the task in which an inspection counts.
        same_product: months before the task in which a draw of the same product counts.
        open_draws: whether a target in another draw that is not over is left out.
        ratios: by risk class, for tasks that do not say their own.
        area: for tasks that do not say their own.
        reserves: whether a task may ask for reserves.
        per_draw: posts that one inspector gets in one draw at most.
        per_year: in one year at most, for inspectors without a limit of their own.
        leave_days: days on leave within a task's period that do not matter; whoever is
            away on every day of it is left out anyway.
        draw_days: days after an announcement by which its draw must have ended.
        result_workdays: working days after the period in which results are published.
        penalty_workdays: likewise for penalties, after the decision.
        reply_workdays: likewise for replies to objections, after they came.
    """

    yearly_cap: int = 0
    since_inspected: int = 0
    same_product: int = 6
    open_draws: bool = False
    ratios: tuple[tuple[str, Quota], ...] = ()
    area: Area = Area.ANY
    reserves: bool = True
    per_draw: int = 0
    per_year: int = 0
    leave_days: int = 0
    draw_days: int = 7
    result_workdays: int = 20
    penalty_workdays: int = 7
    reply_workdays: int = 15


def split_rules(data: bytes) -> tuple[str, str]:
    """Return the settings' TOML and the text of a document.

    Raises:
        InputError: E411, not UTF-8, too long, or without any text; E412, settings that
            do not end.
    """
    if len(data) > MAX_BYTES:
        raise InputError("E411")
    try:
        whole = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        raise InputError("E411") from exc
    settings, text = "", whole
    if whole.startswith(f"{FENCE}\n"):
        # The first line of the settings may be the last.
        head, fence, text = whole[len(FENCE) :].partition(f"\n{FENCE}\n")
        if not fence:
            raise InputError("E412", reason=FENCE)
        settings = head.removeprefix("\n")
    if not text.strip():
        raise InputError("E411")
    return settings, text


def join_rules(settings: str, text: str) -> bytes:
    """Return the document of settings and text; no settings, no head."""
    settings, text = settings.strip("\n"), text.strip("\n")
    head = f"{FENCE}\n{settings}\n{FENCE}\n\n" if settings else ""
    return f"{head}{text}\n".encode()


def parse_rules(data: bytes) -> Rules:
    """Return the settings of a document.

    Raises:
        InputError: E411, E412, as for :func:`split_rules`, or not TOML; E413, a
            setting that is not known, or out of its range.
    """
    settings, _ = split_rules(data)
    try:
        given = tomllib.loads(settings)
    except tomllib.TOMLDecodeError as exc:
        raise InputError("E412", reason=str(exc)) from exc
    made: dict[str, Any] = {}
    for table, values in given.items():
        if not isinstance(values, dict):
            raise InputError("E413", field=table, value=_shown(values))
        if table == "ratios":
            made["ratios"] = tuple(_ratio(*pair) for pair in sorted(values.items()))
            continue
        for name, value in values.items():
            rule = _SETTINGS.get((table, name))
            if rule is None or not rule.ok(value):
                raise InputError("E413", field=f"{table}.{name}", value=_shown(value))
            made[rule.field] = rule.read(value)
    return Rules(**made)


def _shown(value: object) -> str:
    return str(value)[:80]


def _ratio(name: str, value: object) -> tuple[str, Quota]:
    if not isinstance(value, str):
        raise InputError("E413", field=f"ratios.{name}", value=_shown(value))
    try:
        return name, parse_quota(value)
    except InputError as exc:
        raise InputError("E413", field=f"ratios.{name}", value=_shown(value)) from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class _Setting:
    """How a setting stands in the document.

    Attributes:
        field: of :class:`Rules`.
        ok: says whether a TOML value is right.
        read: the value of it.
    """

    field: str
    ok: Callable[[Any], bool]
    read: Callable[[Any], Any] = lambda value: value


def _number(field: str, least: int = 0, most: int = MAX_INT) -> _Setting:
    # bool is an int in Python, and not one in TOML.
    return _Setting(field=field, ok=lambda v: type(v) is int and least <= v <= most)


_SETTINGS: Final[Mapping[tuple[str, str], _Setting]] = {
    ("exclusions", "yearly_cap"): _number("yearly_cap"),
    ("exclusions", "since_inspected"): _number("since_inspected", most=MAX_MONTHS),
    ("exclusions", "same_product"): _number("same_product", most=MAX_MONTHS),
    ("exclusions", "open_draws"): _Setting(
        field="open_draws", ok=lambda v: isinstance(v, bool)
    ),
    ("teams", "area"): _Setting(field="area", ok=tuple(Area).__contains__, read=Area),
    ("teams", "replacement"): _Setting(
        field="reserves",
        ok=(NO_ONE, RESERVES).__contains__,
        read=RESERVES.__eq__,
    ),
    ("workload", "per_draw"): _number("per_draw"),
    ("workload", "per_year"): _number("per_year"),
    ("workload", "leave_days"): _number("leave_days", most=366),
    ("deadlines", "draw_days"): _number("draw_days", least=1, most=366),
    ("deadlines", "result_workdays"): _number("result_workdays", least=1, most=366),
    ("deadlines", "penalty_workdays"): _number("penalty_workdays", least=1, most=366),
    ("deadlines", "reply_workdays"): _number("reply_workdays", least=1, most=366),
}
"""Every setting: its table and name in the document."""


def settings_of(rules: Rules) -> tuple[tuple[str, str | int | bool], ...]:
    """Return the settings as they stand in a document: ``exclusions.yearly_cap``, 2."""
    made: list[tuple[str, str | int | bool]] = []
    for (table, name), rule in _SETTINGS.items():
        value = getattr(rules, rule.field)
        if rule.field == "reserves":
            value = RESERVES if value else NO_ONE
        made.append((f"{table}.{name}", value))
    return tuple(made)
