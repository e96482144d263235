"""Announcements for draw.json: one that is legal, and what one change makes of it.

``set`` puts a value at a dotted path (numbers are places in an array), ``remove``
takes a field away. The file is then the canonical JSON of the whole, and one LF.

- ``error``: refused, with the code.
- ``unknown``: legal, but these fields keep a verifier of version 1 from agreeing.
"""

from __future__ import annotations

import copy
from typing import Any

import oracle_draw as oracle

_HEX = "9f1d" * 16
_FILES = (
    "conflicts.tsv",
    "exclusions.tsv",
    "inspector-exclusions.tsv",
    "inspectors.tsv",
    "strata.tsv",
    "targets.tsv",
)
_CHAIN = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"

BASE: dict[str, Any] = {
    "protocol": "dualrandom/1",
    "draw": "2026-017",
    "office": "示例市市场监督管理局",
    "title": "2026年第17号抽查任务",
    "announced": "2026-11-20T01:00:00Z",
    "due": "2026-11-27T01:00:00Z",
    "task": {
        "id": "2026-017",
        "plan": "2026-03",
        "type": "定向",
        "scope": "kind = 食品经营",
        "from": "2026-12-01",
        "to": "2026-12-31",
        "rules": _HEX,
    },
    "items": [
        {
            "code": "SP-03",
            "version": 4,
            "name": "食品经营监督检查",
            "basis": "《食品安全法》第一百一十条",
        }
    ],
    "registry": {"seq": 412, "targets": _HEX, "inspectors": _HEX},
    "files": {
        name: {"rows": rows, "bytes": 512, "sha256": _HEX}
        for name, rows in zip(_FILES, (3, 190, 0, 6, 12, 12), strict=True)
    },
    "visibility": {
        name: "public" if name in ("targets.tsv", "strata.tsv") else "supervisors"
        for name in _FILES
    },
    "excluded": [{"list": "targets", "reason": "注销", "count": 190}],
    "strata": [
        {"name": "east", "rows": 9, "quota": {"ratio": "3/100", "round": "up"}},
        {"name": "west", "rows": 3, "quota": {"count": 2}},
    ],
    "posts": [{"count": 2, "need": ["执法证"]}],
    "area": "any",
    "randomness": [{"kind": "dice", "count": 20}],
    "software": "dualrandom 0.1.0",
}

_DRAND = {"kind": "drand", "chain": _CHAIN, "round": 34112212}
_SEALED = {"kind": "sealed", "party": "县纪委监委", "commitment": _HEX}
_SEAL = {
    "release": "2027-01-05",
    "visibility.targets.tsv": "sealed",
    "visibility.strata.tsv": "sealed",
    "files.targets.tsv.root": _HEX,
}
_HIDE = {"strata_private": True, "visibility.strata.tsv": "supervisors"}
_PLAIN = [{"name": "east", "rows": 9}, {"name": "west", "rows": 3}]


def changed(changes: dict[str, Any], removed: tuple[str, ...]) -> dict[str, Any]:
    """Return the base announcement with the changes made."""
    out = copy.deepcopy(BASE)
    for path, value in changes.items():
        node, field = _find(out, path)
        node[field] = value
    for path in removed:
        node, field = _find(out, path)
        del node[field]
    return out


def _find(top: Any, path: str) -> tuple[Any, Any]:
    """Return the container of a dotted path; names of files keep their dot."""
    parts = path.replace(".tsv", "\0tsv").split(".")
    steps = [int(p) if p.isdigit() else p.replace("\0", ".") for p in parts]
    for step in steps[:-1]:
        top = top[step]
    return top, steps[-1]


