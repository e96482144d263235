"""Habits of the house that no linter knows, read from the sources themselves.

Who may import whom is import-linter's affair: pyproject.toml, ``make check``.
"""

from __future__ import annotations

import ast
import io
import re
import string
import tokenize
import tomllib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dualrandom"
SOURCES = sorted(PACKAGE.rglob("*.py"))
FOLDERS = ("dualrandom", "reports", "tests", "docs", "tools", "bench", ".ci")
TEXTS = sorted(
    path
    for path in [
        *ROOT.glob("*.*"),
        *(p for f in FOLDERS for p in (ROOT / f).rglob("*")),
    ]
    if path.is_file() and path.suffix in {".md", ".py", ".toml", ".html", ".js", ".css"}
)
LONGEST = 420
"""Lines; a longer room is split by noun."""
CJK = re.compile("[\u2e80-\u303f\u3040-\u9fff\uf900-\ufaff\uff00-\uffef]")
CODE = re.compile(r"\bE[1-9][0-9]{2}\b")
CORE = ("draw", "matching", "audit", "verify")
"""These rooms, and all that they need: what a stranger could run."""


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def literals(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and source text of every string that is not a docstring."""
    talk = {
        (node.value.lineno, node.value.col_offset)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    kinds = {tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", tokenize.STRING)}
    for token in tokenize.tokenize(io.BytesIO(path.read_bytes()).readline):
        if token.type in kinds and token.start not in talk:
            yield token.start[0], token.string


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if node.module == "dualrandom":
                yield from (f"dualrandom.{alias.name}" for alias in node.names)
            else:
                yield node.module


def core() -> list[Path]:
    """Return the files of the pure core, by following imports from :data:`CORE`."""
    found: dict[str, list[Path]] = {}
    wanted = list(CORE)
    while wanted:
        here = wanted.pop()
        found[here] = [path for path in SOURCES if room(path) == here]
        assert found[here], here
        needs = {
            m.split(".")[1]
            for p in found[here]
            for m in imports(p)
            if m.startswith("dualrandom.")
        }
        wanted += sorted(needs & {room(path) for path in SOURCES} - found.keys())
    return sorted(path for paths in found.values() for path in paths)


each_source = pytest.mark.parametrize(
    "path", [pytest.param(path, id=name(path)) for path in SOURCES]
)


# ── sentences and codes ──────────────────────────────────────────────────────


@cache
def catalogue(file: str) -> dict[str, str]:
    """Return the sentences of one language by dotted key; lists are joined."""

    def walk(prefix: str, node: dict[str, Any]) -> Iterator[tuple[str, str]]:
        for key, value in node.items():
            if isinstance(value, dict):
                yield from walk(f"{prefix}{key}.", value)
            else:
                yield (
                    f"{prefix}{key}",
                    " ".join(value) if isinstance(value, list) else str(value),
                )

    text = (PACKAGE / "locale" / file).read_text("utf-8")
    return dict(walk("", tomllib.loads(text)))


LANGUAGES = ("zh_CN.toml", "en.toml")


def placeholders(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


@each_source
def test_sentences_for_people_stand_in_the_catalogue(path: Path) -> None:
    found = [(line, text) for line, text in literals(path) if CJK.search(text)]
    assert not found


def test_both_languages_have_the_same_keys() -> None:
    chinese, english = map(catalogue, LANGUAGES)
    assert sorted(chinese) == sorted(english)


def test_both_languages_have_the_same_placeholders() -> None:
    chinese, english = map(catalogue, LANGUAGES)
    differing = {
        key: (chinese[key], english[key])
        for key in chinese.keys() & english.keys()
        if placeholders(chinese[key]) != placeholders(english[key])
    }
    assert not differing


@pytest.mark.parametrize("file", LANGUAGES)
def test_every_code_says_what_and_what_to_do(file: str) -> None:
    keys = catalogue(file)
    codes = {key.split(".")[0] for key in keys if CODE.match(key)}
    assert codes
    for code in codes:
        assert keys.get(f"{code}.what", "").strip(), code
        assert keys.get(f"{code}.fix", "").strip(), code


def used_codes() -> dict[str, str]:
    return {
        code: f"{name(path)}:{line}"
        for path in SOURCES
        for line, text in literals(path)
        for code in CODE.findall(text)
    }


@pytest.mark.parametrize("file", LANGUAGES)
def test_every_code_in_the_source_has_a_sentence(file: str) -> None:
    keys = catalogue(file)
    missing = {c: at for c, at in used_codes().items() if f"{c}.what" not in keys}
    assert not missing


def test_every_sentence_of_an_error_is_used() -> None:
    codes = {key.split(".")[0] for key in catalogue("en.toml") if CODE.match(key)}
    assert codes <= used_codes().keys(), sorted(codes - used_codes().keys())


def _called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@each_source
def test_who_raises_a_code_gives_all_that_its_sentence_names(path: Path) -> None:
    """A placeholder without a value would turn a plain error into a crash."""
    keys = catalogue("en.toml")
    lacking = {}
    for node in ast.walk(tree(path)):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        if not re.fullmatch(r"\w+Error|EnvironmentProblem|problem", _called(node)):
            continue
        first, given = node.args[0], {keyword.arg for keyword in node.keywords}
        if not isinstance(first, ast.Constant) or None in given:
            continue
        if isinstance(first.value, str) and CODE.fullmatch(first.value):
            said = (keys.get(f"{first.value}.{part}", "") for part in ("what", "fix"))
            needed = set().union(*map(placeholders, said))
            if not needed <= given:
                lacking[f"{first.value}, line {node.lineno}"] = needed - given
    assert not lacking


# ── rooms ────────────────────────────────────────────────────────────────────


@each_source
def test_rooms_are_small(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= LONGEST


@each_source
def test_rooms_are_named_by_a_noun(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc"}


@each_source
def test_no_software_generator(path: Path) -> None:
    generators = {"random", "numpy.random"}
    assert not generators & set(imports(path))


OUTSIDE = {
    "asyncio",
    "locale",
    "multiprocessing",
    "os",
    "pathlib",
    "platform",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib",
    "uuid",
}


@pytest.mark.parametrize("path", [pytest.param(p, id=name(p)) for p in core()])
def test_the_core_touches_nothing(path: Path) -> None:
    """No files, clock, entropy, machine; no fraction that rounds."""
    assert not {module.split(".")[0] for module in imports(path)} & OUTSIDE
    for node in ast.walk(tree(path)):
        at = f"{name(path)}:{getattr(node, 'lineno', 0)}"
        match node:
            case ast.Constant(value=float() | complex()):
                pytest.fail(f"{at}: a fraction that rounds")
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                pytest.fail(f"{at}: a division that rounds")
            case ast.Call(func=ast.Name(id="open" | "input" | "float")):
                pytest.fail(f"{at}: reaches outside, or rounds")
            case ast.Attribute(attr="now" | "today" | "utcnow" | "urandom"):
                pytest.fail(f"{at}: a clock, or chance")


# ── words ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [pytest.param(p, id=name(p)) for p in TEXTS])
def test_nothing_is_left_lying_about(path: Path) -> None:
    """No promises instead of work, no place on one machine, no real code."""
    if path == Path(__file__):
        return
    text = path.read_text("utf-8")
    assert not re.search(r"\b(TODO|FIXME|XXX|HACK)\b", text)
    assert not re.search(r"(?<![\w.])/(home|root|tmp|opt|mnt)/\w", text)
    # The province that the real lists are from; examples say EXAMPLE, or nearly.
    codes = re.findall(r"(?<![0-9A-Z])91330[0-9A-Z]{13}(?![0-9A-Z])", text)
    assert not [code for code in codes if "EXAMP" not in code]


@pytest.mark.parametrize(
    "path", [pytest.param(p, id=name(p)) for p in TEXTS if p.suffix == ".md"]
)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    prose = re.sub(
        r"^```.*?^```", "", path.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    links = re.findall(r"\]\(([^)\s#:]+)(?:#[^)\s]*)?\)", prose)
    assert not [link for link in links if not (path.parent / link).exists()]


def test_decision_records_say_what_they_cost() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [r.name[:4] for r in records] == [
        f"{i:04}" for i in range(1, len(records) + 1)
    ]
    for record in records:
        heads = re.findall("^## (.+)$", record.read_text("utf-8"), re.MULTILINE)
        assert heads == ["Context", "Options", "Decision", "What it costs"], record.name
