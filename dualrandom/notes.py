"""Signed notes and the keys that verify them.

Border: bytes and values. No file, no clock, no cryptography: a :class:`Signer` makes
signatures and a :class:`Verifier` checks them, both come in as arguments.

- A note is a text, an empty line and signature lines; it is signed as it stands.
- A signature line names a key and carries the first four bytes of its key id; a line
  by a key that nobody knows proves nothing and is no fault.
- One way of writing: base64 is canonical, so no byte of a line can change unseen.

    This is an example message.

    — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYj…

Spec: log-v1 §2; C2SP signed-note, tlog-cosignature.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Final, Protocol

from dualrandom.errors import VerificationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

ED25519: Final = 0x01
"""Kind of a key that signs the text of a note."""
COSIGNATURE: Final = 0x04
"""Kind of a key that cosigns a checkpoint together with a time."""

_BUILT: Final = (ED25519, COSIGNATURE)

MAX_NOTE: Final = 65_535
"""Bytes of a whole note: what a tile's two-byte length can say."""
MAX_SIGNATURES: Final = 64
MAX_TIMESTAMP: Final = 2**63 - 1

_NAME = re.compile(r"[^\s+\x00-\x20]{1,255}")
_VKEY = re.compile(r"([^\s+\x00-\x20]{1,255})\+([0-9a-f]{8})\+([0-9A-Za-z+/]+=*)")
_CONTROLS: Final = bytes(byte for byte in range(0x20) if byte != ord("\n"))
_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_TIME_BYTES = 8
_ID_BYTES = 4
_DASH = "\u2014 "
# The eight points of small order and their second encodings, sign bit cleared: under
# such a key one signature fits many texts.
_WEAK: Final = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)


class Signer(Protocol):
    """Who can sign: a private key and the name that it goes by."""

    @property
    def name(self) -> str:
        """The key's name, for instance ``shishijian/officer-01``."""

    @property
    def public(self) -> bytes:
        """The Ed25519 public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message, 64 bytes."""


