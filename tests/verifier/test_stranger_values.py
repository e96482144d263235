"""The verifier's plain functions against the worked values and known vectors."""

from __future__ import annotations

import ast
import base64
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.scripts import stranger

VERIFIER = Path(__file__).parents[2] / "reports" / "verifier" / "verify.py"
MERKLE = Path(__file__).parents[3] / "shared/data/vectors/merkle/testdata/inclusion"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize(
    ("tickets", "ident", "expected"),
    [
        (1, "91330000EXAMPLE017",
         "c39f873d2d004a35f3cd6b5cbcc3d1642b2188472c7c74c61dbb9f2fc838f2dd"),
        (2, "91330000EXAMPLE017",
         "7a7d1a72c185448b2d7804019845e2466c9830c25906dc6ccd264ad124570a96"),
        (1, "91330000EXAMPLE017#0",
         "81652cfe7fd5d54e395cac32b236396de5f1808f31b4939b6db9742fd357e13e"),
        (1, "企独浙甬总字第000001号",
         "c7e8393fbed8c3b55745125c37874101ab694a5d6e2964ba3bc26d30d6bd952c"),
        (1, "91330000EXAMPLE017/A-017",
         "77561d5525bf06e088bcc8c069b9504a1ee3b2be997934f8d3f97f5429c14706"),
        (1, "/A-017",
         "ce5991ab8ff3fd0b00acc29cbeef94fc8f759944478c519488cd17b5269aefe9"),
    ],
    ids=["one ticket", "two tickets", "order", "ideographs", "pair", "own"],
)  # fmt: skip
def test_worked_tickets(verifier: Any, tickets: int, ident: str, expected: str) -> None:
    assert verifier.lowest(KEY, ident, tickets).hex() == expected


def test_worked_seed_and_key(verifier: Any) -> None:
    seed_txt = b"dualrandom/1\n" + b"0" * 64 + b"\ndice 63454660390103169462\n"
    seed = verifier.seed_of(seed_txt)
    assert seed == "fb39e99bf9015252d077aee56a202262"
    assert verifier.key_of(seed, None) == seed
    assert verifier.key_of(seed, "f" * 32) == "23b7995a0827665e528853dcdbf96445"


def test_worked_commitment_of_a_sealed_secret(verifier: Any) -> None:
    made = verifier.sha("2026-017 县纪委监委 " + "a" * 64)
    assert made == "e122bb38b3fce725a41e0e8f285b7999ce923653d91b2b2ca7c0ea4eaeb9437f"


def strata(*rules: tuple[int, Any]) -> list[dict[str, Any]]:
    found = []
    for n, (rows, rule) in enumerate(rules):
        found.append(
            {"name": f"s{n}", "rows": rows} | ({"quota": rule} if rule else {})
        )
    return found


def ratio(text: str, way: str) -> dict[str, str]:
    return {"ratio": text, "round": way}


@pytest.mark.parametrize(
    ("announced", "total", "expected"),
    [
        pytest.param([(101, ratio("3/100", "up"))], None, [4], id="3 % of 101, up"),
        pytest.param([(101, ratio("3/100", "down"))], None, [3], id="3 % of 101, down"),
        pytest.param([(100, ratio("3/100", "up"))], None, [3], id="exact, up"),
        pytest.param([(7, ratio("1/1", "down"))], None, [7], id="all of it"),
        pytest.param([(7, {"count": 9})], None, [7], id="above the list takes all"),
        pytest.param([(7, {"count": 2}), (0, {"count": 1})], None, [2, 0],
                     id="an empty stratum"),
        pytest.param([(10, None), (10, None), (10, None)], 4, [2, 1, 1],
                     id="ties go to the first"),
        pytest.param([(10, None), (14, None), (6, None)], 10, [3, 5, 2],
                     id="largest remainder"),
        pytest.param([(3, None), (3, None)], 9, [3, 3], id="total above the list"),
    ],
)  # fmt: skip
def test_quotas(verifier: Any, announced: Any, total: Any, expected: list[int]) -> None:
    assert verifier.quotas(strata(*announced), total) == expected


@pytest.mark.parametrize(
    ("announced", "total"),
    [
        pytest.param([(10, ratio("1/100", "down"))], None, id="zero quota"),
        pytest.param([(1, None), (99, None)], 2, id="zero share of a total"),
        pytest.param([(10, None)], None, id="neither"),
        pytest.param([(10, {"count": 1})], 1, id="both"),
        pytest.param([(10, {"count": 1}), (10, None)], None, id="one without"),
        pytest.param([(10, {"count": 0})], None, id="count 0"),
        pytest.param([(10, {"count": True})], None, id="count true"),
        pytest.param([(10, ratio("1/2", "nearest"))], None, id="to nearest"),
        pytest.param([(10, {"ratio": "1/2"})], None, id="no round"),
        pytest.param([(10, ratio("3/2", "up"))], None, id="above one"),
        pytest.param([(10, ratio("0/2", "up"))], None, id="ratio 0"),
        pytest.param([(10, ratio("01/2", "up"))], None, id="leading zero"),
        pytest.param([(10, ratio("\u0661/2", "up"))], None, id="Arabic digit"),
        pytest.param([(10, ratio("1/1000000", "up"))], None, id="seven digits"),
        pytest.param([(10, {"count": 1, "round": "up"})], None, id="mixed"),
        pytest.param([(0, {"count": 1})], None, id="empty list"),
        pytest.param([(10, None)], 0, id="total 0"),
        pytest.param([], 3, id="no strata"),
    ],
)
def test_refused_quotas(verifier: Any, announced: Any, total: Any) -> None:
    with pytest.raises(verifier.Refused):
        verifier.quotas(strata(*announced), total)


