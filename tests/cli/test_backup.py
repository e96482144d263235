"""A backup, an office from it, and what an old one may not do."""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import DICE
from tests.clusters import ADMIN
from tests.refusals import DICE as ROLL
from tests.refusals import FREEZE, NEW, check, draw, refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run
    from tests.clusters import Cluster

assert DICE == ROLL
KEYS = ("keys/officer-01.key", "keys/log.key")


def newest(office: Path) -> Path:
    return max((office / "kept/checkpoints").iterdir())


def bring_keys(old: Path, new: Path) -> None:
    for name in KEYS:
        shutil.copy(old / name, new / name)


def dumped(office: Path) -> list[bytes]:
    from dualrandom.keys import load_key
    from dualrandom.office.place import open_office

    with open_office(office, unlock=load_key).registry.read() as tx:
        return list(tx.dump())


def test_an_office_comes_back_whole_and_goes_on(
    drawn: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = run("backup", "../b.zip")
    assert said.code == 0, said.err
    assert run("restore", "../b.zip", "--check").code == 0
    assert not list(drawn.parent.glob(".*")), "nothing is left"
    with zipfile.ZipFile("../b.zip") as archive:
        names = archive.namelist()
    assert not [n for n in names if n.endswith(".key")], "no private keys unless asked"
    assert "office/keys/officer-01.key.pub" in names
    monkeypatch.chdir(drawn.parent)
    done = run("restore", "b.zip", "又一局", "--newest", newest(drawn))
    assert done.code == 0, done.err
    new = drawn.parent / "又一局"
    assert dumped(new) == dumped(drawn)
    for path in (*(drawn / "draws").rglob("*"), *(drawn / "kept").rglob("*")):
        if path.is_file() and path.name != "head.tlog-proof":
            same = new / path.relative_to(drawn)
            assert same.read_bytes() == path.read_bytes(), path
    bring_keys(drawn, new)
    monkeypatch.chdir(new)
    assert run("log", "verify").code == 0
    assert run("db", "check").code == 0
    assert run(*NEW, "--ratio", "3%").code == 0
    assert run("publish").code == 0
    assert run("log", "verify").code == 0


def test_an_old_backup_signs_nothing(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it would append now would be a fork of what others hold."""
    assert run("backup", "../old.zip").code == 0
    assert run(*FREEZE).code == 0
    assert run("publish").code == 0
    published = office / "public/log/checkpoint"
    assert run("restore", "../old.zip", "--check", "--newest", published).code == 4
    monkeypatch.chdir(office.parent)
    said = run("restore", "old.zip", "旧局", "--newest", published)
    assert said.code == 4, "restored, to look at"
    assert "签过" in said.err
    old = office.parent / "旧局"
    bring_keys(office, old)
    monkeypatch.chdir(old)
    for line in (
        FREEZE,
        (*NEW, "--ratio", "3%"),
        ("publish",),
        ("log", "checkpoint"),
    ):
        check(run, old, line, 4, "E180")
    status = run("status")
    assert status.code == 0
    assert "旧备份" in status.err, "status says it"
    verified = run("log", "verify")
    assert verified.code == 1
    assert "E769" in verified.out


def test_two_histories_are_seen(
    office: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest checkpoint is of another history than the backup's."""
    assert run("backup", "../a.zip").code == 0
    shutil.copytree(office, office.parent / "other")
    assert run(*FREEZE).code == 0
    assert run("backup", "../b.zip").code == 0
    mine = newest(office)
    monkeypatch.chdir(office.parent / "other")
    assert run("freeze", "2026-001", "--randomness", "dice:30").code == 0
    theirs = newest(office.parent / "other")
    assert mine.name == theirs.name
    refused(run("restore", "../b.zip", "x", "--newest", theirs), 1, "E195")
    refused(run("restore", "../b.zip", "x", "--newest", "office.toml"), 1, "E195")
    assert not Path("x").exists()


def test_what_is_refused(office: Path, run: Run, tmp_path: Path) -> None:
    assert run("backup", "../b.zip").code == 0
    check(run, office, ("backup", "../b.zip"), 4, "E175")
    check(run, office, ("backup", "../no/b.zip"), 5, "E154")
    check(run, office, ("restore", "../b.zip", "new"), 2, "E192")
    check(run, office, ("restore", "../b.zip"), 2, "E196")
    check(run, office, ("restore", "../b.zip", "new", "--check"), 2, "E196")
    check(run, office, ("restore", "nothing.zip", "--check"), 5, "E151")
    top = (str(office), "--newest", str(newest(office)))
    check(run, office, ("restore", "../b.zip", *top), 4, "E164")
    del tmp_path


def rewritten(change: Callable[[dict[str, bytes]], None]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        change(files)
        with zipfile.ZipFile(path, "w") as archive:
            for name, data in files.items():
                archive.writestr(name, data)

    return apply


def manifest(edit: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def change(files: dict[str, bytes]) -> None:
        value = json.loads(files["backup.json"])
        edit(value)
        files["backup.json"] = json.dumps(value).encode()

    return rewritten(change)


def renamed(name: str) -> Callable[[Path], None]:
    def change(files: dict[str, bytes]) -> None:
        files[name] = files.pop("office/rules.md")
        value = json.loads(files["backup.json"])
        for item in value["files"]:
            if item["path"] == "office/rules.md":
                item["path"] = name
        files["backup.json"] = json.dumps(value).encode()

    return rewritten(change)


def flipped(files: dict[str, bytes]) -> None:
    files["registry.jsonl"] = files["registry.jsonl"].replace(b'"A-', b'"B-', 1)


TRICKS: dict[str, tuple[Callable[[Path], None], int, str]] = {
    "a text": (lambda path: path.write_bytes(b"x" * 999) and None, 1, "E191"),
    "nothing": (lambda path: path.write_bytes(b"") and None, 1, "E191"),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:-99]) and None, 1, "E191"),
    "another zip": (rewritten(dict.clear), 1, "E191"),
    "a byte of the registry": (rewritten(flipped), 1, "E191"),
    "a file too few": (
        rewritten(lambda files: files.pop("office/rules.md") and None),
        1,
        "E191",
    ),
    "a way out": (renamed("office/../../x"), 1, "E191"),
    "an absolute path": (renamed("/x"), 1, "E191"),
    "a backslash": (renamed("office/..\\x"), 1, "E191"),
    "a hidden file": (renamed("office/.x"), 1, "E191"),
    "sizes beyond all bounds": (
        manifest(lambda value: value["files"][0].update(bytes=2**40)),
        1,
        "E191",
    ),
    "sizes too small": (
        manifest(lambda value: value["files"][0].update(bytes=1)),
        1,
        "E191",
    ),
    "a newer format": (
        manifest(lambda value: value.update(schema="dualrandom/backup/v9")),
        1,
        "E191",
    ),
    "more entries promised": (
        manifest(lambda value: value.update(entries=99)),
        1,
        "E194",
    ),
}


@pytest.fixture(scope="module", name="backup")
def _backup(
    tmp_path_factory: pytest.TempPathFactory,
    prepared: Path,
) -> Path:
    from dualrandom.keys import load_key
    from dualrandom.office.backup import back_up
    from dualrandom.office.place import open_office

    out = tmp_path_factory.mktemp("backup") / "b.zip"
    back_up(open_office(prepared, unlock=load_key), out)
    return out


@pytest.mark.parametrize("name", TRICKS)
def test_a_backup_that_was_touched(
    backup: Path, run: Run, tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trick, exit_code, code = TRICKS[name]
    monkeypatch.chdir(tmp_path)
    at = tmp_path / "b.zip"
    shutil.copy(backup, at)
    trick(at)
    refused(run("restore", at, "--check"), exit_code, code)
    assert [path.name for path in tmp_path.iterdir()] == ["b.zip"]


def test_edited_rows_do_not_come_back(
    backup: Path, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who writes the digests anew still has the log against them."""
    monkeypatch.chdir(tmp_path)

    def change(files: dict[str, bytes]) -> None:
        import hashlib

        lines = files["registry.jsonl"].replace("城东".encode(), "城西".encode(), 1)
        assert lines != files["registry.jsonl"]
        files["registry.jsonl"] = lines
        value = json.loads(files["backup.json"])
        value["files"][0]["sha256"] = hashlib.sha256(lines).hexdigest()
        files["backup.json"] = json.dumps(value).encode()

    at = tmp_path / "b.zip"
    shutil.copy(backup, at)
    rewritten(change)(at)
    assert "E33" in refused(run("restore", at, "--check"), 1, "E194")


def test_from_a_file_to_a_server_and_back(
    backup: Path,
    prepared: Path,
    cluster: Cluster,
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("psycopg", reason="psycopg is not installed")
    monkeypatch.chdir(tmp_path)
    database = cluster.make_database()
    url = cluster.url(database)
    assert run("db", "init", "--url", url, "--office", "moved").code == 0
    cluster.make_person(database, "moved_wang", "moved_officer")
    theirs = cluster.url(database, "moved_wang", "moved")
    signed = ("--newest", newest(prepared))
    said = run("restore", backup, "moved", *signed, "--database", theirs)
    assert said.code == 0, said.err
    assert dumped(tmp_path / "moved") == dumped(prepared)
    refused(run("restore", backup, "again", *signed, "--database", theirs), 5, "E112")
    bring_keys(prepared, tmp_path / "moved")
    monkeypatch.chdir("moved")
    assert run("backup", "../early.zip").code == 0
    assert run(*FREEZE).code == 0
    assert run(*draw("--dice", DICE)).code == 0
    assert run("publish").code == 0
    assert run("log", "verify").code == 0
    assert run("backup", "../late.zip").code == 0
    latest = newest(Path.cwd())
    monkeypatch.chdir(tmp_path)
    assert run("restore", "late.zip", "back", "--newest", latest).code == 0
    assert dumped(tmp_path / "back") == dumped(tmp_path / "moved")
    # An old backup on a server signs nothing either.
    assert run("db", "init", "--url", url, "--office", "early").code == 0
    cluster.make_person(database, "early_wang", "early_officer")
    early = cluster.url(database, "early_wang", "early")
    said = run("restore", "early.zip", "early", "--newest", latest, "--database", early)
    assert said.code == 4
    bring_keys(prepared, tmp_path / "early")
    monkeypatch.chdir("early")
    refused(run(*FREEZE), 4, "E180")
    assert "旧备份" in run("status").err
    with cluster.connect(ADMIN, database) as admin:
        for name in ("moved", "early"):
            for statement in (
                f"GRANT {name}_owner TO {ADMIN}",
                f"DROP SCHEMA {name} CASCADE",
                f"DROP ROLE {name}_wang, {name}_owner, {name}_officer, {name}_supervisor",
            ):
                admin.execute(statement.encode())
