"""What the log tells of draws, keys and lists: verified once, and not again.

- Every entry is read, in every run, and every rule is applied.
- What this office signed it had verified before: below its newest checkpoint the root
  answers for the signatures. If the root is another, or the checkpoint is not the log's
  own, all signatures are verified from the beginning, and the first bad entry is named.
- Within a run the same head tells the same.

Whoever holds the log key can sign what nobody verified. ``log verify``, publication and
witnesses rely on no signature of the office's own.

Spec: log-v1 §8 (again).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from dualrandom import audit
from dualrandom.errors import StateError, VerificationError, Where
from dualrandom.keys import verify_ed25519

if TYPE_CHECKING:
    from dualrandom.registry import Head, Reader


class Verified:
    """The newest report of one log, and the head that it reaches to."""

    def __init__(self) -> None:
        self._head: Head | None = None
        self._report: audit.LogReport | None = None

    def report(self, tx: Reader, signed: bytes | None) -> audit.LogReport:
        """Return the report of the log as it is now.

        Args:
            tx: the log.
            signed: the newest checkpoint that this office signed, or None.

        Raises:
            StateError: E184, something in the log is wrong.
        """
        head = tx.head()
        if self._report is None or head is None or head != self._head:
            self._report, self._head = _verified(tx, signed), head
        return self._report

    def anew(self, tx: Reader) -> audit.LogReport:
        """Return the same with every signature verified, whatever was signed before.

        Raises:
            StateError: E184, something in the log is wrong.
        """
        self._report, self._head = _verified(tx, None), tx.head()
        return self._report


def _verified(tx: Reader, signed: bytes | None) -> audit.LogReport:
    own = None
    if signed is not None:
        with suppress(VerificationError):  # said where it is needed
            own = audit.parse_checkpoint(signed)
    if own is not None and own.checkpoint.size <= tx.log_size():
        trust = audit.LogTrust(verified=own.checkpoint)
        report = audit.verify_log(tx.entries(), verify=verify_ed25519, trust=trust)
        if _first_bad(report) is None and _is_the_log_s(own, report):
            return report
    report = audit.verify_log(tx.entries(), verify=verify_ed25519)
    bad = _first_bad(report)
    if bad is not None:
        raise StateError("E184", where=Where(entry=bad.seq), code=bad.code)
    return report


def _first_bad(report: audit.LogReport) -> audit.Finding | None:
    differs = audit.Weight.DIFFERS
    return next((f for f in report.findings if f.weight is differs), None)


def _is_the_log_s(own: audit.SignedCheckpoint, report: audit.LogReport) -> bool:
    """Say whether a log key that counts at its size has signed a checkpoint."""
    size = own.checkpoint.size
    keys = audit.key_book(
        k.key
        for k in report.keys
        if k.role is audit.Role.LOG and k.added < size
        if k.revoked is None or size <= k.revoked
    )
    with suppress(VerificationError):
        return len(audit.check_note(own.note, keys, verify_ed25519)) > 0
    return False
