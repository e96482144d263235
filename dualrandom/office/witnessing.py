"""Supervisors as witnesses: verify what is new, remember, and only then cosign.

- Needs no office: a published log, a key and a state file of the witness's own.
- A checkpoint with an announcement is cosigned only when every announced file is
  held: otherwise the witness would vouch for lists that nobody else has.
- What was refused is kept, as evidence.

Spec: log-v1 §2 (witnesses).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.canonical import sha256
from dualrandom.documents import parse_announcement
from dualrandom.errors import (
    DualRandomError,
    StateError,
    UsageError,
    VerificationError,
    Where,
)
from dualrandom.folder import load_folder, write_file
from dualrandom.office import journal
from dualrandom.office.checking import published_report, read, read_genesis
from dualrandom.office.sources import given
from dualrandom.verify import KNOWN

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from dualrandom.announcement import Announcement
    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """What a witness signed."""

    size: int
    root: str


def cosign_log(
    folder: Path,
    *,
    signer: PrivateKey,
    state: Path,
    genesis: Path | None,
    draws: Path | None,
    out: Path,
    now: dt.datetime,
) -> Cosigned:
    """Cosign a published log's checkpoint.

    Args:
        folder: the published ``log/``.
        signer: the witness's key.
        state: the checkpoint cosigned last; made at the first visit.
        genesis: the genesis entry that the witness kept; None: not compared.
        draws: where the announced folders or zips lie, for what is new.
        out: the cosigned checkpoint.
        now: the witness's clock.

    Raises:
        VerificationError: E172, the log is smaller than, or not consistent with,
            what was seen before, or wrong in itself; the evidence is kept. E251, the
            checkpoint was exchanged while the log was verified.
        StateError: E173, an announced file is not held; E190, the key is none of
            this log's supervisors.
        UsageError: E701-E704, E711, the state is not a checkpoint.
    """
    kept: tuple[audit.SignedCheckpoint, ...] = ()
    if state.exists():
        with given(Where(file=str(state)), UsageError):
            kept = (audit.parse_checkpoint(read(state)),)
    first = None if genesis is None else sha256(read_genesis(genesis))
    seen = kept[0].checkpoint if kept else None
    trust = audit.LogTrust(genesis=first, kept=kept, verified=seen)
    report = published_report(folder, trust)
    checkpoint = read(folder / "checkpoint")
    bad = next((f for f in report.findings if f.weight is audit.Weight.DIFFERS), None)
    if bad is not None:
        evidence = state.with_name(f"{state.name}.refused")
        if evidence.exists() and read(evidence) != checkpoint:
            # The next one refused must not take the place of the first.
            digest = sha256(checkpoint)[:16]
            evidence = state.with_name(f"{state.name}.refused-{digest}")
        write_file(evidence, checkpoint)
        where = Where(file=str(folder), entry=bad.seq)
        raise VerificationError("E172", where=where, code=bad.code, file=str(evidence))
    # What lies there now must be what was just verified: folders are shared.
    shown = audit.parse_checkpoint(checkpoint).checkpoint
    if (shown.size, shown.root) != (report.size, report.root):
        raise VerificationError("E251", where=Where(file=str(folder)))
    supervisors = {k.key for k in report.keys if k.role is audit.Role.SUPERVISOR}
    if signer.vkey not in supervisors:
        raise StateError("E190", key=signer.name)
    for draw in report.draws:
        if seen is None or draw.announced >= seen.size:
            _check_held(draw, draws)
    made = audit.cosign(checkpoint, signer, int(now.timestamp()))
    # Remembered first: a witness that forgets what it signed could sign a fork.
    write_file(state, checkpoint)
    write_file(out, made)
    return Cosigned(size=report.size, root=report.root.hex())


def _check_held(draw: audit.DrawLife, draws: Path | None) -> None:
    places = [] if draws is None else [draws / draw.draw, draws / f"{draw.draw}.zip"]
    place = next((p for p in places if p.exists()), None)
    if place is None:
        raise StateError("E173", draw=draw.draw, file="announcement.json")
    try:
        _, files = load_folder(place, KNOWN)
    except DualRandomError as exc:
        raise StateError("E173", draw=draw.draw, file=place.name) from exc
    data = files.get("announcement.json", b"")
    if sha256(data) != draw.commitment:
        raise StateError("E173", draw=draw.draw, file="announcement.json")
    announcement: Announcement = parse_announcement(data)
    for name, digest in announcement.files:
        if sha256(files.get(name, b"")) != digest.sha256:
            raise StateError("E173", draw=draw.draw, file=name)


def take_cosigned(office: Office, file: Path) -> int:
    """Take in a cosigned checkpoint, and renew the proofs of all draws.

    Raises:
        StateError: E181, this office signed no such checkpoint; E185, E186, whose
            lines are not taken in.
        InputError: E701-E704, E708, E711, not a checkpoint, or not a valid signature.
    """
    with given(Where(file=str(file))):
        size = journal.add_cosignatures(office, read(file))
    with office.registry.read() as tx:
        draws = [life.draw for life in journal.told(office, tx).draws]
    journal.write_proofs(office, *draws)
    return size
