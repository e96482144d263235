"""An audit log around a test folder, made from the log's text and the C2SP notes alone.

`write(folder, **options)` puts `log/` into a draw folder and returns what a reader may
keep elsewhere: the genesis entry and a policy. Signatures come from `cryptography`,
so the verifier's plain Ed25519 is held against another implementation.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

if TYPE_CHECKING:
    from pathlib import Path

ORIGIN = "scjg.example.gov.cn/dualrandom"
NOON = 1795100000  # 2026-11-19T14:53:20Z, ahead of the announced time


class Key:
    """A named Ed25519 key; the seed is the hash of its name (tests only)."""

    def __init__(self, name: str, seed: str = "") -> None:
        self.name = name
        private = hashlib.sha256((seed or name).encode()).digest()
        self.private = Ed25519PrivateKey.from_private_bytes(private)
        public = self.private.public_key()
        self.public = public.public_bytes(Encoding.Raw, PublicFormat.Raw)

    def id(self, kind: int) -> bytes:
        data = self.name.encode() + b"\n" + bytes([kind]) + self.public
        return hashlib.sha256(data).digest()[:4]

    def vkey(self, kind: int = 1) -> str:
        coded = base64.b64encode(bytes([kind]) + self.public).decode()
        return f"{self.name}+{self.id(kind).hex()}+{coded}"

    def line(self, text: bytes, time: int | None = None) -> bytes:
        """A signature line; with a time, a cosignature/v1."""
        if time is None:
            blob = self.id(1) + self.private.sign(text)
        else:
            message = f"cosignature/v1\ntime {time}\n".encode() + text
            blob = self.id(4) + time.to_bytes(8, "big") + self.private.sign(message)
        return f"— {self.name} ".encode() + base64.b64encode(blob) + b"\n"


LOG = Key(ORIGIN)
OFFICER = Key("shishijian/officer-01")
SUPERVISORS = (Key("shishijian/supervisor-01"), Key("jiwei/supervisor-02"))
PARTIES = SUPERVISORS


def canonical(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def split(n: int) -> int:
    return 1 << (n - 1).bit_length() - 1


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return node(root(leaves[:k]), root(leaves[k:]))


def path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 §2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if index < k:
        return [*path(index, leaves[:k]), root(leaves[k:])]
    return [*path(index - k, leaves[k:]), root(leaves[:k])]


class Kept(NamedTuple):
    """What a reader got elsewhere."""

    genesis: bytes
    policy: bytes
    log: Log


class Log:
    """Entries of one log, in order."""

    def __init__(self) -> None:
        self.entries: list[bytes] = []

    def leaves(self) -> list[bytes]:
        return [hashlib.sha256(b"\0" + entry).digest() for entry in self.entries]

    def append(
        self,
        act: str,
        body: dict[str, Any],
        /,
        at: str = "2026-11-20T01:00:05Z",
        approvers: tuple[Key, ...] = (),
        signer: Key = OFFICER,
        **changed: Any,
    ) -> int:
        seq = len(self.entries)
        prev = self.leaves()[-1].hex() if self.entries else "0" * 64
        entry: dict[str, Any] = {
            "log": ORIGIN, "seq": seq, "prev": prev, "time": at, "act": act,
            "by": signer.name, "op": f"0b6ff61e-2f5a-4f6e-8b1e-{seq:012}", "body": body,
        }  # fmt: skip
        if approvers:
            asked = canonical({k: entry[k] for k in ("act", "body", "log", "op")})
            entry["approvals"] = [
                (asked + b"\n" + key.line(asked)).decode() for key in approvers
            ]
        text = canonical(entry | changed)
        self.entries.append(text + b"\n" + signer.line(text))
        return seq

    def proof(
        self,
        seq: int,
        size: int,
        cosigners: tuple[tuple[Key, int], ...] = (),
        log_key: Key = LOG,
    ) -> bytes:
        leaves = self.leaves()[:size]
        top = base64.b64encode(root(leaves)).decode()
        text = f"{ORIGIN}\n{size}\n{top}\n".encode()
        lines = [b"c2sp.org/tlog-proof@v1", b"index %d" % seq]
        lines += [base64.b64encode(h) for h in path(seq, leaves)]
        signed = log_key.line(text)
        signed += b"".join(key.line(text, time) for key, time in cosigners)
        return b"\n".join(lines) + b"\n\n" + text + b"\n" + signed


def leave(_: Log) -> None:
    """Nothing happens to the log."""


def publish(log: Log, at: Path, size: int | None = None) -> Path:
    """Write what a reader of the keys needs of `log/`: checkpoint and bundle."""
    entries = log.entries[:size]
    count = len(entries)
    top = base64.b64encode(root(log.leaves()[:count])).decode()
    text = f"{ORIGIN}\n{count}\n{top}\n".encode()
    bundle = at / "tile/entries/000.p" / str(count)
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(b"".join(len(e).to_bytes(2, "big") + e for e in entries))
    (at / "checkpoint").write_bytes(text + b"\n" + LOG.line(text))
    return at


def write(folder: Path, **given: Any) -> Kept:
    """Write `log/`: announce.*, then result.* or abandon.*.

    Options: end ("result", "abandon" or ""), cosigned (times; () for none), at (size of
    the announcement's checkpoint: "announce", or "end" for one that is too late),
    announce_time, approvers (of the announcement), seconds (who approve the
    abandonment), body (changes of the announce body), end_body (of the last one's),
    fields, end_fields (changes of the entries), signer (of the announcement), log_key
    (whose checkpoints they are), keys (changes the list that entries carry), cosigners
    (the first two supervisors), turn and late_turn (called with the log, before the
    announcement and at the end).
    """
    notice = json.loads((folder / "announcement.json").read_bytes())
    commitment = sha((folder / "announcement.json").read_bytes())
    keys = sorted(k.vkey() for k in (LOG, OFFICER, *SUPERVISORS))
    keys = given.get("keys", list)(keys)
    signer, log_key = given.get("signer", OFFICER), given.get("log_key", LOG)
    about = {"draw": notice["draw"], "commitment": commitment, "keys": keys}
    log = Log()
    log.append("log.genesis", {
        "id": "ab" * 16, "office": notice["office"], "key": LOG.vkey(),
        "officers": [OFFICER.vkey()],
        "supervisors": [k.vkey() for k in SUPERVISORS], "quorum": 1,
    })  # fmt: skip
    for n in range(given.get("before", 4)):
        log.append("anchor", {"at": n})
    given.get("turn", leave)(log)
    body = about | {"task": notice["task"]["id"], "registry": notice["registry"]}
    announced = log.append(
        "draw.announce",
        body | given.get("body", {}),
        given.get("announce_time", "2026-11-20T01:00:05Z"),
        given.get("approvers", ()),
        signer,
        **given.get("fields", {}),
    )
    seen = len(log.entries)
    log.append("draw.dice", about | {"source": 0, "digits": "0" * 20})
    end, more = given.get("end", "result"), given.get("end_fields", {})
    if end == "result":
        body = about | {"result": sha((folder / "result.json").read_bytes())}
        body |= given.get("end_body", {})
        ended = log.append("draw.result", body, "2026-11-20T03:00:00Z", **more)
    elif end == "abandon":
        body = about | {"reason": "sealed-missing"} | given.get("end_body", {})
        who = given.get("seconds", SUPERVISORS[:1])
        ended = log.append("draw.abandon", body, "2026-11-20T03:00:00Z", who, **more)
    log.append("anchor", {"at": 9})
    given.get("late_turn", leave)(log)
    log.append("anchor", {"at": 10})
    size = seen if given.get("at", "announce") == "announce" else len(log.entries)
    times = given.get("cosigned", (NOON, NOON + 60))
    who = given.get("cosigners", SUPERVISORS)
    cosigners = tuple(zip(who, times, strict=False))
    place = folder / "log"
    place.mkdir()
    (place / "announce.entry").write_bytes(log.entries[announced])
    proof = log.proof(announced, size, cosigners, log_key)
    (place / "announce.tlog-proof").write_bytes(proof)
    if end:
        late = tuple((key, time + 9000) for key, time in cosigners)
        end_key = given.get("end_key", log_key)
        proof = log.proof(ended, len(log.entries), late, end_key)
        (place / f"{end}.entry").write_bytes(log.entries[ended])
        (place / f"{end}.tlog-proof").write_bytes(proof)
    policy = f"# kept\nlog {LOG.vkey()}\n"
    for n, key in enumerate(SUPERVISORS):
        policy += f"witness W{n} {key.vkey(4)}\n"
    policy += "group us any W0 W1\nquorum us\n"
    return Kept(log.entries[0], policy.encode(), log)
