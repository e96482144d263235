"""One changed byte anywhere in a draw folder, and both verifiers end with 1 and name it.

Whole folders as the command line makes them (open, sealed, private strata; logged and
cosigned) are damaged on disk, one place at a time. DUALRANDOM_EVERY_BYTE=1 tries every
byte instead of a few in each file: an hour for each folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from dualrandom import cli
from tests.refusals import DICE, PERIOD
from tests.scripts import VERIFIER, load, stranger

EVERY = os.environ.get("DUALRANDOM_EVERY_BYTE") == "1"
PLACES = 5
"""In each file; both ends are among them."""

KINDS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "open": (("--ratio", "5%"), ()),
    "sealed": (
        ("--ratio", "5%", "--reserves", "50%", "--strata", "region"),
        ("--sealed-until", "2100-02-01"),
    ),
    "private": (("--ratio", "不低于8%", "--reserves", "20%", "--strata", "risk"), ()),
}
FILES = (
    "announcement.json", "targets.tsv", "strata.tsv", "inspectors.tsv", "conflicts.tsv",
    "exclusions.tsv", "inspector-exclusions.tsv", "randomness.json", "seed.txt",
    "selected.tsv", "drawn.tsv", "teams.tsv", "result.json",
    "log/announce.entry", "log/announce.tlog-proof",
    "log/result.entry", "log/result.tlog-proof",
)  # fmt: skip
each_kind = pytest.mark.parametrize("kind", KINDS)
each_file = pytest.mark.parametrize(
    ("kind", "name"),
    [
        pytest.param(kind, name, id=f"{kind} {name}")
        for kind in KINDS
        for name in (*FILES, *(("reserves.tsv",) if kind != "open" else ()))
    ],
)


@pytest.fixture(scope="session", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory, prepared: Path) -> Path:
    """An office with a finished draw of each kind, witnessed before and after."""
    office = tmp_path_factory.mktemp("made") / "示例局"
    shutil.copytree(prepared, office)
    witness = [
        *("log", "cosign", "public/log", "--state", "../state", "--draws", ".."),
        *("--key", "keys/supervisor/supervisor-01.key", "-o", "../cosigned"),
    ]
    lines: list[list[str]] = []
    for kind, (task, freeze) in KINDS.items():
        lines += [
            ["task", "new", kind, "--item", "SP-03", *PERIOD, *task],
            ["freeze", kind, "--randomness", "dice:20", *freeze],
            ["pack", kind, "--for", "supervisor", "-o", f"../{kind}.zip"],
        ]
    lines += [["publish"], witness, ["log", "witness", "../cosigned"]]
    lines += [["draw", kind, "--dice", DICE] for kind in KINDS]
    lines += [["publish"], witness, ["log", "witness", "../cosigned"]]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(office)
        for line in lines:
            assert cli.run(line) == 0, line
    return office


Verdict = tuple[int, frozenset[str]]
"""The exit code, and the files that differ."""
Both = Callable[[Path, str], tuple[Verdict, Verdict]]
TRUST = ("genesis", "nobody")


@pytest.fixture(name="both")
def _both(
    made: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Both:
    """Both verifiers, in this process, with a kept genesis entry or without."""
    monkeypatch.chdir(tmp_path)  # an office would bring its own genesis entry
    genesis = ["--genesis", str(made / "kept/genesis.entry")]

    def verdict(code: int) -> Verdict:
        said = capsys.readouterr()
        assert "Traceback" not in said.err, said.err
        assert said.out, said.err
        steps = json.loads(said.out)["steps"]
        assert not [s for s in steps if s["code"] == "internal"], steps
        named = [s["file"] or "" for s in steps if s["verdict"] == "differs"]
        return code, frozenset(name for names in named for name in names.split(", "))

    def run(folder: Path, trusting: str) -> tuple[Verdict, Verdict]:
        trust = genesis if trusting == "genesis" else []
        capsys.readouterr()
        ours = verdict(cli.run(["verify", str(folder), "--json", *trust]))
        theirs = verdict(load(VERIFIER).main([str(folder), "--json", *trust]))
        return ours, theirs

    return run


@pytest.fixture(name="folder")
def _folder(made: Path, kind: str, tmp_path: Path) -> Path:
    """A copy of the draw of this kind."""
    return Path(shutil.copytree(made / "draws" / kind, tmp_path / kind))


def differs(
    both: Both, folder: Path, name: str, what: object, *, trusts: Sequence[str] = TRUST
) -> None:
    """Check that both verifiers end with 1 and name the file, trust or no trust."""
    for trusting in trusts:
        found = both(folder, trusting)
        for program, (code, named) in zip(("ours", "theirs"), found, strict=True):
            at = (program, trusting, name, what)
            assert code == 1, at
            assert name in named, (at, sorted(named))


def places(data: bytes, name: str) -> Iterator[tuple[int, int]]:
    """Yield places spread over a file, and a bit to change at each."""
    size = len(data)
    step = max(1, size // (PLACES - 2))
    spread = (
        range(size) if EVERY else sorted({0, size - 1, *range(step // 2, size, step)})
    )
    marks = hashlib.sha256(name.encode()).digest()
    for place in spread:
        yield place, 1 << marks[place % 32] % 8


@each_kind
def test_a_folder_that_nobody_touched_agrees(both: Both, folder: Path) -> None:
    assert both(folder, "genesis") == ((0, frozenset()), (0, frozenset()))
    assert both(folder, "nobody") == ((6, frozenset()), (6, frozenset()))


@each_file
def test_one_changed_byte(both: Both, folder: Path, name: str) -> None:
    path = folder / name
    whole = path.read_bytes()
    for turn, (place, bit) in enumerate(places(whole, name)):
        changed = bytearray(whole)
        changed[place] ^= bit
        path.write_bytes(changed)
        differs(both, folder, name, (place, bit), trusts=[TRUST[turn % 2]])


def without_last(data: bytes) -> bytes:
    return data[:-1]


def with_one_more(data: bytes) -> bytes:
    return data + b"\n"


def windows(data: bytes) -> bytes:
    return data.replace(b"\n", b"\r\n")


def with_mark(data: bytes) -> bytes:
    return b"\xef\xbb\xbf" + data


def emptied(data: bytes) -> bytes:
    return b""


def last_rows_swapped(data: bytes) -> bytes:
    """The last two rows of a table; signatures may stand in any order."""
    if b"\t" not in data:
        return data
    lines = data.splitlines(keepends=True)
    return b"".join([*lines[:-2], *reversed(lines[-2:])])


def doubled(data: bytes) -> bytes:
    """The last row twice."""
    return data + data.splitlines(keepends=True)[-1]


DAMAGE = (
    without_last, with_one_more, windows, with_mark, emptied, last_rows_swapped, doubled,
)  # fmt: skip


@pytest.mark.parametrize("name", [*FILES, "reserves.tsv"])
def test_a_damaged_file(both: Both, made: Path, tmp_path: Path, name: str) -> None:
    """Kinds take turns, and so do those who trust a genesis entry and nobody."""
    kinds = [kind for kind in KINDS if (made / "draws" / kind / name).exists()]
    for kind in kinds:
        shutil.copytree(made / "draws" / kind, tmp_path / kind)
    for turn, damage in enumerate(DAMAGE):
        folder = tmp_path / kinds[turn % len(kinds)]
        whole = (folder / name).read_bytes()
        changed = damage(whole)
        if changed != whole:
            (folder / name).write_bytes(changed)
            trusts = [TRUST[turn % 2]]
            differs(both, folder, name, damage.__name__, trusts=trusts)
            (folder / name).write_bytes(whole)


@each_kind
def test_two_files_are_exchanged(both: Both, folder: Path) -> None:
    one, other = folder / "exclusions.tsv", folder / "inspector-exclusions.tsv"
    first = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(first)
    differs(both, folder, "exclusions.tsv", "exchanged")
    differs(both, folder, "inspector-exclusions.tsv", "exchanged")


@each_file
def test_a_file_that_is_gone_cannot_be_told(
    both: Both, folder: Path, name: str
) -> None:
    path = folder / name
    path.unlink()
    assert both(folder, "genesis") == ((6, frozenset()), (6, frozenset()))


@each_kind
@pytest.mark.parametrize("name", ["note.txt", "log/other.entry", "sub", "a link"])
def test_what_is_not_listed_is_not_checked(both: Both, folder: Path, name: str) -> None:
    if name == "sub":
        (folder / name).mkdir()
    elif name == "a link":
        (folder / name).symlink_to("nowhere")
    else:
        (folder / name).write_text("hello\n")
    assert both(folder, "genesis") == ((6, frozenset()), (6, frozenset()))


@each_kind
def test_a_folder_of_another_name_differs(both: Both, folder: Path) -> None:
    moved = folder.rename(folder.with_name("another"))
    for trusting in TRUST:
        assert [code for code, _ in both(moved, trusting)] == [1, 1]


@each_kind
@pytest.mark.parametrize("name", ["drawn.tsv", "log/result.entry"])
def test_the_same_from_a_shell(folder: Path, made: Path, name: str) -> None:
    path = folder / name
    data = bytearray(path.read_bytes())
    data[-3] ^= 1
    path.write_bytes(data)
    for options in ((), ("--genesis", made / "kept/genesis.entry")):
        done = stranger(folder, *options)
        assert done.returncode == 1, done.stdout
        assert name in done.stdout


@each_kind
def test_a_whole_folder_of_another_draw_with_this_name(
    both: Both, folder: Path, made: Path, kind: str
) -> None:
    """Files of one draw in the place of another's: each is whole, none belongs."""
    other = made / "draws" / next(k for k in KINDS if k != kind)
    for name in ("seed.txt", "result.json", "targets.tsv", "log/result.tlog-proof"):
        path = folder / name
        whole = path.read_bytes()
        path.write_bytes((other / name).read_bytes())
        if path.read_bytes() != whole:
            differs(both, folder, name, "of another draw")
        path.write_bytes(whole)
