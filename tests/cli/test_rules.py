"""The detailed rules, from the officer's file to the announcement and the web site."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dualrandom.office import drafting
from dualrandom.office.rules import show_rules

if TYPE_CHECKING:
    from conftest import Run

FREEZE = ("freeze", "2026-001", "--randomness", "dice:20")


def sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_rules_from_a_file_to_the_announcement(office: Path, run: Run) -> None:
    first = sha(office / "rules.md")
    before = run("rules", "show", "--json")
    assert json.loads(before.out)["digest"] == first
    text = (office / "rules.md").read_text("utf-8")
    draft = Path("细则.md")
    draft.write_text(text.replace("draw_days = 7", "draw_days = 3"), "utf-8")
    tried = run("rules", "set", draft, "--dry-run")
    assert tried.code == 0
    assert sha(office / "rules.md") == first
    made = run("rules", "set", draft)
    assert made.code == 0, made.err
    second = sha(office / "rules.md")
    assert second == sha(draft)
    assert second in made.out
    assert run("rules", "set", draft).code == 0
    listed = json.loads(run("rules", "list", "--json").out)["versions"]
    assert [(v["version"], v["digest"]) for v in listed] == [(1, first), (2, second)]
    assert run("rules", "show", "--version", "1", "--text").out == text
    assert run(*FREEZE).code == 0
    announced = json.loads((office / "draws/2026-001/announcement.json").read_text())
    assert announced["task"]["rules"] == second
    start, end = (dt.datetime.fromisoformat(announced[k]) for k in ("announced", "due"))
    assert end - start == dt.timedelta(days=3)
    assert run("publish").code == 0
    assert sha(office / "public/rules/2.md") == second
    assert sha(office / "public/rules/1.md") == first
    versions = json.loads((office / "public/rules.json").read_text())["versions"]
    assert [(v["file"], v["digest"]) for v in versions] == [
        ("rules/2.md", second),
        ("rules/1.md", first),
    ]
    assert run("log", "verify").code == 0


def test_settings_stay_when_only_the_wording_changes(office: Path, run: Run) -> None:
    Path("设定.toml").write_text("[exclusions]\nyearly_cap = 2\n", "utf-8")
    Path("正文.txt").write_text("第一条 依法抽查。\n", "utf-8")
    made = run("rules", "set", "正文.txt", "--settings", "设定.toml", "--json")
    assert json.loads(made.out)["settings"]["exclusions.yearly_cap"] == 2
    Path("正文.txt").write_text("第一条 依法、公正抽查。\n", "utf-8")
    made = run("rules", "set", "正文.txt", "--json")
    assert json.loads(made.out)["settings"]["exclusions.yearly_cap"] == 2
    assert json.loads(made.out)["version"]["version"] == 3


def test_rules_as_of_a_day(office: Path, run: Run) -> None:
    assert run("rules", "show", "--as-of", "2020-01-01").code == 4
    assert run("rules", "show", "--as-of", "2099-01-01").code == 0
    assert run("rules", "show", "--as-of", "yesterday").code == 2
    assert run("rules", "show", "--version", "9").code == 4


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        pytest.param("[exclusions]\ncap = 2", "E413", id="misspelt"),
        pytest.param("[exclusions", "E412", id="not TOML"),
    ],
)
def test_wrong_settings_change_nothing(
    office: Path, run: Run, settings: str, code: str
) -> None:
    before = sha(office / "rules.md")
    Path("设定.toml").write_text(settings, "utf-8")
    refused = run("rules", "set", "rules.md", "--settings", "设定.toml")
    assert refused.code == 3
    assert code in refused.err
    assert "设定.toml" in refused.err
    assert sha(office / "rules.md") == before
    assert len(run("rules", "list").out.splitlines()) == 2


def test_attacker_edits_the_rules_before_a_freeze(office: Path, run: Run) -> None:
    text = (office / "rules.md").read_text("utf-8")
    (office / "rules.md").write_text(text.replace("yearly_cap = 0", "yearly_cap = 1"))
    refused = run(*FREEZE)
    assert refused.code == 4
    assert "E415" in refused.err
    assert not (office / "draws/2026-001").exists()
    restored = run("rules", "show", "--text")
    (office / "rules.md").write_text(restored.out, "utf-8")
    assert run(*FREEZE).code == 0


def test_attacker_edits_the_kept_rules(office: Path, run: Run) -> None:
    kept = next((office / "kept/rules").iterdir())
    kept.write_bytes(kept.read_bytes() + b"\n")
    found = run("log", "verify")
    assert found.code == 1
    assert "E417" in found.out + found.err
    assert run("publish").code == 1
    kept.unlink()
    assert run("log", "verify").code == 0  # rules.md is that version
    (office / "rules.md").unlink()
    assert run("log", "verify").code == 0


def test_attacker_announces_under_rules_of_yesterday(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a program of their own; ours refuses."""
    text = (office / "rules.md").read_text("utf-8")
    Path("细则.md").write_text(
        text.replace("yearly_cap = 0", "yearly_cap = 1"), "utf-8"
    )
    assert run("rules", "set", "细则.md").code == 0
    with monkeypatch.context() as patch:
        patch.setattr(drafting, "rules_in_force", lambda o, _: show_rules(o, version=1))
        assert run(*FREEZE).code == 0
    found = run("log", "verify")
    assert (found.code, "E437" in found.out + found.err) == (1, True)
