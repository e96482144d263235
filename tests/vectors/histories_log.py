"""Whole logs of log.json: an honest one, and what can be done to it.

Border: imports nothing of dualrandom. What is due is named here: the exit code, the
first bad entry, the first code.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import oracle_log as oracle
from oracle_log import Key, Log, sha

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ORIGIN = "scjg.example.gov.cn/dualrandom"
OFFICER = Key("shishijian/officer-01")
SECOND = Key("shishijian/officer-02")
JIWEI = Key("jiwei/supervisor-01")
RENDA = Key("renda/supervisor-01")
STRANGER = Key("shishijian/officer-03")
COMMITMENT = sha(b"announcement").hex()
TARGETS, INSPECTORS = sha(b"targets").hex(), sha(b"inspectors").hex()
TIME = 1_795_100_000

History = tuple[str, Log, int, int | None, str | None, str, dict[str, Any]]
"""Name, log, exit code, first bad entry, first code, flag, changed trust."""


def year() -> Log:
    """Genesis, lists, a draw with dice, one abandoned, a new officer: 11 entries."""
    log = Log(ORIGIN, OFFICER, [JIWEI, RENDA])
    log.add("log.genesis", _genesis(log))
    log.add("registry.change", _change("targets", TARGETS))
    log.add("registry.change", _change("inspectors", INSPECTORS))
    log.add("draw.announce", _announce("2026-001"))
    log.add("draw.dice", _dice("2026-001"))
    log.add("draw.result", _result("2026-001"))
    log.add("draw.announce", _announce("2026-002"))
    log.add("draw.abandon", _abandon("2026-002"), approvers=[JIWEI])
    log.add("key.add", {"key": SECOND.vkey(), "role": "officer"}, approvers=[RENDA])
    revoke = {"key": OFFICER.vkey(), "suspect_from": 9}
    log.officer = SECOND
    log.add("key.revoke", revoke, approvers=[JIWEI])
    log.add("registry.change", _change("targets", TARGETS))
    return log


def _genesis(log: Log) -> dict[str, Any]:
    return {
        "id": "00112233445566778899aabbccddeeff",
        "office": "示例市市场监督管理局",
        "key": log.key.vkey(),
        "officers": [OFFICER.vkey()],
        "supervisors": [JIWEI.vkey(), RENDA.vkey()],
        "quorum": 1,
    }


def _change(name: str, digest: str) -> dict[str, Any]:
    change = sha(b"change").hex()
    counts = {"added": 5, "changed": 0, "retired": 0}
    return {"list": name, **counts, "change": change, "digest": digest}


def _keys(signer: Key = OFFICER) -> list[str]:
    return sorted(key.vkey() for key in (Key(ORIGIN), signer, JIWEI, RENDA))


def _draw(draw: str) -> dict[str, Any]:
    return {"draw": draw, "commitment": COMMITMENT, "keys": _keys()}


def _announce(draw: str, task: str = "2026-001") -> dict[str, Any]:
    registry = {"seq": 2, "targets": TARGETS, "inspectors": INSPECTORS}
    return _draw(draw) | {"task": task, "registry": registry}


def _dice(draw: str) -> dict[str, Any]:
    rolled = {"source": 0, "digits": "63454660390103169462"}
    return {"draw": draw, "commitment": COMMITMENT, **rolled}


def _result(draw: str) -> dict[str, Any]:
    return _draw(draw) | {"result": sha(b"result").hex()}


def _abandon(draw: str) -> dict[str, Any]:
    return _draw(draw) | {"reason": "SEALED-CLOSED"}


def tried(act: str, body: dict[str, Any], **options: Any) -> Log:
    """Return the honest log with one entry more."""
    log = year()
    log.add(act, body, **options)
    return log


def edited(change: Callable[[Log], object]) -> Log:
    """Return the honest log after somebody was at it."""
    log = year()
    change(log)
    return log


def histories() -> Iterator[History]:
    yield from _anchors()
    yield from _damage()
    yield from _forgeries()
    yield from _exchanges()
    yield from _plans()
    yield from _incoherent()
    yield from _afterwards()
    yield from _beginnings()


def _anchors() -> Iterator[History]:
    log = year()
    kept = {"kept": [log.checkpoint(5)]}
    genesis = {"genesis": sha(log.entries[0].encode()).hex()}
    text = log.checkpoint().split("\n\n")[0] + "\n"
    cosigned = log.checkpoint() + JIWEI.cosign(text.encode(), TIME)
    none = {"kept": None}
    yield "intact", log, 0, None, None, "", kept
    yield "intact-cosigned", log, 0, None, None, "", {"checkpoint": cosigned}
    yield "genesis-and-checkpoint-kept", log, 0, None, None, "", genesis
    yield "nothing-kept", log, 6, None, None, "no-anchor", none
    yield "genesis-only", log, 6, None, None, "no-anchor", none | genesis
    yield "no-checkpoint", log, 6, None, None, "no-anchor", {"checkpoint": None}
    other = {"genesis": sha(b"another").hex()}
    yield "another-genesis", log, 1, 0, "E767", "forgery", other
    empty = Log(ORIGIN, OFFICER, [])
    yield "empty", empty, 6, None, None, "no-anchor", none
    yield "empty-but-kept", empty, 1, None, "E769", "history", kept
    yield "unknown-act", tried("draw.teleport", {}), 6, None, None, "", {}
    memo = _change("targets", TARGETS) | {"memo": "x"}
    yield "unknown-field", tried("registry.change", memo), 6, None, None, "", {}
    forged = oracle.checkpoint(Key(ORIGIN, "another"), 11, oracle.root(log.leaves))
    changed = {"checkpoint": forged}
    yield "checkpoint-by-another-key", log, 1, None, "E763", "forgery", changed
    root = oracle.checkpoint(Key(ORIGIN), 11, sha(b"another"))
    yield (
        "checkpoint-of-another-root",
        log,
        1,
        None,
        "E759",
        "history",
        {"checkpoint": root},
    )
    elsewhere = oracle.checkpoint(Key("b.example/log"), 11, oracle.root(log.leaves))
    changed = {"checkpoint": elsewhere}
    yield "checkpoint-of-another-log", log, 1, None, "E764", "history", changed
    changed = {"kept": [elsewhere]}
    yield "kept-from-another-log", log, 1, None, "E770", "history", changed


def _cut(log: Log) -> None:
    del log.entries[8:]


def _remove(log: Log) -> None:
    del log.entries[4]


def _swap(log: Log) -> None:
    log.entries[4], log.entries[5] = log.entries[5], log.entries[4]


def _repeat(log: Log) -> None:
    log.entries.insert(4, log.entries[3])


def _edit(log: Log) -> None:
    log.entries[1] = log.entries[1].replace('"added":5', '"added":6')


def _edit_and_sign(log: Log) -> None:
    _edit(log)
    log.entries[1] = OFFICER.note(log.entries[1].split("\n\n")[0] + "\n")


def _rewrite(log: Log) -> None:
    """Make all of it anew from entry 1 on, with every key of the office."""
    entries, log.entries = log.entries, []
    for seq, entry in enumerate(entries):
        value = json.loads(entry.split("\n\n")[0])
        body = value["body"] | ({"added": 6} if seq == 1 else {})
        log.officer = SECOND if seq > 8 else OFFICER
        approvers = {7: [JIWEI], 8: [RENDA], 9: [JIWEI]}.get(seq, [])
        log.add(value["act"], body, approvers=approvers)


def _damage() -> Iterator[History]:
    whole = year()
    then = {"kept": [whole.checkpoint(5)], "checkpoint": whole.checkpoint()}
    all_kept = {"kept": [whole.checkpoint()]}
    shown = all_kept | {"checkpoint": whole.checkpoint()}
    yield "tail-cut", edited(_cut), 1, None, "E760", "history", shown
    yield "tail-cut-and-signed", edited(_cut), 1, None, "E769", "history", all_kept
    none = {"kept": None}
    yield "tail-cut-unkept", edited(_cut), 6, None, None, "no-anchor", none
    early = {"kept": [whole.checkpoint(5)]}
    yield "history-rewritten", edited(_rewrite), 1, None, "E768", "history", early
    yield "history-rewritten-unkept", edited(_rewrite), 6, None, None, "no-anchor", none
    yield "payload-edited", edited(_edit), 1, 1, "E708", "forgery", then
    yield "payload-signed-anew", edited(_edit_and_sign), 1, 2, "E732", "history", then
    yield "swapped", edited(_swap), 1, 4, "E731", "history", then
    yield "removed", edited(_remove), 1, 4, "E731", "history", then
    yield "duplicated", edited(_repeat), 1, 4, "E731", "history", then
    text = _change("targets", TARGETS)
    foreign = tried("registry.change", text, log="scjg.example.gov.cn/rehearsal")
    yield "entry-of-another-log", foreign, 1, 11, "E733", "history", {}
    early_time = tried("registry.change", text, time="2026-11-19T00:00:00Z")
    yield "clock-goes-back", early_time, 0, None, None, "", {}


def _forgeries() -> Iterator[History]:
    change = _change("targets", TARGETS)

    def signed(name: str, signer: Key, code: str, by: str | None = None) -> History:
        log = tried("registry.change", change, signer=signer, by=by or signer.name)
        return name, log, 1, 11, code, "forgery", {}

    yield signed("stranger", STRANGER, "E734")
    yield signed("known-name-other-key", Key(SECOND.name, "another"), "E734")
    yield signed("signed-by-somebody-else", JIWEI, "E710", by=SECOND.name)
    yield signed("revoked-officer", OFFICER, "E736")
    yield signed("supervisor-appends", JIWEI, "E735")
    yield signed("log-key-appends", Key(ORIGIN), "E735")
    twin = Key("bu\u0308ro/officer-01")
    yield signed("name-that-looks-alike", twin, "E734")

    add = {"key": STRANGER.vkey(), "role": "officer"}

    def approved(name: str, code: str, **options: Any) -> History:
        return name, tried("key.add", add, **options), 1, 11, code, "forgery", {}

    yield approved("no-approval", "E739")
    yield approved("approved-by-an-officer", "E741", approvers=[OFFICER])
    yield approved("approved-by-oneself", "E741", approvers=[SECOND])
    yield approved("approved-by-a-stranger", "E739", approvers=[STRANGER])
    old = json.loads(year().entries[8].split("\n\n")[0])
    yield approved("approval-replayed", "E740", approvals=old["approvals"])
    yield approved("approval-no-note", "E703", approvals=["agreed"])
    text = oracle.canonical({**add, "role": "supervisor"}).decode() + "\n"
    yield approved("approval-of-something-else", "E740", approvals=[JIWEI.note(text)])
    log = tried("key.add", add, approvers=[JIWEI])
    yield "key-added", log, 0, None, None, "", {}
    supervisor = {"key": STRANGER.vkey(), "role": "supervisor"}
    log = tried("key.add", supervisor, approvers=[RENDA])
    yield "supervisor-added", log, 0, None, None, "", {}


def _exchanges() -> Iterator[History]:
    """The log's key is exchanged: added first, then the old one revoked."""
    after = Key(ORIGIN, "next")
    add = {"key": after.vkey(), "role": "log"}

    def signed(log: Log, key: Key) -> dict[str, Any]:
        size = len(log.entries)
        return {"checkpoint": oracle.checkpoint(key, size, oracle.root(log.leaves))}

    log = tried("key.add", add, approvers=[JIWEI])
    kept = {"kept": [log.checkpoint()]}
    yield "log-keys-overlap", log, 0, None, None, "", signed(log, after) | kept
    old = {"key": log.key.vkey(), "suspect_from": 12}
    log.add("key.revoke", old, approvers=[RENDA])
    kept = {"kept": [log.checkpoint(12)]}
    yield "log-key-exchanged", log, 0, None, None, "", signed(log, after) | kept
    late = signed(log, log.key) | kept
    yield "log-key-after-its-end", log, 1, None, "E763", "forgery", late
    log = year()
    early = signed(log, after) | {"kept": [log.checkpoint(5)]}
    yield "log-key-before-its-time", log, 1, None, "E763", "forgery", early
    log = tried("key.add", add)
    forged = signed(log, after) | {"kept": [log.checkpoint(5)]}
    yield "log-key-unapproved", log, 1, 11, "E739", "forgery", forged
    named = add | {"role": "officer"}
    log = tried("key.add", named, approvers=[JIWEI])
    yield "log-key-for-an-officer", log, 1, 11, "E748", "forgery", {}


