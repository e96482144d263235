"""What comes later: a released draw as anybody has it, and a supplementary draw.

Both programs must end alike, and name the same files; where they ever disagreed, the
text decided. A sealed draw's files are the same before and after its release: what
changes is who may have them.

Spec: draw-v1 §4 (sealed draws), §6 (supplementary draws), §7.
"""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom import audit
from dualrandom.office.looking import verify_path
from tests.verifier import logs
from tests.verifier.test_both_verifiers import (
    HEX,
    add,
    cell,
    change,
    column,
    delete,
    every,
    put,
    replace,
    swap,
)
from tests.verifier.variants import Base, Change, build

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Edit = Callable[[Path], object]

Ended = tuple[int, set[str]]
"""An exit code; the files that differ, or if none does, that a person compares."""


def judged(steps: Any) -> set[str]:
    """Return the files of what differs, or else of a supplement's line for people."""
    wrong, told = set[str](), set[str]()
    for step in steps:
        files = set((step["file"] or "").split(", "))  # verify.py may name two
        wrong |= files if step["verdict"] == "differs" else set()
        told |= files if step["name"] == "supplement" else set()
    return wrong or told


def both(verifier: Any, folder: Path, kept: Any, at: Path) -> tuple[Ended, Ended]:
    (at / "policy").write_bytes(kept.policy)
    report = verify_path(folder, audit.parse_policy(kept.policy))
    ours = [
        {"verdict": str(s.verdict), "name": s.name, "file": s.file}
        for s in report.steps
    ]
    words = ["--json", str(folder), "--policy", str(at / "policy")]
    with contextlib.redirect_stdout(io.StringIO()) as said:
        code = verifier.main(words)
    theirs = json.loads(said.getvalue())["steps"]
    assert not [step for step in theirs if step["code"] == "internal"]
    return (report.exit_code, judged(ours)), (int(code), judged(theirs))


# -- released ----------------------------------------------------------------------------


def released(folder: Path) -> None:
    """What anybody has of a sealed draw, once it was released."""
    for name in ("announcement.json", "result.json"):
        seen = json.loads((folder / name).read_bytes())["visibility"]
        delete(*(file for file, to in seen.items() if to == "supervisors"))(folder)


def after(*edits: Edit) -> Change:
    return Change(after=every(released, *edits))


def made(**stages: Any) -> Change:
    """Something else at a stage; all digests fit again."""
    return Change(after=released, **stages)


def shut(**salts: str | None) -> Callable[[dict[str, Any]], None]:
    return lambda value: value.update({f"{k}.tsv": v for k, v in salts.items()})


SALT = b"#salt\t"
RELEASED: dict[str, tuple[str, int, set[str], Change]] = {
    "as it is": ("sealed", 6, set(), after()),
    "as it is, strata private": ("sealed and private", 6, set(), after()),
    "sealed still: nothing published": ("sealed", 6, set(), after(
        delete("targets.tsv", "strata.tsv", "selected.tsv", "drawn.tsv"))),
    "only the list published": ("sealed", 6, set(), after(delete("drawn.tsv"))),
    "only the drawn published": ("sealed", 6, set(), after(delete("targets.tsv"))),
    "a target's name": ("sealed", 1, {"targets.tsv"}, after(
        replace("targets.tsv", "示例3\t".encode(), "示例甲\t".encode()))),
    "a row's salt": ("sealed", 1, {"targets.tsv"}, after(
        lambda f: (f / "targets.tsv").write_bytes(
            (f / "targets.tsv").read_bytes()[:-2] + b"x\n"))),
    "a row without salt": ("sealed", 1, {"targets.tsv"}, made(
        rows=cell("targets.tsv", 3, 4, ""))),
    "no row has a salt": ("sealed", 1, {"targets.tsv"}, made(
        rows=column("targets.tsv", 4, ""))),
    "a root of other rows": ("sealed", 1, {"targets.tsv"}, made(
        notice=lambda n: n["files"]["targets.tsv"].update(root=HEX))),
    "the salt of strata": ("sealed", 1, {"strata.tsv"}, after(
        replace("strata.tsv", SALT, SALT + b"0"))),
    "strata without a salt": ("sealed", 1, {"strata.tsv"}, made(
        salts=shut(strata=None))),
    "drawn without a salt": ("sealed", 1, {"drawn.tsv"}, made(shut=shut(drawn=None))),
    "drawn with another salt": ("sealed", 6, set(), made(shut=shut(drawn="0" * 32))),
    "drawn with another salt, to supervisors": ("sealed", 1, {"drawn.tsv"}, Change(
        shut=shut(drawn="0" * 32))),
    "somebody else is drawn": ("sealed", 1, {"drawn.tsv"}, made(
        drawn=lambda rows: rows["drawn.tsv"].__setitem__(0, ["9133Z"]))),
    "somebody else is drawn, strata private": (
        "sealed and private", 1, {"drawn.tsv"}, made(
            drawn=lambda rows: rows["drawn.tsv"].__setitem__(0, ["9133Z"]))),
    "another order": ("sealed", 1, {"selected.tsv"}, made(
        drawn=every(swap("selected.tsv", 0, 1), cell("selected.tsv", 0, 0, 1),
                    cell("selected.tsv", 1, 0, 2)))),
    "a reserve's ticket": ("sealed", 1, {"reserves.tsv"}, made(
        drawn=cell("reserves.tsv", 0, 3, HEX))),
    "another date": ("sealed", 1, {"announcement.json"}, after(
        replace("announcement.json", b"2027-01-05", b"2026-12-05"))),
    "a supervisor's table slipped in": ("sealed", 6, set(), Change(
        after=delete("inspectors.tsv", "conflicts.tsv", "exclusions.tsv"))),
}  # fmt: skip


