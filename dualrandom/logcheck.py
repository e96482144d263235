"""The full check of a log, in one pass: entries in, report out.

Border: bytes in, a report out. No file, no clock; signatures through ``Verifier``; what
the reader trusts is an argument. Compare :class:`LogReport`'s lists and draws with
the database where it is at hand.

- Steps within an entry: limits, strict parsing, ``seq``, ``prev``, ``log``;
  signatures; roles and revocations by index; body; approvals; coherence. The first
  that fails is the entry's fault, and an entry with a fault has no effect.
- Memory does not grow with the log, but for what draws, keys and lists there are, and
  for each ``op``: where those shall go, the caller may say.
- An empty log, or one that may have been cut off, is never called intact.

    report = verify_log(entries, verify=verify_ed25519, checkpoint=data, trust=trust)
    report.exit_code

Spec: log-v1 §8.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

from dualrandom.acts import ACTS, REVIEWS, Role, check_body
from dualrandom.anchors import Anchors
from dualrandom.canonical import leaf_hash, sha256
from dualrandom.entries import NO_PREVIOUS, approval_text, parse_entry
from dualrandom.errors import VerificationError
from dualrandom.keyring import KeyRing
from dualrandom.lives import Lives
from dualrandom.logreport import Findings, LogReport, LogTrust
from dualrandom.merkle import Tree
from dualrandom.notes import check_signature, open_note
from dualrandom.reviews import Reviews

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dualrandom.entries import Entry
    from dualrandom.keyring import KeyState
    from dualrandom.notes import Note, Verifier

    IsNew: TypeAlias = Callable[[bytes], bool]
    """Takes up an operation, 16 bytes; says whether it is new."""
    Through: TypeAlias = Callable[[Iterable[bytes]], Iterator[bytes]]
    """Passes on what it is given, as it is; may look at it first."""

_NO_TRUST: Final = LogTrust()
_OP_BYTES: Final = 16


def verify_log(
    entries: Iterable[bytes],
    *,
    verify: Verifier,
    checkpoint: bytes | None = None,
    trust: LogTrust = _NO_TRUST,
    is_new: IsNew | None = None,
) -> LogReport:
    """Check a whole log.

    Args:
        entries: from entry 0 on, each as it stands in the log.
        verify: checks Ed25519.
        checkpoint: the published one, or None: not given.
        trust: what the reader got elsewhere.
        is_new: remembers operations; None: in memory, 16 bytes each.

    Returns:
        A report; faults of the log are findings, none is raised.
    """
    checker = LogChecker(
        verify=verify, checkpoint=checkpoint, trust=trust, is_new=is_new
    )
    for data in entries:
        checker.feed(data)
    return checker.finish()


class LogChecker:
    """The same, one entry at a time: for progress, and for a witness's new part."""

    def __init__(
        self,
        *,
        verify: Verifier,
        checkpoint: bytes | None = None,
        trust: LogTrust = _NO_TRUST,
        is_new: IsNew | None = None,
        only: frozenset[str] | None = None,
    ) -> None:
        """Begin.

        Args:
            verify: checks Ed25519.
            checkpoint: the published one, or None: not given.
            trust: what the reader got elsewhere.
            is_new: remembers operations; None: in memory, 16 bytes each.
            only: acts to check beyond step 3; None: all. Spec: log-v1 §7.
        """
        self._only, self._checkpoint = only, checkpoint
        self._verify = self._verify_new = verify
        self._trust = trust
        self._before = 0 if trust.verified is None else trust.verified.size
        self._findings = Findings()
        self._anchors = Anchors(
            checkpoint=checkpoint, trust=trust, verify=verify, findings=self._findings
        )
        self._tree = Tree()
        self._head: bytes | None = None
        self._prev = NO_PREVIOUS
        self._time = ""
        self._origin: str | None = None
        self._ring = KeyRing()
        self._lives = Lives()
        self._reviews = Reviews()
        self._is_new = _Operations().add if is_new is None else is_new
        self._known_genesis = False
        self._anchors.meet(self._tree, self._origin, self._ring)

    @property
    def size(self) -> int:
        """How many entries were fed."""
        return self._tree.size

    @property
    def keys(self) -> KeyRing:
        """The keys that were fed so far."""
        return self._ring

    @property
    def findings(self) -> Findings:
        """What was found so far."""
        return self._findings

    def feed(self, data: bytes) -> None:
        """Check the next entry."""
        seq = self._tree.size
        self._verify = _was_verified if seq < self._before else self._verify_new
        try:
            entry, note = parse_entry(data)
            if seq == 0:
                self._start(entry, data)
            self._check(seq, entry, note)
        except VerificationError as error:
            self._findings.differs(seq, error.code, **error.params)
            if seq == 0:
                self._ring, self._known_genesis = KeyRing(), False
        self._head = leaf_hash(data)
        self._prev = self._head.hex()
        self._tree.append(self._head)
        if self._tree.size in self._anchors.due:
            self._anchors.meet(self._tree, self._origin, self._ring)

    def differs(self, error: VerificationError) -> None:
        """Take up a fault that was found outside, for instance in a tile."""
        self._findings.differs(None, error.code, **error.params)

    def unchecked(self, error: VerificationError) -> None:
        """Take up what could not be checked outside, for instance a missing tile."""
        self._findings.unchecked(None, error.code, **error.params)

    # ── one entry ──

    def _start(self, entry: Entry, data: bytes) -> None:
        self._origin = entry.log
        if self._trust.genesis is not None:
            if self._trust.genesis != sha256(data):
                raise VerificationError("E767")
            self._known_genesis = True
        if entry.act == "log.genesis":
            self._ring.start(entry)

    def _check(self, seq: int, entry: Entry, note: Note) -> None:
        # log-v1 §8 steps 3–8, in their order.
        if entry.seq != seq:
            raise VerificationError("E731", due=seq, seq=entry.seq)
        if entry.prev != self._prev:
            raise VerificationError("E732")
        if self._origin is None:
            self._origin = entry.log
        if entry.log != self._origin:
            raise VerificationError("E733", log=entry.log, due=self._origin)
        if (entry.act == "log.genesis") != (seq == 0):
            raise VerificationError("E738")
        if self._ring.genesis is None:
            return  # E778 says so once, at the end
        if self._only is None or entry.act in self._only:
            self._check_meaning(seq, entry, note)
        elif not self._is_new(_operation(entry)):
            raise VerificationError("E737", op=entry.op)
        for field in entry.unknown:
            self._findings.unchecked(seq, "E726", field=field)

    def _check_meaning(self, seq: int, entry: Entry, note: Note) -> None:
        # log-v1 §8 steps 4–8.
        signer = self._signer(seq, entry, note)
        self._check_act(seq, entry, signer)
        approved = self._check_approvals(seq, entry, signer)
        if not self._is_new(_operation(entry)):
            raise VerificationError("E737", op=entry.op)
        self._take_effect(seq, entry, signer, approved)
        signer.last = seq
        if entry.time < self._time:
            self._findings.note(seq, "E743", before=self._time)
        self._time = entry.time

    def _signer(self, seq: int, entry: Entry, note: Note) -> KeyState:
        found: KeyState | None = None
        strangers = []
        for line in note.signatures:
            state = self._ring.find(line.name, line.id)
            if state is None:
                strangers.append(line.name)
                continue
            check_signature(state.key, line, note.text, self._verify)
            if line.name == entry.by and (found is None or found.revoked is not None):
                found = state
        if found is None:
            code = "E734" if entry.by in strangers else "E710"
            raise VerificationError(code, name=entry.by)
        if found.revoked is not None:
            raise VerificationError("E736", name=entry.by, revoked=found.revoked)
        for name in strangers:
            self._findings.unchecked(seq, "E775", name=name)
        return found

    def _check_act(self, seq: int, entry: Entry, signer: KeyState) -> None:
        act = ACTS.get(entry.act)
        roles = (Role.OFFICER, Role.SUPERVISOR) if act is None else act.roles
        if signer.role not in roles:
            raise VerificationError(
                "E735", name=entry.by, role=signer.role, act=entry.act
            )
        if act is None:
            self._findings.unchecked(seq, "E744", act=entry.act)
        elif act.fields is None:
            self._findings.unchecked(seq, "E745", act=entry.act)
        else:
            for field in check_body(entry.act, entry.body):
                self._findings.unchecked(seq, "E747", act=entry.act, field=field)

    def _approvals_due(self, entry: Entry, signer: KeyState) -> int:
        act = ACTS.get(entry.act)
        if act is None or not act.approved:
            return 0
        if entry.act in ("key.add", "key.revoke"):
            return self._ring.approvals_due(entry.act, entry.body)
        # A verdict of one's own needs nobody else.
        own = entry.act == "draw.verify" and signer.role is Role.SUPERVISOR
        return 0 if own else 1

    def _check_approvals(
        self, seq: int, entry: Entry, signer: KeyState
    ) -> frozenset[str]:
        """Return the supervisors whose approvals of an entry count, by key name."""
        need = self._approvals_due(entry, signer)
        if not entry.approvals and not need:
            return frozenset()
        text = approval_text(entry.log, entry.act, entry.body, entry.op)
        approved: set[str] = set()
        others: list[str] = []
        for approval in entry.approvals:
            note = open_note(approval.encode())
            if note.text != text:
                raise VerificationError("E740")
            for line in note.signatures:
                state = self._ring.find(line.name, line.id)
                if state is None:
                    self._findings.unchecked(seq, "E742", name=line.name)
                    continue
                check_signature(state.key, line, text, self._verify)
                # Another person, a supervisor, with a key that counts at this index.
                if (
                    state.role is Role.SUPERVISOR
                    and state.revoked is None
                    and line.name != entry.by
                ):
                    approved.add(line.name)
                    state.last = seq
                else:
                    others.append(line.name)
        if len(approved) < need:
            if others:
                raise VerificationError("E741", name=others[0])
            raise VerificationError(
                "E739", act=entry.act, need=need, have=len(approved)
            )
        return frozenset(approved)

    def _take_effect(
        self, seq: int, entry: Entry, signer: KeyState, approved: frozenset[str]
    ) -> None:
        act = entry.act
        if act in ("draw.announce", "draw.result", "draw.abandon") and (
            not self._ring.is_due(entry.body["keys"], signer.key)
        ):
            raise VerificationError("E758")
        if act in REVIEWS:
            self._reviews.take(entry, self._lives.of(str(entry.body["draw"])))
        if act == "key.add":
            self._ring.add(entry)
        elif act == "key.revoke":
            self._suspect(seq, entry, self._ring.revoke(entry))
        own = {entry.by} if signer.role is Role.SUPERVISOR else set()
        for state in self._lives.take_up(entry, approved | own):
            self._findings.unchecked(seq, "E757", list=state.list, seq=state.seq)

    def _suspect(self, seq: int, entry: Entry, state: KeyState) -> None:
        # Suspect is what it signed after the last witnessed state before the index.
        fields: dict[str, Any] = dict(entry.body)
        since = fields["suspect_from"]
        start = max((n for n in self._anchors.held if n <= since), default=0)
        if state.last is not None and state.last >= start:
            name = state.key.name
            self._findings.note(seq, "E774", name=name, seq=start, last=state.last)

    # ── the whole ──

    def finish(self, *, complete: bool = True) -> LogReport:
        """Return the report: what was found, and what could not be told.

        Args:
            complete: whether all entries at hand were fed; if not, that some are
                lacking says nothing, and whoever knows why has said so.
        """
        findings, size = self._findings, self._tree.size
        if self._checkpoint is None:
            findings.unchecked(None, "E762")
        if size == 0:
            findings.unchecked(None, "E730")
        if size > 1 and self._ring.genesis is None:
            findings.unchecked(None, "E778")
        if complete:
            self._anchors.finish(size)
        if not self._anchors.held:
            findings.unchecked(None, "E772")
            if not (self._known_genesis or self._anchors.known_log):
                findings.unchecked(None, "E773")
        return LogReport(
            origin=self._origin,
            size=size,
            root=self._tree.root,
            head=self._head,
            findings=tuple(findings.made),
            more=findings.more,
            verdicts=tuple(sorted(findings.weights)),
            first=findings.first,
            keys=self._ring.keys,
            draws=self._lives.draws,
            reviews=self._reviews.all,
            lists=self._lives.lists,
            cosigned=self._anchors.cosigned,
        )


def _operation(entry: Entry) -> bytes:
    return bytes.fromhex(entry.op.replace("-", ""))


def _was_verified(_public: bytes, _signature: bytes, _message: bytes, /) -> bool:
    """Answer for an entry below what was verified: the root there must be the same."""
    return True


class _Operations:
    """Every ``op`` of a log, in 16 bytes each: none may come twice."""

    def __init__(self) -> None:
        self._buckets: dict[int, bytearray] = {}

    def add(self, data: bytes) -> bool:
        """Take up an operation; say whether it is new."""
        # Which bucket does not matter to the answer; Python's keyed hash keeps anybody
        # from filling one on purpose.
        bucket = self._buckets.setdefault(hash(data) & 0xFFFF, bytearray())
        at = bucket.find(data)
        while at >= 0 and at % _OP_BYTES:
            at = bucket.find(data, at + 1)
        if at >= 0:
            return False
        bucket += data
        return True