def _legal() -> list[tuple[str, dict[str, Any], tuple[str, ...], tuple[str, ...]]]:
    quota = "strata.0.quota"
    return [
        ("as it is", {}, (), ()),
        ("plan and scope empty", {"task.plan": "", "task.scope": ""}, (), ()),
        (
            "nothing excluded",
            {"excluded": [], "files.exclusions.tsv.rows": 0},
            (),
            (),
        ),
        ("a ratio of 1/1", {f"{quota}.ratio": "1/1"}, (), ()),
        ("the largest ratio", {f"{quota}.ratio": "999999/999999"}, (), ()),
        ("reserves", {"reserves": {"ratio": "1/10"}}, (), ()),
        ("a total", {"strata": _PLAIN, "total": 3}, (), ()),
        ("a root in an open draw", {"files.targets.tsv.root": _HEX}, (), ()),
        ("sealed", _SEAL, (), ()),
        ("private strata", _HIDE, ("strata",), ()),
        (
            "sealed, private strata",
            {**_SEAL, **_HIDE},
            ("strata",),
            (),
        ),
        ("a post that needs nothing", {"posts.0.need": []}, (), ()),
        (
            "two departments",
            {"posts": [{"count": 1, "need": [tag]} for tag in ("市监", "城管")]},
            (),
            (),
        ),
        (
            "one post off site",
            {"posts.0.count": 1, "off_site": "书面检查"},
            (),
            (),
        ),
        ("same region", {"area": "same"}, (), ()),
        (
            "another draw came before",
            {"supersedes": {"draw": "2026-016", "reason": "staffing"}},
            (),
            (),
        ),
        ("21 dice", {"randomness.0.count": 21}, (), ()),
        ("drand and a party", {"randomness": [_SEALED, _DRAND]}, (), ()),
        ("local alone", {"randomness": [{"kind": "local"}]}, (), ()),
        ("a field of the future", {"note": "x"}, (), ("note",)),
        ("a field inside", {"task.note": "x"}, (), ("task.note",)),
        (
            "a field inside an array",
            {"posts.0.level": 1},
            (),
            ("posts[0].level",),
        ),
        (
            "a list of the future",
            {
                "excluded": [{"list": "items", "reason": "x", "count": 1}],
                "files.exclusions.tsv.rows": 0,
            },
            (),
            ("excluded[0].list",),
        ),
        (
            "a seventh frozen file",
            {"files.selected.tsv": BASE["files"]["strata.tsv"]},
            (),
            ("files.selected.tsv",),
        ),
        (
            "a seventh visibility",
            {"visibility.selected.tsv": "public"},
            (),
            ("visibility.selected.tsv",),
        ),
        ("a leap day", {"due": "2028-02-29T23:59:59Z"}, (), ()),
        ("an area of the future", {"area": "near"}, (), ("area",)),
        (
            "a source of the future",
            {"randomness": [{"kind": "quantum"}]},
            (),
            ("randomness[0].kind",),
        ),
        (
            "a game of the future",
            {"randomness": [{"kind": "lottery", "game": "kl8", "issue": "1"}]},
            (),
            ("randomness[0].issue", "randomness[0].kind"),
        ),
    ]


