"""Publishing: everything that may be seen, to public/, signed and logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.disclosure import PublicDraw
from dualrandom.errors import StateError
from dualrandom.model import is_draw_id
from dualrandom.office import journal
from dualrandom.office.looking import load_trust, verify_path
from dualrandom.office.place import stamp
from dualrandom.public import OfficePage, PublishedItem, Site
from dualrandom.publish import pack, plan_public, verifier, write_public
from dualrandom.registry.lists import ITEMS

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.office.place import Office
    from dualrandom.registry import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publication came to.

    Attributes:
        manifest: SHA-256 of manifest.json.
        seq: the log entry, or None where nothing had changed.
        written: files that changed.
    """

    folder: Path
    manifest: str
    seq: int | None
    draws: int
    written: int


def publish(office: Office) -> Published:
    """Export all that is publishable, log it, sign a checkpoint.

    Raises:
        StateError: E180, the log does not continue what was signed before.
        EnvironmentProblem: public/ cannot be written; the old one stays.

    Spec:
        log-v1 §2, §3 ``notice.publish``.
    """
    signer = office.officer()
    journal.checkpoint(office)
    with office.registry.read() as tx:
        ids = [record.id for record in tx.draws()]
        versions = [
            PublishedItem(
                record=v.record,
                version=v.number,
                valid_from=stamp(v.since.at),
                valid_to=None if v.until is None else stamp(v.until.at),
            )
            for item in tx.items()
            for v in tx.history(ITEMS, (item.code, item.sub))
        ]
        logged = _last_manifest(tx)
    for draw in ids:
        journal.write_draw_proofs(office, draw)
    settings = office.settings
    files = plan_public(
        office=OfficePage(
            name=settings.name,
            origin=settings.origin,
            site=Site(**dict(settings.site)),
        ),
        items=versions,
        draws=[_public_draw(office, draw) for draw in ids],
        verifier=verifier(),
    )
    manifest = sha256(files[-1][1])
    seq = None
    if manifest != logged:
        with office.registry.write() as tx:
            seq = journal.append(
                office, tx, "notice.publish", {"manifest": manifest}, signer=signer
            ).seq
    checkpoint = journal.checkpoint(office)
    with office.registry.read() as tx:
        entries = list(tx.entries())
    size = audit.parse_checkpoint(checkpoint).checkpoint.size
    genesis = entries[0]
    log = [
        *audit.tiles(entries[:size]),
        (
            "policy",
            audit.genesis_policy(
                audit.parse_genesis(audit.parse_entry(genesis)[0].body)
            ).text,
        ),
        ("genesis.sha256", f"{sha256(genesis)}\n".encode()),
        ("checkpoint", checkpoint),
    ]
    swapped = write_public(office.public, files, log)
    return Published(
        folder=office.public,
        manifest=manifest,
        seq=seq,
        draws=len(ids),
        written=swapped.written,
    )


def _public_draw(office: Office, draw: str) -> PublicDraw:
    # What the office says of the order in time is what its own check says.
    trust = load_trust(None, office.kept / journal.GENESIS)
    report = verify_path(office.draw(draw), trust)
    return PublicDraw.load(
        office.draw(draw),
        order_witnessed=not report.unwitnessed,
        now=stamp(office.clock()),
    )


def pack_draw(
    office: Office, draw: str, reader: Literal["public", "supervisor"], out: Path
) -> tuple[str, ...]:
    """Write a zip of what a reader may see of a draw; return the files in it.

    Raises:
        StateError: E390, there is no such draw.
        EnvironmentProblem: it cannot be written.
    """
    folder = office.draw(draw)
    if not is_draw_id(draw) or not folder.is_dir():
        raise StateError("E390", draw=draw)
    return pack(folder, reader, out)


def _last_manifest(tx: Reader) -> str | None:
    last = None
    for data in tx.entries():
        entry = audit.parse_entry(data)[0]
        if entry.act == "notice.publish":
            last = str(dict(entry.body)["manifest"])
    return last
