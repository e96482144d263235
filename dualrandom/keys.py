"""Officers', supervisors' and log keys: Ed25519 in OpenSSH files.

Border: the only room that imports cryptography; files and the operating system's
randomness are used here, a passphrase comes in as an argument.

- ``officer-01.key`` is an OpenSSH private key that ``ssh-keygen`` reads; beside it
  ``officer-01.key.pub`` holds the public key and, as its comment, the key's name.
- A private file is made at once, whole, with mode 0600, and never overwritten; one
  that others can read is refused.
- No private byte and no passphrase ever stands in a message, a repr or an exception.

    key = generate_key("shishijian/officer-01")
    save_key(Path("keys/officer-01.key"), key, passphrase="four words make one")

Spec: log-v1 §2; architecture (one third-party package, one room).
"""

from __future__ import annotations

import os
import re
import stat
from functools import lru_cache
from importlib.util import find_spec
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NoReturn

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_ssh_private_key,
    load_ssh_public_key,
)

from dualrandom.errors import EnvironmentProblem, InputError, VerificationError
from dualrandom.notes import VKey, vkey

if TYPE_CHECKING:
    from pathlib import Path

BCRYPT_ROUNDS: Final = 64
LEAST_PASSPHRASE: Final = 10
_LEAST_DIFFERENT: Final = 5
_LARGEST_FILE: Final = 64 * 1024
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO

# As for ids, and "/" between office and number: no look-alikes, no invisible signs.
_NAME = re.compile(
    r"[0-9A-Za-z\u4e00-\u9fff\u3007][0-9A-Za-z\-_./\u4e00-\u9fff\u3007]{0,127}"
)


class PrivateKey:
    """A private key and its name; signs, and shows nothing but its public half."""

    __slots__ = ("_key", "name", "public")

    def __init__(self, name: str, key: Ed25519PrivateKey) -> None:
        self.name = name
        self.public = key.public_key().public_bytes_raw()
        self._key = key

    def sign(self, message: bytes) -> bytes:
        """Return the Ed25519 signature of a message, 64 bytes."""
        return self._key.sign(message)

    @property
    def vkey(self) -> VKey:
        """The verifier key of kind 0x01."""
        return vkey(self.name, self.public)

    def openssh(self, passphrase: str | None) -> bytes:
        """Return the private file: what :func:`save_key` writes.

        Raises:
            EnvironmentProblem: E791, bcrypt is not installed.
        """
        encryption: KeySerializationEncryption = NoEncryption()
        if passphrase is not None:
            rounds = PrivateFormat.OpenSSH.encryption_builder().kdf_rounds
            encryption = rounds(BCRYPT_ROUNDS).build(passphrase.encode())
        try:
            return self._key.private_bytes(
                Encoding.PEM, PrivateFormat.OpenSSH, encryption
            )
        except UnsupportedAlgorithm as exc:
            raise EnvironmentProblem("E791") from exc

    def __repr__(self) -> str:
        return f"PrivateKey({str(self.vkey)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(type(self).__name__)  # a key is saved by save_key only


def is_own_key_name(name: str) -> bool:
    """Say whether a key of ours may be named so.

    Stricter than what other logs' keys may be named, which
    :func:`dualrandom.notes.is_key_name` knows.
    """
    return _NAME.fullmatch(name) is not None


def generate_key(name: str) -> PrivateKey:
    """Return a new key.

    Raises:
        InputError: E705, not such a name.
    """
    if not is_own_key_name(name):
        raise InputError("E705", name=name[:80])
    return PrivateKey(name, Ed25519PrivateKey.generate())


def public_line(key: VKey | PrivateKey) -> bytes:
    """Return the ``.pub`` file: ``ssh-ed25519 AAAA… NAME``."""
    public = Ed25519PublicKey.from_public_bytes(key.public)
    line = public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)
    return line + b" " + key.name.encode() + b"\n"


