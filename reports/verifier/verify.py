#!/usr/bin/env python3
"""Check a published draw with nothing but Python: the stranger's check.

    python3 -I -S verify.py 2026-017              a draw folder, or a zip of it
    python3 -I -S verify.py 2026-017 --lookup ID  one target: drawn or not, and why

Written from the protocol's text alone (docs/spec/draw-v1.md, "draw §n" below, and
docs/spec/log-v1.md); it shares no line with the program that made the draw. It reads
the folder and writes nothing, asks no network and no clock, and takes trust in keys
only from a file that *you* bring (--policy or --genesis). Each step ends as

    agrees     computed here, and the same
    differs    computed here, and not the same, or bytes that break the grammar
    people     a value that a person must compare with its official source
    unchecked  withheld from this reader, absent, unanchored, or unknown to this file

Exit: 0 all agrees (lines for people do not count); 1 something differs; 6 nothing
differs but something is unchecked; 5 no such folder; 2 wrong use. To read it, begin
at `Check.run`, the list of steps; the sentences it prints stand at the end.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import heapq
import io
import json
import os
import re
import stat
import sys
import zipfile
from array import array
from collections import Counter, deque
from datetime import date, datetime, timedelta
from typing import Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Tuple

# ------------------------------------------------------------------ findings


class Finding(Exception):
    """Why a step does not agree: a code of WORDS and the values of its sentence."""

    def __init__(self, code: str, file: str = "", **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.file, self.params = code, file, params


class Refused(Finding):
    """It differs."""


class Unchecked(Finding):
    """It cannot be told from here."""


Said = Tuple[str, str, Dict[str, Any]]


def agrees(code: str, **params: Any) -> Said:
    """What a step returns when its values are the same."""
    return "agrees", code, params


def people(code: str, **params: Any) -> Said:
    """What a step returns when a person must do the comparing."""
    return "people", code, params


# ------------------------------------------------------------------ grammar (draw §1)

WORD = "0-9A-Za-z\u4e00-\u9fff\u3007"
ID = "[%s][-_.%s]{0,63}" % (WORD, WORD)
DRAW = "[0-9A-Za-z][-0-9A-Za-z]{0,31}"
STRATUM = "[0-9A-Za-z][-0-9A-Za-z]{0,15}"
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
TEXT, ANY = "[^%s]+" % CONTROLS, "[^%s]*" % CONTROLS
NUMBER = "0|[1-9][0-9]{0,15}"
HEX32, HEX64, HEX128 = "[0-9a-f]{32}", "[0-9a-f]{64}", "[0-9a-f]{128}"
HEX = "(?:[0-9a-f]{2})+"
RATIO = "[1-9][0-9]{0,5}/[1-9][0-9]{0,5}"
MOST = 2**53 - 1


def fits(pattern: str, text: Any) -> bool:
    """Whether the whole of a text has this form."""
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None


def sha(data: bytes | str) -> str:
    """SHA-256 in hex, as `sha256sum` prints it."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def encode(value: Any, depth: int = 0) -> str:
    """RFC 8785 text of a value that holds no floats."""
    if depth > 32:
        raise Refused("json-deep")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        inner = (json.dumps(n, ensure_ascii=False) + ":" + encode(value[n], depth + 1)
                 for n in names)  # fmt: skip
        return "{%s}" % ",".join(inner)
    if isinstance(value, list):
        return "[%s]" % ",".join(encode(item, depth + 1) for item in value)
    return json.dumps(value, ensure_ascii=False)


def parse_json(raw: bytes, end: bytes = b"\n") -> Any:
    """The value of a canonical JSON file: one line and one LF, nothing else."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        if len(dict(found)) != len(found):
            raise Refused("json-duplicate")
        return dict(found)

    def whole(digits: str) -> int:
        if not fits(NUMBER, digits) or int(digits) > MOST:
            raise Refused("json-number", value=digits[:40])
        return int(digits)

    def no_float(text: str) -> Any:
        raise Refused("json-number", value=text[:40])

    if not raw.endswith(end):
        raise Refused("json-canonical")
    body = raw[: len(raw) - len(end)]
    try:
        value = json.loads(
            body.decode("utf-8"), object_pairs_hook=pairs, parse_int=whole,
            parse_float=no_float, parse_constant=no_float,
        )  # fmt: skip
        if encode(value).encode("utf-8") != body:
            raise Refused("json-canonical")
    except RecursionError:
        raise Refused("json-deep") from None
    except ValueError:  # JSONDecodeError and the Unicode errors
        raise Refused("json-broken") from None
    return value


def shape(form: Any, value: Any, path: str, strange: list[str]) -> None:
    """Hold a JSON value against a form; names of unknown fields go to `strange`.

    A form is a pattern for a string, `int`, `True`, a list (array), a tuple (array
    that is not empty), a function that tells, or a dict, where `name?` is optional.
    """
    good = True
    if isinstance(form, dict):
        if not isinstance(value, dict):
            raise Refused("field-bad", field=path)
        for name, inner in form.items():
            key = name.rstrip("?")
            if key in value:
                shape(inner, value[key], path + "." + key, strange)
            elif not name.endswith("?"):
                raise Refused("field-missing", field=path + "." + key)
        strange += [path + "." + n for n in value if n not in form and n + "?" not in form]
    elif isinstance(form, (list, tuple)):
        if not isinstance(value, list) or (isinstance(form, tuple) and not value):
            raise Refused("field-bad", field=path)
        for number, item in enumerate(value):
            shape(form[0], item, "%s[%d]" % (path, number), strange)
    elif form is int:
        good = type(value) is int
    elif form is True:
        good = value is True
    elif callable(form):
        good = form(value)
    else:
        good = fits(form, value)
    if not good:
        raise Refused("field-bad", field=path)


def instant(text: Any) -> int | None:
    """Seconds since 1970 of `2026-11-20T01:00:00Z`; None when it is no such time."""
    if not fits("[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", text):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None
    return (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)


def utc(seconds: int) -> str:
    """The time of so many seconds, for people."""
    try:
        moment = datetime(1970, 1, 1) + timedelta(seconds=seconds)
    except OverflowError:
        return "%d s" % seconds
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def is_time(text: Any) -> bool:
    return instant(text) is not None


def is_date(text: Any) -> bool:
    return fits("[0-9]{4}(-[0-9]{2}){2}", text) and is_time(text + "T00:00:00Z")


def is_text(text: Any) -> bool:
    return isinstance(text, str) and text != ""


def is_string(text: Any) -> bool:
    return isinstance(text, str)


def is_ratio(text: Any) -> bool:
    return fits(RATIO, text) and int(text.split("/")[0]) <= int(text.split("/")[1])


def is_positive(value: Any) -> bool:
    return type(value) is int and value >= 1


# ------------------------------------------------------------------ tables (draw §2)

TAGS = "(?:%s(?:,%s)*)?" % (ID, ID)
# File: its columns with their grammar; how many of the first columns sort the rows
# (0: looked at elsewhere); the columns that later steps need.
TABLES: dict[str, tuple[list[tuple[str, str]], int, str]] = {
    "targets.tsv": ([("id", ID), ("name", TEXT), ("region", ANY), ("kind", ANY),
                     ("salt", HEX32)], 1, "id region"),
    "strata.tsv": ([("id", ID), ("stratum", STRATUM), ("tickets", "[1-9][0-9]?")], 1,
                   "id stratum tickets"),
    "inspectors.tsv": ([("id", ID), ("name", ANY), ("unit", ANY), ("region", ANY),
                        ("tags", TAGS), ("max", "(?:%s)?" % NUMBER)], 1,
                       "id region tags max"),
    "conflicts.tsv": ([("id", ID), ("inspector", ID), ("reason", TEXT)], 2,
                      "id inspector"),
    "exclusions.tsv": ([("id", ID), ("reason", TEXT)], 1, "id reason"),
    "inspector-exclusions.tsv": ([("id", ID), ("reason", TEXT)], 1, "id reason"),
    "selected.tsv": ([("order", NUMBER), ("id", ID), ("stratum", STRATUM),
                      ("rank", NUMBER), ("ticket", HEX64)], 0,
                     "order id stratum rank ticket"),
    "reserves.tsv": ([("id", ID), ("stratum", STRATUM), ("rank", NUMBER),
                      ("ticket", HEX64)], 0, "id stratum rank ticket"),
    "drawn.tsv": ([("id", ID)], 1, "id"),
    "teams.tsv": ([("id", ID), ("post", NUMBER), ("inspector", ID)], 0,
                  "id post inspector"),
    "replacements.tsv": ([("seq", NUMBER), ("id", ID), ("substitute", "(?:%s)?" % ID),
                          ("reason", TEXT), ("evidence", TEXT)], 1,
                         "seq id substitute"),
    "substitutions.tsv": ([("seq", NUMBER), ("id", ID), ("post", NUMBER),
                           ("inspector", ID), ("substitute", ID), ("reason", TEXT)], 1,
                          "seq id post inspector substitute"),
}  # fmt: skip
FROZEN = list(TABLES)[:6]
DRAWN = list(TABLES)[6:10]
CHANGES = list(TABLES)[10:]
PLAIN = ["announcement.json", "randomness.json", "seed.txt", "result.json"]
LOGGED = ["log/%s.%s" % (act, part) for act in ("announce", "result", "abandon")
          for part in ("entry", "tlog-proof")]  # fmt: skip


class Table(NamedTuple):
    """A read table, by columns (a million rows stay affordable so)."""

    rows: int
    salt: str | None
    strata: Any  # the value of the #strata line
    columns: dict[str, list[str]]
    root: str

    def records(self) -> Iterator[tuple[str, ...]]:
        return zip(*self.columns.values())


def read_table(
    name: str, raw: bytes, salted: bool, strata_line: bool = False, sealed: bool = False
) -> Table:
    """Read a TSV file strictly: header, #salt and #strata where due, rows, order."""
    spec, sorted_by, wanted = TABLES[name]
    if name == "targets.tsv" and not sealed:
        spec = spec[:-1] + [("salt", "")]
    record = re.compile("\t".join("(%s)" % pattern for _, pattern in spec))
    places = {c: i for i, (c, _) in enumerate(spec) if c in wanted.split()}
    columns: dict[str, list[str]] = {c: [] for c in places}
    same: dict[str, str] = {}  # one copy of each region, stratum, reason …
    tree = Tree()
    expected = ["header"] + ["salt"] * salted + ["strata"] * strata_line
    salt, strata, last, rows = None, None, None, 0
    for number, bytes_of_line in enumerate(io.BytesIO(raw), 1):
        if not bytes_of_line.endswith(b"\n"):
            raise Refused("tsv-end", line=number)
        try:
            line = bytes_of_line[:-1].decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("tsv-utf8", line=number) from None
        if expected:
            due = expected.pop(0)
            if due == "header" and line != "\t".join(c for c, _ in spec):
                raise Refused("tsv-header", found=line[:80])
            if due == "salt":
                if not fits("#salt\t" + HEX32, line):
                    raise Refused("tsv-salt-missing", line=number)
                salt = line[6:]
            if due == "strata":
                if not line.startswith("#strata\t"):
                    raise Refused("tsv-strata-missing", line=number)
                strata = parse_json(bytes_of_line[8:])
            continue
        found = record.fullmatch(line)
        if found is None:
            raise wrong_record(spec, line, number)
        if sorted_by:
            key: Any = found.groups()[:sorted_by]
            if spec[0][0] == "seq":
                key = (int(found.group(1)),)
            if last is not None and key <= last:  # UTF-8 order is code point order
                raise Refused("tsv-order", line=number, value=found.group(1))
            last = key
        for column, place in places.items():
            value = found.group(place + 1)
            columns[column].append(value if place == 0 else same.setdefault(value, value))
        if name == "targets.tsv":
            tree.add(bytes_of_line[:-1])
        rows += 1
    if expected:
        raise Refused("tsv-short", line=expected[0])
    return Table(rows, salt, strata, columns, tree.root().hex())


def wrong_record(spec: list[tuple[str, str]], line: str, number: int) -> Refused:
    """Say which value of a line broke the grammar."""
    if line.startswith("#"):
        return Refused("tsv-hash-line", line=number)
    values = line.split("\t")
    if len(values) != len(spec):
        return Refused("tsv-columns", line=number, found=len(values), due=len(spec))
    for (column, pattern), value in zip(spec, values):
        if not fits(pattern, value):
            return Refused("tsv-value", line=number, column=column, value=value[:40])
    return Refused("tsv-value", line=number, column="", value=line[:40])


class Tree:
    """RFC 6962 Merkle tree hash, taking one leaf after the other."""

    def __init__(self) -> None:
        self.full: list[tuple[int, bytes]] = []  # (leaves, hash) of complete subtrees

    def add(self, leaf: bytes) -> None:
        size, node = 1, hashlib.sha256(b"\0" + leaf).digest()
        while self.full and self.full[-1][0] == size:
            node = hashlib.sha256(b"\1" + self.full.pop()[1] + node).digest()
            size *= 2
        self.full.append((size, node))

    def root(self) -> bytes:
        if not self.full:
            return hashlib.sha256(b"").digest()
        node = self.full[-1][1]
        for _, left in reversed(self.full[:-1]):
            node = hashlib.sha256(b"\1" + left + node).digest()
        return node


# ------------------------------------------------------------------ the folder

SMALL, LARGE = 16 << 20, 2 << 30  # bytes: JSON, seed and log files; tables


