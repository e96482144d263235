"""Small logs for tests: real signatures by fixed keys, the same every time.

    log = LogMaker()
    log.change("targets")
    log.announce("2026-001")
    verify_log(log.entries, verify=verify_ed25519, checkpoint=log.checkpoint())

Keys are for tests only: anybody can compute them from their names.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from dualrandom.audit import (
    NO_PREVIOUS,
    Checkpoint,
    Entry,
    LogReport,
    LogTrust,
    Policy,
    Tree,
    VKey,
    approval_text,
    cosign,
    inclusion_proof,
    parse_checkpoint,
    parse_entry,
    parse_genesis,
    policy_of,
    sign_approval,
    sign_checkpoint,
    sign_entry,
    tiles,
    verify_log,
    vkey,
)
from dualrandom.canonical import leaf_hash
from dualrandom.keys import verify_ed25519

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ORIGIN = "scjg.example.gov.cn/dualrandom"
OFFICER = "shishijian/officer-01"
SECOND = "shishijian/officer-02"
SUPERVISOR = "jiwei/supervisor-01"
OTHER_SUPERVISOR = "renda/supervisor-01"
COMMITMENT = sha256(b"announcement").hexdigest()


class MadeKey:
    """A key computed from its name: for tests only."""

    def __init__(self, name: str, seed: str = "") -> None:
        self.name = name
        secret = sha256(f"test only {name} {seed}".encode()).digest()
        self._key = Ed25519PrivateKey.from_private_bytes(secret)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def vkey(self) -> VKey:
        return vkey(self.name, self.public)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


class LogMaker:
    """Appends entries as an honest office would, and dishonest ones on request."""

    def __init__(
        self,
        *,
        origin: str = ORIGIN,
        officers: Sequence[str] = (OFFICER, SECOND),
        supervisors: Sequence[str] = (SUPERVISOR, OTHER_SUPERVISOR),
        quorum: int = 1,
        genesis: bool = True,
    ) -> None:
        self.origin = origin
        self.key = MadeKey(origin)
        self.officers = [MadeKey(name) for name in officers]
        self.supervisors = [MadeKey(name) for name in supervisors]
        self.entries: list[bytes] = []
        self.lists: dict[str, tuple[int, str]] = {}
        if genesis:
            self.append("log.genesis", self.genesis_body(quorum))

    def genesis_body(self, quorum: int = 1) -> dict[str, Any]:
        return {
            "id": "0123456789abcdef" * 2,
            "office": "示例市市场监督管理局",
            "key": str(self.key.vkey),
            "officers": [str(k.vkey) for k in self.officers],
            "supervisors": [str(k.vkey) for k in self.supervisors],
            "quorum": quorum,
        }

    @property
    def leaves(self) -> list[bytes]:
        return [leaf_hash(entry) for entry in self.entries]

    def make(
        self,
        act: str,
        body: dict[str, Any],
        *,
        by: MadeKey | None = None,
        approvers: Iterable[MadeKey] = (),
        approvals: Iterable[str] = (),
        **changed: Any,
    ) -> Entry:
        """Return the next entry as a value; ``changed`` overrides its fields."""
        seq = len(self.entries)
        op = str(UUID(digest(f"{self.origin} op {seq}")[:32]))
        fields: dict[str, Any] = {
            "log": self.origin,
            "seq": seq,
            "prev": leaf_hash(self.entries[-1]).hex() if seq else NO_PREVIOUS,
            "time": f"2026-11-{1 + seq // 1440 % 28:02d}"
            f"T{seq // 60 % 24:02d}:{seq % 60:02d}:00Z",
            "act": act,
            "by": (by or self.officers[0]).name,
            "op": op,
            "body": body,
        } | changed
        text = approval_text(fields["log"], fields["act"], fields["body"], fields["op"])
        signed = tuple(sign_approval(text, key) for key in approvers)
        return Entry(**fields, approvals=(*approvals, *signed))

    def append(
        self,
        act: str,
        body: dict[str, Any],
        *,
        by: MadeKey | None = None,
        signer: MadeKey | None = None,
        **options: Any,
    ) -> bytes:
        entry = self.make(act, body, by=by, **options)
        data = sign_entry(entry, signer or by or self.officers[0])
        self.entries.append(data)
        return data

    # ── acts ──

    def change(self, name: str = "targets", **options: Any) -> bytes:
        seq = len(self.entries)
        made = digest(f"{name} {seq}")
        self.lists[name] = (seq, made)
        body = {
            "list": name,
            "added": 3,
            "changed": 0,
            "retired": 1,
            "change": digest(f"change {seq}"),
            "digest": made,
        }
        return self.append("registry.change", body, **options)

    def lists_due(self) -> None:
        for name in ("targets", "inspectors"):
            if name not in self.lists:
                self.change(name)

    def due_keys(self, signer: MadeKey | None = None) -> list[str]:
        keys = [self.key, signer or self.officers[0], *self.supervisors]
        return sorted({str(key.vkey) for key in keys}, key=str.encode)

    def announce_body(self, draw: str, task: str | None = None) -> dict[str, Any]:
        return {
            "draw": draw,
            "commitment": COMMITMENT,
            "task": task or draw,
            "registry": {
                "seq": max(seq for seq, _ in self.lists.values()),
                "targets": self.lists["targets"][1],
                "inspectors": self.lists["inspectors"][1],
            },
            "keys": self.due_keys(),
        }

    def announce(self, draw: str, task: str | None = None, **options: Any) -> bytes:
        self.lists_due()
        return self.append("draw.announce", self.announce_body(draw, task), **options)

    def dice(self, draw: str, source: int = 0, **options: Any) -> bytes:
        body = {
            "draw": draw,
            "commitment": COMMITMENT,
            "source": source,
            "digits": "63454660390103169462",
        }
        return self.append("draw.dice", body, **options)

    def result_body(self, draw: str) -> dict[str, Any]:
        return {
            "draw": draw,
            "commitment": COMMITMENT,
            "result": digest("result"),
            "keys": self.due_keys(),
        }

    def result(self, draw: str, **options: Any) -> bytes:
        return self.append("draw.result", self.result_body(draw), **options)

    def abandon_body(self, draw: str) -> dict[str, Any]:
        return {
            "draw": draw,
            "commitment": COMMITMENT,
            "reason": "SEALED-CLOSED",
            "keys": self.due_keys(),
        }

    def abandon(self, draw: str, **options: Any) -> bytes:
        options.setdefault("approvers", self.supervisors[:1])
        return self.append("draw.abandon", self.abandon_body(draw), **options)

    def add_key(self, key: MadeKey, role: str, **options: Any) -> bytes:
        options.setdefault("approvers", self.supervisors[:1])
        return self.append("key.add", {"key": str(key.vkey), "role": role}, **options)

    def revoke_key(self, key: MadeKey, suspect_from: int, **options: Any) -> bytes:
        options.setdefault("approvers", self.supervisors[:1])
        body = {"key": str(key.vkey), "suspect_from": suspect_from}
        return self.append("key.revoke", body, **options)

    def year(self, size: int) -> LogMaker:
        """Fill up to ``size`` entries with draws and changes of lists."""
        turn = 0
        while len(self.entries) < size:
            turn += 1
            draw = f"2026-{turn:03d}"
            self.change("targets")
            self.change("inspectors")
            self.announce(draw)
            self.dice(draw)
            if turn % 3:
                self.result(draw)
            else:
                self.abandon(draw)
        del self.entries[size:]
        return self

    # ── what is published ──

    def first_policy(self) -> Policy:
        """The policy that the genesis entry gives to its readers."""
        first = parse_genesis(parse_entry(self.entries[0])[0].body)
        return policy_of((first.key,), first.supervisors, first.quorum)

    def root(self, size: int | None = None) -> bytes:
        tree = Tree()
        for leaf in self.leaves[:size]:
            tree.append(leaf)
        return tree.root

    def checkpoint(
        self,
        size: int | None = None,
        *,
        cosigners: Iterable[MadeKey] = (),
        signer: MadeKey | None = None,
        time: int = 1_795_000_000,
    ) -> bytes:
        size = len(self.entries) if size is None else size
        made = Checkpoint(origin=self.origin, size=size, root=self.root(size))
        data = sign_checkpoint(made, signer or self.key)
        for key in cosigners:
            data = cosign(data, key, time)
        return data

    def path(self, index: int, size: int | None = None) -> tuple[bytes, ...]:
        leaves = self.leaves
        return inclusion_proof(leaves, index, len(leaves) if size is None else size)

    def published(self, size: int | None = None) -> dict[str, bytes]:
        size = len(self.entries) if size is None else size
        files = dict(tiles(self.entries[:size]))
        return files | {"checkpoint": self.checkpoint(size)}

    def kept(self, size: int | None = None) -> LogTrust:
        return LogTrust(kept=(parse_checkpoint(self.checkpoint(size)),))

    def check(self, trust: LogTrust | None = None, **options: Any) -> LogReport:
        options.setdefault("checkpoint", self.checkpoint())
        return verify_log(
            self.entries,
            verify=verify_ed25519,
            trust=self.kept() if trust is None else trust,
            **options,
        )


def codes(report: LogReport, weight: str = "differs") -> list[str]:
    return [f.code for f in report.findings if f.weight == weight]
