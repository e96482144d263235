"""What an entry can be about: acts, who may do them, what their bodies hold.

Border: values only. Whether a body fits what came before is for
:mod:`dualrandom.lives` and :mod:`dualrandom.keyring`.

- A body holds codes, counts and digests; no name of a target or an inspector.
- A field that is not listed here is *not checked*; a missing one is a fault.
- An act without fields here is known, its body is not checked by this version.

    {"commitment":"4f0c…","digits":"63454660390103169462","draw":"2026-017","source":1}

Spec: log-v1 §4.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT, is_draw_id, is_hex, is_id, is_value
from dualrandom.notes import ED25519, parse_vkey

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualrandom.entries import Body, Value
    from dualrandom.notes import VKey

    Grammar: TypeAlias = Mapping[str, "Callable[[Value], bool] | Grammar"]


class Role(StrEnum):
    """What a key may be used for."""

    LOG = "log"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One kind of entry.

    Attributes:
        roles: whose key may sign it.
        approved: whether a second person must approve it.
        fields: grammar of the body; a name that ends in ``?`` may be left out. None:
            not checked by this version.
    """

    roles: tuple[Role, ...] = (Role.OFFICER,)
    approved: bool = False
    fields: Grammar | None = None


_MAX_NAME = 200
_MAX_DIGITS = 10_000
_DIGITS = re.compile(r"[0-9]{20,}")
_LIST = re.compile(r"[a-z][a-z0-9-]{0,63}")


def _digest(value: Value) -> bool:
    return isinstance(value, str) and is_hex(value, 64)


def _count(value: Value) -> bool:
    return isinstance(value, int) and 0 <= value <= MAX_INT


def _word(value: Value) -> bool:
    return isinstance(value, str) and is_id(value)


def _name(value: Value) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _MAX_NAME and is_value(value)


def _draw(value: Value) -> bool:
    return isinstance(value, str) and is_draw_id(value)


def _list(value: Value) -> bool:
    return isinstance(value, str) and _LIST.fullmatch(value) is not None


def _digits(value: Value) -> bool:
    if not isinstance(value, str) or len(value) > _MAX_DIGITS:
        return False
    return _DIGITS.fullmatch(value) is not None


def _key(value: Value) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return parse_vkey(value).kind == ED25519
    except VerificationError:
        return False


def _keys(value: Value) -> bool:
    return isinstance(value, list | tuple) and all(_key(item) for item in value)


def _sorted_texts(value: Value) -> bool:
    # That they are the right keys is compared as text, see lives.
    if not isinstance(value, list | tuple) or not value:
        return False
    texts = [item for item in value if isinstance(item, str)]
    return len(texts) == len(value) and texts == sorted(set(texts), key=str.encode)


_CHANGE: Final[Grammar] = {
    "list": _list,
    "added": _count,
    "changed": _count,
    "retired": _count,
    "change": _digest,
    "digest": _digest,
}
_BOUND: Final[Grammar] = {"draw": _draw, "commitment": _digest}
_DRAW: Final[Grammar] = {**_BOUND, "keys": _sorted_texts}
_VERDICTS: Final = (0, 1, 6)
"""What a verification ends with. Spec: draw-v1 §7."""
_PERSONS: Final = (Role.OFFICER, Role.SUPERVISOR)

ACTS: Final[Mapping[str, Act]] = {
    "log.genesis": Act(
        fields={
            "id": lambda value: isinstance(value, str) and is_hex(value, 32),
            "office": _name,
            "key": _key,
            "officers": _keys,
            "supervisors": _keys,
            "quorum": _count,
        }
    ),
    "key.add": Act(
        roles=_PERSONS,
        approved=True,
        fields={"key": _key, "role": lambda value: value in tuple(Role)},
    ),
    "key.revoke": Act(
        roles=_PERSONS, approved=True, fields={"key": _key, "suspect_from": _count}
    ),
    "registry.change": Act(fields=_CHANGE),
    "plan.set": Act(fields={"year": _count, "version": _count, "digest": _digest}),
    "rules.set": Act(fields={"version": _count, "digest": _digest}),
    "draw.announce": Act(
        fields={
            **_DRAW,
            "task": _word,
            "registry": {"seq": _count, "targets": _digest, "inspectors": _digest},
        }
    ),
    "draw.dice": Act(
        fields={
            "draw": _draw,
            "commitment": _digest,
            "source": _count,
            "digits": _digits,
        }
    ),
    "draw.result": Act(fields={**_DRAW, "result": _digest}),
    "draw.abandon": Act(
        approved=True, fields={**_DRAW, "reason": _word, "party?": _word}
    ),
    "draw.replace": Act(approved=True, fields={**_BOUND, "replacements": _digest}),
    "draw.substitute": Act(approved=True, fields={**_BOUND, "substitutions": _digest}),
    "draw.release": Act(fields=_BOUND),
    "draw.verify": Act(
        roles=_PERSONS,
        approved=True,
        fields={
            **_BOUND,
            "result": _digest,
            "verdict": lambda value: value in _VERDICTS,
            "report": _digest,
        },
    ),
    "result.record": Act(fields={**_CHANGE, "draw": _draw}),
    "result.approve": Act(
        approved=True, fields={"draw": _draw, "record": _count, "results": _digest}
    ),
    "result.correct": Act(fields={**_CHANGE, "draw": _draw, "reason": _word}),
    "penalty.record": Act(fields=_CHANGE),
    "penalty.change": Act(fields={**_CHANGE, "reason": _word}),
    "penalty.withdraw": Act(fields={**_CHANGE, "reason": _word}),
    "notice.publish": Act(fields={"manifest": _digest}),
    "notice.withdraw": Act(),
    "anchor": Act(),
}
"""Every act of version 1. Spec: log-v1 §4."""

