"""Key files: OpenSSH form, modes, passphrases, and nothing secret on any surface."""

from __future__ import annotations

import base64
import os
import pickle
import re
import shutil
import stat
import subprocess
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from dualrandom import keys
from dualrandom.errors import DualRandomError, EnvironmentProblem, InputError
from dualrandom.keys import (
    PrivateKey,
    check_passphrase,
    generate_key,
    is_encrypted,
    load_key,
    load_public,
    parse_public_line,
    public_line,
    public_path,
    save_key,
    verify_ed25519,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NAME = "shishijian/officer-01"
PASSPHRASE = "四个不相干的词 make one"
POSIX = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX's")
SSH_KEYGEN = shutil.which("ssh-keygen")


def raised(call: Callable[[], object]) -> DualRandomError:
    with pytest.raises(DualRandomError) as caught:
        call()
    return caught.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "officer-01.key"


@pytest.fixture
def plain(path: Path) -> PrivateKey:
    key = generate_key(NAME)
    save_key(path, key, passphrase=None, plain=True)
    return key


# ── signing ──


def test_key_signs_and_its_public_half_verifies() -> None:
    key = generate_key(NAME)
    signature = key.sign(b"message")
    assert verify_ed25519(key.public, signature, b"message")
    assert not verify_ed25519(key.public, signature, b"another")
    assert not verify_ed25519(generate_key(NAME).public, signature, b"message")


@pytest.mark.parametrize(
    ("public", "secret", "message", "signature"),
    [
        pytest.param(
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            id="RFC 8032 test 1",
        ),
        pytest.param(
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            id="RFC 8032 test 2",
        ),
    ],
)
def test_published_signatures(
    public: str, secret: str, message: str, signature: str
) -> None:
    key = PrivateKey(NAME, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret)))
    assert key.public.hex() == public
    assert key.sign(bytes.fromhex(message)).hex() == signature
    assert verify_ed25519(
        bytes.fromhex(public), bytes.fromhex(signature), bytes.fromhex(message)
    )


def test_signature_with_a_larger_s_is_refused() -> None:
    """S and S + L both solve the equation; only one of them is a signature."""
    key = generate_key(NAME)
    made = key.sign(b"x")
    order = 2**252 + 27742317777372353535851937790883648493
    s = (int.from_bytes(made[32:], "little") + order).to_bytes(32, "little")
    assert not verify_ed25519(key.public, made[:32] + s, b"x")


@pytest.mark.parametrize(
    ("public", "signature"),
    [(b"", b"x" * 64), (b"x" * 32, b""), (b"x" * 32, b"y" * 63)],
)
def test_bytes_of_a_wrong_length_verify_nothing(
    public: bytes, signature: bytes
) -> None:
    assert not verify_ed25519(public, signature, b"x")


@pytest.mark.parametrize(
    "name", [NAME, "scjg.example.gov.cn/dualrandom", "县纪委监委/监督员-01", "〇"]
)
def test_names_of_offices_and_numbers(name: str) -> None:
    assert generate_key(name).name == name


@pytest.mark.parametrize(
    "name",
    [
        *("", "a b", "a+b", "/a", "-a", "a\n", "bu\u0308ro/1", "a" * 129, "a:b"),
        *("a\u200b", "a\ufeff", "a\u00ad", "a\u202eb", "a\u2066b", "a\x1b[2J", "a\x9b"),
        *("\uff41", "a\u3000b", "\u0430", "a\U000e0041", "a\u2028b"),
    ],
)
def test_names_that_no_key_of_ours_has(name: str) -> None:
    assert raised(lambda: generate_key(name)).code == "E705"


# ── files ──


@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_key_reads_back(path: Path, passphrase: str | None) -> None:
    key = generate_key(NAME)
    save_key(path, key, passphrase=passphrase, plain=passphrase is None)
    loaded = load_key(path, passphrase=passphrase)
    assert (loaded.name, loaded.public) == (NAME, key.public)
    assert loaded.sign(b"x") == key.sign(b"x")
    assert is_encrypted(path) is (passphrase is not None)
    assert load_public(public_path(path)) == key.vkey


