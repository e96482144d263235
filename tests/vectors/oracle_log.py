"""The log by its text, a second time: notes, trees, checkpoints, proofs, entries.

Border: imports nothing of dualrandom; Ed25519 comes from ``cryptography``. Plain and
slow on purpose: each function is one sentence of log-v1 or of a C2SP note.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import uuid
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

PRIME = 2**255 - 19
NAME = r"[^\s+\x00-\x20]{1,255}"


class Refused(Exception):  # noqa: N818 - a verdict, not a fault of this program
    """The text says no; the code says which no."""


def need(ok: object, code: str) -> None:
    if not ok:
        raise Refused(code)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb64(text: str, code: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as exc:
        raise Refused(code) from exc
    need(data and b64(data) == text, code)
    return data


def canonical(value: Any) -> bytes:
    """RFC 8785, for keys below U+10000."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


# ── keys and notes ──


class Key:
    """A named key whose secret is the hash of its name: test only."""

    def __init__(self, name: str, seed: str = "") -> None:
        self.name = name
        self._private = Ed25519PrivateKey.from_private_bytes(
            sha(f"test only {name} {seed}".encode())
        )
        self.public = self._private.public_key().public_bytes_raw()

    def id(self, kind: int = 1) -> bytes:
        return key_id(self.name, kind, self.public)

    def vkey(self, kind: int = 1) -> str:
        return f"{self.name}+{self.id(kind).hex()}+{b64(bytes([kind]) + self.public)}"

    def sign(self, text: bytes) -> bytes:
        return self._private.sign(text)

    def line(self, text: bytes) -> str:
        return f"— {self.name} {b64(self.id() + self.sign(text))}\n"

    def cosign(self, text: bytes, time: int) -> str:
        message = f"cosignature/v1\ntime {time}\n".encode() + text
        value = self.id(4) + time.to_bytes(8, "big") + self.sign(message)
        return f"— {self.name} {b64(value)}\n"

    def note(self, text: str) -> str:
        return text + "\n" + self.line(text.encode())


def key_id(name: str, kind: int, public: bytes) -> bytes:
    return sha(name.encode() + b"\n" + bytes([kind]) + public)[:4]


def is_weak(public: bytes) -> bool:
    """Whether eight times the point is the neutral one: by the curve's arithmetic."""
    y = int.from_bytes(public, "little") & (2**255 - 1)
    y %= PRIME
    d = -121665 * pow(121666, PRIME - 2, PRIME) % PRIME
    x2 = (y * y - 1) * pow(d * y * y + 1, PRIME - 2, PRIME) % PRIME
    # Of a point (x, y) only x² is needed: doubling thrice leads to (0, 1) or (0, -1)
    # halfway, if the order divides 8.
    for _ in range(3):
        if x2 == 0:
            return True
        # y of the double is (y² + x²)/(2 - y² + x²) on -x² + y² = 1 + d x² y².
        top, bottom = (y * y + x2) % PRIME, (2 - y * y + x2) % PRIME
        y = top * pow(bottom, PRIME - 2, PRIME) % PRIME
        x2 = (y * y - 1) * pow(d * y * y + 1, PRIME - 2, PRIME) % PRIME
    return x2 == 0


def read_vkey(text: str) -> dict[str, Any]:
    parts = re.fullmatch(rf"({NAME})\+([0-9a-f]{{8}})\+(\S+)", text)
    need(parts, "E706")
    assert parts is not None
    material = unb64(parts[3], "E706")
    kind, public = material[0], material[1:]
    if kind in (1, 4):
        need(len(public) == 32 and not is_weak(public), "E709")
    need(key_id(parts[1], kind, public).hex() == parts[2], "E706")
    return {"name": parts[1], "kind": kind, "public": public.hex(), "id": parts[2]}


def open_note(data: bytes) -> tuple[bytes, list[tuple[str, bytes, bytes]]]:
    need(len(data) <= 65535, "E701")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise Refused("E703") from exc
    need(not any(ord(c) < 32 and c != "\n" for c in text), "E703")
    need("\n\n" in text and text.endswith("\n"), "E703")
    head, _, tail = text.rpartition("\n\n")
    lines = tail[:-1].split("\n")
    need(len(lines) <= 64, "E702")
    signatures = []
    for line in lines:
        parts = re.fullmatch(rf"— ({NAME}) (\S+)", line)
        need(parts, "E704")
        assert parts is not None
        value = unb64(parts[2], "E704")
        need(len(value) > 4, "E704")
        signatures.append((parts[1], value[:4], value[4:]))
    return (head + "\n").encode(), signatures


