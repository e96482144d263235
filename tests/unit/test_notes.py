"""Signed notes, verifier keys, checkpoints, cosignatures, proofs, policies."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.audit import (
    COSIGNATURE,
    ED25519,
    Checkpoint,
    Policy,
    Proof,
    Signature,
    add_signature,
    check_note,
    check_proof,
    cosign,
    inclusion_proof,
    key_book,
    open_note,
    parse_checkpoint,
    parse_policy,
    parse_proof,
    parse_vkey,
    proof_bytes,
    shortened,
    sign_checkpoint,
    sign_note,
    unknown_lines,
    vkey,
)
from dualrandom.canonical import leaf_hash
from dualrandom.errors import VerificationError
from dualrandom.keys import verify_ed25519
from dualrandom.qrcode import QR_BYTES, qr_svg
from tests.logmaking import LogMaker, MadeKey

if TYPE_CHECKING:
    from collections.abc import Callable

# The example of C2SP signed-note.
PUBLISHED_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
PUBLISHED_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Z"
    "tg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
).encode()

KEY = MadeKey("example.com/key")
WITNESS = MadeKey("witness.example.com/w1")
ORIGIN = MadeKey("example.com/log")


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(VerificationError) as caught:
        call()
    return caught.value.code


# ── notes ──


def test_published_example_verifies() -> None:
    known = key_book([parse_vkey(PUBLISHED_KEY)])
    (signed,) = check_note(open_note(PUBLISHED_NOTE), known, verify_ed25519)
    assert (str(signed.key), signed.time) == (PUBLISHED_KEY, None)


def test_what_is_signed_opens_and_verifies() -> None:
    data = sign_note("正文\n\n第二段\n".encode(), [KEY, WITNESS])
    note = open_note(data)
    assert note.text == "正文\n\n第二段\n".encode()
    known = key_book([KEY.vkey, WITNESS.vkey])
    signed = check_note(note, known, verify_ed25519)
    assert [s.key.name for s in signed] == [KEY.name, WITNESS.name]
    assert data == note.text + b"\n" + b"".join(s.line for s in note.signatures)


def test_line_by_an_unknown_key_is_passed_over_and_named() -> None:
    note = open_note(sign_note(b"x\n", [KEY, WITNESS]))
    known = key_book([KEY.vkey])
    assert len(check_note(note, known, verify_ed25519)) == 1
    assert [line.name for line in unknown_lines(note, known)] == [WITNESS.name]


@pytest.mark.parametrize(
    "stranger",
    [MadeKey(KEY.name, "another"), MadeKey("example.com/other")],
    ids=["known name, other key", "other name"],
)
def test_name_and_id_together_say_whose_a_line_is(stranger: MadeKey) -> None:
    note = open_note(sign_note(b"x\n", [stranger]))
    assert check_note(note, key_book([KEY.vkey]), verify_ed25519) == ()


def test_known_key_with_a_changed_text_is_refused() -> None:
    note = open_note(sign_note(b"x\n", [KEY]).replace(b"x\n", b"y\n", 1))
    known = key_book([KEY.vkey])
    assert code_of(lambda: check_note(note, known, verify_ed25519)) == "E708"


def test_one_bad_line_by_a_known_key_is_not_outweighed_by_a_good_one() -> None:
    data = (
        sign_note(b"x\n", [KEY])
        + open_note(sign_note(b"y\n", [WITNESS])).signatures[0].line
    )
    known = key_book([KEY.vkey, WITNESS.vkey])
    note = open_note(data)
    assert code_of(lambda: check_note(note, known, verify_ed25519)) == "E708"


LINE = open_note(sign_note(b"x\n", [KEY])).signatures[0].line
LONG = b"x" * (65_535 - len(LINE) - 2)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "E703", id="nothing"),
        pytest.param(b"x\n", "E703", id="no signatures"),
        pytest.param(b"x\n\n", "E704", id="empty signature block"),
        pytest.param(b"x\n" + LINE, "E703", id="no empty line"),
        pytest.param(b"x\n\n" + LINE[:-1], "E703", id="no last line end"),
        pytest.param(b"x\r\n\n" + LINE, "E703", id="carriage return"),
        pytest.param(b"x\x00\n\n" + LINE, "E703", id="zero byte"),
        pytest.param(b"\xff\n\n" + LINE, "E703", id="text not UTF-8"),
        pytest.param(b"\xed\xa0\x80\n\n" + LINE, "E703", id="half a surrogate pair"),
        pytest.param(b"x\n\n" + LINE + b"\xff\n", "E703", id="line not UTF-8"),
        pytest.param(b"x\n\n" + LINE * 65, "E702", id="65 signatures"),
        pytest.param(b"x" + LONG + b"\n\n" + LINE, "E701", id="65,536 bytes"),
        pytest.param(b"x\n\n" + LINE + b"junk\n", "E704", id="junk behind"),
        pytest.param(
            b"x\n\n" + LINE.replace(b"\xe2\x80\x94", b"-"), "E704", id="hyphen"
        ),
        pytest.param(b"x\n\n" + LINE.replace(b" ", b"  ", 1), "E704", id="two blanks"),
        pytest.param(b"x\n\n" + LINE.replace(b"\n", b" \n"), "E704", id="blank behind"),
        pytest.param(
            b"x\n\n" + LINE.replace(b".com", b"+com"), "E704", id="plus in the name"
        ),
        pytest.param(
            b"x\n\n" + LINE.replace(b".com", "\u3000".encode()),
            "E704",
            id="ideographic space in the name",
        ),
        pytest.param("x\n\n— a \n".encode(), "E704", id="no signature"),
        pytest.param("x\n\n— a AAAA\n".encode(), "E704", id="three bytes"),
        pytest.param("x\n\n— a AAAAAA==\n".encode(), "E704", id="an id only"),
        pytest.param("x\n\n— a AAAAAAA\n".encode(), "E704", id="no padding"),
        pytest.param("x\n\n— a AAAAAAB=\n".encode(), "E704", id="loose last bits"),
        pytest.param("x\n\n— a AAAA_AA=\n".encode(), "E704", id="URL alphabet"),
    ],
)
def test_what_is_not_a_note(data: bytes, code: str) -> None:
    assert code_of(lambda: open_note(data)) == code


def test_the_largest_note_and_the_most_signatures_are_read() -> None:
    assert len(open_note(LONG + b"\n\n" + LINE).text) == len(LONG) + 1
    assert len(open_note(b"x\n\n" + LINE * 64).signatures) == 64


@pytest.mark.parametrize(
    "text", [b"x", b"", b"x\x01\n", b"\xff\n"], ids=["no LF", "empty", "control", "8"]
)
def test_what_cannot_be_signed_as_a_note(text: bytes) -> None:
    assert code_of(lambda: sign_note(text, [KEY])) == "E703"


def test_text_that_would_read_as_a_signature_line_is_refused() -> None:
    text = "a\n\n— n AAAAAAA=".encode()
    assert code_of(lambda: sign_note(text, [KEY])) == "E703"


def test_note_without_signers_is_refused() -> None:
    assert code_of(lambda: sign_note(b"x\n", [])) == "E704"


# ── keys ──


def test_key_id_follows_the_published_rule() -> None:
    for kind in (ED25519, COSIGNATURE):
        due = hashlib.sha256(
            KEY.name.encode() + b"\n" + bytes([kind]) + KEY.public
        ).digest()[:4]
        assert vkey(KEY.name, KEY.public, kind).id == due
    assert KEY.vkey.cosigner == vkey(KEY.name, KEY.public, COSIGNATURE)
    assert KEY.vkey.cosigner.id != KEY.vkey.id


def test_vkey_text_and_value_belong_together() -> None:
    assert str(parse_vkey(PUBLISHED_KEY)) == PUBLISHED_KEY
    for key in (KEY.vkey, KEY.vkey.cosigner, vkey("监督/一号", KEY.public)):
        assert parse_vkey(str(key)) == key


def _with_material(kind: int, public: bytes) -> str:
    digest = hashlib.sha256(b"a\n" + bytes([kind]) + public).digest()
    return f"a+{digest[:4].hex()}+{base64.b64encode(bytes([kind]) + public).decode()}"


WEAK_SECOND = bytes.fromhex(
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param("", "E706", id="nothing"),
        pytest.param("example.com/foo", "E706", id="name only"),
        pytest.param(PUBLISHED_KEY + "\n", "E706", id="line end"),
        pytest.param(PUBLISHED_KEY.replace("530d", "530e"), "E706", id="other id"),
        pytest.param(PUBLISHED_KEY.replace("530d", "530D"), "E706", id="capitals"),
        pytest.param(PUBLISHED_KEY.replace("/foo", "/fop"), "E706", id="other name"),
        pytest.param(PUBLISHED_KEY.replace(".com/", " com/"), "E706", id="blank"),
        pytest.param(PUBLISHED_KEY[:-1] + "l", "E706", id="last bits"),
        pytest.param(PUBLISHED_KEY[:-2] + "==", "E706", id="not base64"),
        pytest.param(_with_material(1, b"x" * 31), "E709", id="31 bytes"),
        pytest.param(_with_material(4, b"x" * 33), "E709", id="33 bytes"),
        pytest.param(_with_material(1, bytes(32)), "E709", id="order 4"),
        pytest.param(_with_material(1, b"\1" + bytes(31)), "E709", id="neutral"),
        pytest.param(_with_material(4, WEAK_SECOND), "E709", id="order 8"),
        pytest.param(
            _with_material(1, WEAK_SECOND[:-1] + b"\x85"),
            "E709",
            id="order 8, other sign",
        ),
    ],
)
def test_what_is_not_a_verifier_key(text: str, code: str) -> None:
    assert code_of(lambda: parse_vkey(text)) == code


def test_under_a_weak_key_one_signature_fits_many_texts() -> None:
    """Why such keys are refused: with the neutral point as key, S·B = R is all."""
    neutral = b"\1" + bytes(31)
    forged = neutral + bytes(32)
    assert verify_ed25519(neutral, forged, b"one")
    assert verify_ed25519(neutral, forged, b"two")


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\tb", "a\u00a0b", "a\u2003b"])
def test_names_that_no_key_may_have(name: str) -> None:
    assert code_of(lambda: vkey(name, KEY.public)) == "E705"


def test_key_of_a_kind_that_is_not_built_stays_unknown() -> None:
    strange = parse_vkey(_with_material(0xFF, b"sm2" + bytes(33)))
    assert key_book([strange]) == {}


# ── checkpoints and cosignatures ──

ROOT = hashlib.sha256(b"root").digest()
SIGNED = sign_checkpoint(Checkpoint(origin=ORIGIN.name, size=7, root=ROOT), ORIGIN)


def test_checkpoint_reads_as_written() -> None:
    made = parse_checkpoint(SIGNED)
    assert made.checkpoint == Checkpoint(origin=ORIGIN.name, size=7, root=ROOT)
    assert made.note.text == b"example.com/log\n7\n" + base64.b64encode(ROOT) + b"\n"
    known = key_book([ORIGIN.vkey])
    assert len(check_note(made.note, known, verify_ed25519)) == 1


def test_checkpoint_is_signed_by_the_key_named_like_its_origin() -> None:
    made = Checkpoint(origin="another.example/log", size=7, root=ROOT)
    assert code_of(lambda: sign_checkpoint(made, ORIGIN)) == "E763"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("o\n7\n", 2, id="two lines"),
        pytest.param(f"\n7\n{base64.b64encode(ROOT).decode()}\n", 1, id="no origin"),
        pytest.param(f"o\n07\n{base64.b64encode(ROOT).decode()}\n", 2, id="zero first"),
        pytest.param(f"o\n-7\n{base64.b64encode(ROOT).decode()}\n", 2, id="negative"),
        pytest.param(f"o\n{2**53}\n{base64.b64encode(ROOT).decode()}\n", 2, id="2^53"),
        pytest.param(f"o\n٧\n{base64.b64encode(ROOT).decode()}\n", 2, id="Arabic 7"),
        pytest.param("o\n7\nAAAA\n", 3, id="short root"),
        pytest.param("o\n7\nnot base64\n", 3, id="no root"),
        pytest.param(
            f"o\n7\n{base64.b64encode(ROOT).decode()}\n\nx\n", 1, id="empty line"
        ),
    ],
)
def test_what_is_not_a_checkpoint(text: str, line: int) -> None:
    data = sign_note(text.encode(), [ORIGIN])
    with pytest.raises(VerificationError) as caught:
        parse_checkpoint(data)
    assert (caught.value.code, caught.value.params) == ("E711", {"line": line})


@pytest.mark.parametrize(
    ("changed", "line"),
    [({"origin": "a\nb"}, 1), ({"size": -1}, 2), ({"root": b""}, 3)],
    ids=["two lines", "negative", "no root"],
)
def test_values_that_no_checkpoint_has(changed: dict[str, Any], line: int) -> None:
    fields: dict[str, Any] = {"origin": "o", "size": 1, "root": ROOT}
    with pytest.raises(VerificationError) as caught:
        Checkpoint(**(fields | changed))
    assert (caught.value.code, caught.value.params) == ("E711", {"line": line})


def test_extension_lines_are_read_and_named() -> None:
    text = Checkpoint(origin="o", size=0, root=ROOT, extensions=("more",)).text
    made = parse_checkpoint(sign_note(text, [ORIGIN]))
    assert made.checkpoint.extensions == ("more",)
    assert made.checkpoint.text == text


def test_cosignature_covers_text_and_time() -> None:
    data = cosign(SIGNED, WITNESS, 1_679_315_147)
    note = open_note(data)
    known = key_book([WITNESS.vkey.cosigner])
    (signed,) = check_note(note, known, verify_ed25519)
    assert signed.time == 1_679_315_147
    line = note.signatures[1]
    message = b"cosignature/v1\ntime 1679315147\n" + note.text
    assert verify_ed25519(WITNESS.public, line.value[8:], message)
    later = (1_679_315_148).to_bytes(8, "big") + line.value[8:]
    forged = type(line)(name=line.name, id=line.id, value=later)
    changed = open_note(add_signature(SIGNED, forged))
    assert code_of(lambda: check_note(changed, known, verify_ed25519)) == "E708"


def test_signature_of_one_kind_does_not_pass_for_the_other() -> None:
    plain = open_note(sign_note(open_note(SIGNED).text, [WITNESS]))
    known = key_book([WITNESS.vkey.cosigner])
    assert check_note(plain, known, verify_ed25519) == ()
    line = plain.signatures[0]
    relabelled = type(line)(
        name=line.name, id=WITNESS.vkey.cosigner.id, value=line.value
    )
    note = open_note(plain.text + b"\n" + relabelled.line)
    assert code_of(lambda: check_note(note, known, verify_ed25519)) == "E708"


def _cosigned_at(time: int) -> bytes:
    message = b"cosignature/v1\ntime %d\n" % time + open_note(SIGNED).text
    line = Signature(
        name=WITNESS.name,
        id=WITNESS.vkey.cosigner.id,
        value=time.to_bytes(8, "big") + WITNESS.sign(message),
    )
    return add_signature(SIGNED, line)


def test_cosignature_beyond_the_largest_time_is_refused() -> None:
    known = key_book([WITNESS.vkey.cosigner])
    largest = open_note(_cosigned_at(2**63 - 1))
    assert check_note(largest, known, verify_ed25519)[0].time == 2**63 - 1
    beyond = open_note(_cosigned_at(2**63))
    assert code_of(lambda: check_note(beyond, known, verify_ed25519)) == "E708"


@pytest.mark.parametrize("time", [-1, 2**63], ids=["negative", "2^63"])
def test_times_that_nobody_cosigns_at(time: int) -> None:
    assert code_of(lambda: cosign(SIGNED, WITNESS, time)) == "E712"


@pytest.mark.parametrize("name", ["w", "县纪委监委/supervisor-"])
def test_a_checkpoint_for_paper_keeps_what_fits_and_the_logs_own_line(
    name: str,
) -> None:
    bare = SIGNED
    # A witness's line may come before the log's own, in a note put together elsewhere.
    text, own = bare.split(b"\n\n")
    signed = cosign(bare, WITNESS, 1)
    first = signed.split(b"\n\n")[1].removeprefix(own)
    signed = text + b"\n\n" + first + own
    for n in range(30):
        signed = cosign(signed, MadeKey(f"{name}{n}"), n)
    short = shortened(signed, QR_BYTES)
    made = parse_checkpoint(short)
    assert made.note.signatures[0].name == ORIGIN.name
    assert made.note.text == parse_checkpoint(signed).note.text
    assert set(made.note.signatures) < set(parse_checkpoint(signed).note.signatures)
    # Not one more would fit; it is checked as any note is, and a code holds it.
    assert QR_BYTES - 150 < len(short) <= QR_BYTES
    check_note(made.note, key_book([ORIGIN.vkey]), verify_ed25519)
    qr_svg(short)
    assert shortened(bare, QR_BYTES) == bare


def test_cosigning_twice_at_once_adds_one_line() -> None:
    once = cosign(SIGNED, WITNESS, 1)
    assert cosign(once, WITNESS, 1) == once
    assert len(open_note(cosign(once, WITNESS, 2)).signatures) == 3


# ── proofs ──

LOG = LogMaker().year(11)


def _proof(
    index: int, *, claimed: int | None = None, extra: bytes | None = None
) -> Proof:
    return Proof(
        index=index if claimed is None else claimed,
        path=inclusion_proof(LOG.leaves, index, 11),
        checkpoint=LOG.checkpoint(),
        extra=extra,
    )


@pytest.mark.parametrize("extra", [None, b"more"], ids=["bare", "extra"])
def test_proof_of_every_entry_reads_as_written(extra: bytes | None) -> None:
    for index, entry in enumerate(LOG.entries):
        proof = _proof(index, extra=extra)
        assert parse_proof(proof_bytes(proof)) == proof
        made = check_proof(proof, leaf_hash(entry))
        assert made.checkpoint.size == 11


def test_proof_file_has_the_published_form() -> None:
    lines = proof_bytes(_proof(10)).decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 10"]
    gap = lines.index("")
    assert gap == 2 + len(inclusion_proof(LOG.leaves, 10, 11))
    assert "\n".join(lines[gap + 1 :]).encode() == LOG.checkpoint()


def test_single_entry_has_an_empty_path() -> None:
    log = LogMaker()
    proof = Proof(index=0, path=(), checkpoint=log.checkpoint())
    assert proof_bytes(proof).startswith(b"c2sp.org/tlog-proof@v1\nindex 0\n\n")
    check_proof(parse_proof(proof_bytes(proof)), leaf_hash(log.entries[0]))


def test_proof_for_another_entry_or_index_is_refused() -> None:
    leaf = leaf_hash(LOG.entries[3])
    assert code_of(lambda: check_proof(_proof(4), leaf)) == "E714"
    assert code_of(lambda: check_proof(_proof(3, claimed=4), leaf)) == "E714"
    assert code_of(lambda: check_proof(_proof(3, claimed=11), leaf)) == "E716"


HASH = base64.b64encode(ROOT).decode()


@pytest.mark.parametrize(
    ("head", "line"),
    [
        pytest.param("c2sp.org/tlog-proof@v2\nindex 0\n\n", 1, id="other version"),
        pytest.param("c2sp.org/tlog-proof@v1\n\n", 2, id="no index"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 00\n\n", 2, id="zero first"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex\n\n", 2, id="index of nothing"),
        pytest.param("c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n", 2, id="no extra"),
        pytest.param("c2sp.org/tlog-proof@v1\nindex 0\nAAAA\n\n", 3, id="short hash"),
        pytest.param(
            f"c2sp.org/tlog-proof@v1\nindex 0\nextra {HASH}\n\n", 3, id="extra late"
        ),
        pytest.param(
            "c2sp.org/tlog-proof@v1\nindex 0\n" + f"{HASH}\n" * 64 + "\n",
            66,
            id="64 hashes",
        ),
        pytest.param(f"c2sp.org/tlog-proof@v1\nindex 0\n{HASH}", 4, id="no gap"),
        pytest.param("c2sp.org/tlog-proof@v1\nextra !\n\n", 2, id="extra not base64"),
    ],
)
def test_what_is_not_a_proof(head: str, line: int) -> None:
    data = head.encode() + (SIGNED if head.endswith("\n\n") else b"")
    with pytest.raises(VerificationError) as caught:
        parse_proof(data)
    assert (caught.value.code, caught.value.params) == ("E713", {"line": line})


# ── policies ──

WITNESSES = [MadeKey(f"w{n}.example/w") for n in range(6)]
PUBLISHED_POLICY = (
    f"log {ORIGIN.vkey}\n\n"
    + "".join(
        f"witness {name} {key.vkey.cosigner}\n"
        for name, key in zip(
            ("X1", "X2", "X3", "Y1", "Y2", "Y3"), WITNESSES, strict=True
        )
    )
    + "group X-witnesses 2 X1 X2 X3\n"
    "\tgroup  Y-witnesses any Y1 Y2 Y3 \n"
    "# 说明\n"
    "group X-and-Y all X-witnesses Y-witnesses\n"
    "quorum X-and-Y\n"
).encode()


def test_proof_that_is_not_utf_8_is_refused() -> None:
    data = proof_bytes(_proof(3)).replace(b"index", b"\xff", 1)
    assert code_of(lambda: parse_proof(data)) == "E713"


def test_published_example_policy_decides_every_subset_as_it_says() -> None:
    policy = parse_policy(PUBLISHED_POLICY)
    assert policy.logs == (ORIGIN.vkey,)
    keys = [key.vkey.cosigner for key in WITNESSES]
    for subset in range(64):
        said = [key for n, key in enumerate(keys) if subset >> n & 1]
        due = (subset & 7).bit_count() >= 2 and subset >> 3 != 0
        assert policy.allows(said) is due


def test_policy_text_reads_back() -> None:
    policy = parse_policy(PUBLISHED_POLICY)
    assert parse_policy(policy.text) == policy
    opaque = b"witness \xff\xfe " + str(WITNESS.vkey.cosigner).encode() + b"\n"
    policy = parse_policy(opaque + b"quorum \xff\xfe\n")
    assert parse_policy(policy.text) == policy
    assert policy.allows([WITNESS.vkey.cosigner])


def test_a_witness_counts_by_its_cosignature_only() -> None:
    policy = parse_policy(PUBLISHED_POLICY.replace(b"quorum X-and-Y", b"quorum X1"))
    assert policy.allows([WITNESSES[0].vkey.cosigner])
    assert not policy.allows([WITNESSES[0].vkey])


def test_no_quorum_asks_for_nobody() -> None:
    assert parse_policy(b"quorum none\n") == Policy()
    assert Policy().allows([])


W1 = f"witness X1 {WITNESSES[0].vkey.cosigner}\n"
W2 = f"witness X2 {WITNESSES[1].vkey.cosigner}\n"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        pytest.param("quorum X1\n", 1, id="quorum of nobody"),
        pytest.param("quorum X1\n" + W1, 1, id="defined below"),
        pytest.param("quorum none", 1, id="no line end"),
        pytest.param("Quorum none\n", 1, id="capital"),
        pytest.param("quorum none\r\n", 1, id="carriage return"),
        pytest.param("quorum\u00a0none\n", 1, id="no-break space is no blank"),
        pytest.param("quorum none none\n", 1, id="too many words"),
        pytest.param("witness X1\n", 1, id="too few words"),
        pytest.param("unknown x\n", 1, id="unknown word"),
        pytest.param(f"log {WITNESS.vkey.cosigner}\n", 1, id="log by cosigner key"),
        pytest.param(f"witness a {WITNESS.vkey}\n", 1, id="witness by plain key"),
        pytest.param("log x+00000000+AAAA\n", 1, id="not a key"),
        pytest.param(f"log {KEY.vkey}\nlog {KEY.vkey} url\n", 2, id="log twice"),
        pytest.param(W1 + W1.replace("X1", "X2"), 2, id="witness twice"),
        pytest.param(W1 + W2.replace("X2", "X1"), 2, id="name twice"),
        pytest.param(W1.replace("X1", "none"), 1, id="reserved name"),
        pytest.param(W1 + "group g 1 X1 X1\n", 2, id="member twice"),
        pytest.param(W1 + "group g 1 g\n", 2, id="itself"),
        pytest.param(W1 + "group g 1 none\n", 2, id="none as member"),
        pytest.param(W1 + "group g 2 X1\n", 2, id="more than there are"),
        pytest.param(W1 + "group g 0 X1\n", 2, id="none needed"),
        pytest.param(W1 + "group g 01 X1\n", 2, id="zero first"),
        pytest.param(W1 + "group g any\n", 2, id="no member"),
        pytest.param(W1 + "group g any X1\ngroup h any X1\n", 3, id="in two groups"),
        pytest.param(W1 + "group X1 any X1\n", 2, id="name taken"),
    ],
)
def test_what_is_not_a_policy(text: str, line: int) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_policy(text.encode())
    assert (caught.value.code, caught.value.params) == ("E717", {"line": line})


@pytest.mark.parametrize(
    ("text", "count"), [("", 0), ("quorum none\nquorum none\n", 2)], ids=str
)
def test_policy_has_one_quorum(text: str, count: int) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_policy(text.encode())
    assert (caught.value.code, caught.value.params) == ("E718", {"count": count})


@pytest.mark.parametrize("quorum", [0, 1, 2])
def test_kept_genesis_is_a_policy(quorum: int) -> None:
    log = LogMaker(quorum=quorum)
    policy = log.first_policy()
    assert policy.logs == (log.key.vkey,)
    keys = [key.vkey.cosigner for key in log.supervisors]
    assert [policy.allows(keys[:n]) for n in range(3)] == [
        n >= quorum for n in range(3)
    ]
    assert parse_policy(policy.text) == policy
