"""The checker's page in a browser, as a citizen uses it: over http, from disk, by keys.

`opened` sees to it that no page asks anything of anybody but for its own parts.
"""

from __future__ import annotations

import io
import subprocess
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser.sight import SMALLEST, axe
from tests.hostile import hostile, visible
from tests.verifier import folders

if TYPE_CHECKING:
    from pathlib import Path

PUBLIC = ("announcement.json", "targets.tsv", "strata.tsv", "seed.txt", "result.json",
          "randomness.json", "selected.tsv", "drawn.tsv")  # fmt: skip


def public(folder: Path) -> Path:
    """Take away what the public does not see."""
    for path in folder.glob("*"):
        if path.is_file() and path.name not in (*PUBLIC, "reserves.tsv"):
            path.unlink()
    return folder


def zipped(
    folder: Path, method: int = zipfile.ZIP_STORED, top: str = "2026-017/"
) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.writestr(
                top + path.relative_to(folder).as_posix(), path.read_bytes()
            )
    return made.getvalue()


def check(page: Any, what: Any, how: str = "#folder") -> None:
    page.set_input_files(how, what if isinstance(what, (dict, list)) else str(what))
    page.locator("#outcome").wait_for()


def verdicts(page: Any) -> dict[str, str]:
    """The page's table: what was checked → verdict and why, as text."""
    rows = page.locator("table.checks tbody tr").all()
    return {
        row.locator("th").inner_text(): row.locator("td").nth(2).inner_text()
        for row in rows
    }


def differing(page: Any) -> str:
    rows = page.locator("table.checks tr.differs").all()
    return "\n".join(row.inner_text() for row in rows)


@pytest.fixture(
    name="at",
    params=["verify.html over http", "verify.html from disk",
            "verify-portable.html over http", "verify-portable.html from disk"],
)  # fmt: skip
def _at(request: Any, web: str, shipped: Path) -> str:
    name, _, way = request.param.partition(" ")
    return f"{web}{name}" if way == "over http" else (shipped / name).as_uri()


def test_a_good_folder(at: str, opened: Any, draw: Any) -> None:
    page = opened(at)
    check(page, public(draw("reserves")))
    assert "可见部分一致" in page.inner_text("#banner")
    assert page.locator("tr.differs").count() == 0
    told = verdicts(page)
    for file in ("selected.tsv", "reserves.tsv", "drawn.tsv"):
        assert "✓ 一致" in told[f"{file}\n重新抽取"]
    assert "– 未核" in told["log/\n日志签名与先后"]
    assert "– 未核" in told["conflicts.tsv\n摘要、行数、字节数、格式"]
    assert "？ 请人核" in told["seed.txt\n随机源的值"]
    assert page.inner_text("#status").startswith("核验完毕：0 项不符")
    assert page.evaluate("document.activeElement.id") == "outcome-title"


@pytest.mark.parametrize(
    ("method", "top", "name"),
    [
        pytest.param(
            zipfile.ZIP_STORED, "2026-017/", "x.zip", id="stored, as the site's"
        ),
        pytest.param(zipfile.ZIP_DEFLATED, "2026-017/", "x.zip", id="deflated"),
        pytest.param(zipfile.ZIP_STORED, "", "2026-017.zip", id="named by itself"),
    ],
)
def test_a_zip(
    shipped: Path, opened: Any, draw: Any, method: int, top: str, name: str
) -> None:
    page = opened((shipped / "verify.html").as_uri())
    data = zipped(public(draw()), method, top)
    given = {"name": name, "mimeType": "application/zip", "buffer": data}
    check(page, given, "#files")
    assert page.locator("tr.differs").count() == 0
    assert verdicts(page)["文件夹名与抽取编号"].strip() == "✓ 一致"
    given["buffer"] = data[:-9]  # the download broke off
    check(page, given, "#files")
    assert "读不出来" in page.inner_text("#report")
    assert "什么都没有核验" in page.inner_text("#banner")


