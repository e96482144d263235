r"""One entry of the audit log: a value, its bytes, its approvals.

Border: bytes and values; signatures through ``Signer``. What an act's body means is
known to :mod:`dualrandom.acts`, who may sign it to :mod:`dualrandom.logcheck`.

- An entry is a signed note; its text is one line of canonical JSON.
- For one value there is one text: what parses is what writing would make.
- Its leaf hash covers all bytes, signatures included.

    {"act":"draw.abandon","approvals":["…"],"body":{"commitment":"4f0c…","draw":"2026-017",
    "keys":["…"],"reason":"SEALED-CLOSED"},"by":"shishijian/officer-01","log":"scjg.example…/dualrandom",
    "op":"9b2d3c1e-…","prev":"77ab…","seq":413,"time":"2026-11-23T05:13:23Z"}

    — shishijian/officer-01 nK3o…

Spec: log-v1 §3.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from dualrandom.canonical import MAX_DEPTH, json_line, parse_json
from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT, is_hex, is_time
from dualrandom.notes import MAX_SIGNATURES, is_key_name, open_note, sign_note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.notes import Note, Signer

Value: TypeAlias = "int | str | Sequence[Value] | Mapping[str, Value]"
"""What a body may hold: integers, strings, and lists and objects of these."""
Body: TypeAlias = Mapping[str, Value]

NO_PREVIOUS: Final = "0" * 64
"""``prev`` of entry 0."""

_FIELDS: Final = ("act", "body", "by", "log", "op", "prev", "seq", "time")
_TYPES: Final = [{"seq": int, "body": dict}.get(field, str) for field in _FIELDS]
_NAMES: Final = frozenset(_FIELDS)
_ACT = re.compile(r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)*")
_ASTRAL = re.compile(rb"[\xf0-\xff]")
_OP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_MAX_WORD = 64
_STRING: Final = frozenset((str,))


def _fault(field: str) -> VerificationError:
    return VerificationError("E725", field=field)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one entry says.

    Attributes:
        log: origin of the log.
        seq: place in the log, from 0.
        prev: leaf hash of entry seq−1, hex; 64 zeros in entry 0.
        time: UTC, ``2026-11-23T05:13:23Z``, by the appender's clock.
        act: what was done, for instance ``draw.announce``.
        by: key name of the person answerable, who signs.
        op: a UUID in lower case, once in a log.
        body: the act's own fields.
        approvals: signed notes by others over :func:`approval_text`.
        unknown: names of further fields; such an entry is read, never written.
    """

    log: str
    seq: int
    prev: str
    time: str
    act: str
    by: str
    op: str
    body: Body
    approvals: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not is_key_name(self.log):
            raise _fault("log")
        if not 0 <= self.seq <= MAX_INT:
            raise _fault("seq")
        if not is_hex(self.prev, 64):
            raise _fault("prev")
        if not is_time(self.time):
            raise _fault("time")
        if not is_act(self.act):
            raise _fault("act")
        if not is_key_name(self.by):
            raise _fault("by")
        if _OP.fullmatch(self.op) is None:
            raise _fault("op")
        if type(self.body) is not dict or not _is_plain(self.body, 1):
            raise _fault("body")
        if len(self.approvals) > MAX_SIGNATURES:
            raise _fault("approvals")


@lru_cache(maxsize=1_024)  # a log says the same few words again and again
def is_act(text: str) -> bool:
    """Say whether an act may be named so: words in lower case, joined by dots."""
    return len(text) <= _MAX_WORD and _ACT.fullmatch(text) is not None


def _is_plain(value: object, depth: int) -> bool:
    """Say whether a value is made of integers, strings, lists and objects only."""
    if isinstance(value, dict):
        if not _STRING.issuperset(map(type, value)):
            return False
        items: Iterable[object] = value.values()
    elif isinstance(value, list | tuple):
        items = value
    else:
        return isinstance(value, str) or _is_count(value)
    if depth + bool(value) > MAX_DEPTH:  # what it holds is a level deeper
        return False
    for item in items:  # most bodies hold strings and counts, and nothing deeper
        if not (type(item) is str or _is_count(item) or _is_plain(item, depth + 1)):
            return False
    return True


def _is_count(value: object) -> bool:
    return type(value) is int and -MAX_INT <= value <= MAX_INT


