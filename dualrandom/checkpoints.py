"""Checkpoints, cosignatures and proofs: what a log says of itself, and of an entry.

Border: bytes and values; signatures through ``Signer`` and ``Verifier``.

- A checkpoint is a note of origin, size and root, signed by the log's key.
- A cosignature adds a witness's line: at this time this was the tree I saw.
- A proof carries a checkpoint and the path that leads one entry to its root.

    scjg.example.gov.cn/dualrandom
    412
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

    — scjg.example.gov.cn/dualrandom Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeO…

Spec: log-v1 §5; C2SP tlog-checkpoint, tlog-cosignature, tlog-proof.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dualrandom.errors import VerificationError
from dualrandom.merkle import HASH_BYTES, verify_inclusion
from dualrandom.model import MAX_INT
from dualrandom.notes import (
    MAX_TIMESTAMP,
    Note,
    Signature,
    cosigned_text,
    from_base64,
    open_note,
    sign_note,
    to_base64,
    vkey,
)

if TYPE_CHECKING:
    from dualrandom.notes import Signer

MAX_PATH: Final = 63
"""More hashes than any tree of 2^53 leaves needs."""

_PROOF = "c2sp.org/tlog-proof@v1"
_NUMBER = re.compile(r"0|[1-9][0-9]{0,15}")
_CHECKPOINT_LINES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A log's size and root.

    Attributes:
        origin: the log's name, which is also its key's name.
        size: how many entries.
        root: Merkle tree hash over them, 32 bytes.
        extensions: further lines; their meaning is not known here.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        lines = (self.origin, *self.extensions)
        if any(line == "" or "\n" in line for line in lines):
            raise VerificationError("E711", line=1)
        if not 0 <= self.size <= MAX_INT:
            raise VerificationError("E711", line=2)
        if len(self.root) != HASH_BYTES:
            raise VerificationError("E711", line=3)

    @property
    def text(self) -> bytes:
        """The note's text."""
        lines = (self.origin, str(self.size), to_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedCheckpoint:
    """A parsed checkpoint and its note. Nothing is verified yet."""

    checkpoint: Checkpoint
    note: Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """That an entry stands in a log, checkable without the log.

    Attributes:
        index: the entry's place, from 0.
        path: inclusion proof, 32 bytes each, from the leaf up.
        checkpoint: the signed checkpoint's bytes, verbatim.
        extra: opaque, and never trusted.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None


def sign_checkpoint(checkpoint: Checkpoint, signer: Signer) -> bytes:
    """Return a checkpoint signed by the log's key.

    Raises:
        VerificationError: E763, the key's name is not the origin.
    """
    if signer.name != checkpoint.origin:
        raise VerificationError("E763", origin=checkpoint.origin)
    return sign_note(checkpoint.text, [signer])


def parse_checkpoint(data: bytes) -> SignedCheckpoint:
    """Return a signed checkpoint, nothing verified.

    Raises:
        VerificationError: E701–E704 not a note, E711 not a checkpoint; with the line.
    """
    note = open_note(data)
    lines = note.text[:-1].decode("utf-8").split("\n")
    if len(lines) < _CHECKPOINT_LINES:
        raise VerificationError("E711", line=len(lines))
    origin, size, root, *extensions = lines
    made = Checkpoint(
        origin=origin,
        size=_number(size, "E711", 2),
        root=_hash(root, "E711", 3),
        extensions=tuple(extensions),
    )
    return SignedCheckpoint(checkpoint=made, note=note)


def cosign(data: bytes, signer: Signer, time: int) -> bytes:
    """Return a checkpoint with one more line, by a witness.

    What a witness must have checked before is not checked here.

    Args:
        data: a signed checkpoint.
        signer: the witness's key.
        time: seconds since 1970, UTC; 0 ≤ time < 2^63.

    Raises:
        VerificationError: E701–E704, E711, E712 no such time.
    """
    signed = parse_checkpoint(data)
    if not 0 <= time <= MAX_TIMESTAMP:
        raise VerificationError("E712", time=time)
    value = signer.sign(cosigned_text(signed.note.text, time))
    return add_signature(
        data,
        Signature(
            name=signer.name,
            id=vkey(signer.name, signer.public).cosigner.id,
            value=time.to_bytes(8, "big") + value,
        ),
    )


def add_signature(data: bytes, signature: Signature) -> bytes:
    """Return a note with one more signature line, if it does not have it yet.

    Raises:
        VerificationError: E701–E704.
    """
    if signature in open_note(data).signatures:
        return data
    made = data + signature.line
    open_note(made)
    return made


def shortened(data: bytes, most: int) -> bytes:
    """Return a checkpoint in at most so many bytes, if its text and one signature fit.

    The log's own signatures come first, then the cosignatures in their order, as many
    as there is room for: a note that lacks some is still a note.

    Raises:
        VerificationError: E701–E704, E711.
    """
    if len(data) <= most:
        return data
    signed = parse_checkpoint(data)
    origin = signed.checkpoint.origin
    made = signed.note.text + b"\n"
    for one in sorted(signed.note.signatures, key=lambda one: one.name != origin):
        if len(made) + len(one.line) <= most:
            made += one.line
    return made


def proof_bytes(proof: Proof) -> bytes:
    """Return a proof as a file.

    Spec:
        C2SP tlog-proof.
    """
    lines = [_PROOF]
    if proof.extra is not None:
        lines.append(f"extra {to_base64(proof.extra)}")
    lines.append(f"index {proof.index}")
    lines += map(to_base64, proof.path)
    return "".join(f"{line}\n" for line in [*lines, ""]).encode() + proof.checkpoint


def parse_proof(data: bytes) -> Proof:
    """Return a proof; its checkpoint is parsed by :func:`parse_checkpoint`.

    Raises:
        VerificationError: E713, not a proof; with the line.
    """
    head, gap, checkpoint = data.partition(b"\n\n")
    try:
        lines = head.decode("utf-8").split("\n")
    except UnicodeDecodeError as exc:
        raise VerificationError("E713", line=1) from exc
    if lines.pop(0) != _PROOF:
        raise VerificationError("E713", line=1)
    at = 2
    extra = None
    if lines and lines[0].startswith("extra "):
        try:
            extra = from_base64(lines.pop(0).removeprefix("extra "))
        except ValueError as exc:
            raise VerificationError("E713", line=at) from exc
        at += 1
    if not lines or not lines[0].startswith("index "):
        raise VerificationError("E713", line=at)
    index = _number(lines.pop(0).removeprefix("index "), "E713", at)
    if len(lines) > MAX_PATH:
        raise VerificationError("E713", line=at + MAX_PATH + 1)
    path = tuple(_hash(line, "E713", n) for n, line in enumerate(lines, at + 1))
    if not gap:
        raise VerificationError("E713", line=at + len(lines) + 1)
    return Proof(index=index, path=path, checkpoint=checkpoint, extra=extra)


def check_proof(proof: Proof, leaf: bytes) -> SignedCheckpoint:
    """Return the proof's checkpoint, to whose root the leaf was led.

    Whose the checkpoint is, is not checked here: see
    :func:`dualrandom.notes.check_note` and :mod:`dualrandom.policy`.

    Args:
        proof: a parsed proof.
        leaf: leaf hash of the entry, 32 bytes.

    Raises:
        VerificationError: E701–E704, E711 no checkpoint; E716 index beyond its
            size; E714 the path does not lead to its root.
    """
    signed = parse_checkpoint(proof.checkpoint)
    made = signed.checkpoint
    verify_inclusion(leaf, proof.index, made.size, proof.path, made.root)
    return signed


def _number(text: str, code: str, line: int) -> int:
    if _NUMBER.fullmatch(text) is None or int(text) > MAX_INT:
        raise VerificationError(code, line=line)
    return int(text)


def _hash(text: str, code: str, line: int) -> bytes:
    try:
        data = from_base64(text)
    except ValueError as exc:
        raise VerificationError(code, line=line) from exc
    if len(data) != HASH_BYTES:
        raise VerificationError(code, line=line)
    return data
