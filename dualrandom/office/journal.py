"""The office's side of the audit log: append an act, sign a checkpoint, prove.

- An act is signed inside the transaction of the rows that it speaks of.
- The last signed size and root are also kept outside the database: a restored backup
  cannot make this office sign a fork.
- A checkpoint once signed is kept by its size; witnesses' lines are added to it.

Spec: log-v1 §1, §2, §6.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash, tree_hash
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.folder import write_file, write_files
from dualrandom.keyring import KeyRing
from dualrandom.office.place import stamp
from dualrandom.records import DrawRecord, DrawState
from dualrandom.registry.lists import DRAWS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

CHECKPOINTS: Final = "checkpoints"
GENESIS: Final = "genesis.entry"
ORIGIN_PREV: Final = "0" * 64


def new_op(office: Office) -> str:
    """Return a fresh operation id: a retry of the same call must reuse it."""
    return str(uuid.UUID(bytes=office.entropy(16), version=4))


def append(
    office: Office,
    tx: Writer,
    act: str,
    body: dict[str, Any],
    *,
    signer: PrivateKey,
    at: dt.datetime | None = None,
    op: str | None = None,
    approvals: Sequence[str] = (),
) -> audit.Entry:
    """Append an act within a transaction; it stands when the transaction does.

    Args:
        office: whose log.
        tx: the transaction of the rows that the entry speaks of.
        act: what was done.
        body: the act's own fields.
        signer: the person answerable.
        at: the moment of those rows; None: now.
        op: the caller's own id of the operation; None makes one.
        approvals: signed notes of second persons.

    Returns:
        The entry, with its ``seq``.

    Spec:
        log-v1 §1.
    """
    head = tx.head()
    entry = audit.Entry(
        log=office.settings.origin,
        seq=0 if head is None else head.seq + 1,
        prev=ORIGIN_PREV if head is None else head.leaf,
        time=stamp(at or office.clock()),
        act=act,
        by=signer.name,
        op=op or new_op(office),
        body=body,
        approvals=tuple(approvals),
    )
    data = audit.sign_entry(entry, signer)
    tx.append(
        seq=entry.seq,
        prev=entry.prev,
        op=entry.op,
        leaf=leaf_hash(data).hex(),
        data=data,
    )
    return entry


def checkpoint(office: Office) -> bytes:
    """Return a signed checkpoint of the whole log, and keep it.

    Raises:
        StateError: E180, the database does not continue what was signed before: it
            was restored, cut or changed.

    Spec:
        log-v1 §2, "Signing memory".
    """
    with office.registry.read() as tx:
        leaves = [leaf_hash(data) for data in tx.entries()]
    last = last_checkpoint(office)
    if last is not None:
        kept = audit.parse_checkpoint(last).checkpoint
        if kept.size > len(leaves) or tree_hash(leaves[: kept.size]) != kept.root:
            raise StateError("E180", size=kept.size, entries=len(leaves))
        if kept.size == len(leaves):
            return last
    made = audit.sign_checkpoint(
        audit.Checkpoint(
            origin=office.settings.origin, size=len(leaves), root=tree_hash(leaves)
        ),
        office.log_signer(),
    )
    write_files(office.kept, {f"{CHECKPOINTS}/{len(leaves):012}": made})
    return made


def kept_checkpoints(office: Office) -> tuple[Path, ...]:
    """Return the files of all signed checkpoints, smallest first."""
    folder = office.kept / CHECKPOINTS
    return tuple(sorted(folder.glob("[0-9]" * 12))) if folder.is_dir() else ()


def last_checkpoint(office: Office) -> bytes | None:
    """Return the checkpoint signed last, with its cosignatures."""
    kept = kept_checkpoints(office)
    return kept[-1].read_bytes() if kept else None


def add_cosignatures(office: Office, cosigned: bytes) -> int:
    """Add a witness's lines to the checkpoint that it cosigned; return its size.

    Raises:
        StateError: E181, this office signed no such checkpoint.
        VerificationError: it is no checkpoint.
    """
    theirs = audit.parse_checkpoint(cosigned)
    size = theirs.checkpoint.size
    at = office.kept / CHECKPOINTS / f"{size:012}"
    if not at.is_file():
        raise StateError("E181", size=size)
    ours = at.read_bytes()
    if audit.parse_checkpoint(ours).checkpoint != theirs.checkpoint:
        raise StateError("E181", size=size)
    for signature in theirs.note.signatures:
        ours = audit.add_signature(ours, signature)
    write_file(at, ours)
    return size


def write_proofs(office: Office, draw: str, seqs: dict[str, int]) -> None:
    """Write the entries of a draw and their proofs into its folder.

    The proof uses the first witnessed checkpoint that holds the entry, because only
    that says *before*; else the first signed one.

    Args:
        office: the open office.
        draw: its id.
        seqs: ``announce``, ``result`` or ``abandon`` to the entry's seq.

    Spec:
        draw-v1 §2, ``log/``.
    """
    with office.registry.read() as tx:
        entries = list(tx.entries())
    leaves = [leaf_hash(data) for data in entries]
    files = {}
    for act, seq in sorted(seqs.items()):
        signed = _covering(office, seq)
        if signed is None:
            continue
        size = audit.parse_checkpoint(signed).checkpoint.size
        files[f"log/{act}.entry"] = entries[seq]
        files[f"log/{act}.tlog-proof"] = audit.proof_bytes(
            audit.Proof(
                index=seq,
                path=audit.inclusion_proof(leaves[:size], seq, size),
                checkpoint=signed,
            )
        )
    write_files(office.draw(draw), files)


def _covering(office: Office, seq: int) -> bytes | None:
    first = None
    for path in kept_checkpoints(office):
        if int(path.name) <= seq:
            continue
        data = path.read_bytes()
        if len(audit.parse_checkpoint(data).note.signatures) > 1:
            return data
        first = first or data
    return first


def log_keys(tx: Reader, signer: PrivateKey) -> list[str]:
    """Return the keys that a draw's entry names: the log's, the signer's, supervisors'.

    Spec:
        log-v1 §3: they make a changed byte visible, and nobody trustworthy.
    """
    ring = KeyRing()
    for data in tx.entries():
        entry = audit.parse_entry(data)[0]
        if entry.act == "log.genesis":
            ring.start(entry)
        elif entry.act == "key.add":
            ring.add(entry)
        elif entry.act == "key.revoke":
            ring.revoke(entry)
    keys = (
        *ring.active(audit.Role.LOG),
        *ring.active(audit.Role.SUPERVISOR),
        signer.vkey,
    )
    return sorted(set(map(str, keys)), key=str.encode)


def dice_of(tx: Reader, draw: str, commitment: str, source: int) -> str | None:
    """Return the dice that stand in the log for a source of a draw, if any."""
    for data in tx.entries():
        entry = audit.parse_entry(data)[0]
        body: dict[str, Any] = dict(entry.body)
        if entry.act == "draw.dice" and (
            body["draw"],
            body["commitment"],
            body["source"],
        ) == (draw, commitment, source):
            return str(body["digits"])
    return None


def open_draw(tx: Reader, draw: str) -> DrawRecord:
    """Return the state of a draw that waits for its randomness.

    Raises:
        StateError: E390 not frozen; E391 drawn already; E392 abandoned.
    """
    record = tx.draw(draw)
    if record is None:
        raise StateError("E390", draw=draw)
    if record.state is DrawState.DRAWN:
        raise StateError("E391", draw=draw)
    if record.state is DrawState.ABANDONED:
        raise StateError("E392", draw=draw)
    return record


def set_state(tx: Writer, record: DrawRecord, entry: audit.Entry) -> None:
    """Note how far a draw has come, as of the entry that says so."""
    tx.put_draw(
        record,
        seq=entry.seq,
        at=dt.datetime.fromisoformat(entry.time),
        by=entry.by,
        reason=str(record.state),
    )


def write_draw_proofs(office: Office, draw: str) -> None:
    """Write or renew the entries and proofs of a draw, as far as it has come."""
    acts = {
        DrawState.ANNOUNCED: "announce",
        DrawState.DRAWN: "result",
        DrawState.ABANDONED: "abandon",
    }
    with office.registry.read() as tx:
        versions = tx.history(DRAWS, (draw,))
    write_proofs(office, draw, {acts[v.record.state]: v.since.seq for v in versions})


def keep_genesis(office: Office, data: bytes) -> None:
    """Keep the genesis entry: what a verifier's trust may start from."""
    write_file(office.kept / GENESIS, data)


def check_genesis(data: bytes) -> audit.Entry:
    """Return a genesis entry that a reader kept.

    Raises:
        VerificationError: E182, not a genesis entry.
    """
    entry = audit.parse_entry(data)[0]
    if entry.act != "log.genesis" or entry.seq != 0:
        raise VerificationError("E182", where=Where(entry=entry.seq))
    return entry