def _is_valid(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def check_note(data: bytes, vkeys: list[str]) -> dict[str, Any]:
    """Return whose lines are valid, with a cosignature's time, and whose unknown."""
    text, signatures = open_note(data)
    known = {(k["name"], k["id"]): k for k in map(read_vkey, vkeys)}
    verified: list[list[Any]] = []
    unknown = []
    for name, kid, value in signatures:
        key = known.get((name, kid.hex()))
        if key is None:
            unknown.append(name)
            continue
        message, time = text, None
        if key["kind"] == 4:
            time = int.from_bytes(value[:8], "big")
            value = value[8:]  # noqa: PLW2901 - what is left is the signature
            message = f"cosignature/v1\ntime {time}\n".encode() + text
        public = bytes.fromhex(key["public"])
        need(len(value) == 64 and _is_valid(public, value, message), "E708")
        verified.append([name, time])
    return {"verified": verified, "unknown": unknown}


# ── tree, RFC 6962 §2.1 ──


def leaf(entry: bytes) -> bytes:
    return sha(b"\0" + entry)


def _split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return sha(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def proof(m: int, leaves: list[bytes], *, whole: bool = True) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = _split(len(leaves))
    if m <= k:
        return [*proof(m, leaves[:k], whole=whole), root(leaves[k:])]
    return [*proof(m - k, leaves[k:], whole=False), root(leaves[:k])]


def _climb(index: int, size: int, node: bytes, rest: list[bytes]) -> bytes:
    """Return the root that a path leads to, by the recursion that made it."""
    if size == 1:
        need(not rest, "E714")
        return node
    need(rest, "E714")
    k = _split(size)
    if index < k:
        return sha(b"\1" + _climb(index, k, node, rest[:-1]) + rest[-1])
    return sha(b"\1" + rest[-1] + _climb(index - k, size - k, node, rest[:-1]))


def check_inclusion(
    node: bytes, index: int, size: int, rest: list[bytes], due: bytes
) -> None:
    need(0 <= index < size, "E716")
    need(_climb(index, size, node, rest) == due, "E714")


def _grow(
    old: int, new: int, before: bytes, rest: list[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    if old == new:
        if whole:
            need(not rest, "E715")
            return before, before
        need(len(rest) == 1, "E715")
        return rest[0], rest[0]
    need(rest, "E715")
    k = _split(new)
    if old <= k:
        first, second = _grow(old, k, before, rest[:-1], whole=whole)
        return first, sha(b"\1" + second + rest[-1])
    first, second = _grow(old - k, new - k, before, rest[:-1], whole=False)
    return sha(b"\1" + rest[-1] + first), sha(b"\1" + rest[-1] + second)


def check_consistency(
    old: int, new: int, before: bytes, after: bytes, rest: list[bytes]
) -> None:
    need(0 < old <= new, "E716")
    need(_grow(old, new, before, rest, whole=True) == (before, after), "E715")


# ── checkpoints, proofs ──


def checkpoint(key: Key, size: int, root_hash: bytes) -> str:
    return key.note(f"{key.name}\n{size}\n{b64(root_hash)}\n")


def _number(text: str, code: str) -> int:
    need(re.fullmatch(r"0|[1-9][0-9]*", text) and int(text) < 2**53, code)
    return int(text)


def read_checkpoint(data: bytes) -> dict[str, Any]:
    text, _ = open_note(data)
    lines = text.decode().split("\n")[:-1]
    need(len(lines) >= 3 and all(lines), "E711")
    made = unb64(lines[2], "E711")
    need(len(made) == 32, "E711")
    return {"origin": lines[0], "size": _number(lines[1], "E711"), "root": made.hex()}


def proof_file(index: int, hashes: list[bytes], signed: str) -> str:
    lines = ["c2sp.org/tlog-proof@v1", f"index {index}", *map(b64, hashes), ""]
    return "".join(f"{line}\n" for line in lines) + signed


def check_proof(data: bytes, entry: bytes) -> dict[str, Any]:
    head, gap, signed = data.partition(b"\n\n")
    lines = head.decode("utf-8", "replace").split("\n")
    need(gap and lines[0] == "c2sp.org/tlog-proof@v1", "E713")
    at = 2 if len(lines) > 1 and lines[1].startswith("extra ") else 1
    if at == 2:
        unb64(lines[1].removeprefix("extra "), "E713")
    need(len(lines) > at and lines[at].startswith("index "), "E713")
    index = _number(lines[at].removeprefix("index "), "E713")
    hashes = [unb64(line, "E713") for line in lines[at + 1 :]]
    need(len(hashes) < 64 and all(len(h) == 32 for h in hashes), "E713")
    made = read_checkpoint(signed)
    check_inclusion(
        leaf(entry), index, made["size"], hashes, bytes.fromhex(made["root"])
    )
    return {"index": index, "size": made["size"]}


# ── entries ──

TYPES: dict[str, Any] = {
    "act": re.compile(r"(?=.{1,64}$)[a-z][a-z0-9]*(\.[a-z][a-z0-9-]*)*"),
    "by": re.compile(NAME),
    "log": re.compile(NAME),
    "op": re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    "prev": re.compile(r"[0-9a-f]{64}"),
    "time": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII),
}


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, bool):
        return False
    return isinstance(value, str) or (isinstance(value, int) and abs(value) < 2**53)


def read_entry(data: bytes) -> dict[str, Any]:
    text, _ = open_note(data)
    try:
        value = json.loads(text[:-1])
        need(canonical(value) + b"\n" == text, "E802")
    except (ValueError, RecursionError) as exc:
        raise Refused("E802") from exc
    need(not re.search(rb"[:\[,](-?\d+[.eE]|NaN|-?Infinity)", text), "E802")
    need(isinstance(value, dict), "E802")
    for field, rule in TYPES.items():
        here = value.get(field)
        need(isinstance(here, str) and rule.fullmatch(here), "E725")
    need(type(value.get("seq")) is int and 0 <= value["seq"] < 2**53, "E725")
    need(isinstance(value.get("body"), dict) and _is_plain(value["body"]), "E725")
    if "approvals" in value:
        given = value["approvals"]
        need(isinstance(given, list) and given, "E725")
        need(all(isinstance(text, str) for text in given), "E725")
    known = {*TYPES, "seq", "body", "approvals"}
    unknown = sorted(set(value) - known)
    return {"seq": value["seq"], "leaf": leaf(data).hex(), "unknown": unknown}


class Log:
    """Entries as an office would append them, and as others might."""

    def __init__(self, origin: str, officer: Key, supervisors: list[Key]) -> None:
        self.key = Key(origin)
        self.officer = officer
        self.supervisors = supervisors
        self.entries: list[str] = []

    @property
    def leaves(self) -> list[bytes]:
        return [leaf(entry.encode()) for entry in self.entries]

    def text(
        self, act: str, body: dict[str, Any], approvers: list[Key], **changed: Any
    ) -> str:
        seq = len(self.entries)
        op = str(uuid.UUID(bytes=sha(f"op {seq}".encode())[:16]))
        value: dict[str, Any] = {
            "log": self.key.name,
            "seq": seq,
            "prev": self.leaves[-1].hex() if seq else "0" * 64,
            "time": f"2026-11-20T01:{seq:02d}:00Z",
            "act": act,
            "by": self.officer.name,
            "op": op,
            "body": body,
        } | changed
        if approvers:
            approved = {k: value[k] for k in ("act", "body", "log", "op")}
            line = canonical(approved).decode() + "\n"
            value["approvals"] = [key.note(line) for key in approvers]
        return canonical(value).decode() + "\n"

    def add(
        self,
        act: str,
        body: dict[str, Any],
        *,
        approvers: list[Key] | None = None,
        signer: Key | None = None,
        **changed: Any,
    ) -> str:
        text = self.text(act, body, approvers or [], **changed)
        entry = (signer or self.officer).note(text)
        self.entries.append(entry)
        return entry

    def checkpoint(self, size: int | None = None) -> str:
        size = len(self.entries) if size is None else size
        return checkpoint(self.key, size, root(self.leaves[:size]))