def _plans() -> Iterator[History]:
    plan = {"version": 1, "digest": TARGETS}
    full = plan | {"year": 2026}
    log = tried("plan.set", full)
    yield "plan", log, 0, None, None, "", {"kept": [log.checkpoint()]}
    log = tried("plan.set", full | {"memo": 1})
    yield "plan-with-more", log, 6, None, None, "", {}
    for name, body in (
        ("plan-without-year", plan),
        ("plan-by-name", full | {"version": "2026-03"}),
    ):
        yield name, tried("plan.set", body), 1, 11, "E746", "coherence", {}


def _incoherent() -> Iterator[History]:
    mine = {"keys": _keys(SECOND)}
    latest = {"seq": 10, "targets": TARGETS, "inspectors": INSPECTORS}
    announce = _announce("2026-003") | mine | {"registry": latest}
    change = _change("targets", TARGETS)

    def one(name: str, act: str, body: dict[str, Any], code: str) -> History:
        return name, tried(act, body), 1, 11, code, "coherence", {}

    yield "open-draw", tried("draw.announce", announce), 0, None, None, "", {}
    op = json.loads(year().entries[8].split("\n\n")[0])["op"]
    log = tried("registry.change", change, op=op)
    yield "operation-repeated", log, 1, 11, "E737", "coherence", {}
    yield one("second-genesis", "log.genesis", _genesis(year()), "E738")
    again = announce | {"draw": "2026-001"}
    yield one("announced-again", "draw.announce", again, "E750")
    other = announce | {"registry": latest | {"targets": INSPECTORS}}
    yield one("another-list", "draw.announce", other, "E756")
    future = announce | {"registry": latest | {"seq": 11}}
    yield one("list-of-the-future", "draw.announce", future, "E756")
    fewer = announce | {"keys": mine["keys"][:-1]}
    yield one("key-left-out", "draw.announce", fewer, "E758")
    yield one("result-twice", "draw.result", _result("2026-001") | mine, "E753")
    yield one("result-of-nothing", "draw.result", _result("2026-009") | mine, "E752")
    yield one("dice-too-late", "draw.dice", _dice("2026-001"), "E753")
    unsorted = announce | {"keys": mine["keys"][::-1]}
    yield one("keys-unsorted", "draw.announce", unsorted, "E746")
    yield one("no-digest", "registry.change", change | {"digest": "x"}, "E746")
    log = tried("key.add", {"key": SECOND.vkey(), "role": "officer"}, approvers=[JIWEI])
    yield "key-there-already", log, 1, 11, "E748", "coherence", {}
    revoke = {"key": OFFICER.vkey(), "suspect_from": 3}
    log = tried("key.revoke", revoke, approvers=[JIWEI])
    yield "key-revoked-already", log, 1, 11, "E749", "coherence", {}
    stale = announce | {"registry": latest | {"seq": 9}}
    log = tried("draw.announce", stale)
    yield "lists-changed-meanwhile", log, 6, None, None, "coherence", {}

    def then(name: str, act: str, body: dict[str, Any], code: str) -> History:
        log = tried("draw.announce", announce)
        log.add(act, body)
        return name, log, 1, 12, code, "coherence", {}

    second = announce | {"draw": "2026-004"}
    yield then("two-open-announcements", "draw.announce", second, "E751")
    changed = _result("2026-003") | mine | {"commitment": TARGETS}
    yield then("another-commitment", "draw.result", changed, "E754")
    few = _dice("2026-003") | {"digits": "1" * 19}
    yield then("nineteen-dice", "draw.dice", few, "E746")
    log = tried("draw.announce", announce)
    log.add("draw.dice", _dice("2026-003"))
    log.add("draw.dice", _dice("2026-003"))
    yield "dice-twice", log, 1, 13, "E755", "coherence", {}


