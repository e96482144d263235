"""An office on a server comes to be, and is killed at every step of it.

What is left is nothing, or an office that `db finish` finishes; never a schema that
nobody can use any more, and never half a log.
"""

from __future__ import annotations

import datetime as dt
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest

from dualrandom import cli
from dualrandom.errors import EnvironmentProblem, StateError
from dualrandom.keys import load_key
from dualrandom.office import founding, journal
from dualrandom.office.place import UNFINISHED, now, open_office
from dualrandom.office.setup import init_office
from dualrandom.registry.tables import metadata
from tests.clusters import ADMIN, SYSTEM
from tests.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.cli.conftest import Run
    from tests.clusters import Cluster

pytest.importorskip("psycopg", reason="psycopg is not installed")
NEW = ("--name", "新局", "--no-input", "--database")
Line = tuple[str, ...]


@pytest.fixture(scope="module", name="server")
def _server(cluster: Cluster) -> Iterator[tuple[str, Callable[[], None]]]:
    """Give an officer's address of one schema, and what empties it."""
    from dualrandom.registry import parse_address
    from dualrandom.registry.roles import provide

    database = cluster.make_database()
    provide(parse_address(cluster.url(database)), ("harbour",))
    cluster.make_person(database, "harbour_li", "harbour_officer")

    def empty() -> None:
        names = ", ".join(f"harbour.{name}" for name in metadata.tables)
        with cluster.connect(SYSTEM, database) as system:
            system.execute("SET session_replication_role = replica")
            system.execute(f"TRUNCATE {names}".encode())

    yield cluster.url(database, "harbour_li", "harbour"), empty
    with cluster.connect(ADMIN, database) as admin:
        admin.execute(f"GRANT harbour_owner TO {ADMIN}".encode())
        admin.execute("DROP SCHEMA harbour CASCADE")
        admin.execute(
            "DROP ROLE harbour_li, harbour_owner, harbour_officer, harbour_supervisor"
        )


@pytest.fixture(name="url")
def _url(
    server: tuple[str, Callable[[], None]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> str:
    monkeypatch.chdir(tmp_path)
    server[1]()
    return server[0]


def die(*_: object, **__: object) -> Any:
    os._exit(9)


@contextmanager
def instead_of_taking_the_lines_away(then: Callable[[], object]) -> Iterator[None]:
    """Do something else once all is committed."""
    unlink = Path.unlink

    def last(path: Path, *, missing_ok: bool = False) -> None:
        if path.name == UNFINISHED:
            then()
        else:
            unlink(path, missing_ok=missing_ok)

    with mock.patch.object(Path, "unlink", last):
        yield


MOMENTS: dict[str, tuple[Any, bool]] = {
    "nothing has gone over": (mock.patch.object(founding, "_pack", die), False),
    "the folder stands": (mock.patch.object(founding, "sync_names", die), True),
    "all is written, not committed": (
        mock.patch.object(founding, "zip_longest", die),
        True,
    ),
    "all is committed": (instead_of_taking_the_lines_away(die), True),
}
"""Where it dies, and whether the folder stands then."""


def killed(line: Line, moment: Any) -> None:
    """Type a line in a process that ends within, as by SIGKILL."""
    pid = os.fork()
    if not pid:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        try:
            with moment:
                cli.run(list(line))
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 9


def check_finished(run: Run, folder: str, entries: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        said = run("log", "verify")
        assert said.code == 0, said.out
        assert run("db", "check").code == 0
        assert len(run("log", "list").out.splitlines()) >= entries
        refused(run("db", "finish"), 4, "E137")
        assert not Path(UNFINISHED).exists()
        assert not list(Path().glob("office.db*"))


@pytest.mark.parametrize("moment", MOMENTS)
def test_it_is_killed_while_it_is_made(url: str, run: Run, moment: str) -> None:
    at, stands = MOMENTS[moment]
    line: Line = ("init", "新局", *NEW, url)
    killed(line, at)
    assert Path("新局").exists() is stands
    if not stands:
        assert run(*line).code == 0
        check_finished(run, "新局", 2)
        return
    refused(run(*line), 4, "E135")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir("新局")
        for other in (("status",), ("log", "verify"), ("backup", "../b.zip")):
            refused(run(*other), 4, "E135")
        said = run("db", "finish")
    assert said.code == 0, said.err
    check_finished(run, "新局", 2)


def test_it_is_killed_while_it_comes_back(
    url: str, run: Run, office: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("publish").code == 0
    assert run("backup", "../b.zip").code == 0
    monkeypatch.chdir(office.parent)
    newest = f"{office.name}/public/log/checkpoint"
    line: Line = ("restore", "b.zip", "又一局", "--newest", newest, "--database", url)
    killed(line, MOMENTS["all is written, not committed"][0])
    refused(run(*line), 4, "E135")
    monkeypatch.chdir("又一局")
    said = run("db", "finish", "--json")
    assert said.code == 0, said.err
    monkeypatch.chdir(office.parent)
    check_finished(run, "又一局", 7)


def test_what_the_server_refuses_is_taken_away(
    url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else was faster: theirs stands, and of ours nothing is left."""
    pack = founding._pack

    def overtaken(root: Path, database: str) -> None:
        monkeypatch.setattr(founding, "_pack", pack)
        pack(root, database)
        assert run("init", "先到局", *NEW, url).code == 0

    monkeypatch.setattr(founding, "_pack", overtaken)
    refused(run("init", "新局", *NEW, url), 5, "E112")
    assert list(Path().iterdir()) == [Path("先到局")]
    check_finished(run, "先到局", 2)


def test_nobody_knows_whether_it_was_committed(
    url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = founding.finish

    def broken(start: Path) -> founding.Finished:
        raise EnvironmentProblem("E118", detail=str(finish(start).entries))

    with (
        mock.patch.object(founding, "finish", broken),
        instead_of_taking_the_lines_away(lambda: None),
    ):
        refused(run("init", "新局", *NEW, url), 5, "E118")
    monkeypatch.chdir("新局")
    refused(run("status"), 4, "E135")
    assert run("db", "finish").code == 0
    monkeypatch.chdir("..")
    check_finished(run, "新局", 2)


# ── the server's clock ───────────────────────────────────────────────────────────


def test_the_clock_is_held_against_the_servers(url: str) -> None:
    """Five minutes ahead of a real server's clock, not more, from entry 0 on."""

    def ahead(minutes: int) -> Callable[[], dt.datetime]:
        return lambda: now() + dt.timedelta(minutes=minutes)

    def make(minutes: int) -> None:
        init_office(
            Path("新局"),
            name="新局",
            database=url,
            passphrase=None,
            clock=ahead(minutes),
        )

    with pytest.raises(StateError) as caught:
        make(6)
    assert caught.value.code == "E128"
    assert list(Path().iterdir()) == []
    make(4)

    def append(minutes: int) -> int:
        office = open_office(Path("新局"), unlock=load_key, clock=ahead(minutes))
        body = {"manifest": "0" * 64}
        with journal.writing(office) as (tx, _):
            by = office.officer()
            return journal.append(office, tx, "notice.publish", body, signer=by).seq

    with pytest.raises(StateError) as caught:
        append(6)
    assert caught.value.code == "E128"
    assert set(caught.value.params) == {"time", "clock"}
    assert [append(4), append(0), append(-60)] == [2, 3, 4]