def test_files_are_known_by_their_content(
    shipped: Path, opened: Any, draw: Any
) -> None:
    page = opened((shipped / "verify.html").as_uri())
    given = [
        {"name": f"下载({n}).bin", "mimeType": "", "buffer": path.read_bytes()}
        for n, path in enumerate(p for p in public(draw()).rglob("*") if p.is_file())
    ]
    check(page, given, "#files")
    assert page.locator("tr.differs").count() == 0
    assert "✓ 一致" in verdicts(page)["selected.tsv\n重新抽取"]


def test_dropping_files(shipped: Path, opened: Any, draw: Any) -> None:
    page = opened((shipped / "verify.html").as_uri())
    data = list(zipped(public(draw())))
    moved = page.evaluate_handle(
        """data => { const moved = new DataTransfer();
        moved.items.add(new File([new Uint8Array(data)], '2026-017.zip'));
        return moved; }""",
        data,
    )
    page.dispatch_event("#drop", "drop", {"dataTransfer": moved})
    page.locator("#outcome").wait_for()
    assert "可见部分一致" in page.inner_text("#banner")


# ── each kind of mismatch ────────────────────────────────────────────────────────


def edit(name: str, change: Any) -> Any:
    def run(folder: Path) -> None:
        path = folder / name
        path.write_bytes(change(path.read_bytes()))

    return run


def lines(change: Any) -> Any:
    def run(data: bytes) -> bytes:
        head, *rows = data.decode().splitlines()
        return "".join(f"{row}\n" for row in (head, *change(rows))).encode()

    return run


def swap_drawn(folder: Path) -> None:
    """One who was drawn is exchanged for one who was not, in both tables."""
    drawn = (folder / "drawn.tsv").read_text().splitlines()
    ids = [x.split("\t")[0] for x in (folder / "targets.tsv").read_text().splitlines()]
    other = next(i for i in ids[1:] if i not in drawn)
    for name in ("drawn.tsv", "selected.tsv"):
        edit(name, lambda d: d.replace(drawn[1].encode(), other.encode()))(folder)
    edit("drawn.tsv", lines(lambda rows: sorted(rows, key=str.encode)))(folder)


DAMAGE = {
    "BOM": (edit("targets.tsv", lambda d: b"\xef\xbb\xbf" + d), ["多了 BOM", "完全相同"]),
    "CRLF": (edit("strata.tsv", lambda d: d.replace(b"\n", b"\r\n")), ["CRLF", "完全相同"]),
    "BOM and CRLF in JSON": (
        edit("announcement.json", lambda d: b"\xef\xbb\xbf" + d.replace(b"\n", b"\r\n")),
        ["JSON", "多了 BOM", "CRLF", "完全相同"],
    ),
    "CRLF in seed.txt": (
        edit("seed.txt", lambda d: d.replace(b"\n", b"\r\n")), ["CRLF", "完全相同"],
    ),
    "no last line end": (edit("targets.tsv", lambda d: d[:-1]), ["少了换行", "完全相同"]),
    "UTF-16": (
        edit("targets.tsv", lambda d: b"\xff\xfe" + d.decode().encode("utf-16-le")),
        ["UTF-16", "完全相同"],
    ),
    "GBK": (
        edit("targets.tsv", lambda d: d.decode().replace("\n", "\r\n").encode("gbk")),
        ["GBK", "CRLF", "完全相同"],
    ),
    "CSV": (edit("targets.tsv", lambda d: d.replace(b"\t", b",")), ["逗号", "完全相同"]),
    "sorted": (
        edit("strata.tsv", lines(lambda rows: rows[::-1])), ["顺序变了", "完全相同"],
    ),
    "a row missing": (
        edit("targets.tsv", lines(lambda rows: rows[:3] + rows[4:])),
        ["少了行：应有 12 行，这里 11 行", "strata.tsv 里有、这里没有：91330003EXAMPLE21"],
    ),
    "a row more": (
        edit("targets.tsv", lines(lambda rows: [*rows, "示例\t示例\t\t\t"])),
        ["多了行", "这里有、strata.tsv 里没有：示例"],
    ),
    "an id exchanged": (
        edit("targets.tsv", lambda d: d.replace(b"91330003EXAMPLE21", b"91330003EXAMPLE22")),
        ["strata.tsv 里有、这里没有：91330003EXAMPLE21", "这里有、strata.tsv 里没有：91330003EXAMPLE22"],
    ),
    "codes as numbers": (
        edit("targets.tsv", lambda d: d.replace(b"91330003EXAMPLE21", b"9.133E+17")),
        ["科学计数"],
    ),
    "another was drawn": (
        swap_drawn, ["应当抽中、公布的没有：", "公布了、不该抽中："],
    ),
    "another seed": (
        edit("seed.txt", lambda d: d.replace(b"dice 6", b"dice 7")), ["seed.txt", "重新抽取"],
    ),
    "another ticket": (
        edit("selected.tsv", lambda d: d[:-5] + b"0000\n"), ["selected.tsv", "内容被改过"],
    ),
}  # fmt: skip


