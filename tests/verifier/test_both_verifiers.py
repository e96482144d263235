"""Two programs that share no line must say the same of every folder: 0, 1 or 6.

Folders come from a third hand (`folders`, `logs`); `variants` changes them and makes
all digests fit again, so that only a rule can object. What the rule says stands in the
tables below; where the two programs ever disagreed, the text decided.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import zipfile
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dualrandom import audit, folder
from dualrandom.errors import DualRandomError
from dualrandom.folder import open_folder
from dualrandom.keys import verify_ed25519
from dualrandom.verify import KNOWN, LARGE, Report, Trust, verify_draw
from tests.verifier import logs
from tests.verifier.variants import Base, CannotMakeError, Change, build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BIG = 2**53 - 1
HEX = "ab" * 32
CHAINED = "8990e7a9aaed2ffed73dbd7092123d6f289930540d7651336225dc172e51b2ce"
ROUND = "2026-11-20T02:00:00Z"  # of round 34112212


def sha(text: str) -> str:
    """SHA-256 of bytes given in hex."""
    return hashlib.sha256(bytes.fromhex(text)).hexdigest()


# -- the two programs --------------------------------------------------------------------


def package(path: Path, kept: Any, how: str) -> int:
    """What `dualrandom verify` ends with, without a beacon's public key."""
    trust: Trust | None = None
    if how == "policy":
        trust = audit.parse_policy(kept.policy)
    elif how == "genesis":
        trust = audit.Succession(kept.genesis, verify=verify_ed25519)
    held = report_of(path, trust)
    with mock.patch.object(folder, "MAX_HELD", 0):
        large = report_of(path, trust)  # as if it were too large for memory
    if isinstance(held, int) or isinstance(large, int):
        assert large == held
        return held if isinstance(held, int) else held.exit_code
    # Of two faults in one file, either may be met first.
    one, other = ([(s.name, s.file, s.verdict) for s in r.steps] for r in (held, large))
    assert one == other
    return held.exit_code


def report_of(path: Path, trust: Any) -> Report | int:
    try:
        name, files, large = open_folder(path, KNOWN, large=LARGE)
        return verify_draw(
            name, files, large=large, verifier=verify_ed25519, trust=trust
        )
    except DualRandomError as error:
        return error.exit_code


def stranger(verifier: Any, path: Path, kept: Any, how: str, at: Path) -> int:
    """What `verify.py` ends with; it must not stumble on the way."""
    words = ["--json", str(path)]
    if how:
        at.mkdir(exist_ok=True)
        (at / how).write_bytes(getattr(kept, how))
        words += [f"--{how}", str(at / how)]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = verifier.main(words)
    told = json.loads(said.getvalue())
    assert not [step for step in told["steps"] if step["code"] == "internal"]
    return int(code)


@pytest.fixture(scope="module", name="both")
def _both(
    verifier: Any, folders: Any, tmp_path_factory: Any
) -> Callable[..., tuple[int, int]]:
    """Make a folder and run both programs on it."""
    bases: dict[str, Base] = {}

    def run(kind: str, *changes: Change, how: str = "policy") -> tuple[int, int]:
        if kind not in bases:
            given = folders.KINDS[kind]
            made = folders.make(tmp_path_factory.mktemp("base"), **given)
            bases[kind] = Base(folders, made, given)
        at = tmp_path_factory.mktemp("made")
        path, kept = build(bases[kind], logs, at / "in", *changes)
        path = next((at / "in").glob("*"))  # a change may have renamed or packed it
        how = how if kept else ""
        return package(path, kept, how), stranger(verifier, path, kept, how, at / "k")

    return run


# -- ways to change something ------------------------------------------------------------


def reach(value: Any, path: str) -> Any:
    for name in filter(None, path.split("/")):
        value = value[int(name) if name.isdigit() else name]
    return value


def put(path: str = "", **fields: Any) -> Callable[[Any], None]:
    """Set fields of the object at a path."""
    return lambda value: reach(value, path).update(fields)


def give(path: str, new: Any) -> Callable[[Any], None]:
    """Set one field, or item, whose name is no word."""

    def edit(value: Any) -> None:
        at, _, name = path.rpartition("/")
        where = reach(value, at)
        where[int(name) if name.isdigit() else name] = new

    return edit


def drop(path: str) -> Callable[[Any], None]:
    def edit(value: Any) -> None:
        at, _, name = path.rpartition("/")
        where = reach(value, at)
        del where[int(name) if name.isdigit() else name]

    return edit


def add(path: str, *items: Any) -> Callable[[Any], None]:
    return lambda value: reach(value, path).extend(items)


def every(*edits: Callable[[Any], Any]) -> Callable[[Any], None]:
    def edit(value: Any) -> None:
        for one in edits:
            one(value)

    return edit


def cell(table: str, row: int, column: int, value: Any) -> Callable[[Any], None]:
    def edit(rows: Any) -> None:
        rows[table][row][column] = value

    return edit


def column(table: str, at: int, value: Any) -> Callable[[Any], None]:
    def edit(rows: Any) -> None:
        for row in rows[table]:
            row[at] = value

    return edit


def swap(table: str, one: int, other: int) -> Callable[[Any], None]:
    def edit(rows: Any) -> None:
        found = rows[table]
        found[one], found[other] = found[other], found[one]

    return edit


def more(table: str, *rows: list[Any]) -> Callable[[Any], None]:
    return lambda value: value[table].extend(map(list, rows))


def sort(table: str, keys: int = 1) -> Callable[[Any], None]:
    def edit(rows: Any) -> None:
        rows[table].sort(key=lambda row: [x.encode() for x in row[:keys]])

    return edit


def rename(new: str) -> Callable[[Any], None]:
    """The first target gets another id, everywhere."""

    def edit(rows: Any) -> None:
        old = rows["targets.tsv"][0][0]
        for table in rows.values():
            for row in table:
                row[:] = [new if value == old else value for value in row]
            if table and table[0] and isinstance(table[0][0], str):
                table.sort(key=lambda row: [str(x).encode() for x in row[:2]])

    return edit


def delete(*names: str) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        for name in names:
            (folder / name).unlink(missing_ok=True)

    return edit


def write(name: str, data: bytes) -> Callable[[Path], None]:
    def edit(folder: Path) -> None:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)

    return edit


def replace(name: str, old: bytes, new: bytes) -> Callable[[Path], None]:
    """Change bytes that must be there."""

    def edit(folder: Path) -> None:
        raw = (folder / name).read_bytes()
        assert old in raw
        (folder / name).write_bytes(raw.replace(old, new, 1))

    return edit


def pack(name: str, top: str = "", *others: str) -> Callable[[Path], None]:
    """A zip in the folder's place."""

    def edit(folder: Path) -> None:
        with zipfile.ZipFile(folder.parent / name, "w", zipfile.ZIP_DEFLATED) as made:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                made.write(path, top + path.relative_to(folder).as_posix())
                path.unlink()
            for other in others:
                made.writestr(other, b"x")
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir()
        folder.rmdir()

    return edit


def change(edit: Callable[[Any], Any]) -> Change:
    return Change(notice=edit)


def derived(name: str) -> str:
    """The salt that follows from the builder's salt of inspectors.tsv."""
    salt = hashlib.sha256(b"salt inspectors.tsv").hexdigest()[:32]
    return hashlib.sha256(f"{salt},{name}".encode()).hexdigest()[:32]


AFTER = ("seed.txt", "randomness.json", "result.json", "selected.tsv", "reserves.tsv",
         "drawn.tsv", "teams.tsv", "log/result.entry", "log/result.tlog-proof")  # fmt: skip
SEALED = {"kind": "sealed", "party": "县纪委监委", "commitment": HEX}

# Name: kind of draw, exit code with the whole log and trust, what is changed.
Cases = dict[str, tuple[str, int | None, Change]]

