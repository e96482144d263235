"""One value, one encoding: what the vectors do not say about canonical JSON and TSV."""

from __future__ import annotations

import hashlib

import pytest

from dualrandom.canonical import (
    MAX_DEPTH,
    json_bytes,
    json_line,
    parse_json,
    parse_json_line,
    parse_table,
    records_root,
    sha256,
    table_bytes,
    tree_hash,
)
from dualrandom.errors import VerificationError


def test_sha256_prints_what_sha256sum_prints() -> None:
    assert sha256(b"") == (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.0, id="a float"),
        pytest.param(float("nan"), id="NaN"),
        pytest.param([0.5], id="a float inside"),
        pytest.param({"a": 0.5}, id="a float in an object"),
        pytest.param(2**53, id="2^53"),
        pytest.param(-(2**53), id="-2^53"),
        pytest.param({1: 2}, id="a key that is no text"),
        pytest.param(b"a", id="bytes"),
        pytest.param({"a"}, id="a set"),
        pytest.param("\ud800", id="half of a surrogate pair"),
        pytest.param({"\udfff": 1}, id="half of one as a key"),
    ],
)
def test_what_has_no_one_form_is_not_written(value: object) -> None:
    with pytest.raises(VerificationError) as caught:
        json_bytes(value)
    assert caught.value.code == "E802"


def test_a_document_is_one_line() -> None:
    assert (
        json_line({"b": [1, "县"], "a": None}) == '{"a":null,"b":[1,"县"]}\n'.encode()
    )
    assert parse_json_line(b'{"a":null}\n') == {"a": None}
    assert parse_json(b'{"a":null}') == {"a": None}
    for data in (b'{"a":null}', b'{"a":null}\n\n', b"", b"\n"):
        with pytest.raises(VerificationError):
            parse_json_line(data)


def test_depth_is_bounded_before_the_stack_is() -> None:
    for depth, ok in ((MAX_DEPTH, True), (MAX_DEPTH + 1, False), (10_000, False)):
        data = b"[" * depth + b"1" + b"]" * depth
        if ok:
            assert json_bytes(parse_json(data)) == data
        else:
            with pytest.raises(VerificationError):
                parse_json(data)


def test_a_table_is_header_salt_strata_records() -> None:
    data = table_bytes(
        ("id", "n"), [("A", "1"), ("B", "")], salt="f" * 32, strata=b'[{"a":1}]'
    )
    assert data == b"id\tn\n#salt\t" + b"f" * 32 + b'\n#strata\t[{"a":1}]\nA\t1\nB\t\n'
    table = parse_table(data, ("id", "n"))
    assert table.records == (("A", "1"), ("B", ""))
    assert table.lines == (b"A\t1", b"B\t")
    assert (table.salt, table.strata) == ("f" * 32, b'[{"a":1}]')


@pytest.mark.parametrize("record", [("A",), ("A", "1", "2"), ("A", "\t"), ("A", "\n")])
def test_a_record_that_could_be_read_otherwise_is_not_written(
    record: tuple[str, ...],
) -> None:
    with pytest.raises(VerificationError) as caught:
        table_bytes(("id", "n"), [("A", "1"), record])
    assert (caught.value.code, caught.value.params) == ("E803", {"row": 3})


@pytest.mark.parametrize(
    ("data", "row"),
    [
        pytest.param(b"id\nA\n\xff\nB\n", 3, id="not UTF-8"),
        pytest.param(b"id\nA\nB", 3, id="no last LF"),
        pytest.param(b"ID\nA\n", 1, id="header"),
        pytest.param(b"id\n#salt\tx\nA\n", 2, id="salt"),
        pytest.param(b"id\nA\nB\r\nC\n", 3, id="control"),
        pytest.param(b"id\n#salt\t" + b"0" * 32 + b"\nA\nB\tC\n", 4, id="columns"),
        pytest.param(b"", 1, id="nothing"),
    ],
)
def test_the_line_is_named(data: bytes, row: int) -> None:
    with pytest.raises(VerificationError) as caught:
        parse_table(data, ("id",))
    assert (caught.value.code, caught.value.params) == ("E803", {"row": row})


def test_tree_hash_by_hand() -> None:
    """RFC 6962 §2.1.3: three leaves, the last one carried up."""

    def leaf(data: bytes) -> bytes:
        return hashlib.sha256(b"\0" + data).digest()

    def node(left: bytes, right: bytes) -> bytes:
        return hashlib.sha256(b"\1" + left + right).digest()

    a, b, c = leaf(b"a"), leaf(b"b"), leaf(b"c")
    assert records_root([]) == hashlib.sha256(b"").hexdigest()
    assert records_root([b"a"]) == a.hex()
    assert records_root([b"a", b"b", b"c"]) == node(node(a, b), c).hex()
    assert tree_hash([a, b, c]) != tree_hash([a, c, b])
