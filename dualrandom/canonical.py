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
import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NoReturn, Protocol

import rfc8785

from dualrandom.errors import VerificationError
from dualrandom.model import MAX_INT, is_hex, is_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


MAX_DEPTH: Final = 32
MAX_JSON_BYTES: Final = 64 * 2**20
MAX_LINE: Final = 16 * 2**20
_ASTRAL = re.compile(rb"[\xf0-\xff]")
RECORDS: Final = 4096
"""How many records of a table are written at a time."""
_SALT = "#salt\t"
_STRATA = "#strata\t"


class Blocks(Protocol):
    """A file too large to be held; each iteration gives its bytes from the start."""

    def __len__(self) -> int:
        """Return how many bytes there are."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield them in order, some at a time."""


Content = bytes | Blocks
"""What a table is read from."""


def blocks(data: bytes | Iterable[bytes]) -> Iterable[bytes]:
    """Return the bytes of a file in order, some at a time."""
    return (data,) if isinstance(data, bytes) else data


def sha256(data: bytes | Iterable[bytes]) -> str:
    """Return the SHA-256 of data in lower-case hex, as ``sha256sum`` prints it."""
    digest = hashlib.sha256()
    for block in blocks(data):
        digest.update(block)
    return digest.hexdigest()


def json_bytes(value: object) -> bytes:
    """Return a value as RFC 8785 canonical JSON, without a line end.

    Args:
        value: null, booleans, integers up to 2^53−1, strings, lists and objects.

    Raises:
        VerificationError: E802, a float or anything else that has no one form.
    """
    _check_json(value, 0)
    try:
        data = _encode(value).encode()
        # The standard library orders keys by code point, RFC 8785 by UTF-16: below
        # U+10000 that is one order, and the bytes are the same, three times faster.
        if _ASTRAL.search(data):
            return rfc8785.dumps(value)  # type: ignore[arg-type] # as was checked
    except ValueError as exc:  # half of a surrogate pair
        raise VerificationError("E802") from exc
    return data


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


