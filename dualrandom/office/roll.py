"""Whose keys count now: read from the log as it grows, and not again.

An entry that its signer may not write is refused before it stands. What the log's
verification would say of it afterwards is said here beforehand, by the same rules.

Spec: log-v1 §4 (keys), §8 steps 5 and 7.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.keyring import KeyRing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.keys import PrivateKey
    from dualrandom.registry import Reader

_KEYS: Final = b'"act":"key.'


class Roll:
    """The keys of one log, as far as it was read."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._ring = KeyRing()
        self._size = 0
        self._last = b""
        self._leaf = ""

    def keys(self, tx: Reader) -> KeyRing:
        """Return the keys after the newest entry."""
        head = tx.head()
        if head is not None and (head.seq + 1, head.leaf) == (self._size, self._leaf):
            return self._ring  # nothing came since: no entry has to be read
        if self._size and tx.entry(self._size - 1) != self._last:
            self._start()  # what was read did not stand
        return self.read(tx.entries(self._size))

    def read(self, entries: Iterable[bytes]) -> KeyRing:
        """Return the keys after some more entries."""
        for data in entries:
            if self._size == 0 or _KEYS in data:
                with suppress(VerificationError):  # what is wrong has no effect
                    self._take(audit.parse_entry(data)[0])
            self._size += 1
            self._last = data
        self._leaf = leaf_hash(self._last).hex()
        return self._ring

    def _take(self, entry: audit.Entry) -> None:
        if entry.act == "log.genesis":
            self._ring.start(entry)
        elif entry.act == "key.add":
            self._ring.add(entry)
        elif entry.act == "key.revoke":
            self._ring.revoke(entry)

    def check(self, tx: Reader, act: str, signer: PrivateKey, approvals: int) -> None:
        """Refuse an act that this key may not do, or not without an approval.

        Args:
            tx: the log.
            act: what shall be appended.
            signer: who would sign it.
            approvals: how many approvals it would carry.

        Raises:
            StateError: E734 the log does not know the key, E735 its role may not,
                E736 it was revoked, E739 a second person is needed.
        """
        ring = self.keys(tx)
        if ring.genesis is None:
            return  # the first entry brings the first keys
        where = Where(entry=self._size)
        key = ring.find(signer.name, signer.vkey.id)
        if key is None:
            raise StateError("E734", where=where, name=signer.name)
        if key.revoked is not None:
            raise StateError("E736", where=where, name=signer.name, revoked=key.revoked)
        known = audit.ACTS[act]
        if key.role not in known.roles:
            raise StateError(
                "E735", where=where, name=signer.name, role=key.role, act=act
            )
        if known.approved and not approvals:
            raise StateError("E739", where=where, act=act, need=1, have=0)

    def check_log_key(self, tx: Reader, signer: PrivateKey) -> None:
        """Refuse to sign a checkpoint by a key that is not the log's now.

        Raises:
            StateError: E120.
        """
        ring = self.keys(tx)
        if ring.genesis and signer.vkey not in ring.active(audit.Role.LOG):
            raise StateError("E120", name=signer.name)
