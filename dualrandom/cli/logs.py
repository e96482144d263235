"""``log``: verify, list, show, report, checkpoint, compare, cosign, witness."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dualrandom.cli import show
from dualrandom.cli.app import command, group
from dualrandom.cli.language import lang, say
from dualrandom.cli.options import Genesis, Json, Keys, Out, Policy, here
from dualrandom.messages import shown

if TYPE_CHECKING:
    from collections.abc import Mapping


def register(app: typer.Typer) -> None:
    """Add the commands."""
    made = group(app, "log")
    command(made, "verify", verify, "log.verify")
    command(made, "list", list_entries, "log.list")
    command(made, "show", show_entry, "log.show")
    command(made, "report", report, "log.report.help")
    command(made, "checkpoint", checkpoint, "log.checkpoint")
    command(made, "compare", compare, "log.compare.help")
    command(made, "cosign", cosign, "log.cosign")
    command(made, "witness", witness, "log.witness")


def verify(
    folder: Annotated[Path | None, typer.Argument(help=say("cli.log.folder"))] = None,
    against: Annotated[Path | None, typer.Option(help=say("cli.log.against"))] = None,
    policy: Policy = None,
    genesis: Genesis = None,
    state: Annotated[Path | None, typer.Option(help=say("cli.log.verified"))] = None,
    as_json: Json = False,
) -> None:
    """Check the office's log, or a published one."""
    from dualrandom.office.checking import verify_office_log, verify_published_log

    with show.busy(say("cli.busy.verify")):
        if folder is None:
            report = verify_office_log(
                here(), against=against, policy=policy, genesis=genesis, state=state
            )
        else:
            report = verify_published_log(
                folder, against=against, policy=policy, genesis=genesis, state=state
            )
    if as_json:
        show.document(
            {
                "schema": "dualrandom/log-verify/v1",
                "exit_code": report.exit_code,
                "origin": report.origin,
                "size": report.size,
                "verified_before": report.before,
                "first_bad": report.first,
                "withheld": report.withheld,
                "root": report.root,
                "findings": [show.problem(item) for item in report.findings],
                "notes": [show.problem(item) for item in report.notes],
            }
        )
        raise typer.Exit(report.exit_code)
    from dualrandom.messages import problem_line

    for item in report.findings:
        show.data(show.styled("✗ ", "red") + problem_line(item, lang()))
    for item in report.notes:
        show.data(show.styled("– ", "yellow") + problem_line(item, lang()))
    if report.withheld:
        show.data(say("cli.log.withheld", count=report.withheld))
    key = {0: "ok", 1: "bad", 6: "unsure"}[report.exit_code]
    show.data(say(f"cli.log.{key}", size=report.size, root=report.root))
    raise typer.Exit(report.exit_code)


def list_entries(
    act: Annotated[str, typer.Option(help=say("cli.log.act"))] = "",
    draw: Annotated[str, typer.Option(help=say("cli.log.draw"))] = "",
    as_json: Json = False,
) -> None:
    """List the entries."""
    from dualrandom.office.accounting import list_log

    found = [
        (e.seq, e.time, e.act, e.by, e.body)
        for e in list_log(here())
        if e.act.startswith(act) and (not draw or e.body.get("draw") == draw)
    ]
    if as_json:
        show.document(
            {
                "schema": "dualrandom/log/v1",
                "entries": [
                    {"seq": s, "time": t, "act": a, "by": b, "body": body}
                    for s, t, a, b, body in found
                ],
            }
        )
        return
    show.table(
        [say(f"cli.log.field.{c}") for c in ("seq", "time", "act", "by", "about")],
        [(s, t, a, b, _about(body)) for s, t, a, b, body in found],
    )


def _about(body: Mapping[str, object]) -> str:
    fields = ("list", "draw", "reason", "added", "changed", "retired", "version")
    return " ".join(f"{f}={body[f]}" for f in fields if f in body)


def show_entry(
    seq: Annotated[int, typer.Argument(help=say("cli.log.seq"), min=0)],
) -> None:
    """Print one entry as it stands in the log."""
    from dualrandom.office.accounting import entry_bytes

    for line in entry_bytes(here(), seq).decode().splitlines():
        show.data(shown(line))


