"""Long logs for benchmarks: written, not made, by a key that anybody can compute."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dualrandom import audit
from dualrandom.canonical import leaf_hash
from dualrandom.notes import to_base64

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dualrandom.audit import Entry

ORIGIN = "bench.example/dualrandom"
OFFICER = "bench.example/officer-01"


class BenchKey:
    """A key computed from its name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(sha256(name.encode()).digest())
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        return self._key.sign(message)

    @property
    def text(self) -> str:
        """The verifier key."""
        return str(audit.vkey(self.name, self.public))


def genesis() -> bytes:
    """Return entry 0."""
    body: dict[str, Any] = {
        "id": "0" * 32,
        "office": "示例局",
        "key": BenchKey(ORIGIN).text,
        "officers": [BenchKey(OFFICER).text],
        "supervisors": [],
        "quorum": 0,
    }
    made: Entry = audit.Entry(
        log=ORIGIN,
        seq=0,
        prev=audit.NO_PREVIOUS,
        time="2026-11-20T01:00:00Z",
        act="log.genesis",
        by=OFFICER,
        op=str(UUID(int=0)),
        body=body,
    )
    return audit.sign_entry(made, BenchKey(OFFICER))


def entries(
    size: int, begin: tuple[bytes, ...] = (), *, signed: bool = True
) -> Iterator[bytes]:
    """Yield a log of publications.

    Args:
        size: how many entries in all.
        begin: the first ones; none: a genesis of our own.
        signed: whether the signatures are real, or 64 zeros.
    """
    begin = begin or (genesis(),)
    yield from begin
    data = begin[-1]
    first, note = audit.parse_entry(data)
    key, by = BenchKey(OFFICER), note.signatures[0]
    for seq in range(len(begin), size):
        prev = leaf_hash(data).hex()
        text = (
            f'{{"act":"notice.publish","body":{{"manifest":"{prev}"}},'
            f'"by":"{first.by}","log":"{first.log}","op":"{UUID(int=seq)}",'
            f'"prev":"{prev}","seq":{seq},"time":"{first.time}"}}\n'
        ).encode()
        value = key.sign(text) if signed else bytes(64)
        line = f"\u2014 {by.name} {to_base64(by.id + value)}\n".encode()
        data = text + b"\n" + line
        yield data


def publish(folder: Path, log: Iterator[bytes]) -> bytes:
    """Write a published log; return its checkpoint."""
    tree = audit.Tree()

    def counted() -> Iterator[bytes]:
        for data in log:
            tree.append(leaf_hash(data))
            yield data

    for name, data in audit.tiles(counted()):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    made = audit.Checkpoint(origin=ORIGIN, size=tree.size, root=tree.root)
    checkpoint = audit.sign_checkpoint(made, BenchKey(ORIGIN))
    (folder / "checkpoint").write_bytes(checkpoint)
    return checkpoint