CHANGES: Final = (
    "registry.change",
    "result.record",
    "result.correct",
    "penalty.record",
    "penalty.change",
    "penalty.withdraw",
)
"""The acts that tell of a change of one list."""
REVIEWS: Final = ("result.record", "result.correct", "result.approve")
"""The acts that tell of a draw's results."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Genesis:
    """The body of entry 0: the log's first keys.

    Attributes:
        id: 32 hex characters, made once, so that no two logs are alike.
        office: the office's name.
        key: the log's key; its name is the log's origin.
        officers: at least one.
        supervisors: the witnesses, and who approves.
        quorum: how many supervisors a change of supervisors needs, and a checkpoint;
            at most as many as there are.
    """

    id: str
    office: str
    key: VKey
    officers: tuple[VKey, ...]
    supervisors: tuple[VKey, ...]
    quorum: int

    def __post_init__(self) -> None:
        every = (self.key, *self.officers, *self.supervisors)
        if any(key.kind != ED25519 for key in every):
            raise VerificationError("E746", act="log.genesis", field="key")
        if not self.officers:
            raise VerificationError("E746", act="log.genesis", field="officers")
        # One person under two names, or two under one, could approve for himself.
        names, publics = {k.name for k in every}, {k.public for k in every}
        if not len(names) == len(publics) == len(every):
            raise VerificationError("E746", act="log.genesis", field="supervisors")
        if not 0 <= self.quorum <= len(self.supervisors):
            raise VerificationError("E746", act="log.genesis", field="quorum")

    @property
    def body(self) -> Body:
        """The body, ready for an entry."""
        return {
            "id": self.id,
            "office": self.office,
            "key": str(self.key),
            "officers": [str(key) for key in self.officers],
            "supervisors": [str(key) for key in self.supervisors],
            "quorum": self.quorum,
        }


def check_body(act: str, body: Body) -> tuple[str, ...]:
    """Return the dotted names of the fields that this version does not know.

    Args:
        act: one of :data:`ACTS` whose grammar is known.
        body: of the entry.

    Raises:
        VerificationError: E746, a field is missing or ill-formed.
    """
    grammar = ACTS[act].fields
    return () if grammar is None else tuple(_unknown(act, body, grammar, ""))


def _unknown(act: str, body: Body, grammar: Grammar, path: str) -> list[str]:
    unknown = []
    rest = len(body)
    for name, rule in grammar.items():
        optional = name[-1] == "?"
        field = name[:-1] if optional else name
        value = body.get(field)
        if value is None and optional:
            continue
        rest -= 1
        if callable(rule):
            if value is None or not rule(value):
                raise VerificationError("E746", act=act, field=path + field)
        elif isinstance(value, Mapping):
            unknown += _unknown(act, value, rule, f"{path}{field}.")
        else:
            raise VerificationError("E746", act=act, field=path + field)
    if rest:
        known = {name.removesuffix("?") for name in grammar}
        unknown += [path + field for field in sorted(body.keys() - known)]
    return unknown


def parse_genesis(body: Body) -> Genesis:
    """Return the body of entry 0 as a value.

    Raises:
        VerificationError: E746, a field is missing or ill-formed; a name or a key
            occurs twice; the quorum cannot be reached.
    """
    check_body("log.genesis", body)
    fields: dict[str, Any] = dict(body)
    return Genesis(
        id=fields["id"],
        office=fields["office"],
        key=parse_vkey(fields["key"]),
        officers=tuple(map(parse_vkey, fields["officers"])),
        supervisors=tuple(map(parse_vkey, fields["supervisors"])),
        quorum=fields["quorum"],
    )
