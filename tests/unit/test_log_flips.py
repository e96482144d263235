"""Any byte of a published log: flipped, it is found.

The reader has what a careful one keeps: the genesis entry, and a witness's state (size
and root) of an earlier visit. Every flip is *proven* (1); one that only turns a line of
the checkpoint into a stranger's leaves it *not told* (6). Nothing is called intact.

A flip within an entry is fed to a checker that has read all before it, which is what a
check of the whole does up to there; every other flip is a check of the whole.
"""

from __future__ import annotations

import pickle
import random  # noqa: TID251 - which bytes are flipped, not who is drawn
from functools import lru_cache
from hashlib import sha256
from itertools import accumulate

import pytest

from dualrandom.audit import (
    LogChecker,
    LogTrust,
    verify_published,
)
from dualrandom.checkpoints import parse_checkpoint
from dualrandom.keys import verify_ed25519
from tests.logmaking import LogMaker

_verified = lru_cache(maxsize=10_000)(verify_ed25519)


def verify(public: bytes, signature: bytes, message: bytes, /) -> bool:
    """Check a signature: most of them are the same ones again."""
    return _verified(public, signature, message)


class Published:
    """A published log, and what its reader keeps."""

    def __init__(self, size: int) -> None:
        log = LogMaker().year(size)
        genesis = sha256(log.entries[0]).hexdigest()
        signed = log.checkpoint(cosigners=log.supervisors)
        self.files = log.published() | {
            "checkpoint": signed,
            "genesis.sha256": f"{genesis}\n".encode(),
            "policy": log.first_policy().text,
        }
        self.trust = LogTrust(
            genesis=genesis, states=(parse_checkpoint(signed).checkpoint,)
        )
        checker = LogChecker(verify=verify, checkpoint=signed, trust=self.trust)
        self._states = []
        for entry in log.entries:
            self._states.append(pickle.dumps(checker))
            checker.feed(entry)
        assert checker.finish().exit_code == 0
        self._entries = log.entries
        self._ends = list(accumulate(len(entry) + 2 for entry in log.entries))
        self.every = [
            (path, at) for path, data in self.files.items() for at in range(len(data))
        ]

    def found(self, path: str, at: int) -> int:
        """Flip one bit of a byte; return the exit code."""
        if path.startswith("tile/entries/"):
            bundle = int(path.split("/")[2].partition(".")[0])
            start = self._ends[bundle * 256 - 1] if bundle else 0
            place = start + at
            seq = next(n for n, end in enumerate(self._ends) if place < end)
            within = place - (self._ends[seq] - len(self._entries[seq]))
            if within >= 0:
                return self._found_in(seq, within)
        data = bytearray(self.files[path])
        data[at] ^= 1 << at % 8
        changed = self.files | {path: bytes(data)}
        return verify_published(changed.get, verify=verify, trust=self.trust).exit_code

    def _found_in(self, seq: int, at: int) -> int:
        entry = bytearray(self._entries[seq])
        entry[at] ^= 1 << at % 8
        checker = pickle.loads(self._states[seq])
        checker.feed(bytes(entry))
        report = checker.finish(complete=False)
        assert report.first == seq, "found where it is"
        return int(report.exit_code)


@pytest.mark.slow
def test_every_byte_of_a_published_log_is_found() -> None:
    log = Published(40)
    assert len(log.every) > 25_000
    for path, at in log.every:
        code = log.found(path, at)
        assert code == 1 or (code, path) == (6, "checkpoint"), (path, at, code)


@pytest.mark.slow
def test_random_bytes_of_a_longer_published_log_are_found() -> None:
    log = Published(300)
    for path, at in random.Random(300).sample(log.every, 5_000):
        code = log.found(path, at)
        assert code == 1 or (code, path) == (6, "checkpoint"), (path, at, code)
