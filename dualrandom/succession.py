"""Which keys of a log count at which size, followed from its kept genesis entry.

Border: bytes in, values out; signatures through ``Verifier``.

- A key is added first, then the old one is revoked; a reader follows.
- What is not at hand is not known: without a log, all that is known is entry 0.
- Of every entry its place in the chain is checked; of changes of keys everything. The
  rest is the full check's (:mod:`dualrandom.logcheck`).

    known = Succession(genesis, verify=verify_ed25519)
    known.follow(get)
    known.policy(size)

Spec: log-v1 §7 (following the keys).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from dualrandom.canonical import leaf_hash, sha256, tree_hash
from dualrandom.entries import parse_entry
from dualrandom.errors import VerificationError
from dualrandom.logcheck import LogChecker
from dualrandom.logreport import LogTrust, Weight
from dualrandom.policy import Policy
from dualrandom.tiles import read_log

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dualrandom.logreport import Finding
    from dualrandom.notes import Verifier
    from dualrandom.tiles import Get

KEY_ACTS: Final = frozenset(("log.genesis", "key.add", "key.revoke"))
_HASH_BYTES: Final = 32
_VERDICT: Final = b'"act":"draw.verify"'


class Succession:
    """A log's keys as far as a reader knows them.

    Attributes:
        followed: whether a log was at hand.
        findings: what differs in it, or could not be told; of the first fault on,
            nothing is followed.
        verdicts: the ``draw.verify`` entries among what is known, as they stand there.
    """

    def __init__(self, genesis: bytes, *, verify: Verifier) -> None:
        """Take the first keys from a genesis entry that was kept.

        Raises:
            VerificationError: it is none, or its signature does not hold.
        """
        self._genesis, self._verify = genesis, verify
        self.followed = False
        self.findings: tuple[Finding, ...] = ()
        self.verdicts: tuple[bytes, ...] = ()
        self._read((genesis,))
        if self.findings:
            first = self.findings[0]
            raise VerificationError(first.code, **dict(first.params))

    def follow(self, get: Get) -> None:
        """Follow the keys through a published log; what is wrong in it is a finding.

        Args:
            get: returns a file's bytes by its path below ``log/``, or None.
        """
        self.follow_entries(_entries(get))

    def follow_entries(self, entries: Iterable[bytes | VerificationError]) -> None:
        """Follow the keys through a log's entries, from entry 0 on.

        Args:
            entries: as they stand in the log; an error in place of one that cannot be
                read.
        """
        self.followed = True
        self._read(entries)

    def _read(self, entries: Iterable[bytes | VerificationError]) -> None:
        checker = LogChecker(
            verify=self._verify,
            trust=LogTrust(genesis=sha256(self._genesis)),
            only=KEY_ACTS,
        )
        leaves, sizes, policies = bytearray(), list[int](), list[Policy]()
        verdicts = []
        for data in entries:
            if isinstance(data, VerificationError):
                say = checker.unchecked if data.code == "E719" else checker.differs
                say(data)
                break
            checker.feed(data)
            if Weight.DIFFERS in checker.findings.weights:
                break
            leaves += leaf_hash(data)
            if _VERDICT in data and parse_entry(data)[0].act == "draw.verify":
                verdicts.append(data)
            if not policies or checker.keys.policy is not policies[-1]:
                policies.append(checker.keys.policy)
                sizes.append(checker.size)
        found = checker.findings.made
        self.findings = tuple(f for f in found if f.weight is not Weight.NOTE)
        self.verdicts = tuple(verdicts)
        if sizes:
            self._leaves, self._sizes, self._policies = bytes(leaves), sizes, policies

    @property
    def size(self) -> int:
        """How many entries are known, at least 1."""
        return len(self._leaves) // _HASH_BYTES

    @property
    def origin(self) -> str:
        """The log's name."""
        return self._policies[0].logs[0].name

    def policy(self, size: int) -> Policy:
        """Return the policy of the keys that count at a size; the last known one."""
        return self._policies[max(0, bisect_right(self._sizes, size) - 1)]

    def root(self, size: int) -> bytes | None:
        """Return the tree hash over so many entries; None: they are not known."""
        if size > self.size:
            return None
        ends = range(0, size * _HASH_BYTES, _HASH_BYTES)
        return tree_hash(self._leaves[at : at + _HASH_BYTES] for at in ends)


def _entries(get: Get) -> Iterator[bytes | VerificationError]:
    """Yield the entries of a published log, and why there are no more of them."""
    try:
        yield from read_log(get).entries
    except VerificationError as error:
        yield error
