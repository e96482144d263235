"""Two statements about one log, held against each other: does one continue the other?

- A statement is a checkpoint, or a published log with its checkpoint.
- Two roots for one size, or a smaller tree that is not the beginning of the larger, are
  a **fork**. The two notes prove it to anybody who knows the log's key: it signed both.
- From checkpoints of two sizes alone nothing follows; the log of the larger is needed.

Spec: log-v1 §5 (a log never signs two of which one is not the beginning of the other).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.errors import InputError, VerificationError, Where
from dualrandom.keys import verify_ed25519
from dualrandom.office.checking import (
    CHECKPOINT,
    published_file,
    published_report,
    read,
)
from dualrandom.office.sources import given

if TYPE_CHECKING:
    from pathlib import Path

    from dualrandom.audit import SignedCheckpoint, VKey


class Relation(StrEnum):
    """What two statements are to each other."""

    SAME = "same"
    CONTINUED = "continued"
    FORK = "fork"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a comparison came to.

    Attributes:
        relation: as said; of *continued* the larger begins with the smaller.
        sizes: of the two, in the order given.
        notes: both checkpoints, verbatim: the proof of a fork.
        signed: whether one key of the log is known to have signed both.
    """

    relation: Relation
    origin: str
    sizes: tuple[int, int]
    notes: tuple[bytes, bytes]
    signed: bool

    @property
    def exit_code(self) -> int:
        """0 one history; 1 a proven fork; 6 cannot tell, or not who signed."""
        if self.relation is Relation.FORK:
            return 1 if self.signed else 6
        return 6 if self.relation is Relation.UNKNOWN else 0


def compare(one: Path, other: Path, trust: audit.LogTrust) -> Compared:
    """Compare two checkpoints or published logs of one log.

    Args:
        one: a checkpoint's file, or a published ``log/``.
        other: likewise.
        trust: a policy's log keys count as the log's; so do those of a log at hand
            that begins with the kept genesis entry.

    Raises:
        EnvironmentProblem: E150, E151, something cannot be read.
        InputError: E701-E704, E711, not a checkpoint; E125, of two logs.
        VerificationError: E172, a log is not what its own checkpoint says.
    """
    places = (one, other)
    notes = [_note(place) for place in places]
    made = []
    for place, note in zip(places, notes, strict=True):
        with given(Where(file=str(place))):
            made.append(audit.parse_checkpoint(note))
    first, second = (signed.checkpoint for signed in made)
    if first.origin != second.origin:
        raise InputError("E125", one=first.origin, other=second.origin)
    keys = () if trust.policy is None else trust.policy.logs
    for place in places:
        if place.is_dir():
            keys = (*keys, *_log_keys(place, trust))
    return Compared(
        relation=_relation(places, first, second),
        origin=first.origin,
        sizes=(first.size, second.size),
        notes=(notes[0], notes[1]),
        signed=len(_signers(made[0], keys) & _signers(made[1], keys)) > 0,
    )


def _note(place: Path) -> bytes:
    return read(place / CHECKPOINT if place.is_dir() else place)


def _relation(
    places: tuple[Path, Path], first: audit.Checkpoint, second: audit.Checkpoint
) -> Relation:
    if first.size == second.size:
        return Relation.SAME if first.root == second.root else Relation.FORK
    pairs = zip(places, (first, second), strict=True)
    (_, small), (place, _) = sorted(pairs, key=lambda pair: pair[1].size)
    if not place.is_dir() or small.size == 0:
        return Relation.UNKNOWN
    tree = audit.Tree()
    for data in audit.read_log(lambda path: published_file(place, path)).entries:
        if tree.size == small.size:
            break
        tree.append(leaf_hash(data))
    return Relation.CONTINUED if tree.root == small.root else Relation.FORK


def _log_keys(folder: Path, trust: audit.LogTrust) -> tuple[VKey, ...]:
    """Return the log keys of a log that holds in itself."""
    genesis = audit.LogTrust(genesis=trust.genesis)
    report = published_report(folder, genesis)
    if report.exit_code == 1:
        bad = next(f for f in report.findings if f.weight is audit.Weight.DIFFERS)
        where = Where(file=str(folder), entry=bad.seq)
        raise VerificationError("E127", where=where, code=bad.code)
    return tuple(k.key for k in report.keys if k.role is audit.Role.LOG)


def _signers(signed: SignedCheckpoint, keys: tuple[VKey, ...]) -> set[VKey]:
    try:
        made = audit.check_note(signed.note, audit.key_book(keys), verify_ed25519)
    except VerificationError:
        return set()
    return {signature.key for signature in made}
