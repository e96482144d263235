"""verify.py as a program: zips, exit codes, output, and bytes that make no sense."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import sys
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from tests.scripts import VERIFIER, stranger

if TYPE_CHECKING:
    from pathlib import Path


def packed(folder: Path, target: Path, top: str) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, top + path.relative_to(folder).as_posix())
    return target


@pytest.mark.parametrize(
    ("name", "top"),
    [("x.zip", "2026-017/"), ("2026-017.zip", ""), ("2026-017.zip", "2026-017/")],
    ids=["a top folder", "no top folder", "both"],
)
def test_a_zip_is_checked_like_its_folder(
    tmp_path: Path, folders: Any, logs: Any, check: Any, name: str, top: str
) -> None:
    folder = folders.make(tmp_path)
    logs.write(folder)
    done = check(packed(folder, tmp_path / name, top))
    assert done.steps == check(folder).steps


def test_a_zip_named_otherwise_differs(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    done = check(packed(folders.make(tmp_path), tmp_path / "other.zip", ""))
    assert [s["params"]["what"] for s in done.of("differs")] == ["folder name"]


def entry(name: str, mode: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


@pytest.mark.parametrize(
    ("entries", "code"),
    [
        pytest.param([(entry("2026-017/../x"), b"")], "zip-path", id="parent"),
        pytest.param([(entry("/2026-017/x"), b"")], "zip-path", id="absolute"),
        pytest.param([(entry("a\\x"), b"")], "zip-path", id="backslash"),
        pytest.param(
            [(entry("d/x", stat.S_IFLNK | 0o777), b"/etc")], "zip-link", id="link"
        ),
        pytest.param(
            [(entry("d/x"), b"1"), (entry("d/x"), b"2")], "zip-twice", id="twice"
        ),
        pytest.param([(entry("d/x"), bytes(40 << 20))], "zip-large", id="bomb"),
        pytest.param(
            [(entry(f"d/{n}"), b"") for n in range(1001)], "zip-large", id="many"
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_zip_tricks(tmp_path: Path, verifier: Any, entries: Any, code: str) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for info, data in entries:
            archive.writestr(info, data)
    with pytest.raises(verifier.Refused) as found:
        verifier.Zip(str(path))
    assert found.value.code == code


def test_a_damaged_zip_never_agrees(
    tmp_path: Path, folders: Any, verifier: Any
) -> None:
    """Flips over a whole zip: found, or in bytes that carry nothing (times, modes)."""
    whole = packed(folders.make(tmp_path), tmp_path / "2026-017.zip", "")
    raw, found = whole.read_bytes(), 0
    for place in range(0, len(raw), 29):
        changed = bytearray(raw)
        changed[place] ^= 0x41
        whole.write_bytes(changed)
        try:
            done = verifier.Check(verifier.Zip(str(whole)), None)
            done.run()
        except verifier.Refused:
            found += 1
            continue
        assert not [s for s in done.steps if s["code"] == "internal"]
        found += verifier.exit_code(done.steps) == 1
    assert found > len(raw) // 29 // 2


# -- the program ----------------------------------------------------------------------


def test_what_it_prints(tmp_path: Path, folders: Any) -> None:
    folder = folders.make(tmp_path)
    done = stranger(folder)
    assert done.returncode == 6
    assert done.stderr == ""
    last = done.stdout.splitlines()[-1]
    assert "可见部分一致" in last
    assert "log/" in last
    english = stranger(folder, "--lang", "en")
    assert "the visible part agrees" in english.stdout
    steps = len(done.stdout.splitlines()) - 1
    assert len(english.stdout.splitlines()) == steps + 1
    assert all("[" in line and "]" in line for line in english.stdout.splitlines()[:-1])


def test_exit_codes(tmp_path: Path, folders: Any, logs: Any) -> None:
    folder = folders.make(tmp_path)
    kept = logs.write(folder)
    (tmp_path / "policy").write_bytes(kept.policy)
    (tmp_path / "genesis").write_bytes(kept.genesis)
    assert stranger(folder, "--policy", tmp_path / "policy").returncode == 0
    assert stranger(folder, "--genesis", tmp_path / "genesis").returncode == 0
    assert stranger(folder).returncode == 6
    (folder / "drawn.tsv").write_bytes(b"id\n")
    assert stranger(folder).returncode == 1
    assert stranger(tmp_path / "none").returncode == 5
    assert stranger().returncode == 2
    assert stranger(folder, "--policy", tmp_path / "none").returncode == 2
    assert stranger(folder, "--policy", tmp_path / "genesis").returncode == 2
    assert stranger(folder, "--genesis", tmp_path / "policy").returncode == 2


def test_json_is_one_document(tmp_path: Path, folders: Any) -> None:
    done = stranger(folders.make(tmp_path), "--json")
    told = json.loads(done.stdout)
    assert told["exit"] == done.returncode == 6
    assert told["schema"] == "dualrandom/verify/v1"
    assert told["class"] == "witnessed"
    assert [s["number"] for s in told["steps"]] == list(
        range(1, len(told["steps"]) + 1)
    )
    fields = {"number", "name", "verdict", "file", "code", "params", "text"}
    assert all(set(step) == fields for step in told["steps"])
    verdicts = {step["verdict"] for step in told["steps"]}
    assert verdicts <= {"agrees", "differs", "people", "unchecked"}


@pytest.mark.parametrize("kind", ["open", "weighted", "private strata"])
def test_looking_up_a_target(tmp_path: Path, folders: Any, kind: str) -> None:
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    drawn = (folder / "drawn.tsv").read_text().split()[1:]
    rows = [r.split("\t") for r in (folder / "selected.tsv").read_text().splitlines()]
    for _, ident, stratum, rank, ticket in [r for r in rows if r[0].isdigit()]:
        told = json.loads(stranger(folder, "--json", "--lookup", ident).stdout)[
            "lookup"
        ][0]
        assert told["code"] == "lookup-in"
        assert told["params"]["ticket"] == ticket
        assert str(told["params"]["rank"]) == rank
        assert told["params"]["stratum"] == stratum
    targets = [
        r.split("\t")[0] for r in (folder / "targets.tsv").read_text().splitlines()
    ]
    other = next(t for t in targets[1:] if t not in drawn)
    told = json.loads(stranger(folder, "--json", "--lookup", other).stdout)["lookup"][0]
    assert told["code"] == "lookup-out"
    assert told["params"]["ticket"] > told["params"]["last"]
    assert "不在名单中" in stranger(folder, "--lookup", "nobody").stdout


def test_looking_up_where_strata_are_withheld(tmp_path: Path, folders: Any) -> None:
    folder = folders.make(tmp_path, private=True)
    drawn = (folder / "drawn.tsv").read_text().split()[1:]
    for name in ("strata.tsv", "selected.tsv"):
        (folder / name).unlink()
    told = json.loads(stranger(folder, "--json", "--lookup", drawn[0]).stdout)[
        "lookup"
    ][0]
    assert told["code"] == "lookup-drawn"


def test_a_hostile_title_cannot_write_to_the_terminal(
    tmp_path: Path, folders: Any, verifier: Any
) -> None:
    assert verifier.plain("a\x1b[2Jb\u202ec\nd") == "a\\u001b[2Jb\\u202ec\\u000ad"
    folder = folders.make(tmp_path)
    (folder / "x\x1b[2Jy").write_text("")
    assert "\x1b" not in stranger(folder).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no such files there")
def test_odd_things_in_a_folder_do_not_hang_it(tmp_path: Path, folders: Any) -> None:
    folder = folders.make(tmp_path)
    (folder / "teams.tsv").unlink()
    os.mkfifo(folder / "teams.tsv")
    (folder / os.fsdecode(b"\xff\xfe")).write_text("")
    (folder / "selected.tsv").unlink()
    (folder / "selected.tsv").mkdir()
    done = stranger(folder, "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    odd = {s["file"] for s in told["steps"] if s["code"] == "not-a-file"}
    assert odd == {"teams.tsv", "selected.tsv"}


@pytest.mark.parametrize(("path", "ends"), [("none", 5), ("file", 5)])
def test_what_is_no_folder_is_one_document_too(
    tmp_path: Path, path: str, ends: int
) -> None:
    (tmp_path / "file").write_text("no zip")
    done = stranger(tmp_path / path, "--json", "--lookup", "x")
    assert done.returncode == ends
    assert json.loads(done.stdout)["exit"] == ends


def test_every_sentence_has_both_languages_and_the_same_places(verifier: Any) -> None:
    for code, (chinese, english) in verifier.WORDS.items():
        places = [set(re.findall(r"{(\w+)}", text)) for text in (chinese, english)]
        assert places[0] == places[1], code
    source = VERIFIER.read_text(encoding="utf-8")
    used = set(
        re.findall(r'(?:Refused|Unchecked|agrees|people)\(\s*"([a-z0-9-]+)"', source)
    )
    used |= set(re.findall(r'(?:must|can)\([^"\n]*, "([a-z0-9-]+)"', source))
    assert len(used) > 90
    assert used <= set(verifier.WORDS)


# -- nonsense -------------------------------------------------------------------------


def noise(seed: str, size: int) -> bytes:
    found = b""
    while len(found) < size:
        found += hashlib.sha256(f"{seed} {len(found)}".encode()).digest()
    return found[:size]


def spoil(raw: bytes, number: int) -> bytes:
    """One of many ways to break a file."""
    mark = hashlib.sha256(b"%d" % number).digest()
    place = int.from_bytes(mark[:4], "big") % (len(raw) + 1)
    other = int.from_bytes(mark[4:8], "big") % (len(raw) + 1)
    low, high = sorted((place, other))
    ways = (
        raw[:place],
        raw[:low] + raw[high:],
        raw[:place] + noise(str(number), 9) + raw[place:],
        raw[:high] + raw[low:],
        raw[:low] + raw[low:high][::-1] + raw[high:],
        raw.replace(b"1", b"99999999999999999999"),
        raw.replace(b'"', b"", 1 + mark[9] % 5),
        raw.replace(b"\n", b"\r\n"),
        raw.replace(b"\t", b""),
        raw.replace(b":", b":[", 1),
        raw.replace(b"{", b"[").replace(b"}", b"]"),
        b"[" * 5000 + raw,
        noise(str(number), place),
        b"",
        b"null\n",
        b"[]\n",
        b"{}\n",
        b'[{"kind":[]}]\n',
    )
    return ways[mark[8] % len(ways)]


@pytest.mark.parametrize("block", range(4))
def test_no_bytes_make_it_stumble(
    tmp_path: Path, folders: Any, logs: Any, check: Any, block: int
) -> None:
    """`check` fails on any step that ended in an internal error."""
    kind = ["open", "both changes", "private total", "nist"][block]
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    if block == 0:
        logs.write(folder)
    for number, path in enumerate(sorted(p for p in folder.rglob("*") if p.is_file())):
        whole = path.read_bytes()
        for turn in range(12 if "log/" not in str(path) else 6):
            path.write_bytes(spoil(whole, block * 1000 + number * 40 + turn))
            done = check(folder)
            assert done.exit in (1, 6)
        path.write_bytes(whole)


def values_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values inside a JSON value."""
    found = [path]
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for key, item in inner:
        found += values_of(item, (*path, key))
    return found


ODD: list[Any] = [None, True, 0, 2**53 - 1, "", "x", [], [[]], {}, {"a": {}}, "\u2028"]


def test_no_json_value_makes_it_stumble(
    tmp_path: Path, folders: Any, check: Any
) -> None:
    """Every value of the three JSON files replaced by odd ones, still canonical."""
    folder = folders.make(tmp_path, **folders.KINDS["nist"])
    turn = 0
    for name in ("announcement.json", "result.json", "randomness.json"):
        whole = (folder / name).read_bytes()
        for where in values_of(json.loads(whole))[1:]:
            value = json.loads(whole)
            inside = value
            for key in where[:-1]:
                inside = inside[key]
            for odd in (ODD[turn % len(ODD)], ODD[(turn * 7 + 3) % len(ODD)]):
                inside[where[-1]] = odd
                turn += 1
                (folder / name).write_text(folders.canonical(value) + "\n")
                assert check(folder).exit in (1, 6)
        (folder / name).write_bytes(whole)
