"""The draw protocol a second time, from its text, as plainly as it can be said.

Border: the standard library only; nothing of dualrandom is imported here, so that a
vector's expected value never comes from the program that it tests.

- Slow and naive on purpose: sort everything, walk every character, use fractions.
- A refusal is ``Refused`` with the code of docs/spec/draw-v1.md §9.
"""

from __future__ import annotations

import json
import math
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from typing import Any

LARGEST = 2**53 - 1
HEX = set("0123456789abcdef")
DIGITS = set("0123456789")
LETTERS = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")


class Refused(Exception):  # noqa: N818 - a word of the specification
    """What the specification refuses, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def need(ok: object, code: str) -> None:
    if not ok:
        raise Refused(code)


def sha(data: str | bytes) -> str:
    return sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def is_hex(text: str, length: int) -> bool:
    return len(text) == length and set(text) <= HEX


def is_number(text: str) -> bool:
    plain = text != "" and set(text) <= DIGITS
    return plain and (text == "0" or text[0] != "0") and int(text) <= LARGEST


# ── §1 names ─────────────────────────────────────────────────────────────────────


def is_name(text: str, what: str) -> bool:
    """Say whether text is an ``id``, a ``draw`` id or a ``stratum`` name."""
    first = DIGITS | LETTERS
    longest = {"id": 64, "draw": 32, "stratum": 16}[what]
    rest = first | {"-"}
    if what == "id":
        rest |= {"_", "."}
    return 1 <= len(text) <= longest and all(
        c in (rest if i else first)
        or (what == "id" and (0x4E00 <= ord(c) <= 0x9FFF or ord(c) == 0x3007))
        for i, c in enumerate(text)
    )


# ── §1 JSON ──────────────────────────────────────────────────────────────────────


def canonical(value: Any) -> bytes:
    """RFC 8785, without floats."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda k: k.encode("utf-16-be"))
        inner = b",".join(canonical(k) + b":" + canonical(value[k]) for k in keys)
        return b"{" + inner + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(canonical, value)) + b"]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