def test_an_unknown_field_of_a_quota_is_not_called_wrong(verifier: Any) -> None:
    assert verifier.quotas(strata((10, {"count": 3, "share": 1})), None) == [3]
    with pytest.raises(verifier.Refused):
        verifier.quotas(strata((10, {"share": 1})), None)


RFC8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155",
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da",
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac",
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@pytest.mark.parametrize(("public", "message", "r", "s"), RFC8032)
def test_ed25519_of_rfc_8032(
    verifier: Any, public: str, message: str, r: str, s: str
) -> None:
    key, text, good = (bytes.fromhex(x) for x in (public, message, r + s))
    assert verifier.ed25519_valid(key, text, good)
    for place in (0, 31, 32, 63):
        bad = bytearray(good)
        bad[place] ^= 1
        assert not verifier.ed25519_valid(key, text, bytes(bad))
    assert not verifier.ed25519_valid(key, text + b"x", good)


ORDER = 2**252 + 27742317777372353535851937790883648493
PRIME = 2**255 - 19


def test_ed25519_refuses_a_scalar_above_the_order(verifier: Any) -> None:
    public, message, r, s = (bytes.fromhex(x) for x in RFC8032[1])
    other = int.from_bytes(s, "little") + ORDER
    again = r + other.to_bytes(32, "little")
    assert verifier.ed25519_valid(public, message, r + s)
    assert not verifier.ed25519_valid(public, message, again)


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(1, id="the neutral element"),
        pytest.param(PRIME - 1, id="order two"),
        pytest.param(PRIME + 1, id="not canonical"),
        pytest.param(1 | 1 << 255, id="zero with a sign"),
        pytest.param(0, id="order four"),
        pytest.param(2, id="not on the curve"),
    ],
)
def test_ed25519_refuses_weak_and_strange_keys(verifier: Any, point: int) -> None:
    """With such a key, R = the neutral element and S = 0 would sign anything."""
    forged = (1).to_bytes(32, "little") + bytes(32)
    key = point.to_bytes(32, "little")
    assert not any(verifier.ed25519_valid(key, bytes([n]), forged) for n in range(8))


