"""A PostgreSQL server of its own, thrown away afterwards.

    def test_x(cluster: Cluster) -> None:
        url = cluster.url(cluster.make_database())

- On loopback, on a free port, in a temporary folder; nothing else of the machine's
  PostgreSQL is touched. PostgreSQL refuses to run as root: it then runs as the
  system's ``postgres``.
- Nobody but the fixture connects as a superuser. ``ADMIN`` may make roles and owns the
  databases made here, as the person would whom an office asks for a database.
- The fixture ``cluster`` is one server for each xdist worker.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

SYSTEM = "postgres"
"""The superuser within, and the system's user that runs a server for root."""
ADMIN = "admin"
PATIENCE = 300.0
"""Seconds for a server to come up, at most."""
ABSENT = "PostgreSQL (initdb) is not installed"


def binaries() -> Path | None:
    """Return where PostgreSQL's programs are, the newest first; None: nowhere."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[-3]),
    )
    at = str(found[-1]) if found else shutil.which("initdb")
    return None if at is None else Path(at).resolve().parent


class Cluster:
    """A server and its folder."""

    def __init__(self, folder: Path, programs: Path, *, durable: bool = False) -> None:
        """Make the folder's cluster; it does not run yet.

        Args:
            folder: empty, and made for this.
            programs: see :func:`binaries`.
            durable: whether commits wait for the disk, as in an office.
        """
        self.folder = folder
        self.data = folder / "data"
        self._programs = programs
        self._numbers = count(1)
        self._server: subprocess.Popen[bytes] | None = None
        self._user = SYSTEM if os.geteuid() == 0 else None
        self.port = _free_port()
        if self._user is not None:
            shutil.chown(folder, self._user)
        made = (
            *(programs / "initdb", "-D", self.data, "-U", SYSTEM, "--auth=trust"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )
        subprocess.run(
            made, check=True, stdout=subprocess.DEVNULL, cwd=folder, user=self._user
        )
        settings = (
            "listen_addresses = '127.0.0.1'",
            "unix_socket_directories = ''",
            f"fsync = {'on' if durable else 'off'}",
            "max_connections = 60",
            "shared_buffers = 32MB",
        )
        with (self.data / "postgresql.conf").open("a") as file:
            file.write("\n".join(settings) + "\n")

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        with (self.folder / "server.log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self.data, "-p", str(self.port)],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                user=self._user,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self.connect(SYSTEM, SYSTEM).close()
            except psycopg.OperationalError:
                assert self._server.poll() is None, self.log()
                assert time.monotonic() < until, self.log()
                time.sleep(0.05)
            else:
                return

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop the server, at once by default, as when the power goes."""
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()
            self._server = None

    def log(self) -> str:
        """Return what the server wrote."""
        return (self.folder / "server.log").read_text("utf-8", errors="replace")

    def connect(self, role: str, database: str) -> psycopg.Connection:
        """Connect as somebody; every statement commits by itself."""
        return psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=role,
            dbname=database,
            autocommit=True,
            connect_timeout=60,
        )

    def url(self, database: str, role: str = ADMIN, schema: str = "") -> str:
        """Return the URL by which somebody opens a database, or an office in it."""
        office = f"?schema={schema}" if schema else ""
        at = f"127.0.0.1:{self.port}"
        return f"postgresql+psycopg://{role}@{at}/{database}{office}"

    def make_database(self) -> str:
        """Return a new database of ADMIN's, with what the server's own rules give."""
        name = f"offices_{next(self._numbers)}"
        with self.connect(SYSTEM, SYSTEM) as system:
            if not system.execute(
                "SELECT 1 FROM pg_roles WHERE rolname = %s", [ADMIN]
            ).fetchone():
                system.execute(f"CREATE ROLE {ADMIN} LOGIN CREATEROLE")
            system.execute(f"CREATE DATABASE {name} OWNER {ADMIN}")
        return name

    def make_person(self, database: str, name: str, *roles: str) -> str:
        """Return a new person who may log in, with roles, made by ADMIN."""
        with self.connect(ADMIN, database) as admin:
            person = sql.Identifier(name)
            admin.execute(sql.SQL("CREATE ROLE {} LOGIN").format(person))
            for role in roles:
                admin.execute(
                    sql.SQL("GRANT {} TO {}").format(sql.Identifier(role), person)
                )
        return name


def _free_port() -> int:
    """Return a port below those that the system gives to whoever connects.

    So nobody takes it before the server has it, or while the server is down.
    """
    for port in count(20_000 + os.getpid() * 7 % 10_000):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError


def throw_away(*, durable: bool = False) -> Iterator[Cluster]:
    """Give a running server; take it and its folder away afterwards."""
    programs = binaries()
    if programs is None:
        pytest.skip(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="cluster-"))
    made = None
    try:
        made = Cluster(folder, programs, durable=durable)
        made.start()
        yield made
    finally:
        if made is not None:
            made.stop()
        shutil.rmtree(folder, ignore_errors=True)