ANNOUNCEMENT: Cases = {
    "nothing": ("open", 0, Change()),
    "an unknown field": ("open", 6, change(put(colour="red"))),
    "an unknown field inside": ("open", 6, change(put("task", colour="red"))),
    "an unknown field of a quota": ("open", 6, change(put("strata/0/quota", colour="red"))),
    "an unknown field of reserves": ("reserves", 6, change(put("reserves", colour="red"))),
    "an unknown field of a source": ("open", 6, change(put("randomness/0", colour="red"))),
    "an unknown field of a file": ("open", 6, change(put("files/strata.tsv", root=HEX))),
    "an unknown field that is negative": ("open", 1, change(put(colour=-1))),
    "an unknown field that is negative, deep": ("open", 1, change(put(colour=[{"a": [-5]}]))),
    "an unknown field that is null": ("open", 6, change(put(colour=None))),
    "an unknown number too large": ("open", 1, change(put(colour=BIG + 1))),
    "the largest number": ("open", 6, change(put(colour=BIG))),
    "a commitment inside an unknown field": ("open", 6, Change(result=put(aa={"commitment": "no"}))),
    "a later protocol": ("open", 6, change(put(protocol="dualrandom/2"))),
    "another protocol": ("open", 1, change(put(protocol="other/1"))),
    "a protocol of no number": ("open", 1, change(put(protocol="dualrandom/x"))),
    "a protocol that is a number": ("open", 1, change(put(protocol=1))),
    "draw id with a dot": ("open", 1, change(put(draw="2026.017"))),
    "draw id of 33": ("open", 1, change(put(draw="a" * 33))),
    "announced with an offset": ("open", 1, change(put(announced="2026-11-20T01:00:00+08:00"))),
    "announced at second 60": ("open", 1, change(put(announced="2026-11-20T01:00:60Z"))),
    "announced at 24 o'clock": ("open", 1, change(put(announced="2026-11-20T24:00:00Z"))),
    "due on no day": ("open", 1, change(put(due="2026-02-30T01:00:00Z"))),
    "due in wide digits": ("open", 1, change(put(due="２026-11-27T01:00:00Z"))),
    "due before announced": ("open", 0, change(put(due="2026-11-19T01:00:00Z"))),
    "a leap day that is none": ("open", 1, change(put("task", to="2027-02-29"))),
    "a leap day": ("open", 0, change(put("task", to="2028-02-29"))),
    "year 0": ("open", 1, change(put("task", to="0000-01-01"))),
    "plan empty": ("open", 0, change(put("task", plan=""))),
    "plan missing": ("open", 1, change(drop("task/plan"))),
    "scope a list": ("open", 1, change(put("task", scope=[]))),
    "task a text": ("open", 1, change(put(task="x"))),
    "task id a number": ("open", 1, change(put("task", id=7))),
    "type empty": ("open", 1, change(put("task", type=""))),
    "rules in capitals": ("open", 1, change(put("task", rules=HEX.upper()))),
    "no items": ("open", 1, change(put(items=[]))),
    "an item's version true": ("open", 1, change(put("items/0", version=True))),
    "an item's version 0": ("open", 0, change(put("items/0", version=0))),
    "an item's version a text": ("open", 1, change(put("items/0", version="4"))),
    "registry seq missing": ("open", 1, change(drop("registry/seq"))),
    "software empty": ("open", 1, change(put(software=""))),
    "a title of spaces": ("open", 0, change(put(title=" "))),
    "a title with a line end": ("open", 0, change(put(title="a\nb"))),
    "supersedes": ("open", 0, change(put(supersedes={"draw": "2026-016", "reason": "list_wrong"}))),
    "supersedes for staffing, two strata": ("open", 1, change(put(supersedes={"draw": "2026-016", "reason": "staffing"}))),
    "supersedes a bad id": ("open", 1, change(put(supersedes={"draw": "", "reason": "x"}))),
    "supersedes null": ("open", 1, change(put(supersedes=None))),
    "release null": ("open", 1, change(put(release=None))),
    "release a time": ("sealed", 1, change(put(release="2027-01-05T00:00:00Z"))),
    "off site, two posts": ("open", 0, change(put(off_site="书面检查"))),
    "off site empty": ("off site", 1, change(put(off_site=""))),
    "off site missing": ("off site", 1, change(drop("off_site"))),
    "no posts": ("open", 1, change(put(posts=[]))),
    "no posts off site": ("off site", 1, change(put(posts=[]))),
    "one post": ("open", 1, change(put("posts/0", count=1))),
    "a post of count 0": ("open", 1, change(add("posts", {"count": 0, "need": []}))),
    "two kinds of one post": ("open", 0, change(put(posts=[{"count": 1, "need": []}] * 2))),
    "a need that is no tag": ("open", 1, change(put("posts/0", need=["a b"]))),
    "a need twice": ("open", 0, change(put("posts/0", need=["执法证", "执法证"]))),
    "a need nobody has": ("open", 1, change(put("posts/0", need=["组长"]))),
    "a need that is a text": ("open", 1, change(put("posts/0", need="执法证"))),
    "more posts than people": ("open", 1, change(put("posts/0", count=6))),
    "more posts than people, an unknown area": ("open", 1, change(every(put("posts/0", count=6), put(area="near")))),
    "more posts than people, conflicts withheld": ("open", 1, Change(notice=put("posts/0", count=6), after=delete("conflicts.tsv"))),
    "1001 posts": ("open", 1, change(put("posts/0", count=1001))),
    "a huge post count": ("open", 1, change(put("posts/0", count=BIG))),
    "an unknown area": ("open", 6, change(put(area="near"))),
    "an area that is null": ("open", 1, change(put(area=None))),
    "area empty": ("open", 1, change(put(area=""))),
    "area any, with regions": ("area same", 0, change(put(area="any"))),
    "area same, a target without region": ("area same", 1, Change(rows=cell("targets.tsv", 3, 2, ""))),
    "area same, an inspector without region": ("area same", 1, Change(rows=cell("inspectors.tsv", 3, 3, ""))),
    "area cross, a target without region": ("area cross", 1, Change(rows=cell("targets.tsv", 3, 2, ""))),
    "area any, no regions at all": ("open", 0, Change(rows=every(column("targets.tsv", 2, ""), column("inspectors.tsv", 3, "")))),
    "area same, nobody there": ("area same", 1, Change(rows=cell("targets.tsv", 3, 2, "north"))),
    "a region that differs only in form": ("area same", 1, Change(rows=column("targets.tsv", 2, "e\u0301ast"))),
    "visibility of targets": ("open", 1, change(give("visibility/targets.tsv", "supervisors"))),
    "visibility of strata": ("open", 1, change(give("visibility/strata.tsv", "supervisors"))),
    "visibility of inspectors": ("open", 1, change(give("visibility/inspectors.tsv", "public"))),
    "visibility sealed in an open draw": ("open", 1, change(give("visibility/targets.tsv", "sealed"))),
    "visibility of strata public in a sealed draw": ("sealed", 1, change(give("visibility/strata.tsv", "public"))),
    "visibility of strata sealed in a private draw": ("sealed and private", 1, change(give("visibility/strata.tsv", "sealed"))),
    "visibility missing": ("open", 1, change(drop("visibility/conflicts.tsv"))),
    "visibility of an unknown file": ("open", 6, change(give("visibility/notes.tsv", "public"))),
    "visibility unknown": ("open", 1, change(give("visibility/targets.tsv", "everyone"))),
    "digest of an unknown file": ("open", 6, change(give("files/notes.tsv", {"rows": 0}))),
    "digest of a drawn file": ("open", 6, change(give("files/drawn.tsv", {"rows": 0}))),
    "digest missing": ("open", 1, change(drop("files/conflicts.tsv"))),
    "digest wrong": ("open", 1, change(put("files/conflicts.tsv", sha256=HEX))),
    "rows wrong": ("open", 1, change(put("files/conflicts.tsv", rows=2))),
    "bytes wrong": ("open", 1, change(put("files/conflicts.tsv", bytes=2))),
    "bytes missing": ("open", 1, change(drop("files/conflicts.tsv/bytes"))),
    "root present in an open draw": ("open", 1, change(put("files/targets.tsv", root=HEX))),
    "root missing in a sealed draw": ("sealed", 1, change(drop("files/targets.tsv/root"))),
    "root wrong": ("sealed", 1, change(put("files/targets.tsv", root=HEX))),
    "root too short": ("sealed", 1, change(put("files/targets.tsv", root="ab"))),
    "root null": ("sealed", 1, change(put("files/targets.tsv", root=None))),
    "excluded sum too low": ("open", 1, change(put("excluded/0", count=1))),
    "excluded reason twice": ("open", 1, change(every(put("excluded/0", count=1), add("excluded", {"list": "targets", "reason": "注销", "count": 1})))),
    "excluded reason split": ("open", 1, change(every(put("excluded/0", count=1), add("excluded", {"list": "targets", "reason": "迁出", "count": 1})))),
    "excluded another reason": ("open", 1, change(put("excluded/0", reason="迁出"))),
    "excluded none of a reason": ("open", 0, change(add("excluded", {"list": "targets", "reason": "迁出", "count": 0}))),
    "excluded an unknown list": ("open", 6, change(add("excluded", {"list": "items", "reason": "x", "count": 3}))),
    "excluded an unknown list twice": ("open", 1, change(add("excluded", *[{"list": "items", "reason": "x", "count": 3}] * 2))),
    "excluded empty": ("open", 1, change(put(excluded=[]))),
    "excluded empty, and nobody is": ("open", 0, Change(
        rows=every(lambda r: r["exclusions.tsv"].clear(), lambda r: r["inspector-exclusions.tsv"].clear()), notice=put(excluded=[]))),
    "excluded of the other list": ("open", 1, change(put("excluded/0", list="inspectors"))),
    "excluded without a reason": ("open", 1, change(put("excluded/0", reason=""))),
}  # fmt: skip

STRATA: Cases = {
    "a stratum of no rows": ("open", 0, change(add("strata", {"name": "none", "rows": 0, "quota": {"count": 1}}))),
    "a stratum of no rows, by ratio": ("open", 0, change(add("strata", {"name": "none", "rows": 0, "quota": {"ratio": "1/2", "round": "up"}}))),
    "a stratum of no rows first": ("total", 0, change(lambda n: n["strata"].insert(0, {"name": "none", "rows": 0}))),
    "a stratum twice": ("open", 1, change(add("strata", {"name": "east", "rows": 0, "quota": {"count": 1}}))),
    "a stratum's rows wrong": ("open", 1, change(every(put("strata/0", rows=5), put("strata/1", rows=7)))),
    "a stratum's rows too many": ("open", 1, change(put("strata/0", rows=7))),
    "a stratum renamed": ("open", 1, change(put("strata/0", name="north"))),
    "a stratum's name of 17": ("open", 1, change(put("strata/0", name="a" * 17))),
    "a stratum unannounced": ("open", 1, Change(rows=cell("strata.tsv", 3, 1, "north"))),
    "strata the other way round": ("open", 0, change(lambda n: n["strata"].reverse())),
    "quota above the rows": ("open", 0, change(put("strata/0", quota={"count": 7}))),
    "quota huge": ("limits", 0, change(put("strata/0", quota={"count": 3}))),
    "quota 0": ("open", 1, change(put("strata/0", quota={"count": 0}))),
    "quota 0 by rounding": ("open", 1, change(put("strata/0", quota={"ratio": "1/7", "round": "down"}))),
    "quota 1 by rounding": ("open", 0, change(put("strata/0", quota={"ratio": "1/6", "round": "down"}))),
    "quota to nearest": ("open", 1, change(put("strata/0", quota={"ratio": "1/2", "round": "nearest"}))),
    "quota without rounding": ("open", 1, change(put("strata/0", quota={"ratio": "1/2"}))),
    "quota of count and ratio": ("open", 1, change(put("strata/0", quota={"count": 2, "ratio": "1/3", "round": "up"}))),
    "quota of count and rounding": ("open", 1, change(put("strata/0", quota={"count": 2, "round": "up"}))),
    "quota of nothing": ("open", 1, change(put("strata/0", quota={}))),
    "quota of something unknown": ("open", 1, change(put("strata/0", quota={"share": 1}))),
    "quota a number": ("open", 1, change(put("strata/0", quota=2))),
    "quota null": ("open", 1, change(put("strata/0", quota=None))),
    "quota of one is missing": ("open", 1, change(drop("strata/0/quota"))),
    "quota ratio above 1": ("open", 1, change(put("strata/0", quota={"ratio": "3/2", "round": "up"}))),
    "quota ratio 1/1": ("off site", 0, change(put("strata/0", quota={"ratio": "1/1", "round": "down"}))),
    "quota ratio of 999999": ("open", 0, change(put("strata/0", quota={"ratio": "333333/999999", "round": "down"}))),
    "quota ratio of a million": ("open", 1, change(put("strata/0", quota={"ratio": "1/1000000", "round": "up"}))),
    "quota ratio with a zero before": ("open", 1, change(put("strata/0", quota={"ratio": "01/3", "round": "up"}))),
    "quota ratio with a space": ("open", 1, change(put("strata/0", quota={"ratio": "1 /3", "round": "up"}))),
    "quota ratio 0/1": ("open", 1, change(put("strata/0", quota={"ratio": "0/1", "round": "up"}))),
    "quota ratio in other digits": ("open", 1, change(put("strata/0", quota={"ratio": "١/٣", "round": "up"}))),
    "total and quotas": ("open", 1, change(put(total=4))),
    "total and one quota": ("total", 1, change(put("strata/0", quota={"count": 1}))),
    "no total, no quotas": ("total", 1, change(drop("total"))),
    "total 0": ("total", 1, change(put(total=0))),
    "total 1": ("total", 1, change(put(total=1))),
    "total of all": ("off site", 0, change(every(put(total=12), lambda n: [s.pop("quota") for s in n["strata"]]))),
    "total above all": ("off site", 0, change(every(put(total=BIG), lambda n: [s.pop("quota") for s in n["strata"]]))),
    "total null": ("total", 1, change(put(total=None))),
    "no strata": ("open", 1, change(put(strata=[]))),
    "strata missing": ("open", 1, change(drop("strata"))),
    "strata_private false": ("open", 1, change(put(strata_private=False))),
    "strata_private 1": ("private strata", 1, change(put(strata_private=1))),
    "strata_private, and strata": ("private strata", 1, change(put(strata=[{"name": "A", "rows": 12, "quota": {"count": 1}}]))),
    "strata_private, and total": ("private total", 1, change(put(total=3))),
    "reserves of all": ("reserves", 0, change(put(reserves={"ratio": "1/1"}))),
    "reserves above 1": ("reserves", 1, change(put(reserves={"ratio": "3/2"}))),
    "reserves a count": ("reserves", 1, change(put(reserves={"count": 2}))),
    "reserves announced, and none made": ("open", 1, change(put(reserves={"ratio": "1/2"}))),
    "reserves made, and not announced": ("reserves", 1, change(drop("reserves"))),
    "an empty list": ("open", 1, Change(
        rows=every(lambda r: r["targets.tsv"].clear(), lambda r: r["strata.tsv"].clear()), notice=put(strata=[{"name": "a", "rows": 0, "quota": {"count": 1}}]))),
    "private: no line": ("private strata", 1, Change(raw={"strata.tsv": lambda raw: b"\n".join(raw.split(b"\n")[:2] + raw.split(b"\n")[3:])})),
    "private: an unknown field": ("private strata", 6, Change(raw={"strata.tsv": lambda raw: raw.replace(b'"name":"A"', b'"hue":1,"name":"A"')})),
    "private: a negative unknown": ("private strata", 1, Change(raw={"strata.tsv": lambda raw: raw.replace(b'"name":"A"', b'"hue":-1,"name":"A"')})),
    "private: not canonical": ("private strata", 1, Change(raw={"strata.tsv": lambda raw: raw.replace(b'"name":"A"', b'"name": "A"')})),
    "private: names of two lengths": ("private strata", 1, Change(
        rows=lambda r: [row.__setitem__(1, "AA") for row in r["strata.tsv"] if row[1] == "A"],
        raw={"strata.tsv": lambda raw: raw.replace(b'"name":"A"', b'"name":"AA"')})),
    "private: an object without total": ("private strata", 1, Change(raw={"strata.tsv": lambda raw: raw.replace(b"[", b'{"strata":[', 1).replace(b"]\n", b"]}\n", 1)})),
    "private: a number": ("private strata", 1, Change(raw={"strata.tsv": lambda raw: b"\n".join([*raw.split(b"\n")[:2], b"#strata\t5", *raw.split(b"\n")[3:]])})),
    "public, with a line": ("open", 1, Change(raw={"strata.tsv": lambda raw: raw.replace(b"tickets\n", b"tickets\n#strata\t[]\n")})),
    "rows of strata and targets, both withheld": ("private strata", 1, Change(
        notice=put("files/strata.tsv", rows=11), after=delete("strata.tsv", "targets.tsv"))),
    "no targets, strata withheld": ("sealed and private", 1, Change(
        notice=every(put("files/strata.tsv", rows=0), put("files/targets.tsv", rows=0)), after=delete("strata.tsv", "targets.tsv"))),
}  # fmt: skip


