"""An office whose registry is on a PostgreSQL server: the same way, the same words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import DICE, TASK
from tests.clusters import ADMIN
from tests.refusals import FREEZE, draw, refused, shorter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Run, Said
    from tests.clusters import Cluster

pytest.importorskip("psycopg", reason="psycopg is not installed")


def done(said: Said, *, code: int = 0) -> str:
    assert said.code == code, said.err
    return said.out + said.err


@pytest.fixture(scope="module", name="database")
def _database(cluster: Cluster) -> Iterator[str]:
    made = cluster.make_database()
    yield made
    with cluster.connect(ADMIN, made) as admin:
        for name in ("east", "west"):
            admin.execute(f"GRANT {name}_owner TO {ADMIN}".encode())
            admin.execute(f"DROP SCHEMA {name} CASCADE".encode())
            admin.execute(f"DROP ROLE IF EXISTS {name}_wang".encode())
            for role in ("owner", "officer", "supervisor"):
                admin.execute(f"DROP ROLE {name}_{role}".encode())


def test_the_whole_way(
    cluster: Cluster,
    database: str,
    run: Run,
    lists: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    # The administrator.
    url = cluster.url(database)
    said = done(run("db", "init", "--url", url, "--office", "east", "--office", "west"))
    for name in ("east_owner", "east_officer", "east_supervisor", "west_officer"):
        assert name in said
    refused(run("db", "init", "--url", url, "--office", "east"), 4, "E113")
    cluster.make_person(database, "east_wang", "east_officer")
    # The officer.
    theirs = cluster.url(database, "east_wang", "east")
    make = ("init", "示例局", "--name", "示例市局", "--no-input", "--database")
    other = cluster.url(database, "east_wang", "west")
    refused(run(*make, other), 5, "E106")
    assert not Path("示例局").exists()
    done(run(*make, theirs))
    refused(run("init", "另一局", *make[2:], theirs), 5, "E112")
    monkeypatch.chdir("示例局")
    assert not Path("office.db").exists()
    assert theirs in Path("office.toml").read_text("utf-8")
    done(run("import", "items", lists / "items.csv"))
    done(run("import", "targets", lists / "targets.csv"))
    done(run("import", "inspectors", lists / "inspectors.xlsx"))
    done(run(*TASK))
    done(run(*FREEZE))
    done(run("publish"))
    done(run(*draw("--dice", DICE)))
    done(run("publish"))
    assert "2026-001" in done(run("status"))
    done(run("log", "verify"))
    done(run("db", "check"))
    done(run("verify", "draws/2026-001"), code=6)
    shorter(lists, Path.cwd())
    done(run("import", "targets", "less.csv", "--yes"))
    done(run("export", "2026-001", "-o", "抽查名单.xlsx"))
    done(run("log", "verify"))
    # The administrator again.
    refused(run("db", "upgrade"), 5, "E119")
    upgraded = run("db", "upgrade", "--url", url, "--office", "east", "--json")
    assert json.loads(done(upgraded))["schema"] == "dualrandom/db-upgrade/v1"
    done(run("log", "verify"))
    refused(run("db", "upgrade", "--url", url, "--office", "nowhere"), 5, "E101")
    refused(run("db", "upgrade", "--url", theirs, "--office", "east"), 5, "E119")


def test_a_server_that_is_not_there(
    run: Run, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = (office / "office.toml").read_text("utf-8")
    there = "postgresql+psycopg://wang@127.0.0.1:9/offices?schema=east"

    def point(line: str) -> None:
        changed = settings.replace('file = "office.db"', line)
        (office / "office.toml").write_text(changed, "utf-8")

    point(f'url = "{there}"')
    said = refused(run("status"), 5, "E117")
    assert "127.0.0.1:9/offices/east" in said
    assert "wang@" not in said
    point('url = "postgresql://wang:geheim@127.0.0.1/offices?schema=east"')
    assert "geheim" not in refused(run("status"), 2, "E115")
    point('url = "postgresql://wang@127.0.0.1/offices"')
    refused(run("status"), 2, "E114")
    for line in ('url = "office.db"', f'file = "{there}"', 'url = ""', ""):
        point(line)
        refused(run("status"), 2, "E162")
    monkeypatch.setattr("dualrandom.registry.postgresql.find_spec", lambda _: None)
    point(f'url = "{there}"')
    refused(run("status"), 5, "E116")


def test_a_file_needs_no_administrator(run: Run, office: Path) -> None:
    del office
    assert "0" in done(run("db", "upgrade"))
    done(run("db", "check"))
    assert json.loads(run("db", "check", "--json").out)["findings"] == []


def test_a_file_that_was_altered(run: Run, office: Path) -> None:
    import sqlite3

    with sqlite3.connect(office / "office.db") as raw:
        raw.execute("DROP TRIGGER entry_delete_never")
    raw.close()
    said = run("db", "check")
    assert said.code == 1
    assert "entry_delete_never" in said.out