@pytest.mark.parametrize("name", RELEASED)
def test_a_released_draw(
    tmp_path: Path, verifier: Any, folders: Any, name: str
) -> None:
    kind, code, files, edit = RELEASED[name]
    base = folders.make(tmp_path / "base", **folders.KINDS[kind])
    folder, kept = build(
        Base(folders, base, folders.KINDS[kind]), logs, tmp_path / "made", edit
    )
    ours, theirs = both(verifier, folder, kept, tmp_path)
    assert ours[0] == theirs[0] == code, (ours, theirs)
    assert files <= ours[1]
    assert files <= theirs[1]


def test_anybody_computes_a_released_draw(
    tmp_path: Path, verifier: Any, folders: Any
) -> None:
    """The salt that was committed with the strata is all that was lacking."""
    folder = folders.make(tmp_path, **folders.KINDS["sealed"])
    kept = logs.write(folder)
    released(folder)
    report = verify_path(folder, audit.parse_policy(kept.policy))
    ours = {s.name for s in report.steps if str(s.verdict) == "agrees"}
    done = verifier.Check(
        verifier.Folder(str(folder)), verifier.read_policy(kept.policy)
    )
    done.run()
    theirs = {s["name"] for s in done.steps if s["verdict"] == "agrees"}
    assert {"selection", "reserves", "drawn", "announcement"} <= ours & theirs


# -- supplementary -----------------------------------------------------------------------


def supplement_of(**fields: Any) -> Change:
    return change(put("supersedes", **fields))


def beside(name: str, edit: Callable[[dict[str, Any]], Any]) -> Edit:
    """Change a document of the first draw's folder."""

    def turn(folder: Path) -> None:
        path = folder.parent / "2026-017" / name
        value = json.loads(path.read_bytes())
        edit(value)
        path.write_bytes(logs.canonical(value))

    return turn


def one_fewer(folder: Path) -> None:
    """The first draw drew one more than the second one lists."""
    drawn = folder.parent / "2026-017/drawn.tsv"
    drawn.write_bytes(drawn.read_bytes() + b"\xe4\xbc\x81\n")
    data = {"rows": 0, "bytes": 0, "sha256": logs.sha(drawn.read_bytes())}
    beside("result.json", lambda r: r["files"].update({"drawn.tsv": data}))(folder)


def packed(folder: Path) -> None:
    at = folder.parent / "2026-017"
    shutil.make_archive(str(at), "zip", at)
    gone(folder)


def gone(folder: Path) -> None:
    shutil.rmtree(folder.parent / "2026-017")


def lose(*names: str) -> Edit:
    return lambda folder: delete(*names)(folder.parent / "2026-017")


def first(name: str, data: bytes = b"") -> Edit:
    """Put other bytes into the first draw's place."""
    return lambda folder: (folder.parent / name).write_bytes(data)