@pytest.mark.parametrize("name", list(ANNOUNCEMENT))
def test_the_announcement(both: Any, name: str) -> None:
    kind, code, edit = ANNOUNCEMENT[name]
    assert both(kind, edit) == (code, code)


@pytest.mark.parametrize("name", list(STRATA))
def test_the_strata(both: Any, name: str) -> None:
    kind, code, edit = STRATA[name]
    assert both(kind, edit) == (code, code)


LISTS: Cases = {
    "an id of 64": ("open", 0, Change(rows=rename("9" * 64))),
    "an id of 65": ("open", 1, Change(rows=rename("9" * 65))),
    "an id that begins with 〇": ("open", 0, Change(rows=rename("〇号"))),
    "an id that begins with a dash": ("open", 1, Change(rows=rename("-9"))),
    "an id with a dot within": ("open", 0, Change(rows=rename("9.9_9-"))),
    "an id in half-width form": ("open", 1, Change(rows=rename("９９"))),
    "an id above U+9FFF": ("open", 1, Change(rows=rename("\ua000"))),
    "an id of extension B": ("open", 1, Change(rows=rename("𠀀"))),
    "an id with an accent": ("open", 1, Change(rows=rename("e\u0301"))),
    "an id in small letters": ("open", 0, Change(rows=rename("abc"))),
    "targets unsorted": ("open", 1, Change(rows=every(swap("targets.tsv", 1, 2), swap("strata.tsv", 1, 2)))),
    "strata unsorted": ("open", 1, Change(rows=swap("strata.tsv", 1, 2))),
    "a target twice": ("open", 1, Change(
        rows=every(more("targets.tsv", ["9" * 60, "a", "east", "", ""], ["9" * 60, "a", "east", "", ""]), sort("targets.tsv")), notice=None)),
    "a target without name": ("open", 1, Change(rows=cell("targets.tsv", 0, 1, ""))),
    "a target's name in NFD": ("open", 0, Change(rows=cell("targets.tsv", 0, 1, "e\u0301"))),
    "a target's name with a tag character": ("open", 0, Change(rows=cell("targets.tsv", 0, 1, "a\u202eb"))),
    "a target's name with U+0085": ("open", 1, Change(rows=cell("targets.tsv", 0, 1, "a\x85b"))),
    "a target's name with U+2029": ("open", 1, Change(rows=cell("targets.tsv", 0, 1, "a\u2029b"))),
    "a target's name with a quote": ("open", 0, Change(rows=cell("targets.tsv", 0, 1, '"a'))),
    "a target's kind empty": ("open", 0, Change(rows=cell("targets.tsv", 0, 3, ""))),
    "a target salted in an open draw": ("open", 1, Change(rows=cell("targets.tsv", 0, 4, "0" * 32))),
    "all targets salted in an open draw": ("open", 1, Change(rows=column("targets.tsv", 4, "0" * 32))),
    "a target without salt in a sealed draw": ("sealed", 1, Change(rows=cell("targets.tsv", 0, 4, ""))),
    "a short salt in a sealed draw": ("sealed", 1, Change(rows=cell("targets.tsv", 0, 4, "ab"))),
    "the same salt twice in a sealed draw": ("sealed", 0, Change(rows=column("targets.tsv", 4, "0" * 32))),
    "an id only in strata": ("open", 1, Change(rows=cell("strata.tsv", 0, 0, "0"))),
    "tickets 0": ("open", 1, Change(rows=cell("strata.tsv", 0, 2, 0))),
    "tickets 99": ("open", 0, Change(rows=cell("strata.tsv", 0, 2, 99))),
    "tickets 100": ("open", 1, Change(rows=cell("strata.tsv", 0, 2, 100))),
    "tickets 01": ("open", 1, Change(rows=cell("strata.tsv", 0, 2, "01"))),
    "tickets empty": ("open", 1, Change(rows=cell("strata.tsv", 0, 2, ""))),
    "stratum empty": ("open", 1, Change(rows=cell("strata.tsv", 0, 1, ""))),
    "an inspector without name": ("open", 0, Change(rows=cell("inspectors.tsv", 0, 1, ""))),
    "inspectors unsorted": ("open", 1, Change(rows=swap("inspectors.tsv", 0, 1))),
    "no inspectors": ("open", 1, Change(rows=lambda r: r["inspectors.tsv"].clear())),
    "tags unsorted": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 4, "食品,执法证"))),
    "tags twice": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 4, "执法证,执法证"))),
    "tags with a last comma": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 4, "执法证,"))),
    "tags sorted": ("open", 0, Change(rows=cell("inspectors.tsv", 0, 4, "a,执法证,食品"))),
    "max 0": ("open", 0, Change(rows=cell("inspectors.tsv", 0, 5, 0))),
    "max 2^53-1": ("open", 0, Change(rows=cell("inspectors.tsv", 0, 5, BIG))),
    "max 2^53": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 5, BIG + 1))),
    "max of 17 digits": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 5, "1" * 17))),
    "max -1": ("open", 1, Change(rows=cell("inspectors.tsv", 0, 5, -1))),
    "max 0 for all": ("open", 1, Change(rows=column("inspectors.tsv", 5, 0))),
    "conflicts of nobody": ("open", 0, Change(rows=every(more("conflicts.tsv", ["ZZ", "A-01", "x"], ["ZZ", "B-99", "x"]), sort("conflicts.tsv", 2)))),
    "a conflict twice": ("open", 1, Change(rows=lambda r: r["conflicts.tsv"].append(r["conflicts.tsv"][0]))),
    "conflicts by inspector first": ("open", 1, Change(rows=lambda r: r["conflicts.tsv"].insert(0, [r["conflicts.tsv"][0][0], "A-09", "x"]))),
    "a conflict without reason": ("open", 1, Change(rows=cell("conflicts.tsv", 0, 2, ""))),
    "a firm that nobody may visit": ("open", 1, Change(
        rows=every(lambda r: r["conflicts.tsv"].extend([r["conflicts.tsv"][0][0], f"A-0{n}", "x"] for n in (2, 3, 4, 5)), sort("conflicts.tsv", 2)))),
    "a firm that one may visit": ("open", 1, Change(
        rows=every(lambda r: r["conflicts.tsv"].extend([r["conflicts.tsv"][0][0], f"A-0{n}", "x"] for n in (2, 3, 4)), sort("conflicts.tsv", 2)))),
    "a firm that two may visit": ("open", None, Change(
        rows=every(lambda r: r["conflicts.tsv"].extend([r["conflicts.tsv"][0][0], f"A-0{n}", "x"] for n in (2, 3)), sort("conflicts.tsv", 2)))),
    "no conflicts": ("open", 0, Change(rows=lambda r: r["conflicts.tsv"].clear())),
    "exclusions of a listed target": ("open", 1, Change(rows=every(lambda r: r["exclusions.tsv"][0].__setitem__(0, r["targets.tsv"][0][0]), sort("exclusions.tsv")))),
    "exclusions of a listed inspector": ("open", 1, Change(rows=cell("inspector-exclusions.tsv", 0, 0, "A-01"))),
    "exclusions of another reason": ("open", 1, Change(rows=cell("exclusions.tsv", 0, 1, "迁出"))),
    "exclusions of another reason, inspectors": ("open", 1, Change(rows=cell("inspector-exclusions.tsv", 0, 1, "x"))),
    "exclusions without reason": ("open", 1, Change(rows=cell("exclusions.tsv", 0, 1, ""))),
    "exclusions one more": ("open", 1, Change(rows=more("exclusions.tsv", ["ZZ", "注销"]))),
    "exclusions of another reason, targets withheld": ("sealed", 1, Change(rows=cell("exclusions.tsv", 0, 1, "迁出"), after=delete("targets.tsv"))),
    "exclusions of a listed inspector, targets withheld": ("sealed", 1, Change(
        rows=cell("inspector-exclusions.tsv", 0, 0, "A-01"), after=delete("targets.tsv"))),
    "exclusions of a listed inspector, the others withheld": ("open", 1, Change(
        rows=cell("inspector-exclusions.tsv", 0, 0, "A-01"), after=delete("exclusions.tsv"))),
    "an empty region, inspectors withheld": ("area same", 1, Change(rows=cell("targets.tsv", 3, 2, ""), after=delete("inspectors.tsv"))),
    "an empty region, conflicts withheld": ("area same", 1, Change(rows=cell("inspectors.tsv", 3, 3, ""), after=delete("conflicts.tsv"))),
    "an empty region, strata missing": ("area same", 1, Change(rows=cell("inspectors.tsv", 3, 3, ""), after=delete("strata.tsv"))),
    "an empty region, targets missing": ("area same", 1, Change(rows=cell("inspectors.tsv", 3, 3, ""), after=delete("targets.tsv"))),
    **{f"no salt line in {name}": ("open", 1, Change(salts=give(name, None)))
       for name in ("inspectors.tsv", "conflicts.tsv", "exclusions.tsv", "inspector-exclusions.tsv")},
    **{f"a salt line in {name}": ("open", 1, Change(salts=give(name, "0" * 32)))
       for name in ("targets.tsv", "strata.tsv")},
    **{f"no salt line in {name}, sealed": ("sealed", 1, Change(salts=give(name, None)))
       for name in ("targets.tsv", "strata.tsv")},
    "no salt line in private strata": ("private strata", 1, Change(salts=give("strata.tsv", None))),
    "a salt of capitals": ("open", 1, Change(salts=give("inspectors.tsv", "AB" * 16))),
    "a salt of 31": ("open", 1, Change(salts=give("inspectors.tsv", "a" * 31))),
    "salts all alike": ("open", 0, Change(salts=lambda s: s.update({n: "0" * 32 for n, v in s.items() if v}))),
    "a second salt line": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw.replace(b"#salt", b"#salt\t" + b"0" * 32 + b"\n#salt", 1)})),
    "a remark line": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw + b"#remark\tx\ty\n"})),
    "an empty line": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw + b"\n"})),
    "no last line end": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw[:-1]})),
    "CR LF": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw.replace(b"\n", b"\r\n")})),
    "a byte order mark": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: b"\xef\xbb\xbf" + raw})),
    "not UTF-8": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw.replace("亲属".encode(), b"\xff")})),
    "a half of a pair": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw.replace("亲属".encode(), b"\xed\xa0\x80")})),
    "another header": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: raw.replace(b"reason", b"grund")})),
    "an empty file": ("open", 1, Change(raw={"conflicts.tsv": lambda raw: b""})),
    "announcement in two lines": ("open", 1, Change(raw={"announcement.json": lambda raw: raw + b"\n"})),
    "announcement without line end": ("open", 1, Change(raw={"announcement.json": lambda raw: raw[:-1]})),
    "announcement with a space": ("open", 1, Change(raw={"announcement.json": lambda raw: raw.replace(b",", b", ", 1)})),
    "announcement with a key twice": ("open", 1, Change(raw={"announcement.json": lambda raw: b'{"announced":"x",' + raw[1:]})),
    "announcement an array": ("open", 1, Change(raw={"announcement.json": lambda raw: b"[]\n"})),
    "announcement with an escape": ("open", 1, Change(raw={"announcement.json": lambda raw: raw.replace("第".encode(), b"\\u7b2c", 1)})),
    "announcement with a fraction": ("open", 1, change(put(colour=1.5))),
    "announcement 32 deep": ("open", 6, Change(raw={"announcement.json": lambda raw: b'{"announced":' + raw.split(b":", 1)[1][:22] + b',"ante":' + b"[" * 31 + b"]" * 31 + raw.split(b":", 1)[1][22:]})),
    "announcement 33 deep": ("open", 1, Change(raw={"announcement.json": lambda raw: b'{"announced":' + raw.split(b":", 1)[1][:22] + b',"ante":' + b"[" * 33 + b"]" * 33 + raw.split(b":", 1)[1][22:]})),
}  # fmt: skip

