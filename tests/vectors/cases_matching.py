"""Cases for matching.json: teams, lists that cannot be staffed, substitutes.

Border: nothing is computed here but keys; ``oracle_matching`` says what is expected,
and must agree with each ``error`` named here. Keys are for tests only.

    match, unstaffable  targets [[id, region]] by order, posts [{count, need}],
                        inspectors [[id, region, tags, max]], area,
                        conflicts [[target, inspector]]; match also: key
    substitute          all of them, target, post, team {post: inspector}, held
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = {
    "zeros": "A key of zeros is a key like any other.",
    "even": "As even as the constraints allow, and no more even than that.",
    "ahead": "The inspector with the lowest ticket is passed over: the rest could not be filled.",
    "twice": "A careless program would send the same inspector twice to one target.",
    "member": "The lowest ticket is that of one who would hold a later post of the same team.",
    "shift": "Only found by letting a member of a team change posts within it.",
    "tight": "Exactly as many can be held as there are posts.",
    "nobody": "No inspector, none eligible, none with a maximum above 0.",
    "recused": "Recusals leave too few.",
    "hall": "Each target alone could be staffed, all together cannot.",
    "alone": "A target that could not be staffed even if it were drawn alone.",
    "region": "The area rule decides.",
    "names": "Ids that sort by bytes, not by number, length or language.",
    "random": "Made from the number in its id; nobody looked at it before.",
    "edge": "At the very limit of what is allowed, or one step beyond it.",
    "none-left": "Nobody is left to substitute: an answer, not an error.",
}

KEY = "0123456789abcdef0123456789abcdef"
UNKNOWN = "?"
"""The error of a case that nobody looked at before."""
TWO = [{"count": 2, "need": []}]


@dataclass(frozen=True, slots=True)
class Test:
    kind: str
    id: str
    input: dict[str, Any]
    error: str | None = None  # or UNKNOWN
    flags: tuple[str, ...] = ()
    comment: str = ""


def people(text: str) -> list[list[Any]]:
    """Read ``id:tags:max@region`` words, all but the id optional."""
    out = []
    for word in text.split():
        rest, _, region = word.partition("@")
        name, tags, most = [*rest.split(":"), "", ""][:3]
        listed = sorted(tags.split("+")) if tags else []
        out.append([name, region, listed, int(most) if most else None])
    return out


def situation(
    targets: str | int,
    inspectors: str,
    posts: list[str] | list[dict[str, Any]] | None = None,
    *,
    area: str = "any",
    conflicts: str = "",
    key: str = KEY,
) -> dict[str, Any]:
    """Return an input; targets ``t1@east t2``, posts by their tags ``["a+b", ""]``."""
    if isinstance(targets, int):
        targets = " ".join(f"t{n}" for n in range(1, targets + 1))
    made = [
        p if isinstance(p, dict) else {"count": 1, "need": p.split("+") if p else []}
        for p in (TWO if posts is None else posts)
    ]
    pairs = [word.split("/") for word in conflicts.split()]
    return {
        "key": key,
        "targets": [list(word.partition("@")[::2]) for word in targets.split()],
        "posts": made,
        "inspectors": people(inspectors),
        "area": area,
        "conflicts": [[t, i] for t, some in pairs for i in some.split(",")],
    }


def tests() -> Iterator[Test]:
    yield from _teams()
    yield from _regions()
    yield from _shortages()
    yield from _alone()
    yield from _refused()
    yield from _random()
    yield from _unstaffable()
    yield from _substitutes()


def _teams() -> Iterator[Test]:
    def case(name: str, given: dict[str, Any], *flags: str, comment: str = "") -> Test:
        return Test("match", name, given, None, flags, comment)

    yield case("nothing drawn", situation("", "A B"))
    yield case("one target, two inspectors", situation(1, "A B"), "tight")
    yield case("one post: nobody visits", situation(3, "A B", [""]), "edge")
    yield case("five targets, three inspectors", situation(5, "A B C"), "even")
    yield case("key of zeros", situation(5, "A B C", key="0" * 32), "zeros", "even")
    for n in range(1, 4):
        key = sha256(f"key {n}".encode()).hexdigest()[:32]
        yield case(
            f"the same with another key, {n}", situation(5, "A B C", key=key), "even"
        )
    yield case("two inspectors go everywhere", situation(4, "A B"), "tight")
    yield case(
        "teams of three out of three",
        situation(3, "A B C", [{"count": 3, "need": []}]),
        "tight",
        "member",
    )
    yield case("a maximum of 0 is not there", situation(3, "A B:: C::0"), "edge")
    yield case("maxima that just suffice", situation(4, "A::3 B::2 C::2 D::1"), "tight")
    yield case(
        "one far from even",
        situation(4, "A::1 B::1 C::2 D"),
        "tight",
        "even",
        comment="D goes everywhere, although that is less even than anyone would like",
    )
    yield case(
        "the only one with a tag goes everywhere",
        situation(4, "A:a B C D", ["a", ""]),
        "even",
        "twice",
        comment="A must not hold the other post as well",
    )
    yield case(
        "the tag is needed at the second post",
        situation(4, "A:a B C D", ["", "a"]),
        "even",
        "member",
    )
    yield case(
        "two with a tag, one without", situation(4, "A:a B:a C", ["a", ""]), "even"
    )
    yield case(
        "both posts need it, three have it",
        situation(3, "A:a B:a C:a D E", ["a", "a"]),
        "even",
    )
    yield case(
        "a post of two tags",
        situation(3, "A:a B:b C:a+b D:a+b E", ["a+b", "b"]),
        "even",
    )
    yield case(
        "tags in another order, twice",
        situation(
            3,
            "A:a+b B:a+b C:a",
            [{"count": 1, "need": ["b", "a", "b"]}, {"count": 1, "need": ["a"]}],
        ),
    )
    yield case(
        "a joint draw: a tag for each department",
        situation(4, "S1:sj S2:sj H1:hb H2:hb X1:xf X2:sj+xf", ["sj", "hb", "xf"]),
        "even",
    )
    yield case(
        "the specialist's other post goes to somebody else",
        situation("t1 t2", "A:s B:s:1 C", ["", "s"]),
        "twice",
        "ahead",
    )
    yield case(
        "a member changes posts within the team",
        situation(
            "t0 t1",
            "i0::2 i2:A i3:A",
            ["", "A"],
            key="c2b0e0a25581b6c90034a35a8a870dba",
        ),
        "shift",
        "member",
    )
    yield case(
        "a post is taken, and left by a shift, on two paths",
        situation(
            "t0 t1 t2",
            "i0:b+c+d:3 i1:c i2:b+c+d:2 i3:a",
            ["", "b+c+d", ""],
            conflicts="t1/i3",
            key="32e1d89d827e4be30194266f7e698dad",
        ),
        "shift",
        "member",
    )
    yield case(
        "tags that come last decide what comes first",
        situation(3, "A:x:1 B:x:1 C:x:1 D::1 E::1 F::1", ["", "x"]),
        "ahead",
        "tight",
    )
    yield case(
        "recusals that leave exactly one way",
        situation(3, "A B C D", conflicts="t1/A,B t2/C,D t3/A,C"),
        "recused",
        "tight",
    )
    yield case(
        "recusals whose ids are in no list",
        situation(3, "A B C", conflicts="t9/A t1/Z"),
        "recused",
    )
    yield case(
        "one recused from all but one",
        situation(4, "A B C", conflicts="t1/A t2/A t3/A"),
        "recused",
        "even",
    )
    yield case(
        "Chinese ids",
        situation(
            "企独浙甬总字第000001号 企独浙甬总字第000002号 〇一", "张三 李四 王五"
        ),
        "names",
    )
    yield case("ids that begin alike", situation(4, "A-1 A-10 A-2 A-1. A-1_"), "names")
    yield case(
        "ids of all lengths",
        situation("t" + " " + "t" * 64, "x " + "y" * 64 + " 0 一"),
        "names",
        "edge",
    )


def _regions() -> Iterator[Test]:
    targets = "t1@e t2@w t3@e t4@w t5@e"
    staff = "A@e B@e C@e D@w E@w F@w G@n"
    for area in ("same", "cross", "any"):
        yield Test(
            "match",
            f"area {area}",
            situation(targets, staff, area=area),
            None,
            ("region",),
        )
    yield Test(
        "match",
        "area cross, all but two at home",
        situation("t1@e t2@e t3@e", "A@e B@e C@e D@w E@w", area="cross"),
        None,
        ("region", "tight"),
    )
    yield Test(
        "match",
        "area same: regions compare by bytes",
        situation("t1@E t2@e", "A@E B@E C@e D@e", area="same"),
        None,
        ("region", "names"),
    )
    yield Test(
        "match",
        "area any: regions may be empty",
        situation("t1 t2@e", "A B@e C@w"),
        None,
        ("region",),
    )
    yield Test(
        "match",
        "area cross with tags",
        situation(targets, "A:s@e B@e C:s@w D@w E@n F:s@n", ["s", ""], area="cross"),
        None,
        ("region", "even"),
    )
    yield Test(
        "match",
        "area same, nobody in one region",
        situation("t1@e t2@w", "A@e B@e", area="same"),
        "E502",
        ("region", "alone"),
    )
    yield Test(
        "match",
        "area cross, all at home",
        situation("t1@e t2@e", "A@e B@e C@e", area="cross"),
        "E502",
        ("region", "alone"),
    )
    yield Test(
        "match",
        "area same, two regions short",
        situation(
            "t1@e t2@e t3@w t4@w t5@n", "A::1@e B@e C::1@w D@w E@n F@n", area="same"
        ),
        "E501",
        ("region", "hall"),
    )
    yield Test(
        "match",
        "area cross, those from elsewhere are too few",
        situation("t1@e t2@e t3@e t4@w", "A@e B@e C::2@w D@w", area="cross"),
        "E501",
        ("region", "hall"),
    )


def _shortages() -> Iterator[Test]:
    def case(name: str, given: dict[str, Any], *flags: str, comment: str = "") -> Test:
        return Test("match", name, given, "E501", ("hall", *flags), comment)

    yield case("maxima one short", situation(4, "A::3 B::2 C::2"), "tight")
    yield case(
        "maxima enough, but not on different targets",
        situation(3, "A::9 B::1 C::1"),
        "twice",
        comment="11 in sum, 6 wanted; A can hold only 3 of them",
    )
    yield case(
        "one specialist, maximum 2, three targets",
        situation(3, "A:s:2 B C D", ["s", ""]),
    )
    yield case(
        "two tags short at once",
        situation(4, "A:s:3 B:r:2 C D E", ["s", "r", ""]),
        comment="two shortages that have nothing in common",
    )
    yield case(
        "specialists needed in both posts",
        situation(3, "A:s:2 B:s:2 C:s:1 D E", ["s", "s"]),
    )
    yield case(
        "two targets left to the same two",
        situation(4, "A::1 B::1 C D", conflicts="t1/C,D t2/C,D"),
        "recused",
    )
    yield case(
        "recusals tie three targets to one inspector",
        situation(5, "A::2 B C D", conflicts="t1/B,C t2/B,D t3/C,D"),
        "recused",
    )
    yield case(
        "chain of tags",
        situation(3, "A:a B:a+b:2 C:a+b+c:2 D:a+b+c:1", ["a", "b", "c"]),
    )
    yield case(
        "two sets that meet only within a team",
        situation(
            "t0 t1",
            "i0:b:1 i1:a+b:2 i2:a:1 i3::2",
            ["b", "a", "a+b", ""],
            key="acf305afbd8811259ef392e16a618b32",
        ),
        "member",
    )
    yield case("all at one post each", situation(2, "A::1 B::1 C::1"))
    yield case(
        "a hundred inspectors with a maximum of 0",
        situation(2, "A::1 B::1 C::1 " + " ".join(f"X{n}::0" for n in range(100))),
    )


def _alone() -> Iterator[Test]:
    def case(name: str, given: dict[str, Any], *flags: str) -> Test:
        return Test("match", name, given, "E502", ("alone", *flags))

    yield case("no inspectors", situation(2, ""), "nobody")
    yield case("one inspector for two posts", situation(2, "A"), "twice")
    yield case("all maxima are 0", situation(2, "A::0 B::0 C::0"), "nobody", "edge")
    yield case("nobody has the tag", situation(2, "A:a B:a C", ["a", "b"]), "nobody")
    yield case(
        "the only one with the tag has a maximum of 0",
        situation(2, "A:a:0 B C", ["a", ""]),
        "nobody",
        "edge",
    )
    yield case(
        "one target recused from all",
        situation(3, "A B C", conflicts="t2/A,B,C"),
        "recused",
        "nobody",
    )
    yield case(
        "one target recused from all but one",
        situation(3, "A B C", conflicts="t3/A,C"),
        "recused",
        "twice",
    )
    yield case(
        "everybody recused everywhere",
        situation(2, "A B", conflicts="t1/A,B t2/A,B"),
        "recused",
        "nobody",
    )
    yield case(
        "the same person has both tags", situation(1, "A:a+b B C", ["a", "b"]), "twice"
    )
    yield case(
        "three posts, two of them for the same two",
        situation(2, "A:a B:b C D", ["a+b", "a", "b"]),
        "nobody",
    )
    yield case(
        "more posts than inspectors",
        situation(2, "A B C", [{"count": 4, "need": []}]),
        "edge",
        "twice",
    )
    yield case(
        "as many posts as a number can say",
        situation(1, "A B", [{"count": 30, "need": []}]),
        "edge",
    )


def _refused() -> Iterator[Test]:
    flags = ("edge",)
    yield Test("match", "a target twice", situation("t1 t2 t1", "A B C"), "E503", flags)
    yield Test("match", "an inspector twice", situation(2, "A B A::1"), "E503", flags)


def _random() -> Iterator[Test]:
    for number in range(60):
        yield Test("match", f"random {number}", chance(number), UNKNOWN, ("random",))


def chance(number: int) -> dict[str, Any]:
    """Return a case made from a number: the odd ones wider, the even ones small."""
    used = 0

    def below(n: int) -> int:
        nonlocal used
        used += 1
        digest = sha256(f"matching {number} {used}".encode()).digest()
        return int.from_bytes(digest[:8], "big") % n

    def some(tags: str, out_of: int) -> list[str]:
        return [tag for tag in tags if below(out_of) == 0]

    wide = number % 2 == 1
    area = ("any", "any", "same", "cross")[below(4)]
    team = 2 + below(2)
    count = 4 + below(4) if wide else 1 + below(6 // team)
    staff = team + 3 + below(5) if wide else team + below(3)
    return {
        "key": sha256(f"key of {number}".encode()).hexdigest()[:32],
        "targets": [[f"t{n}", "eeeew"[below(5)]] for n in range(count)],
        "posts": [{"count": 1, "need": some("ab", 3)} for _ in range(team)],
        "inspectors": [
            [
                f"i{n}",
                ("w" if area == "cross" else "e") if below(5) else "ewn"[below(3)],
                ["a", "b"] if below(4) else some("abc", 2),
                None if below(3) == 0 else 1 + below(2 if wide else 4),
            ]
            for n in range(staff)
        ],
        "area": area,
        "conflicts": [
            [f"t{t}", f"i{i}"]
            for t in range(count)
            for i in range(staff)
            if below(12) == 0
        ],
    }


def _unstaffable() -> Iterator[Test]:
    def case(
        name: str, given: dict[str, Any], *flags: str, error: str | None = "E502"
    ) -> Test:
        return Test("unstaffable", name, given, error, ("alone", *flags))

    yield case(
        "none", situation(4, "A B C", conflicts="t1/A t2/B t3/C"), "recused", error=None
    )
    yield case("no targets, no inspectors", situation("", ""), "edge", error=None)
    yield case(
        "all together would be too much, each alone is not",
        situation(4, "A::1 B::1"),
        "hall",
        error=None,
    )
    yield case(
        "a maximum of 1 is enough", situation(2, "A::1 B C::0"), "edge", error=None
    )
    yield case("a maximum of 0 is not", situation(2, "A::0 B C::0"), "edge")
    yield case(
        "recusing everybody shields a firm",
        situation(3, "A B C", conflicts="t2/A,B,C"),
        "recused",
    )
    yield case(
        "recusing all but one",
        situation(3, "A B C", conflicts="t1/A,B t3/B,C"),
        "recused",
    )
    yield case(
        "recusing the only one with the tag",
        situation(3, "A:s B C D", ["s", ""], conflicts="t3/A"),
        "recused",
    )
    yield case(
        "recusing one of two who would have to be one",
        situation(3, "A:s B:s C:s+r D", ["s", "r"], conflicts="t2/A,B"),
        "recused",
        "twice",
    )
    yield case(
        "a region of its own",
        situation("t1@e t2@w t3@e", "A@e B@e C@w", area="same"),
        "region",
    )
    yield case(
        "nobody from elsewhere",
        situation("t1@e t2@w t3@e", "A@e B@e C@w D@e", area="cross"),
        "region",
    )
    yield case("all of them, in their order", situation("z a m", "A"), "names")


def _substitutes() -> Iterator[Test]:
    team = {"1": "A", "2": "B"}
    held = {"A": 2, "B": 2, "C": 1, "D": 1, "E": 2}

    def case(
        name: str,
        staff: str,
        *flags: str,
        error: str | None = None,
        posts: list[str] | None = None,
        **more: Any,
    ) -> Test:
        area, conflicts = more.pop("area", "any"), more.pop("conflicts", "")
        base = situation("t1@e", staff, posts, area=area, conflicts=conflicts)
        given = {"target": "t1", "post": 1, "team": team, "held": held}
        return Test("substitute", name, base | given | more, error, flags)

    yield case("the fewest posts", "A B C E F::", "even")
    yield case("ties by ticket for the target", "A B C D E", "even")
    for n in (2, 3):
        yield case(
            f"ties with another key, {n}",
            "A B C D E",
            "even",
            key=sha256(f"key {n}".encode()).hexdigest()[:32],
        )
    yield case("who holds nothing yet comes first", "A B C D E Z", "even")
    yield case(
        "not somebody of the team", "A B C", "member", held={"A": 9, "B": 0, "C": 9}
    )
    yield case("not one at the maximum", "A B C::1 D::1 E", "tight")
    yield case("one below the maximum", "A B C::2 E", "edge")
    yield case("a maximum of 0", "A B C::0 E", "edge", held={})
    yield case("not one who is recused", "A B C D E", "recused", conflicts="t1/C,D")
    yield case("a recusal of another target", "A B C E", "recused", conflicts="t2/C")
    yield case("only with the tag of this post", "A:s B C D E:s", posts=["s", ""])
    yield case("the other post needs no tag", "A:s B C E:s", posts=["s", ""], post=2)
    yield case("from the same region", "A@e B@e C@w D@w E@e", "region", area="same")
    yield case("from another region", "A@w B@w C@e D@e E@w", "region", area="cross")
    yield case("one alone is left of the team", "A B C D", "member", team={"2": "B"})
    yield case("nobody else", "A B", "none-left")
    yield case(
        "all others recused", "A B C D", "none-left", "recused", conflicts="t1/C,D"
    )
    yield case("all others at their maximum", "A B C::1 D::1", "none-left", "tight")
    yield case("no such post", "A B C", "edge", error="E504", post=3)
    yield case("post 0", "A B C", "edge", error="E504", post=0)
    yield case("an inspector twice", "A B C C", "edge", error="E503")
