"""The office's side of the audit log: append an act, take up cosignatures, prove.

- An act is signed inside the transaction of the rows that it speaks of.
- Nothing is appended to a log that does not continue what this office signed; see
  :mod:`.memory`.
- How far a draw has come is what the log says, whatever its row in the database does.
- Witnesses' lines are added to the checkpoint that they saw.

Spec: log-v1 §1, §2, §6.
"""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    StateError,
    VerificationError,
    Where,
)
from dualrandom.folder import write_file, write_files
from dualrandom.keys import verify_ed25519
from dualrandom.office import memory
from dualrandom.office.place import KEPT, stamp
from dualrandom.public import naming
from dualrandom.records import DrawRecord, DrawState, TaskId

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from dualrandom.keys import PrivateKey
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader, Writer

GENESIS: Final = "genesis.entry"
ORIGIN_PREV: Final = "0" * 64
AHEAD: Final = dt.timedelta(minutes=5)
"""How far an entry's time may be ahead of the database's clock."""


def signer(office: Office) -> PrivateKey:
    """Return the officer's signer, once the log's key is known to work as well.

    A wrong passphrase is then found before anything is done.
    """
    officer = office.officer()
    office.log_signer()
    return officer


@contextmanager
def writing(office: Office) -> Iterator[tuple[Writer, ExitStack]]:
    """Give a transaction on a log that continues what this office signed.

    Yields:
        The transaction, and what to call if it does not stand in the end: files that
        were written for its entries.

    Raises:
        StateError: E180, E183, as for :func:`.memory.checkpoint`.
    """
    undo, head = ExitStack(), None
    try:
        with office.registry.write() as tx:
            memory.check_continues(office, tx)
            yield tx, undo
            head = tx.head()
        memory.note_head(office, head)
    except BaseException:
        # An interrupt may come after the commit: what was written then stands.
        if head is None or not _stands(office, head.seq, head.leaf):
            undo.close()
        raise


