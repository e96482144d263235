"""Draw folders for tests, made from the protocol's text alone.

Nothing here comes from the package or from the verifier: hashes, quotas, selection and
matching are written a second time, as plainly (and slowly) as the text reads. Matching
tries assignments by backtracking, so keep the cases small.

`make(parent, **options)` writes one folder, without `log/`, and returns its path;
`KINDS` names ready-made options, one for each kind of draw.
"""

from __future__ import annotations

import hashlib
import json
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

FROZEN = (
    "targets.tsv",
    "strata.tsv",
    "inspectors.tsv",
    "conflicts.tsv",
    "exclusions.tsv",
    "inspector-exclusions.tsv",
)
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
ROLLS = "63454660390103169462"
SIGNATURE = "b7" * 48
RECUSED = [(0, "A-01")]
PULSE = {
    "chainIndex": 2,
    "external": {"sourceId": "0" * 128, "statusCode": 0, "value": "0" * 128},
    "listValues": [
        {"type": "previous", "uri": "https://…/1853310", "value": "5C" * 64}
    ],
    "outputValue": "9F" * 64,
    "pulseIndex": 1853311,
    "timeStamp": "2026-12-10T11:02:00.000Z",
}


def sha(data: str | bytes) -> str:
    return hashlib.sha256(data.encode() if isinstance(data, str) else data).hexdigest()


