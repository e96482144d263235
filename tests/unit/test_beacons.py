"""Beacons: what is signed is believed, and nothing else.

Real rounds and pulses lie beside the project, where somebody keeps them; everything
else is signed by keys of the tests' own.
"""

from __future__ import annotations

import builtins
import copy
import datetime as dt
import hashlib
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.beacons import (
    certificates,
    check_beacon,
    drand,
    fetch,
    find_proof,
)
from dualrandom.beacons.fetch import fetch_beacon
from dualrandom.beacons.pulses import signed_bytes
from dualrandom.errors import (
    CannotTellError,
    DualRandomError,
    EnvironmentProblem,
    InputError,
    UsageError,
    VerificationError,
)
from dualrandom.randomness import CHAINS, QUICKNET, Beacon, Drand, Nist, Scheme
from tests.beaconmaking import (
    ECC,
    PROXIES,
    VALID_FROM,
    Relay,
    TestChain,
    certificate,
    g1_bytes,
    g2_bytes,
    issuer,
    pem,
    published,
    pulse,
    serialised,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "beacons"
CHAIN = "ab" * 32
MOMENT = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
PULSE = Nist(chain=2, pulse=1234567)
BOTH = [pytest.param(scheme, id=scheme.name.lower()) for scheme in Scheme]
real = pytest.mark.skipif(not DATA.is_dir(), reason="needs ../shared/data")


def refused(source: Drand | Nist, proof: dict[str, object]) -> str:
    """Return the code with which a proof is refused."""
    with pytest.raises((VerificationError, CannotTellError)) as caught:
        check_beacon(source, proof)
    return caught.value.code


def flipped(text: str, at: int) -> str:
    """Change one character of hex to another of the same case."""
    other = {"0": "1", "F": "E", "f": "e"}.get(text[at], "0")
    return text[:at] + other + text[at + 1 :]


@pytest.fixture(name="chained")
def _chained(monkeypatch: pytest.MonkeyPatch) -> TestChain:
    chain = TestChain(Scheme.CHAINED)
    monkeypatch.setitem(CHAINS, CHAIN, chain.known())
    return chain


@pytest.fixture(name="unchained")
def _unchained(monkeypatch: pytest.MonkeyPatch) -> TestChain:
    chain = TestChain(Scheme.UNCHAINED_G1)
    monkeypatch.setitem(CHAINS, CHAIN, chain.known())
    return chain


@pytest.fixture(name="nist")
def _nist(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A pulse and its certificate, whose issuer is known."""
    monkeypatch.setattr(certificates, "issuers", lambda: (issuer(),))
    return {"pulse": pulse(PULSE.pulse, MOMENT), "certificate": pem(certificate())}


def proof_of(source: Drand | Nist, *files: bytes) -> dict[str, object]:
    found = find_proof(source, {f"file {i}": data for i, data in enumerate(files)})
    assert found is not None
    return found[0]


# ── what others published ────────────────────────────────────────────────────


def real_rounds() -> list[Any]:
    if not DATA.is_dir():
        return [pytest.param(None, None, marks=real)]
    kept = json.loads((DATA / "drand.json").read_text())
    hashes = {chain["name"]: chain["hash"] for chain in kept["chains"]}
    return [
        pytest.param(hashes[b["chain"]], b, id=f"{b['chain']} {b['round']}")
        for b in kept["beacons"]
    ]


@real
@pytest.mark.parametrize(("chain", "beacon"), real_rounds())
def test_real_rounds_verify(chain: str, beacon: dict[str, Any]) -> None:
    source = Drand(chain=chain, round=beacon["round"])
    fields = ("round", "randomness", "signature", "previous_signature")
    proof = proof_of(source, published({f: beacon[f] for f in fields}))
    assert check_beacon(source, proof) == Beacon(
        value=beacon["randomness"], moment=beacon["time_utc_unix"]
    )
    assert refused(Drand(chain=chain, round=source.round + 2), proof) in (
        *("E612", "E614"),
    )


@real
def test_the_keys_are_those_that_the_chain_hashes_are_made_of() -> None:
    """A chain's hash binds its key, its first round and its period."""
    for known in json.loads((DATA / "drand.json").read_text())["chains"]:
        ours = CHAINS[known["hash"]]
        made = ours.period.to_bytes(4, "big") + ours.genesis.to_bytes(8, "big")
        made += bytes.fromhex(ours.key) + bytes.fromhex(known["groupHash"])
        made += b"" if ours.name == "default" else ours.name.encode()
        assert hashlib.sha256(made).hexdigest() == known["hash"]
        assert ours.scheme == known["schemeID"]


@real
def test_a_real_pulse_verifies_up_to_an_issuer_that_everybody_knows() -> None:
    data = next(DATA.glob("nist2_chain*_pulse_*.json")).read_bytes()
    made = json.loads(data)["pulse"]
    source = Nist(chain=made["chainIndex"], pulse=made["pulseIndex"])
    proof = proof_of(source, data, next(DATA.glob("nist2_*.pem")).read_bytes())
    stamp = dt.datetime.fromisoformat(made["timeStamp"])
    assert check_beacon(source, proof) == Beacon(
        value=made["outputValue"].lower(), moment=int(stamp.timestamp())
    )
    assert signed_bytes(made) == serialised(made)


# ── drand ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("scheme", BOTH)
def test_a_signed_round_gives_its_value_and_its_time(
    scheme: Scheme, monkeypatch: pytest.MonkeyPatch
) -> None:
    chain = TestChain(scheme)
    monkeypatch.setitem(CHAINS, CHAIN, chain.known())
    source, made = Drand(chain=CHAIN, round=1000), chain.round(1000)
    assert check_beacon(source, proof_of(source, published(made))) == Beacon(
        value=made["randomness"], moment=chain.genesis + 999 * chain.period
    )


def test_before_the_first_round_stands_the_hash_of_the_group(
    chained: TestChain,
) -> None:
    source, made = Drand(chain=CHAIN, round=1), chained.round(1, b"\x17" * 32)
    proof = proof_of(source, published(made))
    assert check_beacon(source, proof).value == made["randomness"]
    assert refused(Drand(chain=CHAIN, round=2), proof) == "E612"


def test_no_byte_of_a_short_signature_can_be_changed(unchained: TestChain) -> None:
    source, made = Drand(chain=CHAIN, round=1000), unchained.round(1000)
    signature = made["signature"]
    for at in range(len(signature)):
        proof: dict[str, object] = {"signature": flipped(signature, at)}
        assert refused(source, proof) in {"E613", "E614"}, at


def test_no_byte_of_a_long_signature_can_be_changed(chained: TestChain) -> None:
    source, made = Drand(chain=CHAIN, round=1000), chained.round(1000)
    for at in range(0, len(made["signature"]), 3):
        proof = proof_of(source, published(made))
        proof["signature"] = flipped(made["signature"], at)
        assert refused(source, proof) in {"E613", "E614"}, at


def test_every_byte_of_round_and_previous_signature_is_signed(
    chained: TestChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Checked where the message is made; that messages are checked is seen above."""
    messages = []

    def note(_: Scheme, *, key: bytes, message: bytes, signature: bytes) -> None:
        messages.append(message)

    monkeypatch.setattr(drand, "verify_bls", note)
    previous = chained.round(1000)["previous_signature"]
    rounds = [1000, *(1000 ^ 1 << bit for bit in range(50))]
    for number in rounds:
        proof: dict[str, object] = {
            "signature": "a0" * 96,
            "previous_signature": previous,
        }
        check_beacon(Drand(chain=CHAIN, round=number), proof)
    for at in range(len(previous)):
        proof = {"signature": "a0" * 96, "previous_signature": flipped(previous, at)}
        check_beacon(Drand(chain=CHAIN, round=1000), proof)
    assert len(set(messages)) == len(messages) == len(rounds) + len(previous)


def test_another_previous_signature_or_round_is_found(chained: TestChain) -> None:
    source, made = Drand(chain=CHAIN, round=1000), chained.round(1000)
    proof = proof_of(source, published(made))
    changed = {**proof, "previous_signature": flipped(made["previous_signature"], 7)}
    assert refused(source, changed) == "E614"
    assert refused(Drand(chain=CHAIN, round=1001), proof) == "E614"


def test_another_chains_signature_is_found(unchained: TestChain) -> None:
    other = TestChain(Scheme.UNCHAINED_G1, secret=12345)
    source = Drand(chain=CHAIN, round=1000)
    assert refused(source, proof_of(source, published(other.round(1000)))) == "E614"
    assert refused(Drand(chain=QUICKNET, round=1000), {**other.round(1000)}) == "E614"


def stray_g1() -> bytes:
    """A point of the curve that lies outside its group."""
    for x in range(1, 100):
        try:
            point = ECC.points.decompress_G1(x + (1 << 383))
        except ValueError:
            continue
        if not ECC.groups.subgroup_check(point):
            return g1_bytes(point)
    raise AssertionError


def stray_g2() -> bytes:
    for x in range(1, 100):
        try:
            point = ECC.points.decompress_G2((1 << 383, x))
        except ValueError:
            continue
        if not ECC.groups.subgroup_check(point):
            return g2_bytes(point)
    raise AssertionError


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(g1_bytes(ECC.curve.Z1), id="infinity"),
        pytest.param(stray_g1(), id="outside the group"),
        pytest.param(bytes(48), id="zeros"),
        pytest.param(b"\xff" * 48, id="ones"),
        pytest.param(b"\xc0" + bytes(46) + b"\x01", id="infinity and more"),
        pytest.param(b"\x9f" + b"\xff" * 47, id="beyond the field"),
    ],
)
def test_no_point_of_the_group_no_signature(
    unchained: TestChain, signature: bytes
) -> None:
    proof: dict[str, object] = {"signature": signature.hex()}
    assert refused(Drand(chain=CHAIN, round=1000), proof) == "E613"


@pytest.mark.parametrize(
    "signature",
    [
        pytest.param(g2_bytes(ECC.curve.Z2), id="infinity"),
        pytest.param(stray_g2(), id="outside the group"),
        pytest.param(bytes(96), id="zeros"),
        pytest.param(b"\xa0" + bytes(47) + b"\x80" + bytes(47), id="stray flag"),
    ],
)
def test_no_point_of_the_long_group_no_signature(
    chained: TestChain, signature: bytes
) -> None:
    proof = {"signature": signature.hex(), "previous_signature": "5a" * 96}
    assert refused(Drand(chain=CHAIN, round=1000), {**proof}) == "E613"


def test_a_signature_of_the_right_group_by_nobody_is_found(
    unchained: TestChain,
) -> None:
    proof: dict[str, object] = {
        "signature": g1_bytes(ECC.curve.multiply(ECC.curve.G1, 7)).hex()
    }
    assert refused(Drand(chain=CHAIN, round=1000), proof) == "E614"


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"signature": None}, id="none"),
        pytest.param({"signature": 7}, id="a number"),
        pytest.param({"signature": ""}, id="empty"),
        pytest.param({"signature": "ab" * 47}, id="short"),
        pytest.param({"signature": "ab" * 96}, id="long"),
        pytest.param({"signature": "AB" * 48}, id="capitals"),
        pytest.param({"signature": "ab " * 32}, id="blanks"),
        pytest.param({"signature": "٣" * 96}, id="digits of another script"),
        pytest.param({"previous_signature": "ab" * 48}, id="of a chained chain"),
        pytest.param({"previous_signature": None}, id="nothing of a chained chain"),
    ],
)
def test_a_round_in_another_form_is_refused(
    unchained: TestChain, change: dict[str, Any]
) -> None:
    proof = {"signature": unchained.round(1000)["signature"]} | change
    assert refused(Drand(chain=CHAIN, round=1000), proof) == "E612"


@pytest.mark.parametrize(
    "previous",
    [
        pytest.param(None, id="none"),
        pytest.param("ab" * 95, id="short"),
        pytest.param("ab" * 32, id="that of round 1"),
    ],
)
def test_a_chained_round_takes_the_one_before(
    chained: TestChain, previous: str | None
) -> None:
    proof = {"signature": chained.round(1000)["signature"]}
    given = proof if previous is None else proof | {"previous_signature": previous}
    assert refused(Drand(chain=CHAIN, round=1000), {**given}) == "E612"


def test_an_unknown_chain_cannot_be_told() -> None:
    with pytest.raises(CannotTellError, match="E610"):
        check_beacon(Drand(chain="0" * 64, round=1), {"signature": "ab" * 48})


def test_without_the_extra_the_form_is_checked_and_the_rest_cannot_be_told(
    unchained: TestChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = builtins.__import__

    def missing(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("py_ecc"):
            raise ImportError(name)
        return load(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    source = Drand(chain=CHAIN, round=1000)
    with pytest.raises(CannotTellError, match="E611"):
        check_beacon(source, {"signature": "ab" * 48})
    assert refused(source, {"signature": "ab" * 47}) == "E612"


def test_the_library_does_not_lift_the_limit_on_nesting() -> None:
    """It does so when loaded; hostile JSON would then end the process."""
    code = (
        "import sys; limit = sys.getrecursionlimit()\n"
        "from dualrandom.beacons import bls; bls.load_library()\n"
        "assert 'py_ecc' in sys.modules and sys.getrecursionlimit() == limit"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("chain", sorted(CHAINS))
def test_known_keys_are_points_of_their_group(chain: str) -> None:
    key = bytes.fromhex(CHAINS[chain].key)
    halves = [int.from_bytes(key[at : at + 48], "big") for at in range(0, len(key), 48)]
    long = CHAINS[chain].scheme is Scheme.UNCHAINED_G1
    assert len(halves) == 1 + long
    decompress: Any = (
        ECC.points.decompress_G2
        if long
        else lambda half: ECC.points.decompress_G1(half[0])
    )
    point = decompress(halves)
    assert ECC.groups.subgroup_check(point)
    assert not ECC.curve.is_inf(point)


# ── NIST ─────────────────────────────────────────────────────────────────────


def test_a_signed_pulse_gives_its_value_and_its_time(nist: dict[str, Any]) -> None:
    assert check_beacon(PULSE, nist) == Beacon(
        value=nist["pulse"]["outputValue"].lower(), moment=int(MOMENT.timestamp())
    )


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            yield from leaves(value[key], (*path, key))
    else:
        yield path


def put(made: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy with one leaf replaced."""
    made = copy.deepcopy(made)
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


def get(made: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        made = made[key]
    return made


def test_no_field_of_a_pulse_can_be_changed(nist: dict[str, Any]) -> None:
    """Addresses of earlier pulses are not signed, and nobody reads them."""
    tried = 0
    for path in leaves(nist["pulse"]):
        if path[0] == "listValues" and path[-1] == "uri":
            continue
        value = get(nist["pulse"], path)
        if isinstance(value, int):
            others: list[Any] = [value + 1, str(value), None, -1, value == 1]
        else:
            ends = (0, len(value) // 2, len(value) - 1)
            others = [flipped(value, at) for at in ends]
            others += [value + "0", value[:-1], "", None, 7]
        for other in others:
            changed = {**nist, "pulse": put(nist["pulse"], path, other)}
            codes = {"E615", "E616", "E617", "E618", "E619"}
            assert refused(PULSE, changed) in codes, (path, other)
            tried += 1
    assert tried > 100


def test_a_letter_in_another_case_is_seen(nist: dict[str, Any]) -> None:
    """The bytes would be the same; the text that was published is not."""
    for field in ("outputValue", "signatureValue", "localRandomValue"):
        value = nist["pulse"][field]
        at = next(i for i, digit in enumerate(value) if digit.isalpha())
        changed = value[:at] + value[at].lower() + value[at + 1 :]
        assert refused(PULSE, {**nist, "pulse": nist["pulse"] | {field: changed}}) == (
            "E615"
        )


@pytest.mark.parametrize("index", [0, 6, 7])
def test_a_missing_field_is_named(nist: dict[str, Any], index: int) -> None:
    field = sorted(nist["pulse"])[index]
    made = {k: v for k, v in nist["pulse"].items() if k != field}
    with pytest.raises(VerificationError) as caught:
        check_beacon(PULSE, {**nist, "pulse": made})
    assert caught.value.params["field"] == f"pulse.{field}"


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(Nist(chain=2, pulse=PULSE.pulse + 1), id="the next pulse"),
        pytest.param(Nist(chain=1, pulse=PULSE.pulse), id="another chain"),
    ],
)
def test_another_pulse_than_announced_is_refused(
    nist: dict[str, Any], source: Nist
) -> None:
    assert refused(source, nist) == "E615"


def test_an_unknown_field_is_not_agreed_to(nist: dict[str, Any]) -> None:
    for path in (("new",), ("external", "new"), ("listValues", 0, "new")):
        changed = {**nist, "pulse": put(nist["pulse"], path, "x")}
        with pytest.raises(CannotTellError, match="E628"):
            check_beacon(PULSE, changed)


def test_another_certificate_is_refused(nist: dict[str, Any]) -> None:
    other = certificate(key="test only: issuer")
    for given in (pem(other), pem(issuer()), "", "no certificate", None, 7, ["x"]):
        assert refused(PULSE, {**nist, "certificate": given}) == "E616"


def test_no_character_of_a_certificate_can_be_changed(nist: dict[str, Any]) -> None:
    text = nist["certificate"]
    for at in range(0, len(text), 11):
        if text[at] == "\n":
            continue
        changed = text[:at] + ("B" if text[at] != "B" else "C") + text[at + 1 :]
        assert refused(PULSE, {**nist, "certificate": changed}) == "E616", at
    assert refused(PULSE, {**nist, "certificate": f"a note\n{text}"}) == "E616"


def test_line_ends_and_company_of_a_certificate_may_differ(
    nist: dict[str, Any],
) -> None:
    text = nist["certificate"]
    for given in (text.replace("\n", "\r\n"), text.strip(), pem(issuer()) + text):
        assert check_beacon(PULSE, {**nist, "certificate": given})


def signed_with(made: Any, **changed: Any) -> dict[str, Any]:
    return {
        "pulse": pulse(PULSE.pulse, MOMENT, signed_by=made, **changed),
        "certificate": pem(made),
    }


@pytest.mark.parametrize(
    "made",
    [
        pytest.param({"name": "beacon.example"}, id="another name"),
        pytest.param(
            {"until": VALID_FROM + dt.timedelta(days=1)}, id="expired before the pulse"
        ),
    ],
)
def test_a_certificate_that_is_not_the_beacons_is_refused(
    nist: dict[str, Any], made: dict[str, Any]
) -> None:
    assert refused(PULSE, signed_with(certificate(**made))) == "E617"


@pytest.mark.usefixtures("nist")
def test_attacker_makes_a_certificate_in_nists_name() -> None:
    """The office signs a pulse of its choice under a certificate of its own making."""
    own = certificate(signer="test only: beacon")
    with pytest.raises(CannotTellError, match="E620"):
        check_beacon(PULSE, signed_with(own))


def test_attacker_names_an_issuer_that_is_not_known() -> None:
    """Without the tests' issuer in the list, its certificate proves nothing either."""
    with pytest.raises(CannotTellError, match="E620"):
        check_beacon(PULSE, signed_with(certificate()))


@pytest.mark.usefixtures("nist")
def test_a_pulse_signed_by_another_key_is_refused() -> None:
    made = signed_with(certificate(), key="test only: issuer")
    assert refused(PULSE, made) == "E618"


def test_the_issuers_that_are_carried_are_what_they_say() -> None:
    root, *others = certificates.issuers()
    assert root.subject == root.issuer
    assert others
    for other in others:
        other.verify_directly_issued_by(root)
    text = Path(certificates.__file__).with_name("issuers.pem").read_text()
    for made in certificates.issuers():
        der = hashlib.sha256(made.public_bytes(certificates.Encoding.DER)).hexdigest()
        assert f"SHA-256 {der}\n" in text


# ── files ────────────────────────────────────────────────────────────────────


def test_what_relays_add_is_left_out(unchained: TestChain) -> None:
    source, made = Drand(chain=CHAIN, round=9), unchained.round(9)
    for added in ({}, {"previous_signature": ""}, {"previous_signature": None, "x": 1}):
        proof = proof_of(source, published(made | added))
        assert proof == {"signature": made["signature"]}
    short = {k: v for k, v in made.items() if k != "randomness"}
    assert proof_of(source, b"\xef\xbb\xbf" + published(short)) == proof


def test_a_value_that_is_not_the_hash_is_refused(unchained: TestChain) -> None:
    made = unchained.round(9) | {"randomness": "0" * 64}
    with pytest.raises(VerificationError, match="E619"):
        proof_of(Drand(chain=CHAIN, round=9), published(made))


def test_a_pulse_and_its_certificate_may_come_in_two_files(
    nist: dict[str, Any],
) -> None:
    stranger = pem(certificate(name="beacon.example")).encode()
    whole = published({"pulse": nist["pulse"]})
    proof = proof_of(PULSE, stranger, whole, nist["certificate"].encode())
    assert check_beacon(PULSE, proof)
    windows = nist["certificate"].replace("\n", "\r\n").encode()
    assert proof_of(PULSE, whole, windows) == nist
    assert proof_of(PULSE, published(nist)) == nist


def test_a_file_of_another_round_or_pulse_is_nobodys(
    unchained: TestChain, nist: dict[str, Any]
) -> None:
    files = {"a": published(unchained.round(9)), "b": published(nist)}
    assert find_proof(Drand(chain=CHAIN, round=10), files) is None
    assert find_proof(Nist(chain=2, pulse=1), files) is None
    named = {"a": published(unchained.round(9) | {"chain": "cd" * 32})}
    assert find_proof(Drand(chain=CHAIN, round=9), named) is None


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"7f3c", id="bare hex"),
        pytest.param(b"[]", id="an array"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b'{"round":1,"round":2}', id="a key twice"),
        pytest.param(b'{"round":1.5}', id="a fraction"),
        pytest.param(b'{"round":NaN}', id="not a number"),
        pytest.param(b'{"a":' + b"[" * 100_000, id="absurd nesting"),
        pytest.param(b'{"round":' + b"9" * 5000 + b"}", id="absurd number"),
        pytest.param(b'{"a":"' + b"x" * 300_000 + b'"}', id="too large"),
        pytest.param(b'{"a":"\xff"}', id="not UTF-8"),
        pytest.param(b"-----BEGIN CERTIFICATE-----" * 20_000, id="too much PEM"),
        pytest.param(b"\x00" * 100, id="zeros"),
    ],
)
def test_what_is_no_beacons_file_is_refused(data: bytes) -> None:
    with pytest.raises(InputError, match="E621"):
        find_proof(Drand(chain=QUICKNET, round=1), {"x.json": data})


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({"round": 1, "signature": 7}, id="a number for a signature"),
        pytest.param({"round": "1", "signature": "ab"}, id="a text for a round"),
        pytest.param({"round": True, "signature": "ab" * 48}, id="true for a round"),
        pytest.param({"pulse": [], "certificate": []}, id="an array for a pulse"),
        pytest.param(
            {"pulse": {"chainIndex": 2, "pulseIndex": 1}, "certificate": {}}, id="{}"
        ),
        pytest.param(
            {"pulse": {"chainIndex": 2, "pulseIndex": 1, "external": 1}}, id="stub"
        ),
        pytest.param({"round": 1, "signature": "\ud800" * 96}, id="half a pair"),
    ],
)
def test_nonsense_leaves_as_an_error_of_ours(document: dict[str, Any]) -> None:
    for source in (Drand(chain=QUICKNET, round=1), Nist(chain=2, pulse=1)):
        try:
            found = find_proof(source, {"x": published(document)})
            if found is not None:
                check_beacon(source, found[0])
                pytest.fail("agreed to nonsense")
        except DualRandomError:
            pass


