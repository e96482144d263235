"""A log against what others say of it: its checkpoint, and what the reader kept.

Border: sizes, roots and keys come in, findings go out.

- A checkpoint is met when exactly as many entries were read as it speaks of: then
  its root must be theirs, and the keys that count are those of that moment.
- Only what the reader kept is an anchor: a size and root of this log that nobody in
  the office can take back. What lies beside the log is the office's own word.

Spec: log-v1 §7, §8 steps 9–11.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.acts import Role
from dualrandom.checkpoints import parse_checkpoint
from dualrandom.errors import VerificationError
from dualrandom.notes import check_note, key_book, unknown_lines

if TYPE_CHECKING:
    from dualrandom.checkpoints import Checkpoint, SignedCheckpoint
    from dualrandom.keyring import KeyRing
    from dualrandom.logreport import Findings, LogTrust
    from dualrandom.merkle import Tree
    from dualrandom.notes import Signed, Verifier, VKey


class Anchors:
    """The published checkpoint and the reader's own, each met in its turn.

    Attributes:
        due: the sizes at which one must be met.
        held: sizes of the reader's own that the log agrees with.
        known_log: whether the reader's policy names the log's key.
    """

    def __init__(
        self,
        *,
        checkpoint: bytes | None,
        trust: LogTrust,
        verify: Verifier,
        findings: Findings,
    ) -> None:
        self._trust = trust
        self._verify = verify
        self._findings = findings
        self._published: SignedCheckpoint | None = None
        self._signed: tuple[Signed, ...] = ()
        self._kept: tuple[tuple[Checkpoint, SignedCheckpoint | None], ...] = (
            *((signed.checkpoint, signed) for signed in trust.kept),
            *((state, None) for state in trust.states),
            *((state, None) for state in (trust.verified,) if state is not None),
        )
        self.held: list[int] = []
        self.known_log = False
        self.due = {made.size for made, _ in self._kept}
        if checkpoint is None:
            return
        try:
            self._published = parse_checkpoint(checkpoint)
        except VerificationError as error:
            findings.differs(None, error.code, **error.params)
        else:
            self.due.add(self._published.checkpoint.size)

    @property
    def cosigned(self) -> tuple[tuple[str, int], ...]:
        """Names and times of the valid cosignatures on the published checkpoint."""
        return tuple((s.key.name, s.time) for s in self._signed if s.time is not None)

    def meet(self, tree: Tree, origin: str | None, ring: KeyRing) -> None:
        """Compare with every checkpoint that speaks of exactly so many entries."""
        published = self._published
        if published is not None and published.checkpoint.size == tree.size:
            self._meet_published(published, tree, origin, ring)
        for kept, signed in self._kept:
            # A size of 0 is consistent with every log: no anchor.
            if kept.size == tree.size > 0:
                self._meet_kept(kept, signed, tree, origin, ring)

    def finish(self, size: int) -> None:
        """Name the checkpoints that speak of more entries than there were."""
        if self._published is not None:
            claimed = self._published.checkpoint.size
            if claimed > size:
                self._findings.differs(None, "E760", size=claimed, have=size)
            elif claimed < size:
                self._findings.note(None, "E761", count=size - claimed)
        for kept, _ in self._kept:
            if kept.size > size:
                self._findings.differs(None, "E769", size=kept.size, have=size)

    def _meet_published(
        self, signed: SignedCheckpoint, tree: Tree, origin: str | None, ring: KeyRing
    ) -> None:
        made, findings = signed.checkpoint, self._findings
        if origin is not None and made.origin != origin:
            findings.differs(None, "E764", origin=made.origin, due=origin)
            return
        if made.root != tree.root:
            findings.differs(None, "E759", size=made.size)
        if made.extensions:
            findings.unchecked(None, "E777")
        own = ring.active(Role.LOG)
        logs = self._logs(made.origin, own)
        if logs is None:
            findings.differs(None, "E765")
            return
        policy = self._trust.policy
        witnesses = () if policy is None else tuple(key for _, key in policy.witnesses)
        supervisors = tuple(key.cosigner for key in ring.active(Role.SUPERVISOR))
        known = key_book((*own, *logs, *supervisors, *witnesses))
        try:
            self._signed = check_note(signed.note, known, self._verify)
        except VerificationError as error:
            findings.differs(None, error.code, **error.params)
            return
        keys = {s.key for s in self._signed}
        if not keys & set(logs):
            # Without a usable genesis nobody's key is known; if all log keys were
            # revoked, nobody may sign for the log any more.
            known_keys = len(logs) > 0 or ring.genesis is not None
            say = findings.differs if known_keys else findings.unchecked
            say(None, "E763", origin=made.origin)
            return
        for line in unknown_lines(signed.note, known):
            findings.unchecked(None, "E775", name=line.name)
        self._check_witnesses(keys, ring)

    def _check_witnesses(self, signed: set[VKey], ring: KeyRing) -> None:
        policy = self._trust.policy
        if policy is not None:
            self.known_log = len(policy.logs) > 0
            if not policy.allows(signed):
                self._findings.unchecked(None, "E766")
        else:
            # The reader did not ask for witnesses: what the log promised is shown.
            supervisors = ring.active(Role.SUPERVISOR)
            have = sum(key.cosigner in signed for key in supervisors)
            if have < ring.promised:
                self._findings.note(None, "E776", have=have, need=ring.promised)

    def _logs(self, origin: str, own: tuple[VKey, ...]) -> tuple[VKey, ...] | None:
        """Return the keys of which one must have signed; None: not the trusted log.

        A policy without logs leaves the choice of the log to other knowledge. A
        trusted key that the log has revoked no longer counts.
        """
        policy = self._trust.policy
        if policy is None or not policy.logs:
            return own
        trusted = tuple(
            key for key in policy.logs if key.name == origin and (not own or key in own)
        )
        return trusted or None

    def _meet_kept(
        self,
        kept: Checkpoint,
        signed: SignedCheckpoint | None,
        tree: Tree,
        origin: str | None,
        ring: KeyRing,
    ) -> None:
        if origin is not None and kept.origin != origin:
            self._findings.differs(None, "E770", origin=kept.origin, due=origin)
        elif kept.root != tree.root:
            self._findings.differs(None, "E768", size=kept.size)
        elif signed is not None and not self._is_signed(signed, ring):
            self._findings.unchecked(None, "E771", size=kept.size)
        else:
            self.held.append(kept.size)

    def _is_signed(self, signed: SignedCheckpoint, ring: KeyRing) -> bool:
        logs = key_book(ring.active(Role.LOG))
        try:
            return len(check_note(signed.note, logs, self._verify)) > 0
        except VerificationError:
            return False
