"""Matching: worked values, single cases, what is told of shortages.

The rule itself is held against enumeration in tests/property/test_matching_rule.py.
"""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.district import need_of
from dualrandom.errors import InputError
from dualrandom.matching import (
    Matching,
    inspector_ticket,
    match,
    number_posts,
    own_ticket,
    substitute,
    unstaffable,
)
from dualrandom.messages import text
from dualrandom.model import (
    MAX_INT,
    Area,
    Conflict,
    Inspector,
    InspectorId,
    Member,
    Post,
    Target,
    TargetId,
)
from dualrandom.roster import DONE, EVERYBODY, Roster, members
from dualrandom.shortage import as_problem

if TYPE_CHECKING:
    from dualrandom.messages import Lang

KEY = "0123456789abcdef0123456789abcdef"
TWO = [Post(count=2)]


def targets(*names: str) -> list[Target]:
    """Make targets from ``id`` or ``id@region``."""
    return [
        Target(id=TargetId(name), name="n", region=region)
        for name, _, region in (word.partition("@") for word in names)
    ]


def inspector(
    name: str, *tags: str, region: str = "", most: int | None = None
) -> Inspector:
    return Inspector(
        id=InspectorId(name), region=region, tags=tuple(sorted(tags)), max=most
    )


def conflict(target: str, name: str) -> Conflict:
    return Conflict(id=TargetId(target), inspector=InspectorId(name), reason="kin")


def made(
    where: list[Target],
    who: list[Inspector],
    posts: list[Post] = TWO,
    area: Area = Area.ANY,
    conflicts: list[Conflict] | None = None,
) -> Matching:
    return match(
        key=KEY,
        targets=where,
        posts=posts,
        inspectors=who,
        area=area,
        conflicts=conflicts or [],
    )


# ── tickets and posts ────────────────────────────────────────────────────────────


def test_the_worked_tickets() -> None:
    assert inspector_ticket(KEY, "91330000EXAMPLE017", "A-017") == (
        "77561d5525bf06e088bcc8c069b9504a1ee3b2be997934f8d3f97f5429c14706"
    )
    assert own_ticket(KEY, "A-017") == (
        "ce5991ab8ff3fd0b00acc29cbeef94fc8f759944478c519488cd17b5269aefe9"
    )


def test_posts_are_numbered_through() -> None:
    posts = [Post(count=2, need=("a",)), Post(count=1), Post(count=1, need=("b", "a"))]
    assert list(number_posts(posts)) == [
        (1, ("a",)),
        (2, ("a",)),
        (3, ()),
        (4, ("b", "a")),
    ]
    assert [need_of(posts, n) for n in range(-1, 6)] == [
        None,
        None,
        ("a",),
        ("a",),
        (),
        ("b", "a"),
        None,
    ]


def test_numbering_does_not_wait_for_the_last_post() -> None:
    endless = [Post(count=MAX_INT), Post(count=MAX_INT, need=("a",))]
    assert next(islice(number_posts(endless), 4, None)) == (5, ())
    assert need_of(endless, MAX_INT) == ()
    assert need_of(endless, 2 * MAX_INT) == ("a",)
    assert need_of(endless, 2 * MAX_INT + 1) is None


# ── teams ────────────────────────────────────────────────────────────────────────


def test_members_come_by_order_then_post_whatever_the_district() -> None:
    where = targets("z@w", "a@e", "m@w", "b@e")
    who = [inspector(f"i{n}", region="ew"[n % 2]) for n in range(8)]
    found = made(where, who, area=Area.SAME)
    assert [(m.id, m.post) for m in found.members] == [
        (t, n) for t in "zamb" for n in (1, 2)
    ]
    assert found.shortage is None
    assert found.shortages == ()


@pytest.mark.parametrize(
    ("where", "posts"),
    [
        pytest.param([], TWO, id="nothing drawn"),
        pytest.param(targets("t1"), [], id="no posts"),
    ],
)
def test_nothing_to_fill_is_filled(where: list[Target], posts: list[Post]) -> None:
    assert made(where, [], posts) == Matching(members=())
    assert made(where, [inspector("A")], posts) == Matching(members=())


