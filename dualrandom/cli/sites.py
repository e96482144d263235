"""``publish``, ``site`` and ``stage``: what may be seen, its pages, the public draw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Json, Out, here


def register(app: typer.Typer) -> None:
    """Add the commands."""
    command(app, "publish", publish, "publish.help")
    command(app, "stage", stage, "stage.help")
    made = group(app, "site")
    command(made, "build", build, "site.build")
    # A group of one command would be folded into its parent.
    made.callback()(lambda: None)


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


def stage(
    draw_id: Annotated[str, typer.Argument(help=say("cli.draw_id"))],
    out: Out,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal", help=say("cli.stage.rehearsal"))
    ] = False,
) -> None:
    """Write the page of a public draw."""
    from dualrandom.office.publishing import stage_draw

    secret = stage_draw(here(), draw_id, out, lang=lang(), rehearsal=rehearsal)
    show.data(say("cli.stage.done", file=str(out)))
    if secret:
        show.talk(say("cli.stage.secret"))
    show.talk(say("cli.stage.next", draw=draw_id))


def build(
    out: Out,
    public: Annotated[Path, typer.Option(help=say("cli.site.public"))] = Path("public"),
) -> None:
    """Build the pages from public/ alone."""
    from dualrandom.site import build_site

    with show.busy(say("cli.busy.site")):
        built = build_site(public, out, lang())
    show.data(say("cli.site.done", folder=str(out), written=built.written))
