#!/usr/bin/env python3
"""Check a published draw with nothing but Python: the stranger's check.

    python3 -I -S verify.py 2026-017              a draw folder, or a zip of it
    python3 -I -S verify.py 2026-017 --lookup ID  one target: drawn or not, and why
    … --genesis FILE --log DIR      keys exchanged since, and the supervisors' verdicts

Written from the protocol's text alone (docs/spec/draw-v1.md, here "draw §n", and
docs/spec/log-v1.md, "log §n"); it shares no line with the program that made the draw.
It reads the folder and writes nothing, asks neither network nor clock, and takes trust
in keys only from a file that *you* bring (--policy or --genesis). Each step ends as

    agrees     computed here, and the same
    differs    computed here, and not the same, or bytes that break the grammar
    people     something that a person must compare with its official source, or weigh
    unchecked  withheld from this reader, absent, unanchored, or unknown to this file

Exit: 0 all agrees (lines for people do not count); 1 something differs; 6 nothing
differs but something is unchecked; 5 no such folder; 2 wrong use.

How to read it. First evening, the draw: 1 findings and grammar, 2 tables, 3 the folder,
4 the lottery (`select`), 5 the matching (`match`), 6 the check of a draw: `draw_steps`
is the list of its steps. Second evening, the log: 7 signatures, 8 the keys of a log,
9 the check of a draw's place in it: `log_steps`. Then 10 words and program, on which
nothing above depends. It runs on Python 3.8 and later.
"""

# ruff: noqa: ANN401, B905, BLE001, DTZ001, DTZ007, N818
# ruff: noqa: PTH112, PTH113, PTH114, PTH118, PTH119, PTH120, PTH122, PTH123, PTH208
# ruff: noqa: UP006, UP035
# (Python 3.8 has no zip(strict=), nor list[...] at run time. JSON values are Any. Times
# are UTC by their grammar. A finding is no error of this program.)

from __future__ import annotations

import argparse
import base64
import hashlib
import heapq
import io
import json
import os
import re
import stat
import struct
import sys
import unicodedata
import zipfile
from array import array
from collections import Counter, deque
from datetime import datetime, timedelta
from typing import Any, Callable, Dict, Iterable, Iterator, NamedTuple, Tuple

# ============================================================== 1 findings


class Finding(Exception):
    """Why a step does not agree: a code of WORDS, a file, the sentence's values."""

    def __init__(self, code: str, file: str = "", **params: Any) -> None:
        super().__init__(code, params)
        self.code, self.file, self.params = code, file, params


class Refused(Finding):
    """It differs."""


class Unchecked(Finding):
    """It cannot be told from here."""


def must(good: Any, code: str, file: str = "", **params: Any) -> None:
    """Differ unless this is so."""
    if not good:
        raise Refused(code, file, **params)


def can(good: Any, code: str, file: str = "", **params: Any) -> None:
    """Leave the step unchecked unless this is so."""
    if not good:
        raise Unchecked(code, file, **params)


def same(found: Any, due: Any, what: str, file: str = "") -> None:
    """Differ unless the two values are the same."""
    must(found == due, "not-same", file, what=what, found=found, due=due)


Said = Tuple[str, str, Dict[str, Any]]


def agrees(code: str, **params: Any) -> Said:
    """What a step returns that computed the same."""
    return "agrees", code, params


def people(code: str, **params: Any) -> Said:
    """What a step returns when a person must do the comparing."""
    return "people", code, params


# ------------------------------------------------------- grammar (draw §1)

WORD = "0-9A-Za-z\u4e00-\u9fff\u3007"
ID = f"[{WORD}][-_.{WORD}]{{0,63}}"
DRAW = "[0-9A-Za-z][-0-9A-Za-z]{0,31}"
STRATUM = "[0-9A-Za-z][-0-9A-Za-z]{0,15}"
CONTROLS = "\x00-\x1f\x7f-\x9f\u2028\u2029"
VALUE, MAYBE = f"[^{CONTROLS}]+", f"[^{CONTROLS}]*"  # of a table
TEXT, ANY = "(?s).+", "(?s).*"  # of a JSON file
NUMBER, COUNT = "0|[1-9][0-9]{0,15}", "[1-9][0-9]{0,15}"
HEX, HEX32, HEX64 = "([0-9a-f]{2})+", "[0-9a-f]{32}", "[0-9a-f]{64}"
RATIO = "([1-9][0-9]{0,5})/([1-9][0-9]{0,5})"
MOST, LAST = 2**53 - 1, 253402300799  # integers; seconds up to the year 9999


def fits(pattern: str, text: Any) -> bool:
    """Whether the whole of a text has this form."""
    return isinstance(text, str) and re.fullmatch(pattern, text) is not None


def is_ratio(text: Any) -> bool:
    """p/q with 1 ≤ p ≤ q ≤ 999,999."""
    return fits(RATIO, text) and int(text.split("/")[0]) <= int(text.split("/")[1])


def is_positive(value: Any) -> bool:
    """A whole number above 0; true and false are none."""
    return type(value) is int and value > 0


def instant(text: Any) -> int | None:
    """Seconds since 1970 of `2026-11-20T01:00:00Z`; None when it is no such time."""
    if not fits("[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}Z", text):
        return None
    try:
        moment = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None
    return (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)


def is_time(text: Any) -> bool:
    """A UTC time in seconds."""
    return instant(text) is not None


def is_date(text: Any) -> bool:
    """A day of the calendar, YYYY-MM-DD."""
    return isinstance(text, str) and is_time(text + "T00:00:00Z")