def test_numbers_are_settled_before_anyone_goes_anywhere() -> None:
    """All four hold three, or one has a maximum: the rest share what it leaves."""
    where = targets(*(f"t{n}" for n in range(6)))
    who = [inspector(f"i{n}") for n in range(4)]
    assert set(held(made(where, who)).values()) == {3}
    who[2] = inspector("i2", most=1)
    counts = held(made(where, who))
    assert counts.pop("i2") == 1
    assert sorted(counts.values()) == [3, 4, 4]


def held(found: Matching) -> Counter[str]:
    return Counter(m.inspector for m in found.members)


def test_who_gets_one_more_is_by_own_ticket() -> None:
    where = targets("t1", "t2")
    who = [inspector(f"i{n}") for n in range(3)]
    counts = held(made(where, who))
    first = min(counts, key=lambda i: own_ticket(KEY, i))
    assert counts == {**dict.fromkeys(counts, 1), first: 2}


def test_a_case_with_thousands_of_posts_is_even() -> None:
    """1,500 targets in three regions: the numbers differ by one within a region."""
    where = targets(*(f"t{n}@{'enw'[n % 3]}" for n in range(1500)))
    who = [inspector(f"i{n}", region="enw"[n % 3]) for n in range(45)]
    recused = [conflict(f"t{n}", f"i{n % 45}") for n in range(0, 1500, 3)]
    found = made(where, who, area=Area.SAME, conflicts=recused)
    pairs = {(m.id, m.inspector) for m in found.members}
    assert len(pairs) == len(found.members) == 3000
    assert not pairs & {(c.id, c.inspector) for c in recused}
    counts = held(found)
    for region in range(3):
        some = [counts[f"i{n}"] for n in range(region, 45, 3)]
        assert max(some) - min(some) <= 1


def test_one_who_must_go_everywhere_stays_quick() -> None:
    """Two others share the second posts: every exchange goes through the same team."""
    where = targets(*(f"t{n}" for n in range(1000)))
    who = [inspector("A"), inspector("B", most=500), inspector("C", most=500)]
    found = made(where, who)
    assert held(found) == {"A": 1000, "B": 500, "C": 500}


@pytest.mark.parametrize(
    ("where", "who"),
    [
        pytest.param(targets("t1", "t2", "t1"), [inspector("A")], id="target"),
        pytest.param(
            targets("t1"), [inspector("A"), inspector("A", most=0)], id="inspector"
        ),
    ],
)
def test_an_id_twice_is_refused(where: list[Target], who: list[Inspector]) -> None:
    with pytest.raises(InputError) as caught:
        made(where, who)
    assert caught.value.code == "E503"


# ── shortages ────────────────────────────────────────────────────────────────────


def test_a_shortage_in_numbers() -> None:
    """Three targets need a specialist; the two there are hold two posts in all."""
    where = targets("t1@e", "t2@w", "t3@e", "t4@w")
    who = [
        inspector("A", "s", most=1),
        inspector("B", "s", most=1),
        inspector("C"),
        inspector("D"),
    ]
    found = made(where, who, [Post(count=1), Post(count=1, need=("s",))])
    (shortage,) = found.shortages
    assert found.members == ()
    assert found.shortage == shortage
    assert shortage.posts == (("t1", 2), ("t2", 2), ("t3", 2), ("t4", 2))
    assert shortage.held == 2
    assert shortage.holders == (("A", 1), ("B", 1))
    assert shortage.limited == 2
    assert shortage.needs == (("s",),)
    assert shortage.regions == ("e", "w")
    assert (shortage.lacking, shortage.targets, shortage.more) == (2, 4, 1)
    assert shortage.alone == 0


def test_every_district_tells_its_own_shortage() -> None:
    where = targets("t1@e", "t2@w", "t3@n", "t4@e", "t5@e")
    who = [inspector(f"{r}{n}", region=r, most=1) for r in "en" for n in range(4)]
    found = made(where, who, area=Area.SAME)
    assert [(s.regions, s.lacking, s.alone) for s in found.shortages] == [
        (("e",), 2, 0),
        (("w",), 2, 1),
    ]