_encode = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, check_circular=False
).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A parsed table; of a file too large to be held, records are read as asked for.

    Attributes:
        records: one tuple of strings a record, in the file's order.
        lines: the record lines as bytes, without LF.
        salt: 32 hex characters, or None in a public file.
        strata: the canonical JSON of the ``#strata`` line, or None.
    """

    records: Iterable[tuple[str, ...]]
    lines: Iterable[bytes]
    salt: str | None = None
    strata: bytes | None = None


def table_bytes(
    columns: Sequence[str],
    records: Iterable[Sequence[str]],
    *,
    salt: str | None = None,
    strata: bytes | None = None,
) -> bytes:
    """Return a table file; arguments and errors as for :func:`table_blocks`."""
    return b"".join(table_blocks(columns, records, salt=salt, strata=strata))


def table_blocks(
    columns: Sequence[str],
    records: Iterable[Sequence[str]],
    *,
    salt: str | None = None,
    strata: bytes | None = None,
) -> Iterator[bytes]:
    """Yield a table file: the lines before the records, then some records at a time.

    Args:
        columns: the header.
        records: in their final order, as many values as columns.
        salt: 32 hex characters where the file is not public.
        strata: canonical JSON for private strata.

    Raises:
        VerificationError: E803, a value holds a control or a line separator, or the
            salt is none.

    Spec:
        draw-v1 §1 (tables), §2, §4 (private strata).
    """
    out = ["\t".join(columns)]
    if salt is not None:
        if not is_hex(salt, 32):
            raise VerificationError("E803", row=2)
        out.append(_SALT + salt)
    if strata is not None:
        out.append(_STRATA + strata.decode("utf-8"))
    yield _joined(out)
    row, rest = len(out), iter(records)
    while some := tuple(islice(rest, RECORDS)):
        out = []
        for record in some:
            row += 1
            if len(record) != len(columns) or not all(map(is_value, record)):
                raise VerificationError("E803", row=row)
            out.append("\t".join(record))
        yield _joined(out)


def _joined(lines: Iterable[str]) -> bytes:
    return ("\n".join(lines) + "\n").encode("utf-8")


def parse_table(data: Content, columns: Sequence[str]) -> Table:
    """Return the parts of a table file; whether a salt is due is not known here.

    Args:
        data: all of it, which is then checked as a whole; or blocks, whose records are
            checked each time they are read.
        columns: the header.

    Raises:
        VerificationError: E803, not UTF-8, another header, a wrong number of
            values, a forbidden character, a missing last LF; with the line.

    Spec:
        draw-v1 §1 (tables).
    """
    lines = _Lines(data)
    texts = tuple(lines) if isinstance(data, bytes) else lines
    head = tuple(islice(texts, 3))
    if head[0] != "\t".join(columns):
        raise VerificationError("E803", row=1)
    at = 1
    salt = strata = None
    if len(head) > at and head[at].startswith(_SALT):
        salt = head[at].removeprefix(_SALT)
        if not is_hex(salt, 32):
            raise VerificationError("E803", row=at + 1)
        at += 1
        if len(head) > at and head[at].startswith(_STRATA):
            strata = head[at].removeprefix(_STRATA).encode("utf-8")
            at += 1
    body = _Body(texts, at)
    records = _Records(texts, at, len(columns))
    if isinstance(data, bytes):
        return Table(
            records=tuple(records), lines=tuple(body), salt=salt, strata=strata
        )
    return Table(records=records, lines=body, salt=salt, strata=strata)


class _Lines:
    """A file's lines without their LF, read anew by each iteration.

    Raises:
        VerificationError: E803, as for :func:`parse_table`.
    """

    def __init__(self, data: Content) -> None:
        self._data = data

    def __iter__(self) -> Iterator[str]:
        row = 0
        rest = b""
        for block in blocks(self._data):
            whole, end, rest = (rest + block).rpartition(b"\n")
            if not end:
                # Joined again and again, one endless line would take for ever.
                if len(rest) > MAX_LINE:
                    break
                continue
            try:
                lines = whole.decode("utf-8").split("\n")
            except UnicodeDecodeError as exc:
                row += whole.count(b"\n", 0, exc.start) + 1
                raise VerificationError("E803", row=row) from exc
            yield from lines
            row += len(lines)
        if rest or row == 0:
            raise VerificationError("E803", row=row + 1)


class _Body:
    """The record lines of a table as bytes."""

    def __init__(self, texts: Iterable[str], first: int) -> None:
        self._texts = texts
        self._first = first

    def __iter__(self) -> Iterator[bytes]:
        return (line.encode() for line in islice(self._texts, self._first, None))


class _Records:
    """The records of a table, checked by each iteration."""

    def __init__(self, texts: Iterable[str], first: int, width: int) -> None:
        self._texts = texts
        self._first = first
        self._width = width

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        lines = islice(self._texts, self._first, None)
        for row, line in enumerate(lines, self._first + 1):
            record = tuple(line.split("\t"))
            if len(record) != self._width or not all(map(is_value, record)):
                raise VerificationError("E803", row=row)
            yield record


def leaf_hash(data: bytes) -> bytes:
    """Return the RFC 6962 leaf hash: SHA-256(0x00 ‖ data)."""
    return hashlib.sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the RFC 6962 inner hash: SHA-256(0x01 ‖ left ‖ right)."""
    return hashlib.sha256(b"\1" + left + right).digest()


def tree_hash(leaves: Iterable[bytes]) -> bytes:
    """Return the RFC 6962 Merkle tree hash over leaf hashes.

    Args:
        leaves: n leaf hashes of 32 bytes each, n ≥ 0; no more than log n are held.
    """
    peaks: list[bytes] = []  # roots of full trees, the largest first
    for count, leaf in enumerate(leaves):
        joined, trees = leaf, count
        while trees & 1:  # two full trees of one size make one
            joined = node_hash(peaks.pop(), joined)
            trees >>= 1
        peaks.append(joined)
    if not peaks:
        return hashlib.sha256(b"").digest()
    root = peaks.pop()
    while peaks:
        root = node_hash(peaks.pop(), root)
    return root


def records_root(lines: Iterable[bytes]) -> str:
    """Return the tree hash over a table's record lines, hex. Spec: draw-v1 §3."""
    return tree_hash(map(leaf_hash, lines)).hex()
