r"""Value to bytes to digest: canonical JSON, tables, Merkle tree hashes.

Border: bytes and plain values only. This is the only room that encodes for hashing.

- JSON is RFC 8785, no floats; a document file is that one line and one LF.
- A table is TSV: a header, perhaps ``#salt`` and ``#strata``, then records; LF only.
- Parsing accepts exactly what writing makes: for one value there is one file.

    id\tstratum\ttickets
    #salt\tffffffffffffffffffffffffffffffff
    91330000EXAMPLE017\teast\t1

Spec: draw-v1 §1.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NoReturn

import rfc8785

from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT, is_hex, is_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


MAX_DEPTH: Final = 32
MAX_JSON_BYTES: Final = 64 * 2**20
_SALT = "#salt\t"
_STRATA = "#strata\t"


def sha256(data: bytes) -> str:
    """Return the SHA-256 of data in lower-case hex, as ``sha256sum`` prints it."""
    return hashlib.sha256(data).hexdigest()


def json_bytes(value: object) -> bytes:
    """Return a value as RFC 8785 canonical JSON, without a line end.

    Args:
        value: null, booleans, integers up to 2^53−1, strings, lists and objects.

    Raises:
        VerificationError: E802, a float or anything else that has no one form.
    """
    _check_json(value, 0)
    try:
        return rfc8785.dumps(value)  # type: ignore[arg-type]
    except ValueError as exc:  # half of a surrogate pair
        raise VerificationError("E802") from exc


def json_line(value: object) -> bytes:
    """Return a document file: canonical JSON and one LF."""
    return json_bytes(value) + b"\n"


def parse_json(data: bytes, *, signed: bool = True) -> object:
    """Return the value of canonical JSON; refuse every other way of writing it.

    Args:
        data: one value, without a line end.
        signed: whether numbers may be negative; those of a draw may not.

    Raises:
        VerificationError: E802, not JSON, duplicate keys, a float, a number or
            nesting beyond the limits, or not canonical.

    Spec:
        draw-v1 §1 (JSON); log-v1 §4 (strict parsing).
    """
    if len(data) > MAX_JSON_BYTES:
        raise VerificationError("E802")
    try:
        value: object = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_no_duplicates,
            parse_float=_refuse,
            parse_constant=_refuse,
            parse_int=_int if signed else _unsigned,
        )
        if json_bytes(value) != data:
            raise VerificationError("E802")
    except (ValueError, RecursionError) as exc:  # RecursionError: absurd nesting
        raise VerificationError("E802") from exc
    return value


def parse_json_line(data: bytes, *, signed: bool = True) -> object:
    """Return the value of a document file: one canonical line and one LF.

    Raises:
        VerificationError: E802.
    """
    if not data.endswith(b"\n"):
        raise VerificationError("E802")
    return parse_json(data[:-1], signed=signed)


def _no_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise VerificationError("E802")
    return made


def _refuse(_: str) -> NoReturn:
    raise VerificationError("E802")


def _int(digits: str) -> int:
    if len(digits) > len(str(MAX_INT)) + 1:
        raise VerificationError("E802")
    return int(digits)


def _unsigned(digits: str) -> int:
    if digits.startswith("-"):
        raise VerificationError("E802")
    return _int(digits)


def _check_json(value: object, depth: int) -> None:
    if depth > MAX_DEPTH:
        raise VerificationError("E802")
    match value:
        case None | bool() | str():
            pass
        case int() if abs(value) <= MAX_INT:
            pass
        case list() | tuple():
            for item in value:
                _check_json(item, depth + 1)
        case dict() if all(isinstance(key, str) for key in value):
            for item in value.values():
                _check_json(item, depth + 1)
        case _:
            raise VerificationError("E802")


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A parsed table.

    Attributes:
        records: one tuple of strings a record, in the file's order.
        lines: the record lines as bytes, without LF.
        salt: 32 hex characters, or None in a public file.
        strata: the canonical JSON of the ``#strata`` line, or None.
    """

    records: tuple[tuple[str, ...], ...]
    lines: tuple[bytes, ...]
    salt: str | None = None
    strata: bytes | None = None


def table_bytes(
    columns: Sequence[str],
    records: Iterable[Sequence[str]],
    *,
    salt: str | None = None,
    strata: bytes | None = None,
) -> bytes:
    """Return a table file.

    Args:
        columns: the header.
        records: in their final order, as many values as columns.
        salt: 32 hex characters where the file is not public.
        strata: canonical JSON for private strata.

    Raises:
        VerificationError: E803, a value holds a control or a line separator.

    Spec:
        draw-v1 §1 (tables), §2, §4 (private strata).
    """
    out = ["\t".join(columns)]
    if salt is not None:
        out.append(_SALT + salt)
    if strata is not None:
        out.append(_STRATA + strata.decode("utf-8"))
    for record in records:
        if len(record) != len(columns) or not all(map(is_value, record)):
            raise VerificationError("E803", row=len(out) + 1)
        out.append("\t".join(record))
    return ("\n".join(out) + "\n").encode("utf-8")


def parse_table(data: bytes, columns: Sequence[str]) -> Table:
    """Return the parts of a table file; whether a salt is due is not known here.

    Raises:
        VerificationError: E803, not UTF-8, another header, a wrong number of
            values, a forbidden character, a missing last LF; with the line.

    Spec:
        draw-v1 §1 (tables).
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        row = data.count(b"\n", 0, exc.start) + 1
        raise VerificationError("E803", row=row) from exc
    if not text.endswith("\n"):
        raise VerificationError("E803", row=text.count("\n") + 1)
    lines = text[:-1].split("\n")
    if lines[0] != "\t".join(columns):
        raise VerificationError("E803", row=1)
    at = 1
    salt = strata = None
    if len(lines) > at and lines[at].startswith(_SALT):
        salt = lines[at].removeprefix(_SALT)
        if not is_hex(salt, 32):
            raise VerificationError("E803", row=at + 1)
        at += 1
        if len(lines) > at and lines[at].startswith(_STRATA):
            strata = lines[at].removeprefix(_STRATA).encode("utf-8")
            at += 1
    records = []
    for row, line in enumerate(lines[at:], at + 1):
        record = tuple(line.split("\t"))
        if len(record) != len(columns) or not all(map(is_value, record)):
            raise VerificationError("E803", row=row)
        records.append(record)
    return Table(
        records=tuple(records),
        lines=tuple(line.encode("utf-8") for line in lines[at:]),
        salt=salt,
        strata=strata,
    )


def leaf_hash(data: bytes) -> bytes:
    """Return the RFC 6962 leaf hash: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 inner hash: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Return the RFC 6962 Merkle tree hash over leaf hashes.

    Args:
        leaves: n leaf hashes of 32 bytes each, n ≥ 0.
    """
    if not leaves:
        return hashlib.sha256(b"").digest()
    level = list(leaves)
    # Pairing from the left and carrying a lone last node up gives RFC 6962's shape.
    while len(level) > 1:
        paired = [
            node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)
        ]
        level = paired + level[len(level) - len(level) % 2 :]
    return level[0]


def records_root(lines: Iterable[bytes]) -> str:
    """Return the tree hash over a table's record lines, hex. Spec: draw-v1 §3."""
    return tree_hash([leaf_hash(line) for line in lines]).hex()