def _afterwards() -> Iterator[History]:
    """What is logged of a draw that has ended."""
    bound = {"draw": "2026-001", "commitment": COMMITMENT}
    file = sha(b"file").hex()
    result = _result("2026-001")["result"]
    replaced = bound | {"replacements": file}
    substituted = bound | {"substitutions": file}
    opinion = bound | {"result": result, "verdict": 6, "report": file}
    nobody: list[Key] = []

    def one(
        name: str, act: str, body: dict[str, Any], code: str, by: list[Key]
    ) -> History:
        return name, tried(act, body, approvers=by), 1, 11, code, "coherence", {}

    log = tried("draw.replace", replaced, approvers=[JIWEI])
    log.add("draw.substitute", substituted, approvers=[RENDA])
    log.add("draw.release", bound)
    log.add("draw.verify", opinion, approvers=[JIWEI])
    log.add("draw.verify", opinion, signer=RENDA, by=RENDA.name)
    yield "changed-released-verified", log, 0, None, None, "", {}
    yield one("replaced-alone", "draw.replace", replaced, "E739", nobody)
    yield one("substituted-alone", "draw.substitute", substituted, "E739", nobody)
    yield one("officers-verdict", "draw.verify", opinion, "E739", nobody)
    other = {"draw": "2026-002"}
    yield one("abandoned-replaced", "draw.replace", replaced | other, "E856", [JIWEI])
    yield one("abandoned-verified", "draw.verify", opinion | other, "E856", [JIWEI])
    never = {"draw": "2026-009"}
    yield one(
        "replaced-never-announced", "draw.replace", replaced | never, "E752", [JIWEI]
    )
    changed = {"commitment": TARGETS}
    yield one(
        "substituted-other-commitment",
        "draw.substitute",
        substituted | changed,
        "E754",
        [JIWEI],
    )
    yield one("replaced-without-digest", "draw.replace", bound, "E746", [JIWEI])
    yield one(
        "verdict-of-two", "draw.verify", opinion | {"verdict": 2}, "E746", [JIWEI]
    )
    yield one(
        "verdict-on-another-result",
        "draw.verify",
        opinion | {"result": file},
        "E858",
        [JIWEI],
    )
    log = tried("draw.release", bound)
    log.add("draw.release", bound)
    yield "released-twice", log, 1, 12, "E857", "coherence", {}
    latest = {"seq": 10, "targets": TARGETS, "inspectors": INSPECTORS}
    opened = {"keys": _keys(SECOND), "registry": latest}
    log = tried("draw.announce", _announce("2026-003") | opened)
    log.add("draw.release", bound | {"draw": "2026-003"})
    yield "released-while-open", log, 1, 12, "E857", "coherence", {}
    ended = _abandon("2026-003") | {"keys": _keys(SECOND)}
    log = tried("draw.announce", _announce("2026-003") | opened)
    log.add("draw.abandon", ended | {"party": "县纪委监委"}, approvers=[JIWEI])
    yield "abandoned-for-a-party", log, 0, None, None, "", {}
    log = tried("draw.announce", _announce("2026-003") | opened)
    log.add("draw.abandon", ended | {"party": ""}, approvers=[JIWEI])
    yield "abandoned-for-no-party", log, 1, 12, "E746", "coherence", {}


def _beginnings() -> Iterator[History]:
    log = Log(ORIGIN, OFFICER, [])
    log.add("log.genesis", _genesis(log) | {"quorum": 3})
    yield "quorum-out-of-reach", log, 1, 0, "E746", "coherence", {}
    log = Log(ORIGIN, OFFICER, [])
    log.add("log.genesis", _genesis(log) | {"supervisors": [OFFICER.vkey()]})
    yield "officer-as-own-supervisor", log, 1, 0, "E746", "coherence", {}
    log = Log(ORIGIN, OFFICER, [])
    log.add("registry.change", _change("targets", TARGETS))
    yield "no-genesis", log, 1, 0, "E738", "coherence", {}