def test_signed_note_of_the_c2sp_text(verifier: Any) -> None:
    raw = (
        "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1"
        "YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
    ).encode()
    key = verifier.parse_vkey(
        "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
    )
    note = verifier.parse_note(raw)
    valid, strange = verifier.check_note(note, [key])
    assert [k for k, _ in valid] == [key]
    assert strange == []
    with pytest.raises(verifier.Refused):
        verifier.check_note(verifier.parse_note(raw.replace(b"Thi", b"thi")), [key])


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(b"x\n\n\xe2\x80\x94 a AAAAAAA=", id="no last LF"),
        pytest.param(b"x\n\xe2\x80\x94 a AAAAAAA=\n", id="no empty line"),
        pytest.param(b"x\n\n- a AAAAAAA=\n", id="a hyphen"),
        pytest.param(b"x\n\n\xe2\x80\x94 a AAAAAAB=\n", id="base64 with loose bits"),
        pytest.param(b"x\n\n\xe2\x80\x94 a AAAAAA==\n", id="key id only"),
        pytest.param(b"x\n\n\xe2\x80\x94 a+b AAAAAAA=\n", id="plus in a name"),
        pytest.param(b"x\n\n\xe2\x80\x94 a\xc2\xa0b AAAAAAA=\n", id="space in a name"),
        pytest.param(b"x\ty\n\n\xe2\x80\x94 a AAAAAAA=\n", id="a control"),
        pytest.param(b"\xff\n\n\xe2\x80\x94 a AAAAAAA=\n", id="not UTF-8"),
        pytest.param(b"x\n\n", id="no signature"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_refused_notes(verifier: Any, bad: bytes) -> None:
    with pytest.raises(verifier.Refused):
        verifier.parse_note(bad)


@pytest.mark.parametrize(
    ("raw", "good"),
    [
        pytest.param('{"a":1,"b":[true,null,"\\n \\u001f"]}\n', True, id="canonical"),
        pytest.param('{"\U0001f600":1,"\uff21":2}\n', True, id="UTF-16 order of names"),
        pytest.param('{"\uff21":2,"\U0001f600":1}\n', False, id="UTF-8 order of names"),
        pytest.param('{"b":1,"a":1}\n', False, id="order"),
        pytest.param('{"a":1,"a":1}\n', False, id="duplicate"),
        pytest.param('{"a": 1}\n', False, id="space"),
        pytest.param('{"a":1}', False, id="no LF"),
        pytest.param('{"a":1}\n\n', False, id="two LF"),
        pytest.param('{"a":1}\r\n', False, id="CRLF"),
        pytest.param('\ufeff{"a":1}\n', False, id="BOM"),
        pytest.param('{"a":1.0}\n', False, id="float"),
        pytest.param('{"a":1e3}\n', False, id="exponent"),
        pytest.param('{"a":-1}\n', False, id="sign"),
        pytest.param('{"a":01}\n', False, id="leading zero"),
        pytest.param('{"a":9007199254740991}\n', True, id="2^53-1"),
        pytest.param('{"a":9007199254740992}\n', False, id="2^53"),
        pytest.param('{"a":' + "9" * 9000 + "}\n", False, id="9,000 digits"),
        pytest.param('{"a":NaN}\n', False, id="NaN"),
        pytest.param('{"a":"\\u0041"}\n', False, id="needless escape"),
        pytest.param('{"a":"\\ud800"}\n', False, id="lone surrogate"),
        pytest.param('{"a":"\x07"}\n', False, id="raw control"),
        pytest.param("[" * 30 + "]" * 30 + "\n", True, id="30 deep"),
        pytest.param("[" * 100 + "]" * 100 + "\n", False, id="100 deep"),
        pytest.param("[" * 100_000 + "]" * 100_000 + "\n", False, id="100,000 deep"),
        pytest.param("\n", False, id="empty"),
        pytest.param("1 2\n", False, id="two values"),
    ],
)
def test_canonical_json(verifier: Any, raw: str, good: bool) -> None:  # noqa: FBT001
    if good:
        verifier.parse_json(raw.encode())
    else:
        with pytest.raises(verifier.Refused):
            verifier.parse_json(raw.encode("utf-8", "surrogatepass"))


def test_merkle_tree_hash_by_its_definition(verifier: Any, folders: Any) -> None:
    for size in range(1, 40):
        leaves = [b"leaf %d" % n for n in range(size)]
        hashes = [hashlib.sha256(b"\0" + leaf).digest() for leaf in leaves]
        assert verifier.merkle_root(hashes).hex() == folders.merkle(leaves)
    assert verifier.merkle_root([]) == hashlib.sha256(b"").digest()


def test_inclusion_proofs_of_every_place(verifier: Any, logs: Any) -> None:
    for size in range(1, 20):
        leaves = [hashlib.sha256(b"%d" % n).digest() for n in range(size)]
        for index in range(size):
            proof = logs.path(index, leaves)
            found = verifier.root_by_proof(leaves[index], index, size, proof)
            assert found == logs.root(leaves)


@pytest.mark.skipif(not MERKLE.exists(), reason="../shared/data is not here")
def test_inclusion_vectors_of_another_library(verifier: Any) -> None:
    seen = set()
    for path in MERKLE.rglob("*.json"):
        case = json.loads(path.read_text())
        leaf, root = (base64.b64decode(case[k] or "") for k in ("leafHash", "root"))
        proof = [base64.b64decode(h) for h in case["proof"] or ()]
        good = len(leaf) == len(root) == 32 and all(len(h) == 32 for h in proof)
        try:
            index, size = case["leafIdx"], case["treeSize"]
            good = good and verifier.root_by_proof(leaf, index, size, proof) == root
        except verifier.Refused:
            good = False
        assert good == (not case["wantErr"]), path
        seen.add(good)
    assert seen == {True, False}


def test_it_imports_nothing_but_the_standard_library() -> None:
    imported = set()
    for part in ast.walk(ast.parse(VERIFIER.read_bytes())):
        if isinstance(part, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in part.names}
        if isinstance(part, ast.ImportFrom):
            assert part.level == 0
            imported.add(str(part.module).split(".")[0])
    assert imported <= sys.stdlib_module_names
    assert not imported & {"subprocess", "socket", "ssl", "urllib", "http", "importlib"}


def test_it_shares_no_code_with_the_package() -> None:
    """No function of it has the same body as one of the package's."""
    package = VERIFIER.parents[2] / "dualrandom"

    def bodies(path: Path) -> set[str]:
        found = set()
        for part in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(part, ast.FunctionDef):
                body = [s for s in part.body if not isinstance(s, ast.Expr)]
                text = "\n".join(ast.dump(s) for s in body)
                if len(text) > 400:
                    found.add(text)
        return found

    ours = bodies(VERIFIER)
    assert ours
    for path in package.rglob("*.py"):
        assert not ours & bodies(path), path


def test_it_runs_isolated_and_without_site(tmp_path: Path) -> None:
    done = stranger(tmp_path / "none")
    assert done.returncode == 5
    assert done.stderr == ""
    assert "none" in done.stdout