def test_public_file_lies_where_ssh_looks_for_it(path: Path, plain: PrivateKey) -> None:
    beside = path.parent / "officer-01.key.pub"
    assert beside.read_bytes() == public_line(plain)
    assert re.fullmatch(
        rb"ssh-ed25519 [0-9A-Za-z+/]{68} " + NAME.encode() + b"\n", public_line(plain)
    )


def test_name_may_come_from_elsewhere(path: Path, plain: PrivateKey) -> None:
    public_path(path).unlink()
    assert load_key(path, name="x/officer-02").name == "x/officer-02"
    assert raised(lambda: load_key(path)).code == "E789"
    assert raised(lambda: load_key(path, name="x y")).code == "E705"


@POSIX
def test_private_file_is_its_owner_s_alone(path: Path, plain: PrivateKey) -> None:
    old = os.umask(0)
    try:
        second = path.with_name("second.key")
        save_key(second, plain, passphrase=None, plain=True)
    finally:
        os.umask(old)
    for file in (path, second):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o610, 0o660, 0o777], ids=oct)
def test_file_that_others_can_read_is_refused(
    path: Path, plain: PrivateKey, mode: int
) -> None:
    path.chmod(mode)
    error = raised(lambda: load_key(path))
    assert (error.code, error.params["mode"]) == ("E781", f"{mode:04o}")
    assert isinstance(error, EnvironmentProblem)


def test_existing_files_are_not_overwritten(path: Path, plain: PrivateKey) -> None:
    before = path.read_bytes()
    other = generate_key(NAME)
    assert (
        raised(lambda: save_key(path, other, passphrase=None, plain=True)).code
        == "E780"
    )
    public_path(path).unlink()
    assert (
        raised(lambda: save_key(path, other, passphrase=None, plain=True)).code
        == "E780"
    )
    assert path.read_bytes() == before
    assert not public_path(path).exists()


def test_nothing_is_left_when_the_public_half_cannot_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    create = keys._create

    def fails_second(path: Path, data: bytes, mode: int) -> None:
        if written:
            raise EnvironmentProblem("E789", file=str(path), reason="full")
        written.append(path)
        create(path, data, mode)

    monkeypatch.setattr(keys, "_create", fails_second)
    with pytest.raises(EnvironmentProblem):
        save_key(path, generate_key(NAME), passphrase=None, plain=True)
    assert list(path.parent.iterdir()) == []


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none" / "x.key"
    key = generate_key(NAME)
    for call in (
        lambda: save_key(path, key, passphrase=None, plain=True),
        lambda: load_key(path),
        lambda: load_public(path),
    ):
        assert raised(call).code == "E789"


def test_key_in_the_clear_must_be_asked_for(path: Path) -> None:
    error = raised(lambda: save_key(path, generate_key(NAME), passphrase=None))
    assert error.code == "E790"
    assert not path.exists()


@pytest.mark.parametrize(
    "passphrase", ["", "1234567", "aaaaaaaa", "abababab", "密密密密密密密密"]
)
def test_weak_passphrases_are_refused(path: Path, passphrase: str) -> None:
    key = generate_key(NAME)
    assert raised(lambda: check_passphrase(passphrase)).code == "E786"
    assert raised(lambda: save_key(path, key, passphrase=passphrase)).code == "E786"
    assert not path.exists()


# ── what can be wrong with a file ──


def test_passphrase_is_needed_and_must_be_right(path: Path) -> None:
    save_key(path, generate_key(NAME), passphrase=PASSPHRASE)
    assert raised(lambda: load_key(path)).code == "E783"
    assert raised(lambda: load_key(path, passphrase="another one")).code == "E782"


def test_key_in_the_clear_does_not_ask_for_the_passphrase_at_hand(
    path: Path, plain: PrivateKey
) -> None:
    assert load_key(path, passphrase=PASSPHRASE).public == plain.public


def test_what_is_no_key_is_neither_encrypted_nor_plain(path: Path) -> None:
    assert raised(lambda: is_encrypted(_write(path, b"not a key"))).code == "E785"


