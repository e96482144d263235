"""``db``, ``backup``, ``restore``: where registries are kept, and kept safe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Json, here

Url = Annotated[str, typer.Option("--url", help=say("cli.db.url"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "db")
    command(made, "init", init, "db.init")
    command(made, "finish", finish, "db.finish")
    command(made, "upgrade", upgrade, "db.upgrade")
    command(made, "check", check, "db.check")
    command(app, "backup", backup, "backup.help")
    command(app, "restore", restore, "restore.help")


def init(
    url: Url,
    office: Annotated[list[str], typer.Option(help=say("cli.db.office"))],
    as_json: Json = False,
) -> None:
    """Make schemas, roles, grants and triggers for offices on a server."""
    from dualrandom.office.databases import provide_offices

    with show.busy(say("cli.busy.db")):
        made = provide_offices(url, tuple(office))
    if as_json:
        show.document(
            {
                "schema": "dualrandom/db-init/v1",
                "offices": [
                    {
                        "schema": one.schema,
                        "roles": {str(role): name for role, name in one.roles},
                        "url": one.url,
                    }
                    for one in made
                ],
            }
        )
        return
    for one in made:
        show.data(say("cli.db.made", schema=one.schema))
        for role, name in one.roles:
            show.data(say(f"cli.db.role.{role}", name=name))
        officer = next(name for role, name in one.roles if role == "officer")
        show.talk(say("cli.db.person", role=officer))
        show.talk(say("cli.db.next", url=one.url))


def finish(as_json: Json = False) -> None:
    """Bring the entries of an unfinished office into its database."""
    from dualrandom.office.founding import finish as bring

    with show.busy(say("cli.busy.db")):
        done = bring(Path.cwd())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/db-finish/v1",
                "folder": str(done.root),
                "entries": done.entries,
                "genesis": done.genesis,
            }
        )
        return
    show.data(say("cli.db.finished", entries=done.entries))
    show.data(say("cli.init.genesis", digest=done.genesis))
    show.talk(say("cli.db.look"))


def upgrade(
    url: Annotated[str, typer.Option("--url", help=say("cli.db.url"))] = "",
    office: Annotated[str, typer.Option(help=say("cli.db.office"))] = "",
    as_json: Json = False,
) -> None:
    """Bring a database of an older program to this one's schema."""
    from dualrandom.office.databases import upgrade_office, upgrade_server

    with show.busy(say("cli.busy.db")):
        done = upgrade_server(url, office) if url else upgrade_office(Path.cwd())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/db-upgrade/v1",
                "found": done.found,
                "now": done.now,
            }
        )
        return
    key = "same" if done.found == done.now else "upgraded"
    show.data(say(f"cli.db.{key}", found=done.found, now=done.now))


def check(as_json: Json = False) -> None:
    """Say whether the database is built as this program builds it."""
    from dualrandom.office.databases import check_database

    found = check_database(here())
    if as_json:
        show.document(
            {
                "schema": "dualrandom/db-check/v1",
                "findings": [show.problem(item) for item in found],
            }
        )
    else:
        from dualrandom.messages import problem_line

        for item in found:
            show.data(show.styled("✗ ", "red") + problem_line(item, lang()))
        if not found:
            show.data(say("cli.db.sound"))
    if found:
        raise typer.Exit(1)


def backup(
    out: Annotated[Path, typer.Argument(help=say("cli.backup.file"))],
    with_keys: Annotated[
        bool, typer.Option("--with-keys", help=say("cli.backup.with_keys"))
    ] = False,
    as_json: Json = False,
) -> None:
    """Write a backup of the office."""
    from dualrandom.office.backup import back_up

    with show.busy(say("cli.busy.db")):
        made = back_up(here(), out, with_keys=with_keys)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/backed-up/v1",
                "file": str(out),
                "entries": made.entries,
                "files": made.files,
                "keys": made.keys,
            }
        )
        return
    show.data(
        say("cli.backup.done", file=str(out), entries=made.entries, files=made.files)
    )
    show.talk(say("cli.backup.keys" if made.keys else "cli.backup.no_keys"))
    if made.personal:
        show.talk(say("cli.backup.personal"))
    show.talk(say("cli.backup.next", file=str(out)))


def restore(
    file: Annotated[Path, typer.Argument(help=say("cli.backup.file"))],
    folder: Annotated[
        Path | None, typer.Argument(help=say("cli.restore.folder"))
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help=say("cli.restore.check"))
    ] = False,
    newest: Annotated[Path | None, typer.Option(help=say("cli.restore.newest"))] = None,
    database: Annotated[str, typer.Option(help=say("cli.init.database"))] = "",
    as_json: Json = False,
) -> None:
    """Make an office from a backup, or only check one."""
    from dualrandom.errors import UsageError
    from dualrandom.office.backup import check_backup
    from dualrandom.office.backup import restore as bring_back

    if check == (folder is not None):
        raise UsageError("E196")
    with show.busy(say("cli.busy.db")):
        if folder is None:
            found = check_backup(file, newest=newest)
        else:
            found = bring_back(file, folder, newest=newest, database=database)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/restored/v1",
                "folder": None if folder is None else str(folder),
                "entries": found.entries,
                "signed": found.signed,
                "verified": found.verified,
                "notes": [show.problem(item) for item in found.notes],
            }
        )
    else:
        key = "checked" if folder is None else "done"
        show.data(
            say(f"cli.restore.{key}", folder=str(folder or ""), entries=found.entries)
        )
        show.warnings(found.notes)
    if found.signed > found.entries:
        show.talk(
            show.styled(
                say(
                    "cli.restore.old",
                    entries=found.entries,
                    signed=found.signed,
                    missing=found.signed - found.entries,
                ),
                "red",
            )
        )
        raise typer.Exit(4)