# ── fetching ─────────────────────────────────────────────────────────────────


@pytest.fixture(name="relay")
def _relay(monkeypatch: pytest.MonkeyPatch) -> Iterator[Relay]:
    for variable in PROXIES:
        monkeypatch.delenv(variable, raising=False)
    with Relay().serving() as relay:
        yield relay


def test_a_round_is_fetched_from_where_one_says(
    relay: Relay, unchained: TestChain
) -> None:
    source, made = Drand(chain=CHAIN, round=1000), unchained.round(1000)
    relay.pages[f"/own/{CHAIN}/public/1000"] = published(made)
    proof = fetch_beacon(source, f"{relay.base}/own")
    assert proof == {"signature": made["signature"]}
    written = fetch.beacon_file(source, proof)
    assert proof_of(source, written) == proof


def test_a_pulse_is_fetched_with_its_certificate(
    relay: Relay, nist: dict[str, Any]
) -> None:
    named = nist["pulse"]["certificateId"]
    relay.pages[f"/chain/2/pulse/{PULSE.pulse}"] = published({"pulse": nist["pulse"]})
    relay.pages[f"/certificate/{named}"] = nist["certificate"].encode()
    proof = fetch_beacon(PULSE, relay.base)
    assert proof == nist
    assert proof_of(PULSE, fetch.beacon_file(PULSE, proof)) == nist