class Verifier(Protocol):
    """What can say whether an Ed25519 signature (RFC 8032) is valid."""

    def __call__(self, public: bytes, signature: bytes, message: bytes, /) -> bool:
        """Say whether ``signature`` is ``public``'s over exactly ``message``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VKey:
    """A verifier key: who signs, how, and the public key.

        example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k

    Attributes:
        name: without Unicode spaces and ``+``.
        kind: the signature type's byte.
        public: the key material; 32 bytes for the two Ed25519 kinds.
        id: first four bytes of SHA-256(name ‖ LF ‖ kind ‖ public).
    """

    name: str
    kind: int = ED25519
    public: bytes
    id: bytes = field(init=False)

    def __post_init__(self) -> None:
        if not is_key_name(self.name):
            raise VerificationError("E705", name=self.name[:80])
        if self.kind in _BUILT:
            low = self.public[:-1] + bytes(b & 0x7F for b in self.public[-1:])
            if len(self.public) != _KEY_BYTES or low in _WEAK:
                raise VerificationError("E709", name=self.name[:80])
        head = self.name.encode() + b"\n" + bytes([self.kind])
        digest = hashlib.sha256(head + self.public).digest()
        object.__setattr__(self, "id", digest[:_ID_BYTES])

    def __str__(self) -> str:
        material = to_base64(bytes([self.kind]) + self.public)
        return f"{self.name}+{self.id.hex()}+{material}"

    @property
    def cosigner(self) -> VKey:
        """The same key and name as a cosigner of checkpoints."""
        return VKey(name=self.name, kind=COSIGNATURE, public=self.public)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """One signature line: who claims to have signed, and the bytes.

    Attributes:
        name: the key's name as written.
        id: the four bytes that should be the key's id.
        value: what follows them: 64 bytes, or 8 of time and 64.
    """

    name: str
    id: bytes
    value: bytes

    @property
    def line(self) -> bytes:
        """The line as it stands in a note, with its LF."""
        return f"{_DASH}{self.name} {to_base64(self.id + self.value)}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A parsed note. Nothing in it is verified yet.

    Attributes:
        text: the signed bytes, their last LF included.
        signatures: 1–64, as they stand.
    """

    text: bytes
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A signature that was verified.

    Attributes:
        key: whose it is.
        time: of a cosignature: seconds since 1970, UTC; else None.
    """

    key: VKey
    time: int | None = None


KeyBook = dict[tuple[str, bytes], VKey]
"""Known keys by name and id: only both together say whose a line is."""


@lru_cache(maxsize=1_024)  # a log has the same few names on every line
def is_key_name(name: str) -> bool:
    """Say whether a key may be named so: no Unicode space, no ``+``, not empty."""
    return _NAME.fullmatch(name) is not None


@lru_cache(maxsize=1_024)  # an office signs with the same few keys
def vkey(name: str, public: bytes, kind: int = ED25519) -> VKey:
    """Return the verifier key of a name and 32 bytes.

    Raises:
        VerificationError: E705 name, E709 key material.
    """
    return VKey(name=name, kind=kind, public=public)


def parse_vkey(text: str) -> VKey:
    """Return a verifier key from its text.

    Raises:
        VerificationError: E706 not a vkey, or its id is another's; E709 weak or of a
            wrong length.

    Spec:
        C2SP signed-note, verifier keys.
    """
    found = _VKEY.fullmatch(text)
    if found is None:
        raise VerificationError("E706", value=text[:120])
    try:
        material = from_base64(found[3])
    except ValueError as exc:
        raise VerificationError("E706", value=text[:120]) from exc
    made = VKey(name=found[1], kind=material[0], public=material[1:])
    if made.id.hex() != found[2]:
        raise VerificationError("E706", value=text[:120])
    return made


def key_book(keys: Iterable[VKey]) -> KeyBook:
    """Return keys by name and id; a kind that is not built here stays unknown."""
    return {(key.name, key.id): key for key in keys if key.kind in _BUILT}


def open_note(data: bytes) -> Note:
    """Return the parts of a note, nothing verified.

    Raises:
        VerificationError: E701 too long, E702 too many signatures, E703 not of a
            note's form, E704 an ill-formed signature line.

    Spec:
        C2SP signed-note, format.
    """
    if len(data) > MAX_NOTE:
        raise VerificationError("E701", bytes=len(data), limit=MAX_NOTE)
    split = data.rfind(b"\n\n")
    if split < 0 or data[-1:] != b"\n":
        raise VerificationError("E703")
    if len(data.translate(None, _CONTROLS)) != len(data):  # a regex takes longer
        raise VerificationError("E703")
    try:
        data[: split + 1].decode("utf-8")
        lines = data[split + 2 : -1].decode("utf-8").split("\n")
    except UnicodeDecodeError as exc:
        raise VerificationError("E703") from exc
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError("E702", count=len(lines), limit=MAX_SIGNATURES)
    return Note(
        text=data[: split + 1],
        signatures=tuple(map(_signature, lines, count(1))),
    )


def _signature(line: str, at: int) -> Signature:
    name, _, text = line.removeprefix(_DASH).partition(" ")
    try:
        value = from_base64(text)
    except ValueError as exc:
        raise VerificationError("E704", line=at) from exc
    well = line.startswith(_DASH) and is_key_name(name) and len(value) > _ID_BYTES
    if not well:
        raise VerificationError("E704", line=at)
    return Signature(name=name, id=value[:_ID_BYTES], value=value[_ID_BYTES:])


def sign_note(text: bytes, signers: Sequence[Signer]) -> bytes:
    """Return a note over a text.

    Args:
        text: UTF-8, ends in LF, no control character but LF.
        signers: one or more, each makes one line, in this order.

    Raises:
        VerificationError: E701–E705, E709, what would not be a note.
    """
    lines = []
    for signer in signers:
        key = vkey(signer.name, signer.public)
        made = Signature(name=key.name, id=key.id, value=signer.sign(text))
        lines.append(made.line)
    data = text + b"\n" + b"".join(lines)
    if open_note(data).text != text:
        raise VerificationError("E703")
    return data


def check_signature(
    key: VKey, signature: Signature, text: bytes, verify: Verifier
) -> int | None:
    """Check that a line is a key's valid signature; return a cosignature's time.

    Args:
        key: the key that the line names.
        signature: the line.
        text: the note's text.
        verify: checks Ed25519.

    Raises:
        VerificationError: E708, the signature is not valid.
    """
    value, time = signature.value, None
    if key.kind == COSIGNATURE:
        time = int.from_bytes(value[:_TIME_BYTES], "big")
        value, text = value[_TIME_BYTES:], cosigned_text(text, time)
    well = len(value) == _SIGNATURE_BYTES and (time or 0) <= MAX_TIMESTAMP
    if not (well and verify(key.public, value, text)):
        raise VerificationError("E708", key=key.name)
    return time


def check_note(
    note: Note, keys: Mapping[tuple[str, bytes], VKey], verify: Verifier
) -> tuple[Signed, ...]:
    """Return the signatures by known keys, all of them verified.

    Lines by unknown keys are passed over; :func:`unknown_lines` names them.

    Args:
        note: a parsed note.
        keys: the known ones, by name and id.
        verify: checks Ed25519.

    Raises:
        VerificationError: E708, a line by a known key is not valid.
    """
    made = []
    for line in note.signatures:
        key = keys.get((line.name, line.id))
        if key is not None:
            time = check_signature(key, line, note.text, verify)
            made.append(Signed(key=key, time=time))
    return tuple(made)


def unknown_lines(
    note: Note, keys: Mapping[tuple[str, bytes], VKey]
) -> tuple[Signature, ...]:
    """Return the signature lines by keys that are not among the known ones."""
    return tuple(s for s in note.signatures if (s.name, s.id) not in keys)


def cosigned_text(text: bytes, time: int) -> bytes:
    """Return what a cosigner signs: two lines, then the checkpoint's text.

    Spec:
        C2SP tlog-cosignature, Ed25519 signed message.
    """
    return b"cosignature/v1\ntime %d\n" % time + text


def to_base64(data: bytes) -> str:
    """Return standard base64 with padding, without a line end."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """Return the bytes of canonical base64, never empty.

    Raises:
        ValueError: not base64, not the one way of writing it, or empty.
    """
    data = binascii.a2b_base64(text, strict_mode=True)
    # Strict mode leaves the unused last bits alone: they would be free to change.
    if not data or to_base64(data) != text:
        raise ValueError(text)
    return data
