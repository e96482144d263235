"""READMEs and manuals are run: every console block, in order, in a folder of its own.

What they name besides (commands, options, codes, targets of make, pages) has to exist,
and what exists has to be named.
"""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dualrandom import cli, errors
from dualrandom.messages import catalogue
from dualrandom.randomness import CHAINS, QUICKNET, Scheme
from tests.beaconmaking import PROXIES, Relay, TestChain
from tests.scripts import load
from tests.transcripts import Session, commands, environment

if TYPE_CHECKING:
    import click

ROOT = Path(__file__).parents[2]
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
MANUALS = tuple(sorted((ROOT / "docs" / "manual").glob("*.md")))
RUN = (*READMES, *MANUALS, ROOT / "docs" / "exit-codes.md")
PAGES = (*RUN, ROOT / "docs" / "cli.md", ROOT / "docs" / "errors.md")
TOOLS = ("bash", "sha256sum", "ssh-keygen")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def pages(*paths: Path) -> pytest.MarkDecorator:
    named = [pytest.param(p, id=p.relative_to(ROOT).as_posix()) for p in paths]
    return pytest.mark.parametrize("page", named)


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fictional lists, smaller than those of ``make sample``."""
    folder = tmp_path_factory.mktemp("lists")
    made = [sys.executable, ROOT / "tools" / "sample.py", folder]
    subprocess.run([*made, "--targets", "240", "--inspectors", "40"], check=True)
    return folder


@pytest.fixture(scope="module")
def known() -> dict[str, click.Command]:
    """Every command by its full name."""
    found: dict[str, click.Command] = load(
        ROOT / "tools" / "cli_reference.py"
    ).commands()
    return found


# ── blocks ───────────────────────────────────────────────────────────────────


@pages(*RUN)
def test_every_console_block_does_what_stands_beneath_it(
    page: Path, lists: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = [name for name in TOOLS if shutil.which(name) is None]
    if missing:
        pytest.skip(f"this machine has no {', '.join(missing)}")
    for name in os.environ:
        if name.startswith("DUALRANDOM_"):
            monkeypatch.delenv(name)
    for name, value in environment(language(page)).items():
        monkeypatch.setenv(name, value)
    given = tmp_path / ("build/sample" if page in READMES else "名录")
    shutil.copytree(lists, given)
    # A relay of our own: what a page fetches is there, and no network is asked.
    chain = TestChain(Scheme.UNCHAINED_G1)
    monkeypatch.setitem(CHAINS, QUICKNET, chain.known())
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    with Relay(chain).serving() as relay:
        monkeypatch.setenv("DUALRANDOM_BEACON_URL", relay.base)
        Session(folder=tmp_path).play(page.read_text("utf-8"))


def language(page: Path) -> str:
    """Return the language that a page tells its reader to choose."""
    english = "export DUALRANDOM_LANG=en" in page.read_text("utf-8")
    return "en" if english else "zh-CN"


def test_both_readmes_have_the_same_blocks() -> None:
    typed, fenced = [], []
    for page in READMES:
        text = page.read_text("utf-8")
        typed.append([c.text for c in commands(text)])
        fenced.append(
            [
                [line.partition("#")[0].strip() for line in b.splitlines()]
                for kind, b in FENCE.findall(text)
                if kind == "sh"
            ]
        )
        assert "<!-- bench: begin" in text
        assert "<!-- bench: end -->" in text
    assert typed[0] == typed[1]
    assert fenced[0] == fenced[1]


def test_the_session_of_the_readme_is_eight_lines() -> None:
    text = READMES[0].read_text("utf-8").partition("## Check ")[0]
    assert len(commands(text)) == 8


@pages(*RUN)
def test_only_the_setting_up_is_not_run(page: Path) -> None:
    """The rest is make, a virtual environment, or a new passphrase."""
    for kind, block in FENCE.findall(page.read_text("utf-8")):
        assert kind in {"console", "sh", "text", "toml"}
        if kind != "sh":
            continue
        for line in block.splitlines():
            words = line.partition("#")[0].split()
            if words[0] == "make":
                targets = (ROOT / "Makefile").read_text("utf-8")
                assert re.search(rf"^{words[1]}:", targets, re.MULTILINE), line
            else:
                allowed = (
                    "python3 -m venv ",
                    ".venv/bin/pip ",
                    "ssh-keygen -p ",
                    "chmod ",
                )
                assert line.startswith(allowed), line


# ── what is named exists, what exists is named ───────────────────────────────


def test_every_command_is_in_a_manual(known: dict[str, click.Command]) -> None:
    """In a block that a reader sees: it was run."""
    texts = [page.read_text("utf-8") for page in MANUALS]
    seen = [c.text + " " for text in texts for c in commands(text) if not c.hidden]
    told = {name for name in known if any(f"dualrandom {name} " in s for s in seen)}
    assert sorted(known.keys() - told) == []


@pages(*RUN)
def test_a_page_names_no_command_or_option_that_is_not(
    page: Path, known: dict[str, click.Command]
) -> None:
    text = page.read_text("utf-8")
    prose = re.findall(r"`(dualrandom [^`]*)`", FENCE.sub("", text))
    for line in [*prose, *(c.text for c in commands(text))]:
        for part in re.split(r"\s*(?:&&|;|\|)\s*", line):
            if not part.startswith("dualrandom ") or part == "dualrandom --version":
                continue
            words = shlex.split(part)[1:]
            names = [" ".join(words[:n]) for n in (2, 1)]
            name = next((n for n in names if n in known), None)
            assert name is not None, part
            options = {o for at in known[name].params for o in at.opts}
            used = {w.partition("=")[0] for w in words if re.match(r"--?[a-z]", w)}
            assert used <= options | {"--lang", "--help"}, part


@pages(*RUN)
def test_a_page_names_no_code_that_is_not(page: Path) -> None:
    named = set(re.findall(r"\bE[1-9][0-9]{2}\b", page.read_text("utf-8")))
    assert named <= catalogue("zh-CN").keys()


def test_every_code_is_in_the_table() -> None:
    table = (ROOT / "docs" / "errors.md").read_text("utf-8")
    told = re.findall(r"^\| (E[1-9][0-9]{2}) \|", table, re.MULTILINE)
    assert told == sorted(c for c in catalogue("en") if re.fullmatch("E[0-9]+", c))


@pytest.mark.parametrize("name", ["error_table", "cli_reference"])
def test_generated_pages_are_current(name: str) -> None:
    """If not: run the script without --check."""
    script = ROOT / "tools" / f"{name}.py"
    done = subprocess.run(
        [sys.executable, script, "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_exit_codes_are_those_of_the_program() -> None:
    page = (ROOT / "docs" / "exit-codes.md").read_text("utf-8")
    told = dict(re.findall(r"^\| (\d+) \|.*\| `?([^|` ]+)`? \|$", page, re.MULTILINE))
    due = {
        str(kind.exit_code): kind.__name__
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DualRandomError)
    }
    assert told == due | {"0": "—", str(cli.INTERRUPTED): "KeyboardInterrupt"}
    assert errors.DualRandomError.exit_code == cli.BUG
    said = ast.get_docstring(ast.parse(Path(cli.__file__).read_text("utf-8"))) or ""
    assert set(told) == set(re.findall(r"\b(\d+) \w", said))


# ── ways between pages ───────────────────────────────────────────────────────


def links(page: Path) -> list[tuple[Path, str]]:
    """Return file and anchor of each link to a page of ours."""
    prose = FENCE.sub("", page.read_text("utf-8"))
    found = re.findall(r"\]\(([^)\s#:]*)(?:#([^)\s]*))?\)", prose)
    return [((page.parent / to if to else page).resolve(), at) for to, at in found]


@pages(*PAGES)
def test_links_lead_to_a_page_and_a_heading(page: Path) -> None:
    for to, anchor in links(page):
        assert to.exists(), to
        if anchor:
            heads = re.findall(r"^#+ (.+)$", to.read_text("utf-8"), re.MULTILINE)
            marks = [
                re.sub(r"[^\w\- ]", "", h.lower()).replace(" ", "-") for h in heads
            ]
            assert anchor in marks, f"{to.name}#{anchor}"


@pages(*READMES)
def test_a_readme_leads_to_every_page(page: Path) -> None:
    reached, waiting = {page}, [page]
    while waiting:
        new = {to for to, _ in links(waiting.pop()) if to.suffix == ".md"} - reached
        reached |= new
        waiting += new
    assert {p for p in PAGES if p not in READMES} <= reached
