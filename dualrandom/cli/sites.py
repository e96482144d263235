"""``publish`` and ``site``: what may be seen, and its pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import page_lang, say
from dualrandom.cli.options import Json, Out, here

Site = Annotated[Path, typer.Argument(help=say("cli.site.folder"))]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "publish", publish, "publish.help")
    made = group(app, "site")
    command(made, "build", build, "site.build")
    command(made, "serve", serve, "site.serve")
    command(made, "check", check, "site.check")
    command(made, "pack", pack, "site.pack")


def publish(as_json: Json = False) -> None:
    """Export everything publishable, signed and logged."""
    from dualrandom.office.publishing import publish as export

    office = here()
    with show.busy(say("cli.busy.publish")):
        done = export(office)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/publish/v1",
                "folder": str(done.folder),
                "manifest": done.manifest,
                "seq": done.seq,
                "draws": done.draws,
                "written": done.written,
            }
        )
        return
    show.data(say("cli.publish.done", draws=done.draws, written=done.written))
    show.data(say("cli.publish.manifest", digest=done.manifest))
    show.talk(say("cli.publish.next"))


def build(
    out: Out,
    public: Annotated[Path, typer.Option(help=say("cli.site.public"))] = Path("public"),
    shell: Annotated[Path | None, typer.Option(help=say("cli.site.shell"))] = None,
    fragments: Annotated[
        bool, typer.Option("--fragments", help=say("cli.site.fragments"))
    ] = False,
) -> None:
    """Build the pages from public/ alone."""
    from dualrandom.site import build_site

    with show.busy(say("cli.busy.site")):
        built = build_site(public, out, page_lang(), shell=shell, fragments=fragments)
    show.data(say("cli.site.done", folder=str(out), written=built.written))


def serve(
    folder: Site = Path("site"),
    port: Annotated[
        int, typer.Option(min=0, max=65535, help=say("cli.site.port"))
    ] = 8000,
) -> None:
    """Show a site on this machine until Ctrl-C."""
    from dualrandom.site.server import Server

    try:
        with Server(folder, port) as server:
            show.data(say("cli.site.serving", address=server.address))
            show.flush()
            server.serve_forever()
    except KeyboardInterrupt:  # the usual end, and no error
        show.talk(say("cli.site.stopped"))


def check(
    folder: Site = Path("site"),
    live: Annotated[
        Path | None, typer.Option(metavar="DIR", help=say("cli.site.live"))
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a site as built, or a copy of what was deployed."""
    from dualrandom.errors import VerificationError, Where
    from dualrandom.site import check_live, check_site

    with show.busy(say("cli.busy.verify")):
        if live is None:
            count, wrong = check_site(folder)
        else:
            count, wrong = check_live(folder, live)
    if wrong:
        where = Where(file=str(live or folder))
        raise VerificationError("E953", where=where, problems=wrong, count=len(wrong))
    if as_json:
        show.document({"schema": "dualrandom/site-check/v1", "files": count})
        return
    show.data(say("cli.site.right", folder=str(live or folder), files=count))


def pack(out: Out, folder: Site = Path("site")) -> None:
    """Write a site as one zip, the same bytes every time."""
    from dualrandom.site import pack_site

    with show.busy(say("cli.busy.site")):
        count = pack_site(folder, out)
    show.data(say("cli.site.packed", file=str(out), files=count))