TARGETS, NOTICE = {"targets.tsv"}, {"announcement.json"}
ANOTHER = b"id\n9133Z\n"
SUPPLEMENTS: dict[str, tuple[int, set[str], Change, Edit]] = {
    "as it is": (0, TARGETS, Change(), bool),
    "the first one in a zip": (0, TARGETS, Change(), packed),
    "the first one missing": (
        0, TARGETS, Change(), gone),
    "the first one without its drawn list": (0, TARGETS, Change(), lose("drawn.tsv")),
    "the first one without a result": (0, TARGETS, Change(), lose("result.json")),
    "the first one a damaged zip": (0, TARGETS, Change(), every(
        gone, first("2026-017.zip", b"PK"))),
    "the first one an empty file": (0, TARGETS, Change(), every(
        gone, first("2026-017"))),
    "a list with one fewer": (1, TARGETS, Change(), one_fewer),
    "a list with another": (1, TARGETS, Change(), every(
        first("2026-017/drawn.tsv", ANOTHER),
        beside("result.json", lambda r: r["files"].update({"drawn.tsv": {
            "rows": 1, "bytes": 9, "sha256": logs.sha(ANOTHER)}})))),
    "a quota below all": (1, NOTICE, change(
        put("strata/0", quota={"count": 1})), bool),
    "a quota below all, rounded": (1, NOTICE, change(
        put("strata/0", quota={"ratio": "9/10", "round": "down"})), bool),
    "a quota above all": (0, TARGETS, change(put("strata/0", quota={"count": 99})), bool),
    "a total of all": (0, TARGETS, change(lambda n: (
        n["strata"][0].pop("quota"), n.update(total=n["strata"][0]["rows"]))), bool),
    "a second stratum, empty": (1, NOTICE, change(
        add("strata", {"name": "b", "rows": 0, "quota": {"count": 1}})), bool),
    "the first one was matched after all": (
        1, NOTICE, Change(), beside("result.json", lambda r: r.update(matched=True))),
    "the first one of another task": (1, TARGETS, change(put("task", id="2026-099")), bool),
    "another announcement in its place": (1, TARGETS, Change(), beside(
        "announcement.json", lambda n: n.update(title="x"))),
    "another draw's folder in its place": (1, TARGETS, Change(), every(
        gone, lambda f: shutil.copytree(f, f.parent / "2026-017"))),
    "its drawn list is not its result's": (1, TARGETS, Change(), first(
        "2026-017/drawn.tsv", ANOTHER)),
    "its result is no JSON": (1, TARGETS, Change(), first("2026-017/result.json", b"x")),
    "for another reason": (0, set(), supplement_of(reason="list_wrong"), bool),
    "of itself": (1, NOTICE, supplement_of(draw="2026-018"), bool),
    "of none": (0, TARGETS, supplement_of(draw="2026-001"), bool),
}  # fmt: skip


@pytest.fixture(scope="module", name="pair")
def _pair(folders: Any, tmp_path_factory: Any) -> tuple[Path, Base]:
    """A first draw in its folder, and a second one that staffs it."""
    at = tmp_path_factory.mktemp("pair")
    given = folders.supplement(at / "first")
    return at / "first", Base(folders, folders.make(at / "second", **given), given)


@pytest.mark.parametrize("name", SUPPLEMENTS)
def test_a_supplementary_draw(
    tmp_path: Path, verifier: Any, pair: tuple[Path, Base], name: str
) -> None:
    code, files, edit, before = SUPPLEMENTS[name]
    parent, base = pair
    folder, kept = build(base, logs, tmp_path / "made", edit)
    shutil.copytree(parent / "2026-017", folder.parent / "2026-017")
    before(folder)
    ours, theirs = both(verifier, folder, kept, tmp_path)
    assert (ours, theirs) == ((code, files), (code, files))


def test_a_supplement_of_a_sealed_draw(
    tmp_path: Path, verifier: Any, folders: Any
) -> None:
    """Its lists are salted, the first one's drawn list is too."""
    folder = folders.make(
        tmp_path / "in", **folders.supplement(tmp_path / "in", release="2027-01-05")
    )
    kept = logs.write(folder)
    assert both(verifier, folder, kept, tmp_path) == ((0, TARGETS), (0, TARGETS))
    one_fewer(folder)
    assert both(verifier, folder, kept, tmp_path) == ((1, TARGETS), (1, TARGETS))