def parse_public_line(data: bytes, file: str = "") -> VKey:
    """Return the key of a ``.pub`` file; its comment is the key's name.

    Raises:
        InputError: E787 not such a line, E784 another kind of key, E705 not such a
            name, E709 a weak key.
    """
    try:
        words = data.decode("utf-8").split()
    except UnicodeDecodeError as exc:
        raise InputError("E787", file=file) from exc
    if len(words) != 3 or data.strip().count(b"\n"):  # noqa: PLR2004 - as above
        raise InputError("E787", file=file)
    if words[0] != "ssh-ed25519":
        raise InputError("E784", file=file)
    if not is_own_key_name(words[2]):
        raise InputError("E705", name=words[2][:80])
    try:
        public = load_ssh_public_key(" ".join(words[:2]).encode())
        assert isinstance(public, Ed25519PublicKey)  # noqa: S101 - the line says so
    except (ValueError, UnsupportedAlgorithm) as exc:
        raise InputError("E787", file=file) from exc
    try:
        return vkey(words[2], public.public_bytes_raw())
    except VerificationError as exc:
        raise InputError("E709", name=words[2]) from exc


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that a guesser would try first.

    bcrypt makes each guess slow; it does not make few guesses many. Short ones, ones of
    few different characters, digits alone (a date, a telephone number) and runs along
    the alphabet are guessed first.

    Raises:
        InputError: E786.
    """
    steps = {ord(b) - ord(a) for a, b in pairwise(passphrase)}
    if (
        len(passphrase) < LEAST_PASSPHRASE
        or len(set(passphrase)) < _LEAST_DIFFERENT
        or passphrase.isdecimal()
        or len(steps) == 1
    ):
        raise InputError("E786", least=LEAST_PASSPHRASE)


def save_key(
    path: Path, key: PrivateKey, *, passphrase: str | None, plain: bool = False
) -> None:
    """Write a private key and, beside it, its ``.pub``.

    Args:
        path: of the private key; the public one is ``path`` with ``.pub`` appended.
        key: what to write.
        passphrase: encrypts the private key.
        plain: whether it may be kept in the clear; then ``passphrase`` is None.

    Raises:
        InputError: E786 weak passphrase, E790 none and not ``plain``, E780 a file of
            that name exists.
        EnvironmentProblem: E789, cannot be written; E791, bcrypt is not installed.
    """
    if passphrase is not None:
        check_passphrase(passphrase)
    elif not plain:
        raise InputError("E790", file=str(path))
    beside = public_path(path)
    if beside.exists():
        raise InputError("E780", file=str(beside))
    _create(path, key.openssh(passphrase), 0o600)
    try:
        _create(beside, public_line(key), 0o644)
    except BaseException:
        path.unlink(missing_ok=True)  # nothing half done
        raise


def load_key(
    path: Path, *, passphrase: str | None = None, name: str | None = None
) -> PrivateKey:
    """Return a private key from its file.

    Args:
        path: of the private key.
        passphrase: if it has one; a key in the clear does not ask for it.
        name: the key's name; None: as the ``.pub`` beside it says, which then must
            be there.

    Raises:
        EnvironmentProblem: E781 others can read it, E789 it cannot be read, E791
            bcrypt is not installed.
        InputError: E782 wrong passphrase or damaged, E783 it has a passphrase, E784
            not Ed25519, E785 not a private key, E787 or E788 its ``.pub`` is none or
            another key's, E705 not such a name.
    """
    file = str(path)
    key = _parse_private(_read_private(path), passphrase, file)
    beside = public_path(path)
    if name is None or beside.exists():
        # A flipped bit in a plain file makes another key, and nobody else notices.
        public = parse_public_line(_read(beside), str(beside))
        if public.public != key.public_key().public_bytes_raw():
            raise InputError("E788", file=str(beside))
        name = name or public.name
    if not is_own_key_name(name):
        raise InputError("E705", name=name[:80])
    return PrivateKey(name, key)


def load_public(path: Path) -> VKey:
    """Return the key of a ``.pub`` file.

    Raises:
        EnvironmentProblem: E789, it cannot be read.
        InputError: E784, E787, E705, E709.
    """
    return parse_public_line(_read(path), str(path))


def is_encrypted(path: Path) -> bool:
    """Say whether a private key file asks for a passphrase.

    Raises:
        EnvironmentProblem: E781, E789.
        InputError: E784, E785.
    """
    try:
        _parse_private(_read_private(path), None, str(path))
    except InputError as error:
        if error.code == "E783":
            return True
        raise
    return False


def public_path(path: Path) -> Path:
    """Return where the public half lies: ``officer-01.key.pub``, as ``ssh`` has it."""
    return path.with_name(path.name + ".pub")


@lru_cache(maxsize=4_096)
def _public_key(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


def verify_ed25519(public: bytes, signature: bytes, message: bytes, /) -> bool:
    """Say whether a signature is valid (RFC 8032); a :class:`notes.Verifier`."""
    try:
        _public_key(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _parse_private(data: bytes, passphrase: str | None, file: str) -> Ed25519PrivateKey:
    secret = None if passphrase is None else passphrase.encode()
    try:
        key = load_ssh_private_key(data, secret)
    except TypeError as exc:
        # The library's way to say both: a passphrase is lacking, or is not needed.
        if secret is None:
            raise InputError("E783", file=file) from exc
        return _parse_private(data, None, file)
    except UnsupportedAlgorithm as exc:
        if secret is not None and find_spec("bcrypt") is None:
            raise EnvironmentProblem("E791") from exc
        raise InputError("E784", file=file) from exc
    except ValueError as exc:
        code = "E782" if b"BEGIN OPENSSH PRIVATE KEY" in data else "E785"
        raise InputError(code, file=file) from exc
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("E784", file=file)
    return key


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            # Asked of the open file, so that nobody swaps it in between.
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if os.name == "posix" and mode & _OTHERS:
                raise EnvironmentProblem("E781", file=str(path), mode=f"{mode:04o}")
            return stream.read(_LARGEST_FILE)
    except OSError as exc:
        raise _unusable(path, exc) from exc


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_LARGEST_FILE)
    except OSError as exc:
        raise _unusable(path, exc) from exc


def _unusable(path: Path, exc: OSError) -> EnvironmentProblem:
    return EnvironmentProblem(
        "E789", file=str(path), reason=exc.strerror or type(exc).__name__
    )


def _create(path: Path, data: bytes, mode: int) -> None:
    """Write a new file, whole or not at all; an existing one stays as it is."""
    try:
        # Not by a second name and a link: a USB stick's file system has no links.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as exc:
        raise InputError("E780", file=str(path)) from exc
    except OSError as exc:
        raise _unusable(path, exc) from exc
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as exc:
        path.unlink(missing_ok=True)
        raise _unusable(path, exc) from exc