def test_shortages_that_have_nothing_in_common_stay_apart() -> None:
    where = targets("t1", "t2", "t3")
    who = [
        inspector("A", "a", most=2),
        inspector("B", "b", most=1),
        inspector("C"),
    ]
    posts = [Post(count=1, need=(tag,)) for tag in "ab"] + [Post(count=1)]
    found = made(where, who, posts)
    assert [(s.needs, s.held, s.lacking) for s in found.shortages] == [
        ((("a",),), 2, 1),
        ((("b",),), 1, 2),
    ]


def test_a_target_that_cannot_be_staffed_alone_comes_first() -> None:
    """It says more than that all posts together are too many."""
    where = targets(*(f"t{n}" for n in range(50)))
    who = [inspector("A", most=3), inspector("B"), inspector("C")]
    recused = [conflict(t, i) for t in ("t7", "t9") for i in ("A", "C")]
    (shortage,) = made(where, who, conflicts=recused).shortages
    assert shortage.posts == (("t7", 1), ("t7", 2))
    assert shortage.holders == (("B", 1),)
    assert shortage.alone == 2


def test_all_recused_from_all() -> None:
    where = targets("t1", "t2")
    recused = [conflict(t.id, i) for t in where for i in ("A", "B")]
    (shortage,) = made(
        where, [inspector("A"), inspector("B")], conflicts=recused
    ).shortages
    assert shortage.holders == ()
    assert shortage.held == 0
    assert shortage.lacking == 2
    assert shortage.alone == 2


def test_an_endless_team_is_a_shortage_like_another() -> None:
    posts = [Post(count=MAX_INT, need=("a",)), Post(count=MAX_INT)]
    (shortage,) = made(targets("t1"), [inspector("A", "a")], posts).shortages
    assert shortage.held == 1
    assert shortage.posts[0] == ("t1", 1)
    assert unstaffable(
        targets=targets("t1"),
        posts=posts,
        inspectors=[inspector("A", "a")],
        area=Area.ANY,
        conflicts=[],
    ) == ("t1",)


@pytest.mark.parametrize("lang", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("found", "code", "said"),
    [
        pytest.param(
            made(
                targets("t1@e", "t2@w", "t3@w"),
                [inspector("A", "s", "r", most=2), inspector("B")],
                [Post(count=1, need=("s", "r")), Post(count=1)],
            ),
            "E501",
            ["3", "2", "1", "e / w", "s+r"],
            id="together",
        ),
        pytest.param(
            made(targets("t1", "t2"), [inspector("A")]),
            "E502",
            ["t1", "2", "1", "-"],
            id="alone",
        ),
    ],
)
def test_an_officer_is_told_what_is_lacking(
    lang: Lang, found: Matching, code: str, said: list[str]
) -> None:
    assert found.shortage is not None
    problem = as_problem(found.shortage)
    assert problem.code == code
    params = dict(problem.params)
    what = text(lang, f"{code}.what", **params)
    assert all(word in what for word in said)
    assert str(found.shortage.more) in text(lang, f"{code}.fix", **params)


def test_a_sentence_names_only_a_few_regions() -> None:
    where = targets(*(f"t{n}@r{n}" for n in range(9)))
    who = [inspector("A", most=8), inspector("B")]
    found = made(where, who)
    assert found.shortage is not None
    params = dict(as_problem(found.shortage).params)
    assert params["regions"] == "r0 / r1 / r2 / r3 / r4 …"


# ── what cannot be staffed ───────────────────────────────────────────────────────


def test_unstaffable_targets_keep_their_order() -> None:
    where = targets("z@e", "b@w", "a@e", "c@n")
    who = [inspector("A", region="w"), inspector("B", region="w")]
    who += [inspector("C", region="n"), inspector("D", region="n", most=0)]
    assert unstaffable(
        targets=where, posts=TWO, inspectors=who, area=Area.SAME, conflicts=[]
    ) == ("z", "a", "c")