def _stands(office: Office, seq: int, leaf: str) -> bool:
    try:
        with office.registry.read() as tx:
            data = tx.entry(seq)
    except DualRandomError:
        return True  # cannot tell: better a file too many than one too few
    return data is not None and leaf_hash(data).hex() == leaf


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
        The entry, with its ``seq``. A retry, with the same ``op``, act and body by the
        same person, finds the entry that it wrote before; nothing is appended.

    Raises:
        StateError: E342, ``op`` was another act's; E734-E736, E739, the signer may not
            do this; E128, the time is far ahead of the database's.

    Spec:
        log-v1 §1.
    """
    before = None if op is None else tx.entry_by_op(op)
    if before is not None:
        known = audit.parse_entry(before)[0]
        if (known.act, known.body, known.by) != (act, body, signer.name):
            raise StateError("E342", where=Where(entry=known.seq), op=known.op)
        return known
    office.roll.check(tx, act, signer, len(approvals))
    moment, clock = at or office.clock(), tx.clock()
    if clock is not None and moment > clock + AHEAD:
        raise StateError("E128", time=stamp(moment), clock=stamp(clock))
    head = tx.head()
    entry = audit.Entry(
        log=office.settings.origin,
        seq=0 if head is None else head.seq + 1,
        prev=ORIGIN_PREV if head is None else head.leaf,
        time=stamp(moment),
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
    # If it does not stand in the end, the roll sees another head, and reads anew.
    office.roll.read((data,))
    return entry


def add_cosignatures(office: Office, cosigned: bytes) -> int:
    """Add supervisors' lines to the checkpoint that they cosigned; return its size.

    A line that is wrong, or by a key that readers cannot know, would make every proof
    that carries it wrong or uncheckable, for good: it is not taken in.

    Raises:
        StateError: E181, this office signed no such checkpoint; E185, a line by
            somebody who is no supervisor of this log; E186, nobody cosigned.
        VerificationError: it is no checkpoint; E708, a signature is not valid.
    """
    theirs = audit.parse_checkpoint(cosigned)
    # Of two who bring a line at a time, neither takes away the other's.
    with office.registry.write() as tx:
        return _add_cosignatures(office, tx, theirs)


def _add_cosignatures(
    office: Office, tx: Reader, theirs: audit.SignedCheckpoint
) -> int:
    size = theirs.checkpoint.size
    at = memory.checkpoint_file(office, size)
    if not at.is_file():
        raise StateError("E181", size=size)
    ours = at.read_bytes()
    if audit.parse_checkpoint(ours).checkpoint != theirs.checkpoint:
        raise StateError("E181", size=size)
    keys = told(office, tx).keys
    book = audit.key_book(
        k.key.cosigner if k.role is audit.Role.SUPERVISOR else k.key
        for k in keys
        if k.revoked is None
    )
    for line in audit.unknown_lines(theirs.note, book):
        raise StateError("E185", name=line.name)
    signed = audit.check_note(theirs.note, book, verify_ed25519)
    if all(signature.time is None for signature in signed):
        raise StateError("E186")
    for signature in theirs.note.signatures:
        ours = audit.add_signature(ours, signature)
    write_file(at, ours)
    return size


def write_proofs(office: Office, *draws: str) -> None:
    """Write or renew the entries of draws and their proofs, as far as they have come.

    The proof uses the first witnessed checkpoint that holds the entry, because only
    that says *before*; else the first signed one.

    Spec:
        draw-v1 §2, ``log/``.
    """
    with office.registry.read() as tx:
        report, entries = told(office, tx), list(tx.entries())
    leaves = [leaf_hash(data) for data in entries]
    for draw in draws:
        life = draw_of(report, draw)
        seqs = {"announce": life.announced}
        if life.ended is not None:
            seqs["abandon" if life.result is None else "result"] = life.ended
        files = {}
        for act, seq in seqs.items():
            signed = covering(office, seq)
            if signed is None:
                continue
            size = audit.parse_checkpoint(signed).checkpoint.size
            proof = memory.proof(office, leaves[:size], seq, signed)
            files[f"log/{act}.entry"] = entries[seq]
            files[f"log/{act}.tlog-proof"] = audit.proof_bytes(proof)
        if office.draw(draw).is_dir():
            write_files(office.draw(draw), files)


def covering(office: Office, seq: int) -> bytes | None:
    """Return the first witnessed checkpoint that holds an entry, else the first."""
    first = None
    for path in memory.kept_checkpoints(office):
        if int(path.name) <= seq:
            continue
        data = path.read_bytes()
        with naming(f"{KEPT}/{memory.CHECKPOINTS}/{path.name}"):
            signatures = audit.parse_checkpoint(data).note.signatures
        if len(signatures) > 1:
            return data
        first = first or data
    return first


def sign(office: Office) -> bytes:
    """Return a signed checkpoint of a log in which nothing is wrong.

    What the office has signed once it can take back no more: an entry that somebody
    put into the database is found before.

    Raises:
        StateError: E184; E120, E180, E183 as for :func:`.memory.checkpoint`.
    """
    with office.registry.read() as tx:
        told(office, tx)
    return memory.checkpoint(office)


def settle(office: Office, draw: str) -> None:
    """Sign and prove what was just logged of a draw.

    Raises:
        EnvironmentProblem: E187, the act stands, this did not work; publishing makes
            up for it.
    """
    try:
        sign(office)
        write_proofs(office, draw)
    except DualRandomError as error:
        raise EnvironmentProblem(
            "E187", where=error.where, draw=draw, code=error.code
        ) from error


def told(office: Office, tx: Reader) -> audit.LogReport:
    """Return what the log tells of draws, keys and lists, if nothing in it is wrong.

    Raises:
        StateError: E184, something is.
    """
    signed = None
    with suppress(VerificationError):  # told when something is signed next
        signed = memory.last_checkpoint(office)
    return office.verified.report(tx, signed)


def draw_of(report: audit.LogReport, draw: str) -> audit.DrawLife:
    """Return what the log tells of a draw.

    Raises:
        StateError: E390, it was never announced.
    """
    for life in report.draws:
        if life.draw == draw:
            return life
    raise StateError("E390", draw=draw)


def open_draw(report: audit.LogReport, draw: str) -> audit.DrawLife:
    """Return what the log tells of a draw that waits for its randomness.

    Raises:
        StateError: E390 not frozen; E391 drawn already; E392 abandoned.
    """
    life = draw_of(report, draw)
    if life.ended is not None:
        raise StateError("E392" if life.result is None else "E391", draw=draw)
    return life


def logged_at(tx: Reader, life: audit.DrawLife) -> dt.datetime:
    """Return when a draw's announcement and dice were logged, the later of them."""
    seqs = {life.announced, life.announced if life.rolled is None else life.rolled}
    return max(entry_time(tx, seq) for seq in seqs)


def entry_time(tx: Reader, seq: int) -> dt.datetime:
    """Return when an entry of the log was made, by its signer's clock."""
    entry, _ = audit.parse_entry(tx.entry(seq) or b"")
    return dt.datetime.fromisoformat(entry.time)


def publications(tx: Reader) -> tuple[audit.Entry, ...]:
    """Return every ``notice.publish``, oldest first."""
    read = (audit.parse_entry(data)[0] for data in tx.entries())
    return tuple(entry for entry in read if entry.act == "notice.publish")


def last_publication(tx: Reader) -> audit.Entry | None:
    """Return the newest ``notice.publish``, or None."""
    found = publications(tx)
    return found[-1] if found else None


def log_keys(report: audit.LogReport, signer: PrivateKey) -> list[str]:
    """Return the keys that a draw's entry names: the log's, the signer's, supervisors'.

    Spec:
        log-v1 §3: they make a changed byte visible, and nobody trustworthy.
    """
    roles = (audit.Role.LOG, audit.Role.SUPERVISOR)
    keys = {str(k.key) for k in report.keys if k.revoked is None and k.role in roles}
    return sorted(keys | {str(signer.vkey)}, key=str.encode)


def set_state(
    tx: Writer, life: audit.DrawLife, state: DrawState, entry: audit.Entry
) -> None:
    """Note how far a draw has come, as of the entry that says so."""
    record = DrawRecord(
        id=life.draw,
        task=TaskId(life.task),
        state=state,
        commitment=life.commitment,
        folder=f"draws/{life.draw}",
    )
    tx.put_draw(
        record,
        seq=entry.seq,
        at=dt.datetime.fromisoformat(entry.time),
        by=entry.by,
        reason=str(state),
    )


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
