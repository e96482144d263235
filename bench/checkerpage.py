"""The checker's page on a draw from a million rows, against its own hashing alone.

Chromium opens the page from disk and is given the public files. Hashing alone is the
page's own SHA-256 over the same bytes, and one ticket for each row, in one go: what no
check can do without. The longest time for which the page did not answer is asserted.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench import Ratio, SkippedError, versions
from dualrandom import randomness, tables
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.draw import select
from dualrandom.model import Quota, Target, TargetId
from dualrandom.publish import verifiers
from tests.factories import DICE, Plan, make_files

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROWS = 1_000_000
DRAWN = 25_000  # of each of two strata
CHROMIUM = Path("/usr/bin/chromium")
LONGEST = 200  # ms
PUBLIC = ("announcement.json", "targets.tsv", "strata.tsv")

# Looks every 5 ms from the moment a file is chosen; tells when the outcome shows.
_WATCH = """(() => {
  let last = performance.now();
  window.seen = {began: 0, took: 0, longest: 0};
  addEventListener('change', () => { seen.began = last = performance.now(); }, true);
  setInterval(() => {
    const now = performance.now(), outcome = document.getElementById('outcome');
    if (!seen.began || seen.took) return;
    seen.longest = Math.max(seen.longest, now - last);
    last = now;
    if (!outcome.hidden) seen.took = now - seen.began;
  }, 5);
})()"""
_ALONE = """() => new Promise(done => {
  const chosen = [...document.querySelector('input').files];
  const given = chosen.map(file => ({blob: file, name: file.name}));
  DualrandomCheck.readFiles(given, () => {}, files => {
    const strata = files.find(file => file.name === 'strata.tsv').bytes;
    const tickets = new DualrandomDraw.Tickets('0'.repeat(32)), out = new Int32Array(8);
    const start = performance.now();
    for (const file of files) {
      const made = new DualrandomDraw.Sha();
      made.add(file.bytes, 0, file.bytes.length);
      made.hex();
    }
    let from = strata.indexOf(10) + 1, rows = 0;
    while (from < strata.length) {
      tickets.at(strata, from, strata.indexOf(9, from), '', out, 0);
      from = strata.indexOf(10, from) + 1;
      rows += 1;
    }
    done({took: performance.now() - start, rows});
  });
})"""


def run() -> Ratio:
    """Give the same files to the page, and to a page that only hashes.

    Raises:
        SkippedError: there is no Chromium or no Playwright here.
    """
    try:
        from playwright.sync_api import sync_playwright  # noqa: PLC0415 - test extra
    except ImportError as exc:
        raise SkippedError("playwright is not installed") from exc
    if not CHROMIUM.exists():
        raise SkippedError("chromium is not installed")
    with tempfile.TemporaryDirectory() as made, sync_playwright() as started:
        files = _write(Path(made))
        shipped = dict(verifiers())
        for path, data in shipped.items():
            Path(made, path).parent.mkdir(exist_ok=True)
            Path(made, path).write_bytes(data)
        browser = started.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox"]
        )
        name = browser.version
        ours = _check(browser, Path(made, "verifier", "verify.html"), files)
        scripts = [
            shipped[f"verifier/{name}.js"].decode() for name in ("draw", "check")
        ]
        alone = _hash(browser, scripts, files)
        browser.close()
    assert ours["longest"] < LONGEST, ours
    assert alone["rows"] == ROWS
    return Ratio(
        case=f"{2 * DRAWN:,} of {ROWS:,} rows; longest block {ours['longest']:.0f} ms",
        against="the page's own hashing alone",
        ours=ours["took"] / 1000,
        theirs=alone["took"] / 1000,
        at_most=6,
        versions=(*versions("playwright"), ("chromium", name)),
    )


def _check(browser: Browser, page_file: Path, files: list[str]) -> dict[str, float]:
    page = browser.new_page()
    page.add_init_script(_WATCH)
    page.goto(page_file.as_uri())
    page.set_input_files("#files", files)
    page.locator("#outcome").wait_for(timeout=300_000)
    page.wait_for_timeout(100)
    assert page.locator("tr.differs").count() == 0, page.inner_text("#report")
    assert "重新抽取" in page.inner_text("#report")
    seen: dict[str, float] = page.evaluate("seen")
    page.close()
    return seen


def _hash(browser: Browser, scripts: list[str], files: list[str]) -> dict[str, float]:
    page = browser.new_page()
    page.set_content("<input type=file multiple>")
    for text in scripts:
        page.add_script_tag(content=text)
    page.set_input_files("input", files)
    alone: dict[str, float] = page.evaluate(_ALONE)
    page.close()
    return alone


def _write(folder: Path) -> list[str]:
    """Write the public files of a draw, and return their paths."""
    targets = tuple(
        Target(
            id=TargetId(f"91330000EX{n:08}"),
            name=f"示例食品店{n:07}（个体工商户）",
            region=("城东街道", "城西街道", "北山镇")[n % 3],
            kind="食品经营",
            salt="",
        )
        for n in range(ROWS)
    )
    plan = Plan(
        targets=targets, quota=Quota(count=DRAWN), reserves=None, ends="announced"
    )
    made = {name: data for name, data in make_files(plan).items() if name in PUBLIC}
    announcement = parse_announcement(made["announcement.json"])
    assert announcement.strata is not None
    commitment = sha256(made["announcement.json"])
    made["seed.txt"] = randomness.seed_txt(commitment, (f"dice {DICE}",))
    chosen = select(
        key=randomness.seed_of(made["seed.txt"]),
        rows=tables.STRATA.parse(made["strata.tsv"])[1],
        strata=announcement.strata,
        reserves=None,
    )
    made["selected.tsv"] = tables.SELECTED.encode(chosen.selected, salt=None)
    for name, data in made.items():
        (folder / name).write_bytes(data)
    return [str(folder / name) for name in sorted(made)]
