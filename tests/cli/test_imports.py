"""A sheet as all of a list, as changes of it, and with what is a person's own."""

from __future__ import annotations

import csv
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from conftest import Run

MARK = "330102199001019"
PHONE = "13900009999"


def sheet(name: str, *rows: Iterable[str]) -> Path:
    path = Path(name)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def done(run: Run, *args: object) -> dict[str, Any]:
    said = run("import", *args, "--yes", "--json")
    assert said.code == 0, said.err
    found: dict[str, Any] = json.loads(said.out)
    return found


def counts(found: dict[str, Any]) -> dict[str, tuple[int, int, int]]:
    return {
        c["list"]: (c["added"], c["changed"], c["retired"]) for c in found["changes"]
    }


def exported(run: Run, name: str) -> dict[str, dict[str, str]]:
    out = Path(f"{name}-out.csv")
    out.unlink(missing_ok=True)
    assert run("export", name, "-o", out).code == 0
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    return {next(iter(row.values())): row for row in rows}


def test_changes_leave_the_rest_as_it_is(office: Path, run: Run) -> None:
    """One entry holds the digest after; the one before stands in the entry before."""
    before = exported(run, "targets")
    first, second, third = sorted(before)[:3]
    changes = sheet(
        "变动.csv",
        ("统一社会信用代码", "企业名称", "信用风险类别"),
        (first, before[first]["企业名称"], "D"),
        ("CP-001", "新产品", ""),
    )
    argued = ("targets", changes, "--changes", "--retire", second)
    assert counts(done(run, *argued, "--dry-run")) == {"targets": (1, 1, 1)}
    assert exported(run, "targets") == before
    assert counts(done(run, *argued)) == {"targets": (1, 1, 1)}
    after = exported(run, "targets")
    assert after[first] == before[first] | {"信用风险类别": "D"}
    assert second not in after
    assert after[third] == before[third]
    assert after["CP-001"]["企业名称"] == "新产品"
    assert run("log", "verify").code in (0, 6)


def test_a_column_that_is_not_there_says_nothing(office: Path, run: Run) -> None:
    """A roster from elsewhere does not wipe the risk classes."""
    before = exported(run, "targets")
    assert "" not in {row["信用风险类别"] for row in before.values()}
    rows = [(code, row["企业名称"]) for code, row in before.items()]
    named = sheet("名录.csv", ("统一社会信用代码", "企业名称"), *rows)
    assert counts(done(run, "targets", named)) == {"targets": (0, 0, 0)}
    emptied = sheet(
        "清.csv",
        ("统一社会信用代码", "企业名称", "信用风险类别"),
        *[(code, name, "") for code, name in rows],
    )
    done(run, "targets", emptied)
    assert {row["信用风险类别"] for row in exported(run, "targets").values()} == {""}


def test_a_cause_is_told_of_one_change(office: Path, run: Run) -> None:
    before = exported(run, "items")
    code, row = next(iter(before.items()))
    heading = ("事项编号", "抽查事项名称", "抽查依据")
    name = row["抽查事项名称"]
    one = sheet("一.csv", heading, (code, name, "《新法》第一条"))
    done(run, "items", one, "--changes", "--cause", "依据修订")
    assert exported(run, "items")[code]["变更原因"] == "依据修订"
    assert counts(done(run, "items", one, "--changes")) == {"items": (0, 0, 0)}
    two = sheet("二.csv", heading, (code, name, "《新法》第二条"))
    done(run, "items", two, "--changes")
    assert exported(run, "items")[code]["变更原因"] == ""
    whole = Path("items-out.csv")
    assert counts(done(run, "items", whole)) == {"items": (0, 0, 0)}


@pytest.mark.parametrize(
    ("args", "code"),
    [
        pytest.param(("targets", "--retire", "X"), "E316", id="retire from a roster"),
        pytest.param(("targets", "--cause", "取消"), "E316", id="a cause of targets"),
        pytest.param(("items", "--cause", "心情"), "E317", id="not a cause"),
        pytest.param(("items", "--keep-personal"), "E316", id="people of items"),
        pytest.param(
            ("targets", "--changes", "--retire", "NOBODY"),
            "E309",
            id="nobody to retire",
        ),
    ],
)
def test_what_says_nothing_of_this_list_is_refused(
    office: Path, run: Run, args: tuple[str, ...], code: str
) -> None:
    path = sheet("x.csv", ("统一社会信用代码", "企业名称"), ("CP-1", "例"))
    said = run("import", args[0], path, *args[1:], "--yes")
    assert said.code in (2, 4)
    assert code in said.err


def people(*rows: tuple[str, ...]) -> Path:
    heading = ("单位工号", "姓名", "身份证号", "手机号", "执法证编号", "执法证有效期")
    return sheet("人员.csv", heading, *rows)


def kept_of(office: Path) -> list[Any]:
    with closing(sqlite3.connect(office / "office.db")) as opened:
        return opened.execute("SELECT * FROM personal ORDER BY inspector").fetchall()


def everywhere(office: Path) -> list[Path]:
    """Return every file below the office that holds what is a person's own."""
    files = [path for path in office.rglob("*") if path.is_file()]
    return [path for path in files if any(map(_marked, _contents(path)))]


def _contents(path: Path) -> Iterable[bytes]:
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            yield from map(packed.read, packed.namelist())


def _marked(data: bytes) -> bool:
    return MARK.encode() in data or PHONE.encode() in data


def _every_byte(office: Path) -> Iterable[bytes]:
    return (path.read_bytes() for path in office.rglob("*") if path.is_file())


def test_what_is_a_persons_own_never_leaves_the_database(
    office: Path, run: Run
) -> None:
    sent = people(
        ("E901", "甲", f"{MARK}01X", PHONE, "C901", "2099-12-31"),
        ("E902", "乙", f"{MARK}028", "", "C902", "2099-12-31"),
    )
    told = done(run, "inspectors", sent, "--changes")
    assert kept_of(office) == []
    assert counts(told)["inspectors"] == (2, 0, 0)
    done(run, "inspectors", sent, "--changes", "--keep-personal")
    assert kept_of(office) == [
        ("E901", f"{MARK}01X", PHONE),
        ("E902", f"{MARK}028", ""),
    ]
    sent.unlink()
    for line in (
        ("export", "inspectors", "-o", "people-out.csv"),
        ("export", "inspectors", "-o", "people-out.xlsx"),
        ("freeze", "2026-001", "--randomness", "dice:20"),
        ("publish",),
        ("pack", "2026-001", "--for", "supervisor", "-o", "pack.zip"),
        ("backup", "backup.zip"),
    ):
        assert run(*line).code == 0, line
    assert everywhere(office) == [office / "office.db"]
    # Who leaves the list takes along what was kept of them.
    rest = people(("E901", "甲", "", "", "C901", "2099-12-31"))
    done(run, "inspectors", rest, "--changes", "--retire", "E902")
    assert [row[0] for row in kept_of(office)] == ["E901"]
    assert not any(f"{MARK}028".encode() in data for data in _every_byte(office))