def canonical(value: Any) -> str:
    """RFC 8785 for what the protocol uses: ASCII keys, strings, integers."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def salt_for(name: str) -> str:
    """A fixed salt for a test file (a real one is random)."""
    return sha("salt " + name)[:32]


def tsv(header: str, rows: list[list[Any]], *second: str) -> bytes:
    lines = [header.replace(" ", "\t"), *second]
    lines += ["\t".join(str(value) for value in row) for row in rows]
    return "".join(line + "\n" for line in lines).encode()


def merkle(leaves: list[bytes]) -> str:
    """RFC 6962 §2.1, by its recursive definition."""

    def tree(part: list[bytes]) -> bytes:
        if len(part) == 1:
            return hashlib.sha256(b"\0" + part[0]).digest()
        k = 1
        while k * 2 < len(part):
            k *= 2
        return hashlib.sha256(b"\1" + tree(part[:k]) + tree(part[k:])).digest()

    return tree(leaves).hex()


# -- the draw ------------------------------------------------------------------------


def quota(stratum: dict[str, Any]) -> int:
    rule, n = stratum["quota"], stratum["rows"]
    if "count" in rule:
        return min(n, rule["count"])
    share = n * Fraction(rule["ratio"])
    return ceil(share) if rule["round"] == "up" else floor(share)


def quotas(strata: list[dict[str, Any]], total: int | None) -> list[int]:
    if total is None:
        return [quota(s) for s in strata]
    everyone = sum(s["rows"] for s in strata)
    exact = [Fraction(total * s["rows"], everyone) for s in strata]
    shares = [floor(e) for e in exact]
    by_rest = sorted(range(len(strata)), key=lambda i: (shares[i] - exact[i], i))
    for i in by_rest[: total - sum(shares)]:
        shares[i] += 1
    return [min(s["rows"], share) for s, share in zip(strata, shares, strict=True)]


def ticket(key: str, ident: str, tickets: int) -> str:
    names = [ident] + [f"{ident}#{j}" for j in range(2, tickets + 1)]
    return min(sha(f"{key},{name}") for name in names)


def select(
    key: str,
    rows: list[tuple[str, str, int]],
    strata: list[dict[str, Any]],
    total: int | None,
    reserves: str | None,
) -> tuple[list[list[Any]], list[list[Any]]]:
    drawn, spare = [], []
    for stratum, k in zip(strata, quotas(strata, total), strict=True):
        name = stratum["name"]
        pool = sorted((ticket(key, i, n), i) for i, s, n in rows if s == name)
        more = ceil(k * Fraction(reserves)) if reserves else 0
        for rank, (value, ident) in enumerate(pool[: k + more], 1):
            (drawn if rank <= k else spare).append([ident, name, rank, value])
    drawn.sort(key=lambda row: (sha(f"{key},{row[0]}#0"), row[0]))
    return [[n, *row] for n, row in enumerate(drawn, 1)], spare


class Pool:
    """The inspectors of one draw, and who may take which post of which target."""

    def __init__(
        self,
        key: str,
        inspectors: list[dict[str, Any]],
        posts: list[list[str]],
        regions: dict[str, str],
        area: str,
        conflicts: set[tuple[str, str]],
    ) -> None:
        self.key, self.posts, self.regions = key, posts, regions
        self.area, self.conflicts = area, conflicts
        self.staff = {i["id"]: i for i in inspectors}

    def eligible(self, inspector: str, target: str, post: int) -> bool:
        about = self.staff[inspector]
        if not set(self.posts[post - 1]) <= set(about["tags"]):
            return False
        if self.area == "same" and about["region"] != self.regions[target]:
            return False
        if self.area == "cross" and about["region"] == self.regions[target]:
            return False
        return (target, inspector) not in self.conflicts

    def can_fill(
        self,
        posts: list[tuple[str, int]],
        left: dict[str, int],
        teams: dict[str, set[str]],
        may_skip: int,
    ) -> bool:
        """Whether everybody can hold exactly `left` more, `may_skip` posts empty."""
        if not posts:
            return may_skip == 0
        (target, post), rest = posts[0], posts[1:]
        for inspector in self.staff:
            if left[inspector] and inspector not in teams[target]:
                if not self.eligible(inspector, target, post):
                    continue
                left[inspector] -= 1
                teams[target].add(inspector)
                good = self.can_fill(rest, left, teams, may_skip)
                teams[target].remove(inspector)
                left[inspector] += 1
                if good:
                    return True
        return may_skip > 0 and self.can_fill(rest, left, teams, may_skip - 1)

    def match(self, targets: list[str]) -> list[tuple[str, int, str]] | None:
        """Protocol §6, word for word."""
        order = [(t, p) for p in range(1, len(self.posts) + 1) for t in targets]
        nobody: dict[str, set[str]] = {t: set() for t in targets}
        counts = dict.fromkeys(self.staff, 0)
        closed: set[str] = set()
        for handed in range(1, len(order) + 1):
            while True:
                ready = [
                    (n, sha(f"{self.key},/{i}"), i)
                    for i, n in counts.items()
                    if i not in closed
                    and (self.staff[i]["max"] is None or n < self.staff[i]["max"])
                ]
                if not ready:
                    return None
                chosen = min(ready)[2]
                counts[chosen] += 1
                if self.can_fill(order, counts, nobody, len(order) - handed):
                    break
                counts[chosen] -= 1
                closed.add(chosen)
        teams = {t: set[str]() for t in targets}
        filled = []
        for n, (target, post) in enumerate(order):
            by_ticket = sorted((sha(f"{self.key},{target}/{i}"), i) for i in self.staff)
            for _, inspector in by_ticket:
                if not counts[inspector] or inspector in teams[target]:
                    continue
                if not self.eligible(inspector, target, post):
                    continue
                counts[inspector] -= 1
                teams[target].add(inspector)
                if self.can_fill(order[n + 1 :], counts, teams, 0):
                    filled.append((targets.index(target), post, inspector))
                    break
                counts[inspector] += 1
                teams[target].remove(inspector)
        return [(targets[t], post, i) for t, post, i in sorted(filled)]


# -- the folder ----------------------------------------------------------------------


def source_line(draw: str, source: dict[str, Any]) -> tuple[dict[str, Any], str, Any]:
    """A source by its kind: what is announced, its line in seed.txt, its proof."""
    kind = source["kind"]
    if kind == "dice":
        return {"kind": kind, "count": len(ROLLS)}, f"dice {ROLLS}", {}
    if kind == "sealed":
        party, secret = source["party"], sha("secret of " + source["party"])
        said = {
            "kind": kind,
            "party": party,
            "commitment": sha(f"{draw} {party} {secret}"),
        }
        return said, f"sealed {party} {secret}", {}
    if kind == "drand":
        value = sha(bytes.fromhex(SIGNATURE))
        said = {"kind": kind, "chain": QUICKNET, "round": 34112212}
        line = f"drand {QUICKNET} 34112212 {value}"
        return said, line, {"signature": SIGNATURE}
    if kind == "nist":
        said = {"kind": kind, "chain": 2, "pulse": 1853311}
        line = f"nist 2 1853311 {'9f' * 64}"
        return said, line, {"certificate": "-----BEGIN…", "pulse": PULSE}
    if kind == "lottery":
        said = {"kind": kind, "game": "ssq", "issue": "2026135"}
        return said, "lottery ssq 2026135 03.09.11.20.25.31+07", {}
    assert kind == "local"
    return {"kind": kind}, f"local {sha('local')}", {}


def people(count: int, **changed: dict[str, Any]) -> list[dict[str, Any]]:
    """`count` inspectors A-01 …, with the certificate, in regions by turns."""
    staff = []
    for n in range(1, count + 1):
        about = {"id": f"A-{n:02}", "name": f"示例{n}", "unit": "示例所", "max": None}
        about |= {"region": ("east", "west")[n % 2], "tags": ["执法证"]}
        staff.append(about | changed.get(f"A{n:02}", {}))
    return staff


def make(parent: Path, **given: Any) -> Path:  # noqa: C901, PLR0912, PLR0915 - a recipe
    """Write a draw folder under `parent` and return it.

    Options: draw, task, targets (number), ids (instead), inspectors (see `people`), conflicts (pairs),
    strata (targets → stratum name), tickets (target number → tickets), quota, total,
    reserves (ratio), posts, area, sources, private, release, off_site, supersedes,
    changes.
    """
    draw = given.get("draw", "2026-017")
    folder = parent / draw
    folder.mkdir(parents=True)
    sealed, private = "release" in given, given.get("private", False)

    def shut(name: str) -> list[str]:
        return [f"#salt\t{salt_for(name)}"]

    ids = [f"9133{n:04}EXAMPLE{n * 7 % 97:02}" for n in range(given.get("targets", 12))]
    ids[-1] = "企独浙甬总字第000001号"
    ids = sorted(given.get("ids", ids), key=str.encode)
    regions = {ident: ("east", "west")[n % 2] for n, ident in enumerate(ids)}
    stratum_of = given.get("strata", lambda n: ("east", "west")[n % 2])
    in_stratum = [stratum_of(n) for n in range(len(ids))]
    names = sorted(set(in_stratum))
    rule = given.get("quota", {"count": 2})
    strata: list[dict[str, Any]] = []
    for name in names:
        strata.append({"name": name, "rows": in_stratum.count(name)})
        if "total" not in given:
            strata[-1]["quota"] = rule
    inspectors = given.get("inspectors", people(5))
    out = [["9133EXCLUDED", "注销"], ["9133EXCLUDED2", "注销"]]
    resting = [["A-90", "执法证过期"]]

    rows: dict[str, list[list[Any]]] = {
        "targets.tsv": [
            [i, f"示例{n}", regions[i], "企业", sha(f"row {i}")[:32] if sealed else ""]
            for n, i in enumerate(ids)
        ],
        "strata.tsv": [
            [i, s, given.get("tickets", lambda _: 1)(n)]
            for n, (i, s) in enumerate(zip(ids, in_stratum, strict=True))
        ],
        "inspectors.tsv": [
            [i["id"], i["name"], i["unit"], i["region"], ",".join(sorted(i["tags"])),
             "" if i["max"] is None else i["max"]]
            for i in inspectors
        ],
        "conflicts.tsv": [
            [ids[t], i, "亲属"] for t, i in sorted(given.get("conflicts", RECUSED))
        ],
        "exclusions.tsv": out,
        "inspector-exclusions.tsv": resting,
    }  # fmt: skip
    headers = {
        "targets.tsv": "id name region kind salt",
        "strata.tsv": "id stratum tickets",
        "inspectors.tsv": "id name unit region tags max",
        "conflicts.tsv": "id inspector reason",
        "exclusions.tsv": "id reason",
        "inspector-exclusions.tsv": "id reason",
        "selected.tsv": "order id stratum rank ticket",
        "reserves.tsv": "id stratum rank ticket",
        "drawn.tsv": "id",
        "teams.tsv": "id post inspector",
        "replacements.tsv": "seq id substitute reason evidence",
        "substitutions.tsv": "seq id post inspector substitute reason",
    }
    lists = "sealed" if sealed else "public"
    visibility = dict.fromkeys(FROZEN, "supervisors")
    visibility |= {"targets.tsv": lists, "strata.tsv": lists}
    if private:
        visibility["strata.tsv"] = "supervisors"

    def put(name: str, salt: list[str]) -> dict[str, Any]:
        raw = tsv(headers[name], rows[name], *salt)
        (folder / name).write_bytes(raw)
        return {"rows": len(rows[name]), "bytes": len(raw), "sha256": sha(raw)}

    files = {}
    for name in FROZEN:
        salt = shut(name) if visibility[name] != "public" else []
        if name == "strata.tsv" and private:
            both = {"strata": strata, "total": given.get("total")}
            said = both if "total" in given else strata
            salt = [*salt, f"#strata\t{canonical(said)}"]
        files[name] = put(name, salt)
    if sealed:
        leaves = ["\t".join(row).encode() for row in rows["targets.tsv"]]
        files["targets.tsv"]["root"] = merkle(leaves)

    sources = given.get("sources", [{"kind": "dice"}])
    lines = [source_line(draw, source) for source in sources]
    posts = given.get("posts", [{"count": 2, "need": ["执法证"]}])
    notice: dict[str, Any] = {
        "protocol": "dualrandom/1",
        "draw": draw,
        "office": "示例市市场监督管理局",
        "title": "2026年第17号抽查任务",
        "announced": "2026-11-20T01:00:00Z",
        "due": "2026-11-27T01:00:00Z",
        "task": {
            "id": given.get("task", draw), "plan": "", "type": "定向", "scope": "", "from": "2026-12-01",
            "to": "2026-12-31", "rules": sha("细则"),
        },
        "items": [
            {"code": "SP-03", "version": 4, "name": "食品经营检查", "basis": "《法》"}
        ],
        "registry": {"seq": 412, "targets": sha("targets"), "inspectors": sha("staff")},
        "files": files,
        "visibility": visibility,
        "excluded": [
            {"list": "targets", "reason": "注销", "count": 2},
            {"list": "inspectors", "reason": "执法证过期", "count": 1},
        ],
        "posts": posts,
        "area": given.get("area", "any"),
        "randomness": [said for said, _, _ in lines],
        "software": "by hand",
    }  # fmt: skip
    if private:
        notice["strata_private"] = True
    else:
        notice["strata"] = strata
        if "total" in given:
            notice["total"] = given["total"]
    if "reserves" in given:
        notice["reserves"] = {"ratio": given["reserves"]}
    for name in ("release", "off_site", "supersedes"):
        if name in given:
            notice[name] = given[name]
    raw = (canonical(notice) + "\n").encode()
    (folder / "announcement.json").write_bytes(raw)
    commitment = sha(raw)

    proofs = (canonical([proof for _, _, proof in lines]) + "\n").encode()
    (folder / "randomness.json").write_bytes(proofs)
    seeds = "".join(
        f"{x}\n" for x in ("dualrandom/1", commitment, *(s for _, s, _ in lines))
    )
    (folder / "seed.txt").write_bytes(seeds.encode())
    key = sha(seeds)[:32]
    if visibility["strata.tsv"] != "public":
        key = sha(f"{key},{salt_for('strata.tsv')}")[:32]

    weighed = [(i, s, n) for i, s, n in rows["strata.tsv"]]
    drawn, spare = select(
        key, weighed, strata, given.get("total"), given.get("reserves")
    )
    needs = [post["need"] for post in posts for _ in range(post["count"])]
    pairs = {(row[0], row[1]) for row in rows["conflicts.tsv"]}
    pool = Pool(key, inspectors, needs, regions, notice["area"], pairs)
    teams = pool.match([row[1] for row in drawn])
    rows["selected.tsv"], rows["reserves.tsv"] = drawn, spare
    rows["drawn.tsv"] = [[i] for i in sorted((row[1] for row in drawn), key=str.encode)]
    rows["teams.tsv"] = [list(row) for row in teams or ()]
    shown = {
        "selected.tsv": visibility["strata.tsv"],
        "drawn.tsv": lists,
        "reserves.tsv": visibility["strata.tsv"],
        "teams.tsv": "supervisors",
    }
    if "reserves" not in given:
        del shown["reserves.tsv"]
    if teams is None:
        del shown["teams.tsv"]

    def salted(name: str) -> list[str]:
        return ["#salt\t" + sha(f"{salt_for('inspectors.tsv')},{name}")[:32]]

    result = {
        "protocol": "dualrandom/1",
        "draw": draw,
        "commitment": commitment,
        "seed_file": sha(seeds),
        "randomness_file": sha(proofs),
        "files": {
            n: put(n, salted(n) if v != "public" else []) for n, v in shown.items()
        },
        "visibility": shown,
        "drawn": len(drawn),
        "matched": teams is not None,
        "software": "by hand",
    }
    (folder / "result.json").write_bytes((canonical(result) + "\n").encode())

    if given.get("changes"):
        change(pool, rows, drawn, spare, teams or [], given["changes"])
        for name in ("replacements.tsv", "substitutions.tsv"):
            if rows[name]:
                put(name, salted(name))
    return folder


def supplement(parent: Path, **given: Any) -> dict[str, Any]:
    """Write a draw that cannot be staffed; return the options of one that staffs it.

    Options of the first one may be given; its draw id is 2026-017.
    """
    first = make(parent, **(KINDS["infeasible"] | given))
    lines = (first / "drawn.tsv").read_text().splitlines()[1:]
    more = {name: given[name] for name in ("release",) if name in given}
    return more | {
        "draw": "2026-018", "task": "2026-017", "inspectors": people(6),
        "ids": [line for line in lines if not line.startswith("#")],
        "strata": lambda _: "all", "quota": {"ratio": "1/1", "round": "up"},
        "supersedes": {"draw": "2026-017", "reason": "staffing"}, "conflicts": [],
    }  # fmt: skip


def change(
    pool: Pool,
    rows: dict[str, list[list[Any]]],
    drawn: list[list[Any]],
    spare: list[list[Any]],
    teams: list[tuple[str, int, str]],
    wanted: list[tuple[str, int, int]],
) -> None:
    """What happens later (§5 Replacement, §6 Substitution), by the rule.

    `wanted`: ("replace", n, 0) the n-th target by order, with whatever substitutions
    the move brings; ("substitute", n, post) of the n-th target.
    """
    rows["replacements.tsv"], rows["substitutions.tsv"] = [], []
    place = {row[0]: row[1] for row in spare} | {row[1]: row[2] for row in drawn}
    crew: dict[str, dict[int, str]] = {row[1]: {} for row in drawn}
    for target, post, inspector in teams:
        crew[target][post] = inspector
    now, free, seq = [row[1] for row in drawn], list(spare), 500

    def substitute(target: str, post: int) -> None:
        nonlocal seq
        held = [i for team in crew.values() for i in team.values()]
        able = [
            (held.count(i), sha(f"{pool.key},{target}/{i}"), i)
            for i, about in pool.staff.items()
            if pool.eligible(i, target, post)
            and i not in crew[target].values()
            and (about["max"] is None or held.count(i) < about["max"])
        ]
        new, old = min(able)[2], crew[target][post]
        seq += 3
        rows["substitutions.tsv"].append([seq, target, post, old, new, "病假"])
        crew[target][post] = new

    for what, n, post in wanted:
        target = now[n]
        if what == "substitute":
            substitute(target, post)
            continue
        chosen = next(row for row in free if row[1] == place[target])
        free.remove(chosen)
        seq += 2
        rows["replacements.tsv"].append([seq, target, chosen[0], "已注销", "现场照片"])
        now[n] = chosen[0]
        crew[chosen[0]] = crew.pop(target)
        for p, inspector in sorted(crew[chosen[0]].items()):
            if not pool.eligible(inspector, chosen[0], p):
                substitute(chosen[0], p)


LEADER = [{"count": 1, "need": ["执法证", "组长"]}, {"count": 1, "need": ["执法证"]}]
LED = {"A01": {"tags": ["执法证", "组长"]}, "A02": {"tags": ["执法证", "组长"]}}
TIGHT = {f"A{n:02}": {"max": 2} for n in range(1, 6)}
SEALED_BY_TWO = [{"kind": "sealed", "party": p} for p in ("县纪委监委", "Shifan.Ju")]

KINDS: dict[str, dict[str, Any]] = {
    "open": {},
    "one stratum": {"strata": lambda _: "all", "quota": {"count": 3}},
    "count above the list": {"targets": 3, "quota": {"count": 50}},
    "ratio up": {"quota": {"ratio": "3/100", "round": "up"}},
    "ratio down": {"quota": {"ratio": "2/5", "round": "down"}},
    "total": {"strata": lambda n: "abc"[n % 5 % 3], "total": 5},
    "reserves": {"reserves": "1/2"},
    "weighted": {"tickets": lambda n: 1 + n % 4},
    "drand": {"sources": [{"kind": "drand"}]},
    "nist": {"sources": [{"kind": "nist"}]},
    "lottery": {"sources": [{"kind": "lottery"}]},
    "two parties": {"sources": SEALED_BY_TWO},
    "a party and dice": {"sources": [*SEALED_BY_TWO[:1], {"kind": "dice"}]},
    "local": {"sources": [{"kind": "local"}]},
    "sealed": {"release": "2027-01-05", "reserves": "1/10"},
    "private strata": {"private": True, "strata": lambda n: "ABCD"[n % 4], "quota": {
        "ratio": "1/3", "round": "up"}},
    "private total": {"private": True, "total": 3, "reserves": "1/3"},
    "sealed and private": {"private": True, "release": "2027-01-05"},
    "area same": {"area": "same", "inspectors": people(6)},
    "area cross": {"area": "cross", "inspectors": people(6)},
    "off site": {"off_site": "书面检查", "posts": [{"count": 1, "need": []}]},
    "a leader each": {"posts": LEADER, "inspectors": people(5, **LED)},
    "limits": {"inspectors": people(5, **TIGHT)},
    "infeasible": {"inspectors": people(3, A01={"max": 1}, A02={"max": 2},
                                        A03={"max": 3}), "conflicts": []},
    "replacements": {"reserves": "1/1",
                     "changes": [("replace", 0, 0), ("replace", 3, 0)],
                     "quota": {"count": 1}, "strata": lambda n: "wxyz"[n % 4],
                     "targets": 16, "conflicts": []},
    "substitutions": {"changes": [("substitute", 0, 1), ("substitute", 2, 2),
                                  ("substitute", 0, 1)]},
    "both changes": {"reserves": "1/1", "area": "same", "inspectors": people(8),
                     "strata": lambda n: "ab"[n % 4 // 2], "targets": 20,
                     "conflicts": [(n, f"A-0{n % 8 + 1}") for n in range(20)],
                     "changes": [("substitute", 1, 2), ("replace", 1, 0),
                                 ("replace", 0, 0), ("substitute", 1, 1)]},
}  # fmt: skip