def test_kind_of_key_that_is_not_built_is_refused(path: Path) -> None:
    blob = b"openssh-key-v1\0" + b"".join(
        len(part).to_bytes(4, "big") + part for part in (b"none", b"none", b"")
    )
    public = b"\0\0\0\x13sk-ssh-ed25519@open"
    blob += b"\0\0\0\1" + len(public).to_bytes(4, "big") + public + b"\0\0\0\0"
    pem = base64.b64encode(blob)
    data = (
        b"-----BEGIN OPENSSH PRIVATE KEY-----\n"
        + pem
        + b"\n-----END OPENSSH PRIVATE KEY-----\n"
    )
    assert raised(lambda: load_key(_write(path, data), name=NAME)).code == "E784"


def test_missing_bcrypt_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*_: Any) -> Any:
        raise UnsupportedAlgorithm("Need bcrypt module")

    class Key:
        public_key = staticmethod(Ed25519PrivateKey.generate().public_key)
        private_bytes = staticmethod(unsupported)

    key = PrivateKey(NAME, Key())  # type: ignore[arg-type]
    assert raised(lambda: save_key(path, key, passphrase=PASSPHRASE)).code == "E791"
    assert not path.exists()
    monkeypatch.setattr(keys, "load_ssh_private_key", unsupported)
    monkeypatch.setattr(keys, "find_spec", lambda _: None)
    _write(path, b"any")
    error = raised(lambda: load_key(path, passphrase=PASSPHRASE))
    assert error.code == "E791"
    assert isinstance(error, EnvironmentProblem)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is Linux's")
def test_full_disk_leaves_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.open

    def full(name: Path, flags: int, mode: int) -> int:
        os.close(real(name, flags, mode))
        return real("/dev/full", os.O_WRONLY)

    monkeypatch.setattr(os, "open", full)
    key = generate_key(NAME)
    error = raised(lambda: save_key(path, key, passphrase=None, plain=True))
    assert (error.code, error.params["file"]) == ("E789", str(path))
    assert list(path.parent.iterdir()) == []


def test_passphrase_is_stretched_by_64_rounds_of_bcrypt(path: Path) -> None:
    save_key(path, generate_key(NAME), passphrase=PASSPHRASE)
    body = b"".join(path.read_bytes().splitlines()[1:-1])
    raw = base64.b64decode(body)
    assert b"aes256-ctr" in raw[:40]
    at = raw.index(b"bcrypt") + len(b"bcrypt") + 4
    salt_length = int.from_bytes(raw[at : at + 4], "big")
    rounds = int.from_bytes(raw[at + 4 + salt_length :][:4], "big")
    assert (salt_length, rounds) == (16, 64)


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    path.chmod(0o600)
    return path


def _openssh(key: Any) -> bytes:
    made: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    return made


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "E785", id="empty"),
        pytest.param(b"not a key", "E785", id="text"),
        pytest.param(
            _openssh(ec.generate_private_key(ec.SECP256R1())), "E784", id="EC"
        ),
        pytest.param(
            _openssh(Ed25519PrivateKey.generate())[:150], "E782", id="cut in the middle"
        ),
        pytest.param(
            Ed25519PrivateKey.generate().private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            ),
            "E785",
            id="PKCS 8",
        ),
        pytest.param(public_line(generate_key(NAME)), "E785", id="public key"),
    ],
)
def test_what_is_not_an_ed25519_private_key(path: Path, data: bytes, code: str) -> None:
    error = raised(lambda: load_key(_write(path, data), name=NAME))
    assert (error.code, error.params["file"]) == (code, str(path))
    assert isinstance(error, InputError)


def test_damaged_key_is_refused_wherever_it_is_damaged(
    path: Path, plain: PrivateKey
) -> None:
    data = path.read_bytes()
    refused = 0
    for at in range(len(data)):
        changed = bytearray(data)
        changed[at] ^= 0x04
        try:
            key = load_key(_write(path, bytes(changed)))
        except InputError:
            refused += 1
        else:  # a line end, the comment: the key itself is whole
            assert key.public == plain.public
    assert refused > len(data) // 2


