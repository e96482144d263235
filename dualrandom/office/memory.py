"""The signing memory: what this office signed last, kept outside the database.

    kept/checkpoints/000000000412     a checkpoint by its size, with witnesses' lines
    kept/head.tlog-proof              that its last entry is entry 411 of its tree

- Nothing is signed that does not continue the checkpoint signed last: neither after an
  old backup was restored, nor after the database was cut or changed.
- That takes as long for a long log as for a short one. The newest signed entry stands
  for all before it, by its chain; and its proof holds all of the tree that a longer
  tree is made from. A proof that is gone or does not fit is made again from every
  entry, so nothing rests on the file.
- The checkpoint in ``public/`` is remembered as well: an old copy of the whole office,
  this folder included, is behind it.
- What somebody edits in older rows is never signed: the tree goes on from what was.
  It is found where all entries are read: ``log verify``, proofs, publication.

Spec: log-v1 §2, "Signing memory".
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.folder import sweep, write_files
from dualrandom.keys import verify_ed25519
from dualrandom.office.place import KEPT
from dualrandom.public import LOG, naming

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from dualrandom.office.place import Office
    from dualrandom.registry import Head, Reader

CHECKPOINTS: Final = "checkpoints"
HEAD: Final = "head.tlog-proof"
_DIGITS: Final = 12
FOUNDING: Final = 2
"""Entries that ``init`` makes, before the first checkpoint is signed."""


def checkpoint_file(office: Office, size: int) -> Path:
    """Return where the checkpoint of a size is kept."""
    return office.kept / CHECKPOINTS / f"{size:0{_DIGITS}}"


def kept_checkpoints(office: Office) -> tuple[Path, ...]:
    """Return the files of all signed checkpoints, smallest first."""
    with suppress(FileNotFoundError, NotADirectoryError):
        found = sorted((office.kept / CHECKPOINTS).iterdir())
        return tuple(p for p in found if len(p.name) == _DIGITS and p.name.isdecimal())
    return ()


def last_checkpoint(office: Office) -> bytes | None:
    """Return the checkpoint signed last, with its cosignatures.

    Raises:
        VerificationError: E701–E704, E711, the file is not what was kept.
    """
    kept = kept_checkpoints(office)
    if not kept:
        return None
    data = kept[-1].read_bytes()
    with naming(f"{KEPT}/{CHECKPOINTS}/{kept[-1].name}"):
        audit.parse_checkpoint(data)
    return data


def check_continues(office: Office, tx: Reader) -> None:
    """Refuse a database that does not continue what was signed.

    Raises:
        StateError: E180, E183, as for :func:`checkpoint`.
    """
    # A head that this process left, and nothing signed since: nothing to look at.
    head, signed = tx.head(), _signed(office)
    if head is None or (head, signed) != (office.seen.head, office.seen.signed):
        sweep(office.kept)
        _continued(office, tx)
        office.seen.head, office.seen.signed = head, signed


def _signed(office: Office) -> int:
    # The folder's time: every append asks, and there may be thousands of names.
    with suppress(FileNotFoundError, NotADirectoryError):
        return os.stat(f"{office.root}/{KEPT}/{CHECKPOINTS}").st_mtime_ns  # noqa: PTH116 - no Path is made
    return 0


def note_head(office: Office, head: Head | None) -> None:
    """Remember a head that stands now, and continues what was checked before it."""
    office.seen.head = head


def checkpoint(office: Office) -> bytes:
    """Return a signed checkpoint of the whole log, and keep it.

    Raises:
        StateError: E180, the database does not continue what was signed before: it
            was restored, cut or changed; E183, what was signed before is gone; E120,
            the configured key is not the log's.

    Spec:
        log-v1 §2, "Signing memory".
    """
    with office.registry.read() as tx:
        last, tree = _continued(office, tx)
        head = tx.head()
    if last is not None and head is not None and tree.size == head.seq + 1:
        return last
    # Two who sign at a time would write, and clear away, the same files.
    with office.registry.write() as tx:
        return _sign(office, tx)


def _sign(office: Office, tx: Reader) -> bytes:
    last, tree = _continued(office, tx)
    known = tree.size
    for data in tx.entries(known):
        tree.append(leaf_hash(data))
    if last is not None and tree.size == known:
        return last
    office.roll.check_log_key(tx, office.log_signer())
    made = audit.sign_checkpoint(
        audit.Checkpoint(origin=office.settings.origin, size=tree.size, root=tree.root),
        office.log_signer(),
    )
    head = audit.Proof(index=tree.size - 1, path=tree.edge, checkpoint=made)
    write_files(
        office.kept,
        {f"{CHECKPOINTS}/{tree.size:0{_DIGITS}}": made, HEAD: audit.proof_bytes(head)},
    )
    return made


def proof(
    office: Office, leaves: Sequence[bytes], seq: int, signed: bytes
) -> audit.Proof:
    """Return a proof by a signed checkpoint, made from the database's entries.

    Args:
        office: whose log.
        leaves: leaf hashes of all entries that the checkpoint covers.
        seq: the entry.
        signed: the checkpoint.

    Raises:
        StateError: E180, these are not the entries that were signed.
    """
    path = audit.inclusion_proof(leaves, seq, len(leaves))
    made = audit.Proof(index=seq, path=path, checkpoint=signed)
    try:
        audit.check_proof(made, leaves[seq])
    except VerificationError as error:
        raise _refused(office, len(leaves), len(leaves)) from error
    return made


def check_whole(office: Office, entries: Sequence[bytes], signed: bytes) -> None:
    """Refuse entries that are not all those of a checkpoint.

    Raises:
        StateError: E180.
    """
    made = audit.parse_checkpoint(signed).checkpoint
    tree = audit.Tree()
    for data in entries:
        tree.append(leaf_hash(data))
    if (tree.size, tree.root) != (made.size, made.root):
        raise _refused(office, made.size, len(entries))


def _continued(office: Office, tx: Reader) -> tuple[bytes | None, audit.Tree]:
    """Return the checkpoint signed last and its tree, if the log continues it."""
    head = tx.head()
    size = 0 if head is None else head.seq + 1
    last = last_checkpoint(office)
    if last is None:
        if size > FOUNDING:
            raise StateError("E183", where=Where(file=f"{KEPT}/{CHECKPOINTS}"))
        return None, audit.Tree()
    signed = audit.parse_checkpoint(last).checkpoint
    shown = _published(office, tx)
    if shown > signed.size:
        raise _refused(office, shown, size)
    tree = _resumed(office, tx, signed) or _read(tx, signed.size)
    if (tree.size, tree.root) != (signed.size, signed.root):
        raise _refused(office, signed.size, size)
    return last, tree


def _published(office: Office, tx: Reader) -> int:
    """Return the size of the checkpoint that lies in public/, if this log signed it.

    Whoever puts back an old copy of the whole office, this memory included, is found
    by what was published since. What others put there is not ours, and counts for 0.
    """
    path = office.public / LOG / "checkpoint"
    try:
        made = audit.parse_checkpoint(path.read_bytes())
        keys = audit.key_book(office.roll.keys(tx).active(audit.Role.LOG))
        known = audit.check_note(made.note, keys, verify_ed25519)
    except (OSError, VerificationError):
        return 0
    ours = made.checkpoint.origin == office.settings.origin and known
    return made.checkpoint.size if ours else 0


def _resumed(office: Office, tx: Reader, signed: audit.Checkpoint) -> audit.Tree | None:
    data = tx.entry(signed.size - 1)
    if data is None:
        return None
    leaf = leaf_hash(data)
    try:
        path = audit.parse_proof((office.kept / HEAD).read_bytes()).path
        audit.verify_inclusion(leaf, signed.size - 1, signed.size, path, signed.root)
    except (OSError, VerificationError):
        return None
    return audit.Tree.resume(leaf, signed.size, path)


def _read(tx: Reader, size: int) -> audit.Tree:
    tree = audit.Tree()
    for data in tx.entries():
        if tree.size == size:
            break
        tree.append(leaf_hash(data))
    return tree


def _refused(office: Office, size: int, entries: int) -> StateError:
    return StateError(
        "E180",
        where=Where(file=office.settings.database),
        size=size,
        entries=entries,
    )
