"""Seeds and keys as worked in the specification, and what a draw may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dualrandom.errors import VerificationError
from dualrandom.randomness import (
    CHAINS,
    Dice,
    Drand,
    Local,
    Lottery,
    Nist,
    Sealed,
    Standing,
    UnknownSource,
    check_sources,
    check_value,
    commitment_of,
    is_outside,
    key_of,
    line,
    parse_seed_txt,
    seed_of,
    seed_txt,
    standing,
    time_of,
    value_of,
)

if TYPE_CHECKING:
    from dualrandom.randomness import Source

QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
DRAND = Drand(chain=QUICKNET, round=34112212)
NIST = Nist(chain=2, pulse=1853311)
SSQ = Lottery(game="ssq", issue="2026135")
DICE = Dice(count=20)
SECRET = "a" * 64
JIWEI = Sealed(
    party="县纪委监委", commitment=commitment_of("2026-017", "县纪委监委", SECRET)
)
OTHER = Sealed(party="企业代表", commitment="0" * 64)
UNKNOWN = UnknownSource(kind="quantum")


def test_the_worked_values() -> None:
    data = seed_txt("0" * 64, [line(DICE, "63454660390103169462")])
    assert data == (b"dualrandom/1\n" + b"0" * 64 + b"\ndice 63454660390103169462\n")
    assert seed_of(data) == "fb39e99bf9015252d077aee56a202262"
    assert key_of(seed_of(data), None) == seed_of(data)
    assert key_of(seed_of(data), "f" * 32) == "23b7995a0827665e528853dcdbf96445"
    assert JIWEI.commitment == (
        "e122bb38b3fce725a41e0e8f285b7999ce923653d91b2b2ca7c0ea4eaeb9437f"
    )


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (DRAND, f"drand {QUICKNET} 34112212"),
        (NIST, "nist 2 1853311"),
        (SSQ, "lottery ssq 2026135"),
        (JIWEI, "sealed 县纪委监委"),
        (DICE, "dice"),
        (Local(), "local"),
        (UNKNOWN, "quantum"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_a_line_is_the_announced_words_and_the_value(
    source: Source, words: str
) -> None:
    assert line(source, "x") == f"{words} x"
    assert value_of(source, f"{words} x") == "x"
    with pytest.raises(VerificationError) as caught:
        value_of(source, words)
    assert caught.value.code == "E602"


def test_seed_txt_is_read_back() -> None:
    lines = (line(JIWEI, SECRET), line(DICE, "1" * 20))
    data = seed_txt("9f1d" * 16, lines)
    assert parse_seed_txt(data) == ("9f1d" * 16, lines)


def test_the_order_of_sources_is_part_of_the_seed() -> None:
    lines = [line(JIWEI, SECRET), line(DICE, "1" * 20)]
    assert seed_of(seed_txt("0" * 64, lines)) != seed_of(
        seed_txt("0" * 64, lines[::-1])
    )


def test_a_secret_opens_its_own_draw_only() -> None:
    check_value(JIWEI, SECRET, "2026-017")
    with pytest.raises(VerificationError) as caught:
        check_value(JIWEI, SECRET, "2026-018")
    assert caught.value.code == "E605"
    assert caught.value.params == {"party": "县纪委监委"}


def test_too_few_dice_are_counted() -> None:
    with pytest.raises(VerificationError) as caught:
        check_value(DICE, "1" * 19, "2026-017")
    assert caught.value.code == "E604"
    assert caught.value.params == {"count": 19, "need": 20}


def test_an_unknown_source_is_neither_right_nor_wrong() -> None:
    check_value(UNKNOWN, "anything at all", "2026-017")
    check_sources([UNKNOWN])


@pytest.mark.parametrize(
    ("sources", "code"),
    [
        pytest.param([], "E606", id="none"),
        pytest.param([Local(), DICE], "E606", id="local beside dice"),
        pytest.param([Local(), Local()], "E606", id="local twice"),
        pytest.param([Dice(count=19)], "E607", id="too few dice"),
        pytest.param([Dice(count=2**53)], "E801", id="too many dice"),
        pytest.param([Drand(chain="x", round=1)], "E801", id="no chain hash"),
        pytest.param([Drand(chain=QUICKNET, round=0)], "E801", id="round 0"),
        pytest.param([Nist(chain=-1, pulse=1)], "E801", id="chain -1"),
        pytest.param([Lottery(game="kl8", issue="1")], "E801", id="unknown game"),
        pytest.param([Lottery(game="ssq", issue="")], "E801", id="no issue"),
        pytest.param([Sealed(party="a b", commitment="0" * 64)], "E801", id="party"),
        pytest.param([Sealed(party="a", commitment="0")], "E801", id="commitment"),
    ],
)
def test_what_may_not_be_announced(sources: list[Source], code: str) -> None:
    with pytest.raises(VerificationError) as caught:
        check_sources(sources)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("sources", "approved", "expected"),
    [
        pytest.param([DRAND], (), Standing.PUBLIC, id="drand"),
        pytest.param([NIST, DICE], (), Standing.PUBLIC, id="nist and dice"),
        pytest.param([JIWEI, SSQ], (), Standing.PUBLIC, id="a party and a lottery"),
        pytest.param(
            [JIWEI, OTHER],
            ("县纪委监委", "企业代表"),
            Standing.PARTIES,
            id="two parties",
        ),
        pytest.param(
            [JIWEI, OTHER, DICE],
            ("县纪委监委", "企业代表"),
            Standing.PARTIES,
            id="two parties and dice",
        ),
        pytest.param([JIWEI, OTHER], (), Standing.NONE, id="parties unapproved"),
        pytest.param(
            [JIWEI, JIWEI], ("县纪委监委",), Standing.NONE, id="one party twice"
        ),
        pytest.param([JIWEI], ("县纪委监委",), Standing.NONE, id="one party"),
        pytest.param([JIWEI, DICE], (), Standing.WITNESSED, id="one party and dice"),
        pytest.param([DICE], (), Standing.WITNESSED, id="dice"),
        pytest.param([Local()], (), Standing.NONE, id="local"),
    ],
)
def test_what_a_draw_may_be_called(
    sources: list[Source], approved: tuple[str, ...], expected: Standing
) -> None:
    assert standing(sources, frozenset(approved)) is expected


def test_outside_means_not_the_office() -> None:
    everything: tuple[Source, ...] = (DRAND, NIST, SSQ, JIWEI, DICE, Local(), UNKNOWN)
    assert [is_outside(s) for s in everything] == [True] * 3 + [False] * 4


def test_when_a_drand_round_comes_into_being() -> None:
    """Round 1 is at genesis, each further one a period later."""
    chain = CHAINS[QUICKNET]
    assert time_of(Drand(chain=QUICKNET, round=1)) == chain.genesis
    assert time_of(Drand(chain=QUICKNET, round=1001)) == chain.genesis + 3000
    assert time_of(Drand(chain="0" * 64, round=1)) is None
    assert time_of(DICE) is None
