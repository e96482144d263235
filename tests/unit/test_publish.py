"""public/ and packs: what gets in, what never does, and that nothing is half done."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import hashlib
import io
import json
import os
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from dualrandom import publish
from dualrandom.canonical import sha256
from dualrandom.disclosure import LOG_FILES
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    InputError,
    StateError,
    VerificationError,
)
from dualrandom.portable import inert, one_file
from dualrandom.public import (
    is_log_path,
    parse_draws,
    parse_manifest,
    parse_office,
)
from dualrandom.public_items import ITEM_FIELDS, parse_items
from dualrandom.publish import (
    OfficePage,
    PublicDraw,
    PublishedItem,
    Site,
    pack,
    plan_public,
    public_part,
    verifiers,
    write_public,
)
from dualrandom.randomness import Local, Sealed, Standing, commitment_of
from dualrandom.records import DrawState, ItemCode, ItemRecord
from dualrandom.shipped import reports
from dualrandom.staging import list_files, swap_in
from tests.factories import make_folder

OFFICE = OfficePage(
    name="示例市市场监督管理局",
    origin="scjg.example.gov.cn/dualrandom",
    site=Site(domain="scjg.example.gov.cn", site_code="3301000001"),
)
VERIFIERS = (("verifier/verify.py", b"print('stand-in')\n"),)
NOT_SHIPPED: set[str] = set()
LOG = (
    ("checkpoint", b"scjg.example.gov.cn/dualrandom\n1\nAAAA\n"),
    ("policy", b"log scjg\n"),
    ("tile/0/000.p/1", b"\0" * 32),
    ("tile/entries/000.p/1", b"\0\1x"),
)
MARK = "PRIVATE-MARK-"


def item(code: str = "SP-03", **more: Any) -> ItemRecord:
    given = {
        "name": "食品经营监督检查",
        "basis": "《食品安全法》",
        "body": "县局",
        "content": "经营条件\n过程控制",
        "method": "现场检查",
        "effective": dt.date(2026, 1, 1),
    }
    return ItemRecord(code=ItemCode(code), **{**given, **more})


def published(version: int = 1, **more: Any) -> PublishedItem:
    return PublishedItem(
        record=item(**more), version=version, valid_from="2026-01-01T00:00:00Z"
    )


def plan(*draws: PublicDraw, items: Any = ()) -> tuple[tuple[str, bytes], ...]:
    return plan_public(office=OFFICE, items=items, draws=draws, verifier=VERIFIERS)


def code_of(call: Any) -> str:
    with pytest.raises(DualRandomError) as caught:
        call()
    return caught.value.code


# ── who sees what ────────────────────────────────────────────────────────────────

OPEN = {"targets.tsv", "strata.tsv", "selected.tsv", "reserves.tsv", "drawn.tsv"}
PAPERS = {"announcement.json", "randomness.json", "seed.txt", "result.json"}


@pytest.mark.parametrize(
    ("kind", "released", "tables"),
    [
        pytest.param("open", False, OPEN, id="open"),
        pytest.param("private", False, {"targets.tsv", "drawn.tsv"}, id="private"),
        pytest.param("sealed", False, set(), id="sealed"),
        pytest.param("sealed", True, OPEN, id="sealed, released"),
        pytest.param("sealed-private", False, set(), id="sealed and private"),
        pytest.param(
            "sealed-private",
            True,
            {"targets.tsv", "drawn.tsv"},
            id="sealed and private, released",
        ),
    ],
)
def test_exactly_the_public_files_are_taken(
    tmp_path: Path, *, kind: Any, released: bool, tables: set[str]
) -> None:
    folder = make_folder(tmp_path, kind=kind, log=True)
    draw = PublicDraw.load(folder, released=released)
    logs = {name for name in LOG_FILES if "abandon" not in name}
    assert {name for name, _ in draw.files} == tables | PAPERS | logs
    for name, data in draw.files:
        assert data == (folder / name).read_bytes()


@pytest.mark.parametrize(
    "name", ["teams.tsv", "conflicts.tsv", "notes.txt", "log/x.entry", "../office.db"]
)
def test_nothing_else_is_ever_public(tmp_path: Path, name: str) -> None:
    folder = make_folder(tmp_path)
    announcement = parse_announcement((folder / "announcement.json").read_bytes())
    assert not public_part(announcement, name, released=True)


@pytest.mark.parametrize("kind", ["open", "private", "sealed", "sealed-private"])
@pytest.mark.parametrize("ends", ["announced", "drawn", "abandoned"])
def test_no_private_string_reaches_public_or_the_public_pack(
    tmp_path: Path, kind: Any, ends: Any
) -> None:
    # Where strata are announced, so are their names: those carry no mark.
    mark = "MARK9" if "private" in kind else ""
    folder = make_folder(
        tmp_path / "draws", kind=kind, mark=mark, ends=ends, log=True, strata=1
    )
    secrets = _plant(folder, kind)
    secrets += [mark.encode()] if mark else []
    out = tmp_path / "public"
    write_public(out, plan(PublicDraw.load(folder)), LOG)
    pack(folder, "public", tmp_path / "2026-001.zip")
    seen = [p.read_bytes() for p in out.rglob("*") if p.is_file()]
    with zipfile.ZipFile(tmp_path / "2026-001.zip") as archive:
        seen += [archive.read(name) for name in archive.namelist()]
        seen.append("\n".join(archive.namelist()).encode())
    for secret in secrets:
        assert not any(secret in data for data in seen), secret


def _plant(folder: Path, kind: str) -> list[bytes]:
    """Return strings that stand only in files that are not public."""
    hidden = ["inspectors.tsv", "conflicts.tsv", "exclusions.tsv", "teams.tsv"]
    hidden += ["inspector-exclusions.tsv"]
    if kind != "open":
        hidden += ["strata.tsv", "selected.tsv", "reserves.tsv"]
    if kind.startswith("sealed"):
        hidden += ["targets.tsv", "drawn.tsv"]
    (folder / "replacements.tsv").write_text(f"{MARK}replaced\n", "utf-8")
    (folder / "substitutions.tsv").write_text(f"{MARK}substituted\n", "utf-8")
    (folder / "notes.txt").write_text(f"{MARK}notes\n", "utf-8")
    (folder / "log" / "teams.tsv").write_text(f"{MARK}log\n", "utf-8")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "party.txt").write_text(f"{MARK}party\n", "utf-8")
    secrets = [MARK.encode()]
    for name in hidden:
        if (folder / name).exists():
            lines = (folder / name).read_bytes().split(b"\n")[1:-1]
            secrets += [line for line in lines if len(line) > 12]
            # The salt alone, too: it is what keeps a short list from being guessed.
            secrets += [w for w in lines[0].split(b"\t") if len(w) == 32]
    assert len(secrets) > 5
    return secrets


def test_items_publish_exactly_the_fields_of_the_public_record() -> None:
    """A field added to ItemRecord is published on purpose, or not at all."""
    assert set(ITEM_FIELDS) == {f.name for f in dataclasses.fields(ItemRecord)}


def test_no_function_of_publish_takes_a_private_record() -> None:
    names = {"TargetPrivate", "InspectorRecord", "Recusal", "TaskRecord"}
    for module in ("publish", "disclosure", "public", "site", "pages"):
        path = Path(publish.__file__).with_name(f"{module}.py")
        text = path.read_text("utf-8") if path.exists() else ""
        assert not names & set(text.replace("(", " ").replace(",", " ").split())


# ── attacks on a draw folder ─────────────────────────────────────────────────────


def test_attacker_links_a_private_file_into_a_public_place(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "drawn.tsv").unlink()
    (folder / "drawn.tsv").symlink_to(folder / "inspectors.tsv")
    assert code_of(lambda: PublicDraw.load(folder)) == "E901"


def test_attacker_links_the_log_folder_elsewhere(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, log=True)
    elsewhere = tmp_path / "elsewhere"
    (folder / "log").rename(elsewhere)
    (folder / "log").symlink_to(elsewhere)
    assert code_of(lambda: PublicDraw.load(folder)) == "E901"


def test_attacker_makes_a_pipe_of_a_public_file(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    (folder / "seed.txt").unlink()
    os.mkfifo(folder / "seed.txt")
    assert code_of(lambda: PublicDraw.load(folder)) == "E901"


@pytest.mark.parametrize(
    "name", ["targets.tsv", "drawn.tsv", "seed.txt", "randomness.json"]
)
def test_attacker_changes_a_file_after_the_announcement(
    tmp_path: Path, name: str
) -> None:
    folder = make_folder(tmp_path)
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:-2] + bytes([data[-2] ^ 1]) + data[-1:])
    with pytest.raises(VerificationError) as caught:
        PublicDraw.load(folder)
    assert caught.value.code == "E902"
    assert caught.value.where is not None
    assert caught.value.where.file == f"2026-001/{name}"


def test_attacker_calls_teams_public_in_the_result(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, kind="private")
    told = json.loads((folder / "result.json").read_text("utf-8"))
    told["visibility"]["selected.tsv"] = "public"
    _write_json(folder / "result.json", told)
    assert code_of(lambda: PublicDraw.load(folder)) == "E904"


def test_attacker_announces_a_salted_table_as_public(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, ends="announced")
    data = (folder / "targets.tsv").read_bytes().split(b"\n", 1)
    salted = data[0] + b"\n#salt\t" + b"f" * 32 + b"\n" + data[1]
    (folder / "targets.tsv").write_bytes(salted)
    told = json.loads((folder / "announcement.json").read_text("utf-8"))
    told["files"]["targets.tsv"]["sha256"] = sha256(salted)
    _write_json(folder / "announcement.json", told)
    assert code_of(lambda: PublicDraw.load(folder)) == "E905"


def test_attacker_renames_a_folder(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    folder.rename(tmp_path / "2026-002")
    assert code_of(lambda: PublicDraw.load(tmp_path / "2026-002")) == "E903"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        pytest.param("log/announce.entry", b"names of people\n", id="no entry"),
        pytest.param("log/result.entry", None, id="another act's entry"),
        pytest.param("log/announce.tlog-proof", b"names\n", id="no proof"),
    ],
)
def test_attacker_puts_something_else_into_the_log_folder(
    tmp_path: Path, name: str, data: bytes | None
) -> None:
    folder = make_folder(tmp_path, log=True)
    (folder / name).write_bytes(data or (folder / "log/announce.entry").read_bytes())
    assert code_of(lambda: PublicDraw.load(folder)) == "E914"


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text(text + "\n", "utf-8", newline="\n")


def test_a_seed_without_a_result_is_not_published(tmp_path: Path) -> None:
    """A draw that is still going on shows nothing but its announcement."""
    folder = make_folder(tmp_path)
    (folder / "result.json").unlink()
    names = {name for name, _ in PublicDraw.load(folder).files}
    assert names == {"announcement.json", "targets.tsv", "strata.tsv"}


# ── draws.json ───────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("ends", "now", "state", "overdue"),
    [
        ("announced", "2026-11-27T01:00:00Z", DrawState.ANNOUNCED, False),
        ("announced", "2026-11-27T01:00:01Z", DrawState.ANNOUNCED, True),
        ("announced", None, DrawState.ANNOUNCED, False),
        ("drawn", "2027-11-27T01:00:01Z", DrawState.DRAWN, False),
        ("abandoned", "2027-11-27T01:00:01Z", DrawState.ABANDONED, False),
    ],
)
def test_the_state_of_a_draw(
    tmp_path: Path, *, ends: Any, now: str | None, state: DrawState, overdue: bool
) -> None:
    draw = PublicDraw.load(make_folder(tmp_path, ends=ends, log=True), now=now)
    assert (draw.line.state, draw.line.overdue) == (state, overdue)
    drawn_at = "2026-11-23T05:13:23Z" if ends == "drawn" else None
    assert draw.line.drawn_at == drawn_at
    assert draw.line.reason == ("list_wrong" if ends == "abandoned" else None)


def test_what_a_draw_may_be_called_needs_the_parties_keys(tmp_path: Path) -> None:
    secret = "a" * 64
    parties = tuple(
        Sealed(party=party, commitment=commitment_of("2026-001", party, secret))
        for party in ("县纪委监委", "县司法局")
    )
    folder = make_folder(tmp_path, randomness=parties, values=(secret, secret))
    both = frozenset({"县纪委监委", "县司法局"})
    assert PublicDraw.load(folder).line.standing is Standing.NONE
    assert PublicDraw.load(folder, approved=both).line.standing is Standing.PARTIES


def test_local_randomness_is_called_not_verifiable(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, randomness=(Local(),), values=("0" * 64,))
    assert PublicDraw.load(folder).line.standing is Standing.NONE


def test_draws_are_listed_newest_first(tmp_path: Path) -> None:
    days = {"2026-001": "20", "2026-002": "22", "2026-003": "21"}
    draws = [
        PublicDraw.load(
            make_folder(tmp_path, draw, announced=f"2026-11-{day}T01:00:00Z")
        )
        for draw, day in days.items()
    ]
    files = dict(plan(*draws))
    lines = parse_draws(files["draws.json"])
    assert [line.draw for line in lines] == ["2026-002", "2026-003", "2026-001"]
    assert files == dict(plan(*reversed(draws)))


def test_two_draws_that_differ_in_case_are_refused(tmp_path: Path) -> None:
    draws = [
        PublicDraw.load(make_folder(tmp_path / name, name)) for name in ("a-1", "A-1")
    ]
    assert code_of(lambda: plan(*draws)) == "E912"


# ── documents ────────────────────────────────────────────────────────────────────


def test_documents_read_back_as_they_were_written(tmp_path: Path) -> None:
    old = dataclasses.replace(published(), valid_to="2026-06-01T00:00:00Z")
    items = (published(2), old, published(code="SP-01", expires=dt.date(2027, 1, 1)))
    draw = PublicDraw.load(make_folder(tmp_path, log=True))
    files = dict(plan(draw, items=items))
    assert parse_office(files["office.json"]) == OFFICE
    assert parse_items(files["items.json"]) == (items[2], items[0], items[1])
    assert parse_draws(files["draws.json"]) == (draw.line,)
    manifest = parse_manifest(files["manifest.json"])
    assert manifest == {
        path: sha256(data) for path, data in files.items() if path != "manifest.json"
    }


def test_a_draft_item_is_not_published() -> None:
    files = dict(plan(items=(published(), published(code="SP-09", basis=""))))
    assert [i.record.code for i in parse_items(files["items.json"])] == ["SP-03"]


# ── writing ──────────────────────────────────────────────────────────────────────


def test_only_what_changed_is_written_again(tmp_path: Path) -> None:
    first = PublicDraw.load(make_folder(tmp_path / "draws", log=True))
    out = tmp_path / "public"
    one = write_public(out, plan(first), LOG)
    assert (one.kept, one.removed) == (0, 0)
    before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
    second = PublicDraw.load(make_folder(tmp_path / "draws", "2026-002"))
    two = write_public(out, plan(first, second), LOG)
    assert two.written == len(second.files) + 2  # draws.json, manifest.json
    changed = {"draws.json", "manifest.json"}
    for path, time in before.items():
        assert (path.stat().st_mtime_ns == time) == (path.name not in changed)
    three = write_public(out, plan(second), LOG)
    assert three.removed == len(first.files)
    assert not (out / "draws" / "2026-001").exists()


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "draws", log=True)
    for out in ("a", "b"):
        write_public(tmp_path / out, plan(PublicDraw.load(folder)), LOG)
    assert _tree(tmp_path / "a") == _tree(tmp_path / "b")


def _tree(folder: Path) -> dict[str, bytes]:
    return {path: (folder / path).read_bytes() for path in list_files(folder)}


def test_somebody_elses_file_stops_the_publication(tmp_path: Path) -> None:
    out = tmp_path / "public"
    write_public(out, plan(), LOG)
    (out / "mine.txt").write_text("mine", "utf-8")
    before = _tree(out)
    with pytest.raises(StateError) as caught:
        write_public(out, plan(items=(published(),)), LOG)
    assert caught.value.code == "E906"
    assert caught.value.where is not None
    assert caught.value.where.file == str(out / "mine.txt")
    assert _tree(out) == before


def test_what_an_operating_system_drops_does_not(tmp_path: Path) -> None:
    out = tmp_path / "public"
    write_public(out, plan(), LOG)
    (out / "Thumbs.db").write_text("", "utf-8")
    write_public(out, plan(), LOG)
    assert not (out / "Thumbs.db").exists()


@pytest.mark.parametrize(
    "path",
    [
        "../office.db",
        "checkpoint.bak",
        "tile/0/../../x",
        "tile/entries/000.p/1/x",
        "/checkpoint",
        "inspectors.tsv",
    ],
)
def test_only_log_files_go_into_the_log(tmp_path: Path, path: str) -> None:
    assert not is_log_path(path)
    with pytest.raises(InputError):
        write_public(tmp_path / "public", plan(), ((path, b""),))
    assert not (tmp_path / "public").exists()


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "policy", "genesis.sha256", "tile/0/000", "tile/1/x001/234.p/255"],
)
def test_tiles_and_notes_may_stand_in_the_log(path: str) -> None:
    assert is_log_path(path)


@pytest.mark.parametrize("path", ["../x", "/x", "a/../x", "", "a\\b", "c:x", "./x"])
def test_a_path_never_leaves_its_folder(tmp_path: Path, path: str) -> None:
    assert code_of(lambda: swap_in(tmp_path / "o", [(path, b"")], ours=())) == "E913"
    assert not (tmp_path / "o").exists()


@pytest.mark.skipif(os.name == "nt", reason="modes are POSIX's")
def test_who_may_read_the_folder_stays_the_same(tmp_path: Path) -> None:
    out = tmp_path / "public"
    write_public(out, plan())
    out.chmod(0o750)
    write_public(out, plan(items=(published(),)))
    assert out.stat().st_mode & 0o777 == 0o750


def test_a_failed_write_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "public"
    write_public(out, plan(), LOG)
    before = _tree(out)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(EnvironmentProblem) as caught:
        write_public(out, plan(items=(published(),)), LOG)
    assert caught.value.code == "E907"
    assert _tree(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


def test_a_failed_swap_puts_the_old_folder_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "public"
    write_public(out, plan(), LOG)
    before = _tree(out)
    rename = Path.rename

    def stubborn(path: Path, to: Path) -> Path:
        if path.name.endswith("-new"):
            raise OSError(16, "Device or resource busy")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", stubborn)
    assert code_of(lambda: write_public(out, plan(items=(published(),)))) == "E907"
    assert _tree(out) == before


def test_a_run_that_died_between_the_renames_is_mended(tmp_path: Path) -> None:
    out = tmp_path / "public"
    write_public(out, plan(), LOG)
    before = _tree(out)
    out.rename(tmp_path / ".public.dualrandom-old")
    (tmp_path / ".public.dualrandom-new").mkdir()
    swapped = write_public(out, plan(), LOG)
    assert _tree(out) == before
    assert swapped.written == 0
    assert [p.name for p in tmp_path.iterdir()] == ["public"]


# ── packs ────────────────────────────────────────────────────────────────────────


def test_a_public_pack_holds_the_public_files(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, kind="private", log=True)
    names = pack(folder, "public", tmp_path / "x.zip")
    files = dict(PublicDraw.load(folder).files)
    assert names == tuple(files)
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        seen = {n: archive.read(n) for n in archive.namelist()}
    assert seen == {f"2026-001/{name}": data for name, data in files.items()}


def test_a_supervisors_pack_holds_every_file_of_the_protocol(tmp_path: Path) -> None:
    folder = make_folder(tmp_path, kind="sealed-private", log=True)
    (folder / "notes.txt").write_text("mine", "utf-8")
    names = pack(folder, "supervisor", tmp_path / "x.zip")
    assert names == tuple(n for n in list_files(folder) if n != "notes.txt")


def test_a_pack_is_the_same_every_time(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    pack(folder, "public", tmp_path / "a.zip")
    for path in folder.rglob("*"):
        os.utime(path, (1, 1))
    pack(folder, "public", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_refused_pack_leaves_no_file(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "d")
    (folder / "drawn.tsv").unlink()
    assert code_of(lambda: pack(folder, "public", tmp_path / "x.zip")) == "E901"
    assert not (tmp_path / "x.zip").exists()


def test_a_pack_is_a_plain_zip(tmp_path: Path) -> None:
    pack(make_folder(tmp_path), "public", tmp_path / "x.zip")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "x.zip").read_bytes())) as archive:
        assert archive.testzip() is None
        assert {m.compress_type for m in archive.infolist()} == {zipfile.ZIP_STORED}


# ── the checkers ─────────────────────────────────────────────────────────────────


def test_the_checkers_ship_and_the_portable_page_runs_its_own_scripts_only() -> None:
    files = dict(verifiers())
    folder = reports() / "verifier"
    names = {path.name for path in folder.iterdir() if path.suffix != ".md"}
    assert {path.removeprefix("verifier/") for path in files} == (
        (names - NOT_SHIPPED) | {"verify-portable.html"}
    )
    page = files["verifier/verify-portable.html"].decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for kind, count in (("script", 3), ("style", 1)):
        inside = re.findall(f"<{kind}>(.*?)</{kind}>", page, re.DOTALL)
        assert len(inside) == count
        for text in inside:
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in policy[1]
    assert "'self'" not in policy[1]
    assert "'unsafe-inline'" not in policy[1]
    assert not re.findall(r"(?:src|href)=\"(?!data:|#)", page)
    assert verifiers() == verifiers()


@pytest.mark.parametrize("part", [b"</script>", b"</STYLE >", b"<!-- -->"])
def test_a_part_that_would_end_its_element_is_refused(part: bytes) -> None:
    with pytest.raises(ValueError, match=r"x\.js"):
        one_file(b'<script src="x.js"></script>', {"x.js": part})


@pytest.mark.parametrize(
    "text", ["</script>", "<!--", "&lt;", "]]>", "a\u2028b\u2029", "示例 \\ \" '", ""]
)
def test_data_in_a_page_is_inert(text: str) -> None:
    value = {text: [text, None, True, 7]}
    made = inert(value)
    assert json.loads(made) == value
    assert not set("<>&\u2028\u2029") & set(made)
