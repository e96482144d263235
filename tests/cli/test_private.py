"""Nothing private is on a page, in a sheet, or in the published log.

Every private field of an office holds a mark; then all that is published is searched:
``public/``, sites in three languages, and what lies within their workbooks.
"""

from __future__ import annotations

import io
import re
import shutil
import zipfile
from typing import TYPE_CHECKING

import openpyxl
import pytest

from dualrandom import cli
from dualrandom.site import build_site
from dualrandom.staging import list_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Run

    from dualrandom.site.phrases import PageLang

MARK = "ZZMARK"
HEX = re.compile(b"[0-9a-f]{32}|[0-9a-f]{64}")
DICE = "63454660390103169462"
MARKED = (
    *("单位工号", "姓名", "身份证号", "手机号", "学历专业", "担任职务", "具体职务"),
    *("所在业务部门（机构）", "执法证编号", "执法证发证机关"),
)
KINDS: dict[str, tuple[str, ...]] = {
    "P-1": (
        *("--strata", "risk", "--ratio", "A=30%", "--ratio", "B=30%"),
        *("--ratio", "C=30%", "--ratio", "D=30%"),
    ),
    "S-1": ("--ratio", "30%"),
    "O-1": ("--ratio", "30%"),
}


def people(given: Path, made: Path, recused: str) -> None:
    """Write the roster with a mark in every field that is a person's own."""
    book = openpyxl.load_workbook(given)
    sheet = book.worksheets[0]
    heads = [str(cell.value) for cell in sheet[1]]
    for row in range(2, sheet.max_row + 1):
        for heading in MARKED:
            sheet.cell(row, heads.index(heading) + 1).value = f"{MARK}{row:03}"
    sheet.cell(2, heads.index("回避对象") + 1).value = recused
    book.save(made)


@pytest.fixture(name="marked")
def _marked(tmp_path: Path, lists: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An office whose private fields are marked, with a draw of each kind, published."""
    monkeypatch.chdir(tmp_path)
    assert cli.run(["init", "示例局", "--name", "示例市局", "--no-input"]) == 0
    office = tmp_path / "示例局"
    monkeypatch.chdir(office)
    shutil.copy(lists / "targets.csv", "targets.csv")
    first = (office / "targets.csv").read_text("utf-8-sig").splitlines()[1]
    people(lists / "inspectors.xlsx", office / "people.xlsx", first.split(",")[0])
    (office / "objections.csv").write_text(
        "异议编号,收到日期,提出人,异议内容,责任单位\n"
        f"YY-1,2026-11-12,{MARK}店,{MARK}未营业,{MARK}科\n",
        "utf-8",
    )
    (office / "penalties.csv").write_text(
        "行政处罚决定书文号,当事人,案由,处罚依据,处罚内容,决定机关,决定日期,公示期,责任单位\n"
        f"示罚〔2026〕1号,{MARK}店,{MARK}案,法,{MARK}罚款,局,2026-11-10,三年,{MARK}队\n",
        "utf-8",
    )
    (office / "disclosures").mkdir()
    (office / "disclosures" / "fees.toml").write_text(
        'title = "收费"\nbasis = "法"\ndeadline = "长期"\nsheet = "fees.csv"\n'
        'columns = ["项目"]\n',
        "utf-8",
    )
    (office / "disclosures" / "fees.csv").write_text(
        f"项目,经办人\n检验费,{MARK}甲\n", "utf-8"
    )
    for line in (
        ("import", "items", lists / "items.csv"),
        ("import", "targets", "targets.csv"),
        ("import", "inspectors", "people.xlsx", "--keep-personal"),
        ("objections", "import", "objections.csv"),
        ("penalties", "import", "penalties.csv"),
        ("penalties", "withdraw", "示罚〔2026〕1号", "--on", "2026-11-11"),
        *(
            (
                *("task", "new", name, "--item", "SP-03", *more, "--title", "检查"),
                *("--from", "2099-12-01", "--to", "2099-12-31"),
                *("--posts", "执法证:2"),
            )
            for name, more in KINDS.items()
        ),
        ("freeze", "P-1", "--randomness", "dice:20"),
        ("freeze", "S-1", "--randomness", "dice:20", "--sealed-until", "2100-01-10"),
        ("freeze", "O-1", "--randomness", "dice:20"),
        ("publish",),
        *(("draw", name, "--dice", DICE) for name in KINDS),
        ("publish",),
    ):
        assert cli.run([str(word) for word in line]) == 0, line
    return office


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Yield all files of a folder, and what lies within archives and workbooks."""
    for path in list_files(folder):
        data = (folder / path).read_bytes()
        yield path, data
        if data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for name in archive.namelist():
                    yield f"{path}/{name}", archive.read(name)


def secrets(office: Path) -> set[bytes]:
    """Return the mark, and of files that are not public salts, tickets and strata.

    Sixteen digits of a ticket are what a page shows of it, so these are looked for.
    """
    found = {MARK.encode()}
    for draw in KINDS:
        for path in (office / "draws" / draw).glob("*.tsv"):
            if (office / "public" / "draws" / draw / path.name).exists():
                continue
            lines = path.read_bytes().split(b"\n")[1:-1]
            cells = {cell for line in lines for cell in line.split(b"\t")}
            found |= {cell[:16] for cell in cells if HEX.fullmatch(cell)}
            if draw == "P-1":  # "id, class" and more: what would tell a class
                found |= {line for line in lines if b"\t" in line and len(line) > 12}
    return found


def test_nothing_private_is_published(marked: Path, run: Run) -> None:
    secret = secrets(marked)
    assert len(secret) > 100
    languages: tuple[PageLang, ...] = ("zh-CN", "zh-TW", "en")
    for lang in languages:
        build_site(marked / "public", marked / "site" / lang, lang)
    said = 0
    for folder in ("public", "site"):
        for path, data in contents(marked / folder):
            said += len(data)
            assert not [s for s in secret if s in data], path
    assert said > 10**6
    # What is searched for is there to be found.
    assert any(MARK.encode() in data for _, data in contents(marked / "draws"))
    assert run("log", "verify").code == 0
