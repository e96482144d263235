"""Draw folders taken apart, changed, and put together again with every digest made anew.

A `Change` says what is done at which stage; `build(base, parent, *changes)` does it to
one of `folders.KINDS` and makes digests, commitment, seed, selection, teams, result and
log fit again, so that nothing but the rules themselves can object. Hashes and draws
come from `folders`, the log from `logs`: neither program has a hand in it.
"""

from __future__ import annotations

import copy
import json
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Rows = dict[str, list[list[Any]]]
SENSELESS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, StopIteration,
    TypeError, ValueError,
)  # fmt: skip
"""What the builder may stumble over where an announcement makes no sense."""
MOST_POSTS = 6
"""The builder tries assignments by backtracking: more would never end."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """What is changed, stage by stage; each stage sees what the ones before made.

    Attributes:
        rows: of the frozen tables.
        salts: of the frozen tables, by name; None: no salt line.
        notice: the announcement, digests included.
        raw: bytes of a file about to be written, by name.
        lines: the source lines of seed.txt.
        proofs: the array of randomness.json.
        drawn: rows of the tables that the draw made.
        shut: salts of the tables that the draw made.
        result: the result, digests included.
        later: rows of the tables of changes.
        log: options of `logs.write`; None: no log.
        after: anything at all, to the finished folder.
    """

    rows: Callable[[Rows], Any] | None = None
    salts: Callable[[dict[str, str | None]], Any] | None = None
    notice: Callable[[dict[str, Any]], Any] | None = None
    raw: dict[str, Callable[[bytes], bytes]] = field(default_factory=dict)
    lines: Callable[[list[str]], Any] | None = None
    proofs: Callable[[list[Any]], Any] | None = None
    drawn: Callable[[Rows], Any] | None = None
    shut: Callable[[dict[str, str | None]], Any] | None = None
    result: Callable[[dict[str, Any]], Any] | None = None
    later: Callable[[Rows], Any] | None = None
    log: dict[str, Any] | None = field(default_factory=dict)
    after: Callable[[Path], Any] | None = None


class Base:
    """A folder of one kind, read back."""

    def __init__(self, folders: Any, folder: Path, given: dict[str, Any]) -> None:
        self.folders, self.given = folders, given
        self.notice = json.loads((folder / "announcement.json").read_bytes())
        self.result = json.loads((folder / "result.json").read_bytes())
        self.proofs = json.loads((folder / "randomness.json").read_bytes())
        self.lines = (folder / "seed.txt").read_text().splitlines()[2:]
        self.rows: Rows = {}
        self.headers: dict[str, str] = {}
        self.salts: dict[str, str | None] = {}
        self.strata_line: list[str] = []
        for path in sorted(folder.glob("*.tsv")):
            header, *rest = path.read_text().splitlines()
            self.headers[path.name] = header
            self.rows[path.name] = [x.split("\t") for x in rest if x[0] != "#"]
            marks = dict(x.split("\t", 1) for x in rest if x[0] == "#")
            self.salts[path.name] = marks.get("#salt")
            if "#strata" in marks:
                self.strata_line = ["#strata\t" + marks["#strata"]]


class Build:
    """One folder in the making."""

    def __init__(self, base: Base, parent: Path, changes: tuple[Change, ...]) -> None:
        self.base, self.folders, self.changes = base, base.folders, changes
        self.folder = parent / base.notice["draw"]
        self.folder.mkdir(parents=True)
        self.notice = copy.deepcopy(base.notice)
        self.rows = copy.deepcopy(base.rows)
        self.salts = dict(base.salts)
        self.key = ""

    def apply(self, stage: str, value: Any) -> None:
        for change in self.changes:
            edit = getattr(change, stage)
            if edit is not None:
                edit(value)

    def put(self, name: str, raw: bytes) -> bytes:
        for change in self.changes:
            raw = change.raw.get(name, lambda same: same)(raw)
        (self.folder / name).write_bytes(raw)
        return raw

    def table(self, name: str) -> dict[str, Any]:
        marks = [f"#salt\t{self.salts[name]}"] if self.salts[name] else []
        if name == "strata.tsv":
            marks += self.base.strata_line
        header = self.base.headers[name].replace("\t", " ")
        raw = self.put(name, self.folders.tsv(header, self.rows[name], *marks))
        lines = raw.split(b"\n")[1:-1]
        rows = [line for line in lines if not line.startswith(b"#")]
        said = {"rows": len(rows), "bytes": len(raw), "sha256": self.folders.sha(raw)}
        if name == "targets.tsv" and "root" in self.base.notice["files"][name]:
            said["root"] = self.folders.merkle(rows)
        return said

    def json(self, name: str, value: Any) -> bytes:
        return self.put(name, (self.folders.canonical(value) + "\n").encode())

    def make(self) -> Path:
        self.apply("rows", self.rows)
        self.apply("salts", self.salts)
        for name in self.folders.FROZEN:
            self.notice["files"][name] = self.table(name)
        self.apply("notice", self.notice)
        commitment = self.folders.sha(self.json("announcement.json", self.notice))
        proofs = copy.deepcopy(self.base.proofs)
        self.apply("proofs", proofs)
        proved = self.json("randomness.json", proofs)
        lines = list(self.base.lines)
        self.apply("lines", lines)
        text = "".join(f"{x}\n" for x in ("dualrandom/1", commitment, *lines))
        seeds = self.put("seed.txt", text.encode())
        self.key = self.folders.sha(seeds)[:32]
        if self.base.salts["strata.tsv"]:
            self.key = self.folders.sha(f"{self.key},{self.salts['strata.tsv']}")[:32]
        for name in set(self.rows) - set(self.folders.FROZEN):
            if self.salts[name]:
                named = f"{self.salts['inspectors.tsv']},{name}"
                self.salts[name] = self.folders.sha(named)[:32]
        matched = self.base.result["matched"]
        with suppress(*SENSELESS):
            matched = self.draw()
        self.apply("drawn", self.rows)
        self.apply("shut", self.salts)
        due = list(self.base.result["files"])
        if not matched:
            due = [name for name in due if name != "teams.tsv"]
        shown = {n: self.base.result["visibility"][n] for n in due}
        result = self.base.result | {
            "commitment": commitment,
            "seed_file": self.folders.sha(seeds),
            "randomness_file": self.folders.sha(proved),
            "files": {name: self.table(name) for name in due},
            "visibility": shown,
            "drawn": len(self.rows["drawn.tsv"]),
            "matched": matched,
        }
        self.apply("result", result)
        self.json("result.json", result)
        self.apply("later", self.rows)
        for name in ("replacements.tsv", "substitutions.tsv"):
            if name in self.rows:
                self.table(name)
        return self.folder

    def draw(self) -> bool:
        """Make the drawn tables anew; say whether all posts are filled."""
        f, notice, given = self.folders, self.notice, self.base.given
        strata, total = notice.get("strata"), notice.get("total")
        if self.base.strata_line:
            strata = json.loads(self.base.strata_line[0].split("\t")[1])
            total = given.get("total")
            strata = strata if isinstance(strata, list) else strata["strata"]
        ratio = notice.get("reserves", {}).get("ratio")
        weighed = [(i, s, int(n)) for i, s, n in self.rows["strata.tsv"]]
        drawn, spare = f.select(self.key, weighed, strata, total, ratio)
        inspectors = [
            {"id": i, "region": region, "max": None if most == "" else int(most),
             "tags": tags.split(",") if tags else []}
            for i, _, _, region, tags, most in self.rows["inspectors.tsv"]
        ]  # fmt: skip
        made = {
            "selected.tsv": drawn,
            "reserves.tsv": spare,
            "drawn.tsv": [[i] for i in sorted((r[1] for r in drawn), key=str.encode)],
        }
        self.rows |= {n: r for n, r in made.items() if n in self.base.rows}
        posts = [post["need"] for post in notice["posts"]
                 for _ in range(min(post["count"], MOST_POSTS))]  # fmt: skip
        regions = {row[0]: row[2] for row in self.rows["targets.tsv"]}
        pairs = {(row[0], row[1]) for row in self.rows["conflicts.tsv"]}
        pool = f.Pool(self.key, inspectors, posts, regions, notice["area"], pairs)
        teams = None
        if len(posts) < MOST_POSTS:
            teams = pool.match([row[1] for row in drawn])
        if teams is not None and "teams.tsv" in self.base.rows:
            self.rows["teams.tsv"] = [list(row) for row in teams]
        if given.get("changes"):
            wanted = given["changes"]
            f.change(pool, self.rows, drawn, spare, teams or [], wanted)
            for name in ("replacements.tsv", "substitutions.tsv"):
                if not self.rows[name]:
                    del self.rows[name]
        return teams is not None and "teams.tsv" in self.base.rows


class CannotMakeError(Exception):
    """Changes that cannot be made together."""


def build(base: Base, logs: Any, parent: Path, *changes: Change) -> tuple[Path, Any]:
    """Make a folder; return it and what its reader keeps (None without a log)."""
    kept = None
    try:
        folder = Build(base, parent, changes).make()
        if all(change.log is not None for change in changes):
            options = dict(chain.from_iterable(c.log.items() for c in changes if c.log))
            with suppress(*SENSELESS):
                kept = logs.write(folder, **options)
        for change in changes:
            if change.after is not None:
                change.after(folder)
    except (OSError, *SENSELESS) as error:
        raise CannotMakeError from error
    return folder, kept