SOURCES: Cases = {
    "no sources": ("open", 1, change(put(randomness=[]))),
    "a source that is a text": ("open", 1, change(put(randomness=["dice"]))),
    "a source without kind": ("open", 1, change(drop("randomness/0/kind"))),
    "19 dice": ("open", 1, Change(notice=put("randomness/0", count=19), lines=give("0", "dice " + "1" * 19))),
    "21 dice": ("open", 0, Change(notice=put("randomness/0", count=21), lines=give("0", "dice " + "1" * 21))),
    "dice of a wrong length": ("open", 1, Change(lines=give("0", "dice " + "1" * 19))),
    "dice of no count": ("open", 1, change(drop("randomness/0/count"))),
    "dice in letters": ("open", 1, Change(lines=give("0", "dice " + "a" * 20))),
    "dice in other digits": ("open", 1, Change(lines=give("0", "dice " + "٣" * 20))),
    "dice with a space": ("open", 1, Change(lines=give("0", "dice 1111111111 1111111111"))),
    "dice with two spaces": ("open", 1, Change(lines=give("0", "dice  " + "1" * 20))),
    "dice with proof": ("open", 6, Change(proofs=put("0", video="x"))),
    "local beside dice": ("open", 1, Change(
        notice=add("randomness", {"kind": "local"}), lines=add("", "local " + HEX), proofs=add("", {}))),
    "two locals": ("local", 1, Change(
        notice=add("randomness", {"kind": "local"}), lines=add("", "local " + HEX), proofs=add("", {}))),
    "local in capitals": ("local", 1, Change(lines=give("0", "local " + HEX.upper()))),
    "local, of 62": ("local", 1, Change(lines=give("0", "local " + HEX[2:]))),
    "dice twice": ("open", 0, Change(
        notice=add("randomness", {"kind": "dice", "count": 20}), lines=add("", "dice " + "1" * 20), proofs=add("", {}))),
    "an unknown kind": ("open", 6, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "stars a b"))),
    "an unknown kind, another line": ("open", 1, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "moon a b"))),
    "an unknown kind, a longer word": ("open", 1, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "starsx b"))),
    "an unknown kind, no value": ("open", 6, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "stars"))),
    "an unknown kind, two spaces": ("open", 1, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "stars a  b"))),
    "an unknown kind, a last space": ("open", 1, Change(notice=put("randomness/0", kind="stars"), lines=give("0", "stars a "))),
    "an unknown kind with proof": ("open", 6, Change(
        notice=put("randomness/0", kind="stars"), lines=give("0", "stars a b"), proofs=put("0", proof="x"))),
    "an unknown kind beside local": ("local", 1, Change(
        notice=add("randomness", {"kind": "stars"}), lines=add("", "stars a"), proofs=add("", {}))),
    "an empty kind": ("open", 1, change(put("randomness/0", kind=""))),
    "sealed, approved by one": ("two parties", 6, Change(log={"approvers": logs.PARTIES[:1]})),
    "sealed, approved by two": ("two parties", 0, Change(log={"approvers": logs.PARTIES})),
    "sealed, a wrong secret": ("two parties", 1, Change(lines=give("0", "sealed 县纪委监委 " + HEX))),
    "sealed, another party": ("two parties", 1, Change(lines=lambda x: x.reverse())),
    "sealed, secret in capitals": ("two parties", 1, Change(lines=lambda x: x.__setitem__(0, x[0].upper()))),
    "sealed, a party with a space": ("two parties", 1, change(put("randomness/0", party="a b"))),
    "sealed, no commitment": ("two parties", 1, change(drop("randomness/0/commitment"))),
    "sealed, one party twice": ("two parties", 6, Change(
        notice=lambda n: n["randomness"].__setitem__(1, n["randomness"][0]), lines=lambda x: x.__setitem__(1, x[0]))),
    "sealed, one party": ("two parties", 6, Change(
        notice=drop("randomness/1"), lines=drop("1"), proofs=drop("1"))),
    "lottery, a game unknown": ("lottery", 6, Change(notice=put("randomness/0", game="pls"), lines=give("0", "lottery pls 2026135 1+2"))),
    "lottery, a game in Chinese": ("lottery", 6, Change(notice=put("randomness/0", game="双色球"), lines=give("0", "lottery 双色球 2026135 1+2"))),
    "lottery, a game empty": ("lottery", 1, change(put("randomness/0", game=""))),
    "lottery, a game unknown without issue": ("lottery", 6, Change(
        notice=give("randomness/0", {"kind": "lottery", "game": "pls"}), lines=give("0", "lottery pls 1+2"))),
    "lottery, an issue of letters": ("lottery", 0, Change(
        notice=put("randomness/0", issue="2026-a"), lines=give("0", "lottery ssq 2026-a 03.09.11.20.25.31+07"))),
    "lottery, an issue of 33": ("lottery", 1, Change(
        notice=put("randomness/0", issue="1" * 33), lines=give("0", f"lottery ssq {'1' * 33} 03.09.11.20.25.31+07"))),
    "lottery, an issue of 32": ("lottery", 0, Change(
        notice=put("randomness/0", issue="1" * 32), lines=give("0", f"lottery ssq {'1' * 32} 03.09.11.20.25.31+07"))),
    "lottery, an issue that is a number": ("lottery", 1, change(put("randomness/0", issue=2026135))),
    "lottery, an issue with a dot": ("lottery", 1, Change(
        notice=put("randomness/0", issue="2026.1"), lines=give("0", "lottery ssq 2026.1 03.09.11.20.25.31+07"))),
    "lottery, an issue empty": ("lottery", 1, change(put("randomness/0", issue=""))),
    "lottery, dlt": ("lottery", 0, Change(
        notice=put("randomness/0", game="dlt"), lines=give("0", "lottery dlt 2026135 03.09.11.20.35+07.12"))),
    "lottery, a ball too high": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 03.09.11.20.25.34+07"))),
    "lottery, ball 00": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 00.09.11.20.25.33+07"))),
    "lottery, a ball twice": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 03.03.11.20.25.33+07"))),
    "lottery, one digit": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 3.09.11.20.25.33+07"))),
    "lottery, no second group": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 03.09.11.20.25.33"))),
    "lottery, three groups": ("lottery", 1, Change(lines=give("0", "lottery ssq 2026135 03.09.11.20.25.33+07+08"))),
    "lottery and dice": ("lottery", 6, Change(
        notice=add("randomness", {"kind": "dice", "count": 20}), lines=add("", "dice " + "1" * 20), proofs=add("", {}))),
    "drand, an unknown chain": ("drand", 6, Change(
        notice=put("randomness/0", chain=HEX), lines=lambda x: x.__setitem__(0, f"drand {HEX} " + x[0].split(" ", 2)[2]))),
    "drand, a chain in capitals": ("drand", 1, change(put("randomness/0", chain=HEX.upper()))),
    "drand, round 0": ("drand", 1, change(put("randomness/0", round=0))),
    "drand, round 1": ("drand", 1, Change(
        notice=put("randomness/0", round=1), lines=lambda x: x.__setitem__(0, x[0].replace("34112212", "1")))),
    "drand, an early round, nothing drawn yet": ("drand", 1, Change(notice=put("randomness/0", round=1), log=None, after=delete(*AFTER))),
    "drand, the largest round": ("drand", 6, Change(
        notice=put("randomness/0", round=BIG), lines=lambda x: x.__setitem__(0, x[0].replace("34112212", str(BIG))))),
    "drand, another round": ("drand", 1, Change(lines=lambda x: x.__setitem__(0, x[0].replace("34112212", "34112213")))),
    "drand, another value": ("drand", 1, Change(lines=lambda x: x.__setitem__(0, x[0][:-64] + HEX))),
    "drand, no signature": ("drand", 1, Change(proofs=give("0", {}))),
    "drand, signature of odd length": ("drand", 1, Change(proofs=put("0", signature="abc"))),
    "drand, signature a number": ("drand", 1, Change(proofs=put("0", signature=5))),
    "drand, signature in capitals": ("drand", 1, Change(proofs=put("0", signature="B7" * 48))),
    "drand, signature of 96 bytes": ("drand", 1, Change(
        proofs=put("0", signature="b7" * 96), lines=lambda x: x.__setitem__(0, x[0][:-64] + sha("b7" * 96)))),
    "drand, a previous signature": ("drand", 1, Change(proofs=put("0", previous_signature="b7" * 48))),
    "drand, a field more": ("drand", 6, Change(proofs=put("0", colour="red"))),
    "drand, chained": ("drand", 6, Change(
        notice=put("randomness/0", chain=CHAINED, round=7000000),
        proofs=give("0", {"signature": "b7" * 96, "previous_signature": "b8" * 96}),
        lines=give("0", f"drand {CHAINED} 7000000 {sha('b7' * 96)}"))),
    "drand, chained, the previous one missing": ("drand", 1, Change(
        notice=put("randomness/0", chain=CHAINED, round=7000000),
        proofs=give("0", {"signature": "b7" * 96}),
        lines=give("0", f"drand {CHAINED} 7000000 {sha('b7' * 96)}"))),
    "drand, announced at its time": ("drand", 1, change(put(announced=ROUND))),
    "drand, announced a second before": ("drand", None, change(put(announced="2026-11-20T01:59:59Z"))),
    "drand and dice": ("drand", 6, Change(
        notice=add("randomness", {"kind": "dice", "count": 20}), lines=add("", "dice " + "1" * 20), proofs=add("", {}))),
    "nist, another value": ("nist", 1, Change(lines=lambda x: x.__setitem__(0, x[0][:-128] + HEX * 2))),
    "nist, value in capitals": ("nist", 1, Change(lines=lambda x: x.__setitem__(0, x[0][:-128] + x[0][-128:].upper()))),
    "nist, another pulse": ("nist", 1, Change(proofs=put("0/pulse", pulseIndex=1853312))),
    "nist, another chain": ("nist", 1, Change(proofs=put("0/pulse", chainIndex=1))),
    "nist, no pulse": ("nist", 1, Change(proofs=drop("0/pulse"))),
    "nist, no certificate": ("nist", 1, Change(proofs=drop("0/certificate"))),
    "nist, certificate empty": ("nist", 1, Change(proofs=put("0", certificate=""))),
    "nist, a field more": ("nist", 6, Change(proofs=put("0", colour="red"))),
    "nist, a field more in the pulse": ("nist", 6, Change(proofs=put("0/pulse", colour="red"))),
    "nist, no time": ("nist", 1, Change(proofs=drop("0/pulse/timeStamp"))),
    "nist, no such time": ("nist", 1, Change(proofs=put("0/pulse", timeStamp="2026-13-10T11:02:00.000Z"))),
    "nist, before the announcement": ("nist", 1, Change(proofs=put("0/pulse", timeStamp="2026-11-20T00:59:00.000Z"))),
    "nist, before the entry": ("nist", 1, Change(proofs=put("0/pulse", timeStamp="2026-11-20T01:00:05.000Z"))),
    "nist, a fraction before the entry": ("nist", None, Change(proofs=put("0/pulse", timeStamp="2026-11-20T01:00:05.500Z"))),
    "proofs: one too few": ("two parties", 1, Change(proofs=drop("1"))),
    "proofs: one too many": ("open", 1, Change(proofs=add("", {}))),
    "proofs: none": ("open", 1, Change(proofs=lambda p: p.clear())),
    "proofs: not an object": ("open", 1, Change(proofs=give("0", []))),
    "proofs: a field more": ("open", 6, Change(proofs=put("0", colour="red"))),
    "proofs: a negative field": ("open", 1, Change(proofs=put("0", colour=-1))),
    "proofs: not an array": ("open", 1, Change(raw={"randomness.json": lambda raw: b"{}\n"})),
    "proofs: no line end": ("open", 1, Change(raw={"randomness.json": lambda raw: b"[{}]"})),
    "seed: a line more": ("open", 1, Change(lines=add("", "dice " + "1" * 20))),
    "seed: a line fewer": ("open", 1, Change(lines=lambda x: x.clear())),
    "seed: an empty line": ("open", 1, Change(lines=add("", ""))),
    "seed: no last line end": ("open", 1, Change(raw={"seed.txt": lambda raw: raw[:-1]})),
    "seed: CR LF": ("open", 1, Change(raw={"seed.txt": lambda raw: raw.replace(b"\n", b"\r\n")})),
    "seed: another commitment": ("open", 1, Change(raw={"seed.txt": lambda raw: raw[:13] + HEX.encode() + raw[77:]})),
    "seed: another protocol": ("open", 1, Change(raw={"seed.txt": lambda raw: raw.replace(b"/1\n", b"/2\n")})),
    "seed: not UTF-8": ("open", 1, Change(raw={"seed.txt": lambda raw: raw[:-1] + b"\xff\n"})),
    "seed: empty": ("open", 1, Change(raw={"seed.txt": lambda raw: b""})),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LISTS))
