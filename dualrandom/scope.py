"""Which targets a task is about: an expression over their fields.

Border: pure, but for its words, which are :mod:`dualrandom.words`' affair.

- ``kind = 食品经营``; ``region in (城东, 城西) and not (status = 注销)``;
  ``established < 2020-01-01``; ``name contains 示例``; ``tags = 餐饮`` (among them).
- Fields and words may be Chinese: ``主体类型 = 食品经营 且 地区 属于 (城东、城西)``.
  Words stand apart from values by blanks, for 且末县 is a county.
- A value with a blank, a bracket, a comma or an operator in it stands in ``"…"``.
  ``""`` is a field that is empty. A date that is missing is neither early nor late.
- The empty expression takes every target.

    parse_scope("主体类型＝食品经营").text == "kind = 食品经营"
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from dualrandom.errors import InputError
from dualrandom.model import is_value
from dualrandom.words import group

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dualrandom.records import TargetPrivate, TargetRecord

MAX_LENGTH: Final = 4_000
MAX_DEPTH: Final = 32
PRIVATE: Final = ("risk", "risk_date", "last_inspected")
"""Fields that are never published: a scope over them tells them of every target."""
DATES: Final = ("established", "risk_date", "last_inspected")

_STOPS = (
    r'\s(),=<>!"\uff08\uff09\uff0c\u3001\uff1d\uff1c\uff1e'
    r"\u2260\u2264\u2265\u201c\u201d"
)
_BARE = re.compile(f"[^{_STOPS}]+")
_TOKEN = re.compile(
    r"\s*(?:(?P<end>\Z)"
    r"|(?P<open>[(\uff08])|(?P<close>[)\uff09])|(?P<comma>[,\uff0c\u3001])"
    r"|(?P<op>[<>!]=|==|[=<>\uff1d\uff1c\uff1e\u2260\u2264\u2265])"
    r'|(?P<quoted>"(?:[^"\\]|\\.)*"|\u201c[^\u201d]*\u201d)'
    f"|(?P<bare>{_BARE.pattern}))"
)
_WRITTEN = {
    "==": "=",
    "\uff1d": "=",
    "\uff1c": "<",
    "\uff1e": ">",
    "\u2260": "!=",
    "\u2264": "<=",
    "\u2265": ">=",
}


class Op(StrEnum):
    """How a field is compared; the last three have words of their own."""

    EQUAL = "="
    OTHER = "!="
    BEFORE = "<"
    UNTIL = "<="
    AFTER = ">"
    FROM = ">="
    IN = "in"
    NOT_IN = "not in"
    CONTAINS = "contains"


_ORDERED: Final = (Op.BEFORE, Op.UNTIL, Op.AFTER, Op.FROM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare:
    """One field against one value, or several with ``in``."""

    field: str
    op: Op
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The opposite of a term."""

    term: Term


@dataclass(frozen=True, slots=True, kw_only=True)
class All:
    """Every one of the terms; of none: everything."""

    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Either:
    """At least one of the terms."""

    terms: tuple[Term, ...]


