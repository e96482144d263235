"""Whole folders: every kind of draw, seen by a supervisor and by the public."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path


def test_a_supervisor_sees_nothing_differ(
    tmp_path: Path, folders: Any, check: Any, any_kind: str
) -> None:
    done = check(folders.make(tmp_path, **folders.KINDS[any_kind]))
    assert done.of("differs") == []
    assert done.exit == 6
    expected = {"log-absent"}
    expected |= {
        "drand": {"drand"},
        "nist": {"nist"},
        "two parties": {"class-unproven"},
        "local": {"local"},
        "replacements": {"change-log"},
        "substitutions": {"change-log"},
        "both changes": {"change-log"},
    }.get(any_kind, set())
    assert done.codes("unchecked") == expected
    due = {"selection", "drawn", "teams"}
    assert due <= {step["name"] for step in done.of("agrees")}


def test_the_public_sees_its_part_agree(
    tmp_path: Path, folders: Any, check: Any, any_kind: str
) -> None:
    folder = folders.make(tmp_path, **folders.KINDS[any_kind])
    visible = {}
    for name in ("announcement.json", "result.json"):
        visible |= json.loads((folder / name).read_bytes())["visibility"]
    for path in folder.glob("*.tsv"):
        if visible.get(path.name) != "public":
            path.unlink()
    done = check(folder)
    assert done.exit == 6
    assert done.of("differs") == []
    withheld = {s["file"] for s in done.of("unchecked") if s["code"] == "withheld"}
    assert withheld >= {name for name, to in visible.items() if to != "public"}
    named = {step["name"]: step["verdict"] for step in done.steps}
    everything_drawn_is_public = visible["strata.tsv"] == "public"
    assert (named["selection"] == "agrees") == everything_drawn_is_public


def test_the_changes_of_the_builder_are_real(tmp_path: Path, folders: Any) -> None:
    """The kinds with changes exercise moves with and without new substitutions."""
    both = folders.make(tmp_path, **folders.KINDS["both changes"])
    replaced = (both / "replacements.tsv").read_text().splitlines()[2:]
    substituted = (both / "substitutions.tsv").read_text().splitlines()[2:]
    assert len(replaced) == 2
    assert len(substituted) > 2


@pytest.mark.parametrize("missing", ["announcement.json", "seed.txt", "randomness.json",
                                     "result.json", "targets.tsv", "strata.tsv",
                                     "selected.tsv", "drawn.tsv"])  # fmt: skip
def test_an_absent_public_file_is_not_checked(
    tmp_path: Path, folders: Any, check: Any, missing: str
) -> None:
    folder = folders.make(tmp_path)
    (folder / missing).unlink()
    done = check(folder)
    assert done.exit == 6
    assert missing in done.names("unchecked")


@pytest.mark.parametrize("missing", ["inspectors.tsv", "conflicts.tsv", "exclusions.tsv",
                                     "inspector-exclusions.tsv", "teams.tsv"])  # fmt: skip
def test_a_withheld_file_is_not_checked(
    tmp_path: Path, folders: Any, check: Any, missing: str
) -> None:
    folder = folders.make(tmp_path)
    (folder / missing).unlink()
    done = check(folder)
    assert done.exit == 6
    codes = {s["code"] for s in done.of("unchecked") if s["file"] == missing}
    assert "withheld" in codes


def test_before_the_draw_the_frozen_files_agree(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    for name in ("seed.txt", "randomness.json", "result.json", "selected.tsv",
                 "drawn.tsv", "teams.tsv"):  # fmt: skip
        (folder / name).unlink()
    done = check(folder)
    assert done.exit == 6
    assert done.codes("unchecked") == {"no-result", "log-absent"}


def test_a_folder_named_otherwise_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    done = check(folder.rename(tmp_path / "2026-018"))
    assert done.exit == 1
    assert [s["params"]["what"] for s in done.of("differs")] == ["folder name"]


@pytest.mark.parametrize("name", ["notes.txt", "log/other.entry", "Targets.tsv"])
def test_an_unlisted_file_is_not_checked(
    tmp_path: Path, folders: Any, check: Any, name: str
) -> None:
    folder = folders.make(tmp_path)
    (folder / "log").mkdir()
    (folder / name).write_text("x")
    done = check(folder)
    assert done.exit == 6
    assert "unlisted" in done.codes("unchecked")


def test_a_link_in_the_place_of_a_file_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    (folder / "drawn.tsv").rename(tmp_path / "elsewhere")
    (folder / "drawn.tsv").symlink_to(tmp_path / "elsewhere")
    done = check(folder)
    assert done.exit == 1
    assert "drawn.tsv" in done.names("differs")


# -- a folder changed with all digests made anew: what only the rules can find ----------


def reseal(folders: Any, folder: Path, edit: Any = None, **files: bytes) -> None:
    """Put changed files into a folder and make every digest fit again.

    `edit` may change the announcement and the result first. The seed follows from the
    announcement, so drawn files keep agreeing only where they are made anew as well.
    """
    for name, raw in files.items():
        (folder / name.replace("__", ".").replace("_", "-")).write_bytes(raw)
    notice = json.loads((folder / "announcement.json").read_bytes())
    result = json.loads((folder / "result.json").read_bytes())
    for about in (notice, result):
        for name, said in about["files"].items():
            raw = (folder / name).read_bytes()
            rows = sum(not x.startswith(b"#") for x in raw.splitlines()[1:])
            said.update(rows=rows, bytes=len(raw), sha256=folders.sha(raw))
    if edit is not None:
        edit(notice, result)
    raw = (folders.canonical(notice) + "\n").encode()
    (folder / "announcement.json").write_bytes(raw)
    seeds = (folder / "seed.txt").read_text().split("\n")
    seeds[1] = folders.sha(raw)
    (folder / "seed.txt").write_text("\n".join(seeds))
    result["commitment"] = seeds[1]
    result["seed_file"] = folders.sha((folder / "seed.txt").read_bytes())
    result["randomness_file"] = folders.sha((folder / "randomness.json").read_bytes())
    (folder / "result.json").write_text(folders.canonical(result) + "\n")


def fails(done: Any, code: str, file: str = "") -> None:
    assert done.exit == 1
    found = [s for s in done.of("differs") if s["code"] == code.partition(":")[0]]
    assert found, done.of("differs")
    assert code.partition(":")[2] in " ".join(
        s["params"].get("what", "") for s in found
    )
    assert file in done.names("differs")


EDITS: dict[str, tuple[Any, str]] = {
    "a stranger's protocol": (lambda n, r: n.update(protocol="other/1"), "field-bad"),
    "title missing": (lambda n, r: n.pop("title"), "field-missing"),
    "title empty": (lambda n, r: n.update(title=""), "field-bad"),
    "no items": (lambda n, r: n.update(items=[]), "field-bad"),
    "item without basis": (lambda n, r: n["items"][0].update(basis=""), "field-bad"),
    "a date of 30 February": (
        lambda n, r: n["task"].update({"from": "2026-02-30"}), "field-bad"),
    "a time with an offset": (
        lambda n, r: n.update(due="2026-11-27T01:00:00+08:00"), "field-bad"),
    "rules not a digest": (lambda n, r: n["task"].update(rules="v1"), "field-bad"),
    "a table missing": (lambda n, r: n["files"].pop("conflicts.tsv"), "field-missing"),
    "targets withheld": (
        lambda n, r: n["visibility"].update({"targets.tsv": "supervisors"}), "not-same:visibility of"),
    "strata withheld": (
        lambda n, r: n["visibility"].update({"strata.tsv": "supervisors"}), "not-same:visibility of"),
    "inspectors public": (
        lambda n, r: n["visibility"].update({"inspectors.tsv": "public"}), "not-same:visibility of"),
    "drawn withheld": (
        lambda n, r: r["visibility"].update({"drawn.tsv": "supervisors"}), "not-same:visibility of"),
    "one post": (lambda n, r: n["posts"][0].update(count=1), "posts-few"),
    "no posts": (lambda n, r: n.update(posts=[]), "field-bad"),
    "post with a bad tag": (lambda n, r: n["posts"][0].update(need=["a b"]), "field-bad"),
    "no sources": (lambda n, r: n.update(randomness=[]), "field-bad"),
    "nineteen dice": (lambda n, r: n["randomness"][0].update(count=19), "field-bad"),
    "dice and local": (
        lambda n, r: n["randomness"].append({"kind": "local"}), "local-alone"),
    "quota zero": (
        lambda n, r: n["strata"][0].update(quota={"ratio": "1/99", "round": "down"}),
        "quota-zero"),
    "quota to nearest": (
        lambda n, r: n["strata"][0].update(quota={"ratio": "1/2", "round": "nearest"}),
        "quota-bad"),
    "quota and total": (lambda n, r: n.update(total=3), "quota-or-total"),
    "a stratum twice": (lambda n, r: n["strata"].append(n["strata"][0]), "strata-twice"),
    "strata add up wrongly": (lambda n, r: n["strata"][0].update(rows=7), "not-same:sum of rows of strata"),
    "strata wrong both ways": (
        lambda n, r: [n["strata"][0].update(rows=7), n["strata"][1].update(rows=5)],
        "not-same:rows of"),
    "a stratum renamed": (lambda n, r: n["strata"][0].update(name="north"), "not-same:rows of"),
    "no strata": (lambda n, r: n.pop("strata"), "field-missing"),
    "strata and private": (
        lambda n, r: [n.update(strata_private=True),
                      n["visibility"].update({"strata.tsv": "supervisors"})],
        "strata-private"),
    "strata_private false": (lambda n, r: n.update(strata_private=False), "field-bad"),
    "reserves above one": (lambda n, r: n.update(reserves={"ratio": "3/2"}), "field-bad"),
    "fewer exclusions said": (
        lambda n, r: n["excluded"][0].update(count=1), "not-same:sum of excluded targets"),
    "another reason said": (
        lambda n, r: n["excluded"][0].update(reason="迁出"), "not-same:rows of 迁出"),
    "a reason twice": (
        lambda n, r: n["excluded"].append(n["excluded"][0]), "excluded-twice"),
    "sealed without a root": (
        lambda n, r: [n.update(release="2027-01-05"), n["visibility"].update(
            {"targets.tsv": "sealed", "strata.tsv": "sealed"})], "field-missing"),
    "superseding nothing": (
        lambda n, r: n.update(supersedes={"draw": "2026-016", "reason": ""}), "field-bad"),
    "drawn miscounted": (lambda n, r: r.update(drawn=5), "not-same:rows of selected.tsv"),
    "drawn none": (lambda n, r: r.update(drawn=0), "field-bad"),
    "said unmatched": (
        lambda n, r: [r.update(matched=False), r["files"].pop("teams.tsv"),
                      r["visibility"].pop("teams.tsv")], "not-due"),
    "result of another draw": (lambda n, r: r.update(draw="2026-018"), "not-same:draw"),
    "result without drawn.tsv": (lambda n, r: r["files"].pop("drawn.tsv"), "field-missing"),
    "a flag as a number": (lambda n, r: r.update(matched=1), "field-bad"),
    "a number as a flag": (lambda n, r: n["registry"].update(seq=True), "field-bad"),
}  # fmt: skip


@pytest.mark.parametrize("edit", list(EDITS))
def test_the_rules_of_announcement_and_result(
    tmp_path: Path, folders: Any, check: Any, edit: str
) -> None:
    folder = folders.make(tmp_path)
    change, code = EDITS[edit]
    reseal(folders, folder, change)
    fails(check(folder), code)


UNKNOWN: dict[str, Any] = {
    "a field": lambda n, r: n.update(colour="red"),
    "a field inside": lambda n, r: n["task"].update(colour="red"),
    "a kind of source": lambda n, r: n["randomness"][0].update(kind="stars"),
    "an area": lambda n, r: n.update(area="near"),
    "a file in the result": lambda n, r: r.update(colour=1),
    "a kind of exclusion": lambda n, r: n["excluded"].append(
        {"list": "items", "reason": "x", "count": 1}),
    "a later version": lambda n, r: n.update(protocol="dualrandom/2"),
    "a quota's field": lambda n, r: n["strata"][0]["quota"].update(share=1),
}  # fmt: skip


@pytest.mark.parametrize("edit", list(UNKNOWN))
def test_what_is_unknown_is_not_called_wrong(
    tmp_path: Path, folders: Any, check: Any, edit: str
) -> None:
    """Such an edit moves the seed; so look only at the step that meets it."""
    folder = folders.make(tmp_path)
    reseal(folders, folder, UNKNOWN[edit])
    done = check(folder)
    wrong = done.codes("differs") - {"row-differs", "seed-line"}
    assert not wrong
    new = done.codes("unchecked") - {"log-absent", "needs"}
    assert new & {"unknown", "area-unknown", "version"}


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines(keepends=True)


def swap(path: Path, one: int, other: int) -> None:
    found = lines(path)
    found[one], found[other] = found[other], found[one]
    path.write_text("".join(found))


def edit_line(path: Path, number: int, new: Any) -> None:
    found = lines(path)
    found[number] = new(found[number]) if callable(new) else new
    path.write_text("".join(found))


TABLES: dict[str, tuple[str, Any, str]] = {
    "rows out of order": ("targets.tsv", lambda p: swap(p, 1, 2), "tsv-order"),
    "an id twice": ("targets.tsv", lambda p: edit_line(p, 2, lines(p)[1]), "tsv-order"),
    "no last LF": ("targets.tsv", lambda p: p.write_bytes(p.read_bytes()[:-1]), "tsv-end"),
    "an empty line": ("targets.tsv", lambda p: edit_line(p, 2, "\n"), "tsv-columns"),
    "CRLF": ("targets.tsv", lambda p: edit_line(p, 2, lambda x: x[:-1] + "\r\n"),
             "tsv-value"),
    "a BOM": ("targets.tsv", lambda p: p.write_bytes(b"\xef\xbb\xbf" + p.read_bytes()),
              "tsv-header"),
    "not UTF-8": ("targets.tsv", lambda p: p.write_bytes(p.read_bytes() + b"\xff\n"),
                  "tsv-utf8"),
    "another header": ("targets.tsv", lambda p: edit_line(
        p, 0, "id\tname\tregion\tsalt\tkind\n"), "tsv-header"),
    "a column too many": ("targets.tsv", lambda p: edit_line(
        p, 1, lambda x: x[:-1] + "\t\n"), "tsv-columns"),
    "no name": ("targets.tsv", lambda p: edit_line(
        p, 1, lambda x: x.split("\t")[0] + "\t\teast\t\t\n"), "tsv-value"),
    "a line separator in a name": ("targets.tsv", lambda p: edit_line(
        p, 1, lambda x: x.split("\t")[0] + "\ta\u2028b\teast\t\t\n"), "tsv-value"),
    "a salt in an open list": ("targets.tsv", lambda p: edit_line(
        p, 1, lambda x: x[:-1] + "0" * 32 + "\n"), "tsv-value"),
    "a salt line in a public file": ("targets.tsv", lambda p: edit_line(
        p, 0, lambda x: x + "#salt\t" + "0" * 32 + "\n"), "tsv-columns"),
    "no salt line": ("inspectors.tsv", lambda p: edit_line(p, 1, ""), "tsv-due"),
    "a short salt": ("inspectors.tsv", lambda p: edit_line(p, 1, "#salt\tabc\n"),
                     "tsv-due"),
    "an id with a slash": ("strata.tsv", lambda p: edit_line(p, 1, "a/b\teast\t1\n"),
                           "tsv-value"),
    "no tickets": ("strata.tsv", lambda p: edit_line(
        p, 1, lambda x: x.replace("\t1\n", "\t0\n")), "tsv-value"),
    "a hundred tickets": ("strata.tsv", lambda p: edit_line(
        p, 1, lambda x: x.replace("\t1\n", "\t100\n")), "tsv-value"),
    "another id": ("strata.tsv", lambda p: edit_line(p, 1, lambda x: "0" + x), "ids-differ"),
    "tags not sorted": ("inspectors.tsv", lambda p: edit_line(
        p, 2, "A-01\t\t\teast\tb,a\t\n"), "tags-order"),
    "a tag with a space": ("inspectors.tsv", lambda p: edit_line(
        p, 2, "A-01\t\t\teast\ta,b c\t\n"), "tsv-value"),
    "a maximum in Arabic digits": ("inspectors.tsv", lambda p: edit_line(
        p, 2, "A-01\t\t\teast\ta\t\u0663\n"), "tsv-value"),
    "a conflict twice": ("conflicts.tsv", lambda p: edit_line(p, 2, lambda x: x + x),
                         "tsv-order"),
    "a listed target excluded": ("exclusions.tsv", lambda p: p.write_text(
        "".join(lines(p)[:2]) + "91330000EXAMPLE00\t注销\n" + lines(p)[2]), "not-disjoint"),
    "no header at all": ("exclusions.tsv", lambda p: p.write_bytes(b""), "tsv-due"),
    "order not in order": ("selected.tsv", lambda p: swap(p, 1, 2), "tsv-order"),
    "a rank changed": ("selected.tsv", lambda p: edit_line(
        p, 1, lambda x: x.replace("\t1\t", "\t9\t").replace("\t2\t", "\t1\t")),
        "row-differs"),
    "a team swapped": ("teams.tsv", lambda p: edit_line(
        p, 2, lambda x: x.replace("A-0", "A-1")), "row-differs"),
    "a salt of its own": ("teams.tsv", lambda p: edit_line(
        p, 1, "#salt\t" + "5" * 32 + "\n"), "not-same:#salt"),
}  # fmt: skip


@pytest.mark.parametrize("edit", list(TABLES))
def test_the_grammar_of_tables(
    tmp_path: Path, folders: Any, check: Any, edit: str
) -> None:
    """With fitting digests, so that the grammar itself must object, and name the file."""
    folder = folders.make(tmp_path)
    name, change, code = TABLES[edit]
    change(folder / name)
    reseal(folders, folder)
    fails(check(folder), code, name)


def test_recusing_everybody_does_not_shield_a_firm(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    """Also when it was not drawn at all: the list must not have been frozen."""
    many = [(0, f"A-0{n}") for n in range(1, 5)]
    for draw in range(20):
        folder = folders.make(tmp_path, draw=f"d{draw}", conflicts=many)
        if "matched" in (folder / "result.json").read_text():
            fails(check(folder), "unstaffable", "conflicts.tsv")


def test_an_empty_region_is_refused_where_regions_count(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    staff = folders.people(6, A03={"region": ""})
    fails(check(folders.make(tmp_path, area="same", inspectors=staff)), "region-empty")


def test_private_strata_need_names_of_equal_length(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path, private=True, strata=lambda n: ("A", "BB")[n % 2])
    fails(check(folder), "strata-names", "strata.tsv")


def test_private_strata_need_their_line(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path, private=True)
    edit_line(folder / "strata.tsv", 2, "")
    reseal(folders, folder)
    fails(check(folder), "tsv-due", "strata.tsv")


def test_the_root_of_a_sealed_list_is_computed(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path, release="2027-01-05")
    reseal(
        folders, folder, lambda n, r: n["files"]["targets.tsv"].update(root="0" * 64)
    )
    fails(check(folder), "not-same:root", "targets.tsv")


@pytest.mark.parametrize(
    ("kind", "line", "code"),
    [
        ("two parties", "sealed 县纪委监委 " + "0" * 64, "sealed-differs"),
        ("two parties", "sealed 县纪委 " + "0" * 64, "seed-line"),
        ("drand", "drand {chain} 34112212 " + "0" * 64, "drand-differs"),
        ("drand", "drand {chain} 34112213 " + "0" * 64, "seed-line"),
        ("nist", "nist 2 1853311 " + "0" * 128, "nist-differs"),
        ("lottery", "lottery ssq 2026135 03.09.11.20.25.34+07", "lottery-numbers"),
        ("lottery", "lottery ssq 2026135 03.09.11.25.20.31+07", "lottery-numbers"),
        ("lottery", "lottery ssq 2026135 3.9.11.20.25.31+7", "lottery-numbers"),
        ("lottery", "lottery ssq 2026136 03.09.11.20.25.31+07", "seed-line"),
        ("open", "dice 1234567890123456789", "not-same:digits"),
        ("open", "dice  63454660390103169462", "seed-line"),
        ("open", "dice 63454660390103169462 ", "seed-line"),
        ("open", "dice 63454660390103169462\n", "not-same:lines"),
        ("open", "dice 6345466039010316946a", "seed-line"),
    ],
)
def test_a_changed_line_of_the_seed(
    tmp_path: Path, folders: Any, check: Any, kind: str, line: str, code: str
) -> None:
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    edit_line(folder / "seed.txt", 2, line.format(chain=folders.QUICKNET) + "\n")
    reseal(folders, folder)
    fails(check(folder), code, "seed.txt")


def test_a_value_known_before_the_announcement_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path, sources=[{"kind": "drand"}])
    reseal(folders, folder, lambda n, r: n.update(announced="2026-11-20T02:00:00Z"))
    fails(check(folder), "too-early", "announcement.json")


def test_a_draw_from_another_seed_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    """The office rolls again until the selection suits it, and keeps the old files."""
    folder = folders.make(tmp_path)
    edit_line(folder / "seed.txt", 2, "dice 11111111111111111111\n")
    reseal(folders, folder)
    fails(check(folder), "row-differs", "selected.tsv")


def test_false_infeasibility_differs(tmp_path: Path, folders: Any, check: Any) -> None:
    folder = folders.make(tmp_path)
    (folder / "teams.tsv").unlink()

    def edit(_: Any, result: Any) -> None:
        result["matched"] = False

    result = json.loads((folder / "result.json").read_bytes())
    for part in ("files", "visibility"):
        del result[part]["teams.tsv"]
    (folder / "result.json").write_text(folders.canonical(result) + "\n")
    reseal(folders, folder, edit)
    fails(check(folder), "matched-possible", "result.json")


@pytest.mark.parametrize(
    ("kind", "file", "column", "value", "code"),
    [
        ("replacements", "replacements.tsv", 2, None, "substitute"),
        ("replacements", "replacements.tsv", 1, "nobody", "change-wrong"),
        ("replacements", "replacements.tsv", 0, "9", "changes agree"),
        ("substitutions", "substitutions.tsv", 4, "A-99", "substituted"),
        ("substitutions", "substitutions.tsv", 3, "A-99", "change-wrong"),
        ("substitutions", "substitutions.tsv", 2, "3", "change-wrong"),
        ("substitutions", "substitutions.tsv", 1, "nobody", "change-wrong"),
    ],
)
def test_changes_against_the_rule(
    tmp_path: Path, folders: Any, check: Any, kind: str, file: str, column: int,
    value: str | None, code: str,
) -> None:  # fmt: skip
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    if value is None:  # the second reserve in the place of the first
        value = (folder / "reserves.tsv").read_text().splitlines()[-1].split("\t")[0]

    def put(line: str) -> str:
        values = line[:-1].split("\t")
        values[column] = value
        return "\t".join(values) + "\n"

    edit_line(folder / file, 2, put)
    done = check(folder)
    if code == "changes agree":
        assert done.exit == 6
    else:
        fails(done, code, file)


def test_every_other_substitute_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    """Of all inspectors only the one whom the rule names is let pass."""
    folder = folders.make(tmp_path, changes=[("substitute", 0, 1)])
    right = lines(folder / "substitutions.tsv")[2].split("\t")
    for name in [f"A-0{n}" for n in range(1, 6)]:
        row = [*right[:4], name, right[5]]
        edit_line(folder / "substitutions.tsv", 2, "\t".join(row))
        done = check(folder)
        assert done.exit == (6 if name == right[4] else 1)


def test_replacing_without_reserves_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    ident = (folder / "drawn.tsv").read_text().split()[1]
    row = f"7\t{ident}\t9133\t迁出\t照片\n"
    salted = f"{folders.salt_for('inspectors.tsv')},replacements.tsv"
    salt = f"#salt\t{folders.sha(salted)[:32]}\n"
    header = "seq\tid\tsubstitute\treason\tevidence\n"
    (folder / "replacements.tsv").write_text(header + salt + row)
    fails(check(folder), "change-wrong", "replacements.tsv")


def test_copies_of_a_folder_agree_alike(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    folder = folders.make(tmp_path / "a")
    copy = shutil.copytree(folder, tmp_path / "b" / folder.name)
    assert check(folder).steps == check(copy).steps