def test_the_lists(both: Any, name: str) -> None:
    kind, code, edit = LISTS[name]
    one, other = both(kind, edit)
    assert one == other == (one if code is None else code)


@pytest.mark.parametrize("name", list(SOURCES))
def test_the_randomness(both: Any, name: str) -> None:
    kind, code, edit = SOURCES[name]
    one, other = both(kind, edit)
    assert one == other == (one if code is None else code)


def other_inspector(table: str, row: int, at: int) -> Callable[[Any], None]:
    """The name of somebody else in a row."""

    def edit(rows: Any) -> None:
        old = rows[table][row][at]
        rows[table][row][at] = "A-01" if old != "A-01" else "A-02"

    return edit


def lie(*, matched: bool) -> Callable[[Any], None]:
    def edit(result: Any) -> None:
        result["matched"] = matched
        if not matched:
            result["files"].pop("teams.tsv", None)
            result["visibility"].pop("teams.tsv", None)

    return edit


def named(result: Any, name: str, visibility: str = "supervisors") -> None:
    result["files"][name] = {"rows": 0, "bytes": 0, "sha256": HEX}
    result["visibility"][name] = visibility


OUTCOME: Cases = {
    "selected: a rank": ("open", 1, Change(drawn=cell("selected.tsv", 0, 3, 9))),
    "selected: another stratum": ("open", 1, Change(drawn=cell("selected.tsv", 0, 2, "north"))),
    "selected: a ticket": ("open", 1, Change(drawn=cell("selected.tsv", 0, 4, HEX))),
    "selected: order permuted": ("open", 1, Change(drawn=every(cell("selected.tsv", 0, 0, 2), cell("selected.tsv", 1, 0, 1), swap("selected.tsv", 0, 1)))),
    "selected: rows swapped": ("open", 1, Change(drawn=swap("selected.tsv", 0, 1))),
    "selected: order 0": ("open", 1, Change(drawn=cell("selected.tsv", 0, 0, 0))),
    "selected: one missing": ("open", 1, Change(drawn=drop("selected.tsv/0"))),
    "selected: rows swapped, strata withheld": ("sealed", 1, Change(drawn=swap("selected.tsv", 0, 1), after=delete("strata.tsv"))),
    "selected: order 0, strata withheld": ("sealed", 1, Change(drawn=cell("selected.tsv", 0, 0, 0), after=delete("strata.tsv"))),
    "selected: rank 0, strata withheld": ("sealed", 1, Change(drawn=cell("selected.tsv", 0, 3, 0), after=delete("strata.tsv"))),
    "selected: wrong, result absent": ("open", 1, Change(drawn=cell("selected.tsv", 0, 3, 9), after=delete("result.json"))),
    "drawn: another one": ("open", 1, Change(drawn=every(cell("drawn.tsv", 0, 0, "9133EXCLUDED"), sort("drawn.tsv")))),
    "drawn: another one, strata withheld": ("private strata", 1, Change(
        drawn=every(cell("drawn.tsv", 0, 0, "9133EXCLUDED"), sort("drawn.tsv")), after=delete("strata.tsv", "selected.tsv"))),
    "drawn: another one, result absent too": ("private strata", 1, Change(
        drawn=every(cell("drawn.tsv", 0, 0, "9133EXCLUDED"), sort("drawn.tsv")), after=delete("strata.tsv", "selected.tsv", "result.json"))),
    "drawn: unsorted": ("open", 1, Change(drawn=swap("drawn.tsv", 0, 1))),
    "drawn: one too many": ("open", 1, Change(drawn=more("drawn.tsv", ["企号"]))),
    "reserves: swapped": ("reserves", 1, Change(drawn=swap("reserves.tsv", 0, 1))),
    "reserves: one fewer": ("reserves", 1, Change(drawn=drop("reserves.tsv/0"))),
    "reserves: none": ("reserves", 1, Change(drawn=lambda r: r["reserves.tsv"].clear())),
    "reserves: rank 0, strata withheld": ("sealed", 1, Change(drawn=cell("reserves.tsv", 0, 2, 0), after=delete("strata.tsv"))),
    "teams: swapped rows": ("open", 1, Change(drawn=swap("teams.tsv", 0, 1))),
    "teams: another member": ("open", 1, Change(drawn=other_inspector("teams.tsv", 0, 2))),
    "teams: post 0, inspectors withheld": ("open", 1, Change(drawn=cell("teams.tsv", 0, 1, 0), after=delete("inspectors.tsv"))),
    "teams: one missing": ("open", 1, Change(drawn=drop("teams.tsv/0"))),
    "teams: one missing, and withheld": ("open", 1, Change(drawn=drop("teams.tsv/0"), after=delete("teams.tsv"))),
    "salt of teams not derived": ("open", 1, Change(shut=give("teams.tsv", "0" * 32))),
    "salt of teams missing": ("open", 1, Change(shut=give("teams.tsv", None))),
    "salt in public drawn": ("open", 1, Change(shut=give("drawn.tsv", "0" * 32))),
    "salt of sealed drawn not derived": ("sealed", 1, Change(shut=give("drawn.tsv", "0" * 32))),
    "salt of teams not derived, inspectors withheld": ("open", 6, Change(shut=give("teams.tsv", "0" * 32), after=delete("inspectors.tsv"))),
    "result: an unknown field": ("open", 6, Change(result=put(colour="red"))),
    "result: an unknown field, negative": ("open", 1, Change(result=put(colour=-1))),
    "result: an unknown file": ("open", 6, Change(result=lambda r: named(r, "notes.tsv"))),
    "result: an unknown file's visibility": ("open", 6, Change(result=give("visibility/notes.tsv", "odd"))),
    "result: reserves that are not due": ("open", 1, Change(result=lambda r: named(r, "reserves.tsv", "public"))),
    "result: only their visibility": ("open", 1, Change(result=give("visibility/reserves.tsv", "public"))),
    "result: a frozen file": ("open", 1, Change(result=lambda r: named(r, "targets.tsv", "public"))),
    "result: replacements": ("reserves", 1, Change(result=lambda r: named(r, "replacements.tsv"))),
    "result: a root": ("open", 6, Change(result=put("files/drawn.tsv", root=HEX))),
    "result: drawn.tsv missing": ("open", 1, Change(result=every(drop("files/drawn.tsv"), drop("visibility/drawn.tsv")))),
    "result: teams missing": ("open", 1, Change(result=every(drop("files/teams.tsv"), drop("visibility/teams.tsv")))),
    "result: teams present though unmatched": ("open", 1, Change(result=put(matched=False))),
    "result: visibility wrong": ("open", 1, Change(result=give("visibility/drawn.tsv", "supervisors"))),
    "result: visibility missing": ("open", 1, Change(result=drop("visibility/drawn.tsv"))),
    "result: digest wrong": ("open", 1, Change(result=put("files/drawn.tsv", sha256=HEX))),
    "result: rows wrong": ("open", 1, Change(result=put("files/teams.tsv", rows=7))),
    "result: rows of selected wrong, and withheld": ("private strata", 1, Change(
        result=put("files/selected.tsv", rows=7), after=delete("strata.tsv", "selected.tsv"))),
    "result: drawn wrong": ("open", 1, Change(result=put(drawn=3))),
    "result: drawn 0": ("open", 1, Change(result=put(drawn=0))),
    "result: drawn 0, rows 0, withheld": ("sealed and private", 1, Change(
        result=every(put(drawn=0), *(put(f"files/{n}", rows=0) for n in ("drawn.tsv", "selected.tsv", "teams.tsv"))),
        after=delete("strata.tsv", "drawn.tsv", "selected.tsv", "teams.tsv"))),
    "result: drawn otherwise than the quotas say, withheld": ("sealed", 1, Change(
        result=every(put(drawn=3), put("files/drawn.tsv", rows=3), put("files/selected.tsv", rows=3), put("files/teams.tsv", rows=6)),
        after=delete("strata.tsv", "drawn.tsv", "selected.tsv", "teams.tsv", "reserves.tsv"))),
    "result: drawn a text": ("open", 1, Change(result=put(drawn="4"))),
    "result: another draw": ("open", 1, Change(result=put(draw="2026-018"))),
    "result: another commitment": ("open", 1, Change(result=put(commitment=HEX))),
    "result: another seed file": ("open", 1, Change(result=put(seed_file=HEX))),
    "result: another randomness file": ("open", 1, Change(result=put(randomness_file=HEX))),
    "result: a later protocol": ("open", 6, Change(result=put(protocol="dualrandom/2"))),
    "result: a later protocol, another commitment": ("open", 1, Change(result=put(protocol="dualrandom/2", commitment=HEX))),
    "result: another protocol": ("open", 1, Change(result=put(protocol="other/1"))),
    "result: matched 1": ("open", 1, Change(result=put(matched=1))),
    "result: matched missing": ("open", 1, Change(result=drop("matched"))),
    "result: no software": ("open", 1, Change(result=drop("software"))),
    "result: not canonical": ("open", 1, Change(raw={"result.json": lambda raw: raw + b"\n"})),
    "result: an array": ("open", 1, Change(raw={"result.json": lambda raw: b"[]\n"})),
    "falsely unmatched": ("open", 1, Change(result=lie(matched=False), after=delete("teams.tsv"))),
    "falsely unmatched, teams there": ("open", 1, Change(result=lie(matched=False))),
    "falsely unmatched, inspectors withheld": ("open", 6, Change(result=lie(matched=False), after=delete("teams.tsv", "inspectors.tsv"))),
    "falsely matched": ("infeasible", 1, Change(result=every(
        lie(matched=True), give("files/teams.tsv", {"rows": 8, "bytes": 9, "sha256": HEX}), give("visibility/teams.tsv", "supervisors")))),
    "an unknown area, and a wrong selection": ("open", 1, Change(notice=put(area="near"), drawn=cell("selected.tsv", 0, 3, 9))),
    "an area unknown, teams any": ("open", 6, Change(notice=put(area="near"), drawn=other_inspector("teams.tsv", 0, 2))),
}  # fmt: skip