class Folder:
    """A draw folder on disk: regular files only, and those of log/."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.basename(os.path.realpath(path))
        self.sizes: dict[str, int] = {}
        self.odd: list[str] = []  # links, devices, folders where a file is due
        self._list(path, "")

    def _list(self, path: str, prefix: str) -> None:
        for name in sorted(os.listdir(path)):
            about = os.lstat(os.path.join(path, name))
            if stat.S_ISREG(about.st_mode):
                self.sizes[prefix + name] = about.st_size
            elif stat.S_ISDIR(about.st_mode) and prefix + name == "log":
                self._list(os.path.join(path, name), "log/")
            else:
                self.odd.append(prefix + name)

    def read(self, name: str) -> bytes:
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read(LARGE + 1)
        except OSError as error:
            raise Unchecked("unreadable", file=name, error=error.strerror) from None


class Zip(Folder):
    """The same in a zip: one top folder, or none (then the zip's own name counts)."""

    def __init__(self, path: str) -> None:
        self.sizes, self.odd = {}, []
        with open(path, "rb") as file:
            raw = io.BytesIO(file.read(LARGE))
        try:
            self.zip = zipfile.ZipFile(raw)
        except Exception:  # damaged archives raise many things; all are unparsable bytes
            raise Refused("zip-broken") from None
        entries = [e for e in self.zip.infolist() if not e.filename.endswith("/")]
        if len(entries) > 1000 or sum(e.file_size for e in entries) > 2 * LARGE:
            raise Refused("zip-large")
        tops = set()
        for entry in entries:
            parts = entry.filename.split("/")
            if "\\" in entry.filename or {"", ".", ".."} & set(parts):
                raise Refused("zip-path", path=entry.filename[:80])
            if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1:
                raise Refused("zip-link", path=entry.filename[:80])
            if entry.file_size > max(SMALL, 200 * entry.compress_size):
                raise Refused("zip-large")
            tops.add(parts[0] if len(parts) > 1 else "")
        top = tops.pop() if len(tops) == 1 and tops != {"log"} else ""
        self.name = top or os.path.splitext(os.path.basename(path))[0]
        self.inside = {e.filename[len(top) + 1 if top else 0 :]: e for e in entries}
        if len(self.inside) != len(entries):
            raise Refused("zip-twice")
        self.sizes = {name: e.file_size for name, e in self.inside.items()}

    def read(self, name: str) -> bytes:
        entry = self.inside[name]
        try:
            with self.zip.open(entry) as file:
                raw = file.read(entry.file_size + 1)
        except Exception:
            raise Refused("zip-broken", file=name) from None
        if len(raw) != entry.file_size:
            raise Refused("zip-broken", file=name)
        return raw


# ------------------------------------------------------------------ drawing (draw §3–5)


def seed_of(seed_txt: bytes) -> str:
    """The seed: the first 32 hex characters of `sha256sum seed.txt`."""
    return sha(seed_txt)[:32]


def key_of(seed: str, salt: str | None) -> str:
    """The key: the seed itself, or made with the salt of strata.tsv (draw §4)."""
    return seed if salt is None else sha(seed + "," + salt)[:32]


def lowest(key: str, ident: str, tickets: int) -> bytes:
    """A row's ticket (draw §5 step 1): the lowest of its tickets, as 32 bytes."""
    start = "%s,%s" % (key, ident)
    best = hashlib.sha256(start.encode()).digest()
    for j in range(2, tickets + 1):
        best = min(best, hashlib.sha256(("%s#%d" % (start, j)).encode()).digest())
    return best


def ticket(key: str, ident: str, tickets: int = 1) -> str:
    """A row's ticket in hex."""
    return lowest(key, ident, int(tickets)).hex()


def share(rows: int, ratio: Any, up: bool) -> int:
    """rows × p/q, rounded up or down, in integers."""
    if not is_ratio(ratio):
        raise Refused("ratio", value=str(ratio)[:40])
    p, q = map(int, ratio.split("/"))
    return (rows * p + (q - 1 if up else 0)) // q


def quotas(strata: list[dict[str, Any]], total: int | None) -> list[int]:
    """How many are drawn in each announced stratum (draw §3), never more than it has."""
    shape(({"name": STRATUM, "rows": int},), strata, "strata", [])
    sizes = [s["rows"] for s in strata]
    if len({s["name"] for s in strata}) != len(strata):
        raise Refused("strata-twice")
    if sum(sizes) == 0:
        raise Refused("empty-list")
    if any(("quota" in s) != (total is None) for s in strata):
        raise Refused("quota-or-total")
    if total is not None:  # largest remainder; ties: the stratum listed first
        if not is_positive(total):
            raise Refused("quota-bad", stratum="total")
        counts = [total * n // sum(sizes) for n in sizes]
        rest = [-(total * n % sum(sizes)) for n in sizes]
        for i in sorted(range(len(sizes)), key=lambda i: (rest[i], i)):
            counts[i] += sum(counts) < total
    else:
        counts = [quota(s["name"], s["rows"], s["quota"]) for s in strata]
    for s, count in zip(strata, counts):
        if s["rows"] > 0 and count == 0:
            raise Refused("quota-zero", stratum=s["name"])
    return [min(n, count) for n, count in zip(sizes, counts)]


def quota(name: str, rows: int, rule: Any) -> int:
    """One stratum's quota: a count, or a ratio with its rounding."""
    if not isinstance(rule, dict):
        raise Refused("quota-bad", stratum=name)
    if set(rule) - {"count", "ratio", "round"}:
        raise Unchecked("quota-unknown", stratum=name)
    if set(rule) == {"count"} and is_positive(rule["count"]):
        return int(rule["count"])
    if set(rule) == {"ratio", "round"} and rule["round"] in ("up", "down"):
        return share(rows, rule["ratio"], rule["round"] == "up")
    raise Refused("quota-bad", stratum=name)


Drawn = Tuple[int, str, str, int, str]  # order, id, stratum, rank, ticket
Reserve = Tuple[str, str, int, str]


def select(
    key: str, rows: Iterable[tuple[str, str, Any]], announced: dict[str, Any]
) -> tuple[list[Drawn], list[Reserve]]:
    """Draw the targets and the reserves (draw §5).

    Args:
        key: the draw's key.
        rows: (id, stratum, tickets) of strata.tsv.
        announced: its "strata", "total" and "reserves" are used.
    """
    strata = announced["strata"]
    pools: dict[str, list[tuple[bytes, str]]] = {s["name"]: [] for s in strata}
    for ident, stratum, tickets in rows:
        if stratum not in pools:
            raise Refused("stratum-unknown", stratum=stratum)
        pools[stratum].append((lowest(key, ident, int(tickets)), ident))
    first: list[tuple[str, str, int, str]] = []
    reserves: list[Reserve] = []
    for s, take in zip(strata, quotas(strata, announced.get("total"))):
        pool = sorted(pools.pop(s["name"]))
        if len(pool) != s["rows"]:
            raise Refused("stratum-rows", stratum=s["name"], found=len(pool), due=s["rows"])
        more = 0
        if announced.get("reserves") is not None:
            more = share(take, announced["reserves"]["ratio"], up=True)
        ranked = [(i, s["name"], n, t.hex()) for n, (t, i) in
                  enumerate(pool[: take + more], 1)]  # fmt: skip
        first += ranked[:take]
        reserves += ranked[take:]
    first.sort(key=lambda row: (sha("%s,%s#0" % (key, row[0])), row[0]))
    return [(n,) + row for n, row in enumerate(first, 1)], reserves


# ------------------------------------------------------------------ matching (draw §6)


def bits(mask: int) -> Iterator[int]:
    """The positions of the ones in a mask."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


class Seats:
    """Who holds which post: a flow that changes only along alternating chains.

    Posts and inspectors are numbers; sets of posts are the bits of an integer. A chain
    is a path in the residual network: an inspector takes a post, its holder takes
    another one in turn, or moves to another post of the same team, and so on. The
    search is exhaustive, so "no chain" means that no assignment exists.
    """

    def __init__(self, team: list[int], can: list[int]) -> None:
        self.team = team  # post → all posts of its target
        self.can = can  # inspector → the posts he is eligible for
        self.holder = [-1] * len(team)
        self.held = [0] * len(can)  # inspector → his posts
        self.busy = [0] * len(can)  # inspector → all posts of the teams he is in
        self.free = self.loose = (1 << len(team)) - 1  # nobody's; not settled for good

    def seat(self, changes: list[tuple[int, int]]) -> None:
        """Give posts to inspectors; (post, inspector) pairs that belong together."""
        for post, _ in changes:
            old = self.holder[post]
            if old >= 0:
                self.held[old] &= ~(1 << post)
                self.busy[old] &= ~self.team[post]
        for post, new in changes:
            self.holder[post] = new
            self.held[new] |= 1 << post
            self.busy[new] |= self.team[post]
            self.free &= ~(1 << post)

    def search(
        self, inspector: int = -1, post: int = -1
    ) -> tuple[int, dict[int, int], dict[int, int]]:
        """Follow all chains that begin with an inspector or a post to hand over.

        Returns:
            A free post that was reached (else -1); for each post reached, who takes
            it: an inspector, or ~p for the holder of post p, who moves over; for each
            inspector reached, the post that he gives up before.
        """
        takes: dict[int, int] = {}
        gives: dict[int, int] = {}
        unseen, queue = self.loose, deque([inspector] if post < 0 else [])
        if post < 0:
            gives[inspector] = -1
            reached = []
        else:
            unseen &= ~(1 << post)
            reached = [post]
        while True:
            while reached:
                y = reached.pop()
                h = self.holder[y]
                if h < 0:
                    return y, takes, gives
                if h not in gives:
                    gives[h] = y
                    queue.append(h)
                moves = self.can[h] & self.team[y] & unseen
                unseen &= ~moves
                for z in bits(moves):
                    takes[z] = ~y
                    reached.append(z)
            if not queue:
                return -1, takes, gives
            a = queue.popleft()
            options = self.can[a] & ~self.busy[a] & unseen
            if options & self.free:
                options &= self.free
                options &= -options  # any free post will do
            unseen &= ~options
            for y in bits(options):
                takes[y] = a
                reached.append(y)

    def chain(
        self, post: int, end: int, takes: dict[int, int], gives: dict[int, int]
    ) -> list[tuple[int, int]]:
        """Walk back from a post to where the search began (post `end`, -1: a person)."""
        changes = []
        while post != end:
            taker = takes[post]
            if taker < 0:
                changes.append((post, self.holder[~taker]))
                post = ~taker
            else:
                changes.append((post, taker))
                post = gives[taker]
        return changes

    def one_more(self, inspector: int) -> bool:
        """Give an inspector one more post, if all posts handed out can be held."""
        post, takes, gives = self.search(inspector=inspector)
        if post >= 0:
            self.seat(self.chain(post, -1, takes, gives))
        return post >= 0

    def settle(self, post: int, candidates: Iterable[int]) -> int:
        """Give a post for good to the first with whom all others can be filled."""
        now, known = self.holder[post], None
        for i in candidates:
            if i == now:
                break
            movable = self.held[i] & self.loose
            if self.busy[i] >> post & 1:  # in this team: only by leaving his post there
                movable &= self.team[post]
            if not movable:
                continue
            swap = movable & self.can[now] & (~self.busy[now] | self.team[post])
            if swap:
                other = (swap & -swap).bit_length() - 1
                self.seat([(post, i), (other, now)])
                break
            known = known or self.search(post=post)
            _, takes, gives = known
            if self.busy[i] >> post & 1:
                given = movable.bit_length() - 1
                given = given if given in takes else -1
            else:
                given = gives.get(i, -1)
            if given >= 0:
                self.seat([(post, i)] + self.chain(given, post, takes, gives))
                break
        self.loose &= ~(1 << post)
        return self.holder[post]


def match(
    key: str, targets: list[str], posts: list[list[str]],
    inspectors: list[dict[str, Any]], regions: dict[str, str], area: str,
    conflicts: set[tuple[str, str]],
) -> list[tuple[str, int, str]] | None:  # fmt: skip
    """Fill every post of every drawn target (draw §6).

    Args:
        key: the draw's key.
        targets: ids by `order`.
        posts: for each post of a team, the tags it needs.
        inspectors: {"id", "tags", "region", "max" (None: no limit)} each.
        regions: target → region; needed for the areas same and cross.
        area: any, same or cross.
        conflicts: (target, inspector) pairs.

    Returns:
        (target, post, inspector) by order, then post; None when nobody can fill all.
    """
    if area not in ("any", "same", "cross"):
        raise Unchecked("area-unknown", value=area)
    size, count = len(targets), len(targets) * len(posts)
    all_targets = (1 << size) - 1
    there: dict[str, int] = {}  # region → its targets
    for t, ident in enumerate(targets):
        there[regions.get(ident, "")] = there.get(regions.get(ident, ""), 0) | 1 << t
    recused: dict[str, int] = {}  # inspector → targets he may not see
    where = {ident: t for t, ident in enumerate(targets)}
    for ident, inspector in conflicts:
        if ident in where:
            recused[inspector] = recused.get(inspector, 0) | 1 << where[ident]
    can = []
    for i in inspectors:
        open_to = all_targets if area == "any" else there.get(i["region"], 0)
        if area == "cross":
            open_to = all_targets & ~open_to
        open_to &= ~recused.get(i["id"], 0)
        can.append(sum(open_to << p * size for p, need in enumerate(posts)
                       if set(need) <= set(i["tags"])))  # fmt: skip
    one_team = sum(1 << p * size for p in range(len(posts)))
    seats = Seats([one_team << post % size for post in range(count)], can)

    # First, how many: one post at a time to whoever has the fewest.
    limits = [count if i["max"] is None else i["max"] for i in inspectors]
    heap = [(0, sha("%s,/%s" % (key, i["id"])), i["id"], n)
            for n, i in enumerate(inspectors) if limits[n] > 0]  # fmt: skip
    heapq.heapify(heap)
    for _ in range(count):
        while heap and not seats.one_more(heap[0][3]):
            heapq.heappop(heap)  # gets no more in this draw
        if not heap:
            return None
        has, own, ident, n = heapq.heappop(heap)
        if has + 1 < limits[n]:
            heapq.heappush(heap, (has + 1, own, ident, n))

    # Then, who goes where: post after post, the lowest ticket that still works.
    ids = [i["id"] for i in inspectors]
    ranked = []  # target → inspectors, lowest ticket first
    for t, target in enumerate(targets):
        able = sorted((sha("%s,%s/%s" % (key, target, ids[n])), ids[n], n)
                      for n in range(len(ids)) if can[n] >> t & one_team)  # fmt: skip
        ranked.append(array("I", (n for _, _, n in able)))
    filled = []
    for post in range(count):
        p, t = divmod(post, size)
        chosen = seats.settle(post, (n for n in ranked[t] if can[n] >> post & 1))
        filled.append((t, p + 1, ids[chosen]))
    return [(targets[t], p, i) for t, p, i in sorted(filled)]


def staffable(needs: list[list[str]], eligible: list[set[str]]) -> bool:
    """Whether one target, taken alone, can have a full team (tags of those allowed)."""
    whole = (1 << len(needs)) - 1
    can = [sum(1 << p for p, need in enumerate(needs) if set(need) <= tags)
           for tags in eligible]  # fmt: skip
    seats = Seats([whole] * len(needs), can)
    return any(seats.one_more(n) and not seats.free for n in range(len(can)))


# ------------------------------------------------------------------ signatures (the log)

P25519 = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P25519 - 2, P25519) % P25519
Point = Tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def point_add(a: Point, b: Point) -> Point:
    """RFC 8032 §5.1.4."""
    p = P25519
    e, f = (a[1] - a[0]) * (b[1] - b[0]) % p, (a[1] + a[0]) * (b[1] + b[0]) % p
    g, h = 2 * a[3] * b[3] * D % p, 2 * a[2] * b[2] % p
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % p, g * h % p, f * g % p, e * h % p


def point_times(n: int, a: Point) -> Point:
    total: Point = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = point_add(total, a)
        a, n = point_add(a, a), n >> 1
    return total


def point_bytes(a: Point) -> bytes:
    z = pow(a[2], P25519 - 2, P25519)
    x, y = a[0] * z % P25519, a[1] * z % P25519
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_from(raw: bytes) -> Point | None:
    """RFC 8032 §5.1.3, and nothing but the canonical encoding."""
    p = P25519
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    if y >= p:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, p - 2, p) % p
    x = pow(square, (p + 3) // 8, p)
    if x * x % p != square:
        x = x * pow(2, (p - 1) // 4, p) % p
    if x * x % p != square or (x == 0 and sign):
        return None
    x = p - x if x & 1 != sign else x
    return x, y, 1, x * y % p


BASE_Y = 4 * pow(5, P25519 - 2, P25519) % P25519
BASE = point_from(BASE_Y.to_bytes(32, "little"))


def ed25519_valid(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032 §5.1.7: [S]B = R + [k]A, S < L, canonical points, A not of small order."""
    if len(public) != 32 or len(signature) != 64:
        return False
    a, s = point_from(public), int.from_bytes(signature[32:], "little")
    if a is None or BASE is None or s >= ORDER:
        return False
    if point_bytes(point_times(8, a)) == point_bytes((0, 1, 1, 0)):
        return False
    k = hashlib.sha512(signature[:32] + public + message).digest()
    minus_a = (P25519 - a[0], a[1], 1, P25519 - a[3])
    r = point_times(int.from_bytes(k, "little") % ORDER, minus_a)
    return point_bytes(point_add(point_times(s, BASE), r)) == signature[:32]


def from_base64(text: str) -> bytes:
    """Standard base64, and only its one canonical spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        raise Refused("note-base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Refused("note-base64")
    return raw


class Key(NamedTuple):
    """A C2SP verifier key; kind 1 signs notes, kind 4 cosigns checkpoints."""

    name: str
    kind: int
    public: bytes

    def id(self) -> bytes:
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(data).digest()[:4]

    def message(self, text: bytes, signature: bytes) -> tuple[bytes, bytes, int]:
        """What was signed, the signature proper, and the time it states (0: none)."""
        if self.kind == 1:
            return text, signature, 0
        time = int.from_bytes(signature[:8], "big")
        return b"cosignature/v1\ntime %d\n" % time + text, signature[8:], time

    def valid(self, text: bytes, signature: bytes) -> bool:
        message, proper, time = self.message(text, signature)
        return time < 2**63 and ed25519_valid(self.public, message, proper)


def key_name_ok(name: str) -> bool:
    return name != "" and not any(c.isspace() or c == "+" for c in name)


def parse_vkey(text: Any) -> Key:
    """Read `name+id+base64(kind ‖ key)`; unknown kinds raise Unchecked."""
    parts = text.split("+", 2) if isinstance(text, str) else []
    if len(parts) != 3 or not key_name_ok(parts[0]) or not fits("[0-9a-f]{8}", parts[1]):
        raise Refused("vkey", value=str(text)[:80])
    raw = from_base64(parts[2])
    if raw[:1] not in (b"\1", b"\4"):
        raise Unchecked("vkey-kind", value=text[:80])
    key = Key(parts[0], raw[0], raw[1:])
    if len(key.public) != 32 or key.id().hex() != parts[1]:
        raise Refused("vkey", value=text[:80])
    return key


class Note(NamedTuple):
    """A C2SP signed note: text, and (name, key id, signature) lines."""

    text: bytes
    signatures: list[tuple[str, bytes, bytes]]


def parse_note(raw: bytes) -> Note:
    cut = raw.rfind(b"\n\n")
    if cut < 0 or len(raw) > 65535 or not raw.endswith(b"\n"):
        raise Refused("note")
    if any(byte < 0x20 and byte != 0x0A for byte in raw):
        raise Refused("note")
    signatures = []
    try:
        raw.decode("utf-8")
        for line in raw[cut + 2 : -1].decode("utf-8").split("\n"):
            dash, name, coded = line.split(" ")
            blob = from_base64(coded)
            if dash != "\u2014" or not key_name_ok(name) or len(blob) < 5:
                raise Refused("note")
            signatures.append((name, blob[:4], blob[4:]))
    except ValueError:
        raise Refused("note") from None
    if len(signatures) > 64:
        raise Refused("note")
    return Note(raw[: cut + 1], signatures)


def check_note(note: Note, keys: list[Key]) -> tuple[list[tuple[Key, int]], list[str]]:
    """Check every signature line by a known key.

    Returns:
        The (key, stated time) pairs that are valid; the names nobody here knows.

    Raises:
        Refused: a known key's signature is not valid, or a valid one had its name or
            key id altered (without which the line would pass for an unknown key's).
    """
    valid, strange = [], []
    for name, ident, signature in note.signatures:
        exact = [k for k in keys if k.name == name and k.id() == ident]
        near = [k for k in keys if (k.name == name) != (k.id() == ident)]
        passed = [k for k in exact if k.valid(note.text, signature)]
        if exact and not passed:
            raise Refused("signature", name=name)
        # One changed letter of base64 may spoil the last byte of the id and the signature.
        cut = [k for k in keys if k.name == name and k.id()[:3] == ident[:3]]
        if not exact and (cut or any(k.valid(note.text, signature) for k in near)):
            raise Refused("signature", name=name)
        if not exact:
            strange.append(name)
        valid += [(k, k.message(note.text, signature)[2]) for k in passed]
    return valid, strange


class Proof(NamedTuple):
    """A C2SP tlog-proof@v1 with its checkpoint taken apart."""

    index: int
    hashes: list[bytes]
    origin: str
    size: int
    root: bytes
    note: Note
    extra: bool  # lines that this version does not know


def parse_proof(raw: bytes) -> Proof:
    head, gap, rest = raw.partition(b"\n\n")
    note = parse_note(rest)
    try:
        lines = head.decode("ascii").split("\n")
        origin, size, root, *more = note.text[:-1].decode("utf-8").split("\n")
    except ValueError:
        raise Refused("proof") from None
    extra = len(lines) > 1 and lines[1].startswith("extra ")
    if extra:
        from_base64(lines.pop(1)[6:])
    good = len(lines) > 1 and lines[0] == "c2sp.org/tlog-proof@v1"
    if not good or not fits("index (%s)" % NUMBER, lines[1]) or not fits(NUMBER, size):
        raise Refused("proof")
    hashes = [from_base64(line) for line in lines[2:]]
    root_hash = from_base64(root)
    if any(len(h) != 32 for h in hashes + [root_hash]) or "" in more or not origin:
        raise Refused("proof")
    return Proof(int(lines[1][6:]), hashes, origin, int(size), root_hash, note,
                 extra or bool(more))  # fmt: skip


def root_by_proof(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 §2.1.3.2)."""
    if index >= size:
        raise Refused("proof-inclusion")
    fn, sn, node = index, size - 1, leaf
    for sibling in hashes:
        if sn == 0:
            raise Refused("proof-inclusion")
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        fn, sn = fn >> 1, sn >> 1
    if sn:
        raise Refused("proof-inclusion")
    return node


class Trust(NamedTuple):
    """Whom the reader trusts: log keys, witnesses, and which of them suffice."""

    logs: list[Key]
    witnesses: list[Key]
    enough: Callable[[set[bytes]], bool]  # public keys that cosigned


def read_genesis(raw: bytes) -> Trust:
    """Trust from a kept genesis entry: its log key, and its supervisors as witnesses."""
    note = parse_note(raw)
    entry = parse_json(note.text)
    shape(ENTRY, entry, "genesis", [])
    shape(GENESIS, entry["body"], "genesis.body", [])
    body = entry["body"]
    log = parse_vkey(body["key"])
    officers = [parse_vkey(k) for k in body["officers"]]
    supervisors = [parse_vkey(k) for k in body["supervisors"]]
    if entry["act"] != "log.genesis" or entry["seq"] or entry["log"] != log.name:
        raise Refused("genesis")
    if not check_note(note, [log] + officers + supervisors)[0]:
        raise Refused("genesis")
    witnesses = [Key(k.name, 4, k.public) for k in supervisors]
    known = {k.public for k in witnesses}
    return Trust([log], witnesses, lambda who: len(who & known) >= body["quorum"])


def read_policy(raw: bytes) -> Trust:
    """Trust from a C2SP tlog-policy file."""
    logs, witnesses, used = [], [], set()
    rules: dict[bytes, Callable[[set[bytes]], bool]] = {b"none": lambda who: True}
    enough = None

    def key(text: bytes, kind: int, seen: list[Key]) -> None:
        try:
            found = parse_vkey(text.decode("utf-8"))
        except Unchecked:
            return  # of a kind that this file cannot check: it never counts
        if found.kind != kind or found.public in [k.public for k in seen]:
            raise Refused("policy", line=text.decode("utf-8", "replace"))
        seen.append(found)

    for line in raw.split(b"\n"):
        words = [w for w in re.split(rb"[ \t]+", line) if w]
        if not words or words[0].startswith(b"#"):
            continue
        wrong = Refused("policy", line=line[:80].decode("utf-8", "replace"))
        try:
            if words[0] == b"log" and len(words) in (2, 3):
                key(words[1], 1, logs)
            elif words[0] == b"witness" and len(words) in (3, 4) and words[1] not in rules:
                before = len(witnesses)
                key(words[2], 4, witnesses)
                one = {k.public for k in witnesses[before:]}
                rules[words[1]] = lambda who, one=one: bool(who & one)
            elif words[0] == b"group" and len(words) > 3 and words[1] not in rules:
                parts = words[3:]
                named = {b"any": 1, b"all": len(parts)}.get(words[2])
                k = int(words[2].decode("ascii")) if named is None else named
                if set(parts) & used or len(set(parts)) < len(parts) or b"none" in parts:
                    raise wrong
                used |= set(parts)
                if not 1 <= k <= len(parts):
                    raise wrong
                of = [rules[part] for part in parts]
                rules[words[1]] = lambda who, k=k, of=of: sum(r(who) for r in of) >= k
            elif words[0] == b"quorum" and len(words) == 2 and enough is None:
                enough = rules[words[1]]
            else:
                raise wrong
        except (KeyError, ValueError):
            raise wrong from None
    if enough is None:
        raise Refused("policy", line="quorum")
    return Trust(logs, witnesses, enough)


# ------------------------------------------------------------------ forms of the JSON files

DIGEST = {"rows": int, "bytes": int, "sha256": HEX64}
ANNOUNCEMENT = {
    "protocol": TEXT, "draw": DRAW, "office": is_text, "title": is_text,
    "announced": is_time, "due": is_time,
    "task": {"id": is_text, "plan": is_string, "type": is_text, "scope": is_string,
             "from": is_date, "to": is_date, "rules": HEX64},
    "items": ({"code": is_text, "version": int, "name": is_text, "basis": is_text},),
    "registry": {"seq": int, "targets": HEX64, "inspectors": HEX64},
    "files": dict({name: DIGEST for name in FROZEN},
                  **{"targets.tsv": dict(DIGEST, **{"root?": HEX64})}),
    "visibility": {name: is_text for name in FROZEN},
    "excluded": [{"list": is_text, "reason": is_text, "count": int}],
    "strata?": ({"name": STRATUM, "rows": int, "quota?": lambda q: True},),
    "total?": is_positive, "strata_private?": True, "reserves?": {"ratio": is_ratio},
    "posts": ({"count": is_positive, "need": [ID]},), "area": is_text,
    "randomness": (lambda s: isinstance(s, dict) and is_text(s.get("kind")),),
    "software": is_text, "release?": is_date, "off_site?": is_text,
    "supersedes?": {"draw": DRAW, "reason": is_text},
}  # fmt: skip
PRIVATE = {"strata": ANNOUNCEMENT["strata?"], "total": is_positive}
RESULT = {
    "protocol": TEXT, "draw": DRAW, "commitment": HEX64, "seed_file": HEX64,
    "randomness_file": HEX64, "files": lambda f: isinstance(f, dict),
    "visibility": lambda v: isinstance(v, dict), "drawn": is_positive,
    "matched": lambda m: m is True or m is False, "software": is_text,
}  # fmt: skip
SOURCES: dict[str, dict[str, Any]] = {
    "drand": {"kind": TEXT, "chain": HEX64, "round": is_positive},
    "nist": {"kind": TEXT, "chain": int, "pulse": int},
    "lottery": {"kind": TEXT, "game": "[0-9A-Za-z]{1,16}",
                "issue": lambda i: is_positive(i) or fits("[0-9A-Za-z-]{1,16}", i)},
    "sealed": {"kind": TEXT, "party": ID, "commitment": HEX64},
    "dice": {"kind": TEXT, "count": lambda n: type(n) is int and n >= 20},
    "local": {"kind": TEXT},
}
OUTSIDE = {"drand", "nist", "lottery"}
# Game: (how many, highest) of each of its two groups of numbers.
GAMES = {"ssq": ((6, 33), (1, 16)), "dlt": ((5, 35), (2, 12))}
# drand chain: first round's time, seconds a round, bytes of a signature, chained or not.
CHAINS = {
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce":
        (1595431050, 30, 96, True),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971":
        (1692803367, 3, 48, False),
}  # fmt: skip
ENTRY = {
    "log": is_text, "seq": int, "prev": HEX64, "time": is_time, "act": is_text,
    "by": is_text, "op": is_text, "body": lambda b: isinstance(b, dict),
    "approvals?": [is_text],
}  # fmt: skip
GENESIS = {"id": HEX32, "office": is_text, "key": is_text, "officers": [is_text],
           "supervisors": [is_text], "quorum": int}  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "announce": {"draw": DRAW, "commitment": HEX64, "task": is_text, "keys": (is_text,),
                 "registry": ANNOUNCEMENT["registry"]},
    "result": {"draw": DRAW, "commitment": HEX64, "result": HEX64, "keys": (is_text,)},
    "abandon": {"draw": DRAW, "commitment": HEX64, "reason": is_text,
                "keys": (is_text,)},
}  # fmt: skip
PAIRS_LIMIT = 60_000_000  # posts × inspectors that this plain program will take on


class Entry(NamedTuple):
    """A log entry of this draw that parsed and whose signatures held."""

    raw: bytes
    value: dict[str, Any]
    keys: list[Key]
    approved: dict[bytes, str]  # public key → name, of valid approvals


# ------------------------------------------------------------------ the check (draw §7)


class Check:
    """One draw, step by step. `run` is the table of contents."""

    def __init__(self, folder: Folder, trust: Trust | None) -> None:
        self.folder, self.trust = folder, trust
        self.steps: list[dict[str, Any]] = []
        self.notice: dict[str, Any] = {}  # the announcement, once it parses
        self.result: dict[str, Any] = {}
        self.commitment = self.seed = self.key = self.called = ""
        self.tables: dict[str, Table] = {}
        self.why: dict[str, Unchecked] = {}  # file → why it cannot be used
        self.values: list[str] = []  # of seed.txt, one a source
        self.times: list[int | None] = []  # when each outside source came into being
        self.rules: dict[str, Any] = {}  # strata, total, reserves; private ones too
        self.selected: list[Drawn] | None = None
        self.reserves: list[Reserve] = []
        self.teams: list[tuple[str, int, str]] | None = None
        self.entries: dict[str, Entry] = {}
        self.proofs: dict[str, tuple[Proof, list[tuple[Key, int]]]] = {}

    def run(self) -> None:
        self.list_folder()
        self.step("announcement", "announcement.json", self.read_announcement)
        self.step("commitment", "announcement.json", self.compare_commitment)
        if self.notice:
            self.step("rules", "announcement.json", self.check_rules)
            self.read_result()
            for name in FROZEN + DRAWN + CHANGES:
                self.read_file(name)
            self.step("lists", "targets.tsv", self.check_lists)
            self.step("exclusions", "exclusions.tsv", self.check_exclusions)
            self.step("strata", "strata.tsv", self.check_strata)
            self.step("staffing", "conflicts.tsv", self.check_staffing)
            self.step("scope", "targets.tsv", self.say_scope)
            if self.result or self.folder.sizes.keys() & {"result.json", "seed.txt", *DRAWN}:
                self.read_seed()
                self.step("key", "strata.tsv", self.find_key)
                self.step("selection", "selected.tsv", self.check_selection)
                if self.notice.get("reserves"):
                    self.step("reserves", "reserves.tsv", self.check_reserves)
                self.step("drawn", "drawn.tsv", self.check_drawn)
                self.step("teams", "teams.tsv", self.check_teams)
                self.check_changes()
            self.check_log()
            self.step("class", "", self.find_class)

    # -- keeping the report

    def add(self, verdict: str, name: str, file: str, code: str, params: Any) -> None:
        self.steps.append({"number": len(self.steps) + 1, "name": name, "file": file,
                           "verdict": verdict, "code": code, "params": params})  # fmt: skip

    def step(self, name: str, file: str, work: Callable[..., Said], *args: Any) -> bool:
        """Do one step and note how it ended; True when nothing stood against it."""
        try:
            verdict, code, params = work(*args)
        except Refused as f:
            verdict, code, params, file = "differs", f.code, f.params, f.file or file
        except Unchecked as f:
            verdict, code, params, file = "unchecked", f.code, f.params, f.file or file
        except Exception as error:  # a fault of this program: said, never guessed away
            verdict, code = "unchecked", "internal"
            params = {"error": "%s: %s" % (type(error).__name__, str(error)[:80])}
        self.add(verdict, name, file, code, params)
        return verdict in ("agrees", "people")

    def strange(self, name: str, file: str, fields: list[str]) -> None:
        """Fields that this version does not know are never agrees (draw §1)."""
        if fields:
            self.add("unchecked", name, file, "field-unknown",
                     {"fields": ", ".join(fields[:10])})  # fmt: skip

    # -- reading

    def bytes_of(self, name: str, limit: int = SMALL, public: bool = True) -> bytes:
        if name not in self.folder.sizes:
            raise Unchecked("absent" if public else "withheld", file=name)
        if self.folder.sizes[name] > limit:
            raise Unchecked("too-large", file=name, bytes=self.folder.sizes[name])
        return self.folder.read(name)

    def list_folder(self) -> None:
        """Only the files of draw §2 count; anything else is not checked."""
        known = set(TABLES) | set(PLAIN) | set(LOGGED)
        for name in self.folder.odd:
            if name in known or name == "log":
                self.add("differs", "folder", name, "not-a-file", {})
        others = [n for n in self.folder.odd if n not in known and n != "log"]
        others += [n for n in self.folder.sizes if n not in known]
        if others:
            self.add("unchecked", "folder", "", "unlisted",
                     {"files": ", ".join(sorted(others)[:20])})  # fmt: skip

    def read_announcement(self) -> Said:
        """Draw §3: every field required, none unknown, in a folder of the draw's name."""
        raw = self.bytes_of("announcement.json")
        self.commitment = sha(raw)
        notice = parse_json(raw)
        if isinstance(notice, dict) and notice.get("protocol") != "dualrandom/1":
            if fits("dualrandom/[1-9][0-9]{0,3}", notice.get("protocol")):
                raise Unchecked("version", value=notice["protocol"])
            raise Refused("field-bad", field="announcement.protocol")
        strange: list[str] = []
        shape(ANNOUNCEMENT, notice, "announcement", strange)
        for number, source in enumerate(notice["randomness"]):
            form = SOURCES.get(source["kind"])
            if form is None:
                strange.append("randomness[%d].kind=%s" % (number, source["kind"]))
            else:
                shape(form, source, "announcement.randomness[%d]" % number, strange)
        for number, entry in enumerate(notice["excluded"]):
            if entry["list"] not in ("targets", "inspectors"):
                strange.append("excluded[%d].list=%s" % (number, entry["list"]))
        self.strange("announcement", "announcement.json", strange)
        self.notice = notice
        if "strata" in notice and "strata_private" not in notice:
            self.set_rules(notice["strata"], notice.get("total"))
        if notice["draw"] != self.folder.name:
            raise Refused("folder-name", folder=self.folder.name, draw=notice["draw"])
        return agrees("announcement", draw=notice["draw"], title=notice["title"])

    def compare_commitment(self) -> Said:
        """Everything made later names the announcement by its digest."""
        if not self.commitment:
            raise Unchecked("absent")
        said = {}
        if "seed.txt" in self.folder.sizes:
            lines = self.bytes_of("seed.txt").split(b"\n")
            said["seed.txt"] = lines[1].decode("latin-1") if len(lines) > 1 else ""
        if "result.json" in self.folder.sizes:
            found = re.search(rb'"commitment":"([0-9a-f]{64})"', self.bytes_of("result.json"))
            said["result.json"] = found.group(1).decode() if found else ""
        for name, value in said.items():
            if value != self.commitment:
                raise Refused("commitment-differs", file="announcement.json, " + name,
                              digest=self.commitment, said=value[:80])  # fmt: skip
        if not said:
            return people("commitment-alone", digest=self.commitment)
        return agrees("commitment", digest=self.commitment)

    def legal_visibility(self) -> dict[str, str]:
        """Who may see what, by draw §2 and §4."""
        sealed, private = "release" in self.notice, "strata_private" in self.notice
        names = "sealed" if sealed else "public"
        strata = "supervisors" if private else names
        legal = dict.fromkeys(TABLES, "supervisors")
        legal.update({"targets.tsv": names, "drawn.tsv": names, "strata.tsv": strata,
                      "selected.tsv": strata, "reserves.tsv": strata})  # fmt: skip
        return legal

    def check_rules(self) -> Said:
        """The rules of draw §3 that the announcement alone can break."""
        n = self.notice
        files, legal = n["files"], self.legal_visibility()
        for name in FROZEN:
            if n["visibility"][name] != legal[name]:
                raise Refused("visibility", name=name, due=legal[name],
                              found=n["visibility"][name])  # fmt: skip
        if "release" in n and "root" not in files["targets.tsv"]:
            raise Refused("field-missing", field="files.targets.tsv.root")
        if files["targets.tsv"]["rows"] == 0:
            raise Refused("empty-list")
        if files["targets.tsv"]["rows"] != files["strata.tsv"]["rows"]:
            raise Refused("rows-differ", a="targets.tsv", b="strata.tsv")
        if sum(post["count"] for post in n["posts"]) < 2 and "off_site" not in n:
            raise Refused("posts-few")
        kinds = [source["kind"] for source in n["randomness"]]
        if "local" in kinds and len(kinds) > 1:
            raise Refused("local-alone")
        counts = Counter((e["list"], e["reason"]) for e in n["excluded"])
        if any(times > 1 for times in counts.values()):
            raise Refused("excluded-twice")
        for kind, name in (("targets", "exclusions.tsv"),
                           ("inspectors", "inspector-exclusions.tsv")):  # fmt: skip
            said = sum(e["count"] for e in n["excluded"] if e["list"] == kind)
            if said != files[name]["rows"]:
                raise Refused("excluded-sum", name=name, said=said,
                              rows=files[name]["rows"])  # fmt: skip
        if "strata_private" in n:
            if "strata" in n or "total" in n:
                raise Refused("strata-private")
            return agrees("rules-private")
        if "strata" not in n:
            raise Refused("field-missing", field="announcement.strata")
        return self.plan()

    def set_rules(self, strata: Any, total: Any) -> None:
        reserves = self.notice.get("reserves")
        self.rules = {"strata": strata, "total": total, "reserves": reserves}

    def plan(self) -> Said:
        """The quotas that follow from the announced strata."""
        strata, total = self.rules["strata"], self.rules["total"]
        found = sum(s["rows"] for s in strata)
        if found != self.notice["files"]["strata.tsv"]["rows"]:
            raise Refused("strata-sum", found=found,
                          rows=self.notice["files"]["strata.tsv"]["rows"])  # fmt: skip
        try:
            places = quotas(strata, total)
        except Unchecked:
            self.rules = {}
            raise
        text = ", ".join("%s %d/%d" % (s["name"], k, s["rows"])
                         for s, k in zip(strata[:20], places))  # fmt: skip
        cut = (total or 0) > sum(places) or any(
            s.get("quota", {}).get("count", 0) > s["rows"] for s in strata)  # fmt: skip
        return agrees("quotas-cut" if cut else "quotas", quotas=text, drawn=sum(places))

    def read_result(self) -> None:
        """result.json, and by it seed.txt and randomness.json."""
        self.step("result", "result.json", self.check_result)
        if self.result:
            for name, field in (("seed.txt", "seed_file"),
                                ("randomness.json", "randomness_file")):  # fmt: skip
                self.step("file", name, self.same_digest, name, self.result[field])

    def check_result(self) -> Said:
        """Draw §2: the drawn files that are due, no others, as many rows as must be."""
        if "log/abandon.entry" in self.folder.sizes:
            if "result.json" in self.folder.sizes:
                raise Refused("two-ends", file="result.json, log/abandon.entry")
            return people("abandoned")
        if "result.json" not in self.folder.sizes:
            raise Unchecked("no-result")
        result = parse_json(self.bytes_of("result.json"))
        strange: list[str] = []
        shape(RESULT, result, "result", strange)
        n, files = self.notice, result["files"]
        due = ["selected.tsv", "drawn.tsv"] + ["reserves.tsv"] * ("reserves" in n)
        due += ["teams.tsv"] * result["matched"]
        for name in due:
            shape({name: DIGEST}, files, "result.files", [])
            shape(DIGEST, files[name], "result.files." + name, strange)
        shape(dict.fromkeys(due, is_text), result["visibility"], "result.visibility", strange)
        strange += ["result.files." + name for name in files if name not in due]
        self.strange("result", "result.json", strange)
        for name in due:
            if result["visibility"][name] != self.legal_visibility()[name]:
                raise Refused("visibility", name=name, found=result["visibility"][name],
                              due=self.legal_visibility()[name])  # fmt: skip
        for field, value in (("protocol", n["protocol"]), ("draw", n["draw"]),
                             ("commitment", self.commitment)):  # fmt: skip
            if result[field] != value:
                raise Refused("result-field", field=field, found=result[field], due=value)
        seats = result["drawn"] * sum(post["count"] for post in n["posts"])
        for name, rows in (("selected.tsv", result["drawn"]),
                           ("drawn.tsv", result["drawn"]), ("teams.tsv", seats)):  # fmt: skip
            if name in due and files[name]["rows"] != rows:
                raise Refused("result-field", field="files.%s.rows" % name,
                              found=files[name]["rows"], due=rows)  # fmt: skip
        self.result = result
        if self.rules:
            total = sum(quotas(self.rules["strata"], self.rules["total"]))
            if total != result["drawn"]:
                raise Refused("result-field", field="drawn", found=result["drawn"], due=total)
        return agrees("result", drawn=result["drawn"])

    def same_digest(self, name: str, due: str) -> Said:
        try:
            found = sha(self.bytes_of(name))
            if found != due:
                raise Refused("digest", found=found, due=due)
        except Finding:
            self.why[name] = Unchecked("needs", name=name)
            raise
        return agrees("digest-ok", digest=due)

    def read_file(self, name: str) -> None:
        """Digest, size, rows and grammar of one table, where it is due or is there."""
        legal = self.legal_visibility()[name]
        here = name in self.folder.sizes
        about = self.notice["files"].get(name)
        if name in DRAWN:
            due = {"reserves.tsv": "reserves" in self.notice,
                   "teams.tsv": self.result.get("matched") is not False}  # fmt: skip
            if not due.get(name, True):
                self.why[name] = Unchecked("needs", name=name)
                if here:
                    self.add("differs", "file", name, "not-due", {})
                return
            about = self.result.get("files", {}).get(name)
            if not self.result and not here:
                self.why[name] = Unchecked("needs", name="result.json")
                return
        if name in CHANGES and not here:
            return
        if not self.step("file", name, self.read_and_parse, name, legal, about):
            end = self.steps[-1]
            code = end["code"] if end["code"] in ("withheld", "absent") else "needs"
            self.why[name] = Unchecked(code, file=name, name=name)
        elif about is None:
            self.add("unchecked", "file", name,
                     "change-log" if name in CHANGES else "digest-unknown", {})  # fmt: skip

    def read_and_parse(self, name: str, legal: str, about: Any) -> Said:
        raw = self.bytes_of(name, LARGE, legal == "public")
        digest = sha(raw)
        if about is not None:
            if digest != about["sha256"]:
                raise Refused("digest", found=digest, due=about["sha256"])
            if len(raw) != about["bytes"]:
                raise Refused("count", field="bytes", found=len(raw), due=about["bytes"])
        private = name == "strata.tsv" and "strata_private" in self.notice
        sealed = "release" in self.notice
        table = read_table(name, raw, legal != "public", private, sealed)
        if about is not None:
            if table.rows != about["rows"]:
                raise Refused("count", field="rows", found=table.rows, due=about["rows"])
            if table.root != about.get("root", table.root):
                raise Refused("root", found=table.root, due=about["root"])
        if name in DRAWN and table.salt is not None:
            frozen = self.tables.get("inspectors.tsv")
            if frozen is None:
                self.add("unchecked", "file", name, "salt-unknown", {})
            elif table.salt != sha("%s,%s" % (frozen.salt, name))[:32]:
                raise Refused("salt-differs")
        for tags in table.columns.get("tags", []):
            if tags.split(",") != sorted(tags.split(",")):
                raise Refused("tags-order", value=tags[:80])
        self.tables[name] = table
        return agrees("file", rows=table.rows, digest=digest)

    def table(self, name: str) -> Table:
        """A table that a step needs, or why the step cannot be done."""
        if name not in self.tables:
            raise self.why.get(name) or Unchecked("needs", name=name)
        return self.tables[name]

    # -- the frozen lists (draw §2, §3)

    def check_lists(self) -> Said:
        targets, strata = self.table("targets.tsv"), self.table("strata.tsv")
        if targets.columns["id"] != strata.columns["id"]:
            odd = set(targets.columns["id"]) ^ set(strata.columns["id"])
            raise Refused("ids-differ", file="strata.tsv", id=min(odd))
        if self.notice["area"] in ("same", "cross"):
            for name in ("targets.tsv", "inspectors.tsv"):
                if "" in self.table(name).columns["region"]:
                    raise Refused("region-empty", file=name)
        return agrees("lists", rows=targets.rows)

    def check_exclusions(self) -> Said:
        """Disjoint from the lists; counted in the announcement by reason."""
        for kind, name in (("targets", "exclusions.tsv"),
                           ("inspectors", "inspector-exclusions.tsv")):  # fmt: skip
            out, kept = self.table(name), self.table(kind + ".tsv")
            both = set(out.columns["id"]) & set(kept.columns["id"])
            if both:
                raise Refused("not-disjoint", file=name, id=min(both))
            counts = Counter(out.columns["reason"])
            said = {e["reason"]: e["count"] for e in self.notice["excluded"]
                    if e["list"] == kind}  # fmt: skip
            for reason in sorted(set(counts) | set(said)):
                if counts[reason] != said.get(reason, 0):
                    raise Refused("excluded-count", file=name, reason=reason,
                                  found=counts[reason], said=said.get(reason, 0))  # fmt: skip
        return agrees("exclusions")

    def check_strata(self) -> Said:
        """Every stratum announced once with its exact rows (draw §3); private ones (§4)."""
        table = self.table("strata.tsv")
        said = None
        if "strata_private" in self.notice:
            strange: list[str] = []
            value = table.strata
            shape(PRIVATE if isinstance(value, dict) else PRIVATE["strata"], value,
                  "#strata", strange)  # fmt: skip
            self.strange("strata", "strata.tsv", strange)
            if isinstance(value, dict):
                self.set_rules(value["strata"], value["total"])
            else:
                self.set_rules(value, None)
            if len({len(s["name"]) for s in self.rules["strata"]}) != 1:
                raise Refused("strata-names")
            said = self.plan()
            total = sum(quotas(self.rules["strata"], self.rules["total"]))
            if self.result and total != self.result["drawn"]:
                raise Refused("result-field", file="result.json", field="drawn",
                              found=self.result["drawn"], due=total)  # fmt: skip
        if not self.rules:
            raise Unchecked("needs", name="strata")
        rows = Counter(table.columns["stratum"])
        for s in self.rules["strata"]:
            if rows.pop(s["name"], 0) != s["rows"]:
                raise Refused("stratum-rows", stratum=s["name"], due=s["rows"],
                              found=Counter(table.columns["stratum"])[s["name"]])  # fmt: skip
        if rows:
            raise Refused("stratum-unknown", stratum=min(rows))
        return said or agrees("strata", strata=len(self.rules["strata"]))

    def people_of(self) -> list[dict[str, Any]]:
        """The inspectors as values."""
        return [{"id": ident, "region": region, "tags": tags.split(",") if tags else [],
                 "max": int(most) if most else None}
                for ident, region, tags, most in self.table("inspectors.tsv").records()]  # fmt: skip

    def needs(self) -> list[list[str]]:
        """The tags that each post of a team needs, posts numbered through."""
        if sum(post["count"] for post in self.notice["posts"]) > 1000:
            raise Unchecked("work", pairs="posts > 1000")
        return [post["need"] for post in self.notice["posts"] for _ in range(post["count"])]

    def recusals(self) -> dict[str, set[str]]:
        recused: dict[str, set[str]] = {}
        for ident, inspector in self.table("conflicts.tsv").records():
            recused.setdefault(ident, set()).add(inspector)
        return recused

    def in_area(self, inspector: dict[str, Any], region: str) -> bool:
        area = self.notice["area"]
        if area not in ("any", "same", "cross"):
            raise Unchecked("area-unknown", value=area)
        return area == "any" or (inspector["region"] == region) == (area == "same")

    def check_staffing(self) -> Said:
        """Draw §3: nobody may be shielded by recusing everyone who could inspect him."""
        staff = [i for i in self.people_of() if i["max"] != 0]
        recused, needs = self.recusals(), self.needs()
        known: dict[tuple[str, frozenset[str]], bool] = {}
        targets, names = self.table("targets.tsv").columns, {i["id"] for i in staff}
        for ident, region in zip(targets["id"], targets["region"]):
            barred = frozenset(recused.get(ident, set()) & names)
            case = (region if self.notice["area"] != "any" else "", barred)
            if case not in known:
                open_to = [set(i["tags"]) for i in staff
                           if i["id"] not in barred and self.in_area(i, region)]  # fmt: skip
                known[case] = staffable(needs, open_to)
            if not known[case]:
                raise Refused("unstaffable", id=ident)
        return agrees("staffing")

    def say_scope(self) -> Said:
        """Whether list and exclusions together are the directory: supervisors know."""
        return people("scope", seq=self.notice["registry"]["seq"],
                      digest=self.notice["registry"]["targets"])  # fmt: skip

    # -- randomness, seed, key (draw §4)

    def read_seed(self) -> None:
        if not self.step("seed", "seed.txt", self.check_seed):
            return
        proofs: list[Any] = []
        sources = self.notice["randomness"]

        def check_file() -> Said:
            if "randomness.json" in self.why:
                raise self.why["randomness.json"]
            value = parse_json(self.bytes_of("randomness.json"))
            if not isinstance(value, list) or len(value) != len(sources):
                raise Refused("field-bad", field="randomness")
            if not all(isinstance(item, dict) for item in value):
                raise Refused("field-bad", field="randomness")
            proofs.extend(value)
            return agrees("randomness", sources=len(sources))

        self.step("randomness", "randomness.json", check_file)
        for number, source in enumerate(sources):
            proof = proofs[number] if proofs else None
            self.step("source", "seed.txt", self.check_source, number, source, proof)

    def check_seed(self) -> Said:
        """seed.txt: the version, the commitment, one line for each source in order."""
        if "seed.txt" in self.why:
            raise self.why["seed.txt"]
        raw, sources = self.bytes_of("seed.txt"), self.notice["randomness"]
        try:
            lines = raw.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise Refused("seed-grammar", line=0) from None
        if len(lines) != len(sources) + 3 or lines[-1] != "":
            raise Refused("seed-lines", found=len(lines) - 1, due=len(sources) + 2)
        if lines[0] != "dualrandom/1":
            raise Refused("seed-grammar", line=1)
        if lines[1] != self.commitment:
            raise Refused("commitment-differs", file="announcement.json, seed.txt",
                          digest=self.commitment, said=lines[1][:80])  # fmt: skip
        forms = {"drand": ("drand {chain} {round} ", HEX64),
                 "nist": ("nist {chain} {pulse} ", HEX128),
                 "lottery": ("lottery {game} {issue} ", "[0-9.+]+"),
                 "sealed": ("sealed {party} ", HEX64),
                 "dice": ("dice ", "[0-9]+"), "local": ("local ", HEX64)}  # fmt: skip
        values = []
        for number, (source, line) in enumerate(zip(sources, lines[2:]), 3):
            start, value = forms.get(source["kind"], ("{kind}", "( [^ ]+)*"))
            start = start.format(**source)
            if not line.startswith(start) or not fits(value, line[len(start) :]):
                raise Refused("seed-grammar", line=number)
            values.append(line[len(start) :])
        self.values, self.seed = values, seed_of(raw)
        return agrees("seed", seed=self.seed)

    def check_source(self, number: int, source: dict[str, Any], proof: Any) -> Said:
        """One line of seed.txt against its proof in randomness.json."""
        kind, value = source["kind"], self.values[number]
        if kind not in SOURCES:
            raise Unchecked("source-unknown", kind=kind)
        if kind in OUTSIDE:
            self.times.append(None)
        if kind not in ("drand", "nist") and proof:
            self.strange("source", "randomness.json", ["[%d].%s" % (number, f) for f in proof])
        if kind == "drand":
            return self.check_drand(number, source, proof, value)
        if kind == "nist":
            return self.check_nist(number, source, proof, value)
        if kind == "lottery":
            return self.check_lottery(source, value)
        if kind == "sealed":
            made = sha("%s %s %s" % (self.notice["draw"], source["party"], value))
            if made != source["commitment"]:
                raise Refused("sealed-differs", party=source["party"])
            return agrees("sealed", party=source["party"])
        if kind == "dice":
            if len(value) != source["count"]:
                raise Refused("dice-count", found=len(value), due=source["count"])
            return people("dice", digits=value)
        raise Unchecked("local")

    def came_at(self, time: int) -> None:
        """An outside value must be later than the announcement says it is itself."""
        self.times[-1] = time
        if time <= (instant(self.notice["announced"]) or 0):
            raise Refused("too-early", file="announcement.json", time=utc(time),
                          announced=self.notice["announced"])  # fmt: skip

    def check_drand(self, number: int, source: Any, proof: Any, value: str) -> Said:
        chain = CHAINS.get(source["chain"])
        if chain is not None:
            self.came_at(chain[0] + (source["round"] - 1) * chain[1])
        if proof is None:
            raise Unchecked("needs", name="randomness.json")
        strange: list[str] = []
        shape({"signature": HEX, "previous_signature?": HEX}, proof,
              "randomness[%d]" % number, strange)  # fmt: skip
        if sha(bytes.fromhex(proof["signature"])) != value:
            raise Refused("drand-differs", file="seed.txt, randomness.json")
        self.strange("source", "randomness.json", strange)
        if chain is None:
            raise Unchecked("drand-chain", chain=source["chain"])
        if len(proof["signature"]) != 2 * chain[2]:
            raise Refused("drand-signature", file="randomness.json")
        if ("previous_signature" in proof) != chain[3]:
            raise Refused("drand-signature", file="randomness.json")
        raise Unchecked("drand", round=source["round"], time=utc(self.times[-1] or 0))

    def check_nist(self, number: int, source: Any, proof: Any, value: str) -> Said:
        if proof is None:
            raise Unchecked("needs", name="randomness.json")
        strange: list[str] = []
        form = {"pulse": lambda p: isinstance(p, dict), "certificate": is_text}
        shape(form, proof, "randomness[%d]" % number, strange)
        self.strange("source", "randomness.json", strange)
        pulse = proof["pulse"]
        found = (pulse.get("chainIndex"), pulse.get("pulseIndex"),
                 str(pulse.get("outputValue")).lower())  # fmt: skip
        if found != (source["chain"], source["pulse"], value):
            raise Refused("nist-differs", file="seed.txt, randomness.json")
        stamp = str(pulse.get("timeStamp"))
        time = instant(re.sub(r"\.[0-9]{1,6}Z", "Z", stamp))
        if time is None:
            raise Refused("nist-differs", file="randomness.json")
        self.came_at(time)
        raise Unchecked("nist", pulse=source["pulse"], time=utc(time))

    def check_lottery(self, source: dict[str, Any], value: str) -> Said:
        game = GAMES.get(source["game"])
        if game is None:
            raise Unchecked("game-unknown", game=source["game"])
        groups = value.split("+")
        good = len(groups) == len(game)
        for group, (many, highest) in zip(groups, game):
            numbers = group.split(".")
            good = good and len(numbers) == many and numbers == sorted(set(numbers))
            good = good and all(fits("[0-9]{2}", n) and 1 <= int(n) <= highest for n in numbers)
        if not good:
            raise Refused("lottery-numbers", numbers=value[:80])
        return people("lottery", game=source["game"], issue=source["issue"], numbers=value)

    def find_key(self) -> Said:
        if not self.seed:
            raise Unchecked("needs", name="seed.txt")
        if self.legal_visibility()["strata.tsv"] == "public":
            self.key = self.seed
        else:
            self.key = key_of(self.seed, self.table("strata.tsv").salt)
        return agrees("key", key=self.key)

    # -- the draw (draw §5, §6)

    def check_selection(self) -> Said:
        if not self.key:
            raise Unchecked("needs", name="seed.txt")
        rows = self.table("strata.tsv").records()
        if not self.rules:
            raise Unchecked("needs", name="strata")
        selected, self.reserves = select(self.key, rows, self.rules)  # type: ignore[arg-type]
        self.selected = selected
        self.same_rows("selected.tsv", selected)
        return agrees("selection", drawn=len(selected))

    def same_rows(self, name: str, due: Iterable[tuple[Any, ...]]) -> None:
        """The rows of a file must be the computed ones, in the same order."""
        found = list(self.table(name).records())
        wanted = [tuple(str(v) for v in row) for row in due]
        for n, row in enumerate(wanted):
            if n >= len(found) or found[n] != row:
                there = "\t".join(found[n]) if n < len(found) else "-"
                raise Refused("row-differs", file=name, row=n + 1, found=there,
                              due="\t".join(row))  # fmt: skip
        if len(found) > len(wanted):
            raise Refused("row-differs", file=name, row=len(wanted) + 1, due="-",
                          found="\t".join(found[len(wanted)]))  # fmt: skip

    def check_reserves(self) -> Said:
        if self.selected is None:
            raise Unchecked("needs", name="selected.tsv")
        self.same_rows("reserves.tsv", self.reserves)
        return agrees("reserves", rows=len(self.reserves))

    def check_drawn(self) -> Said:
        """All that were drawn; without the strata, at least that they are of the list."""
        drawn = self.table("drawn.tsv").columns["id"]
        if self.selected is not None:
            self.same_rows("drawn.tsv", sorted((row[1],) for row in self.selected))
            return agrees("drawn", drawn=len(drawn))
        outside = set(drawn) - set(self.table("targets.tsv").columns["id"])
        if outside:
            raise Refused("drawn-outside", id=min(outside))
        return agrees("drawn-only", drawn=len(drawn))

    def check_teams(self) -> Said:
        if not self.result:
            raise Unchecked("needs", name="result.json")
        staff, recused, needs = self.people_of(), self.recusals(), self.needs()
        if self.selected is None:
            raise Unchecked("needs", name="selected.tsv")
        targets = [row[1] for row in self.selected]
        if len(targets) * len(needs) * len(staff) > PAIRS_LIMIT:
            raise Unchecked("work", pairs=len(targets) * len(needs) * len(staff))
        columns = self.table("targets.tsv").columns
        regions = dict(zip(columns["id"], columns["region"]))
        pairs = {(ident, i) for ident in targets for i in recused.get(ident, ())}
        teams = match(self.key, targets, needs, staff, regions, self.notice["area"], pairs)
        if teams is None:
            if self.result["matched"]:
                raise Refused("matched-impossible", file="result.json")
            return agrees("unmatched")
        if not self.result["matched"]:
            raise Refused("matched-possible", file="result.json")
        self.same_rows("teams.tsv", teams)
        self.teams = teams
        return agrees("teams", posts=len(teams))

    # -- what happened later (draw §5 Replacement, §6 Substitution)

    def check_changes(self) -> None:
        events: list[tuple[int, str, tuple[str, ...]]] = []
        for name in CHANGES:
            if name in self.tables:
                events += [(int(r[0]), name, r[1:]) for r in self.tables[name].records()]
        if not events:
            return
        names = ", ".join(sorted({name for _, name, _ in events}))
        self.step("changes", names, self.replay, sorted(events))

    def replay(self, events: list[tuple[int, str, tuple[str, ...]]]) -> Said:
        """Every replacement and substitution by the rule, in log order."""
        if self.selected is None:
            raise Unchecked("needs", name="selected.tsv")
        if len({seq for seq, _, _ in events}) != len(events):
            raise Refused("change-seq")
        stratum = {row[1]: row[2] for row in self.selected}
        active, unused = set(stratum), list(self.reserves)
        stratum.update((row[0], row[1]) for row in self.reserves)
        crew: dict[str, dict[int, str]] = {}
        for ident, post, inspector in self.teams or ():
            crew.setdefault(ident, {})[post] = inspector
        self.left: dict[str, set[str]] = {}  # target → who was taken out of its team
        pending: set[tuple[str, int]] = set()  # posts of a moved team to be staffed anew
        if any(name == "substitutions.tsv" for _, name, _ in events) and not self.teams:
            raise Unchecked("needs", name="teams.tsv")
        self.staff = {i["id"]: i for i in self.people_of()} if self.teams else {}
        for seq, name, row in events:
            if name == "replacements.tsv":
                ident, substitute = row
                if "reserves" not in self.notice or ident not in active:
                    raise Refused("change-wrong", file=name, seq=seq)
                line = [r for r in unused if r[1] == stratum[ident]]
                due = line[0][0] if line else ""
                if substitute != due:
                    raise Refused("replacement", file=name, seq=seq, due=due or "-",
                                  found=substitute or "-")  # fmt: skip
                active.remove(ident)
                pending = {(t, p) for t, p in pending if t != ident}
                team = crew.pop(ident, {})
                if due:
                    active.add(due)
                    unused.remove(line[0])
                    crew[due] = team
                    pending |= {(due, p) for p, i in team.items()
                                if not self.eligible(i, due, p)}  # fmt: skip
            else:
                ident, post, gone, substitute = row[0], int(row[1]), row[2], row[3]
                earlier = [p for t, p in sorted(pending) if t == ident and p < post]
                if crew.get(ident, {}).get(post) != gone or ident not in active:
                    raise Refused("change-wrong", file=name, seq=seq)
                if (ident, post) in pending and any(
                    self.next_for(ident, p, crew) for p in earlier
                ):
                    raise Refused("change-order", file=name, seq=seq)
                able = self.next_for(ident, post, crew)
                ahead = able[: able.index(substitute)] if substitute in able else able
                # Those taken out of this very team may have been recused since.
                ahead = [i for i in ahead if i not in self.left.get(ident, set())]
                if ahead or substitute not in able:
                    raise Refused("substitution", file=name, seq=seq, found=substitute,
                                  due=ahead[0] if ahead else "-")  # fmt: skip
                crew[ident][post] = substitute
                self.left.setdefault(ident, set()).add(gone)
                pending.discard((ident, post))
        if pending:
            raise Unchecked("change-pending", id=min(pending)[0], post=min(pending)[1])
        return agrees("changes", changes=len(events))

    def eligible(self, inspector: str, ident: str, post: int) -> bool:
        i, targets = self.staff[inspector], self.table("targets.tsv").columns
        if not hasattr(self, "regions"):
            self.regions = dict(zip(targets["id"], targets["region"]))
            self.barred = self.recusals()
        return (set(self.needs()[post - 1]) <= set(i["tags"])
                and self.in_area(i, self.regions[ident])
                and inspector not in self.barred.get(ident, set()))  # fmt: skip

    def next_for(self, ident: str, post: int, crew: dict[str, dict[int, str]]) -> list[str]:
        """Who may take a post over, the first by the rule first."""
        held = Counter(i for team in crew.values() for i in team.values())
        able = [i for i, about in self.staff.items()
                if i not in crew[ident].values() and self.eligible(i, ident, post)
                and (about["max"] is None or held[i] < about["max"])]  # fmt: skip
        return sorted(able, key=lambda i: (held[i], sha("%s,%s/%s" % (self.key, ident, i)), i))

    # -- the log (log §1–4)

    def check_log(self) -> None:
        if not any(name.startswith("log/") for name in self.folder.sizes):
            self.add("unchecked", "log", "log/", "log-absent", {})
            return
        acts = ["announce"]
        if self.result or any(n.startswith("log/result.") for n in self.folder.sizes):
            acts.append("result")
        if any(n.startswith("log/abandon.") for n in self.folder.sizes):
            acts.append("abandon")
        for act in acts:
            entry, proof = "log/%s.entry" % act, "log/%s.tlog-proof" % act
            self.step("log", entry, self.check_entry, act, entry)
            self.step("log", proof, self.check_proof, act, entry, proof)
        if self.proofs:
            self.step("log-order", "log/", self.check_log_order)
            self.step("trust", "log/", self.check_trust)
            self.step("witness", "log/announce.tlog-proof", self.check_witness)

    def check_entry(self, act: str, file: str) -> Said:
        """The entry speaks of this draw, and is signed by keys that it names."""
        raw = self.bytes_of(file)
        note = parse_note(raw)
        value = parse_json(note.text)
        strange: list[str] = []
        shape(ENTRY, value, "entry", strange)
        shape(BODIES[act], value["body"], "entry.body", strange)
        body, n = value["body"], self.notice
        due: dict[str, Any] = {"draw": n["draw"], "commitment": self.commitment}
        if act == "announce":
            due.update(task=n["task"]["id"], registry=n["registry"])
        if act == "result" and "result.json" in self.folder.sizes:
            due["result"] = sha(self.bytes_of("result.json"))
        if value["act"] != "draw." + act:
            raise Refused("entry-field", field="act", found=value["act"], due="draw." + act)
        for field, wanted in due.items():
            if body[field] != wanted:
                named = {"result": "result.json, ", "commitment": "announcement.json, "}
                raise Refused("entry-field", file=named.get(field, "") + file, field=field,
                              found=str(body[field])[:80], due=str(wanted)[:80])  # fmt: skip
        if body["keys"] != sorted(set(body["keys"])):
            raise Refused("entry-keys")
        keys = [parse_vkey(k) for k in body["keys"]]
        if any(k.kind != 1 for k in keys):
            raise Refused("entry-keys")
        valid, unknown = check_note(note, keys)
        if not valid:
            raise Unchecked("signer-unknown", names=", ".join(unknown))
        signers = [k for k, _ in valid]
        asked = dict.fromkeys(("act", "body", "log", "op"))
        request = encode({f: value[f] for f in asked}).encode() + b"\n"
        approved: dict[bytes, str] = {}
        for text in value.get("approvals", []):
            approval = parse_note(text.encode())
            if approval.text != request:
                raise Refused("approval")
            good, others = check_note(approval, keys)
            approved.update((k.public, k.name) for k, _ in good if k not in signers)
            unknown += others
        if act == "abandon" and not value.get("approvals"):
            raise Refused("approval")
        if act == "abandon" and not approved:
            raise Unchecked("approval-unknown")
        self.strange("log", file, strange)
        if unknown:
            self.add("unchecked", "log", file, "signer-unknown",
                     {"names": ", ".join(sorted(set(unknown)))})  # fmt: skip
        self.entries[act] = Entry(raw, value, keys, approved)
        return agrees("entry", seq=value["seq"], time=value["time"], by=value["by"],
                      signers=", ".join(k.name for k in signers))  # fmt: skip

    def check_proof(self, act: str, entry_file: str, file: str) -> Said:
        """The entry stands in the tree whose root the log (and witnesses) signed."""
        proof = parse_proof(self.bytes_of(file))
        leaf = hashlib.sha256(b"\0" + self.bytes_of(entry_file)).digest()
        if root_by_proof(leaf, proof.index, proof.size, proof.hashes) != proof.root:
            raise Refused("proof-inclusion", file=entry_file + ", " + file)
        entry = self.entries.get(act)
        if entry is None:
            raise Unchecked("needs", name=entry_file)
        if (entry.value["seq"], entry.value["log"]) != (proof.index, proof.origin):
            raise Refused("proof-place", seq=entry.value["seq"], index=proof.index,
                          log=entry.value["log"], origin=proof.origin)  # fmt: skip
        keys = entry.keys + [Key(k.name, 4, k.public) for k in entry.keys]
        if self.trust is not None:
            keys += [k for k in self.trust.logs + self.trust.witnesses if k not in keys]
        valid, unknown = check_note(proof.note, keys)
        if not any(k.kind == 1 and k.name == proof.origin for k, _ in valid):
            raise Refused("log-unsigned", origin=proof.origin)
        if proof.extra:
            self.strange("log", file, ["extra"])
        if unknown:
            self.add("unchecked", "log", file, "signer-unknown",
                     {"names": ", ".join(sorted(set(unknown)))})  # fmt: skip
        self.proofs[act] = proof, valid
        return agrees("proof-ok", index=proof.index, size=proof.size,
                      cosigned=sum(k.kind == 4 for k, _ in valid))  # fmt: skip

    def check_log_order(self) -> Said:
        """The end of the draw comes after its announcement, in one and the same log."""
        start = self.entries.get("announce")
        for act in ("result", "abandon"):
            end = self.entries.get(act)
            if start is None or end is None:
                continue
            file, a, b = "log/%s.entry" % act, start.value, end.value
            leaf = hashlib.sha256(b"\0" + start.raw).hexdigest()
            follows = b["seq"] == a["seq"] + 1
            if a["log"] != b["log"] or b["seq"] <= a["seq"]:
                raise Refused("log-sequence", file=file)
            if follows and b["prev"] != leaf:
                raise Refused("log-sequence", file=file)
        roots: dict[tuple[str, int], bytes] = {}
        for act, (proof, _) in self.proofs.items():
            if roots.setdefault((proof.origin, proof.size), proof.root) != proof.root:
                raise Refused("log-fork", file="log/%s.tlog-proof" % act)
        return agrees("log-order")

    def check_trust(self) -> Said:
        """Whose log is it? Only the reader can say (draw §7)."""
        if self.trust is None:
            raise Unchecked("no-trust")
        for act, (proof, valid) in self.proofs.items():
            trusted = {k.public for k in self.trust.logs if k.name == proof.origin}
            signed = {k.public for k, _ in valid if k.kind == 1 and k.name == proof.origin}
            if not trusted & signed:
                raise Refused("log-key", file="log/%s.tlog-proof" % act, log=proof.origin)
        for act, (_, valid) in self.proofs.items():
            if not self.trust.enough({k.public for k, _ in self.witnesses(valid)}):
                raise Unchecked("quorum", file="log/%s.tlog-proof" % act)
        return agrees("trust", log=self.trust.logs[0].name)

    def witnesses(self, valid: list[tuple[Key, int]]) -> list[tuple[Key, int]]:
        """The valid cosignatures by witnesses whom the reader trusts."""
        trusted = self.trust.witnesses if self.trust else []
        return [(k, time) for k, time in valid if k.kind == 4 and k in trusted]

    def check_witness(self) -> Said:
        """Was the announcement seen by a witness before the randomness (draw §4)?"""
        start = self.entries.get("announce")
        known = [t for t in self.times if t is not None]
        if start is not None:
            written = instant(start.value["time"]) or 0
            for time in known:
                if time <= written:
                    raise Refused("too-early", file="log/announce.entry", time=utc(time),
                                  announced=start.value["time"])  # fmt: skip
        kinds = [s["kind"] for s in self.notice["randomness"]]
        if "announce" not in self.proofs or "local" in kinds:
            raise Unchecked("unwitnessed")
        proof, valid = self.proofs["announce"]
        seen = [time for _, time in self.witnesses(valid)]
        if not seen:
            raise Unchecked("unwitnessed" if self.trust else "witness-no-trust")
        if "dice" in kinds and OUTSIDE & set(kinds):
            raise Unchecked("witness-dice")
        if known:
            if min(seen) + 600 > max(known):
                raise Unchecked("unwitnessed")
            return agrees("witness", time=utc(min(seen)), value=utc(max(known)))
        if "lottery" in kinds:
            return people("witness-lottery", time=utc(min(seen)))
        if set(kinds) & OUTSIDE or set(kinds) - set(SOURCES):
            raise Unchecked("unwitnessed")
        end = self.entries.get("result") or self.entries.get("abandon")
        if end is None or proof.size > end.value["seq"]:
            raise Unchecked("unwitnessed")
        return agrees("witness-before", size=proof.size, seq=end.value["seq"])

    def find_class(self) -> Said:
        """What the draw may be called (draw §4)."""
        sources = self.notice["randomness"]
        kinds = {s["kind"] for s in sources}
        parties = {s["party"] for s in sources if s["kind"] == "sealed"}
        start = self.entries.get("announce")
        approved = sorted(start.approved.values()) if start else []
        ended = {s["name"]: s["verdict"] for s in self.steps}
        timely = ended.get("witness") in ("agrees", "people") and ended.get("trust") == "agrees"
        if kinds - set(SOURCES):
            raise Unchecked("class-unknown")
        if "local" in kinds:
            self.called = "none"
        elif kinds & OUTSIDE:
            self.called = "public"
        elif len(parties) >= 2 and len(approved) >= len(parties):
            self.called = "parties"
        elif "dice" in kinds:
            self.called = "witnessed"
        else:
            self.called = "none"
        code = "class-" + self.called + ("" if timely or self.called == "none" else "-untimely")
        if self.called == "none" and len(parties) >= 2:
            raise Unchecked("class-unproven", parties=", ".join(sorted(parties)))
        if self.called == "parties":
            return people(code, parties=", ".join(sorted(parties)), keys=", ".join(approved))
        return agrees(code)

    # -- one target

    def look_up(self, ident: str) -> Said:
        """In the list? Its ticket, its rank, the highest drawn ticket of its stratum."""
        names = self.table("targets.tsv").columns["id"]
        if ident not in names:
            return agrees("lookup-absent", id=ident)
        drawn = "drawn.tsv" in self.tables and ident in self.tables["drawn.tsv"].columns["id"]
        if self.selected is None:
            return agrees("lookup-drawn" if drawn else "lookup-not-drawn", id=ident)
        rows = {r[0]: r for r in self.table("strata.tsv").records() if r[0] == ident}
        _, stratum, tickets = rows[ident]
        mine = (lowest(self.key, ident, int(tickets)), ident)
        rank = 1 + sum((lowest(self.key, i, int(t)), i) < mine
                       for i, s, t in self.table("strata.tsv").records() if s == stratum)  # fmt: skip
        last = max((row[4] for row in self.selected if row[2] == stratum), default="-")
        drawn = any(row[1] == ident for row in self.selected)
        return agrees("lookup-in" if drawn else "lookup-out", id=ident, stratum=stratum,
                      ticket=mine[0].hex(), rank=rank, last=last, tickets=tickets,
                      key=self.key)  # fmt: skip


# ------------------------------------------------------------------ words

MARKS = {"agrees": ("一致", "agrees"), "differs": ("不符", "differs"),
         "people": ("人核", "people"), "unchecked": ("未核", "unchecked")}  # fmt: skip
NAMES = {
    "folder": ("文件夹", "folder"), "announcement": ("抽取公告", "announcement"),
    "commitment": ("承诺值", "commitment"), "rules": ("公告规则", "rules"),
    "result": ("结果文件", "result"), "file": ("文件", "file"),
    "lists": ("名单对照", "lists"), "exclusions": ("排除名单", "exclusions"),
    "strata": ("分层", "strata"), "staffing": ("可派人员", "staffing"),
    "scope": ("抽查范围", "scope"), "seed": ("种子", "seed"),
    "randomness": ("随机数来源", "randomness"), "source": ("来源", "source"),
    "key": ("密钥串", "key"), "selection": ("抽取", "selection"),
    "reserves": ("备选", "reserves"), "drawn": ("抽中名单", "drawn"),
    "teams": ("人员匹配", "teams"), "changes": ("事后变更", "changes"),
    "log": ("审计日志", "log"), "log-order": ("日志次序", "log order"),
    "trust": ("日志公钥", "trust"), "witness": ("见证先后", "witness"),
    "class": ("抽取等级", "class"), "lookup": ("查询", "lookup"),
}  # fmt: skip
NONE = "不可核验", "not verifiable"
PUBLIC = "可公开核验", "publicly verifiable"
PARTIES = ("多方见证（{parties}）；请核对批准公告的密钥是否分属各方：{keys}",
           "verifiable by its parties ({parties}); compare whose the approving keys are: "
           "{keys}")  # fmt: skip
ON_SITE = "现场见证", "witnessed"
UNTIMELY = "，先后无人见证", ", order in time unwitnessed"
WORDS = {
    # grammar
    "json-broken": ("不是合法的 JSON 文本", "not JSON"),
    "json-canonical": ("不是规范 JSON（RFC 8785，一行，LF 结尾）",
                       "not canonical JSON (RFC 8785, one line, one LF)"),
    "json-deep": ("JSON 嵌套过深", "JSON nested too deeply"),
    "json-duplicate": ("JSON 字段重复", "a JSON field occurs twice"),
    "json-number": ("不是允许的整数：{value}", "not an allowed integer: {value}"),
    "field-missing": ("缺少字段 {field}", "field {field} is missing"),
    "field-bad": ("字段 {field} 的值不合规定", "field {field} has a forbidden value"),
    "field-unknown": ("本程序不认识的字段：{fields}",
                      "fields unknown to this program: {fields}"),
    "version": ("本程序不认识的协议版本 {value}", "unknown protocol version {value}"),
    "tsv-end": ("第 {line} 行没有以 LF 结尾", "line {line} does not end in LF"),
    "tsv-utf8": ("第 {line} 行不是 UTF-8", "line {line} is not UTF-8"),
    "tsv-header": ("表头不符：{found}", "wrong header line: {found}"),
    "tsv-salt-missing": ("第 {line} 行应为 #salt 行", "line {line} must be the #salt line"),
    "tsv-strata-missing": ("第 {line} 行应为 #strata 行",
                           "line {line} must be the #strata line"),
    "tsv-short": ("文件过短，缺 {line} 行", "too short: no {line} line"),
    "tsv-hash-line": ("第 {line} 行：此文件不应有这个 # 行",
                      "line {line}: this file must not have this # line"),
    "tsv-columns": ("第 {line} 行有 {found} 列，应为 {due} 列",
                    "line {line} has {found} columns, not {due}"),
    "tsv-value": ("第 {line} 行 {column} 的值不合规定：{value}",
                  "line {line}, {column}: forbidden value {value}"),
    "tsv-order": ("第 {line} 行次序不对或重复：{value}",
                  "line {line} is out of order or doubled: {value}"),
    "tags-order": ("标签未排序：{value}", "tags are not sorted: {value}"),
    "ratio": ("比例不合规定：{value}", "not a ratio: {value}"),
    # folder
    "not-a-file": ("不是普通文件（是链接或目录等）", "not a regular file"),
    "unlisted": ("协议未列的文件，未核：{files}", "files that the protocol does not list: "
                 "{files}"),
    "absent": ("应公开的文件不在文件夹中", "a public file is not in the folder"),
    "withheld": ("不向本读者公开，监督人员可核",
                 "withheld from this reader; supervisors can check it"),
    "unreadable": ("读不出来：{error}", "cannot be read: {error}"),
    "too-large": ("文件过大（{bytes} 字节），本程序不读",
                  "too large for this program ({bytes} bytes)"),
    "needs": ("缺少可用的 {name}，这一步没有算", "not computed: it needs a good {name}"),
    "internal": ("本程序出错，这一步没有算：{error}",
                 "not computed: this program failed ({error})"),
    "zip-broken": ("压缩包损坏或无法解开", "the zip is damaged"),
    "zip-large": ("压缩包过大或压缩比异常", "the zip is too large, or a bomb"),
    "zip-path": ("压缩包内路径不当：{path}", "a path trick in the zip: {path}"),
    "zip-link": ("压缩包内有链接或加密文件：{path}", "a link or an encrypted file: {path}"),
    "zip-twice": ("压缩包内有重名文件", "a name occurs twice in the zip"),
    "folder-name": ("文件夹名 {folder} 与抽取编号 {draw} 不同",
                    "the folder is named {folder}, the draw {draw}"),
    "file": ("{rows} 行，SHA-256 {digest}", "{rows} rows, SHA-256 {digest}"),
    "digest": ("SHA-256 是 {found}，公布的是 {due}：文件在公布后改过",
               "SHA-256 is {found}, published was {due}: changed since"),
    "digest-ok": ("SHA-256 {digest}", "SHA-256 {digest}"),
    "digest-unknown": ("没有公布的摘要可对照", "no published digest to compare with"),
    "change-log": ("摘要在审计日志中，文件夹里没有，未锚定",
                   "its digest is in the log, not in the folder: unanchored"),
    "count": ("{field} 是 {found}，公布的是 {due}", "{field} is {found}, published was {due}"),
    "root": ("Merkle 根是 {found}，公布的是 {due}", "Merkle root is {found}, not {due}"),
    "salt-differs": ("#salt 不是由 inspectors.tsv 的盐推出的",
                     "#salt is not the one derived from inspectors.tsv"),
    "salt-unknown": ("#salt 须有 inspectors.tsv 才能核", "#salt needs inspectors.tsv"),
    "not-due": ("按公告和结果不应有此文件", "this file is not due in this draw"),
    # announcement
    "announcement": ("{draw}《{title}》，格式合规", "{draw} \"{title}\", well-formed"),
    "commitment": ("{digest}", "{digest}"),
    "commitment-alone": ("{digest}，请与公告栏或日志对照",
                         "{digest}; compare with the notice or the log"),
    "commitment-differs": ("公告的 SHA-256 是 {digest}，另一文件写的是 {said}",
                           "SHA-256 of the announcement is {digest}, the other says {said}"),
    "visibility": ("{name} 的公开范围是 {found}，按规则应为 {due}",
                   "visibility of {name} is {found}, must be {due}"),
    "empty-list": ("名单为空", "the list is empty"),
    "rows-differ": ("{a} 与 {b} 行数不同", "{a} and {b} differ in rows"),
    "posts-few": ("每组不足两人，又未说明不上门的理由",
                  "fewer than two posts, and no reason off site"),
    "local-alone": ("local 来源只能单独使用", "a local source stands alone"),
    "excluded-twice": ("同一排除原因列了两次", "an exclusion reason is listed twice"),
    "excluded-sum": ("公告的排除数共 {said}，{name} 有 {rows} 行",
                     "{said} exclusions announced, {name} has {rows} rows"),
    "excluded-count": ("排除原因“{reason}”有 {found} 个，公告写 {said}",
                       "reason {reason}: {found} excluded, announced {said}"),
    "strata-private": ("私密分层的公告不应写 strata 或 total",
                       "private strata, yet strata or total announced"),
    "strata-names": ("私密分层的名称须等长", "names of private strata differ in length"),
    "strata-twice": ("分层名称重复", "a stratum is announced twice"),
    "strata-sum": ("各层共 {found} 行，strata.tsv 有 {rows} 行",
                   "strata add up to {found}, strata.tsv has {rows} rows"),
    "stratum-rows": ("分层 {stratum} 实有 {found} 行，公告写 {due}",
                     "stratum {stratum} has {found} rows, announced {due}"),
    "stratum-unknown": ("分层 {stratum} 未公告", "stratum {stratum} is not announced"),
    "quota-or-total": ("各层配额与 total 须有且只有一种",
                       "either quotas or a total: both, or neither, given"),
    "quota-bad": ("{stratum} 的配额不合规定", "the quota of {stratum} is not allowed"),
    "quota-zero": ("分层 {stratum} 一个不抽（不免抽）",
                   "stratum {stratum} would be exempt: its quota is 0"),
    "quota-unknown": ("不认识 {stratum} 的配额写法", "unknown kind of quota: {stratum}"),
    "quotas": ("应抽 {drawn}（{quotas}）", "{drawn} to draw ({quotas})"),
    "quotas-cut": ("应抽 {drawn}（{quotas}）；注意：配额超过名单，全部抽取",
                   "{drawn} to draw ({quotas}); note: a quota above the list takes all"),
    "rules-private": ("合规；分层不公开", "in order; strata are private"),
    # lists
    "lists": ("{rows} 个对象，名单与分层一致", "{rows} targets, list and strata agree"),
    "ids-differ": ("与 targets.tsv 的编号不同，如 {id}",
                   "ids differ from targets.tsv, for instance {id}"),
    "region-empty": ("按区域匹配，却有空的 region", "a region is empty, yet area counts"),
    "not-disjoint": ("{id} 既在名单中又被排除", "{id} is both listed and excluded"),
    "exclusions": ("与名单不相交，数目与公告一致", "disjoint, counted as announced"),
    "strata": ("{strata} 层，行数与公告一致", "{strata} strata, rows as announced"),
    "staffing": ("每个对象单独都能派足人", "each target alone can be staffed"),
    "unstaffable": ("{id} 派不足人（人人回避？），本不应封存",
                    "{id} cannot be staffed (all recused?): must not have been frozen"),
    "scope": ("名单加排除是否就是范围内的全部，请监督人员对照日志第 {seq} 条的名录库"
              "（摘要 {digest}）",
              "whether list and exclusions are all in scope: supervisors compare with "
              "the directory of log entry {seq} (digest {digest})"),
    # randomness
    "seed": ("{seed}", "{seed}"), "key": ("{key}", "{key}"),
    "seed-lines": ("有 {found} 行，应为 {due} 行", "{found} lines, must be {due}"),
    "seed-grammar": ("第 {line} 行与公告的来源不符",
                     "line {line} is not what the announcement names"),
    "randomness": ("{sources} 个来源", "{sources} sources"),
    "source-unknown": ("不认识的来源 {kind}", "unknown kind of source {kind}"),
    "drand": ("第 {round} 轮（{time}）：随机数是签名的 SHA-256；BLS 签名本程序不核，"
              "dualrandom verify 可核",
              "round {round} ({time}): the value is the signature's SHA-256; this file "
              "does not check the BLS signature, `dualrandom verify` does"),
    "drand-chain": ("不认识的 drand 链 {chain}", "unknown drand chain {chain}"),
    "drand-differs": ("随机数不是签名的 SHA-256", "the value is not the signature's SHA-256"),
    "drand-signature": ("签名的形式与此链不符", "not a signature of this chain's form"),
    "nist": ("第 {pulse} 号（{time}）：数值与脉冲一致；RSA 签名与证书本程序不核",
             "pulse {pulse} ({time}): the value is the pulse's; this file does not check "
             "its RSA signature and certificate"),
    "nist-differs": ("与 NIST 脉冲不符", "not what the NIST pulse says"),
    "too-early": ("随机数产生于 {time}，不晚于公告 {announced}：公告时结果已可知",
                  "the value came into being {time}, not after the announcement "
                  "{announced}: it could be known"),
    "lottery": ("请对照官方开奖：{game} 第 {issue} 期 {numbers}",
                "compare with the official result: {game} {issue}: {numbers}"),
    "lottery-numbers": ("开奖号码写法不对：{numbers}", "not numbers of this game: {numbers}"),
    "game-unknown": ("不认识的彩票 {game}", "unknown game {game}"),
    "sealed": ("{party} 的密值与承诺一致", "the secret of {party} is the one committed"),
    "sealed-differs": ("{party} 的密值与承诺不符", "the secret of {party} is not the one "
                       "committed"),
    "dice": ("请对照现场记录：{digits}", "compare with the minutes: {digits}"),
    "dice-count": ("有 {found} 位，公告为 {due} 位", "{found} digits, announced {due}"),
    "local": ("本机随机数，无法证明", "made by the office's own machine: proves nothing"),
    # draw
    "result": ("共抽取 {drawn}", "{drawn} drawn"),
    "result-field": ("{field} 是 {found}，应为 {due}", "{field} is {found}, must be {due}"),
    "no-result": ("还没有结果，或结果不在文件夹中", "no result yet, or not in the folder"),
    "abandoned": ("此次抽取已终止，没有结果", "this draw was abandoned: no result"),
    "two-ends": ("既有结果又有终止", "both a result and an abandonment"),
    "selection": ("重新计算，抽中 {drawn} 个，票号、名次、次序全同",
                  "recomputed: {drawn} drawn, tickets, ranks and order the same"),
    "row-differs": ("第 {row} 条是“{found}”，算出的是“{due}”",
                    "record {row} is \"{found}\", computed was \"{due}\""),
    "reserves": ("{rows} 个，全同", "{rows}, the same"),
    "drawn": ("{drawn} 个，全同", "{drawn}, the same"),
    "drawn-only": ("{drawn} 个，都在名单中；是否该抽中，监督人员可核",
                   "{drawn}, all of the list; whether rightly, supervisors can check"),
    "drawn-outside": ("{id} 不在名单中", "{id} is not in the list"),
    "teams": ("{posts} 个岗位，重新匹配，全同", "{posts} posts, matched anew, the same"),
    "unmatched": ("确实无法派足人", "truly no complete assignment exists"),
    "matched-impossible": ("写已派足，实际无法派足", "said matched, but nobody could be"),
    "matched-possible": ("写无法派足，实际可以派足", "said unmatched, but all can be filled"),
    "area-unknown": ("不认识的区域规则 {value}", "unknown area rule {value}"),
    "work": ("规模过大，本程序不算：{pairs}", "too much work for this program: {pairs}"),
    "changes": ("{changes} 项，按规则全同（冻结后新增的回避不在文件夹中）",
                "{changes}, all by the rule (recusals since the freeze are not here)"),
    "change-seq": ("日志序号重复", "a log number occurs twice"),
    "change-wrong": ("日志第 {seq} 条：所换的不在任上，或公告没有备选",
                     "entry {seq}: the one replaced holds no place, or no reserves"),
    "change-order": ("日志第 {seq} 条：未按岗位次序替换", "entry {seq}: not in post order"),
    "change-pending": ("{id} 第 {post} 岗的人员尚须替换",
                       "post {post} of {id} is still to be substituted"),
    "replacement": ("日志第 {seq} 条：替补是 {found}，按规则应为 {due}",
                    "entry {seq}: the substitute is {found}, must be {due}"),
    "substitution": ("日志第 {seq} 条：替换为 {found}，按规则应为 {due}"
                     "（除非其后来被要求回避，查日志）",
                     "entry {seq}: the substitute is {found}, must be {due} (unless recused "
                     "since: see the log)"),
    # log
    "log-absent": ("没有日志证明，未锚定", "no log proofs: unanchored"),
    "entry": ("第 {seq} 条，{time}，{by} 负责，{signers} 签署",
              "entry {seq}, {time}, by {by}, signed by {signers}"),
    "entry-field": ("{field} 是 {found}，应为 {due}", "{field} is {found}, must be {due}"),
    "entry-keys": ("keys 不合规定", "keys are not as the contract wants them"),
    "approval": ("缺少批准，或批准的不是此事", "no approval, or of something else"),
    "approval-unknown": ("第二人的批准，密钥不明", "approved by keys unknown here"),
    "signer-unknown": ("签署者未列名，其签名未核：{names}",
                       "signed by keys that the entry does not name: {names}"),
    "signature": ("{name} 的签名无效或被改动", "the signature of {name} is not valid"),
    "genesis": ("不是合规的创世条目", "not a genesis entry"),
    "policy": ("不是合规的 tlog-policy：{line}", "not a tlog-policy: {line}"),
    "note": ("不是合规的签名文本（signed note）", "not a signed note"),
    "note-base64": ("base64 不规范", "not canonical base64"),
    "vkey": ("不是合规的公钥：{value}", "not a verifier key: {value}"),
    "vkey-kind": ("本程序不认识的密钥类型：{value}", "a kind of key unknown here: {value}"),
    "proof": ("不是合规的日志证明（tlog-proof）", "not a tlog-proof"),
    "proof-place": ("证明是 {origin} 第 {index} 条，条目自称 {log} 第 {seq} 条",
                    "the proof is of {origin} {index}, the entry of {log} {seq}"),
    "proof-inclusion": ("条目不在检查点的树中：条目或证明被改动",
                        "the entry is not in the checkpoint's tree: one was changed"),
    "proof-ok": ("第 {index} 条在 {size} 条的树中，{cosigned} 个见证签名有效",
                 "entry {index} is in the tree of {size}; {cosigned} valid cosignatures"),
    "log-unsigned": ("检查点没有 {origin} 的可核签名",
                     "no signature of {origin} that can be checked"),
    "log-sequence": ("次序不对：结束须在公告之后，同一日志",
                     "the end must come after the announcement, in the same log"),
    "log-order": ("结束在公告之后，同一日志", "the end comes after the announcement"),
    "log-fork": ("同样大小的日志有两个根：日志分叉", "two roots of one size: a fork"),
    "no-trust": ("签名有效，但是谁的密钥没有核：请给 --policy 或 --genesis",
                 "signed, but whose key it is, is not checked: give --policy or --genesis"),
    "log-key": ("检查点不是由您信任的 {log} 密钥签署的",
                "the checkpoint is not signed by the key of {log} that you trust"),
    "quorum": ("见证人数未达到您的要求", "not cosigned by as many as you require"),
    "trust": ("由您信任的 {log} 密钥签署", "signed by the key of {log} that you trust"),
    "witness": ("{time} 已有见证，随机数产生于 {value}",
                "witnessed {time}, the value came into being {value}"),
    "witness-before": ("见证时日志有 {size} 条，结果是第 {seq} 条",
                       "witnessed at size {size}, the end is entry {seq}"),
    "witness-lottery": ("{time} 已有见证，请核对开奖是否至少晚十分钟",
                        "witnessed {time}; was the lottery at least ten minutes later?"),
    "witness-dice": ("掷骰的日志条目不在文件夹中，先后未核",
                     "the log entry of the dice is not in the folder"),
    "witness-no-trust": ("见证是否可信未核：请给 --policy 或 --genesis",
                         "whose the witnesses are is unknown: give --policy or --genesis"),
    "unwitnessed": ("先后无人见证，只凭该局自己的说法",
                    "order in time unwitnessed: it rests on the office's word"),
    # class
    "class-none": NONE, "class-public": PUBLIC, "class-parties": PARTIES,
    "class-witnessed": ON_SITE,
    "class-public-untimely": tuple(map("".join, zip(PUBLIC, UNTIMELY))),
    "class-parties-untimely": tuple(map("".join, zip(UNTIMELY, PARTIES))),
    "class-witnessed-untimely": tuple(map("".join, zip(ON_SITE, UNTIMELY))),
    "class-unproven": ("不可核验（若 {parties} 以各自的密钥批准过公告，则为多方见证；未核）",
                       "not verifiable (by its parties, if keys of {parties} approved the "
                       "announcement, which is not proven here)"),
    "class-unknown": ("有不认识的来源，无法认定", "cannot be told: an unknown source"),
    # lookup
    "lookup-absent": ("{id} 不在名单中", "{id} is not in the list"),
    "lookup-drawn": ("{id} 在名单中，已抽中", "{id} is in the list, and drawn"),
    "lookup-not-drawn": ("{id} 在名单中，未见抽中", "{id} is in the list, not seen drawn"),
    "lookup-in": ("{id} 抽中：分层 {stratum}，名次 {rank}，票号 {ticket}（{tickets} 张），"
                  "最后抽中的票号 {last}；自算：printf '%s,%s' {key} {id} | sha256sum",
                  "{id} is drawn: stratum {stratum}, rank {rank}, ticket {ticket} "
                  "(of {tickets}), highest drawn {last}; by hand: "
                  "printf '%s,%s' {key} {id} | sha256sum"),
    "lookup-out": ("{id} 未抽中：分层 {stratum}，名次 {rank}，票号 {ticket}（{tickets} 张），"
                   "最后抽中的票号 {last}；自算：printf '%s,%s' {key} {id} | sha256sum",
                   "{id} is not drawn: stratum {stratum}, rank {rank}, ticket {ticket} "
                   "(of {tickets}), highest drawn {last}; by hand: "
                   "printf '%s,%s' {key} {id} | sha256sum"),
}  # fmt: skip
VERDICTS = {
    0: ("全部一致", "all agrees"),
    1: ("有不符之处：", "something differs: "),
    6: ("可见部分一致。缺少或未核：", "the visible part agrees. Missing or unchecked: "),
    5: ("没有这个文件夹，或打不开：", "no such folder, or it cannot be opened: "),
}


def plain(text: Any) -> str:
    """Text that cannot play tricks on a terminal: no controls, no change of direction."""
    return re.sub("[%s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff\ufeff]" % CONTROLS,
                  lambda m: "\\u%04x" % ord(m.group()), str(text))  # fmt: skip


def sentence(code: str, params: dict[str, Any], language: int) -> str:
    return WORDS[code][language].format(**{k: plain(v) for k, v in params.items()})


def exit_code(steps: list[dict[str, Any]]) -> int:
    ended = {step["verdict"] for step in steps}
    return 1 if "differs" in ended else 6 if "unchecked" in ended else 0


def report(check: Check, found: list[dict[str, Any]], language: int) -> dict[str, Any]:
    """The whole outcome as one JSON value; `found` is what was looked up."""
    code = exit_code(check.steps)
    for step in check.steps + found:
        step["text"] = sentence(step["code"], step["params"], language)
    worst = {1: "differs", 6: "unchecked"}.get(code)
    names = [s["file"] or NAMES[s["name"]][language] for s in check.steps
             if s["verdict"] == worst]  # fmt: skip
    return {
        "schema": "dualrandom/verify/v1", "program": "verify.py",
        "folder": check.folder.name, "draw": check.notice.get("draw"),
        "commitment": check.commitment, "seed": check.seed, "class": check.called,
        "steps": check.steps, "lookup": found, "exit": code,
        "verdict": VERDICTS[code][language] + ", ".join(map(plain, dict.fromkeys(names))),
    }  # fmt: skip


def line_of(step: dict[str, Any], language: int) -> str:
    name = " ".join(filter(None, [NAMES[step["name"]][language], plain(step["file"])]))
    colon = "：" if language == 0 else ": "
    number = "%2d " % step["number"] if step["number"] else ""
    return "%s[%s] %s%s%s" % (number, MARKS[step["verdict"]][language], name, colon,
                              step["text"])  # fmt: skip


def say(text: str) -> None:
    try:
        print(text, flush=True)
    except BrokenPipeError:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 - the reader has gone


def main(arguments: list[str] | None = None) -> int:
    """Parse the line, run the check, print the report; the exit code is the verdict."""
    parser = argparse.ArgumentParser(
        description="核验一次抽取（只需 Python 标准库）。Check a published draw.",
        epilog="0 全部一致 agrees · 1 有不符 differs · 6 可见部分一致 the visible part "
        "agrees · 5 没有文件夹 no such folder · 2 用法 usage",
    )
    parser.add_argument("folder", metavar="FOLDER", help="抽取文件夹或 zip; folder or zip")
    parser.add_argument("--lang", choices=["zh", "zh-CN", "en"], default="zh")
    parser.add_argument("--json", action="store_true", help="一个 JSON 文档; one document")
    parser.add_argument("--lookup", metavar="ID", help="查一个对象; one target")
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--policy", metavar="FILE", help="信任的 C2SP tlog-policy; whom you trust")
    group.add_argument("--genesis", metavar="FILE", help="自存的创世条目; a genesis entry you kept")
    options = parser.parse_args(arguments)
    language = 1 if options.lang == "en" else 0
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]

    trust = None
    kept = options.policy or options.genesis
    if kept:
        try:
            with open(kept, "rb") as file:
                raw = file.read(SMALL)
            trust = read_policy(raw) if options.policy else read_genesis(raw)
        except OSError as error:
            parser.error("%s: %s" % (kept, error.strerror))
        except Finding as f:
            params = dict(f.params, line=f.params.get("line", ""))
            parser.error("%s: %s" % (kept, sentence(f.code, params, language)))
    try:
        is_folder = os.path.isdir(options.folder)
        folder = Folder(options.folder) if is_folder else Zip(options.folder)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        say(VERDICTS[5][language] + plain("%s: %s" % (options.folder, why)))
        return 5
    except Refused as f:
        say("[%s] %s" % (MARKS["differs"][language], sentence(f.code, f.params, language)))
        return 1

    check = Check(folder, trust)
    check.run()
    found = []
    if options.lookup:
        check.step("lookup", "", check.look_up, options.lookup)
        found = [dict(check.steps.pop(), number=0)]
    outcome = report(check, found, language)
    if options.json:
        say(json.dumps(outcome, ensure_ascii=False))
    else:
        for step in check.steps + found:
            say(line_of(step, language))
        say(outcome["verdict"])
    return int(outcome["exit"])


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
