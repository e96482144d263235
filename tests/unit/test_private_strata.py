"""What everyone can learn of risk classes from a published draw with private strata.

Two worlds with the same lists, in which other targets have the classes, look the same
from outside, but for whom the draw took. Somebody who tries finds no more than that.

What remains is measured here too: sizes of files tell how many digits the numbers of the
classes have, and how many reserves there are. They tell nothing of a single target.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.announcement import (
    Announcement,
    Item,
    RegistryState,
    Task,
    due_visibility,
)
from dualrandom.canonical import sha256
from dualrandom.disclosure import public_part
from dualrandom.documents import announcement_bytes
from dualrandom.freeze import check_lists, freeze_files, gather
from dualrandom.model import Area, Post, Quota, Ratio, Rounding
from dualrandom.office.outcome import RESULT, make, read_frozen
from dualrandom.randomness import Dice
from tests.clerk import inspector, target, task
from tests.refusals import DICE

if TYPE_CHECKING:
    from collections.abc import Iterable

TOTAL = 240
RATES = {"A": "5/100", "B": "10/100", "C": "15/100", "D": "30/100"}
COUNTS = (("A", 120), ("B", 60), ("C", 40), ("D", 20))
PUBLIC = {
    "announcement.json", "targets.tsv", "drawn.tsv", "seed.txt", "randomness.json",
    "result.json",
}  # fmt: skip
PEOPLE = [inspector(n, max=None) for n in range(10, 22)]
FIRST = 100
"""All ids have the same length: how long a name is, is no secret of a class."""


def up(rate: str) -> Quota:
    p, q = map(int, rate.split("/"))
    return Quota(ratio=Ratio(p=p, q=q), round=Rounding.UP)


def classes(counts: Iterable[tuple[str, int]], shuffle: str = "") -> tuple[str, ...]:
    """Return a class for each target, dealt out by hashes."""
    dealt = [name for name, count in counts for _ in range(count)]
    order = sorted(range(len(dealt)), key=lambda n: sha256(f"{shuffle} {n}".encode()))
    return tuple(dealt[n] for n in order) if shuffle else tuple(dealt)


@cache
def world(risks: tuple[str, ...], by: str = "risk") -> dict[str, bytes]:
    """Return all files of a draw in which the targets have these classes."""
    what = task(
        "P-1",
        scope="",
        strata_by=by,
        quotas=tuple((name, up(rate)) for name, rate in RATES.items()),
        tickets=(),
        posts=(Post(count=2, need=()),),
        reserves=Ratio(p=1, q=2),
    )
    # Strata by kind are public: the same draw, with every ticket for all to see.
    made = [
        target(n, risk=c, kind=c if by == "kind" else "食品")
        for n, c in enumerate(risks, FIRST)
    ]
    lists = gather(
        what,
        directory=sorted(made, key=lambda pair: pair[0].id),
        inspectors=PEOPLE,
        recusals=(),
        in_scope=lambda *_: True,
        today=dt.date(2026, 11, 20),
    )
    check_lists(what, lists)
    visibility = due_visibility(sealed=False, private=lists.private)
    salts = iter(range(1, 100))
    files: dict[str, bytes] = {}
    digests = freeze_files(
        lists,
        visibility=visibility,
        sealed=False,
        entropy=lambda n: next(salts).to_bytes(n, "big"),
        write=lambda name, data: files.update({name: b"".join(data)}),
    )
    day = "2026-12-01"
    announcement = Announcement(
        draw="P-1", office="示例局", title="例",
        announced="2026-11-20T01:00:00Z", due="2026-11-27T01:00:00Z",
        task=Task(id="P-1", plan="", type="定向", scope="", start=day, end=day, rules="3" * 64),
        items=(Item(code="SP-03", version=1, name="例", basis="例"),),
        registry=RegistryState(seq=1, targets="1" * 64, inspectors="2" * 64),
        files=digests, visibility=tuple(sorted(visibility.items())),
        excluded=lists.excluded, strata=None if lists.private else lists.strata,
        strata_private=lists.private, posts=what.posts, area=Area.ANY,
        randomness=(Dice(count=20),), software="x", reserves=what.reserves,
    )  # fmt: skip
    data = announcement_bytes(announcement)
    files["announcement.json"] = data
    frozen = read_frozen(files, sha256(data), "P-1")
    drawn = make(frozen, [f"dice {DICE}"], [{}])
    files |= {**drawn.files, RESULT: drawn.result}
    return {k: v for k, v in files.items() if k != "inspectors.tsv"} | {
        "public": json.dumps(
            sorted(n for n in files if public_part(announcement, n))
        ).encode()
    }


def seen(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: files[name] for name in json.loads(files["public"])}


def ids(files: dict[str, bytes]) -> list[str]:
    return files["drawn.tsv"].decode().split("\n")[1:-1]


def test_nothing_is_shown_but_the_lists_of_names() -> None:
    made = world(classes(COUNTS, "one"))
    assert set(seen(made)) == PUBLIC
    told = json.loads(made["announcement.json"])
    assert told["strata_private"] is True
    assert not {"strata", "total"} & set(told)
    # Names come by id: neither order, rank nor ticket is anywhere.
    assert ids(made) == sorted(ids(made))
    every = b"".join(seen(made).values())
    for row in made["selected.tsv"].decode().split("\n")[2:-1]:
        assert row.split("\t")[4].encode() not in every
    assert not re.search(rb"s[1-4]\b", every), "no stratum's name"


def masked(files: dict[str, bytes]) -> dict[str, Any]:
    """Return what everyone sees, without digests and names of whom was drawn."""
    shown = {}
    for name, data in seen(files).items():
        text = re.sub(rb"[0-9a-f]{64}", b"#", data).decode()
        shown[name] = text if name != "drawn.tsv" else len(ids(files))
    return shown


def test_classes_dealt_otherwise_look_the_same_from_outside() -> None:
    first = masked(world(classes(COUNTS, "one")))
    drawn = {tuple(ids(world(classes(COUNTS, "one"))))}
    for shuffle in ("two", "three", "four"):
        other = world(classes(COUNTS, shuffle))
        assert masked(other) == first
        drawn.add(tuple(ids(other)))
    assert len(drawn) == 4, "and yet other targets were drawn"


def guess(by: str) -> float:
    """Return the mean ticket, from 0 to 1, of the undrawn targets of class D.

    Tickets are made from what everyone has: the seed.
    """
    found = []
    for number in range(12):
        risks = classes(COUNTS, f"guess {number}")
        made = world(risks, by)
        key = hashlib.sha256(made["seed.txt"]).hexdigest()[:32]
        for n, risk in enumerate(risks, FIRST):
            if risk == "D" and f"T-{n}" not in ids(made):
                digest = hashlib.sha256(f"{key},T-{n}".encode()).digest()
                found.append(int.from_bytes(digest[:4], "big") / 2**32)
    return sum(found) / len(found)


def test_the_seed_says_nothing_of_who_has_which_class() -> None:
    """With public tickets, whoever was not drawn at 30 % has a high one: D is seen."""
    assert guess("kind") > 0.58
    assert abs(guess("risk") - 0.5) < 0.07


@pytest.mark.parametrize("worst", [20, 24, 28])
def test_what_sizes_tell_are_digits_of_whole_classes(worst: int) -> None:
    """Of single targets they tell nothing: classes may be dealt out in any way.

    Numbers with as many digits, drawn and reserved in as many digits, look alike.
    """
    base = (("A", 120), ("B", 60), ("C", 40 - (worst - 20)), ("D", worst))
    one, other = world(classes(base, "a")), world(classes(base, "b"))
    told = [
        json.loads(made["announcement.json"])["files"]["strata.tsv"]["bytes"]
        for made in (one, other)
    ]
    assert told[0] == told[1]
    usual = world(classes(COUNTS, "one"))
    same = json.loads(usual["announcement.json"])["files"]["strata.tsv"]["bytes"]
    assert told[0] == same, "20 or 28 of the worst class: the same size"