def entry_text(entry: Entry) -> bytes:
    """Return the text that is signed: canonical JSON and LF.

    Raises:
        VerificationError: E726, the entry has fields that this version cannot write.
    """
    if entry.unknown:
        raise VerificationError("E726", field=entry.unknown[0])
    value: dict[str, object] = {field: getattr(entry, field) for field in _FIELDS}
    if entry.approvals:
        value["approvals"] = entry.approvals
    try:
        line = f"{_encode(value)}\n".encode()
    except ValueError as exc:  # half of a surrogate pair
        raise VerificationError("E802") from exc
    # Below U+10000 this is what RFC 8785 writes, see :func:`_parse_line`.
    return json_line(value) if _ASTRAL.search(line) else line


def sign_entry(entry: Entry, signer: Signer) -> bytes:
    """Return the entry's bytes, signed by the person answerable.

    Raises:
        VerificationError: E710, the signer is not ``by``; E701, over 65,535 bytes.
    """
    if signer.name != entry.by:
        raise VerificationError("E710", name=entry.by)
    return sign_note(entry_text(entry), [signer])


def parse_entry(data: bytes) -> tuple[Entry, Note]:
    """Return an entry and its note. No signature is verified yet.

    Raises:
        VerificationError: E701–E704 not a note, E802 not canonical JSON, E725 a field
            is missing or ill-formed.

    Spec:
        log-v1 §3, §8 steps 1–2.
    """
    note = open_note(data)
    line = note.text[:-1]
    plain = line.isascii() or _ASTRAL.search(line) is None
    value = _parse_line(line) if plain else parse_json(line)
    if not isinstance(value, dict):
        raise VerificationError("E802")
    further: dict[str, Any] = {}
    if value.keys() != _NAMES:
        names = sorted(value.keys() - _NAMES)
        further = {field: value.pop(field) for field in names}
    if [*map(type, map(value.get, _FIELDS))] != _TYPES:
        types = zip(_FIELDS, _TYPES, strict=True)
        raise _fault(next(f for f, kind in types if type(value.get(f)) is not kind))
    approvals: list[str] = []
    if "approvals" in further:
        approvals = further.pop("approvals")
        strings = type(approvals) is list and all(type(x) is str for x in approvals)
        if not strings or not approvals:
            raise _fault("approvals")
    if further:
        parse_json(line)  # holds what is unknown to the same limits
    made: dict[str, Any] = value
    return Entry(**made, approvals=tuple(approvals), unknown=tuple(further)), note


def _refuse(_: str) -> NoReturn:
    raise VerificationError("E802")


_decode = json.JSONDecoder(parse_float=_refuse, parse_constant=_refuse).raw_decode
_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode


def _parse_line(line: bytes) -> object:
    """Return the value of canonical JSON: what ``parse_json`` does, five times faster.

    Below U+10000 the standard library writes what RFC 8785 writes: it orders keys by
    code point, and so does UTF-16 there. Escapes could still bring in characters from
    above; written again they are other bytes, and refused. A duplicate key is gone in
    what is written again; null, true and false are no :data:`Value`. A test compares
    the two on whatever hypothesis can think of.
    """
    try:
        text = line.decode("utf-8")
        value: object = _decode(text)[0]
        if _encode(value) != text:  # whatever stands behind the value, too
            raise VerificationError("E802")
    except (ValueError, RecursionError) as exc:  # RecursionError: absurd nesting
        raise VerificationError("E802") from exc
    return value


def approval_text(log: str, act: str, body: Body, op: str) -> bytes:
    """Return what a second person signs: act, body, log and op, nothing else.

    Place and time are the appender's, so that an approval can be given beforehand,
    on another machine.

    Raises:
        VerificationError: E802, the body has no canonical form.
    """
    return json_line({"act": act, "body": body, "log": log, "op": op})


def sign_approval(text: bytes, signer: Signer) -> str:
    """Return a second person's approval, as it stands in ``approvals``.

    Args:
        text: what :func:`approval_text` returned.
        signer: the key of the person who approves.

    Raises:
        VerificationError: E701, E703, not such a text.
    """
    return sign_note(text, [signer]).decode()


def parse_approval(data: bytes) -> tuple[Body, Note]:
    """Return what an approval approves, for a person to read; nothing is verified.

    Raises:
        VerificationError: E701–E704 not a note, E802 not canonical JSON, E740 not
            the four fields of an approval.
    """
    note = open_note(data)
    value = parse_json(note.text[:-1])
    if not isinstance(value, dict) or sorted(value) != ["act", "body", "log", "op"]:
        raise VerificationError("E740")
    return value, note