Term = Compare | Not | All | Either


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A parsed expression."""

    term: Term

    def accepts(self, target: TargetRecord, private: TargetPrivate) -> bool:
        """Say whether a target is in scope."""
        return _holds(self.term, target, private)

    @property
    def text(self) -> str:
        """The expression in the one way that it is recorded; "" takes everything."""
        return _text(self.term, str)

    @property
    def said(self) -> str:
        """The same in the office's own words, which parse to the same scope."""
        return _text(self.term, lambda word: _spoken().get(word, word))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that it looks at, sorted."""
        return tuple(sorted(set(_fields(self.term))))

    @property
    def private(self) -> bool:
        """Whether it looks at what must not be published."""
        return any(field in PRIVATE for field in self.fields)


def parse_scope(text: str) -> Scope:
    """Return the scope that an officer typed.

    Raises:
        InputError: E320, something at a place where it cannot stand; E321, no such
            field; E322, it ends too early; E323, not a date; E324, only dates come
            before or after; E325, too long, or brackets too deep.
    """
    folded = unicodedata.normalize("NFC", text)
    if len(folded) > MAX_LENGTH:
        raise InputError("E325", limit=MAX_LENGTH)
    parser = _Parser(folded)
    return Scope(term=All() if parser.at_end else parser.whole())


def field_of(name: str) -> str | None:
    """Return the field that a word of an officer means, or None."""
    return _catalogue("scope-field").get(name)


@cache
def _catalogue(name: str) -> dict[str, str]:
    """Return what each word of a group means; a word means itself as well."""
    return {
        said: code for code, spoken in group(name).items() for said in (code, *spoken)
    }


@cache
def _spoken() -> dict[str, str]:
    return {
        code: spoken[0]
        for name in ("scope-field", "scope-word")
        for code, spoken in group(name).items()
    }


# ── parsing ──────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    value: str
    position: int
    typed: str


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            rest = text[at:].lstrip()
            raise InputError("E320", position=len(text) - len(rest) + 1, found=rest[:1])
        kind = str(found.lastgroup)
        value = typed = found[kind]
        position = found.start(kind) + 1
        if kind == "op":
            value = _WRITTEN.get(value, value)
        elif kind == "quoted":
            value = re.sub(r"\\(.)", r"\1", value[1:-1])
        elif kind == "bare" and (word := _catalogue("scope-word").get(value.lower())):
            kind, value = "word", word
        if not is_value(value):
            raise InputError("E320", position=position, found=value[:20])
        yield _Token(kind=kind, value=value, position=position, typed=typed[:20])
        if kind == "end":
            return
        at = found.end()


class _Parser:
    """or-terms of and-terms of not-terms; one token is looked at ahead."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = next(self._tokens)
        self._depth = 0

    @property
    def at_end(self) -> bool:
        return self._next.kind == "end"

    def whole(self) -> Term:
        term = self._either()
        if not self.at_end:
            raise self._unexpected()
        return term

    def _take(self) -> _Token:
        token = self._next
        if token.kind == "end":
            raise InputError("E322")
        self._next = next(self._tokens)
        return token

    def _takes(self, kind: str, value: str | None = None) -> bool:
        met = self._next.kind == kind and value in {None, self._next.value}
        if met:
            self._take()
        return met

    def _need(self, kind: str) -> _Token:
        if self._next.kind not in {kind, "end"}:
            raise self._unexpected()
        return self._take()

    def _unexpected(self) -> InputError:
        token = self._next
        return InputError("E320", position=token.position, found=token.typed)

    def _either(self) -> Term:
        terms = [self._all()]
        while self._takes("word", "or"):
            terms.append(self._all())
        return terms[0] if len(terms) == 1 else Either(terms=_flat(Either, terms))

    def _all(self) -> Term:
        terms = [self._one()]
        while self._takes("word", "and"):
            terms.append(self._one())
        return terms[0] if len(terms) == 1 else All(terms=_flat(All, terms))

    def _one(self) -> Term:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise InputError("E325", limit=MAX_DEPTH)
        term: Term
        if self._takes("word", "not"):
            term = Not(term=self._one())
        elif self._takes("open"):
            term = self._either()
            self._need("close")
        else:
            term = self._compare()
        self._depth -= 1
        return term

    def _compare(self) -> Compare:
        token = self._need("bare")
        field = field_of(token.value)
        if field is None:
            raise InputError("E321", position=token.position, found=token.typed)
        op = self._op()
        if op in _ORDERED and field not in DATES:
            raise InputError("E324", field=token.value, op=str(op))
        if op not in {Op.IN, Op.NOT_IN}:
            return Compare(field=field, op=op, values=(self._value(field, op),))
        self._need("open")
        values = [self._value(field, op)]
        while self._takes("comma"):
            values.append(self._value(field, op))
        self._need("close")
        return Compare(field=field, op=op, values=tuple(values))

    def _op(self) -> Op:
        if self._takes("word", "not"):
            if self._next.value != Op.IN or self._next.kind != "word":
                raise self._unexpected()
            self._take()
            return Op.NOT_IN
        if self._next.kind == "word" and self._next.value in tuple(Op):
            return Op(self._take().value)
        return Op(self._need("op").value)

    def _value(self, field: str, op: Op) -> str:
        if self._next.kind not in {"bare", "quoted", "end"}:
            raise self._unexpected()
        value = self._take().value
        dated = field in DATES and op is not Op.CONTAINS
        if dated and not (_is_day(value) or (value == "" and op not in _ORDERED)):
            raise InputError("E323", field=field, value=value[:20])
        return value


def _flat(type_: type[All | Either], terms: list[Term]) -> tuple[Term, ...]:
    """Return the terms with those of the same kind opened: brackets do not matter."""
    return tuple(
        inner
        for term in terms
        for inner in (term.terms if isinstance(term, type_) else (term,))
    )


def _is_day(text: str) -> bool:
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


# ── evaluating and showing ───────────────────────────────────────────────────────


def _holds(term: Term, target: TargetRecord, private: TargetPrivate) -> bool:
    match term:
        case Compare():
            return _compares(term, values_of(term.field, target, private))
        case Not():
            return not _holds(term.term, target, private)
        case All():
            return all(_holds(one, target, private) for one in term.terms)
        case Either():
            return any(_holds(one, target, private) for one in term.terms)


def values_of(
    field: str, target: TargetRecord, private: TargetPrivate
) -> tuple[str, ...]:
    """Return what a target has in a field: several tags, one value, or ""."""
    if field == "licences":
        return tuple(licence.name for licence in target.licences) or ("",)
    value = getattr(private if field in PRIVATE else target, field)
    if isinstance(value, tuple):
        return value or ("",)
    return ("",) if value is None else (str(value),)


def _compares(term: Compare, found: tuple[str, ...]) -> bool:
    first = term.values[0]
    match term.op:
        case Op.EQUAL | Op.IN:
            return any(value in term.values for value in found)
        case Op.OTHER | Op.NOT_IN:
            return all(value not in term.values for value in found)
        case Op.CONTAINS:
            return any(first in value for value in found)
        # Dates in ISO form compare as they are written.
        case Op.BEFORE:
            return any("" < value < first for value in found)
        case Op.UNTIL:
            return any("" < value <= first for value in found)
        case Op.AFTER:
            return any(value > first for value in found)
        case Op.FROM:
            return any(value >= first for value in found)


def _text(term: Term, say: Callable[[str], str]) -> str:
    match term:
        case Compare():
            values = [_quoted(value) for value in term.values]
            listed = term.op in {Op.IN, Op.NOT_IN}
            right = f"({', '.join(values)})" if listed else values[0]
            return f"{say(term.field)} {say(str(term.op))} {right}"
        case Not():
            return f"{say('not')} ({_text(term.term, say)})"
        case All():
            return f" {say('and')} ".join(
                f"({_text(one, say)})" if isinstance(one, Either) else _text(one, say)
                for one in term.terms
            )
        case Either():
            return f" {say('or')} ".join(_text(one, say) for one in term.terms)


def _quoted(value: str) -> str:
    if _BARE.fullmatch(value) and value.lower() not in _catalogue("scope-word"):
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'


def _fields(term: Term) -> Iterator[str]:
    match term:
        case Compare():
            yield term.field
        case Not():
            yield from _fields(term.term)
        case All() | Either():
            for one in term.terms:
                yield from _fields(one)