def _refused() -> list[tuple[str, dict[str, Any], tuple[str, ...], str]]:
    out: list[tuple[str, dict[str, Any], tuple[str, ...], str]] = [
        (f"no {field}", {}, (field,), "E801")
        for field in (*BASE, "task.id", "task.rules", "items.0.basis", "registry.seq")
    ]
    for path, why, value in (
        ("draw", "a draw id in Chinese", "第一号"),
        ("draw", "a draw id that climbs", ".."),
        ("office", "an office without a name", ""),
        ("announced", "a time with a zone", "2026-11-20T09:00:00+08:00"),
        ("announced", "a time with a fraction", "2026-11-20T01:00:00.5Z"),
        ("due", "a time with a space", "2026-11-27 01:00:00Z"),
        ("due", "hour 24", "2026-11-27T24:00:00Z"),
        ("task.from", "a date with slashes", "2026/12/01"),
        ("task.to", "month 13", "2026-13-01"),
        ("task.to", "31 November", "2026-11-31"),
        ("due", "29 February 2027", "2027-02-29T01:00:00Z"),
        ("task.rules", "a digest in capitals", _HEX.upper()),
        ("items", "no item", []),
        ("items.0.version", "a version as text", "4"),
        ("items.0.basis", "an item without basis", ""),
        ("registry.seq", "a seq below 0", -1),
        ("registry.seq", "a seq of true", True),
        ("files.strata.tsv.rows", "rows as text", "12"),
        ("files.strata.tsv.sha256", "a digest of 63", _HEX[1:]),
        ("visibility.strata.tsv", "strata hidden, but not private", "supervisors"),
        ("visibility.targets.tsv", "sealed without a release", "sealed"),
        ("visibility.inspectors.tsv", "inspectors public", "public"),
        ("excluded.0.count", "a count as text", "1"),
        ("strata", "no stratum", []),
        ("strata.0.name", "a stratum twice", "west"),
        ("strata.0.name", "a stratum in Chinese", "东"),
        ("strata.0.quota", "a quota of nothing", {}),
        ("strata.0.quota", "a count and a ratio",
         {"count": 1, "ratio": "1/2", "round": "up"}),
        ("strata.0.quota", "a count of 0", {"count": 0}),
        ("strata.0.quota", "a ratio without a direction", {"ratio": "3/100"}),
        ("strata.0.quota", "a count, rounded", {"count": 1, "round": "up"}),
        ("strata.0.quota.round", "to nearest", "nearest"),
        ("strata.0.quota.ratio", "a ratio of 0", "0/100"),
        ("strata.0.quota.ratio", "above 1", "101/100"),
        ("strata.0.quota.ratio", "too fine", "1/1000000"),
        ("strata.0.quota.ratio", "a leading zero", "03/100"),
        ("strata.0.quota.ratio", "per cent", "3%"),
        ("strata.0.quota.ratio", "spaces", "3 / 100"),
        ("strata.0.quota.ratio", "full-width digits", "３/１００"),
        ("total", "a total beside quotas", 3),
        ("strata", "neither total nor quota", _PLAIN),
        ("reserves", "reserves as a number", 3),
        ("reserves", "reserves above 1", {"ratio": "3/2"}),
        ("posts", "an empty list of posts", []),
        ("posts.0.count", "a post of 0", 0),
        ("posts.0.need", "a tag with a comma", ["a,b"]),
        ("strata_private", "strata_private of false", False),
        ("strata_private", "strata_private of 0", 0),
        ("off_site", "off_site without a reason", ""),
        ("supersedes", "superseded without a reason", {"draw": "2026-016"}),
        ("randomness.0.count", "dice as text", "20"),
        ("randomness", "drand, a chain of 63", [_DRAND | {"chain": _CHAIN[1:]}]),
        ("randomness", "drand, round 0", [_DRAND | {"round": 0}]),
        ("randomness", "a party with a space", [_SEALED | {"party": "县 纪委"}]),
        ("randomness", "a party's commitment of 63", [_SEALED | {"commitment": _HEX[1:]}]),
        ("randomness", "a lottery without an issue",
         [{"kind": "lottery", "game": "ssq", "issue": ""}]),
        ("randomness", "an issue with a space",
         [{"kind": "lottery", "game": "ssq", "issue": "2026 135"}]),
    ):  # fmt: skip
        out.append((why, {path: value}, (), "E801"))
    out += [
        ("private strata, told all the same", _HIDE, (), "E801"),
        (
            "private strata, the total told",
            {**_HIDE, "total": 3},
            ("strata",),
            "E801",
        ),
        (
            "private strata in a public file",
            {"strata_private": True},
            ("strata",),
            "E801",
        ),
        ("sealed without a root", _SEAL, ("files.targets.tsv.root",), "E801"),
        ("sealed, but the list public", {"release": "2027-01-05"}, (), "E801"),
        ("five frozen files", {}, ("files.conflicts.tsv",), "E801"),
        ("five visibilities", {}, ("visibility.conflicts.tsv",), "E801"),
        ("another protocol", {"protocol": "dualrandom/2"}, (), "E805"),
        ("one post", {"posts.0.count": 1}, (), "E410"),
        ("no source", {"randomness": []}, (), "E606"),
        (
            "local beside dice",
            {"randomness": [{"kind": "local"}, {"kind": "dice", "count": 20}]},
            (),
            "E606",
        ),
        (
            "local twice",
            {"randomness": [{"kind": "local"}, {"kind": "local"}]},
            (),
            "E606",
        ),
        ("19 dice", {"randomness.0.count": 19}, (), "E607"),
    ]
    return out


def tests() -> list[dict[str, Any]]:
    """Return the records for draw.json."""
    out: list[dict[str, Any]] = []
    for name, changes, removed, unknown in _legal():
        whole = oracle.canonical(changed(changes, removed)) + b"\n"
        out.append(
            _record(name, changes, removed)
            | {
                "flags": ["unknown"] if unknown else [],
                "result": "valid",
                "expected": {
                    "commitment": oracle.sha(whole),
                    "unknown": list(unknown),
                },
            }
        )
    for name, changes, removed, error in _refused():
        changed(changes, removed)  # the path exists
        out.append(
            _record(name, changes, removed) | {"result": "invalid", "error": error}
        )
    return out


def _record(
    name: str, changes: dict[str, Any], removed: tuple[str, ...]
) -> dict[str, Any]:
    return {
        "kind": "announcement",
        "id": f"announcement/{name}",
        "flags": [],
        "input": {"set": changes, "remove": list(removed)},
    }