@pytest.fixture(scope="module", name="damaged")
def _damaged(
    browser: Any, shipped: Path, tmp_path_factory: pytest.TempPathFactory
) -> Any:
    """One page for all kinds of damage; it is told one folder after the other."""
    page = browser.new_page()
    page.goto((shipped / "verify.html").as_uri())
    yield page, tmp_path_factory
    page.close()


@pytest.mark.parametrize("name", list(DAMAGE))
def test_what_differs_is_explained(name: str, damaged: Any) -> None:
    page, at = damaged
    folder = public(folders.make(at.mktemp("damaged")))
    change, due = DAMAGE[name]
    change(folder)
    check(page, folder)
    assert "不符" in page.inner_text("#banner")
    told = differing(page)
    for words in due:
        assert words in told


def test_leading_zeros_that_excel_took(damaged: Any) -> None:
    page, at = damaged
    folder = public(folders.make(at.mktemp("zeros")))
    for name in ("targets.tsv", "strata.tsv"):
        edit(name, lambda d: d.replace(b"91330003EXAMPLE21", b"0330003000021"))(folder)
    edit("targets.tsv", lambda d: d.replace(b"0330003000021", b"330003000021"))(folder)
    check(page, folder)
    assert "编号开头的 0 丢了：0330003000021" in differing(page)


def test_two_draws_at_once(damaged: Any) -> None:
    page, at = damaged
    one, two = (folders.make(at.mktemp("two"), draw=name) for name in ("a", "b"))
    given = [str(p) for f in (one, two) for p in public(f).glob("*.json")]
    check(page, given, "#files")
    assert "几个文件都像它" in page.inner_text("#report")


def test_nothing_is_green_by_default(damaged: Any) -> None:
    page, at = damaged
    other = at.mktemp("other") / "x.txt"
    other.write_text("hello")
    check(page, [str(other)], "#files")
    assert "什么都没有核验" in page.inner_text("#banner")
    assert page.locator("tr.agrees").count() == 0


# ── one target ───────────────────────────────────────────────────────────────────


def look_up(page: Any, text: str) -> str:
    page.fill("#query", text)
    page.press("#query", "Enter")
    page.locator("#answer").get_by_text("查询结果").wait_for()
    return str(page.inner_text("#answer"))


