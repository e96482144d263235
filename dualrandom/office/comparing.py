"""Two statements about one log, held against each other: does one continue the other?

- A statement is a checkpoint, or a published log with its checkpoint.
- Two roots for one size, or a smaller tree that is not the beginning of the larger, are
  a **fork**. It is proven if the signatures hold: one key signed both notes, whoever
  says whose it is; or two keys of a log that the reader trusts did.
- Without a key nothing is proven: anybody can write a note that names the log's key.
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
    log_trust,
    published_file,
    published_report,
    read,
    read_genesis,
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
        keys: which signed both, or both sides, and are known; none: nobody is known to
            have signed both.
        trusted: whether the reader's own trust names these keys.
    """

    relation: Relation
    origin: str
    sizes: tuple[int, int]
    notes: tuple[bytes, bytes]
    keys: tuple[VKey, ...]
    trusted: bool

    @property
    def exit_code(self) -> int:
        """0 one history; 1 a proven fork; 6 cannot tell, or not who signed."""
        if self.relation is Relation.FORK:
            return 1 if self.keys else 6
        return 6 if self.relation is Relation.UNKNOWN else 0


def compare(
    one: Path, other: Path, *, policy: Path | None, genesis: Path | None
) -> Compared:
    """Compare two checkpoints or published logs of one log.

    Args:
        one: a checkpoint's file, or a published ``log/``.
        other: likewise.
        policy: a reader's own; its log keys count as the log's.
        genesis: a kept genesis entry; its log key counts, and the keys that followed in
            a log at hand, which must begin with it.

    Raises:
        EnvironmentProblem: E150, E151, something cannot be read.
        InputError: E701-E704, E711, not a checkpoint; E125, of two logs.
        UsageError: a policy or a genesis entry that is none.
        VerificationError: E127, a log is not what its own checkpoint says.
    """
    trust = log_trust(against=None, policy=policy, genesis=genesis)
    places = (one, other)
    notes = [_note(place) for place in places]
    made = []
    for place, note in zip(places, notes, strict=True):
        with given(Where(file=str(place))):
            made.append(audit.parse_checkpoint(note))
    first, second = (signed.checkpoint for signed in made)
    if first.origin != second.origin:
        raise InputError("E125", one=first.origin, other=second.origin)
    trusted = () if trust.policy is None else trust.policy.logs
    if genesis is not None:
        body = audit.parse_entry(read_genesis(genesis))[0].body
        trusted = (*trusted, audit.parse_genesis(body).key)
    found = tuple(
        key for place in places if place.is_dir() for key in _log_keys(place, trust)
    )
    if genesis is not None:  # each log was found to begin with it
        trusted, found = (*trusted, *found), ()
    known = [key for key in (*trusted, *found) if key.name == first.origin]
    signers = [_signers(note, tuple(known)) for note in made]
    theirs = [signed & set(trusted) for signed in signers]
    # A key that nobody vouches for counts if it signed both: it contradicts itself.
    keys = (theirs[0] | theirs[1]) if all(theirs) else signers[0] & signers[1]
    return Compared(
        relation=_relation(places, first, second),
        origin=first.origin,
        sizes=(first.size, second.size),
        notes=(notes[0], notes[1]),
        keys=tuple(dict.fromkeys(key for key in known if key in keys)),
        trusted=all(theirs),
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
