"""The page's own draw against every vector, in the browser; and its scripts are ES5."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from calmjs.parse import es5
from calmjs.parse.exceptions import ECMASyntaxError

from tests.vectors.test_vectors import TESTS, announcement

HERE = Path(__file__).parent
VERIFIER = HERE.parents[1] / "reports" / "verifier"
SCRIPTS = sorted(path.name for path in VERIFIER.glob("*.js"))

OTHER_WORDS = {
    "table/targets.tsv: #salt after a record": "E812",
    "table/strata.tsv: #strata without #salt": "E812",
    "table/strata.tsv: #strata before #salt": "E812",
}
"""The second line is no salt line: that it stands elsewhere, the page does not say."""
UNKNOWN_BY_OTHER_NAMES = {"announcement/a game of the future"}


@pytest.fixture(scope="module", name="made")
def _made(browser: Any) -> dict[str, Any]:
    tests = copy.deepcopy(TESTS)
    for test in tests:
        if test["kind"] == "announcement":
            test["input"] = {"text": announcement(test["input"]).decode()}
    page = browser.new_page()
    page.add_script_tag(path=VERIFIER / "draw.js")
    page.add_script_tag(path=HERE / "vectors.js")
    done = page.evaluate("tests => runVectors(DualrandomDraw, tests)", tests)
    page.close()
    return {one["id"]: one for one in done}


@pytest.mark.parametrize("test", [pytest.param(t, id=t["id"]) for t in TESTS])
def test_the_page(test: dict[str, Any], made: dict[str, Any]) -> None:
    found = made[test["id"]]
    if test["result"] == "invalid":
        due = OTHER_WORDS.get(test["id"], test["error"])
        assert found == {"id": test["id"], "error": due}
        return
    expected = test["expected"]
    if test["id"] in UNKNOWN_BY_OTHER_NAMES:
        assert found["made"]["unknown"]
        expected = expected | {"unknown": found["made"]["unknown"]}
    assert found == {"id": test["id"], "made": expected}


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_browser_of_ten_years_ago_can_read_it(name: str) -> None:
    text = (VERIFIER / name).read_text("utf-8")
    es5(text)
    assert not [word for word in ("Promise", "fetch(", "XMLHttp", "import(", "eval(",
                                  "innerHTML", "insertAdjacent", "document.write",
                                  "BigInt", "WebSocket", "sendBeacon", "localStorage")
                if word in text]  # fmt: skip


@pytest.mark.parametrize("text", ["let a = 1;", "f(() => 1);", "`a`;", "class A {}"])
def test_what_is_newer_is_noticed(text: str) -> None:
    with pytest.raises(ECMASyntaxError):
        es5(text)


def test_it_shares_no_line_with_the_other_verifier() -> None:
    """Both are written from the text; neither from the other."""
    other = (VERIFIER / "verify.py").read_text("utf-8")
    lines = {
        line.strip()
        for name in SCRIPTS
        for line in (VERIFIER / name).read_text("utf-8").splitlines()
        if len(line.strip()) > 50
    }
    assert not [line for line in lines if line in other]