@pytest.mark.parametrize("kind", ["open", "weighted"])
def test_one_target_and_its_shell_line(
    kind: str, shipped: Path, opened: Any, draw: Any
) -> None:
    page = opened((shipped / "verify.html").as_uri())
    folder = public(draw(kind))
    check(page, folder)
    drawn = (folder / "drawn.tsv").read_text().split()[1:]
    for row in (folder / "targets.tsv").read_text().splitlines()[1:4]:
        target = row.split("\t")[0]
        told = look_up(page, target.lower())
        assert ("抽中，检查顺序" in told) == (target in drawn)
        command = page.inner_text("#answer pre")
        made = subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, check=True
        ).stdout
        ticket = min(line[:64] for line in made.splitlines())
        assert ticket in told
    # By a part of the name: several, of which one is chosen.
    page.fill("#query", "示例1")
    page.press("#query", "Enter")
    page.locator("#answer li button").first.click()
    page.locator("#answer table").wait_for()
    page.fill("#query", "没有这一户")
    page.press("#query", "Enter")
    page.locator("#answer").get_by_text("名单里没有").wait_for()


def test_one_target_where_strata_are_private(
    shipped: Path, opened: Any, draw: Any
) -> None:
    page = opened((shipped / "verify.html").as_uri())
    folder = public(draw("private strata"))
    for name in ("strata.tsv", "selected.tsv", "reserves.tsv"):
        (folder / name).unlink(missing_ok=True)
    check(page, folder)
    drawn = (folder / "drawn.tsv").read_text().split()[1]
    told = look_up(page, drawn)
    assert "抽中（按公布的抽中名单；本页没有重算）" in told
    assert "签号" not in told


# ── for everybody ────────────────────────────────────────────────────────────────


def test_names_are_text(shipped: Path, opened: Any, draw: Any) -> None:
    page = opened((shipped / "verify.html").as_uri())
    folder, name = public(draw()), hostile(0, controls=False)
    edit("targets.tsv", lambda d: d.replace("示例1\t".encode(), f"{name}\t".encode()))(
        folder
    )
    check(page, folder)
    told = look_up(page, "<img")
    assert visible(name) in told
    assert page.locator("img").count() == 0


def test_by_keys_alone(web: str, opened: Any, draw: Any) -> None:
    page = opened(f"{web}verify.html")
    # Asked for only where it is expected, the chooser may open before the browser has
    # heard of it, and is never seen.
    page.on("filechooser", lambda _: None)
    folder = public(draw())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.inner_text("h1") == "Do the draw again, and compare"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Space")
    outline = "getComputedStyle(document.activeElement.parentElement).outlineStyle"
    assert page.evaluate(outline) == "solid"
    chosen.value.set_files([str(p) for p in folder.rglob("*") if p.is_file()])
    page.locator("#outcome").wait_for()
    assert "What is visible agrees" in page.inner_text("#banner")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "query"
    page.keyboard.type("企独")
    page.keyboard.press("Enter")
    page.locator("#answer table").wait_for()
    assert "企独浙甬总字第000001号" in page.inner_text("#answer")


@pytest.mark.parametrize(("width", "language"), [(1280, "zh-CN"), (360, "en")])
def test_accessible(
    width: int, language: str, shipped: Path, opened: Any, draw: Any
) -> None:
    # axe-core is put in from outside, past the page's policy.
    page = opened((shipped / "verify.html").as_uri(), width, bypass_csp=True)
    if language == "en":
        page.click("#language")
    folder = public(draw())
    edit("targets.tsv", lambda d: b"\xef\xbb\xbf" + d)(folder)
    check(page, folder)
    assert page.evaluate("document.documentElement.lang") == language
    assert axe(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(SMALLEST) >= 18
    if language == "en":
        chinese = page.evaluate("document.body.innerText.match(/[\\u4e00-\\u9fff]+/g)")
        assert set(chinese or []) <= {
            "中文",
            "年第",
            "号抽查任务",
            "示例市市场监督管理局",
        }


def test_on_paper(shipped: Path, opened: Any, draw: Any) -> None:
    page = opened((shipped / "verify.html").as_uri())
    check(page, public(draw()))
    page.emulate_media(media="print")
    assert page.locator("#choose").is_hidden()
    assert page.locator("#banner").is_visible()
    assert page.locator("table.checks").is_visible()