def test_an_answer_of_another_round_is_refused(
    relay: Relay, unchained: TestChain
) -> None:
    relay.pages[f"/{CHAIN}/public/1000"] = published(unchained.round(999))
    with pytest.raises(InputError, match="E622"):
        fetch_beacon(Drand(chain=CHAIN, round=1000), relay.base)


@pytest.mark.parametrize("named", ["../../secret", "", None, "a/b", 7])
def test_a_pulse_does_not_say_what_else_is_asked_for(
    relay: Relay, nist: dict[str, Any], named: object
) -> None:
    made = nist["pulse"] | {"certificateId": named}
    relay.pages[f"/chain/2/pulse/{PULSE.pulse}"] = published({"pulse": made})
    with pytest.raises(InputError, match="E621"):
        fetch_beacon(PULSE, relay.base)
    assert len(relay.asked) == 1


def test_no_answer_is_an_error_of_ours(relay: Relay) -> None:
    source = Drand(chain=CHAIN, round=1000)
    with pytest.raises(EnvironmentProblem) as caught:
        fetch_beacon(source, relay.base)
    assert (caught.value.code, caught.value.params["reason"]) == ("E627", "HTTP 404")
    relay.pages[f"/{CHAIN}/public/1000"] = b"x" * 2_000_000
    with pytest.raises(EnvironmentProblem, match="E627"):
        fetch_beacon(source, relay.base)
    relay.pages[f"/{CHAIN}/public/1000"] = b"<html>"
    with pytest.raises(InputError, match="E621"):
        fetch_beacon(source, relay.base)


def test_nobody_listens(relay: Relay) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(EnvironmentProblem, match="E627"):
        fetch_beacon(Drand(chain=CHAIN, round=1), f"http://127.0.0.1:{port}")


def test_attacker_redirects_to_a_file(relay: Relay, tmp_path: Path) -> None:
    kept = tmp_path / "private.json"
    kept.write_text("{}")
    relay.moved[f"/{CHAIN}/public/1"] = kept.as_uri()
    with pytest.raises(EnvironmentProblem, match="E627"):
        fetch_beacon(Drand(chain=CHAIN, round=1), relay.base)


@pytest.mark.parametrize(
    "base", ["file:///etc", "ftp://example.org", "example.org", "http", "//x", "http:"]
)
def test_only_http_and_https_are_addresses(base: str) -> None:
    with pytest.raises((UsageError, EnvironmentProblem), match=r"E624|E627"):
        fetch_beacon(Drand(chain=CHAIN, round=1), base)


def test_a_stranger_address_is_an_error_of_ours() -> None:
    for base in ("http://[", "http://a b", "http://127.0.0.1:99999", "http://\n"):
        with pytest.raises(DualRandomError):
            fetch_beacon(Drand(chain=CHAIN, round=1), base)