def report(
    draw: Annotated[str, typer.Argument(help=say("cli.draw_id"))], as_json: Json = False
) -> None:
    """Say who answers for a draw: did, approved and witnessed what, when."""
    from dualrandom.office.accounting import answers

    found = answers(here(), draw)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/log-report/v1",
                "draw": draw,
                "acts": [
                    {
                        "seq": one.seq,
                        "time": one.time,
                        "act": one.act,
                        "about": one.about,
                        "by": one.by,
                        "key": one.key,
                        "approved": list(one.approved),
                        "witnessed": [
                            {"by": name, "time": time} for name, time in one.witnessed
                        ],
                        "entry": one.entry.decode(),
                        "proof": one.proof.decode(),
                    }
                    for one in found
                ],
            }
        )
        return
    columns = ("seq", "time", "act", "by", "approved", "witnessed")
    show.table(
        [say(f"cli.log.report.{column}") for column in columns],
        [
            (
                one.seq,
                show.moment(one.time),
                f"{one.act} {one.about}".strip(),
                one.by,
                say("ui.comma").join(one.approved),
                say("ui.comma").join(
                    f"{name} {show.moment(time)}" for name, time in one.witnessed
                ),
            )
            for one in found
        ],
    )
    show.talk(say("cli.log.report.proofs", draw=draw))


def checkpoint(
    qr: Annotated[Path | None, typer.Option(help=say("cli.log.qr"))] = None,
) -> None:
    """Sign and print the checkpoint; draw it for the minutes."""
    from dualrandom.office.journal import sign

    signed = sign(here())
    if qr is not None:
        from dualrandom.checkpoints import shortened
        from dualrandom.folder import write_file
        from dualrandom.qrcode import QR_BYTES, qr_svg

        drawn = shortened(signed, QR_BYTES)
        write_file(qr, qr_svg(drawn))
        left_out = len(signed.splitlines()) - len(drawn.splitlines())
        if left_out:
            show.talk(say("cli.log.qr_short", count=left_out))
    for line in signed.decode().splitlines():
        show.data(shown(line))


def compare(
    one: Annotated[Path, typer.Argument(help=say("cli.log.compare.one"))],
    other: Annotated[Path, typer.Argument(help=say("cli.log.compare.other"))],
    policy: Policy = None,
    genesis: Genesis = None,
    as_json: Json = False,
) -> None:
    """Say whether two checkpoints or logs are of one history, or prove a fork."""
    from dualrandom.office.comparing import Relation
    from dualrandom.office.comparing import compare as hold

    with show.busy(say("cli.busy.verify")):
        done = hold(one, other, policy=policy, genesis=genesis)
    if as_json:
        show.document(
            {
                "schema": "dualrandom/log-compare/v1",
                "exit_code": done.exit_code,
                "relation": str(done.relation),
                "origin": done.origin,
                "sizes": list(done.sizes),
                "signed": len(done.keys) > 0,
                "keys": [str(key) for key in done.keys],
                "trusted": done.trusted,
                "checkpoints": [note.decode() for note in done.notes],
            }
        )
        raise typer.Exit(done.exit_code)
    sizes = {"one": done.sizes[0], "other": done.sizes[1]}
    show.data(say(f"cli.log.compare.{done.relation}", **sizes))
    if done.relation is Relation.FORK:
        signed = "signed" if done.trusted else "same_key" if done.keys else "unsigned"
        show.data(say(f"cli.log.compare.{signed}"))
        for key in done.keys:
            show.data(f"  {shown(str(key))}")
        for place, note in zip((one, other), done.notes, strict=True):
            show.data(f"── {shown(str(place))}")
            for line in note.decode().splitlines():
                show.data(shown(line))
    raise typer.Exit(done.exit_code)


def cosign(
    folder: Annotated[Path, typer.Argument(help=say("cli.log.folder"))],
    key: Annotated[Path, typer.Option(help=say("cli.log.key"))],
    state: Annotated[Path, typer.Option(help=say("cli.log.state"))],
    out: Out,
    genesis: Genesis = None,
    draws: Annotated[Path | None, typer.Option(help=say("cli.log.draws"))] = None,
) -> None:
    """Cosign a published log as a witness, on one's own machine."""
    from dualrandom.office.place import now
    from dualrandom.office.witnessing import cosign_log

    signer = Keys().unlock(key)
    with show.busy(say("cli.busy.verify")):
        done = cosign_log(
            folder,
            signer=signer,
            state=state,
            genesis=genesis,
            draws=draws,
            out=out,
            now=now(),
        )
    show.data(say("cli.log.cosigned", size=done.size, file=str(out)))
    show.talk(say("cli.log.carry", file=str(out)))


def witness(
    file: Annotated[Path, typer.Argument(help=say("cli.log.cosigned_file"))],
) -> None:
    """Take in a checkpoint that a witness cosigned."""
    from dualrandom.office.witnessing import take_cosigned

    size = take_cosigned(here(), file)
    show.data(say("cli.log.witnessed", size=size))