def test_public_file_of_another_key_is_refused(path: Path, plain: PrivateKey) -> None:
    public_path(path).write_bytes(public_line(generate_key(NAME)))
    assert raised(lambda: load_key(path)).code == "E788"
    assert raised(lambda: load_key(path, name=NAME)).code == "E788"


PUBLIC = public_line(generate_key(NAME)).decode()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "E787", id="empty"),
        pytest.param(PUBLIC.rpartition(" ")[0], "E787", id="no name"),
        pytest.param(PUBLIC.strip() + " more\n", "E787", id="two words behind"),
        pytest.param(PUBLIC + PUBLIC, "E787", id="two keys"),
        pytest.param(PUBLIC.replace("AAAAC3", "AAAAC2"), "E787", id="other inside"),
        pytest.param(PUBLIC.replace(" AAAA", " AAA"), "E787", id="cut"),
        pytest.param(PUBLIC.replace("ssh-ed25519", "ssh-rsa", 1), "E784", id="RSA"),
        pytest.param(PUBLIC.replace(NAME, "a+b"), "E705", id="name with a plus"),
        pytest.param(
            "ssh-ed25519 "
            + base64.b64encode(
                b"\0\0\0\x0bssh-ed25519\0\0\0\x20" + b"\1" + bytes(31)
            ).decode()
            + f" {NAME}\n",
            "E709",
            id="weak key",
        ),
    ],
)
def test_what_is_not_a_public_key_file(text: str, code: str) -> None:
    assert raised(lambda: parse_public_line(text.encode())).code == code
    assert raised(lambda: parse_public_line(b"\xff")).code == "E787"


# ── nothing secret on any surface ──


def test_private_bytes_and_passphrase_show_nowhere(path: Path) -> None:
    secret = bytes(range(32))
    key = PrivateKey(NAME, Ed25519PrivateKey.from_private_bytes(secret))
    save_key(path, key, passphrase=PASSPHRASE)
    shown = [repr(key), str(key), repr(key.vkey), str(load_public(public_path(path)))]
    with pytest.raises(InputError) as caught:
        load_key(path, passphrase=PASSPHRASE + "x")
    shown.append("".join(traceback.format_exception(caught.value)))
    with pytest.raises(InputError) as caught:
        check_passphrase("pässpf")
    shown += [repr(caught.value), repr(caught.value.params)]
    shown.append(repr([getattr(key, name) for name in ("name", "public", "vkey")]))
    for text in shown:
        for form in (
            secret.hex(),
            base64.b64encode(secret).decode(),
            repr(secret),
            PASSPHRASE,
            "pässpf",
        ):
            assert form not in text


def test_key_cannot_be_pickled_or_copied_out() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(generate_key(NAME))


# ── other programs ──


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is absent")
@pytest.mark.parametrize("passphrase", [None, PASSPHRASE], ids=["plain", "encrypted"])
def test_ssh_keygen_reads_our_keys(path: Path, passphrase: str | None) -> None:
    key = generate_key(NAME)
    save_key(path, key, passphrase=passphrase, plain=passphrase is None)
    assert SSH_KEYGEN is not None
    done = subprocess.run(
        [SSH_KEYGEN, "-y", "-P", passphrase or "", "-f", str(path)],
        capture_output=True,
        check=True,
    )
    due = public_line(key).rpartition(b" ")[0]
    assert b" ".join(done.stdout.split()[:2]) == due


@pytest.mark.skipif(SSH_KEYGEN is None, reason="ssh-keygen is absent")
def test_we_read_keys_of_ssh_keygen(path: Path) -> None:
    assert SSH_KEYGEN is not None
    subprocess.run(
        [SSH_KEYGEN, "-q", "-t", "ed25519", "-C", NAME, "-N", "four words", "-f", path],
        check=True,
    )
    key = load_key(path, passphrase="four words")
    assert key.vkey == load_public(public_path(path))