def utc(seconds: int) -> str:
    """The time of so many seconds, for people."""
    moment = datetime(1970, 1, 1) + timedelta(seconds=min(seconds, LAST))
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def sha(data: bytes | str) -> str:
    """SHA-256 in hex, as `sha256sum` prints it."""
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def encode(value: Any, depth: int = 0) -> str:
    """RFC 8785 text of a value without floats: names in UTF-16 order, no spaces."""
    must(depth <= 32, "json-deep")
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        inner = [f"{encode(name)}:{encode(value[name], depth + 1)}" for name in names]
        return "{" + ",".join(inner) + "}"
    if isinstance(value, list):
        return "[" + ",".join(encode(item, depth + 1) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def parse_json(raw: bytes, sign: str = "") -> Any:
    """The value of a canonical JSON file: one line and one LF, nothing else.

    Numbers of a draw have no sign; those of a log entry may ("-?").
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        must(len(dict(found)) == len(found), "json-duplicate")
        return dict(found)

    def whole(digits: str) -> int:
        good = fits(f"{sign}({NUMBER})", digits) and abs(int(digits)) <= MOST
        must(good, "json-number", value=digits[:40])
        return int(digits)

    hooks: Any = dict.fromkeys(("parse_int", "parse_float", "parse_constant"), whole)
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=pairs, **hooks)
        must((encode(value) + "\n").encode("utf-8") == raw, "json-canonical")
    except RecursionError:
        raise Refused("json-deep") from None
    except ValueError:  # JSONDecodeError and the Unicode errors
        raise Refused("json-broken") from None
    return value


def is_plain(value: Any) -> bool:
    """Made of numbers, texts, arrays and objects only, as a log entry's body is."""
    if isinstance(value, (dict, list)):
        return all(map(is_plain, value.values() if isinstance(value, dict) else value))
    return type(value) in (int, str)


def shape(form: Any, value: Any, path: str, strange: list[str]) -> None:
    """Hold a JSON value against a form; names of unknown fields go to `strange`.

    A form is a pattern for a string, `int`, `bool`, a list (array), a tuple (array
    that is not empty), a function that tells, or a dict, where `name?` is optional.
    """
    good: Any = True
    if isinstance(form, dict):
        must(isinstance(value, dict), "field-bad", field=path)
        for name, inner in form.items():
            key = name.rstrip("?")
            must(key in value or key != name, "field-missing", field=f"{path}.{key}")
            if key in value:
                shape(inner, value[key], f"{path}.{key}", strange)
        known = {name.rstrip("?") for name in form}
        strange += [f"{path}.{name}" for name in value if name not in known]
    elif isinstance(form, (list, tuple)):
        good = isinstance(value, list) and (value or isinstance(form, list))
        for number, item in enumerate(value if good else ()):
            shape(form[0], item, f"{path}[{number}]", strange)
    elif isinstance(form, type):
        good = type(value) is form
    else:
        good = form(value) if callable(form) else fits(form, value)
    must(good, "field-bad", field=path)


# ------------------------------------- forms of the JSON files (draw §2-4)

# fmt: off
FROZEN = ["targets.tsv", "strata.tsv", "inspectors.tsv", "conflicts.tsv",
          "exclusions.tsv", "inspector-exclusions.tsv"]
DIGEST = {"rows": int, "bytes": int, "sha256": HEX64}
QUOTA = dict.fromkeys(("count?", "ratio?", "round?"), lambda _: True)  # see quota()
STRATA = ({"name": STRATUM, "rows": int, "quota?": QUOTA},)
REGISTRY = {"seq": int, "targets": HEX64, "inspectors": HEX64}
ANNOUNCEMENT = {
    "protocol": "dualrandom/1", "draw": DRAW, "office": TEXT, "title": TEXT,
    "announced": is_time, "due": is_time,
    "task": {"id": TEXT, "plan": ANY, "type": TEXT, "scope": ANY, "from": is_date,
             "to": is_date, "rules": HEX64},
    "items": ({"code": TEXT, "version": int, "name": TEXT, "basis": TEXT},),
    "registry": REGISTRY,
    "files": dict(dict.fromkeys(FROZEN, DIGEST),
                  **{"targets.tsv": dict(DIGEST, **{"root?": HEX64})}),
    "visibility": dict.fromkeys(FROZEN, TEXT),
    "excluded": [{"list": TEXT, "reason": TEXT, "count": int}],
    "strata?": STRATA, "total?": is_positive, "strata_private?": lambda v: v is True,
    "reserves?": {"ratio": is_ratio}, "posts": ({"count": is_positive, "need": [ID]},),
    "area": TEXT,
    "randomness": (lambda s: isinstance(s, dict) and fits(TEXT, s.get("kind")),),
    "software": TEXT, "release?": is_date, "off_site?": TEXT,
    "supersedes?": {"draw": DRAW, "reason": TEXT},
}
# Kind of source: what is announced, the beginning of its line in seed.txt, its value.
SOURCES: dict[str, tuple[dict[str, Any], str, str]] = {
    "drand": ({"chain": HEX64, "round": is_positive}, "drand {chain} {round} ", HEX64),
    "nist": ({"chain": int, "pulse": int}, "nist {chain} {pulse} ", HEX64 * 2),
    "lottery": ({"game": TEXT, "issue": "[-0-9A-Za-z]{1,32}"},
                "lottery {game} {issue} ", "[0-9.+]+"),
    "sealed": ({"party": ID, "commitment": HEX64}, "sealed {party} ", HEX64),
    "dice": ({"count": lambda n: type(n) is int and n >= 20}, "dice ", "[0-9]+"),
    "local": ({}, "local ", HEX64),
}
OUTSIDE = {"drand", "nist", "lottery"}
PROOFS = {
    "drand": {"signature": HEX, "previous_signature?": HEX},
    "nist": {"pulse": lambda p: isinstance(p, dict), "certificate": TEXT},
}
# Game: how many numbers, and the highest, of each of its two groups.
GAMES = {"ssq": ((6, 33), (1, 16)), "dlt": ((5, 35), (2, 12))}
# drand chain: its first round's time, seconds a round, bytes of a signature, chained?
CHAINS = {
    "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce":
        (1595431050, 30, 96, True),
    "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971":
        (1692803367, 3, 48, False),
}
RESULT = {
    "protocol": "dualrandom/1", "draw": DRAW, "commitment": HEX64, "seed_file": HEX64,
    "randomness_file": HEX64, "drawn": is_positive, "matched": bool, "software": TEXT,
}
# fmt: on
POSTS_LIMIT, PAIRS_LIMIT = 200_000, 100_000_000  # what this plain program takes on


def is_known(source: dict[str, Any]) -> bool:
    """Whether this program knows a source's kind, and a lottery's game."""
    game = source["kind"] != "lottery" or source.get("game") in GAMES
    return source["kind"] in SOURCES and game


def drand_time(source: dict[str, Any]) -> int | None:
    """When a round comes into being, if its chain is known."""
    if source["kind"] != "drand" or source["chain"] not in CHAINS:
        return None
    first, period, _, _ = CHAINS[source["chain"]]
    return int(first + (source["round"] - 1) * period)


def read_versioned(raw: bytes) -> Any:
    """A JSON file; one of a later version of the protocol is unchecked, not wrong."""
    value = parse_json(raw)
    version = value.get("protocol") if isinstance(value, dict) else None
    later = version != "dualrandom/1" and fits("dualrandom/[1-9][0-9]{0,3}", version)
    can(not later, "version", value=version)
    return value


# ====================================================== 2 tables (draw §2)

TAGS = f"(?:{ID}(?:,{ID})*)?"
# fmt: off
# File: its columns with their grammar; and how many of the first columns sort its rows
# (0: the order is that of the computed rows).
TABLES: dict[str, tuple[dict[str, str], int]] = {
    "targets.tsv": ({"id": ID, "name": VALUE, "region": MAYBE, "kind": MAYBE,
                     "salt": HEX32}, 1),
    "strata.tsv": ({"id": ID, "stratum": STRATUM, "tickets": "[1-9][0-9]?"}, 1),
    "inspectors.tsv": ({"id": ID, "name": MAYBE, "unit": MAYBE, "region": MAYBE,
                        "tags": TAGS, "max": f"(?:{NUMBER})?"}, 1),
    "conflicts.tsv": ({"id": ID, "inspector": ID, "reason": VALUE}, 2),
    "exclusions.tsv": ({"id": ID, "reason": VALUE}, 1),
    "inspector-exclusions.tsv": ({"id": ID, "reason": VALUE}, 1),
    "selected.tsv": ({"order": COUNT, "id": ID, "stratum": STRATUM, "rank": COUNT,
                      "ticket": HEX64}, 1),
    "reserves.tsv": ({"id": ID, "stratum": STRATUM, "rank": COUNT,
                      "ticket": HEX64}, 0),
    "drawn.tsv": ({"id": ID}, 1),
    "teams.tsv": ({"id": ID, "post": COUNT, "inspector": ID}, 0),
    "replacements.tsv": ({"seq": NUMBER, "id": ID, "substitute": ID,
                          "reason": VALUE, "evidence": VALUE}, 1),
    "substitutions.tsv": ({"seq": NUMBER, "id": ID, "post": COUNT, "inspector": ID,
                           "substitute": ID, "reason": VALUE}, 1),
}
# fmt: on
DRAWN, CHANGES = list(TABLES)[6:10], list(TABLES)[10:]
PLAIN = ["announcement.json", "randomness.json", "seed.txt", "result.json"]
ACTS = ["announce", "result", "abandon"]
LOGGED = [f"log/{act}.{part}" for act in ACTS for part in ("entry", "tlog-proof")]
DROPPED = {"name", "kind", "unit", "evidence"}  # columns that no later step looks at


class Table(NamedTuple):
    """A table by columns, so that a million rows stay affordable."""

    rows: int
    salt: str | None
    strata: Any  # the value of the #strata line
    columns: dict[str, list[str]]
    root: str  # of targets.tsv: the tree hash over its record lines

    def records(self, *names: str) -> Iterator[tuple[str, ...]]:
        """The rows, of these columns."""
        return zip(*(self.columns[name] for name in names or self.columns))


def read_table(
    name: str, raw: bytes, *, salted: bool, private: bool = False, sealed: bool = False
) -> Table:
    """Read a TSV file strictly: header, #salt and #strata where due, rows, order."""
    spec, sorted_by = TABLES[name]
    if name == "targets.tsv" and not sealed:
        spec = dict(spec, salt="")
    record = re.compile("\t".join(f"({pattern})" for pattern in spec.values()))
    places = {c: i for i, c in enumerate(spec, 1) if c not in DROPPED}
    numbers = [i for i, p in enumerate(spec.values(), 1) if COUNT in p]
    columns: dict[str, list[str]] = {column: [] for column in places}
    once: dict[str, str] = {}  # one copy of each region, stratum, reason …
    due = ["header"] + ["#salt"] * salted + ["#strata"] * private
    salt, strata, last = None, None, None
    leaves: list[bytes] = []
    number = 0
    for number, full in enumerate(io.BytesIO(raw), 1):
        must(full.endswith(b"\n"), "tsv-end", line=number)
        try:
            line = full[:-1].decode("utf-8")
        except UnicodeDecodeError:
            raise Refused("tsv-utf8", line=number) from None
        if due:
            kind, (mark, _, rest) = due.pop(0), line.partition("\t")
            if kind == "header":
                must(line == "\t".join(spec), "tsv-header", found=line[:80])
            elif kind == "#salt":
                must(mark == kind and fits(HEX32, rest), "tsv-due", line=2, due=kind)
                salt = rest
            else:
                must(mark == kind, "tsv-due", line=number, due=kind)
                strata = parse_json(rest.encode() + b"\n")
            continue
        found = record.fullmatch(line)
        if found is None or any(int(found.group(i) or 0) > MOST for i in numbers):
            raise wrong_record(spec, line, number)
        if sorted_by:  # code point order is UTF-8 order
            first: Any = found.groups()[:sorted_by]
            first = (int(first[0]),) if 1 in numbers else first
            good = last is None or last < first
            must(good, "tsv-order", line=number, value=found.group(1))
            last = first
        for column, place in places.items():
            value = found.group(place)
            value = value if place == 1 else once.setdefault(value, value)
            columns[column].append(value)
        if name == "targets.tsv":
            leaves.append(hashlib.sha256(b"\0" + full[:-1]).digest())
    must(not due, "tsv-due", line=number + 1, due=due and due[0])
    rows = len(columns[next(iter(spec))])
    return Table(rows, salt, strata, columns, merkle_root(leaves).hex())


def wrong_record(spec: dict[str, str], line: str, number: int) -> Refused:
    """Say which value of a line broke the grammar."""
    values = line.split("\t")
    if line.startswith("#") or len(values) != len(spec):
        return Refused("tsv-columns", line=number, found=len(values), due=len(spec))
    pairs = zip(spec.items(), values)
    wrong = [(c, v) for (c, form), v in pairs if not fits(form, v)] or [("", line)]
    return Refused("tsv-value", line=number, column=wrong[0][0], value=wrong[0][1][:40])


def merkle_root(level: list[bytes]) -> bytes:
    """RFC 6962 tree hash of leaf hashes: pair by pair, a last odd one moves up."""
    while len(level) > 1:
        odd = level[-1:] if len(level) % 2 else []
        pairs = zip(level[::2], level[1::2])
        level = [hashlib.sha256(b"\1" + a + b).digest() for a, b in pairs] + odd
    return level[0] if level else hashlib.sha256(b"").digest()


# ============================================================ 3 the folder

SMALL, LARGE = 16 << 20, 2 << 30  # bytes: JSON, seed and log files; tables


class Folder:
    """A draw folder on disk: its regular files, and those of log/."""

    def __init__(self, path: str = "") -> None:
        self.path, self.name = path, ""
        self.sizes: dict[str, int] = {}
        self.odd: list[str] = []  # links, devices, folders where a file is due
        if path:
            self.name = os.path.basename(os.path.realpath(path))
            self.find("")

    def find(self, place: str) -> None:
        """List the files of a folder, and of log/ in it."""
        for name in sorted(os.listdir(os.path.join(self.path, place))):
            about = os.lstat(os.path.join(self.path, place, name))
            if stat.S_ISREG(about.st_mode):
                self.sizes[place + name] = about.st_size
            elif (place, name) == ("", "log") and stat.S_ISDIR(about.st_mode):
                self.find("log/")
            else:
                self.odd.append(place + name)

    def read(self, name: str) -> bytes:
        """The bytes of a listed file."""
        try:
            with open(os.path.join(self.path, name), "rb") as file:
                return file.read(LARGE + 1)
        except OSError as error:
            raise Unchecked("unreadable", name, error=error.strerror) from None

    def beside(self, draw: str) -> Folder:
        """Another draw's folder or zip in the same place; empty if none can be read."""
        at = os.path.join(os.path.dirname(os.path.realpath(self.path)), draw)
        try:
            return Folder(at) if os.path.isdir(at) else Zip(at + ".zip")
        except (OSError, ValueError, Finding):
            return Folder()


class Zip(Folder):
    """The same in a zip: one top folder, or none (then the zip's own name counts)."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path
        with open(path, "rb") as file:
            raw = file.read(LARGE)
        if raw[:2] != b"PK" and not zipfile.is_zipfile(io.BytesIO(raw)):
            raise ValueError("neither a folder nor a zip")
        try:
            self.zip = zipfile.ZipFile(io.BytesIO(raw))
            whole = one_reading(raw, self.zip.infolist(), self.zip.start_dir)
        except Exception:  # damaged archives raise many things: all unparsable bytes
            whole = False
        must(whole, "zip-broken")
        every = self.zip.infolist()
        many = len(every) > 256 or sum(e.file_size for e in every) > LARGE
        must(not many, "zip-large")
        for entry in every:
            shown, is_folder = entry.filename[:80], entry.filename.endswith("/")
            parts = entry.filename[: -1 if is_folder else None].split("/")
            odd: Any = re.search("[\\\\:\x00-\x1f\x7f]", entry.orig_filename)
            odd = odd or {"", ".", ".."} & set(parts) or max(map(len, parts)) > 128
            must(not odd, "zip-path", path=shown)
            kinds = (0, stat.S_IFDIR if is_folder else stat.S_IFREG)
            plain = stat.S_IFMT(entry.external_attr >> 16) in kinds
            must(plain and not entry.flag_bits & 0x2041, "zip-link", path=shown)
            bomb = entry.file_size > max(4096, 200 * entry.compress_size)
            must(not bomb, "zip-large")
        names = {unicodedata.normalize("NFC", e.filename).casefold() for e in every}
        must(len(names) == len(every), "zip-twice")
        entries = [e for e in every if not e.filename.endswith("/")]
        tops = {e.filename.split("/")[0] if "/" in e.filename else "" for e in entries}
        top = tops.pop() if len(tops) == 1 and tops != {"log"} else ""
        self.name = top or os.path.splitext(os.path.basename(path))[0]
        skip = len(top) + 1 if top else 0
        self.inside = {entry.filename[skip:]: entry for entry in entries}
        self.sizes = {name: entry.file_size for name, entry in self.inside.items()}

    def read(self, name: str) -> bytes:
        """The bytes of a listed file; its checksum is checked on the way."""
        try:
            with self.zip.open(self.inside[name]) as file:
                raw = file.read(self.sizes[name] + 1)
        except Exception:
            raise Refused("zip-broken", name) from None
        must(len(raw) == self.sizes[name], "zip-broken", name)
        return raw


def one_reading(raw: bytes, entries: list[zipfile.ZipInfo], directory: int) -> bool:
    """Whether all that a zip says twice agrees, and nothing lies between (draw §2)."""
    mark, *disks, here, count, length, start, comment = struct.unpack(
        "<4s4H2LH", raw[-22:]
    )
    good = mark == b"PK\5\6" and not any(disks) and comment == 0
    good = good and here == count == len(entries) < 0xFFFF
    good = good and start == directory and start + length + 22 == len(raw)
    due = 0
    for entry in sorted(entries, key=lambda e: e.header_offset):
        mark, _, flags, method, _, crc, packed, size, name, extra = struct.unpack(
            "<4s3H4L2H", raw[due : due + 30]
        )
        said = (entry.CRC, entry.compress_size, entry.file_size)
        behind = flags & 8  # the sizes follow the file, with a mark or without
        good = good and (mark, entry.header_offset) == (b"PK\3\4", due)
        good = good and method == entry.compress_type and method in (0, 8)
        good = good and not (flags ^ entry.flag_bits) & ~0x806  # of no weight
        same = (crc, packed, size) == said or (behind and not crc and not size)
        due += 30 + name + extra + entry.compress_size
        if behind:
            plain = struct.pack("<3L", *said)
            marked = raw[due : due + 16] == b"PK\7\x08" + plain
            same = same and (marked or raw[due : due + 12] == plain)
            due += 16 if marked else 12
        good = good and same
    return bool(good) and due == directory


# =================================================== 4 drawing (draw §3-5)


def seed_of(seed_txt: bytes) -> str:
    """The seed (draw §4): the first 32 hex characters of `sha256sum seed.txt`."""
    return sha(seed_txt)[:32]


def key_of(seed: str, salt: str | None) -> str:
    """The key (draw §4): the seed itself, or made with the salt of strata.tsv."""
    return seed if salt is None else sha(f"{seed},{salt}")[:32]


def lowest(key: str, ident: str, tickets: int) -> bytes:
    """A row's ticket (draw §5 step 1): the lowest of its tickets, as 32 bytes."""
    best = hashlib.sha256(f"{key},{ident}".encode()).digest()
    for j in range(2, tickets + 1):
        best = min(best, hashlib.sha256(f"{key},{ident}#{j}".encode()).digest())
    return best


def share(rows: int, ratio: str, way: str) -> int:
    """The number rows × p/q, rounded up or down, in integers."""
    p, q = map(int, ratio.split("/"))
    return (rows * p + (q - 1 if way == "up" else 0)) // q


def quotas(strata: list[dict[str, Any]], total: int | None) -> list[int]:
    """How many are drawn in each stratum (draw §3), never more than it has."""
    shape(STRATA, strata, "strata", [])
    sizes, names = [s["rows"] for s in strata], [s["name"] for s in strata]
    must(len(set(names)) == len(names), "strata-twice")
    must(sum(sizes) > 0, "empty-list")
    must(all(("quota" in s) == (total is None) for s in strata), "quota-or-total")
    if total is None:
        counts = [quota(s["name"], s["rows"], s["quota"]) for s in strata]
    else:  # in proportion, by largest remainder; ties: the stratum listed first
        must(is_positive(total), "quota-bad", stratum="total")
        counts = [total * n // sum(sizes) for n in sizes]
        rest = [total * n % sum(sizes) for n in sizes]
        places = sorted(range(len(sizes)), key=lambda i: (-rest[i], i))
        for i in places[: total - sum(counts)]:
            counts[i] += 1
    for name, n, count in zip(names, sizes, counts):
        must(n == 0 or count > 0, "quota-zero", stratum=name)
    return [min(n, count) for n, count in zip(sizes, counts)]


def quota(name: str, rows: int, rule: Any) -> int:
    """One stratum's quota: a count, or a ratio with its rounding; never to nearest."""
    must(isinstance(rule, dict), "quota-bad", stratum=name)
    if rule.keys() & {"count", "ratio", "round"} == {"count"}:
        must(is_positive(rule["count"]), "quota-bad", stratum=name)
        return int(rule["count"])
    good = is_ratio(rule.get("ratio")) and rule.get("round") in ("up", "down")
    must(good and "count" not in rule, "quota-bad", stratum=name)
    return share(rows, rule["ratio"], rule["round"])


Drawn = Tuple[int, str, str, int, str]  # order, id, stratum, rank, ticket
Reserve = Tuple[str, str, int, str]  # id, stratum, rank, ticket


def select(
    key: str, rows: Iterable[tuple[str, ...]], announced: dict[str, Any]
) -> tuple[list[Drawn], list[Reserve]]:
    """Draw the targets and their reserves (draw §5).

    Args:
        key: the draw's key.
        rows: (id, stratum, tickets) of strata.tsv.
        announced: of which "strata", "total" and "reserves" are used.
    """
    strata, spare = announced["strata"], announced.get("reserves")
    pools: dict[str, list[tuple[bytes, str]]] = {s["name"]: [] for s in strata}
    for ident, stratum, tickets in rows:
        must(stratum in pools, "stratum-unknown", stratum=stratum)
        pools[stratum].append((lowest(key, ident, int(tickets)), ident))
    first: list[Reserve] = []
    reserves: list[Reserve] = []
    for s, take in zip(strata, quotas(strata, announced.get("total"))):
        pool = sorted(pools.pop(s["name"]))
        same(len(pool), s["rows"], f"rows of {s['name']}")
        more = share(take, spare["ratio"], "up") if spare else 0
        ranked = enumerate(pool[: take + more], 1)
        placed = [(ident, s["name"], n, value.hex()) for n, (value, ident) in ranked]
        first += placed[:take]
        reserves += placed[take:]
    first.sort(key=lambda row: (sha(f"{key},{row[0]}#0"), row[0]))
    return [(order, *row) for order, row in enumerate(first, 1)], reserves


# ==================================================== 5 matching (draw §6)


def bits(mask: int) -> Iterator[int]:
    """The positions of the ones in a mask."""
    text = bin(mask)[:1:-1]
    at = text.find("1")
    while at >= 0:
        yield at
        at = text.find("1", at + 1)


Reach = Tuple[int, Dict[int, int], Dict[int, int]]


class Seats:
    """Who holds which post: a flow that changes only along alternating chains.

    Inspectors and posts are numbers (every target's first post, then every second …);
    sets of posts are the bits of an integer. A chain is a path in the residual network:
    an inspector takes a post, its holder takes another one in turn, or moves to another
    post of the same team, and so on. The search tries them all, so "no chain" means
    that no such assignment exists.
    """

    def __init__(self, targets: int, team: int, can_hold: list[int]) -> None:
        self.targets, count = targets, targets * team
        self.one_team = sum(1 << p * targets for p in range(team))
        self.can = can_hold  # inspector → the posts that he is eligible for
        self.holder = [-1] * count
        self.held = [0] * len(can_hold)  # inspector → his posts
        self.busy = [0] * len(can_hold)  # inspector → all posts of the teams he is in
        self.free = self.loose = (1 << count) - 1  # nobody's; not settled for good

    def team(self, post: int) -> int:
        """All posts of a post's target."""
        return self.one_team << post % self.targets

    def seat(self, changes: list[tuple[int, int]]) -> None:
        """Give posts to inspectors: (post, inspector) pairs that belong together."""
        for post, _ in changes:
            old = self.holder[post]
            if old >= 0:
                self.held[old] &= ~(1 << post)
                self.busy[old] &= ~self.team(post)
        for post, new in changes:
            self.holder[post] = new
            self.held[new] |= 1 << post
            self.busy[new] |= self.team(post)
            self.free &= ~(1 << post)

    def search(self, inspector: int = -1, post: int = -1) -> Reach:
        """Follow all chains that begin with an inspector, or with a post to hand over.

        Returns:
            A free post that was reached (else -1); for each post reached, who takes
            it: an inspector, or ~p for the holder of post p, who moves over; for each
            inspector reached, the post that he gives up first (-1: none).
        """
        takes: dict[int, int] = {}
        gives: dict[int, int] = {inspector: -1} if post < 0 else {}
        queue, reached = deque(gives), [post] if post >= 0 else []
        unseen = self.loose & ~(1 << post) if post >= 0 else self.loose
        while True:
            while reached:
                y = reached.pop()
                h = self.holder[y]
                if h < 0:
                    return y, takes, gives
                if h not in gives:
                    gives[h] = y
                    queue.append(h)
                moves = self.can[h] & self.team(y) & unseen
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

    def chain(self, post: int, end: int, reach: Reach) -> list[tuple[int, int]]:
        """The changes that free a post, back to where the search began."""
        _, takes, gives = reach
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
        reach = self.search(inspector=inspector)
        if reach[0] >= 0:
            self.seat(self.chain(reach[0], -1, reach))
        return reach[0] >= 0

    def settle(self, post: int, candidates: Iterable[int]) -> int:
        """Give a post for good to the first with whom all others can be filled."""
        now, reach = self.holder[post], None
        for i in candidates:
            if i == now:
                break
            movable, in_team = self.held[i] & self.loose, self.busy[i] >> post & 1
            if in_team:  # then only by leaving his other post of this team
                movable &= self.team(post)
            if not movable:
                continue
            swap = movable & self.can[now] & (~self.busy[now] | self.team(post))
            if swap:  # the two simply exchange posts
                self.seat([(post, i), (swap.bit_length() - 1, now)])
                break
            reach = reach or self.search(post=post)
            given = movable.bit_length() - 1
            if not in_team:
                given = reach[2].get(i, -1)
            if given in reach[1]:
                self.seat([(post, i), *self.chain(given, post, reach)])
                break
        self.loose &= ~(1 << post)
        return self.holder[post]


def match(
    key: str,
    targets: list[str],
    posts: list[list[str]],
    inspectors: list[dict[str, Any]],
    regions: dict[str, str],
    area: str,
    conflicts: set[tuple[str, str]],
) -> list[tuple[str, int, str]] | None:
    """Fill every post of every drawn target (draw §6).

    Args:
        key: the draw's key.
        targets: ids by `order`.
        posts: for each post of a team, the tags that it needs.
        inspectors: {"id", "tags", "region", "max" (None: no limit)} each.
        regions: target → region; needed for the areas same and cross.
        area: any, same or cross.
        conflicts: (target, inspector) pairs.

    Returns:
        (target, post, inspector) by order, then post; None when no complete
        assignment exists.
    """
    can(area in ("any", "same", "cross"), "area-unknown", value=area)
    size, count = len(targets), len(targets) * len(posts)
    everywhere = (1 << size) - 1  # sets of targets are bits, too
    there: dict[str, int] = {}  # region → its targets
    place = {ident: t for t, ident in enumerate(targets)}
    for ident, t in place.items():
        there[regions.get(ident, "")] = there.get(regions.get(ident, ""), 0) | 1 << t
    recused: dict[str, int] = {}  # inspector → targets that he may not see
    for ident, inspector in conflicts:
        if ident in place:
            recused[inspector] = recused.get(inspector, 0) | 1 << place[ident]
    can_hold = []  # posts by number: every target's first, then every second …
    for i in inspectors:
        sees = everywhere if area == "any" else there.get(i["region"], 0)
        if area == "cross":
            sees = everywhere & ~sees
        sees &= ~recused.get(i["id"], 0)
        able = [p for p, need in enumerate(posts) if set(need) <= set(i["tags"])]
        can_hold.append(sum(sees << p * size for p in able))
    seats = Seats(size, len(posts), can_hold)

    # First, how many: one post at a time, to whoever has the fewest.
    ids = [i["id"] for i in inspectors]
    limits = [count if i["max"] is None else i["max"] for i in inspectors]
    own = [(0, sha(f"{key},/{i}"), i, n) for n, i in enumerate(ids) if limits[n] > 0]
    heapq.heapify(own)
    for _ in range(count):
        while own and not seats.one_more(own[0][3]):
            heapq.heappop(own)  # gets no more in this draw
        if not own:
            return None
        has, value, ident, n = heapq.heappop(own)
        if has + 1 < limits[n]:
            heapq.heappush(own, (has + 1, value, ident, n))

    # Then, who goes where: post after post, the lowest ticket that still works.
    ranked = []  # target → inspectors by ticket
    for t, target in enumerate(targets):
        some = [n for n in range(len(ids)) if can_hold[n] >> t & seats.one_team]
        some.sort(key=lambda n: (sha(f"{key},{target}/{ids[n]}"), ids[n]))
        ranked.append(array("I", some))
    filled = []
    for post in range(count):
        p, t = divmod(post, size)
        eligible = (n for n in ranked[t] if can_hold[n] >> post & 1)
        filled.append((t, p + 1, ids[seats.settle(post, eligible)]))
    return [(targets[t], p, i) for t, p, i in sorted(filled)]


def staffable(needs: list[list[str]], eligible: list[set[str]]) -> bool:
    """Whether one target, taken alone, gets a full team from those (by their tags)."""
    posts = range(len(needs))
    able = [sum(1 << p for p in posts if set(needs[p]) <= tags) for tags in eligible]
    seats = Seats(1, len(needs), able)
    return any(seats.one_more(n) and not seats.free for n in range(len(able)))


# ============================================ 6 the check of a draw (draw §7)


class DrawCheck:
    """One draw, step by step: all that its folder shows by itself."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.steps: list[dict[str, Any]] = []
        self.notice: dict[str, Any] = {}  # the announcement, once it parses
        self.result: dict[str, Any] = {}
        self.commitment = self.seed = self.key = ""
        self.shown: dict[str, str] = {}  # file → its legal visibility
        self.bad: set[str] = set()  # files with a digest that is not the published one
        self.tables: dict[str, Table] = {}
        self.rules: dict[str, Any] = {}  # strata, total, reserves; private ones too
        self.values: list[str] = []  # of seed.txt, one a source
        self.evidence: list[dict[str, Any]] = []  # of randomness.json, one a source
        self.times: dict[int, int | None] = {}  # outside values: when they came
        self.selected: list[Drawn] | None = None
        self.reserves: list[Reserve] = []
        self.teams: list[tuple[str, int, str]] = []

    def draw_steps(self) -> None:
        """All steps of a draw, in order."""
        step, n = self.step, self.notice
        step("rules", "announcement.json", self.check_rules)
        step("result", "result.json", self.read_result)
        for name in TABLES:
            self.read_file(name)
        step("lists", "targets.tsv", self.check_lists)
        if n["area"] in ("same", "cross"):
            for name in ("targets.tsv", "inspectors.tsv"):
                step("lists", name, self.check_regions, name)
        step("exclusions", FROZEN[4], self.check_exclusions, "targets", FROZEN[4])
        step("exclusions", FROZEN[5], self.check_exclusions, "inspectors", FROZEN[5])
        step("strata", "strata.tsv", self.check_strata)
        step("staffing", "conflicts.tsv", self.check_staffing)
        step("scope", "targets.tsv", self.say_scope)
        if n.get("supersedes", {}).get("reason") == "staffing":
            step("supplement", "targets.tsv", self.check_supplement)
        if not self.folder.sizes.keys() & {*PLAIN[1:], *DRAWN}:
            return  # not drawn yet, or abandoned
        for name in ("seed.txt", "randomness.json"):
            step("file", name, self.same_digest, name)
        step("seed", "seed.txt", self.check_seed)
        step("randomness", "randomness.json", self.read_proofs)
        for number, source in enumerate(n["randomness"]):
            step("source", "seed.txt", self.check_source, number, source)
        step("selection", "selected.tsv", self.check_selection)
        if "reserves" in n:
            step("reserves", "reserves.tsv", self.check_reserves)
        step("drawn", "drawn.tsv", self.check_drawn)
        step("teams", "teams.tsv", self.check_teams)
        if self.tables.keys() & set(CHANGES):
            step("changes", "", self.check_changes)

    # -- keeping the report

    def add(
        self, verdict: str, name: str, file: str, code: str, /, **params: Any
    ) -> None:
        """Note how a step ended."""
        step = {"number": len(self.steps) + 1, "name": name, "verdict": verdict}
        self.steps.append(dict(step, file=file, code=code, params=params))

    def step(self, name: str, file: str, work: Callable[..., Said], *args: Any) -> bool:
        """Do one step and note how it ended; True when nothing stood against it."""
        try:
            verdict, code, params = work(*args)
        except Finding as f:
            verdict = "differs" if isinstance(f, Refused) else "unchecked"
            code, params, file = f.code, f.params, f.file or file
        except Exception as error:  # a fault of this program is said, never hidden
            verdict, code = "unchecked", "internal"
            params = {"error": f"{type(error).__name__}: {error}"[:80]}
        self.add(verdict, name, file, code, **params)
        return verdict in ("agrees", "people")

    def fit(self, name: str, file: str, form: Any, value: Any, path: str) -> None:
        """Hold JSON against a form; a field not known is never *agrees* (draw §1)."""
        strange: list[str] = []
        shape(form, value, path, strange)
        self.unknown(name, file, strange)

    def unknown(
        self, name: str, file: str, what: list[str], code: str = "unknown"
    ) -> None:
        """Note what this version, or nobody here, knows."""
        if what:
            self.add("unchecked", name, file, code, what=", ".join(what[:10]))

    # -- reading

    def bytes_of(self, name: str, limit: int = SMALL) -> bytes:
        """A file's bytes; what is withheld, not there or not as published is not."""
        can(name not in self.bad, "needs", name=name)
        if name not in self.folder.sizes:
            public = self.shown.get(name, "public") == "public"
            raise Unchecked("absent" if public else "withheld", name)
        can(self.folder.sizes[name] <= limit, "too-large", name)
        return self.folder.read(name)

    def table(self, name: str) -> Table:
        """A table that a step needs, or why the step cannot be done."""
        if name not in self.tables:
            self.bytes_of(name, LARGE)
            raise Unchecked("needs", name=name)
        return self.tables[name]

    def list_folder(self) -> None:
        """Only the files of draw §2 count; anything else is not checked."""
        known = {*TABLES, *PLAIN, *LOGGED}
        for name in known & set(self.folder.odd):
            self.add("differs", "folder", name, "not-a-file")
        others = sorted({*self.folder.odd, *self.folder.sizes} - known)
        self.unknown("folder", "", others, "unlisted")

    # -- announcement and result (draw §2, §3)

    def read_announcement(self) -> Said:
        """Every field required, none unknown, in a folder of the draw's name."""
        name = "announcement.json"
        raw = self.bytes_of(name)
        self.commitment = sha(raw)
        notice = read_versioned(raw)
        self.fit("announcement", name, ANNOUNCEMENT, notice, "announcement")
        kinds = {e["list"] for e in notice["excluded"]} - {"targets", "inspectors"}
        for number, source in enumerate(notice["randomness"]):
            kind = source["kind"]
            good = kind != "lottery" or fits(TEXT, source.get("game"))
            must(good, "field-bad", field="randomness.game")
            if is_known(source):
                form = dict(SOURCES[kind][0], kind=TEXT)
                self.fit("announcement", name, form, source, "randomness")
            else:
                kinds.add(source["game"] if kind == "lottery" else kind)
            if kind in OUTSIDE:
                self.times[number] = drand_time(source)
        self.unknown("announcement", name, sorted(kinds))
        self.notice = notice
        sealed = "sealed" if "release" in notice else "public"
        strata = "supervisors" if "strata_private" in notice else sealed
        self.shown = dict.fromkeys(TABLES, "supervisors")
        self.shown.update({"targets.tsv": sealed, "drawn.tsv": sealed})
        as_strata = ("strata.tsv", "selected.tsv", "reserves.tsv")
        self.shown.update(dict.fromkeys(as_strata, strata))
        if "strata" in notice and "strata_private" not in notice:
            self.rules = {k: notice.get(k) for k in ("strata", "total", "reserves")}
        same(self.folder.name, notice["draw"], "folder name")
        return agrees("announcement", draw=notice["draw"], title=notice["title"])

    def compare_commitment(self) -> Said:
        """All that was made later names the announcement by its digest."""
        can(self.commitment, "absent")
        names = ("seed.txt", "result.json", "log/announce.entry")
        later = [name for name in names if name in self.folder.sizes]
        for name in later:
            form = rb"\A.*\n(.*)\n" if name == "seed.txt" else rb'"commitment":"(\w*)"'
            found = [x.decode("latin-1") for x in re.findall(form, self.bytes_of(name))]
            said = self.commitment if self.commitment in found else "".join(found[:1])
            files = f"announcement.json, {name}"
            same(self.commitment, said[:80], "SHA-256 of announcement.json", files)
        if not later:
            return people("commitment-alone", value=self.commitment)
        return agrees("value", value=self.commitment)

    def check_rules(self) -> Said:
        """The rules that the announcement alone can break."""
        n = self.notice
        rows = {name: n["files"][name]["rows"] for name in FROZEN}
        for name in FROZEN:
            same(n["visibility"][name], self.shown[name], f"visibility of {name}")
        rooted = "release" not in n or "root" in n["files"]["targets.tsv"]
        must(rooted, "field-missing", field="files.targets.tsv.root")
        must(rows["targets.tsv"] > 0, "empty-list")
        same(rows["strata.tsv"], rows["targets.tsv"], "rows of strata.tsv")
        posts = sum(post["count"] for post in n["posts"])
        must(posts >= 2 or "off_site" in n, "posts-few")
        kinds = [source["kind"] for source in n["randomness"]]
        must("local" not in kinds or len(kinds) == 1, "local-alone")
        self.came_later(n["announced"], "announcement.json")
        reasons = [(e["list"], e["reason"]) for e in n["excluded"]]
        must(len(set(reasons)) == len(reasons), "excluded-twice")
        for kind, name in (("targets", FROZEN[4]), ("inspectors", FROZEN[5])):
            said = sum(e["count"] for e in n["excluded"] if e["list"] == kind)
            same(said, rows[name], f"sum of excluded {kind}")
        if "strata_private" in n:
            must("strata" not in n and "total" not in n, "strata-private")
            return agrees("rules-private")
        must("strata" in n, "field-missing", field="announcement.strata")
        return self.check_quotas()

    def check_quotas(self) -> Said:
        """How many are to be drawn, stratum by stratum; and how many were."""
        strata, total = self.rules["strata"], self.rules["total"]
        places = quotas(strata, total)
        rows = self.notice["files"]["strata.tsv"]["rows"]
        same(sum(s["rows"] for s in strata), rows, "sum of rows of strata")
        drawn = self.result.get("drawn", sum(places))
        same(drawn, sum(places), "drawn", "result.json")
        wanted = [s.get("quota", {}).get("count", 0) for s in strata]
        cut = (total or 0) > sum(places) or any(w > k for w, k in zip(wanted, places))
        shown = zip(strata[:20], places)
        text = ", ".join(f"{s['name']} {k}/{s['rows']}" for s, k in shown)
        code = "quotas-cut" if cut else "quotas"
        return agrees(code, quotas=text, drawn=sum(places))

    def read_result(self) -> Said:
        """The drawn files that are due, no others, with as many rows as must be."""
        name, n, ended = "result.json", self.notice, "log/abandon.entry"
        if ended in self.folder.sizes:
            for other in (name, "log/result.entry"):
                must(other not in self.folder.sizes, "two-ends", f"{other}, {ended}")
            return people("abandoned")
        can(name in self.folder.sizes, "no-result")
        result = read_versioned(self.bytes_of(name))
        matched = isinstance(result, dict) and result.get("matched") is True
        due = [f for f in DRAWN if f != "reserves.tsv" or "reserves" in n]
        due = [f for f in due if f != "teams.tsv" or matched]
        files, shown = dict.fromkeys(due, DIGEST), dict.fromkeys(due, TEXT)
        form = dict(RESULT, files=files, visibility=shown)
        self.fit("result", name, form, result, "result")
        for file in {*result["files"], *result["visibility"]} - set(due):
            must(file not in TABLES, "not-due", f"{name}, {file}")
        self.result = result
        same(result["draw"], n["draw"], "draw")
        same(result["commitment"], self.commitment, "commitment")
        for file in due:
            same(result["visibility"][file], self.shown[file], f"visibility of {file}")
        rows = {f: about["rows"] for f, about in result["files"].items() if f in due}
        seats = result["drawn"] * sum(post["count"] for post in n["posts"])
        same(rows["selected.tsv"], result["drawn"], "rows of selected.tsv")
        same(rows["drawn.tsv"], result["drawn"], "rows of drawn.tsv")
        same(rows.get("teams.tsv", seats), seats, "rows of teams.tsv")
        if self.rules:
            self.check_quotas()
        return agrees("result", drawn=result["drawn"])

    # -- tables (draw §2)

    def read_file(self, name: str) -> None:
        """Digest, size, rows and grammar of one table, where it is due or is there."""
        here, about = name in self.folder.sizes, self.notice["files"].get(name)
        if name in DRAWN:
            about = self.result.get("files", {}).get(name)
            due = name != "reserves.tsv" or "reserves" in self.notice
            if not due or (name == "teams.tsv" and self.result.get("matched") is False):
                if here:
                    self.add("differs", "file", name, "not-due")
                return
        if here or about is not None:
            shown = self.shown[name]
            good = self.step("file", name, self.read_and_parse, name, shown, about)
            if good and about is None:
                code = "change-log" if name in CHANGES else "digest-unknown"
                self.add("unchecked", "file", name, code)

    def read_and_parse(self, name: str, shown: str, about: Any) -> Said:
        """Its bytes against the published digest, then its grammar."""
        raw, n = self.bytes_of(name, LARGE), self.notice
        digest = sha(raw)
        if about is not None:
            must(digest == about["sha256"], "digest", found=digest, due=about["sha256"])
            same(len(raw), about["bytes"], "bytes")
        secret, sealed = shown != "public", "release" in n
        private = "strata_private" in n and name == "strata.tsv"
        table = read_table(name, raw, salted=secret, private=private, sealed=sealed)
        if about is not None:
            same(table.rows, about["rows"], "rows")
            if name == "targets.tsv":
                same(about.get("root", table.root), table.root, "root")
        made = name not in FROZEN and secret
        if made and "inspectors.tsv" in self.tables:
            frozen = self.tables["inspectors.tsv"].salt
            same(table.salt, sha(f"{frozen},{name}")[:32], "#salt")
        elif made:
            self.add("unchecked", "file", name, "salt-unknown")
        for tags in table.columns.get("tags", []):
            in_order = tags.split(",") == sorted(set(tags.split(",")))
            must(in_order, "tags-order", value=tags[:80])
        self.tables[name] = table
        return agrees("file", rows=table.rows, digest=digest)

    def check_lists(self) -> Said:
        """The same targets in both lists (draw §2)."""
        targets, strata = (self.table(name).columns["id"] for name in FROZEN[:2])
        odd = set(targets) ^ set(strata) if targets != strata else set()
        must(not odd, "ids-differ", "strata.tsv", id=min(odd, default=""))
        return agrees("lists", rows=len(targets))

    def check_regions(self, name: str) -> Said:
        """No empty region wherever regions count (draw §3)."""
        regions = self.table(name).columns["region"]
        must("" not in regions, "region-empty", name)
        return agrees("regions", rows=len(regions))

    def check_exclusions(self, kind: str, name: str) -> Said:
        """Counted in the announcement by reason; disjoint from the list."""
        out = self.table(name)
        counts = Counter(out.columns["reason"])
        for e in self.notice["excluded"]:
            if e["list"] == kind:
                found = counts.pop(e["reason"], 0)
                same(found, e["count"], f"rows of {e['reason']}", name)
        same(sum(counts.values()), 0, f"rows of {', '.join(counts)[:80]}", name)
        both = set(out.columns["id"]) & set(self.table(f"{kind}.tsv").columns["id"])
        must(not both, "not-disjoint", name, id=min(both, default=""))
        return agrees("exclusions")

    def check_strata(self) -> Said:
        """Every stratum announced once with its rows (draw §3), or privately (§4)."""
        table, said = self.table("strata.tsv"), agrees("strata")
        if "strata_private" in self.notice:
            whole = isinstance(table.strata, dict)
            value = table.strata if whole else {"strata": table.strata}
            form = {"strata": STRATA, **({"total": is_positive} if whole else {})}
            self.fit("strata", "strata.tsv", form, value, "#strata")
            reserves = self.notice.get("reserves")
            self.rules = {"total": None, **value, "reserves": reserves}
            lengths = {len(s["name"]) for s in value["strata"]}
            must(len(lengths) == 1, "strata-names")
            said = self.check_quotas()
        can(self.rules, "needs", name="strata")
        rows = Counter(table.columns["stratum"])
        for s in self.rules["strata"]:
            same(rows.pop(s["name"], 0), s["rows"], f"rows of {s['name']}")
        must(not rows, "stratum-unknown", stratum=min(rows, default=""))
        return said

    # -- inspectors (draw §3, §6)

    def inspectors(self) -> list[dict[str, Any]]:
        """The inspectors as values."""
        rows = self.table("inspectors.tsv").records("id", "region", "tags", "max")
        return [
            {"id": i, "region": region, "tags": tags.split(",") if tags else [],
             "max": int(most) if most else None}
            for i, region, tags, most in rows
        ]  # fmt: skip

    def needs(self) -> list[list[str]]:
        """The tags that each post of a team needs, posts numbered through."""
        posts = self.notice["posts"]
        can(sum(post["count"] for post in posts) <= 1000, "work", pairs="posts > 1000")
        return [post["need"] for post in posts for _ in range(post["count"])]

    def recused(self) -> dict[str, set[str]]:
        """Target → the inspectors who may not see it."""
        found: dict[str, set[str]] = {}
        for ident, inspector in self.table("conflicts.tsv").records("id", "inspector"):
            found.setdefault(ident, set()).add(inspector)
        return found

    def regions(self) -> dict[str, str]:
        """Target → region."""
        columns = self.table("targets.tsv").columns
        return dict(zip(columns["id"], columns["region"]))

    def in_area(self, inspector: dict[str, Any], region: str) -> bool:
        """The area rule of the announcement."""
        area = self.notice["area"]
        can(area in ("any", "same", "cross"), "area-unknown", value=area)
        near = inspector["region"] == region
        return area == "any" or bool(near == (area == "same"))

    def check_staffing(self) -> Said:
        """Nobody is shielded by recusing all who could inspect him (draw §3)."""
        staff = [i for i in self.inspectors() if i["max"] != 0]
        seats = sum(post["count"] for post in self.notice["posts"])
        for ident in self.table("targets.tsv").columns["id"][:1]:
            must(seats <= len(staff), "unstaffable", id=ident)
        tags = {i["id"]: set(i["tags"]) for i in staff}
        recused, needs = self.recused(), self.needs()
        known: dict[tuple[str, frozenset[str]], bool] = {}  # cases met before
        for ident, region in self.regions().items():
            barred = frozenset(recused.get(ident, set()) & tags.keys())
            case = ("" if self.notice["area"] == "any" else region, barred)
            if case not in known:
                able = [i for i in staff if i["id"] not in barred]
                able = [i for i in able if self.in_area(i, region)]
                known[case] = staffable(needs, [tags[i["id"]] for i in able])
                can(len(known) * len(staff) <= PAIRS_LIMIT, "work", pairs=len(known))
            must(known[case], "unstaffable", id=ident)
        return agrees("staffing")

    def say_scope(self) -> Said:
        """Whether list and exclusions together are the directory: supervisors know."""
        registry = self.notice["registry"]
        return people("scope", seq=registry["seq"], digest=registry["targets"])

    def check_supplement(self) -> Said:
        """All of one stratum; its list is the first draw's drawn.tsv (draw §6)."""
        draw, rules = self.notice["supersedes"]["draw"], self.rules
        if rules:
            rows = self.notice["files"]["targets.tsv"]["rows"]
            every = sum(quotas(rules["strata"], rules["total"])) == rows
            private = "strata_private" in self.notice
            file = "strata.tsv" if private else "announcement.json"
            must(every and len(rules["strata"]) == 1, "supplement-all", file, draw=draw)
        names = ("announcement.json", "result.json", "drawn.tsv")
        first = self.folder.beside(draw)
        here = all(0 < first.sizes.get(name, 0) <= SMALL for name in names)
        if not here or "targets.tsv" not in self.tables:
            return people("supplement", draw=draw)
        notice, result, drawn = (first.read(name) for name in names)
        try:
            about, end = parse_json(notice), parse_json(result)
            shape(ANNOUNCEMENT, about, "", [])
            shape(dict(RESULT, files={"drawn.tsv": DIGEST}), end, "", [])
            table = read_table("drawn.tsv", drawn, salted="release" in about)
        except Finding:
            raise Refused("supplement-other", draw=draw) from None
        found = [about["draw"], about["task"]["id"], end["draw"], end["commitment"]]
        due = [draw, self.notice["task"]["id"], draw, sha(notice)]
        found.append(end["files"]["drawn.tsv"]["sha256"])
        must(found == [*due, sha(drawn)], "supplement-other", draw=draw)
        must(not end["matched"], "supplement-none", "announcement.json", draw=draw)
        good = table.columns["id"] == self.tables["targets.tsv"].columns["id"]
        must(good, "supplement-list", draw=draw)
        return people("supplement-same", draw=draw)

    # -- randomness, seed, key (draw §4)

    def same_digest(self, name: str) -> Said:
        """seed.txt and randomness.json as result.json names them."""
        digest = sha(self.bytes_of(name))
        can(self.result, "digest-unknown")
        due = self.result[f"{os.path.splitext(name)[0]}_file"]
        self.bad |= {name} if digest != due else set()
        must(digest == due, "digest", found=digest, due=due)
        return agrees("value", value=digest)

    def check_seed(self) -> Said:
        """The version, the commitment, one line for each source in order."""
        raw, sources = self.bytes_of("seed.txt"), self.notice["randomness"]
        try:
            lines = raw.decode("utf-8").split("\n")
        except UnicodeDecodeError:
            raise Refused("tsv-utf8", line=0) from None
        same(len(lines) - 1, len(sources) + 2, "lines")
        must(lines[0] == "dualrandom/1" and not lines[-1], "seed-line", line=1)
        same(lines[1], self.commitment, "commitment", "announcement.json, seed.txt")
        values = []
        for n, (source, line) in enumerate(zip(sources, lines[2:]), 3):
            start, form = "{kind}", "( [^ ]+)*"
            if is_known(source):
                _, start, form = SOURCES[source["kind"]]
            start = start.format(**source)
            good = line.startswith(start) and fits(form, line[len(start) :])
            must(good, "seed-line", line=n)
            values.append(line[len(start) :])
        self.values, self.seed = values, seed_of(raw)
        return agrees("value", value=self.seed)

    def read_proofs(self) -> Said:
        """randomness.json: for each source in order what proves its value."""
        proofs = parse_json(self.bytes_of("randomness.json"))
        shape([lambda item: isinstance(item, dict)], proofs, "randomness", [])
        same(len(proofs), len(self.notice["randomness"]), "sources")
        self.evidence = proofs
        return agrees("randomness", sources=len(proofs))

    def check_source(self, number: int, source: dict[str, Any]) -> Said:
        """One line of seed.txt, with its proof in randomness.json."""
        can(self.values, "needs", name="seed.txt")
        kind, value = source["kind"], self.values[number]
        proof: Any = self.evidence[number] if self.evidence else None
        can(is_known(source), "unknown", what=source.get("game", kind))
        can(proof is not None or kind not in PROOFS, "needs", name="randomness.json")
        path = f"randomness[{number}]"
        self.fit("source", "randomness.json", PROOFS.get(kind, {}), proof or {}, path)
        if kind == "drand":
            return self.check_drand(source, proof, value)
        if kind == "nist":
            return self.check_nist(number, source, proof["pulse"], value)
        if kind == "lottery":
            return self.check_lottery(source, value)
        if kind == "sealed":
            party = source["party"]
            made = sha(f"{self.notice['draw']} {party} {value}")
            must(made == source["commitment"], "sealed-differs", party=party)
            return agrees("sealed", party=party)
        can(kind == "dice", "local")
        same(len(value), source["count"], "digits")
        return people("dice", digits=value)

    def came_later(self, said: str, file: str) -> None:
        """Outside values must be later than the announcement, or its entry, says."""
        for time in self.times.values():
            late = time is None or time > (instant(said) or 0)
            must(late, "too-early", file, time=utc(time or 0), announced=said)

    def check_drand(self, source: Any, proof: Any, value: str) -> Said:
        """The value is the signature's SHA-256; the signature itself is not checked."""
        files, signature = "seed.txt, randomness.json", proof["signature"]
        must(sha(bytes.fromhex(signature)) == value, "drand-differs", files)
        can(source["chain"] in CHAINS, "drand-chain", chain=source["chain"])
        _, _, length, chained = CHAINS[source["chain"]]
        good = ("previous_signature" in proof) == chained
        good = good and len(signature) == 2 * length
        must(good, "drand-signature", "randomness.json")
        time = utc(drand_time(source) or 0)
        raise Unchecked("drand", round=source["round"], time=time)

    def check_nist(
        self, number: int, source: Any, pulse: dict[str, Any], value: str
    ) -> Said:
        """The value is the pulse's; its signature and certificate are not checked."""
        found = [pulse.get("chainIndex"), pulse.get("pulseIndex")]
        found.append(str(pulse.get("outputValue")).lower())
        time = instant(re.sub(r"\.[0-9]{1,6}Z$", "Z", str(pulse.get("timeStamp"))))
        good = found == [source["chain"], source["pulse"], value] and time is not None
        must(good, "nist-differs", "seed.txt, randomness.json")
        self.times[number] = time
        self.came_later(self.notice["announced"], "announcement.json")
        raise Unchecked("nist", pulse=source["pulse"], time=utc(time or 0))

    def check_lottery(self, source: Any, value: str) -> Said:
        """As many numbers as the game draws, two digits each, ascending."""
        game, groups = GAMES[source["game"]], value.split("+")
        good = len(groups) == len(game)
        for group, (many, highest) in zip(groups, game):
            numbers = group.split(".")
            good = good and len(numbers) == many and numbers == sorted(set(numbers))
            good = good and all(fits("[0-9]{2}", x) for x in numbers)
            good = good and all(1 <= int(x) <= highest for x in numbers)
        must(good, "lottery-numbers", numbers=value[:80])
        about = {"game": source["game"], "issue": source["issue"]}
        return people("lottery", numbers=value, **about)

    # -- the draw (draw §5, §6)

    def same_rows(self, name: str, due: Iterable[tuple[Any, ...]]) -> None:
        """The rows of a file are the computed ones, in the same order."""
        found = list(self.table(name).records())
        wanted = [tuple(str(value) for value in row) for row in due]
        if found != wanted:
            pairs = enumerate(zip([*found, ()], [*wanted, ()]), 1)
            row, (a, b) = next((n, pair) for n, pair in pairs if pair[0] != pair[1])
            texts = ["\t".join(values) or "-" for values in (a, b)]
            raise Refused("row-differs", name, row=row, found=texts[0], due=texts[1])

    def check_selection(self) -> Said:
        """The key; then tickets, ranks, quotas and order, all computed anew."""
        can(self.seed, "needs", name="seed.txt")
        strata = self.table("strata.tsv")
        can(self.rules, "needs", name="strata")
        self.key = key_of(self.seed, strata.salt)  # a public table has none
        rows = strata.records()
        self.selected, self.reserves = select(self.key, rows, self.rules)
        self.same_rows("selected.tsv", self.selected)
        return agrees("selection", drawn=len(self.selected), key=self.key)

    def drawn_in_order(self) -> list[str]:
        """The drawn targets as computed."""
        if self.selected is None:
            raise Unchecked("needs", name="selected.tsv")
        return [row[1] for row in self.selected]

    def check_reserves(self) -> Said:
        """The next in rank of each stratum."""
        self.drawn_in_order()
        self.same_rows("reserves.tsv", self.reserves)
        return agrees("same", count=len(self.reserves))

    def check_drawn(self) -> Said:
        """All that were drawn; without the strata, at least that they are listed."""
        drawn = self.table("drawn.tsv").columns["id"]
        if self.selected is None:
            outside = set(drawn) - set(self.table("targets.tsv").columns["id"])
            must(not outside, "drawn-outside", id=min(outside, default=""))
            return agrees("drawn-only", drawn=len(drawn))
        self.same_rows("drawn.tsv", [(i,) for i in sorted(self.drawn_in_order())])
        return agrees("same", count=len(drawn))

    def check_teams(self) -> Said:
        """Every post matched anew; a shortage must be a true one."""
        can(self.result, "needs", name="result.json")
        staff, recused, needs = self.inspectors(), self.recused(), self.needs()
        drawn, area = self.drawn_in_order(), self.notice["area"]
        count = len(drawn) * len(needs)
        small = count <= POSTS_LIMIT and count * len(staff) <= PAIRS_LIMIT
        can(small, "work", pairs=f"{count} × {len(staff)}")
        conflicts = {(ident, i) for ident in drawn for i in recused.get(ident, ())}
        teams = match(self.key, drawn, needs, staff, self.regions(), area, conflicts)
        possible, said = teams is not None, self.result["matched"]
        must(possible or not said, "matched-impossible", "result.json")
        must(said or not possible, "matched-possible", "result.json")
        if teams is None:
            return agrees("unmatched")
        self.same_rows("teams.tsv", teams)
        self.teams = teams
        return agrees("same", count=len(teams))

    def check_changes(self) -> Said:
        """Replacements (draw §5) and substitutions (§6) by the rule, in log order."""
        tables = [self.tables[name] for name in CHANGES if name in self.tables]
        events = [(int(row[0]), row[1:]) for t in tables for row in t.records()]
        team = Staff(self)
        once = len({seq for seq, _ in events}) == len(events)
        must(once, "change-seq", CHANGES[0])
        for seq, row in sorted(events):
            if len(row) == 3:  # id, substitute, reason
                team.replace(seq, row[0], row[1])
            else:  # id, post, inspector, substitute, reason
                team.substitute(seq, row[0], int(row[1]), row[2], row[3])
        ident, post = min(team.pending, default=("", 0))
        can(not post, "change-pending", CHANGES[1], id=ident, post=post)
        return agrees("changes", changes=len(events))

    # -- one target

    def look_up(self, ident: str) -> Said:
        """In the list? Its ticket, its rank, the highest drawn of its stratum."""
        if ident not in self.table("targets.tsv").columns["id"]:
            return agrees("lookup-absent", id=ident)
        if self.selected is None:
            drawn = ident in self.table("drawn.tsv").columns["id"]
            return agrees("lookup-drawn" if drawn else "lookup-not-drawn", id=ident)
        rows = list(self.table("strata.tsv").records())
        _, stratum, tickets = next(row for row in rows if row[0] == ident)
        pool = ((lowest(self.key, i, int(n)), i) for i, s, n in rows if s == stratum)
        mine = (lowest(self.key, ident, int(tickets)), ident)
        rank = 1 + sum(other < mine for other in pool)
        last = max((row[4] for row in self.selected if row[2] == stratum), default="-")
        code = "lookup-in" if ident in self.drawn_in_order() else "lookup-out"
        about = {"id": ident, "stratum": stratum, "rank": rank, "tickets": tickets}
        return agrees(code, **about, ticket=mine[0].hex(), last=last, key=self.key)


class Staff:
    """Who inspects whom while replacements and substitutions go on."""

    def __init__(self, check: DrawCheck) -> None:
        self.check, self.key = check, check.key
        drawn = check.drawn_in_order()
        self.stratum = {row[0]: row[1] for row in check.reserves}
        self.stratum.update((row[1], row[2]) for row in check.selected or ())
        self.active, self.unused = set(drawn), list(check.reserves)
        self.crew: dict[str, dict[int, str]] = {ident: {} for ident in drawn}
        for ident, post, inspector in check.teams:
            self.crew[ident][post] = inspector
        self.left: dict[str, set[str]] = {}  # target → who was taken out of its team
        self.pending: set[tuple[str, int]] = set()  # moved posts to be staffed anew
        if check.teams:
            self.staff = {i["id"]: i for i in check.inspectors()}
            self.needs, self.regions = check.needs(), check.regions()
            self.recused = check.recused()

    def eligible(self, inspector: str, ident: str, post: int) -> bool:
        """Tags, area and the recusals of conflicts.tsv."""
        about = self.staff[inspector]
        able = set(self.needs[post - 1]) <= set(about["tags"])
        near = self.check.in_area(about, self.regions[ident])
        return able and near and inspector not in self.recused.get(ident, set())

    def who(self, ident: str, post: int) -> list[str]:
        """Who may take a post over: fewest posts now held first, then by ticket."""
        held = Counter(i for team in self.crew.values() for i in team.values())
        able = [
            i
            for i, about in self.staff.items()
            if i not in self.crew[ident].values()
            and (about["max"] is None or held[i] < about["max"])
            and self.eligible(i, ident, post)
        ]
        return sorted(able, key=lambda i: (held[i], sha(f"{self.key},{ident}/{i}"), i))

    def replace(self, seq: int, ident: str, substitute: str) -> None:
        """The next reserve of the stratum takes the place; the team moves over."""
        name, ask = CHANGES[0], "reserves" in self.check.notice and ident in self.active
        must(ask, "change-wrong", name, seq=seq)
        spare = [row for row in self.unused if row[1] == self.stratum[ident]][:1]
        due = spare[0][0] if spare else "-"  # none left: none, and no row
        must(substitute == due, "substitute", name, seq=seq, due=due, found=substitute)
        self.active.remove(ident)
        self.active.add(due)
        self.unused.remove(spare[0])
        self.pending = {(t, p) for t, p in self.pending if t != ident}
        team = self.crew[due] = self.crew.pop(ident)
        moved = [p for p, i in team.items() if not self.eligible(i, due, p)]
        self.pending.update((due, p) for p in moved)

    def substitute(self, seq: int, ident: str, post: int, gone: str, new: str) -> None:
        """A post goes to the first who may take it over; moved teams in post order."""
        name = CHANGES[1]
        can(self.check.teams, "needs", name="teams.tsv")
        here = self.crew.get(ident, {}).get(post) == gone
        must(here, "change-wrong", name, seq=seq)
        if (ident, post) in self.pending:
            before = [p for t, p in self.pending if t == ident and p < post]
            in_order = not any(self.who(ident, p) for p in before)
            must(in_order, "change-order", name, seq=seq)
        able = self.who(ident, post)
        ahead = able[: able.index(new)] if new in able else able
        # Those taken out of this very team may have been recused since.
        ahead = [i for i in ahead if i not in self.left.get(ident, set())]
        due = ahead[0] if ahead else new if new in able else ""
        must(new == due, "substituted", name, seq=seq, found=new, due=due)
        self.crew[ident][post] = new
        self.left.setdefault(ident, set()).add(gone)
        self.pending.discard((ident, post))


# =============================================== 7 signatures and log entries

P25519 = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P25519 - 2, P25519) % P25519
Point = Tuple[int, int, int, int]  # X, Y, Z, T with x = X/Z, y = Y/Z, xy = T/Z


def point_add(a: Point, b: Point) -> Point:
    """RFC 8032 §5.1.4."""
    e = (a[1] - a[0]) * (b[1] - b[0]) % P25519
    f = (a[1] + a[0]) * (b[1] + b[0]) % P25519
    g, h = 2 * a[3] * b[3] * D % P25519, 2 * a[2] * b[2] % P25519
    e, f, g, h = f - e, h - g, h + g, f + e
    return e * f % P25519, g * h % P25519, f * g % P25519, e * h % P25519


def point_times(n: int, a: Point) -> Point:
    """The n-fold of a point, by doubling."""
    total = (0, 1, 1, 0)
    while n:
        if n & 1:
            total = point_add(total, a)
        a, n = point_add(a, a), n >> 1
    return total


def point_bytes(a: Point) -> bytes:
    """The canonical encoding: y, and the lowest bit of x on top."""
    z = pow(a[2], P25519 - 2, P25519)
    x, y = a[0] * z % P25519, a[1] * z % P25519
    return (y | (x & 1) << 255).to_bytes(32, "little")


def point_from(raw: bytes) -> Point | None:
    """RFC 8032 §5.1.3; None for anything but a canonical encoding of a point."""
    y, sign = int.from_bytes(raw, "little") & (1 << 255) - 1, raw[31] >> 7
    square = (y * y - 1) * pow(D * y * y + 1, P25519 - 2, P25519) % P25519
    x = pow(square, (P25519 + 3) // 8, P25519)
    if x * x % P25519 != square:
        x = x * pow(2, (P25519 - 1) // 4, P25519) % P25519
    if y >= P25519 or x * x % P25519 != square or (x == 0 and sign):
        return None
    x = P25519 - x if x & 1 != sign else x
    return x, y, 1, x * y % P25519


BASE = point_from((4 * pow(5, P25519 - 2, P25519) % P25519).to_bytes(32, "little"))


def is_weak(public: bytes) -> bool:
    """Whether a key is of small order: under it one signature fits many texts."""
    y = (int.from_bytes(public, "little") & (1 << 255) - 1) % P25519
    a = point_from(y.to_bytes(32, "little"))
    return a is not None and point_times(8, a)[0] % P25519 == 0


def ed25519_valid(public: bytes, message: bytes, signature: bytes) -> bool:
    """RFC 8032 §5.1.7, [S]B = R + [k]A; strict: S < L, no odd points or keys."""
    if len(public) != 32 or len(signature) != 64 or is_weak(public):
        return False
    a, s = point_from(public), int.from_bytes(signature[32:], "little")
    if a is None or BASE is None or s >= ORDER:
        return False
    k = hashlib.sha512(signature[:32] + public + message).digest()
    minus_a = (P25519 - a[0], a[1], 1, P25519 - a[3])
    ka = point_times(int.from_bytes(k, "little") % ORDER, minus_a)
    return point_bytes(point_add(point_times(s, BASE), ka)) == signature[:32]


def from_base64(text: str) -> bytes:
    """Standard base64, and only its one canonical spelling."""
    try:
        raw = base64.b64decode(text.encode("ascii"), validate=True)
    except ValueError:
        raise Refused("note-base64") from None
    must(base64.b64encode(raw).decode() == text, "note-base64")
    return raw


class Key(NamedTuple):
    """A C2SP verifier key; kind 1 signs notes, kind 4 cosigns checkpoints."""

    name: str
    kind: int
    public: bytes

    def id(self) -> bytes:
        """The four bytes that stand before a signature by this key."""
        data = self.name.encode() + b"\n" + bytes([self.kind]) + self.public
        return hashlib.sha256(data).digest()[:4]

    def time(self, signature: bytes) -> int:
        """When a cosignature says it was made (0: a plain signature)."""
        return int.from_bytes(signature[:8], "big") if self.kind == 4 else 0

    def valid(self, text: bytes, signature: bytes) -> bool:
        """Whether this key signed this text; cosignature/v1 says a time before it."""
        time = self.time(signature)
        if self.kind == 4:
            text = b"cosignature/v1\ntime %d\n" % time + text
            signature = signature[8:]
        return time < 2**63 and ed25519_valid(self.public, text, signature)


def is_key_name(name: str) -> bool:
    """1 to 255 characters, without spaces, controls and plus signs."""
    odd = any(c.isspace() or c == "+" or c < " " for c in name)
    return 0 < len(name) < 256 and not odd


def parse_vkey(text: str) -> Key:
    """Read `name+id+base64(kind ‖ key)`; other kinds of keys raise Unchecked."""
    key = any_vkey(text)
    can(key.kind in (1, 4), "vkey-kind", value=text[:80])
    return key


def any_vkey(text: str) -> Key:
    """The same for a key of whatever kind; what we do not know, nobody signs with."""
    parts = text.split("+", 2)
    good = len(parts) == 3 and is_key_name(parts[0]) and fits("[0-9a-f]{8}", parts[1])
    raw = from_base64(parts[2]) if good else b""
    must(raw, "vkey", value=text[:80])
    key = Key(parts[0], raw[0], raw[1:])
    good = key.kind not in (1, 4) or len(key.public) == 32
    must(good and key.id().hex() == parts[1], "vkey", value=text[:80])
    return key


class Note(NamedTuple):
    """A C2SP signed note: its text, and (name, key id, signature) lines."""

    text: bytes
    signatures: list[tuple[str, bytes, bytes]]


def parse_note(raw: bytes) -> Note:
    """Text, an empty line, lines of `— NAME BASE64`; UTF-8, no control but LF."""
    text, gap, last = raw.rpartition(b"\n\n")
    must(gap and raw.endswith(b"\n") and len(raw) <= 65535, "note")
    must(not re.search(rb"[\x00-\x09\x0b-\x1f]", raw), "note")
    signatures = []
    try:
        text.decode("utf-8")
        for line in last[:-1].decode("utf-8").split("\n"):
            dash, name, coded = line.split(" ")
            blob = from_base64(coded)
            must(dash == "\u2014" and is_key_name(name) and len(blob) > 4, "note")
            signatures.append((name, blob[:4], blob[4:]))
    except ValueError:
        raise Refused("note") from None
    must(len(signatures) <= 64, "note")
    return Note(text + b"\n", signatures)


Signed = Tuple[Key, int]  # a key whose signature is valid, and the time it states


def check_note(
    note: Note, keys: Iterable[Key], *, alone: bool = False
) -> tuple[list[Signed], list[str]]:
    """Check every signature line by a known key.

    In a draw's log/ (`alone`) the note is all there is. There a line that stands twice,
    or a known key's whose name or key id was altered, so that it would pass for an
    unknown key's, which is no offence, is refused as well (draw §7).

    Returns:
        The valid signatures; the names of those whose keys are not known.

    Raises:
        Refused: a line by a known key does not hold.
    """
    valid, unknown = [], []
    for line, times in Counter(note.signatures).items():
        name, ident, signature = line
        must(times == 1 or not alone, "signature", name=name)
        exact = [k for k in keys if (k.name, k.id()) == (name, ident)]
        good = [k for k in exact if k.valid(note.text, signature)]
        must(good or not exact, "signature", name=name)
        valid += [(k, k.time(signature)) for k in good]
        unknown += [] if exact else [name]
        for k in keys if alone and not exact else ():
            if (k.name == name) != (k.id() == ident):
                # One altered base64 letter can spoil id's last byte and signature.
                cut = k.name == name and k.id()[:3] == ident[:3]
                altered = cut or k.valid(note.text, signature)
                must(not altered, "signature", name=name)
    return valid, unknown


# fmt: off
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
ENTRY = {"log": TEXT, "seq": int, "prev": HEX64, "time": is_time, "act": TEXT,
         "by": TEXT, "op": UUID, "approvals?": (ANY,)}
ACT = r"[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)*"
VKEYS: dict[str, Any] = {"draw": DRAW, "commitment": HEX64, "keys": (TEXT,)}
BODIES: dict[str, dict[str, Any]] = {
    "log.genesis": {"id": HEX32, "office": TEXT, "key": TEXT, "officers": [TEXT],
                    "supervisors": [TEXT], "quorum": int},
    "key.add": {"key": TEXT, "role": "log|officer|supervisor"},
    "key.revoke": {"key": TEXT, "suspect_from": lambda n: type(n) is int and n >= 0},
    "draw.announce": dict(VKEYS, task=TEXT, registry=REGISTRY),
    "draw.result": dict(VKEYS, result=HEX64),
    "draw.abandon": dict(VKEYS, **{"reason": TEXT, "party?": TEXT}),
    "draw.verify": {"draw": DRAW, "commitment": HEX64, "result": HEX64,
                    "verdict": lambda v: v in (0, 1, 6), "report": HEX64},
}
# fmt: on


def read_entry(raw: bytes, act: str = "") -> tuple[dict[str, Any], Note, list[str]]:
    """A log entry (log §3): its value, its note, and its unknown fields."""
    strange: list[str] = []
    note = parse_note(raw)
    value = parse_json(note.text, "-?")
    shape(dict(ENTRY, body=BODIES.get(act, dict)), value, "entry", strange)
    must(is_plain(value["body"]), "field-bad", field="entry.body")
    return value, note, strange


def approvals(
    value: dict[str, Any], keys: Iterable[Key], *, alone: bool = False
) -> tuple[list[Key], list[str]]:
    """The keys that approved just this act, and the names of unknown ones (log §3)."""
    asked = encode({name: value[name] for name in ("act", "body", "log", "op")})
    approved: list[Key] = []
    strangers: list[str] = []
    for text in value.get("approvals", []):
        note = parse_note(text.encode())
        must(note.text == f"{asked}\n".encode(), "approval")
        good, others = check_note(note, keys, alone=alone)
        approved += [key for key, _ in good]
        strangers += others
    return approved, strangers


class Proof(NamedTuple):
    """A C2SP tlog-proof@v1 with its checkpoint taken apart."""

    place: int  # of the entry in the log
    hashes: list[bytes]
    origin: str
    size: int
    root: bytes
    note: Note
    strange: bool  # lines that this version does not know


def parse_proof(raw: bytes) -> Proof:
    """Header, index, hashes; an empty line; a checkpoint of origin, size, root."""
    head, _, rest = raw.partition(b"\n\n")
    note = parse_note(rest)
    try:
        lines = head.decode("ascii").split("\n")
        origin, size, root, *more = note.text[:-1].decode("utf-8").split("\n")
        strange = lines[1].startswith("extra ") or more != []
        if lines[1].startswith("extra "):
            from_base64(lines.pop(1)[6:])
        must(lines[0] == "c2sp.org/tlog-proof@v1", "proof")
        must("" not in [origin, *more], "proof")
        must(fits(f"index ({NUMBER})", lines[1]) and fits(NUMBER, size), "proof")
    except (ValueError, IndexError):
        raise Refused("proof") from None
    *hashes, top = [from_base64(line) for line in [*lines[2:], root]]
    must(all(len(h) == 32 for h in [*hashes, top]), "proof")
    return Proof(int(lines[1][6:]), hashes, origin, int(size), top, note, strange)


def root_by_proof(leaf: bytes, index: int, size: int, hashes: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 §2.1.3.2)."""
    must(index < size, "proof-inclusion")
    fn, sn, node = index, size - 1, leaf
    for sibling in hashes:
        must(sn > 0, "proof-inclusion")
        if fn & 1 or fn == sn:
            node = hashlib.sha256(b"\1" + sibling + node).digest()
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = hashlib.sha256(b"\1" + node + sibling).digest()
        fn, sn = fn >> 1, sn >> 1
    must(sn == 0, "proof-inclusion")
    return node


# ====================================== 8 the keys of a log (log §4, §6, §7)


class Trust(NamedTuple):
    """Whom the reader trusts: log keys, witnesses, and which of these suffice."""

    logs: list[Key]
    witnesses: list[Key]
    enough: Callable[[set[bytes]], bool]  # asked with the public keys that cosigned
    known: Keys | None = None  # of a genesis entry: what followed on it, see log §7

    def at(self, size: int) -> Trust:
        """Whom when the log has this size."""
        return self.known.at(size) if self.known else self


NOBODY = Trust([], [], lambda _: False)


def read_policy(raw: bytes) -> Trust:
    """Trust from a C2SP tlog-policy file, by the rules of log §7."""
    logs: list[Key] = []
    witnesses: dict[str, Key] = {}
    groups: dict[str, tuple[int, list[str]]] = {}
    free: set[str] = set()  # names of lines above, in no group yet
    quorum: list[str] = []

    def add(line: str, kind: str, *words: str) -> None:
        named = {"none", *witnesses, *groups}
        new = len(words) > 1 and words[0] not in named
        if kind == "log" and len(words) in (1, 2):
            key = policy_key(words[0], logs)
            must(key.kind == 1, "policy", line=line)
            logs.append(key)
        elif kind == "witness" and len(words) in (2, 3):
            key = policy_key(words[1], witnesses.values())
            must(key.kind != 1 and new, "policy", line=line)
            witnesses[words[0]] = key
            free.add(words[0])
        elif kind == "group" and len(words) >= 3:
            least, of = words[1], list(words[2:])
            least = {"any": "1", "all": str(len(of))}.get(least, least)
            good = fits("[1-9][0-9]{0,5}", least) and int(least) <= len(of)
            good = good and len(set(of)) == len(of) and free >= set(of)
            must(good and new, "policy", line=line)
            groups[words[0]] = int(least), of
            free.difference_update(of)
            free.add(words[0])
        else:
            good = kind == "quorum" and len(words) == 1 and words[0] in named
            must(good, "policy", line=line)
            quorum.append(words[0])

    def enough(who: set[bytes]) -> bool:
        counted = ((n, key) for n, key in witnesses.items() if key.kind == 4)
        said = {"none"} | {n for n, key in counted if key.public in who}
        for group, (least, of) in groups.items():  # each names only what is above it
            said |= {group} if len(said.intersection(of)) >= least else set()
        return quorum[0] in said

    lines = raw.split(b"\n")
    must(lines.pop() == b"" and len(lines) <= 1000, "policy", line="…")
    for data in lines:
        line = data.decode("utf-8", "replace")[:80]
        must(not re.search(rb"[^\t\x20-\x7e\x80-\xff]", data), "policy", line=line)
        words = re.findall("[^ \t]+", data.decode("utf-8", "surrogateescape"))
        if words and not words[0].startswith("#"):
            add(line, *words)
    must(len(quorum) == 1, "policy", line="quorum")
    return Trust(logs, [key for key in witnesses.values() if key.kind == 4], enough)


def policy_key(text: str, others: Iterable[Key]) -> Key:
    """A key of a policy: of no two lines of a kind, and not one that fits all texts."""
    line = text.encode("utf-8", "replace").decode()[:80]
    try:
        key = any_vkey(text)
    except (ValueError, Refused):  # a name that is no text is none of a key
        raise Refused("policy", line=line) from None
    weak = key.kind in (1, 4) and is_weak(key.public)
    must(not weak and key.public not in [k.public for k in others], "policy", line=line)
    return key


def read_genesis(raw: bytes) -> Trust:
    """Trust from a kept genesis entry: its log key, supervisors as witnesses."""
    return Keys(raw).at(1)


class Keys:
    """The keys of a log, followed from the kept genesis entry (log §7)."""

    def __init__(self, genesis: bytes) -> None:
        value, note, _ = read_entry(genesis, "log.genesis")
        body, self.genesis = value["body"], genesis
        self.origin, self.quorum = value["log"], body["quorum"]
        self.roles = {
            parse_vkey(body["key"]): "log"
        }  # of all keys that there ever were
        for role in ("officer", "supervisor"):
            self.roles.update((parse_vkey(key), role) for key in body[f"{role}s"])
        self.gone: set[Key] = set()  # of these, revoked
        place = (value["act"], value["seq"], parse_vkey(body["key"]).name)
        must(place == ("log.genesis", 0, self.origin), "genesis")
        names, publics = ({k[part] for k in self.roles} for part in (0, 2))
        count = 1 + len(body["officers"]) + len(body["supervisors"])
        must(len(names) == len(publics) == count, "genesis")
        must(check_note(note, self.roles, alone=True)[0], "genesis")
        self.leaves = [hashlib.sha256(b"\0" + genesis).digest()]
        self.ops = {value["op"]}
        self.strange: list[tuple[int, str]] = []  # entry, and what is unknown in it
        self.verdicts: list[tuple[dict[str, Any], Note]] = []
        self.trusts = [(1, self.trust())]  # from which size on, whom

    def of(self, role: str) -> list[Key]:
        """The keys of a role that count now."""
        return [k for k, r in self.roles.items() if r == role and k not in self.gone]

    def trust(self) -> Trust:
        """Whom to trust as things stand now."""
        people, quorum = self.of("supervisor"), self.quorum
        public = {key.public for key in people}
        witnesses = [Key(key.name, 4, key.public) for key in people]
        logs = self.of("log")
        return Trust(logs, witnesses, lambda who: len(who & public) >= quorum, self)

    def at(self, size: int) -> Trust:
        """Whom to trust at a size of the log; beyond what is known, the last."""
        return [trust for since, trust in self.trusts if since <= max(size, 1)][-1]

    def root(self, size: int) -> bytes | None:
        """The root over so many entries; None: they are not known."""
        return merkle_root(self.leaves[:size]) if size <= len(self.leaves) else None

    def follow(self, entries: Iterable[bytes]) -> None:
        """Take up a log from its entry 0 on; the first fault ends it."""
        for seq, raw in enumerate(entries):
            file = f"{seq}.entry"
            must(seq > 0 or raw == self.genesis, "keys-genesis", file)
            try:
                changed = seq > 0 and self.take(seq, raw)
            except Finding as f:
                raise type(f)(f.code, file, **f.params) from None
            if seq > 0:
                self.leaves.append(hashlib.sha256(b"\0" + raw).digest())
            if changed:
                self.trusts.append((seq + 1, self.trust()))

    def take(self, seq: int, raw: bytes) -> bool:
        """One entry: its place in the chain, and all of it if it changes keys."""
        value, note, strange = read_entry(raw)
        must(len(value.get("approvals", [])) <= 64, "field-bad", field="approvals")
        for name in ("log", "by"):
            good = fits("[^\\s+\x00-\x20]{1,255}", value[name])
            must(good, "field-bad", field=name)
        act = value["act"]
        must(len(act) <= 64 and fits(ACT, act), "field-bad", field="act")
        same(value["seq"], seq, "seq")
        same(value["prev"], self.leaves[-1].hex(), "prev")
        same(value["log"], self.origin, "log")
        must(act != "log.genesis", "keys-act", value=act)
        must(value["op"] not in self.ops, "keys-op", value=value["op"])
        changed = act in ("key.add", "key.revoke")
        if changed:
            strange += self.change(seq, value, note)
        if act == "draw.verify":
            self.verdicts.append((value, note))
        self.ops.add(value["op"])
        self.strange += [(seq, name) for name in strange]
        return changed

    def change(self, seq: int, value: dict[str, Any], note: Note) -> list[str]:
        """A key comes or goes: signed, approved, and possible; names the unknown."""
        body, by = value["body"], value["by"]
        strange: list[str] = []
        signed, unknown = check_note(note, self.roles)
        signers = [key for key, _ in signed if key.name == by]
        must(signers, "signer", name=by)
        persons = {*self.of("officer"), *self.of("supervisor")}
        must(persons & set(signers), "keys-role", name=by)
        shape(BODIES[value["act"]], body, "body", strange)
        key = any_vkey(body["key"])
        must(key.kind == 1, "vkey", value=body["key"][:80])
        adds = value["act"] == "key.add"
        role = body["role"] if adds else self.roles.get(key, "")
        approved, others = approvals(value, self.roles)
        found = len({k.name for k in self.of("supervisor") if k in approved} - {by})
        need = max(1, self.quorum) if role == "supervisor" else 1
        must(found >= need, "keys-approval", found=found, due=need)
        if adds:
            good = (role == "log") == (key.name == self.origin)
            good = good and not is_weak(key.public)
            for k, r in self.roles.items():  # a name keeps its role: one key at a time
                follows = r == role and (role == "log" or k in self.gone)
                good = good and k.public != key.public
                good = good and (k.name != key.name or follows)
            must(good, "keys-add", name=key.name)
            self.roles[key] = role
        else:
            good = role and key not in self.gone and body["suspect_from"] <= seq
            must(good, "keys-revoke", name=key.name)
            self.gone.add(key)
        return strange + unknown + others


def log_entries(path: str) -> Iterator[bytes]:
    """The entries of a published log, as many as its checkpoint says (log §6)."""

    def read(name: str) -> bytes:
        at = os.path.join(path, name)
        can(os.path.isfile(at) and not os.path.islink(at), "absent", name)
        with open(at, "rb") as file:
            return file.read(SMALL + 257 * 65537)

    checkpoint = read("checkpoint")
    try:
        size = parse_proof(b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + checkpoint).size
    except Refused:
        raise Refused("keys-checkpoint", "checkpoint") from None
    for start in range(0, size, 256):
        width, number = min(256, size - start), start // 256
        name = f"{number % 1000:03d}"
        while number >= 1000:
            number //= 1000
            name = f"x{number % 1000:03d}/{name}"
        whole, part = f"tile/entries/{name}", f"tile/entries/{name}.p/{width}"
        there = [os.path.isfile(os.path.join(path, file)) for file in (whole, part)]
        # A full bundle stands in for the part that came before it.
        name = whole if width == 256 or there == [True, False] else part
        raw, at = read(name), 0
        for _ in range(width):
            end = at + 2 + int.from_bytes(raw[at : at + 2], "big")
            must(end <= len(raw), "keys-bundle", name)
            yield raw[at + 2 : end]
            at = end
        good = at == len(raw) or (name == whole and width < 256)
        must(good, "keys-bundle", name)


# ================================= 9 the check of a draw's place in the log (draw §7)


class Entry(NamedTuple):
    """A log entry of this draw that parsed and whose signatures held."""

    value: dict[str, Any]
    keys: list[Key]
    leaf: bytes
    approved: dict[bytes, str]  # public key → name, of valid approvals


class Check(DrawCheck):
    """One draw, with its place in the log and what that makes of it."""

    def __init__(
        self, folder: Folder, trust: Trust | None, log: str | None = None
    ) -> None:
        super().__init__(folder)
        self.trust, self.log, self.called = trust or NOBODY, log, ""
        self.entries: dict[str, Entry] = {}
        self.proofs: dict[str, tuple[Proof, list[Signed]]] = {}

    def run(self) -> None:
        """The whole check."""
        self.list_folder()
        self.step("announcement", "announcement.json", self.read_announcement)
        self.step("commitment", "announcement.json", self.compare_commitment)
        if self.notice:
            self.draw_steps()
            self.follow_log()
            self.log_steps()
            self.step("class", "", self.find_class)

    # -- the log at hand (log §7): its keys, and the supervisors' verdicts

    def follow_log(self) -> None:
        """Follow the log that the reader gave; tell what supervisors said in it."""
        known = self.trust.known
        if self.log is None or known is None:
            return
        self.step("log-keys", "", self.check_keys, known, self.log)
        for seq, name in known.strange:
            self.unknown("log-keys", f"{seq}.entry", [name])
        for value, note in known.verdicts:
            if value["body"].get("draw") == self.notice["draw"]:
                file = f"{value['seq']}.entry"
                self.step("verdict", file, self.check_verdict, known, value, note)

    def check_keys(self, known: Keys, path: str) -> Said:
        """The keys of the log, followed from the kept genesis entry."""
        known.follow(log_entries(path))
        return agrees("keys", count=len(known.leaves))

    def check_verdict(self, known: Keys, value: dict[str, Any], note: Note) -> Said:
        """A verdict counts on this result, by supervisors of its moment (draw §7)."""
        body, witnesses = value["body"], known.at(value["seq"]).witnesses
        strange: list[str] = []
        people_then = [Key(key.name, 1, key.public) for key in witnesses]
        try:
            shape(BODIES["draw.verify"], body, "body", strange)
            same(body["commitment"], self.commitment, "commitment")
            if "result.json" in self.folder.sizes:
                same(body["result"], sha(self.bytes_of("result.json")), "result")
            signed, _ = check_note(note, people_then)
            approved, _ = approvals(value, people_then)
            names = {key.name for key, _ in signed} & {value["by"]}
            names |= {key.name for key in approved} - {value["by"]}
            must(names and not strange, "verdict-open", seq=value["seq"])
        except Finding:
            raise Unchecked("verdict-open", seq=value["seq"]) from None
        about = {
            "seq": value["seq"],
            "time": value["time"],
            "by": ", ".join(sorted(names)),
        }
        return people(f"verdict-{body['verdict']}", **about)

    # -- the draw's place in the log (log §1-4)

    def log_steps(self) -> None:
        """Announcement and end of the draw stand in the log; whose log, and when."""
        here = [name for name in self.folder.sizes if name.startswith("log/")]
        if not here:
            self.add("unchecked", "log", "log/", "log-absent")
            return
        for act in ACTS:
            due = act == "announce" or (act == "result" and self.result)
            entry, proof = f"log/{act}.entry", f"log/{act}.tlog-proof"
            if due or entry in here or proof in here:
                self.step("log", entry, self.check_entry, act, entry)
                self.step("log", proof, self.check_proof, act, entry, proof)
        if self.entries:
            self.step("log-order", "log/", self.check_log_order)
        if self.proofs:
            self.step("trust", "log/", self.check_trust)
            self.step("witness", "log/announce.tlog-proof", self.check_witness)

    def check_entry(self, act: str, file: str) -> Said:
        """The entry speaks of this draw, and is signed by keys that it names."""
        raw = self.bytes_of(file)
        value, note, strange = read_entry(raw, f"draw.{act}")
        self.unknown("log", file, strange)
        body, task = value["body"], self.notice["task"]["id"]
        same(value["act"], f"draw.{act}", "act")
        same(body["draw"], self.notice["draw"], "draw")
        both = f"announcement.json, {file}"
        same(body["commitment"], self.commitment, "commitment", both)
        same(body.get("task", task), task, "task")
        for part in REGISTRY if act == "announce" else ():
            found, due = body["registry"][part], self.notice["registry"][part]
            same(found, due, f"registry.{part}")
        if act == "result" and "result.json" in self.folder.sizes:
            digest = sha(self.bytes_of("result.json"))
            both = f"result.json, {file}"
            same(digest, body["result"], "SHA-256 of result.json", both)
        must(body["keys"] == sorted(set(body["keys"])), "entry-keys")
        can(len(body["keys"]) <= 64, "work", pairs="keys > 64")
        keys = []
        for text in body["keys"]:
            try:
                keys.append(parse_vkey(text))
            except Unchecked:  # a kind that this program does not know
                self.unknown("log", file, [text[:80]])
        must(all(key.kind == 1 for key in keys), "entry-keys")
        valid, unknown = check_note(note, keys, alone=True)
        by = {key.name for key, _ in valid} | set(unknown)
        must(value["by"] in by, "signer", name=value["by"])
        can(valid, "signer-unknown", what=", ".join(unknown))
        seconds, strangers = approvals(value, keys, alone=True)
        others = [k for k in seconds if k.name != value["log"] and (k, 0) not in valid]
        if act == "abandon":  # a second person's approval, not the signer's own
            must(others or strangers, "approval")
            can(others, "approval-unknown")
        names = sorted({*unknown, *strangers})
        self.unknown("log", file, names, "signer-unknown")
        leaf, approved = hashlib.sha256(b"\0" + raw), {k.public: k.name for k in others}
        self.entries[act] = Entry(value, keys, leaf.digest(), approved)
        if act == "announce":
            self.came_later(value["time"], file)
        signers = ", ".join(k.name for k, _ in valid)
        about = {name: value[name] for name in ("seq", "time", "by")}
        return agrees("entry", signers=signers, **about)

    def check_proof(self, act: str, entry_file: str, file: str) -> Said:
        """The entry stands in the tree whose root the log (and witnesses) signed."""
        proof = parse_proof(self.bytes_of(file))
        leaf = hashlib.sha256(b"\0" + self.bytes_of(entry_file)).digest()
        root = root_by_proof(leaf, proof.place, proof.size, proof.hashes)
        must(root == proof.root, "proof-inclusion", f"{entry_file}, {file}")
        can(act in self.entries, "needs", name=entry_file)
        entry = self.entries[act]
        same(proof.place, entry.value["seq"], "index")
        same(proof.origin, entry.value["log"], "origin")
        keys = [*entry.keys, *(Key(k.name, 4, k.public) for k in entry.keys)]
        trust = self.trust.at(proof.size)
        keys += [k for k in trust.logs + trust.witnesses if k not in keys]
        valid, unknown = check_note(proof.note, keys, alone=True)
        signed = any((k.kind, k.name) == (1, proof.origin) for k, _ in valid)
        must(signed or proof.origin in unknown, "log-unsigned", origin=proof.origin)
        self.unknown("log", file, ["extra"] if proof.strange else [])
        self.unknown("log", file, sorted(set(unknown)), "signer-unknown")
        self.proofs[act] = proof, valid
        cosigned = sum(k.kind == 4 for k, _ in valid)
        about = {"index": proof.place, "size": proof.size}
        return agrees("proof-ok", cosigned=cosigned, **about)

    def check_log_order(self) -> Said:
        """The end of the draw comes after its announcement, in one and the same log."""
        start = self.entries.get("announce")
        for act, end in self.entries.items():
            if start is None or act == "announce":
                continue
            a, b = start.value, end.value
            good = a["log"] == b["log"] and a["seq"] < b["seq"]
            next_one = b["seq"] == a["seq"] + 1
            good = good and (not next_one or b["prev"] == start.leaf.hex())
            must(good, "log-sequence", f"log/{act}.entry")
        roots: dict[tuple[str, int], bytes] = {}
        for act, (proof, _) in self.proofs.items():
            root = roots.setdefault((proof.origin, proof.size), proof.root)
            must(root == proof.root, "log-fork", f"log/{act}.tlog-proof")
        return agrees("log-order")

    def check_trust(self) -> Said:
        """Whose log is it? Only the reader can say (draw §7)."""
        can(self.trust.logs, "no-trust")
        known, later = self.trust.known, ""
        for act, (proof, valid) in self.proofs.items():
            file, trust = f"log/{act}.tlog-proof", self.trust.at(proof.size)
            signed = any(k in trust.logs and k.name == proof.origin for k, _ in valid)
            root = known.root(proof.size) if known else None
            must(root in (None, proof.root), "log-other", file, size=proof.size)
            if not signed and known and root is None and proof.origin == known.origin:
                later = later or file  # another key may have followed
            else:
                must(signed, "log-key", file, log=proof.origin)
        can(not later, "log-key-later", later, size=len(known.leaves) if known else 0)
        for act, (proof, valid) in self.proofs.items():
            who = {k.public for k, _ in self.witnesses(proof, valid)}
            enough = self.trust.at(proof.size).enough(who)
            can(enough, "quorum", f"log/{act}.tlog-proof")
        return agrees("trust")

    def witnesses(self, proof: Proof, valid: list[Signed]) -> list[Signed]:
        """The valid cosignatures by witnesses whom the reader trusts."""
        trusted = self.trust.at(proof.size).witnesses
        return [(k, time) for k, time in valid if k in trusted]

    def check_witness(self) -> Said:
        """Was the announcement seen by a witness before the randomness (draw §4)?"""
        times = [time for time in self.times.values() if time is not None]
        sources = self.notice["randomness"]
        kinds = {source["kind"] for source in sources}
        can("announce" in self.proofs and "local" not in kinds, "unwitnessed")
        proof, valid = self.proofs["announce"]
        can(self.trust is not NOBODY, "witness-no-trust")
        seen = min((time for _, time in self.witnesses(proof, valid)), default=MOST)
        can(seen < MOST and all(map(is_known, sources)), "unwitnessed")
        can(not ("dice" in kinds and kinds & OUTSIDE), "witness-dice")
        if times:
            can(seen + 600 <= max(times), "unwitnessed")
            return agrees("witness", time=utc(seen), value=utc(max(times)))
        if "lottery" in kinds:
            return people("witness-lottery", time=utc(seen))
        can(not kinds & OUTSIDE, "unwitnessed")
        end = self.entries.get("result") or self.entries.get("abandon")
        seq = end.value["seq"] if end else -1
        can(proof.size <= seq, "unwitnessed")
        return agrees("witness-before", size=proof.size, seq=seq)

    def find_class(self) -> Said:
        """What the draw may be called (draw §4)."""
        sources = self.notice["randomness"]
        kinds = {s["kind"] for s in sources}
        can(all(map(is_known, sources)), "class-unknown")
        parties = sorted({s["party"] for s in sources if s["kind"] == "sealed"})
        start = self.entries.get("announce")
        approved = sorted(start.approved.values()) if start else []
        spoke, by_name = self.spoke(parties, approved)
        if kinds & OUTSIDE:
            self.called = "public"
        elif len(parties) >= 2 and spoke:
            self.called = "parties"
        else:
            self.called = "witnessed" if "dice" in kinds else "none"
        names = ", ".join(parties)
        can(self.called != "none" or len(parties) < 2, "class-unproven", parties=names)
        can(self.called != "none" or kinds == {"local"}, "class-none")  # said above
        ended = {step["name"]: step["verdict"] for step in self.steps}
        timely = ended.get("trust") == "agrees"
        timely = timely and ended.get("witness") in ("agrees", "people")
        untimely = "" if timely or self.called == "none" else "-untimely"
        about = {"parties": names, "keys": ", ".join(approved)}
        if self.called != "parties":
            return agrees(f"class-{self.called}{untimely}")
        if by_name:
            return agrees(f"class-parties-named{untimely}", **about)
        return people(f"class-parties{untimely}", **about)

    def spoke(self, parties: list[str], approved: list[str]) -> tuple[bool, bool]:
        """Whether every party approved by a key of its own; whether names tell it.

        PARTY/… is the party's own key, and no other party's. For a party without such a
        key any further one that approved may stand, one each (log §4).
        """
        start, unnamed, taken = self.entries.get("announce"), 0, set()
        if start is None:
            return False, False
        known = {k.name for k in start.keys} - {start.value["log"], start.value["by"]}
        for party in parties:
            own = {name for name in known if name.startswith(party + "/")}
            if own and not own & set(approved):
                return False, True
            unnamed += not own
            taken |= own
        return unnamed <= len(set(approved) - taken), not unnamed


# ==================================================== 10 words and program

MARKS = {
    "agrees": ("一致", "agrees"),
    "differs": ("不符", "differs"),
    "people": ("人核", "people"),
    "unchecked": ("未核", "unchecked"),
}


def catalogue(text: str) -> dict[str, tuple[str, str]]:
    """Lines of `code | Chinese | English`."""
    rows = [line.split(" | ") for line in text.strip().split("\n")]
    return {code: (chinese, english) for code, chinese, english in rows}


NAMES = catalogue("""
folder | 文件夹 | folder
announcement | 抽取公告 | announcement
commitment | 承诺 | commitment
rules | 公告规则 | rules
result | 结果 | result
file | 文件 | file
lists | 名单对照 | lists
exclusions | 剔除名单 | exclusions
strata | 层 | strata
staffing | 可派人员 | staffing
scope | 抽查范围 | scope
supplement | 补充抽取 | supplementary draw
seed | 种子 | seed
randomness | 随机源证明 | randomness
source | 随机源 | source
selection | 抽取 | selection
reserves | 候补对象 | reserves
drawn | 抽中名单 | drawn
teams | 匹配 | teams
changes | 事后变更 | changes
log | 审计日志 | log
log-order | 日志次序 | log order
log-keys | 日志密钥更替 | keys followed in the log
verdict | 核验意见 | supervisor's verdict
trust | 日志公钥 | trust
witness | 见证先后 | witness
class | 抽取等级 | class
lookup | 查询 | lookup
""")
WORDS = catalogue("""
value | {value} | {value}
same | 重新计算，{count} 条全同 | computed anew: all {count} the same
not-same | {what} 是 {found}，应为 {due} | {what} is {found}, must be {due}
needs | 没有可用的 {name}，这一步没有算 | not computed: it needs a good {name}
unknown | 本程序不认识：{what} | unknown to this program: {what}
internal | 本程序出错，这一步没有算：{error} | not computed, this program failed: {error}
absent | 应公开的文件不在这里 | a public file is not here
withheld | 不向本读者公开，监督人可核 | withheld from this reader; supervisors can check it
unlisted | 协议未列的文件：{what} | files that the protocol does not list: {what}
unreadable | 读不出来：{error} | cannot be read: {error}
too-large | 文件过大，本程序不读 | too large for this program
work | 规模过大，本程序不算：{pairs} | too much work for this program: {pairs}
no-folder | {error} | {error}
not-a-file | 不是普通文件（是链接或目录） | a link or folder, not a regular file
not-due | 按公告和结果不应有此文件 | this file is not due in this draw
file | {rows} 行，SHA-256 {digest} | {rows} rows, SHA-256 {digest}
digest | SHA-256 是 {found}，公布的是 {due}：公布后改过 | SHA-256 is {found}, published {due}: changed since
digest-unknown | 没有公布的摘要可对照 | no published digest to compare with
change-log | 摘要在审计日志中，未锚定 | its digest is in the log: not anchored here
salt-unknown | #salt 须有 inspectors.tsv 才能核 | #salt can be checked with inspectors.tsv only
zip-broken | 压缩包损坏 | the zip is damaged
zip-large | 压缩包过大或压缩比异常 | the zip is too large, or a bomb
zip-path | 压缩包内路径不当：{path} | a path trick in the zip: {path}
zip-link | 压缩包内有链接或加密文件：{path} | a link or an encrypted file in the zip: {path}
zip-twice | 压缩包内有重名文件 | a name occurs twice in the zip
json-broken | 不是合法的 JSON 文本 | not JSON
json-canonical | 不是规范 JSON（RFC 8785，一行，LF 结尾） | not canonical JSON (RFC 8785, one line, LF)
json-deep | JSON 嵌套过深 | JSON nested too deeply
json-duplicate | JSON 字段重复 | a JSON field occurs twice
json-number | 不是允许的整数：{value} | not an allowed integer: {value}
field-missing | 缺少字段 {field} | field {field} is missing
field-bad | 字段 {field} 的值不合规定 | field {field} has a forbidden value
tsv-end | 第 {line} 行没有以 LF 结尾 | line {line} does not end in LF
tsv-utf8 | 不是 UTF-8（第 {line} 行） | not UTF-8 (line {line})
tsv-header | 表头不符：{found} | wrong header: {found}
tsv-due | 第 {line} 行应为 {due} 行 | line {line} must be the {due} line
tsv-columns | 第 {line} 行有 {found} 列，应为 {due} 列 | line {line} has {found} columns, not {due}
tsv-value | 第 {line} 行 {column} 的值不合规定：{value} | line {line}, {column}: forbidden value {value}
tsv-order | 第 {line} 行次序不对或重复：{value} | line {line} is out of order, or doubled: {value}
tags-order | 标签未排序或重复：{value} | tags are not sorted, or doubled: {value}
version | 本程序不认识的协议版本 {value} | a protocol version unknown to this program: {value}
announcement | {draw}《{title}》，格式合规 | {draw} “{title}”, well-formed
commitment-alone | {value}，请与公告栏或日志对照 | {value}; compare with the notice board or the log
empty-list | 名单为空 | the list is empty
posts-few | 每组不足两人，又未说明不上门的理由 | fewer than two posts, and no reason for staying off site
local-alone | local 随机源只能单独使用 | a local source stands alone
excluded-twice | 同一剔除原因列了两次 | a reason for exclusion is listed twice
strata-private | 层不公开的公告不应写 strata 或 total | strata or total announced, though private
strata-names | 不公开的层名须等长 | names of private strata differ in length
strata-twice | 层名重复 | a stratum is announced twice
stratum-unknown | 层 {stratum} 未公告 | stratum {stratum} is not announced
quota-or-total | 各层抽取数与 total 须有且只有一种 | quotas or a total, not both and not neither
quota-bad | {stratum} 的抽取数不合规定 | the quota of {stratum} is not allowed
quota-zero | 层 {stratum} 一个不抽（不免抽） | stratum {stratum} would be exempt: its quota is 0
quotas | 应抽 {drawn}（{quotas}） | {drawn} to draw ({quotas})
quotas-cut | 应抽 {drawn}（{quotas}）；注意：抽取数超过名单，全部抽取 | {drawn} to draw ({quotas}); note: a quota above the list takes all
rules-private | 合规；层不公开 | in order; the strata are private
result | 共抽取 {drawn} | {drawn} drawn
no-result | 还没有结果，或结果不在这里 | no result yet, or it is not here
abandoned | 此次抽取已终止，没有结果 | this draw was abandoned: no result
two-ends | 既有结果又有终止 | both a result and an abandonment
lists | {rows} 个对象，名单与各层一致 | {rows} targets, list and strata agree
regions | {rows} 行都有区域 | all {rows} rows have a region
ids-differ | 与 targets.tsv 的编号不同，如 {id} | ids differ from targets.tsv, for instance {id}
region-empty | 按区域匹配，却有空的 region | a region is empty, though the area counts
not-disjoint | {id} 既在名单中又被剔除 | {id} is both listed and excluded
exclusions | 与名单不相交，数目与公告一致 | disjoint from the lists, counted as announced
strata | 各层行数与公告一致 | rows of all strata as announced
staffing | 每个对象单独都能派足人 | each target, taken alone, can be staffed
unstaffable | {id} 派不足人（人人回避？），本不应封存 | {id} cannot be staffed (all recused?): not to be frozen so
scope | 名单加剔除是否就是范围内的全部，请监督人对照日志第 {seq} 条的名录库（摘要 {digest}） | whether list and exclusions are all in scope: supervisors compare the directory of log entry {seq} (digest {digest})
supplement | 补充抽取：请核对名单就是 {draw} 的 drawn.tsv，且全部抽取 | a supplementary draw: compare the list with drawn.tsv of {draw}; all are drawn
supplement-same | 名单与同处的 {draw} 的 drawn.tsv 全同；{draw} 请另行核验 | its list is drawn.tsv of {draw}, which lies beside; check {draw} as well
supplement-all | {draw} 的补充抽取须只有一层，并全部抽取 | a supplementary draw of {draw} has one stratum, and draws all of it
supplement-list | 名单不是 {draw} 抽中的对象 | the list is not what {draw} drew
supplement-none | {draw} 当时已派足人员，不应有补充抽取 | {draw} was staffed in full: there is nothing to supplement
supplement-other | 同处的 {draw} 不是这次补充抽取的前一次，或其文件不相符 | what lies beside as {draw} is not the draw that is supplemented, or its files do not fit
randomness | {sources} 个随机源 | {sources} sources
seed-line | 第 {line} 行与公告的随机源不符 | line {line} is not what the announcement names
sealed | {party} 的密值与承诺一致 | the secret of {party} is the one committed
sealed-differs | {party} 的密值与承诺不符 | the secret of {party} is not the one committed
dice | 请对照现场记录：{digits} | compare with the minutes: {digits}
lottery | 请对照官方开奖：{game} 第 {issue} 期 {numbers} | compare with the official result: {game} {issue}: {numbers}
lottery-numbers | 开奖号码写法不对：{numbers} | not numbers of this game: {numbers}
local | 本机随机数，无法证明 | made by the office's own machine: proves nothing
drand | 第 {round} 轮（{time}）：随机数是签名的 SHA-256；BLS 签名本程序不核 | round {round} ({time}): the value is the signature's SHA-256; this program does not check BLS signatures
drand-chain | 不认识的 drand 链 {chain} | unknown drand chain {chain}
drand-differs | 随机数不是签名的 SHA-256 | the value is not the signature's SHA-256
drand-signature | 签名的形式与此链不符 | not the form of a signature of this chain
nist | 第 {pulse} 号（{time}）：数值与脉冲一致；RSA 签名与证书本程序不核 | pulse {pulse} ({time}): the value is the pulse's; this program does not check RSA signatures
nist-differs | 与 NIST 脉冲不符 | not what the NIST pulse says
too-early | 随机数产生于 {time}，不晚于公告 {announced}：公告时已可知 | the value came into being {time}, not after the announcement {announced}: it could be known
selection | 密钥 {key}，重新计算，抽中 {drawn} 个，签号、名次、检查顺序全同 | key {key}, computed anew: {drawn} drawn, tickets, ranks and order the same
row-differs | 第 {row} 条是“{found}”，算出的是“{due}” | record {row} is “{found}”, computed was “{due}”
drawn-only | {drawn} 个，都在名单中；是否该抽中，监督人可核 | {drawn}, all of the list; whether rightly, supervisors can check
drawn-outside | {id} 不在名单中 | {id} is not in the list
unmatched | 确实无法派足人 | truly, no complete assignment exists
matched-impossible | 写已派足，实际无法派足 | said to be matched, yet no assignment exists
matched-possible | 写无法派足，实际可以派足 | said to be unmatched, yet an assignment exists
area-unknown | 不认识的区域规则 {value} | unknown area rule {value}
changes | {changes} 项，按规则全同（冻结后新增的回避不在这里） | {changes}, all by the rule (recusals since the freeze are not here)
change-seq | 日志序号重复 | a log number occurs twice
change-wrong | 日志第 {seq} 条：所换的不在任上，或公告没有候补对象 | entry {seq}: the one replaced holds no such place, or there are no reserves
change-order | 日志第 {seq} 条：未按岗位次序替换 | entry {seq}: not in post order
change-pending | {id} 第 {post} 岗尚须换人 | post {post} of {id} is still to be substituted
substitute | 日志第 {seq} 条：换成“{found}”，按规则应为“{due}” | entry {seq}: the substitute is “{found}”, must be “{due}”
substituted | 日志第 {seq} 条：换为“{found}”，按规则应为“{due}”（除非其冻结后被要求回避，查日志） | entry {seq}: the substitute is “{found}”, must be “{due}” (unless recused since the freeze: see the log)
log-absent | 没有日志证明，未锚定 | no log proofs: not anchored
entry | 第 {seq} 条，{time}，{by} 负责，{signers} 签署 | entry {seq}, {time}, by {by}, signed by {signers}
entry-keys | 条目的 keys 不合规定 | the entry's keys are not sorted, or no note keys
approval | 缺少第二人的批准，或批准的不是此事 | no second person's approval, or one of something else
approval-unknown | 第二人的批准，密钥不明 | the second person's key is not known here
signer | {name} 应签署而未签署 | not signed by {name}, who answers for it
signer-unknown | 签署者未列名，其签名未核：{what} | signed by keys that are not named: {what}
signature | {name} 的签名无效或被改动 | the signature of {name} is not valid, or altered
note | 不是合规的签名文本（signed note） | not a signed note
note-base64 | base64 不规范 | not canonical base64
vkey | 不是合规的公钥：{value} | not a verifier key: {value}
vkey-kind | 本程序不认识的密钥类型：{value} | a kind of key unknown to this program: {value}
proof | 不是合规的日志证明（tlog-proof） | not a tlog-proof
proof-inclusion | 条目不在检查点的树中：条目或证明被改动 | the entry is not in the checkpoint's tree: one of them was changed
proof-ok | 第 {index} 条在 {size} 条的树中，{cosigned} 个联署有效 | entry {index} is in the tree of {size}; {cosigned} valid cosignatures
log-unsigned | 检查点没有 {origin} 的有效签名 | the checkpoint has no valid signature of {origin}
log-sequence | 结束须在公告之后，同一日志 | the end must come after the announcement, in the same log
log-order | 结束在公告之后，同一日志 | the end comes after the announcement, in the same log
log-fork | 同样大小的日志有两个根：日志分叉 | two roots for one size: a forked log
genesis | 不是合规的创世条目 | not a genesis entry
policy | 不是合规的 tlog-policy：{line} | not a tlog-policy: {line}
no-trust | 签名有效，但是谁的密钥没有核：请给 --policy 或 --genesis | signed, but whose key it is, is not checked: give --policy or --genesis
trust | 由您信任的密钥签署 | signed by a key that you trust
log-key | 检查点不是由您信任的 {log} 密钥签署的 | the checkpoint is not signed by a key of {log} that you trust
log-key-later | 您的创世条目没有列出这把日志密钥（已知 {size} 条），可能是后来更换的：用 --log 给出已公开的日志 | your genesis entry does not name this key of the log (known: {size} entries); it may have followed: give the published log with --log
log-other | 手头的日志在 {size} 条时的根与此证明不同：两者之一出自分叉 | the log at hand has another root at {size} entries than this proof: one of the two is of a fork
keys | 从创世条目起跟随了 {count} 条 | followed from the genesis entry through {count} entries
verdict-0 | 日志第 {seq} 条（{time}）：{by} 核验，全部一致 | log entry {seq} ({time}): {by} checked, all agrees
verdict-1 | 日志第 {seq} 条（{time}）：{by} 核验，有不符 | log entry {seq} ({time}): {by} checked, something differs
verdict-6 | 日志第 {seq} 条（{time}）：{by} 核验，可见部分一致 | log entry {seq} ({time}): {by} checked, the visible part agrees
verdict-open | 日志第 {seq} 条的核验意见不成立，或不是关于这个结果 | the verdict in log entry {seq} does not stand, or is on another result
keys-genesis | 条目 0 不是您留存的创世条目 | entry 0 is not the genesis entry that you kept
keys-act | 此处不应有 {value} | {value} does not belong here
keys-op | 操作号重复：{value} | an op that occurred before: {value}
keys-role | {name} 的密钥此时不能更换密钥 | the key of {name} may not change keys here
keys-approval | 监督人批准 {found} 份，应有 {due} 份 | approved by {found} supervisors, {due} are needed
keys-add | {name} 的密钥不能加入：名称或公钥已用，或不合角色 | the key of {name} cannot be added: name or public key is taken, or it does not fit its role
keys-revoke | {name} 的密钥不能吊销：没有这把密钥，或已吊销 | the key of {name} cannot be revoked: no such key, or revoked before
keys-checkpoint | 不是合规的检查点 | not a checkpoint
keys-bundle | 不是合规的条目包 | not a bundle of entries
quorum | 联署人数未达到您的要求 | cosigned by fewer witnesses than you require
witness | {time} 已有联署，随机数产生于 {value} | witnessed {time}; the value came into being {value}
witness-before | 联署时日志有 {size} 条，结束是第 {seq} 条 | witnessed when the log had {size} entries; the end is entry {seq}
witness-lottery | {time} 已有联署，请核对开奖是否至少晚十分钟 | witnessed {time}; was the lottery drawn at least ten minutes later?
witness-dice | 掷骰的日志条目不在这里，先后未核 | the log entry of the dice is not here
witness-no-trust | 联署是谁的没有核：请给 --policy 或 --genesis | whose witnesses they are, is not checked: give --policy or --genesis
unwitnessed | 先后无人见证，只凭该局自己的说法 | order in time unwitnessed: it rests on the office's word
class-public | 可公开核验 | publicly verifiable
class-parties | 多方见证（{parties}）；请核对批准公告的密钥是否分属各方：{keys} | verifiable by its parties ({parties}); compare whose the approving keys are: {keys}
class-parties-named | 多方见证，各方已以自己的密钥批准：{keys} | verifiable by its parties, approved by their own keys: {keys}
class-witnessed | 现场见证 | witnessed
class-none | 不可核验 | not verifiable
class-unproven | 不可核验（若 {parties} 以各自的密钥批准过公告，则为多方见证；未核） | not verifiable (by its parties, if keys of {parties} approved the announcement: not proven here)
class-unknown | 有不认识的随机源，无法认定 | cannot be told: an unknown source
lookup-absent | {id} 不在名单中 | {id} is not in the list
lookup-drawn | {id} 在名单中，已抽中 | {id} is in the list, and drawn
lookup-not-drawn | {id} 在名单中，未抽中 | {id} is in the list, and not drawn
lookup-in | {id} 抽中：层 {stratum}，名次 {rank}，签号 {ticket}（{tickets} 个签中最低），最后抽中的签号 {last}；自算：printf '%s,%s' {key} {id} ¦ sha256sum | {id} is drawn: stratum {stratum}, rank {rank}, ticket {ticket} (lowest of {tickets}), highest drawn {last}; by hand: printf '%s,%s' {key} {id} ¦ sha256sum
lookup-out | {id} 未抽中：层 {stratum}，名次 {rank}，签号 {ticket}（{tickets} 个签中最低），最后抽中的签号 {last}；自算：printf '%s,%s' {key} {id} ¦ sha256sum | {id} is not drawn: stratum {stratum}, rank {rank}, ticket {ticket} (lowest of {tickets}), highest drawn {last}; by hand: printf '%s,%s' {key} {id} ¦ sha256sum
""")  # noqa: E501 - one sentence a line, in both languages
UNTIMELY = ("，先后无人见证", ", order in time unwitnessed")
for called in ("public", "parties", "parties-named", "witnessed"):
    pairs = zip(WORDS[f"class-{called}"], UNTIMELY)
    WORDS[f"class-{called}-untimely"] = tuple(a + b for a, b in pairs)  # type: ignore[assignment]
VERDICTS = {
    0: ("全部一致", "all agrees"),
    1: ("有不符之处：", "something differs: "),
    6: (
        "可见部分一致。缺少或未核：",
        "the visible part agrees. Missing or unchecked: ",
    ),
    5: ("没有这个文件夹，或打不开", "no such folder, or it cannot be opened"),
}


def plain(text: Any) -> str:
    """Text that is safe to print: nothing in it that a terminal obeys, or hides."""
    return "".join(
        f"\\u{ord(c):04x}"
        if unicodedata.category(c)[0] == "C" or c in "\u2028\u2029"
        else c
        for c in str(text)[:1000]
    )


def plain_json(value: Any) -> str:
    """JSON that is safe to print: such characters are written as numbers."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    if text.isprintable():
        return text
    return "".join(c if plain(c) == c else json.dumps(c)[1:-1] for c in text)


def sentence(code: str, params: dict[str, Any], language: int) -> str:
    """The words for a finding; language 0 is Chinese, 1 English."""
    text = WORDS[code][language].replace("¦", "|")
    return text.format(**{name: plain(value) for name, value in params.items()})


def exit_code(steps: list[dict[str, Any]]) -> int:
    """1 outranks 6; lines for people do not count (draw §7)."""
    ended = {step["verdict"] for step in steps}
    if any(step["code"] == "no-folder" for step in steps):
        return 5
    return 1 if "differs" in ended else 6 if "unchecked" in ended else 0


def report(check: Check, found: list[dict[str, Any]], language: int) -> dict[str, Any]:
    """The whole outcome as one JSON value; `found` is what was looked up."""
    code = exit_code(check.steps)
    for step in check.steps + found:
        step["text"] = sentence(step["code"], step["params"], language)
    worst = {1: "differs", 6: "unchecked"}.get(code)
    bad = [step for step in check.steps if step["verdict"] == worst]
    names = [plain(step["file"] or NAMES[step["name"]][language]) for step in bad]
    return {
        "schema": "dualrandom/verify/v1",
        "program": "verify.py",
        "folder": check.folder.name,
        "draw": check.notice.get("draw"),
        "commitment": check.commitment,
        "seed": check.seed,
        "class": check.called,
        "steps": check.steps,
        "lookup": found,
        "exit": code,
        "verdict": VERDICTS[code][language] + ", ".join(dict.fromkeys(names)),
    }


def line_of(step: dict[str, Any], language: int) -> str:
    """One line: number, mark, name, file, and what was found."""
    name = f"{NAMES[step['name']][language]} {plain(step['file'])}".strip()
    mark, colon = MARKS[step["verdict"]][language], ": " if language else "："
    return f"{step['number'] or '':>2} [{mark}] {name}{colon}{step['text']}"


def say(text: str) -> None:
    """Print; a reader who has gone (`| head`) is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def main(arguments: list[str] | None = None) -> int:
    """Parse the line, run the check, print the report; the exit code is the verdict."""
    parser = argparse.ArgumentParser(
        description="核验一次抽取，只需 Python。Check a published draw.",
        epilog="0 全部一致 all agrees; 1 有不符 differs; 6 可见部分一致 the visible "
        "part agrees; 5 没有文件夹 no such folder; 2 用法 usage",
    )
    add = parser.add_argument
    add("folder", metavar="FOLDER", help="抽取文件夹或 zip; draw folder or zip")
    add("--lang", choices=["zh", "zh-CN", "en"], default="zh")
    add("--json", action="store_true", help="一个 JSON 文档; one JSON document")
    add("--lookup", metavar="ID", help="查一个对象; look one target up")
    add("--policy", metavar="FILE", help="您信任的 tlog-policy; whom you trust")
    add(
        "--genesis", metavar="FILE", help="您自存的创世条目; the genesis entry you kept"
    )
    add(
        "--log", metavar="DIR", help="已公开的日志：密钥更替、核验意见; a published log"
    )
    options = parser.parse_args(arguments)
    language = 1 if options.lang == "en" else 0
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if options.policy and options.genesis:
        parser.error("--policy, --genesis: 只用其一; one of them")
    if options.log is not None and not options.genesis:
        parser.error("--log: 须与 --genesis 同用; needs --genesis")
    if options.log is not None and not os.path.isdir(options.log):
        say(f"{plain(options.log)}: {VERDICTS[5][language]}")
        return 5
    trust, kept = None, options.policy or options.genesis
    try:
        if kept:
            with open(kept, "rb") as file:
                read = read_policy if options.policy else read_genesis
                trust = read(file.read(SMALL))
    except OSError as error:
        parser.error(f"{plain(kept)}: {error.strerror}")
    except Finding as f:
        parser.error(f"{plain(kept)}: {sentence(f.code, f.params, language)}")
    check, found = Check(Folder(), trust, options.log), []
    try:
        is_folder = os.path.isdir(options.folder)
        check.folder = Folder(options.folder) if is_folder else Zip(options.folder)
        check.run()
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        check.add("unchecked", "folder", options.folder, "no-folder", error=why)
    except Refused as f:  # a zip that is none, or plays tricks
        check.add("differs", "folder", options.folder, f.code, **f.params)
    if options.lookup:
        check.step("lookup", "", check.look_up, options.lookup)
        found = [dict(check.steps.pop(), number=0)]
    outcome = report(check, found, language)
    if options.json:
        say(plain_json(outcome))
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
