"""Checking a log of 100,000 signed entries, against their bare Ed25519 signatures.

The other side has text and signature of each entry in memory and verifies one after
another with ``cryptography``. Ours reads a published log from its files: parsing,
chain, tree, tiles, roles, bodies, operations and the same signatures, on all processors
that there are; what one processor alone takes is said in the case.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bench import Ratio, timed, versions
from bench._logs import OFFICER, BenchKey, entries, publish
from dualrandom import audit
from dualrandom.office.checking import published_report

SIZE = 100_000
ROUNDS = 2


def run() -> Ratio:
    """Take the best of two turns on each side."""
    log = list(entries(SIZE))
    notes = [audit.open_note(data) for data in log]
    signed = [(note.signatures[0].value, note.text) for note in notes]
    key = Ed25519PublicKey.from_public_bytes(BenchKey(OFFICER).public)

    def bare() -> int:
        for signature, text in signed:
            key.verify(signature, text)
        return len(signed)

    ours, theirs = [], []
    with TemporaryDirectory() as name:
        folder = Path(name)
        kept = audit.parse_checkpoint(publish(folder, iter(log)))
        trust = audit.LogTrust(kept=(kept,))
        for _ in range(ROUNDS):
            seconds, count = timed(bare)
            theirs.append(seconds)
            seconds, report = timed(lambda: published_report(folder, trust))
            ours.append(seconds)
            assert (report.exit_code, report.size, count) == (0, SIZE, SIZE)
        with patch("os.cpu_count", return_value=1):
            alone, report = timed(lambda: published_report(folder, trust))
        assert report.exit_code == 0
    return Ratio(
        case=f"full check of {SIZE:,} signed entries in a published log "
        f"(one processor alone: {alone / min(theirs):.2f} x as long)",
        against="their bare Ed25519 signatures, one after another",
        ours=min(ours),
        theirs=min(theirs),
        at_most=1.3,
        versions=versions("cryptography"),
    )