CHANGED: Cases = {
    "replacements: as they are": ("replacements", 6, Change()),
    "substitutions: as they are": ("substitutions", 6, Change()),
    "both: as they are": ("both changes", 6, Change()),
    "replacements: another substitute": ("replacements", 1, Change(later=cell("replacements.tsv", 0, 2, "9133EXCLUDED"))),
    "replacements: no substitute": ("replacements", 1, Change(later=cell("replacements.tsv", 0, 2, ""))),
    "replacements: none left, no substitute": ("replacements", 1, Change(
        later=lambda r: r["replacements.tsv"].append([900, r["replacements.tsv"][0][2], "", "迁出", "照片"]))),
    "replacements: none left, somebody": ("replacements", 1, Change(
        later=lambda r: r["replacements.tsv"].append([900, r["replacements.tsv"][0][2], r["drawn.tsv"][0][0], "迁出", "照片"]))),
    "replacements: of a stranger": ("replacements", 1, Change(later=cell("replacements.tsv", 0, 1, "nobody"))),
    "replacements: of the same twice": ("replacements", 1, Change(
        later=lambda r: r["replacements.tsv"].append([900, *r["replacements.tsv"][0][1:]]))),
    "replacements: without evidence": ("replacements", 1, Change(later=cell("replacements.tsv", 0, 4, ""))),
    "replacements: without reason": ("replacements", 1, Change(later=cell("replacements.tsv", 0, 3, ""))),
    "replacements: unsorted": ("replacements", 1, Change(later=swap("replacements.tsv", 0, 1))),
    "replacements: one seq twice": ("replacements", 1, Change(later=lambda r: r["replacements.tsv"][1].__setitem__(0, r["replacements.tsv"][0][0]))),
    "replacements: seq 0": ("replacements", 6, Change(later=cell("replacements.tsv", 0, 0, 0))),
    "replacements: seq too large": ("replacements", 1, Change(later=cell("replacements.tsv", 1, 0, BIG + 1))),
    "replacements: no rows": ("replacements", 6, Change(later=lambda r: r["replacements.tsv"].clear())),
    "replacements: seqs of 9 and 10": ("replacements", 6, Change(later=every(cell("replacements.tsv", 0, 0, 9), cell("replacements.tsv", 1, 0, 10)))),
    "replacements: wrong, inspectors withheld": ("replacements", 1, Change(
        later=cell("replacements.tsv", 0, 2, "9133EXCLUDED"), after=delete("inspectors.tsv", "teams.tsv"))),
    "replacements: wrong, no seed": ("replacements", 6, Change(later=cell("replacements.tsv", 0, 2, "9133EXCLUDED"), after=delete("seed.txt"))),
    "replacements: no salt": ("replacements", 1, Change(shut=give("replacements.tsv", None))),
    "replacements: a salt not derived": ("replacements", 1, Change(shut=give("replacements.tsv", "0" * 32))),
    "replacements: where no reserves are": ("substitutions", 1, Change(
        after=lambda f: (f / "replacements.tsv").write_text(
            f"seq\tid\tsubstitute\treason\tevidence\n#salt\t{derived('replacements.tsv')}\n900\t{(f / 'drawn.tsv').read_text().split()[1]}\tx\tx\tx\n"))),
    "substitutions: another substitute": ("substitutions", 1, Change(later=other_inspector("substitutions.tsv", 0, 4))),
    "substitutions: a stranger": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 4, "A-99"))),
    "substitutions: nobody": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 4, ""))),
    "substitutions: of one who is not there": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 3, "A-99"))),
    "substitutions: of no such post": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 2, 3))),
    "substitutions: post 0": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 2, 0))),
    "substitutions: post 0, teams unknown": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 2, 0), after=delete("inspectors.tsv"))),
    "substitutions: of no such target": ("substitutions", 1, Change(later=cell("substitutions.tsv", 0, 1, "nobody"))),
    "substitutions: wrong, area unknown": ("substitutions", 6, Change(
        notice=put(area="near"), later=other_inspector("substitutions.tsv", 0, 4))),
    "substitutions: wrong, conflicts withheld": ("substitutions", 6, Change(
        later=other_inspector("substitutions.tsv", 0, 4), after=delete("conflicts.tsv"))),
    "both: one seq in both files": ("both changes", 1, Change(later=lambda r: r["replacements.tsv"][-1].__setitem__(0, r["substitutions.tsv"][-1][0]))),
    "both: in another order": ("both changes", 1, Change(later=lambda r: r["replacements.tsv"][0].__setitem__(0, 1))),
    "both: replacements withheld": ("both changes", 1, Change(after=delete("replacements.tsv"))),
    "both: substitutions withheld": ("both changes", 6, Change(after=delete("substitutions.tsv"))),
    "changes before the draw": ("substitutions", 6, Change(log=None, after=delete(*AFTER))),
    "changes of an unmatched draw": ("infeasible", 1, Change(
        after=lambda f: (f / "replacements.tsv").write_text(
            f"seq\tid\tsubstitute\treason\tevidence\n#salt\t{derived('replacements.tsv')}\n900\t{(f / 'drawn.tsv').read_text().split()[1]}\tx\tx\tx\n"))),
    "substitutions of an unmatched draw": ("infeasible", None, Change(
        after=lambda f: (f / "substitutions.tsv").write_text(
            f"seq\tid\tpost\tinspector\tsubstitute\treason\n#salt\t{derived('substitutions.tsv')}\n900\t{(f / 'drawn.tsv').read_text().split()[1]}\t1\tA-01\tA-02\tx\n"))),
}  # fmt: skip

EVERY = (*AFTER, "announcement.json", "targets.tsv", "strata.tsv", "inspectors.tsv", "conflicts.tsv",
         "exclusions.tsv", "inspector-exclusions.tsv", "log/announce.entry", "log/announce.tlog-proof")  # fmt: skip

