"""The page's checks on folders from a third hand: every kind, and every variant.

What the two other verifiers call wrong stands in tests/verifier/test_both_verifiers.py.
The page must never call wrong what is right, nor call right what it computed and is
wrong; what it does not compute (teams, signatures) it must leave unchecked.
"""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.verifier import folders, logs
from tests.verifier.test_both_verifiers import ALL, only_public
from tests.verifier.variants import Base, CannotMakeError, build

HERE = Path(__file__).parent
VERIFIER = HERE.parents[1] / "reports" / "verifier"


def packed(folder: Path, name: str = "") -> dict[str, Any]:
    """A folder as the page gets it: names and bytes."""
    return {
        "name": name or folder.name,
        "files": {
            path.relative_to(folder).as_posix(): base64.b64encode(
                path.read_bytes()
            ).decode()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        },
    }


@pytest.fixture(scope="module", name="check")
def _check(browser: Any) -> Any:
    page = browser.new_page()
    for script in (VERIFIER / "draw.js", VERIFIER / "check.js", HERE / "checks.js"):
        page.add_script_tag(path=script)
    yield lambda *given: page.evaluate("given => checkFolders(given)", list(given))
    page.close()


def told(done: dict[str, Any], verdict: str) -> set[str]:
    return {f["check"] for f in done["findings"] if f["verdict"] == verdict}


@pytest.fixture(scope="module", name="kinds")
def _kinds(check: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every kind, whole and as the public sees it."""
    made = {}
    for kind, given in folders.KINDS.items():
        folder = folders.make(tmp_path_factory.mktemp("kind"), **given)
        logs.write(folder)
        whole = packed(folder)
        only_public(folder)
        made[kind] = (whole, packed(folder))
    flat = check(*(one for pair in made.values() for one in pair))
    return dict(zip(made, zip(flat[::2], flat[1::2], strict=True), strict=True))


@pytest.mark.parametrize("kind", list(folders.KINDS))
def test_what_is_right_is_never_called_wrong(kind: str, kinds: Any) -> None:
    whole, public = kinds[kind]
    for done in (whole, public):
        assert told(done, "differs") == set(), done
        assert told(done, "unchecked") >= {"signatures"}
        assert {"announcement", "commitment", "proof"} <= told(done, "agrees")
    assert "selection" in told(whole, "agrees")
    secret = "sealed" in kind or "private" in kind
    assert ("selection" in told(public, "agrees")) == (not secret)
    assert ("selection" in told(public, "unchecked")) == secret


BLIND = ("entry:", "body:", "proof:", "checkpoint:", "end:", "parties")
"""About signatures, keys and approvals: the page says that it checks none."""
OUT_OF_SIGHT = (
    "replacements:", "substitutions:", "both:", "changes of", "teams", "falsely",
    "salt of teams", "drand,", "nist,", "entry after the beacon", "abandoned,",
    "more posts than people", "a folder in", "a link in",
)  # fmt: skip
"""Teams, later changes, beacons' signatures and times, approvals; the disk."""
SEEN_BY_OTHERS = {
    # Who may inspect whom, and whether everybody can be visited.
    "a need nobody has", "1001 posts", "a huge post count", "area same, nobody there",
    "a region that differs only in form", "max 0 for all", "a firm that nobody may visit",
    "a firm that one may visit",
    # What it is cannot be told by its content: the page misses it, and says so.
    "announcement an array", "result: an array", "two ends", "entry missing, proof broken",
    # Nothing to compute it from.
    "rows of strata and targets, both withheld", "drawn: another one, result absent too",
    "result: drawn 0, rows 0, withheld", "result: a later protocol, another commitment",
}  # fmt: skip


def test_variants_of_a_folder(check: Any, tmp_path: Path) -> None:
    bases: dict[str, Base] = {}
    cases = []
    for n, (name, (kind, code, change)) in enumerate(ALL.items()):
        if name.startswith(BLIND) or (code == 1 and name.startswith(OUT_OF_SIGHT)):
            continue
        if kind not in bases:
            given = folders.KINDS[kind]
            made = folders.make(tmp_path / f"base{n}", **given)
            bases[kind] = Base(folders, made, given)
        at = tmp_path / f"v{n}"
        with suppress(CannotMakeError):
            build(bases[kind], logs, at, change)
            path = next(at.glob("*"))
            if path.is_dir():
                cases.append((name, code, packed(path)))
    assert len(cases) > 300
    done = check(*(case for _, _, case in cases))
    false, missed = [], set()
    for (name, code, _), one in zip(cases, done, strict=True):
        assert "broke" not in one, (name, one)
        differs = told(one, "differs")
        assert differs or told(one, "unchecked"), name
        if code != 1 and differs:
            false.append((name, differs))
        if code == 1 and not differs:
            missed.add(name)
    assert false == []
    assert missed == SEEN_BY_OTHERS
