"""Cases for draw.json: tickets, seeds, values, quotas, selections.

Border: no hash is written here by hand; ``oracle_draw`` computes what is expected, and
must agree with each ``error`` named here. Salts, secrets and keys are for tests only.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTES = {
    "zeros": "A seed, key or commitment of zeros is a value like any other.",
    "twins": "Two strings that look alike: writers normalise to NFC, readers never do.",
    "edge": "At the very limit of what is allowed, or one step beyond it.",
    "tie": "Equal remainders: the stratum listed first.",
    "exempt": "No one may be exempt: a quota of 0 in a stratum with rows is refused.",
    "weighted": "Several tickets a row: the lowest counts.",
    "editor": "What editors and spreadsheets do to a file that was only looked at.",
    "injection": "A value that would be read as something else by a careless program.",
    "several-ways": "The same value, written in another way: there is only one way.",
    "unknown": "Legal, but not known to version 1: never agrees, always not checked.",
    "private": "Private strata: key and list salted, strata behind the salt.",
}

KEY = "0123456789abcdef0123456789abcdef"
ZEROS = "0" * 32
SALT = "f" * 32
T1 = "91330000EXAMPLE017"


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    id: str
    input: dict[str, Any]
    error: str | None = None
    flags: tuple[str, ...] = ()
    comment: str = ""


def cases() -> Iterator[Case]:
    yield from _tickets()
    yield from _seeds()
    yield from _values()
    yield from _quotas()
    yield from _selections()


def _tickets() -> Iterator[Case]:
    for name, key, target, tickets, flags in (
        ("one ticket", KEY, T1, 1, ()),
        ("two tickets, the second lower", KEY, T1, 2, ("weighted",)),
        ("ninety-nine tickets", KEY, T1, 99, ("weighted", "edge")),
        ("an id in ideographs", KEY, "企独浙甬总字第000001号", 1, ()),
        ("an id of one character", KEY, "〇", 1, ("edge",)),
        ("the longest id, in ideographs", KEY, "检" * 64, 3, ("edge", "weighted")),
        ("a key of zeros", ZEROS, T1, 1, ("zeros",)),
        ("lower case is another id", KEY, T1.lower(), 1, ()),
    ):
        given = {"key": key, "id": target, "tickets": tickets}
        yield Case("ticket", name, given, None, flags)
    for name, key, target in (
        ("order", KEY, T1),
        ("order, an id in ideographs", KEY, "企独浙甬总字第000001号"),
        ("order, a key of zeros", ZEROS, T1),
    ):
        yield Case("order", name, {"key": key, "id": target})


def _seeds() -> Iterator[Case]:
    zeros = "dualrandom/1\n" + "0" * 64 + "\n"
    dice = "dice 63454660390103169462\n"
    party = f"sealed 县纪委监委 {'a' * 64}\n"
    for name, text, error in (
        ("dice after a commitment of zeros", zeros + dice, None),
        ("two sources", zeros + party + dice, None),
        ("the same two in the other order", zeros + dice + party, None),
        ("no source", zeros, "E601"),
        ("no last LF", zeros + dice.strip(), "E601"),
        ("an empty line at the end", zeros + dice + "\n", "E601"),
        ("an empty line between", zeros + "\n" + dice, "E601"),
        ("CR LF", (zeros + dice).replace("\n", "\r\n"), "E601"),
        ("a byte order mark", "\ufeff" + zeros + dice, "E601"),
        ("another protocol", zeros.replace("/1", "/2") + dice, "E601"),
        ("an upper-case commitment", zeros.replace("0" * 64, "A" * 64) + dice, "E601"),
        ("a commitment of 63", zeros.replace("0" * 64, "0" * 63) + dice, "E601"),
        ("a space after the commitment", zeros[:-1] + " \n" + dice, "E601"),
        ("nothing", "", "E601"),
    ):
        flags = ("editor",) if name in ("CR LF", "a byte order mark") else ()
        yield Case("seed", name, {"text": text}, error, flags)
    bad = (zeros + dice).encode() + b"\xff\n"
    yield Case("seed", "not UTF-8", {"hex": bad.hex()}, "E601")
    for name, salt in (("public strata", None), ("salted strata", SALT)):
        yield Case(
            "key", name, {"seed": "fb39e99bf9015252d077aee56a202262", "salt": salt}
        )
    yield Case("key", "zeros", {"seed": ZEROS, "salt": ZEROS}, None, ("zeros",))
    for name, draw, who, secret in (
        ("a party's secret", "2026-017", "县纪委监委", "a" * 64),
        ("a secret of zeros", "2026-017", "A", "0" * 64),
        ("another draw, the same secret", "2026-018", "县纪委监委", "a" * 64),
    ):
        given = {"draw": draw, "party": who, "secret": secret}
        yield Case("commitment", name, given)
    for file in ("selected.tsv", "reserves.tsv", "drawn.tsv", "teams.tsv"):
        yield Case("drawn_salt", file, {"salt": SALT, "name": file})


def _values() -> Iterator[Case]:
    draw, secret, chain = "2026-017", "a" * 64, "52db9ba7" + "0" * 56
    bound = sha256(f"{draw} 县纪委监委 {secret}".encode()).hexdigest()
    sources: dict[str, dict[str, Any]] = {
        "drand": {"kind": "drand", "chain": chain, "round": 34112212},
        "nist": {"kind": "nist", "chain": 2, "pulse": 1853311},
        "ssq": {"kind": "lottery", "game": "ssq", "issue": "2026135"},
        "dlt": {"kind": "lottery", "game": "dlt", "issue": "26135"},
        "sealed": {"kind": "sealed", "party": "县纪委监委", "commitment": bound},
        "dice": {"kind": "dice", "count": 20},
        "local": {"kind": "local"},
    }
    drand, ssq = f"drand {chain} 34112212 ", "lottery ssq 2026135 "
    dlt = "lottery dlt 26135 "
    h64, h128 = "9f1d" * 16, "9f1d" * 32
    for source, name, line, error in (
        ("drand", "drand", drand + h64, None),
        ("drand", "drand, 63 characters", drand + h64[1:], "E603"),
        ("drand", "drand, 65 characters", drand + h64 + "0", "E603"),
        ("drand", "drand, upper case", drand + h64.upper(), "E603"),
        ("drand", "drand, a space behind", drand + h64 + " ", "E603"),
        ("drand", "drand, two spaces before", drand + " " + h64, "E603"),
        ("drand", "drand, another round", drand.replace("12 ", "13 ") + h64, "E602"),
        ("drand", "drand, a round with a zero", drand.replace(" 3", " 03") + h64, "E602"),
        ("drand", "drand, without its round", f"drand {chain} {h64}", "E602"),
        ("drand", "drand announced, dice given", "dice " + "1" * 20, "E602"),
        ("nist", "nist", "nist 2 1853311 " + h128, None),
        ("nist", "nist, upper case as published", "nist 2 1853311 " + h128.upper(), "E603"),
        ("nist", "nist, 64 characters", "nist 2 1853311 " + h64, "E603"),
        ("nist", "nist, another pulse", "nist 2 1853312 " + h128, "E602"),
        ("ssq", "ssq", ssq + "03.09.11.20.25.31+07", None),
        ("ssq", "ssq, the highest balls", ssq + "28.29.30.31.32.33+16", None),
        ("ssq", "ssq, the lowest balls", ssq + "01.02.03.04.05.06+01", None),
        ("ssq", "ssq, a ball of 34", ssq + "03.09.11.20.25.34+07", "E603"),
        ("ssq", "ssq, a blue ball of 17", ssq + "03.09.11.20.25.31+17", "E603"),
        ("ssq", "ssq, a ball of 00", ssq + "00.09.11.20.25.31+07", "E603"),
        ("ssq", "ssq, one digit", ssq + "3.09.11.20.25.31+07", "E603"),
        ("ssq", "ssq, descending", ssq + "09.03.11.20.25.31+07", "E603"),
        ("ssq", "ssq, a ball twice", ssq + "03.03.11.20.25.31+07", "E603"),
        ("ssq", "ssq, five balls", ssq + "03.09.11.20.25+07", "E603"),
        ("ssq", "ssq, no blue ball", ssq + "03.09.11.20.25.31", "E603"),
        ("ssq", "ssq, spaces", ssq + "03 09 11 20 25 31+07", "E603"),
        ("ssq", "ssq, full-width digits", ssq + "０３.09.11.20.25.31+07", "E603"),
        ("ssq", "ssq, another issue", ssq.replace("35", "36") + "03.09.11.20.25.31+07",
         "E602"),
        ("dlt", "dlt", dlt + "01.02.03.34.35+11.12", None),
        ("dlt", "dlt, six balls as in ssq", dlt + "03.09.11.20.25.31+07", "E603"),
        ("dlt", "dlt, a back ball of 13", dlt + "01.02.03.34.35+11.13", "E603"),
        ("sealed", "sealed", f"sealed 县纪委监委 {secret}", None),
        ("sealed", "sealed, another secret", f"sealed 县纪委监委 {'b' * 64}", "E605"),
        ("sealed", "sealed, upper case", f"sealed 县纪委监委 {'A' * 64}", "E603"),
        ("sealed", "sealed, another party", f"sealed 县纪委 {secret}", "E602"),
        ("dice", "dice", "dice 63454660390103169462", None),
        ("dice", "dice, all zeros", "dice " + "0" * 20, None),
        ("dice", "dice, one too few", "dice " + "1" * 19, "E604"),
        ("dice", "dice, one too many", "dice " + "1" * 21, "E604"),
        ("dice", "dice, grouped", "dice 63454 66039 01031 69462", "E603"),
        ("dice", "dice, a letter O", "dice O3454660390103169462", "E603"),
        ("dice", "dice, full-width digits", "dice " + "１" * 20, "E603"),
        ("dice", "dice, none", "dice ", "E603"),
        ("dice", "dice, a CR behind", "dice 63454660390103169462\r", "E603"),
        ("dice", "dice in capitals", "DICE 63454660390103169462", "E602"),
        ("dice", "dice, a tab before", "dice\t63454660390103169462", "E602"),
        ("local", "local", "local " + h64, None),
        ("local", "local, zeros", "local " + "0" * 64, None),
        ("local", "local, 32 characters", "local " + h64[:32], "E603"),
    ):  # fmt: skip
        given = {"draw": draw, "source": sources[source], "line": line}
        flags = ("zeros",) if "zeros" in name else ()
        yield Case("value", name, given, error, flags)


def _stratum(name: str, rows: int, quota: Any = None) -> dict[str, Any]:
    out: dict[str, Any] = {"name": name, "rows": rows}
    if isinstance(quota, int):
        out["quota"] = {"count": quota}
    elif quota is not None:
        ratio, rounding = quota.split(" ")
        out["quota"] = {"ratio": ratio, "round": rounding}
    return out


def _quotas() -> Iterator[Case]:
    for name, rows, quota, total, error, *flags in (
        ("a count", (10,), 3, None, None),
        ("exactly n", (10,), 10, None, None, "edge"),
        ("above n takes all", (10,), 11, None, None, "edge"),
        ("1 of 1", (1,), 1, None, None, "edge"),
        ("not less than 3 in 100 of 101: 4", (101,), "3/100 up", None, None),
        ("not more than 3 in 100 of 101: 3", (101,), "3/100 down", None, None),
        ("3 in 100 of 100, up: exactly 3", (100,), "3/100 up", None, None, "edge"),
        ("3 in 100 of 100, down: exactly 3", (100,), "3/100 down", None, None, "edge"),
        ("1/3 of 3, up: no float makes it 2", (3,), "1/3 up", None, None, "edge"),
        ("the smallest ratio, up", (5,), "1/999999 up", None, None, "edge"),
        ("the smallest ratio, down", (5,), "1/999999 down", None, "E402", "exempt"),
        ("all", (7,), "1/1 down", None, None, "edge"),
        ("beyond a double's integers", (9007199254740991,), "999998/999999 down", None,
         None, "edge"),
        ("two strata, each its own", (101, 50), "1/10 up", None, None),
        ("an empty stratum beside another", (101, 0), "1/10 up", None, None, "edge"),
        ("an empty stratum with a count", (101, 0), 2, None, None, "edge"),
        ("rounded down to 0", (101, 9), "1/10 down", None, "E402", "exempt"),
        ("no rows at all", (0,), 1, None, "E401", "exempt"),
        ("no rows in two strata", (0, 0), "1/10 up", None, "E401", "exempt"),
        ("total, shares are whole", (60, 30, 10), None, 10, None),
        ("total, the largest remainder first", (55, 30, 15), None, 5, None),
        ("total, two equal remainders", (50, 50), None, 3, None, "tie"),
        ("total, three equal remainders, two seats", (10, 10, 10), None, 5, None, "tie"),
        ("total, a tie after a larger one", (14, 7, 7), None, 6, None, "tie"),
        ("total, a stratum would get 0", (97, 3), None, 10, "E402", "exempt"),
        ("total, an empty stratum gets none", (50, 0, 50), None, 3, None, "edge"),
        ("total, exactly n", (3, 4), None, 7, None, "edge"),
        ("total, above n takes all", (3, 4), None, 8, None, "edge"),
        ("total of 1, one stratum", (3,), None, 1, None, "edge"),
        ("total of 1, two strata", (3, 3), None, 1, "E402", "exempt"),
        ("total, no rows", (0, 0), None, 1, "E401", "exempt"),
        ("total, large numbers stay exact", (9007199254740991, 9007199254740990), None,
         9007199254740991, None, "edge"),
    ):  # fmt: skip
        strata = [_stratum(f"s{i}", n, quota) for i, n in enumerate(rows)]
        given = {"strata": strata, "total": total}
        yield Case("quotas", name, given, error, tuple(flags))


def _selections() -> Iterator[Case]:
    plain = [[f"T-{i:02d}", "all", 1] for i in range(1, 13)]
    mixed = [[f"T-{i:02d}", "east" if i % 3 else "west", 1] for i in range(1, 13)]
    heavy = [[f"T-{i:02d}", "all", 1 + i % 4] for i in range(1, 13)]
    chinese = [[f"企字第{n}号", "all", 1] for n in "〇一二三四五六"]
    one = [_stratum("all", 12, "1/4 up")]
    two = [_stratum("east", 8, 2), _stratum("west", 4, "1/2 down")]
    swapped = [two[1], two[0]]
    shared = [_stratum("east", 8), _stratum("west", 4)]
    for name, key, rows, strata, total, reserves, error, *flags in (
        ("3 of 12", KEY, plain, one, None, None, None),
        ("the same, rows in another order", KEY, plain[::-1], one, None, None, None),
        ("a key of zeros", ZEROS, plain, one, None, None, None, "zeros"),
        ("two strata with reserves", KEY, mixed, two, None, "1/2", None),
        ("strata announced the other way round", KEY, mixed, swapped, None, "1/2", None),
        ("a total of 5", KEY, mixed, shared, 5, "1/10", None),
        ("several tickets", KEY, heavy, one, None, "1/1", None, "weighted"),
        ("reserves as far as rows last", KEY, plain, [_stratum("all", 12, 10)], None,
         "1/1", None, "edge"),
        ("all 12, no reserve left", KEY, plain, [_stratum("all", 12, 12)], None, "1/2",
         None, "edge"),
        ("13 of 12: all", KEY, plain, [_stratum("all", 12, 13)], None, None, None, "edge"),
        ("ids in ideographs", KEY, chinese, [_stratum("all", 7, 3)], None, "1/3", None),
        ("an empty stratum", KEY, plain, [*one, _stratum("none", 0, 1)], None, None, None,
         "edge"),
        ("a stratum that nobody announced", KEY, mixed, [two[0]], None, None, "E403"),
        ("fewer rows than announced", KEY, plain[1:], one, None, None, "E403"),
        ("more rows than announced", KEY, [*plain, ["T-13", "all", 1]], one, None, None,
         "E403"),
        ("a stratum comes out 0", KEY, mixed, [two[0], _stratum("west", 4, "1/5 down")],
         None, None, "E402", "exempt"),
        ("nothing to draw from", KEY, [], [_stratum("all", 0, 1)], None, None, "E401",
         "exempt"),
    ):  # fmt: skip
        given = {
            "key": key,
            "rows": rows,
            "strata": strata,
            "total": total,
            "reserves": reserves,
        }
        yield Case("select", name, given, error, tuple(flags))