FOLDER: Cases = {
    **{f"without {name}": ("reserves", 6, Change(after=delete(name))) for name in EVERY},
    **{f"without {name}, sealed": ("sealed and private", 6, Change(after=delete(name))) for name in EVERY if name != "reserves.tsv"},
    "without everything": ("open", 6, Change(after=delete(*EVERY))),
    "a file that is not listed": ("open", 6, Change(after=write("notes.txt", b"x"))),
    "a file of capitals": ("open", 6, Change(after=write("Targets.tsv", b"x"))),
    "a file in the log that is not listed": ("open", 6, Change(after=write("log/draw.entry", b"x"))),
    "a folder that is not listed": ("open", 6, Change(after=lambda f: (f / "more").mkdir())),
    "a folder in the log": ("open", 6, Change(after=lambda f: (f / "log" / "more").mkdir())),
    "a folder in a file's place": ("open", 1, Change(after=lambda f: ((f / "drawn.tsv").unlink(), (f / "drawn.tsv").mkdir()))),
    "a folder in an entry's place": ("open", 1, Change(after=lambda f: ((f / "log/result.entry").unlink(), (f / "log/result.entry").mkdir()))),
    "a link in a file's place": ("open", 1, Change(after=lambda f: ((f / "drawn.tsv").rename(f.parent.parent / "kept"), (f / "drawn.tsv").symlink_to(f.parent.parent / "kept")))),
    "a link in the log's place": ("open", 6, Change(after=lambda f: ((f / "log").rename(f.parent.parent / "kept"), (f / "log").symlink_to(f.parent.parent / "kept")))),
    "a file in the log's place": ("open", 6, Change(log=None, after=write("log", b"x"))),
    "a dangling link": ("open", 6, Change(after=lambda f: (f / "more").symlink_to("nowhere"))),
    "another name": ("open", 1, Change(after=lambda f: f.rename(f.parent / "2026-018"))),
    "another name, nothing else": ("open", 1, Change(after=lambda f: (delete(*EVERY[:-10], *EVERY[-8:])(f), f.rename(f.parent / "2026-018")))),
    "reserves that are not due": ("open", 1, Change(after=write("reserves.tsv", b"id\tstratum\trank\tticket\n"))),
    "reserves that are not due, result absent": ("open", 1, Change(after=every(delete("result.json"), write("reserves.tsv", b"id\tstratum\trank\tticket\n")))),
    "reserves that are not due, before the draw": ("open", 1, Change(log=None, after=every(delete(*AFTER), write("reserves.tsv", b"id\tstratum\trank\tticket\n")))),
    "drawn files without a result": ("open", 6, Change(after=delete("result.json"))),
    "drawn files that are no tables": ("open", 1, Change(after=every(delete("result.json"), write("drawn.tsv", b"x")))),
    "teams without salt, result absent": ("open", 1, Change(shut=give("teams.tsv", None), after=delete("result.json"))),
    "before the draw": ("open", 6, Change(log={"end": ""}, after=delete(*AFTER))),
    "a zip with a top folder": ("open", 0, Change(after=pack("x.zip", "2026-017/"))),
    "a zip without": ("open", 0, Change(after=pack("2026-017.zip"))),
    "a zip named otherwise": ("open", 1, Change(after=pack("2026-018.zip"))),
    "a zip with another top folder": ("open", 1, Change(after=pack("2026-017.zip", "2026-018/"))),
    "a zip of a zip's name": ("open", 1, Change(after=pack("2026-017.tar.zip"))),
    "a zip in capitals": ("open", 0, Change(after=pack("2026-017.ZIP"))),
    "a zip with two tops": ("open", 6, Change(after=pack("2026-017.zip", "2026-017/", "__MACOSX/x"))),
    "a zip with a file more": ("open", 6, Change(after=pack("2026-017.zip", "", "notes.txt"))),
    "a zip with a path up": ("open", 1, Change(after=pack("2026-017.zip", "", "a/../notes.txt"))),
    "a zip with an absolute path": ("open", 1, Change(after=pack("2026-017.zip", "", "/notes.txt"))),
    "a zip with a drive": ("open", 1, Change(after=pack("2026-017.zip", "", "c:notes.txt"))),
    "a zip with a backslash": ("open", 1, Change(after=pack("2026-017.zip", "", "a\\b"))),
    "a zip with a control": ("open", 1, Change(after=pack("2026-017.zip", "", "a\x01b"))),
    "a zip with a long name": ("open", 1, Change(after=pack("2026-017.zip", "", "a" * 129))),
    "a zip with the log's name as a file": ("open", 6, Change(after=pack("2026-017.zip", "", "log"))),
    "a zip of 300 files": ("open", 1, Change(after=pack("2026-017.zip", "", *(f"n{n}" for n in range(300))))),
    "a zip with a bomb": ("open", 1, Change(after=every(write("zeros", bytes(1 << 22)), pack("2026-017.zip")))),
    "a damaged zip": ("open", 1, Change(after=every(pack("2026-017.zip"), lambda f: (f.parent / "2026-017.zip").write_bytes((f.parent / "2026-017.zip").read_bytes()[:-30])))),
    "an empty zip": ("open", 6, Change(after=every(pack("y"), lambda f: ((f.parent / "y").unlink(), zipfile.ZipFile(f.parent / "2026-017.zip", "w").close())))),
    "something else than a zip": ("open", 5, Change(after=every(pack("2026-017.zip"), lambda f: (f.parent / "2026-017.zip").write_bytes(b"no zip")))),
    "an empty file in its place": ("open", 5, Change(after=every(pack("2026-017.zip"), lambda f: (f.parent / "2026-017.zip").write_bytes(b"")))),
}  # fmt: skip


@pytest.mark.parametrize("name", list(OUTCOME))
def test_the_outcome(both: Any, name: str) -> None:
    kind, code, edit = OUTCOME[name]
    assert both(kind, edit) == (code, code)


@pytest.mark.parametrize("name", list(CHANGED))
def test_what_changed_afterwards(both: Any, name: str) -> None:
    kind, code, edit = CHANGED[name]
    one, other = both(kind, edit)
    assert one == other == (one if code is None else code)


@pytest.mark.parametrize("name", list(FOLDER))
def test_the_folder(both: Any, name: str) -> None:
    kind, code, edit = FOLDER[name]
    assert both(kind, edit) == (code, code)


def line_of(
    name: str, number: int, edit: Callable[[bytes], bytes]
) -> Callable[[Path], None]:
    """Change one line of a file, from the end if negative."""

    def change_it(folder: Path) -> None:
        lines = (folder / name).read_bytes().split(b"\n")
        lines[number] = edit(lines[number])
        (folder / name).write_bytes(b"\n".join(lines))

    return change_it


def flipped(at: int) -> Callable[[bytes], bytes]:
    """Change one byte under the base64 at the end of a line."""

    def edit(line: bytes) -> bytes:
        head, _, coded = line.rpartition(b" ")
        raw = bytearray(base64.b64decode(coded))
        raw[at] ^= 1
        return head + b" " + base64.b64encode(raw)

    return edit


ENTRY, PROOF = "log/announce.entry", "log/announce.tlog-proof"


def unknown_kind() -> str:
    material = bytes([0xFF]) + bytes(33)
    ident = hashlib.sha256(b"sm2/officer\n" + material).digest()[:4]
    return f"sm2/officer+{ident.hex()}+{base64.b64encode(material).decode()}"


def cosign(folder: Path, key: Any) -> None:
    raw = (folder / PROOF).read_bytes()
    text = raw.partition(b"\n\n")[2].rpartition(b"\n\n")[0] + b"\n"
    (folder / PROOF).write_bytes(raw + key.line(text, logs.NOON))


STRANGER, OTHER_LOG = logs.Key("a/stranger"), logs.Key(logs.ORIGIN, seed="other")
ONE, TWO = logs.SUPERVISORS
EARLY, LATE = logs.NOON, 1795140000 + 9000


def log(**options: Any) -> Change:
    return Change(log=options)


def abandoned(*others: Any, **options: Any) -> Change:
    return Change(
        log={"end": "abandon"} | options, after=every(delete(*AFTER), *others)
    )