def read_document(data: bytes) -> Any:
    """One canonical line and one LF; any other byte is refused."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        need(len({k for k, _ in pairs}) == len(pairs), "E802")
        return dict(pairs)

    def integer(text: str) -> int:
        need(len(text) < 20 and abs(int(text)) <= LARGEST, "E802")
        return int(text)

    def never(_: str) -> Any:
        raise Refused("E802")

    try:
        value = json.loads(
            data.decode(),
            object_pairs_hook=unique,
            parse_int=integer,
            parse_float=never,
            parse_constant=never,
        )
        again = canonical(value) + b"\n"
    except ValueError as exc:
        raise Refused("E802") from exc
    need(again == data, "E802")
    return value


# ── §1, §2 tables ────────────────────────────────────────────────────────────────


def _tags(text: str) -> bool:
    parts = text.split(",") if text else []
    return all(is_name(p, "id") for p in parts) and parts == sorted(
        set(parts), key=str.encode
    )


CHECKS = {
    "id": lambda v: is_name(v, "id"),
    "stratum": lambda v: is_name(v, "stratum"),
    "tickets": lambda v: is_number(v) and 1 <= int(v) <= 99,
    "max": lambda v: v == "" or is_number(v),
    "from 1": lambda v: is_number(v) and int(v) >= 1,
    "from 0": is_number,
    "ticket": lambda v: is_hex(v, 64),
    "salt": lambda v: v == "" or is_hex(v, 32),
    "tags": _tags,
    "text": lambda _: True,
    "some": lambda v: v != "",
}
TABLES = {
    "targets.tsv": "id:id name:some region:text kind:text salt:salt",
    "strata.tsv": "id:id stratum:stratum tickets:tickets",
    "inspectors.tsv": "id:id name:text unit:text region:text tags:tags max:max",
    "conflicts.tsv": "id:id inspector:id reason:some",
    "exclusions.tsv": "id:id reason:some",
    "inspector-exclusions.tsv": "id:id reason:some",
    "selected.tsv": "order:from_1 id:id stratum:stratum rank:from_1 ticket:ticket",
    "reserves.tsv": "id:id stratum:stratum rank:from_1 ticket:ticket",
    "drawn.tsv": "id:id",
    "teams.tsv": "id:id post:from_1 inspector:id",
    "replacements.tsv": "seq:from_0 id:id substitute:id reason:some evidence:some",
    "substitutions.tsv": "seq:from_0 id:id post:from_1 inspector:id substitute:id"
    " reason:some",
}


def _is_control(char: str) -> bool:
    at = ord(char)
    return at < 0x20 or 0x7F <= at < 0xA0 or at in (0x2028, 0x2029)


def _sort_key(file: str, record: list[str]) -> Any:
    if file == "conflicts.tsv":
        return [record[0].encode(), record[1].encode()]
    if file in ("selected.tsv", "replacements.tsv", "substitutions.tsv"):
        return int(record[0])
    return record[0].encode()


def read_table(file: str, data: bytes, visibility: str) -> dict[str, Any]:
    """Return what a table file says, or refuse it with a code."""
    columns = [c.split(":") for c in TABLES[file].split(" ")]
    try:
        text = data.decode()
    except ValueError as exc:
        raise Refused("E803") from exc
    need(text.endswith("\n"), "E803")
    head, *lines = text[:-1].split("\n")
    need(head.split("\t") == [name for name, _ in columns], "E803")
    out: dict[str, Any] = {"sha256": sha(data), "bytes": len(data)}
    if lines and lines[0].startswith("#salt\t"):
        out["salt"] = lines.pop(0)[6:]
        need(is_hex(out["salt"], 32), "E803")
        if lines and lines[0].startswith("#strata\t"):
            out["strata"] = lines.pop(0)[8:]
    records = [line.split("\t") for line in lines]
    for record in records:
        need(len(record) == len(columns), "E803")
        need(not any(_is_control(c) for value in record for c in value), "E803")
    for record in records:
        for (_, check), value in zip(columns, record, strict=True):
            need(CHECKS[check.replace("_", " ")](value), "E801")
    if file not in ("reserves.tsv", "teams.tsv"):
        keys = [_sort_key(file, record) for record in records]
        need(all(a < b for a, b in pairwise(keys)), "E804")
    need(("salt" in out) == (visibility != "public"), "E812")
    return out | {"rows": len(records), "root": root([x.encode() for x in lines])}


def root(lines: list[bytes]) -> str:
    """RFC 6962 §2.1, word by word: split at the largest power of two below n."""

    def tree(part: list[bytes]) -> bytes:
        if not part:
            return sha256(b"").digest()
        if len(part) == 1:
            return sha256(b"\0" + part[0]).digest()
        k = 1
        while k * 2 < len(part):
            k *= 2
        return sha256(b"\1" + tree(part[:k]) + tree(part[k:])).digest()

    return tree(lines).hex()


# ── §4 randomness ────────────────────────────────────────────────────────────────


def commitment(draw: str, party: str, secret: str) -> str:
    return sha(f"{draw} {party} {secret}")


def read_seed(data: bytes) -> dict[str, Any]:
    try:
        text = data.decode()
    except ValueError as exc:
        raise Refused("E601") from exc
    need(text.endswith("\n"), "E601")
    first, *rest = text[:-1].split("\n")
    need(first == "dualrandom/1" and len(rest) > 1, "E601")
    need(is_hex(rest[0], 64) and all(rest), "E601")
    return {"commitment": rest[0], "lines": rest[1:], "seed": sha(data)[:32]}


def salted(seed: str, salt: str | None) -> str:
    return seed if salt is None else sha(f"{seed},{salt}")[:32]


BALLS = {"ssq": ((6, 33), (1, 16)), "dlt": ((5, 35), (2, 12))}


def read_value(draw: str, source: dict[str, Any], line: str) -> dict[str, Any]:
    """Return the value that a line of seed.txt gives to an announced source."""
    named = {
        "drand": ("chain", "round"),
        "nist": ("chain", "pulse"),
        "lottery": ("game", "issue"),
        "sealed": ("party",),
        "dice": (),
        "local": (),
    }[source["kind"]]
    words = [source["kind"], *(str(source[name]) for name in named)]
    given = line.split(" ", len(words))
    need(given[:-1] == words, "E602")
    value = given[-1]
    if source["kind"] == "nist":
        need(is_hex(value, 128), "E603")
    elif source["kind"] == "lottery":
        groups = [group.split(".") for group in value.split("+")]
        need(len(groups) == 2, "E603")
        for group, (count, highest) in zip(groups, BALLS[source["game"]], strict=True):
            need(all(len(n) == 2 and set(n) <= DIGITS for n in group), "E603")
            balls = [int(n) for n in group]
            need(len(balls) == count, "E603")
            need(all(1 <= n <= highest for n in balls), "E603")
            need(all(a < b for a, b in pairwise(balls)), "E603")
    elif source["kind"] == "dice":
        need(value and set(value) <= DIGITS, "E603")
        need(len(value) == source["count"], "E604")
    else:
        need(is_hex(value, 64), "E603")
    if source["kind"] == "sealed":
        bound = commitment(draw, source["party"], value)
        need(bound == source["commitment"], "E605")
    return {"value": value}


# ── §3, §5 quotas, tickets, selection ────────────────────────────────────────────


def share(total: int, rows: list[int]) -> list[int]:
    """Largest remainder: whole parts first, then one seat each, largest part first."""
    exact = [Fraction(total * n, sum(rows)) for n in rows]
    seats = [math.floor(part) for part in exact]
    while sum(seats) < total:
        left = [part - have for part, have in zip(exact, seats, strict=True)]
        seats[left.index(max(left))] += 1  # index(): the stratum listed first
    return seats


def quotas(strata: list[dict[str, Any]], total: int | None) -> list[int]:
    rows = [s["rows"] for s in strata]
    need(sum(rows) > 0, "E401")
    if total is not None:
        wanted = share(min(total, sum(rows)), rows)
    else:
        wanted = []
        for stratum in strata:
            quota = stratum["quota"]
            if "count" in quota:
                wanted.append(quota["count"])
            else:
                exact = stratum["rows"] * Fraction(quota["ratio"])
                up = quota["round"] == "up"
                wanted.append(math.ceil(exact) if up else math.floor(exact))
    taken = [min(k, n) for k, n in zip(wanted, rows, strict=True)]
    need(all(k > 0 or n == 0 for k, n in zip(taken, rows, strict=True)), "E402")
    return taken


def ticket(key: str, target: str, tickets: int) -> str:
    own = [sha(f"{key},{target}")]
    own += [sha(f"{key},{target}#{j}") for j in range(2, tickets + 1)]
    return min(own)


def order_ticket(key: str, target: str) -> str:
    return sha(f"{key},{target}#0")


def select(
    key: str,
    rows: list[list[Any]],
    strata: list[dict[str, Any]],
    total: int | None,
    reserves: str | None,
) -> dict[str, Any]:
    names = [s["name"] for s in strata]
    need(all(stratum in names for _, stratum, _ in rows), "E403")
    for s in strata:
        need(sum(1 for row in rows if row[1] == s["name"]) == s["rows"], "E403")
    drawn: list[list[Any]] = []
    waiting: list[list[Any]] = []
    for s, k in zip(strata, quotas(strata, total), strict=True):
        ranked = sorted(
            (ticket(key, target, n), target.encode(), target)
            for target, stratum, n in rows
            if stratum == s["name"]
        )
        lines = [[t, s["name"], rank, h] for rank, (h, _, t) in enumerate(ranked, 1)]
        more = math.ceil(k * Fraction(reserves)) if reserves else 0
        drawn += lines[:k]
        waiting += lines[k : k + more]
    drawn.sort(key=lambda d: (order_ticket(key, d[0]), d[0].encode()))
    numbered = [[order, *d] for order, d in enumerate(drawn, 1)]
    return {"selected": numbered, "reserves": waiting}