def test_many_targets_with_their_own_recusals() -> None:
    """Each of 3,000 has recusals like no other; every hundredth has too many."""
    where = targets(*(f"t{n}" for n in range(3000)))
    who = [inspector(f"i{n}", "s" if n < 12 else "r") for n in range(24)]
    recused = [
        conflict(f"t{n}", f"i{bit}")
        for n in range(3000)
        for bit in (range(11) if n % 100 == 7 else range(12))
        if n % 100 == 7 or n >> bit & 1
    ]
    found = unstaffable(
        targets=where,
        posts=[Post(count=2, need=("s",))],
        inspectors=who,
        area=Area.ANY,
        conflicts=recused,
    )
    expected = [f"t{n}" for n in range(3000) if n % 100 == 7 or n.bit_count() > 10]
    assert list(found) == expected


# ── substitutes ──────────────────────────────────────────────────────────────────


def replaced(who: list[Inspector], **more: Any) -> str | None:
    given: dict[str, Any] = {
        "key": KEY,
        "target": targets("t1")[0],
        "post": 1,
        "team": [
            Member(id=TargetId("t1"), post=1, inspector=InspectorId("A")),
            Member(id=TargetId("t1"), post=2, inspector=InspectorId("B")),
        ],
        "held": {"A": 3, "B": 3, "C": 2, "D": 2},
        "posts": TWO,
        "inspectors": who,
        "area": Area.ANY,
        "conflicts": [],
    }
    return substitute(**given | more)


def test_the_substitute_has_the_fewest_posts_then_the_lowest_ticket() -> None:
    who = [inspector(name) for name in "ABCDE"]
    assert replaced(who) == "E"
    tied = min("CD", key=lambda i: inspector_ticket(KEY, "t1", i))
    assert replaced(who[:4]) == tied
    assert replaced(who[:4], conflicts=[conflict("t1", tied)]) == (
        "D" if tied == "C" else "C"
    )


def test_nobody_is_left() -> None:
    assert replaced([inspector("A"), inspector("B")]) is None
    assert replaced([inspector("A"), inspector("B"), inspector("C", most=2)]) is None


def test_the_team_has_no_such_post() -> None:
    with pytest.raises(InputError) as caught:
        replaced([inspector("A")], post=3)
    assert caught.value.code == "E504"


# ── the roster ───────────────────────────────────────────────────────────────────


def test_members_of_a_set() -> None:
    assert list(members(0)) == []
    assert list(members(0b1011)) == [0, 1, 3]
    assert list(members(1 << 1000)) == [1000]


def test_a_failed_move_changes_nothing_and_names_who_was_reached() -> None:
    """Persons 0 and 1 share the two posts of group 0; person 2 cannot help them."""
    roster = Roster(people=3, able=[0b011, 0b100], group=[0, 0, 1, 1], recused=[0, 0])
    assert roster.move(0, roster.nobody) == DONE
    assert roster.move(1, roster.nobody) == DONE
    assert roster.move(2, roster.nobody) == DONE
    before = list(roster.holder)
    assert roster.move(0, roster.nobody) == 0b011
    assert roster.holder == before
    assert roster.move(2, roster.nobody) == DONE
    assert not roster.has_open(roster.nobody)


def test_a_move_goes_through_others() -> None:
    """Person 1 makes room at post 0, the only one that person 0 can take."""
    roster = Roster(people=3, able=[0b011, 0b110], group=[0, 1], recused=[0, 0])
    assert roster.move(1, roster.nobody) == DONE
    assert roster.holder == [1, roster.nobody]
    assert roster.move(0, roster.nobody) == DONE
    assert roster.holder == [0, 1]


def test_an_offer_that_cannot_be_leaves_everything_open() -> None:
    """Person 1 cannot leave post 0 to person 0, who holds nothing to give instead."""
    roster = Roster(people=2, able=[0b11], group=[0, 0], recused=[0, 0b01])
    assert roster.move(1, roster.nobody) == DONE
    assert roster.move(1, roster.nobody) == DONE
    assert roster.lift(0) == 1
    assert roster.peers(0, 1) == EVERYBODY
    assert roster.offer(0, 0, 1, EVERYBODY) == 0b10
    assert roster.barred == [0, 0b11]
    assert roster.posts_of(1) == [1]