LOGGED: Cases = {
    "as it is": ("open", 0, Change()),
    "no log": ("open", 6, Change(log=None)),
    "no witness": ("open", 6, log(cosigned=())),
    "one witness": ("open", 0, log(cosigned=(EARLY,))),
    "a witness too late": ("open", 6, log(at="end")),
    "a witness too late for drand": ("drand", 6, log(cosigned=(LATE,))),
    "lottery, a witness": ("lottery", 0, Change()),
    "lottery, no witness": ("lottery", 6, log(cosigned=())),
    "entry after the beacon": ("drand", 1, log(announce_time="2026-11-20T02:00:00Z")),
    "entry after the beacon, proof missing": ("drand", 1, Change(
        log={"announce_time": "2026-11-20T02:00:00Z"}, after=delete(PROOF))),
    "body: an unknown field": ("open", 6, log(body={"colour": "red"})),
    "body: an unknown field, negative": ("open", 6, log(body={"colour": -1})),
    "body: an unknown field, null": ("open", 1, log(body={"colour": None})),
    "body: an unknown field, a fraction": ("open", 1, log(body={"colour": 1.5})),
    "body: another draw": ("open", 1, log(body={"draw": "2026-018"})),
    "body: another commitment": ("open", 1, log(body={"commitment": HEX})),
    "body: another task": ("open", 1, log(body={"task": "2026-018"})),
    "body: task a number": ("open", 1, log(body={"task": 5})),
    "body: another registry": ("open", 1, log(body={"registry": {"seq": 411, "targets": HEX, "inspectors": HEX}})),
    "body: registry a text": ("open", 1, log(body={"registry": "x"})),
    "body: another result": ("open", 1, log(end_body={"result": HEX})),
    "body: an unknown field at the end": ("open", 6, log(end_body={"colour": "red"})),
    "body: no keys": ("open", 1, log(keys=lambda keys: [])),
    "body: keys unsorted": ("open", 1, log(keys=lambda keys: keys[::-1])),
    "body: a key twice": ("open", 1, log(keys=lambda keys: sorted([*keys, keys[0]]))),
    "body: keys a text": ("open", 1, log(keys=lambda keys: keys[0])),
    "body: a key that is none": ("open", 1, log(keys=lambda keys: [*keys, "z+0+x"])),
    "body: a cosigner's key": ("open", 1, log(keys=lambda keys: sorted([*keys, ONE.vkey(4)]))),
    "body: a key of an unknown kind": ("open", 6, log(keys=lambda keys: sorted([*keys, unknown_kind()]))),
    "body: the officer's key missing": ("open", 6, log(keys=lambda keys: [k for k in keys if k != logs.OFFICER.vkey()])),
    "body: the log's key missing": ("open", 0, log(keys=lambda keys: [k for k in keys if k != logs.LOG.vkey()])),
    "body: the supervisors' keys missing": ("open", 0, log(keys=lambda keys: [k for k in keys if "supervisor" not in k])),
    "entry: an unknown field": ("open", 6, log(fields={"colour": "red"})),
    "entry: another act": ("open", 1, log(fields={"act": "draw.result"})),
    "entry: an unknown act": ("open", 1, log(fields={"act": "draw.proclaim"})),
    "entry: act no word": ("open", 1, log(fields={"act": "Draw Announce"})),
    "entry: another log": ("open", 1, log(fields={"log": "other.example/log"})),
    "entry: another seq": ("open", 1, log(fields={"seq": 4})),
    "entry: seq a text": ("open", 1, log(fields={"seq": "5"})),
    "entry: seq negative": ("open", 1, log(fields={"seq": -5})),
    "entry: op no UUID": ("open", 1, log(fields={"op": "once"})),
    "entry: prev too short": ("open", 1, log(fields={"prev": "ab"})),
    "entry: time with an offset": ("open", 1, log(fields={"time": "2026-11-20T01:00:05+00:00"})),
    "entry: time before the announcement": ("open", 0, log(announce_time="2026-11-19T01:00:05Z")),
    "entry: by another named person": ("open", 1, log(fields={"by": ONE.name})),
    "entry: by a stranger": ("open", 1, log(fields={"by": "nobody"})),
    "entry: signed by a stranger": ("open", 6, log(signer=STRANGER)),
    "entry: approvals empty": ("open", 1, log(fields={"approvals": []})),
    "entry: approvals of something else": ("open", 1, log(fields={"approvals": ["x"]})),
    "entry: approvals a text": ("open", 1, log(fields={"approvals": "x"})),
    "entry: approved": ("open", 0, log(approvers=(ONE, TWO))),
    "entry: approved by a stranger": ("open", 6, log(approvers=(STRANGER,))),
    "entry: approved by a false supervisor": ("open", None, log(approvers=(logs.Key(ONE.name, seed="x"),))),
    "end: prev wrong where it follows": ("open", None, log(end_fields={"prev": HEX})),
    "end: another log": ("open", 1, log(end_fields={"log": "other.example/log"})),
    "end: an unknown field": ("open", 6, log(end_fields={"colour": "red"})),
    "parties approved": ("two parties", 0, log(approvers=(ONE, TWO))),
    "parties did not": ("two parties", 6, Change()),
    "one party": ("a party and dice", 0, Change()),
    "local": ("local", 6, Change()),
    "abandoned": ("open", 0, abandoned()),
    "abandoned, by drand": ("drand", 0, abandoned()),
    "abandoned, private": ("private strata", 0, abandoned()),
    "abandoned, no approval": ("open", 1, abandoned(seconds=())),
    "abandoned, approved by the signer": ("open", 1, abandoned(seconds=(logs.OFFICER,))),
    "abandoned, approved by a stranger": ("open", 6, abandoned(seconds=(STRANGER,))),
    "abandoned, another commitment": ("open", 1, abandoned(end_body={"commitment": HEX})),
    "abandoned, no reason": ("open", 1, abandoned(end_body={"reason": ""})),
    "abandoned, and a result there": ("open", 1, Change(log={"end": "abandon"})),
    "abandoned, and the seed there": ("open", 6, Change(log={"end": "abandon"}, after=delete(*AFTER[2:]))),
    "abandoned, and a selection there": ("open", 6, Change(log={"end": "abandon"}, after=delete("result.json"))),
    "abandoned, proof missing": ("open", 6, abandoned(delete("log/abandon.tlog-proof"))),
    "abandoned, entry broken": ("open", 1, abandoned(write("log/abandon.entry", b"x"))),
    "abandoned, announcement's entry missing": ("open", 6, abandoned(delete(ENTRY, PROOF))),
    "abandoned, a list missing": ("open", 6, abandoned(delete("conflicts.tsv"))),
    "two ends": ("open", 1, Change(after=lambda f: [(f / f"log/abandon.{x}").write_bytes((f / f"log/result.{x}").read_bytes()) for x in ("entry", "tlog-proof")])),
    "announced only, result there": ("open", 6, log(end="")),
    "entry missing, proof broken": ("open", 1, Change(after=every(delete(ENTRY), write(PROOF, b"x")))),
    "proof missing, entry broken": ("open", 1, Change(after=every(delete(PROOF), write(ENTRY, b"x")))),
    "proof missing, entry of another draw": ("open", 1, Change(log={"body": {"draw": "x"}}, after=delete(PROOF))),
    "proof missing, entry unknown field": ("open", 6, Change(log={"body": {"x": 1}}, after=delete(PROOF))),
    "proof: index wrong": ("open", 1, Change(after=replace(PROOF, b"index 5", b"index 4"))),
    "proof: index with a zero": ("open", 1, Change(after=replace(PROOF, b"index 5", b"index 05"))),
    "proof: index too large": ("open", 1, Change(after=replace(PROOF, b"index 5", b"index 9"))),
    "proof: another version": ("open", 1, Change(after=replace(PROOF, b"@v1", b"@v2"))),
    "proof: an extra line": ("open", 6, Change(after=replace(PROOF, b"index 5", b"extra YWJj\nindex 5"))),
    "proof: an extra line of nonsense": ("open", 1, Change(after=replace(PROOF, b"index 5", b"extra ??\nindex 5"))),
    "proof: a hash more": ("open", 1, Change(after=line_of(PROOF, 2, lambda x: x + b"\n" + base64.b64encode(bytes(32))))),
    "proof: a hash fewer": ("open", 1, Change(after=lambda f: (f / PROOF).write_bytes(b"\n".join((f / PROOF).read_bytes().split(b"\n")[:2] + (f / PROOF).read_bytes().split(b"\n")[3:])))),
    "proof: a checkpoint line more": ("open", 1, Change(after=replace(PROOF, b"=\n\n\xe2", b"=\nmore\n\n\xe2"))),
    "proof: the result's": ("open", 1, Change(after=lambda f: (f / PROOF).write_bytes((f / "log/result.tlog-proof").read_bytes()))),
    "proof: no signature": ("open", 1, Change(after=lambda f: (f / PROOF).write_bytes((f / PROOF).read_bytes().split(b"\xe2")[0]))),
    "proof: only cosigned": ("open", 1, Change(after=lambda f: (f / PROOF).write_bytes(
        b"\n".join([x for x in (f / PROOF).read_bytes().split(b"\n") if not x.startswith("\u2014 scjg".encode())])))),
    "proof: log's signature, id": ("open", 1, Change(after=line_of(PROOF, -4, flipped(0)))),
    "proof: log's signature, id's end": ("open", 1, Change(after=line_of(PROOF, -4, flipped(3)))),
    "proof: log's signature, value": ("open", 1, Change(after=line_of(PROOF, -4, flipped(9)))),
    "proof: cosignature, id": ("open", 1, Change(after=line_of(PROOF, -2, flipped(0)))),
    "proof: cosignature, time": ("open", 1, Change(after=line_of(PROOF, -2, flipped(7)))),
    "proof: cosignature, value": ("open", 1, Change(after=line_of(PROOF, -2, flipped(70)))),
    "proof: cosigner's name": ("open", 1, Change(after=line_of(PROOF, -2, lambda x: x.replace(b"jiwei", b"jivei")))),
    "proof: log's name": ("open", 1, Change(after=line_of(PROOF, -4, lambda x: x.replace(b"scjg", b"scjh")))),
    "proof: cosigned by a stranger too": ("open", 6, Change(after=lambda f: cosign(f, STRANGER))),
    "proof: a cosignature twice": ("open", 1, Change(after=line_of(PROOF, -2, lambda x: x + b"\n" + x))),
    "checkpoint: signed by another log key": ("open", 1, log(log_key=OTHER_LOG)),
    "result proof missing": ("open", 6, Change(after=delete("log/result.tlog-proof"))),
    "an entry of 64 kB": ("open", 1, Change(after=lambda f: (f / ENTRY).write_bytes(b"x" * 65535 + (f / ENTRY).read_bytes()))),
}  # fmt: skip


@pytest.mark.parametrize("name", list(LOGGED))
def test_the_log(both: Any, name: str) -> None:
    kind, code, edit = LOGGED[name]
    one, other = both(kind, edit)
    assert one == other == (one if code is None else code)


# -- every kind, every reader, and changes together --------------------------------------

WHOLE = {"drand": 6, "nist": 6, "local": 6, "two parties": 6, "replacements": 6,
         "substitutions": 6, "both changes": 6}  # fmt: skip


def only_public(folder: Path) -> None:
    """What anybody may see."""
    for name in ("announcement.json", "result.json"):
        seen = json.loads((folder / name).read_bytes())["visibility"]
        delete(*(file for file, to in seen.items() if to != "public"))(folder)
    delete("replacements.tsv", "substitutions.tsv")(folder)


@pytest.mark.parametrize("how", ["policy", "genesis", ""])
def test_a_supervisor_of_every_kind(both: Any, any_kind: str, how: str) -> None:
    due = WHOLE.get(any_kind, 0) if how else 6
    assert both(any_kind, Change(), how=how) == (due, due)


def test_the_public_of_every_kind(both: Any, any_kind: str) -> None:
    assert both(any_kind, Change(after=only_public)) == (6, 6)


@pytest.mark.parametrize("how", ["policy", "genesis"])
@pytest.mark.parametrize(
    ("cosigned", "code"),
    [
        pytest.param((), 6, id="nobody"),
        pytest.param((EARLY,), 0, id="one is enough"),
        pytest.param((EARLY, EARLY), 0, id="two"),
    ],
)
def test_the_quorum(both: Any, how: str, cosigned: Any, code: int) -> None:
    edit = Change(log={"cosigned": cosigned})
    assert both("open", edit, how=how) == (code, code)


ALL = ANNOUNCEMENT | STRATA | LISTS | SOURCES | OUTCOME | CHANGED | FOLDER | LOGGED
assert len(ALL) == sum(
    map(len, (ANNOUNCEMENT, STRATA, LISTS, SOURCES, OUTCOME, CHANGED, FOLDER, LOGGED))
)


@settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    names=st.lists(st.sampled_from(list(ALL)), min_size=2, max_size=4, unique=True),
    how=st.sampled_from(["policy", "genesis", ""]),
)
def test_changes_together(both: Any, names: list[str], how: str) -> None:
    """Whatever comes together: what is refused alone is refused in company, by both."""
    kinds = {ALL[name][0] for name in names}
    if len(kinds) > 1:
        names = [name for name in names if ALL[name][0] == ALL[names[0]][0]]
    edits = [ALL[name][2] for name in names]
    try:
        one, other = both(ALL[names[0]][0], *edits, how=how)
    except CannotMakeError:
        return
    assert one == other, names


# -- whom to trust, read from a policy ---------------------------------------------------


def test_another_log_s_key_vouches_for_no_one_else(
    verifier: Any, folders: Any, tmp_path: Path
) -> None:
    """A log that the reader trusts signs this one's checkpoint, beside its own key."""
    folder = folders.make(tmp_path, **folders.KINDS["open"])
    kept = logs.write(folder)
    other = logs.Key("other.example/log")
    for proof in (folder / "log").glob("*.tlog-proof"):
        text = proof.read_bytes().rpartition(b"\n\n")[0].split(b"\n\n")[1] + b"\n"
        proof.write_bytes(proof.read_bytes() + other.line(text))
    own = f"log {logs.LOG.vkey()}\n".encode()
    policy = kept.policy.replace(own, f"log {other.vkey()}\n".encode())
    kept = kept._replace(policy=policy)
    assert package(folder, kept, "policy") == 1
    assert stranger(verifier, folder, kept, "policy", tmp_path / "k") == 1


def test_a_policy_without_a_log_tells_nobody_whose_it_is(
    verifier: Any, folders: Any, tmp_path: Path
) -> None:
    folder = folders.make(tmp_path, **folders.KINDS["open"])
    kept = logs.write(folder)
    own = f"log {logs.LOG.vkey()}\n".encode()
    kept = kept._replace(policy=kept.policy.replace(own, b""))
    assert package(folder, kept, "policy") == 6
    assert stranger(verifier, folder, kept, "policy", tmp_path / "k") == 6


def test_a_changed_policy_is_the_same_to_both(verifier: Any) -> None:
    """Bytes flipped, dropped, doubled: both refuse it, or trust the same."""
    one, two = logs.SUPERVISORS
    whole = (
        f"log {logs.LOG.vkey()}\n# x\nwitness A {one.vkey(4)}\n"
        f"witness B {two.vkey(4)} url\ngroup G 2 A B\nquorum G\n"
    ).encode()
    signed = [set[bytes](), {one.public}, {one.public, two.public}]

    def ours(raw: bytes) -> object:
        try:
            policy = audit.parse_policy(raw)
        except DualRandomError:
            return None
        witnesses = [key for _, key in policy.witnesses]
        names = [(key.name, key.public) for key in policy.logs]
        return names, [
            policy.allows(k for k in witnesses if k.public in who) for who in signed
        ]

    def theirs(raw: bytes) -> object:
        try:
            trust = verifier.read_policy(raw)
        except verifier.Refused:
            return None
        names = [(key.name, key.public) for key in trust.logs]
        return names, [trust.enough(who) for who in signed]

    agreed = 0
    for at in range(0, len(whole), 3):
        byte = whole[at : at + 1]
        flips = (bytes([byte[0] ^ bit]) for bit in (0x01, 0x10, 0x40, 0x80))
        for piece in (b"", byte * 2, b" ", b"\n", *flips):
            raw = whole[:at] + piece + whole[at + 1 :]
            assert ours(raw) == theirs(raw), raw
            agreed += ours(raw) is not None
    assert agreed > 20
