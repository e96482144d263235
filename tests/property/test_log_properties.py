"""Properties of the log: proofs against the recursive definition, one writing, honest
histories intact and damaged ones found."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import assume, example, given, reject, settings
from hypothesis import strategies as st

from dualrandom.audit import (
    Tree,
    check_note,
    consistency_proof,
    inclusion_proof,
    key_book,
    open_note,
    parse_entry,
    sign_entry,
    sign_note,
    tile_path,
    tiles,
    verify_consistency,
    verify_inclusion,
)
from dualrandom.canonical import json_bytes, parse_json
from dualrandom.entries import _parse_line
from dualrandom.errors import VerificationError
from dualrandom.keys import verify_ed25519
from tests.logmaking import LogMaker, MadeKey, codes

if TYPE_CHECKING:
    from collections.abc import Sequence

# ── RFC 6962 §2.1, word for word ──


def largest_power(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    if len(d) == 0:
        return sha256(b"").digest()
    if len(d) == 1:
        return sha256(b"\0" + d[0]).digest()
    k = largest_power(len(d))
    return sha256(b"\1" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = largest_power(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(d):
        return [] if whole else [mth(d)]
    k = largest_power(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole=whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], whole=False), mth(d[:k])]


ENTRIES = [f"entry {n}".encode() for n in range(150)]
LEAVES = [sha256(b"\0" + entry).digest() for entry in ENTRIES]


@given(st.integers(0, 150))
def test_root_is_the_recursive_one(size: int) -> None:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.append(leaf)
    assert tree.root == mth(ENTRIES[:size])


@given(st.data(), st.integers(1, 150))
def test_inclusion_is_the_recursive_path(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    made = inclusion_proof(LEAVES, index, size)
    assert list(made) == path(index, ENTRIES[:size])
    verify_inclusion(LEAVES[index], index, size, made, mth(ENTRIES[:size]))


@given(st.data(), st.integers(1, 150))
def test_consistency_is_the_recursive_proof(data: st.DataObject, new: int) -> None:
    old = data.draw(st.integers(1, new))
    made = consistency_proof(LEAVES, old, new)
    assert list(made) == subproof(old, ENTRIES[:new], whole=True)
    verify_consistency(old, new, mth(ENTRIES[:old]), mth(ENTRIES[:new]), made)


@given(st.data(), st.integers(2, 60))
def test_changed_inclusion_proof_is_refused(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = mth(ENTRIES[:size])
    right = inclusion_proof(LEAVES, index, size)
    hashes = st.binary(min_size=32, max_size=32) | st.sampled_from(LEAVES)
    proof = data.draw(st.lists(hashes, max_size=8) | st.permutations(right))
    claimed = data.draw(st.just(index) | st.integers(0, size))
    assume((claimed, tuple(proof)) != (index, right))
    with pytest.raises(VerificationError):
        verify_inclusion(LEAVES[index], claimed, size, proof, root)


# ── one writing ──

BMP = st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"])
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**55), 2**55)
    | st.floats()
    | st.text(BMP, max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(BMP, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


def outcome(parse: Any, data: bytes) -> Any:
    try:
        return parse(data)
    except VerificationError:
        return VerificationError


def _small(value: object) -> bool:
    if isinstance(value, list):
        return all(map(_small, value))
    if isinstance(value, dict):
        return all(map(_small, value.values()))
    return not isinstance(value, int) or abs(value) < 2**53


@given(JSON, st.booleans(), st.sampled_from([(",", ":"), (", ", ":"), (",", ": ")]))
@example({"a": 1, "A": 2}, False, (",", ":"))  # noqa: FBT003
def test_fast_reader_agrees_with_the_canonical_one(
    value: object,
    sort: bool,  # noqa: FBT001
    separators: tuple[str, str],
) -> None:
    text = json.dumps(
        value, sort_keys=sort, separators=separators, ensure_ascii=False
    ).encode()
    assume(_small(value))  # the limit of numbers is the fields', see Entry
    assert outcome(_parse_line, text) == outcome(parse_json, text)


@given(st.text(st.sampled_from('{}[]":,\\u00dD8/ae1-+.0nulltrue\n '), max_size=24))
@example('{"a":1,"a":1}')
@example('"\\ud83d\\ude00"')
@example("-0")
@example("[1.0]")
@example("1e2")
def test_fast_reader_agrees_on_noise(text: str) -> None:
    data = text.encode()
    assert outcome(_parse_line, data) == outcome(parse_json, data)


VALUES = st.recursive(
    st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.text(max_size=4), VALUES, max_size=4))
def test_every_body_has_one_entry(body: dict[str, Any]) -> None:
    log = LogMaker()
    try:
        json_bytes(body)
    except VerificationError:
        reject()  # half a surrogate pair has no bytes
    entry = log.make("registry.change", body)
    data = sign_entry(entry, log.officers[0])
    text = data.partition(b"\n")[0]
    # Written by the standard library where that is RFC 8785 too.
    assert json_bytes(json.loads(text)) == text
    assert parse_entry(data)[0] == entry
    assert sign_entry(parse_entry(data)[0], log.officers[0]) == data


# ── notes ──

KEY = MadeKey("example.com/key")
KNOWN = key_book([KEY.vkey])


@given(st.text(st.characters(min_codepoint=32) | st.just("\n"), max_size=40))
def test_every_text_is_a_note_and_reads_back(text: str) -> None:
    try:
        data = (text + "\n").encode()
    except UnicodeEncodeError:
        reject()
    note = open_note(sign_note(data, [KEY]))
    assert note.text == data
    assert check_note(note, KNOWN, verify_ed25519)


@given(st.data())
def test_changed_byte_of_a_note_never_verifies(data: st.DataObject) -> None:
    note = bytearray(sign_note(b"one\n\ntwo\n", [KEY]))
    at = data.draw(st.integers(0, len(note) - 1))
    note[at] ^= data.draw(st.integers(1, 255))
    try:
        assert check_note(open_note(bytes(note)), KNOWN, verify_ed25519) == ()
    except VerificationError as error:
        assert error.code.startswith("E70")  # noqa: PT017 - or it is no error at all


@given(st.binary(max_size=200))
@example(b"\n\n\xe2\x80\x94 a AAAAAAA=\n")
def test_noise_raises_codes_only(noise: bytes) -> None:
    for parse in (open_note, parse_entry):
        outcome(parse, noise)


# ── tiles ──


def _expected_hashes(entries: list[bytes], level: int, index: int) -> bytes:
    """Return a tile as C2SP tlog-tiles defines it: MTH over ranges of entries."""
    span = 256**level
    hashes = []
    for i in range(256):
        start = (index * 256 + i) * span
        if start + span > len(entries):
            break
        hashes.append(mth(entries[start : start + span]))
    return b"".join(hashes)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 1_100))
@example(0)
@example(256)
@example(1_024)
def test_tiles_are_those_of_the_definition(size: int) -> None:
    entries = [b"%d" % n for n in range(size)]
    made = dict(tiles(entries))
    due = {}
    for level in range(3):
        count = size // 256**level
        for index in range((count + 255) // 256):
            width = min(256, count - index * 256)
            due[tile_path(level, index, width)] = _expected_hashes(
                entries, level, index
            )
    for index in range((size + 255) // 256):
        bundle = entries[index * 256 : (index + 1) * 256]
        due[tile_path(None, index, len(bundle))] = b"".join(
            len(entry).to_bytes(2, "big") + entry for entry in bundle
        )
    assert made == due


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 600), st.integers(0, 600))
def test_next_publication_adds_what_is_new(old: int, more: int) -> None:
    entries = [b"%d" % n for n in range(old + more)]
    before, after = dict(tiles(entries[:old])), dict(tiles(entries))
    added = dict(tiles(entries, since=old))
    kept = {name: data for name, data in before.items() if name in after}
    assert kept | added == after
    assert all(after[name] == data for name, data in kept.items())


@pytest.mark.parametrize(
    ("index", "due"),
    [(0, "000"), (999, "999"), (1000, "x001/000"), (1_234_067, "x001/x234/067")],
)
def test_index_in_a_path(index: int, due: str) -> None:
    assert tile_path(0, index) == f"tile/0/{due}"
    assert tile_path(None, index, 7) == f"tile/entries/{due}.p/7"


# ── whole logs ──

STEPS = st.lists(
    st.sampled_from(
        ["change", "announce", "dice", "result", "abandon", "add", "revoke"]
    ),
    max_size=14,
)


def play(steps: list[str]) -> LogMaker:
    """Play an honest history: what cannot be done at the moment is left out."""
    log = LogMaker()
    draws = 0
    rolled = False
    open_draw: str | None = None
    added: list[MadeKey] = []
    for step in steps:
        if step == "change":
            log.change("targets")
        elif step == "announce" and open_draw is None:
            draws += 1
            open_draw, rolled = f"2026-{draws:03d}", False
            log.announce(open_draw, task="t")
        elif step == "dice" and open_draw is not None and not rolled:
            log.dice(open_draw)
            rolled = True
        elif step == "result" and open_draw is not None:
            log.result(open_draw)
            open_draw = None
        elif step == "abandon" and open_draw is not None:
            log.abandon(open_draw)
            open_draw = None
        elif step == "add":
            key = MadeKey(f"shishijian/officer-1{len(log.entries)}")
            log.add_key(key, "officer")
            added.append(key)
        elif step == "revoke" and added:
            log.revoke_key(added.pop(), len(log.entries))
    return log


@settings(deadline=None)
@given(STEPS)
def test_honest_histories_are_intact(steps: list[str]) -> None:
    log = play(steps)
    report = log.check()
    assert (report.exit_code, codes(report), codes(report, "unchecked")) == (0, [], [])


def _drop(log: LogMaker, at: int, _: int) -> None:
    del log.entries[at]


def _repeat(log: LogMaker, at: int, to: int) -> None:
    log.entries.insert(to, log.entries[at])


def _exchange(log: LogMaker, at: int, to: int) -> None:
    log.entries[at], log.entries[to] = log.entries[to], log.entries[at]


def _flip(log: LogMaker, at: int, to: int) -> None:
    data = bytearray(log.entries[at])
    data[(to * 7919) % len(data)] ^= 0x10
    log.entries[at] = bytes(data)


@settings(deadline=None)
@given(STEPS, st.sampled_from([_drop, _repeat, _exchange, _flip]), st.data())
def test_damaged_histories_are_found(
    steps: list[str], damage: Any, data: st.DataObject
) -> None:
    log = play(steps)
    kept, checkpoint, before = log.kept(), log.checkpoint(), list(log.entries)
    at = data.draw(st.integers(0, len(before) - 1))
    to = data.draw(st.integers(0, len(before) - 1))
    damage(log, at, to)
    assume(log.entries != before)
    report = log.check(kept, checkpoint=checkpoint)
    assert report.exit_code == 1
    changed = next(
        (
            n
            for n, e in enumerate(before)
            if n >= len(log.entries) or log.entries[n] != e
        ),
        len(before),
    )
    # The first entry that is not as it was is the first that is bad, or it was the
    # end that went.
    assert report.first == changed or (report.first is None and damage is _drop)
