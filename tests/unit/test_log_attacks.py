"""Attacks on the log, by name: each is found, at the entry where it happened.

Three attackers. The *outsider* edits bytes and has no key. The *officer* has his own
key and the database. The *office* has every key of the office, the log's too, and
rewrites history at will: only what somebody else kept gives it away.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.audit import (
    LogTrust,
    approval_text,
    parse_entry,
    sign_approval,
    sign_entry,
    sign_note,
    verify_log,
)
from dualrandom.canonical import json_line, leaf_hash, sha256
from dualrandom.keys import verify_ed25519
from tests.logmaking import OFFICER, LogMaker, MadeKey, codes, digest

if TYPE_CHECKING:
    from collections.abc import Callable

    from dualrandom.audit import LogReport

STRANGER = MadeKey("shishijian/officer-03")


@pytest.fixture
def log() -> LogMaker:
    return LogMaker().year(15)


def resign(log: LogMaker, start: int, key: MadeKey | None = None) -> None:
    """Rebuild seq and prev of all entries from ``start`` on, signed anew.

    With ``key`` None everybody signs again with their own key: the whole office.
    """
    own = {k.name: k for k in (*log.officers, *log.supervisors)}
    for seq in range(start, len(log.entries)):
        value = json.loads(log.entries[seq].split(b"\n")[0])
        value["seq"] = seq
        value["prev"] = leaf_hash(log.entries[seq - 1]).hex() if seq else "0" * 64
        signer = key or own[value["by"]]
        log.entries[seq] = sign_note(json_line(value), [signer])


def first_fault(report: LogReport) -> tuple[int, int | None, str]:
    return report.exit_code, report.first, codes(report)[0]


# ── the outsider ──


def test_outsider_edits_a_payload(log: LogMaker) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    log.entries[6] = log.entries[6].replace(b'"added":3', b'"added":4')
    assert first_fault(log.check(kept, checkpoint=checkpoint)) == (1, 6, "E708")


def test_outsider_edits_a_payload_and_recomputes_the_hashes(log: LogMaker) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    log.entries[6] = log.entries[6].replace(b'"added":3', b'"added":4')
    for seq in range(7, 15):
        prev = leaf_hash(log.entries[seq - 1]).hex().encode()
        log.entries[seq] = re.sub(
            rb'"prev":"[0-9a-f]{64}"', b'"prev":"' + prev + b'"', log.entries[seq]
        )
    report = log.check(kept, checkpoint=checkpoint)
    assert first_fault(report) == (1, 6, "E708")
    assert {"E759", "E768"} <= set(codes(report))


def test_outsider_signs_with_a_key_of_his_own(log: LogMaker) -> None:
    log.change(by=STRANGER)
    assert first_fault(log.check()) == (1, 15, "E734")


def test_outsider_signs_with_an_unknown_key_under_a_known_name(log: LogMaker) -> None:
    log.change(signer=MadeKey(OFFICER, "forged"))
    assert first_fault(log.check()) == (1, 15, "E734")


def test_outsider_signs_with_an_unknown_key_under_a_known_name_and_id(
    log: LogMaker,
) -> None:
    """Four bytes of key id collide easily; the known key decides, not the id."""
    data = log.change(signer=MadeKey(OFFICER, "forged"))
    text, line = data.split(b"\n\n")
    raw = base64.b64decode(line.split(b" ")[2])
    raw = log.officers[0].vkey.id + raw[4:]
    forged = f"— {OFFICER} ".encode() + base64.b64encode(raw) + b"\n"
    log.entries[-1] = text + b"\n\n" + forged
    assert first_fault(log.check()) == (1, 15, "E708")


def test_outsider_strips_a_signature(log: LogMaker) -> None:
    log.entries[6] = log.entries[6].split(b"\n\n")[0] + b"\n"
    assert first_fault(log.check()) == (1, 6, "E703")


def test_outsider_swaps_one_signature_for_another(log: LogMaker) -> None:
    ours, theirs = log.entries[6], log.entries[7]
    log.entries[6] = ours.split(b"\n\n")[0] + b"\n\n" + theirs.split(b"\n\n")[1]
    assert first_fault(log.check()) == (1, 6, "E708")


def test_outsider_adds_a_line_by_an_unknown_key(log: LogMaker) -> None:
    """It proves nothing and hides nothing, but what was not checked is said."""
    line = sign_note(b"x\n", [STRANGER]).split(b"\n\n")[1]
    log.entries[-1] += line
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E775"])


def test_outsider_adds_a_false_line_by_a_known_key(log: LogMaker) -> None:
    line = sign_note(b"x\n", [log.supervisors[0]]).split(b"\n\n")[1]
    log.entries[-1] += line
    assert first_fault(log.check()) == (1, 14, "E708")


def _swap(entries: list[bytes]) -> None:
    entries[5], entries[6] = entries[6], entries[5]


@pytest.mark.parametrize(
    ("change", "first", "code"),
    [
        pytest.param(lambda e: e.pop(5), 5, "E731", id="removed"),
        pytest.param(_swap, 5, "E731", id="swapped"),
        pytest.param(lambda e: e.insert(5, e[4]), 5, "E731", id="duplicated"),
        pytest.param(lambda e: e.insert(5, e[12]), 5, "E731", id="moved up"),
        pytest.param(lambda e: e.pop(0), 0, "E731", id="beginning removed"),
        pytest.param(lambda e: e.append(e[0]), 15, "E731", id="genesis again"),
        pytest.param(lambda e: e.insert(5, b""), 5, "E703", id="nothing inserted"),
    ],
)
def test_outsider_rearranges_entries(
    log: LogMaker, change: Callable[[list[bytes]], object], first: int, code: str
) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    change(log.entries)
    assert first_fault(log.check(kept, checkpoint=checkpoint)) == (1, first, code)


def test_outsider_renumbers_after_removing(log: LogMaker) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    del log.entries[5]
    for seq in range(5, 14):
        log.entries[seq] = re.sub(rb'"seq":\d+', b'"seq":%d' % seq, log.entries[seq])
    assert first_fault(log.check(kept, checkpoint=checkpoint)) == (1, 5, "E732")
    for seq in range(5, 14):
        prev = leaf_hash(log.entries[seq - 1]).hex().encode()
        log.entries[seq] = re.sub(
            rb'"prev":"[0-9a-f]{64}"', b'"prev":"' + prev + b'"', log.entries[seq]
        )
    report = log.check(kept, checkpoint=checkpoint)
    assert first_fault(report) == (1, 5, "E708")
    assert {"E760", "E769"} <= set(codes(report))


def test_outsider_cuts_the_tail(log: LogMaker) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    del log.entries[12:]
    report = log.check(kept, checkpoint=checkpoint)
    assert (report.exit_code, codes(report)) == (1, ["E760", "E769"])


def test_outsider_cuts_the_tail_and_shows_an_older_checkpoint(log: LogMaker) -> None:
    """An earlier state was once honest: only what is kept tells that it is old."""
    kept, older = log.kept(), log.checkpoint(12, cosigners=log.supervisors)
    del log.entries[12:]
    report = log.check(kept, checkpoint=older)
    assert (report.exit_code, codes(report)) == (1, ["E769"])
    assert log.check(LogTrust(), checkpoint=older).exit_code == 6
    genesis = LogTrust(genesis=sha256(log.entries[0]))
    assert log.check(genesis, checkpoint=older).exit_code == 6


def test_outsider_brings_an_entry_from_another_log(log: LogMaker) -> None:
    """The same office's keys, another log: the entry says which one it is for."""
    other = LogMaker(origin="scjg.example.gov.cn/rehearsal")
    other.entries = list(log.entries)
    entry = other.make("registry.change", json.loads(_line(log, 6))["body"])
    log.entries.append(sign_entry(entry, log.officers[0]))
    assert first_fault(log.check()) == (1, 15, "E733")


def _line(log: LogMaker, seq: int) -> bytes:
    return log.entries[seq].split(b"\n")[0]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda t: t.replace(b":3,", b": 3,", 1), "E802", id="blank"),
        pytest.param(lambda t: t.replace(b":3,", b":3.0,", 1), "E802", id="fraction"),
        pytest.param(lambda t: t.replace(b":3,", b":NaN,", 1), "E802", id="NaN"),
        pytest.param(
            lambda t: t.replace(b":3,", b":" + b"7" * 5000 + b",", 1),
            "E802",
            id="5,000 digits",
        ),
        pytest.param(
            lambda t: t.replace(b'"added":3', b'"added":3,"added":4', 1),
            "E802",
            id="duplicate key",
        ),
        pytest.param(
            lambda t: t.replace(b":3,", b":" + b"[" * 200_000 + b"]" * 200_000 + b","),
            "E701",
            id="200,000 deep",
        ),
        pytest.param(
            lambda t: t.replace(b":3,", b":" + b"[" * 32_000 + b"]" * 32_000 + b","),
            "E802",
            id="32,000 deep",
        ),
        pytest.param(
            lambda t: t.replace(b'"targets"', b'"' + b"t" * 65_000 + b'"'),
            "E701",
            id="over 65,535 bytes",
        ),
        pytest.param(lambda t: t.replace(b"targets", b"t\xff"), "E703", id="no UTF-8"),
        pytest.param(lambda t: t.replace(b"{", b"\xef\xbb\xbf{", 1), "E802", id="BOM"),
    ],
)
def test_outsider_plays_with_the_parser(
    log: LogMaker, change: Callable[[bytes], bytes], code: str
) -> None:
    text, line = log.entries[6].split(b"\n\n")
    log.entries[6] = change(text) + b"\n\n" + line
    assert first_fault(log.check()) == (1, 6, code)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        pytest.param(lambda t: t.replace(b":3,", b": 3,", 1), "E802", id="blank"),
        pytest.param(
            lambda t: t.replace(b'"added":3', b'"added":3,"added":4', 1),
            "E802",
            id="duplicate key",
        ),
        pytest.param(lambda t: t.replace(b":3,", b":NaN,", 1), "E802", id="NaN"),
    ],
)
def test_officer_signs_what_two_readers_would_read_differently(
    log: LogMaker, change: Callable[[bytes], bytes], code: str
) -> None:
    data = log.change()
    text = change(data.split(b"\n\n")[0]) + b"\n"
    log.entries[-1] = sign_note(text, [log.officers[0]])
    assert first_fault(log.check()) == (1, 15, code)


def test_outsider_uses_a_name_that_only_looks_the_same() -> None:
    """NFC and NFD of one name are two names: bytes are compared, never appearance."""
    composed, decomposed = "b\u00fcro/officer-01", "bu\u0308ro/officer-01"
    log = LogMaker(officers=(composed,))
    log.change(by=MadeKey(decomposed, "forged"))
    assert first_fault(log.check()) == (1, 1, "E734")
    other = LogMaker(officers=(composed,))
    data = other.change()
    other.entries[-1] = data.replace(composed.encode(), decomposed.encode())
    assert first_fault(other.check()) == (1, 1, "E734")


# ── the officer ──


def test_officer_edits_a_payload_and_signs_it_again(log: LogMaker) -> None:
    """His own entry is his to sign; the chain after it is not."""
    kept, checkpoint = log.kept(), log.checkpoint()
    entry, _ = parse_entry(log.entries[6])
    body = dict(entry.body) | {"added": 4}
    log.entries[6] = sign_note(
        json_line(json.loads(_line(log, 6)) | {"body": body}), [log.officers[0]]
    )
    report = log.check(kept, checkpoint=checkpoint)
    assert first_fault(report) == (1, 7, "E732")


def test_officer_rewrites_all_that_follows(log: LogMaker) -> None:
    kept, checkpoint = log.kept(), log.checkpoint()
    body = dict(parse_entry(log.entries[6])[0].body) | {"added": 4}
    log.entries[6] = sign_note(
        json_line(json.loads(_line(log, 6)) | {"body": body}), [log.officers[0]]
    )
    resign(log, 7, log.officers[0])
    report = log.check(kept, checkpoint=checkpoint)
    assert report.exit_code == 1
    assert codes(report) == ["E759", "E768"]


def test_officer_signs_in_the_name_of_another(log: LogMaker) -> None:
    entry = log.make("registry.change", json.loads(_line(log, 6))["body"])
    value = json.loads(_text(entry)) | {"by": log.officers[1].name}
    log.entries.append(sign_note(json_line(value), [log.officers[0]]))
    assert first_fault(log.check()) == (1, 15, "E710")


def _text(entry: Any) -> bytes:
    data = sign_entry(entry, MadeKey(entry.by))
    return data.split(b"\n")[0]


@pytest.mark.parametrize(
    ("role", "act"),
    [("supervisors", "registry.change"), ("supervisors", "draw.release")],
    ids=["supervisor appends", "supervisor releases"],
)
def test_wrong_role(log: LogMaker, role: str, act: str) -> None:
    body = json.loads(_line(log, 6))["body"]
    log.append(act, body, by=getattr(log, role)[0])
    assert first_fault(log.check()) == (1, 15, "E735")


def test_log_key_is_nobody_s_personal_key(log: LogMaker) -> None:
    log.append("registry.change", json.loads(_line(log, 6))["body"], by=log.key)
    assert first_fault(log.check()) == (1, 15, "E735")
    log = LogMaker()
    log.append("draw.teleport", {}, by=log.key)
    assert first_fault(log.check()) == (1, 1, "E735")


def test_revoked_officer_goes_on(log: LogMaker) -> None:
    log.revoke_key(log.officers[1], 15)
    log.change(by=log.officers[1])
    assert first_fault(log.check()) == (1, 16, "E736")


def test_officer_adds_a_key_without_approval(log: LogMaker) -> None:
    log.add_key(STRANGER, "officer", approvers=())
    log.change(by=STRANGER)
    report = log.check()
    assert first_fault(report) == (1, 15, "E739")
    assert codes(report)[1] == "E734"  # and the key does not count


def test_officer_approves_his_own_act(log: LogMaker) -> None:
    log.announce("2026-100")
    log.abandon("2026-100", approvers=log.officers[:1])
    assert first_fault(log.check())[2] == "E741"


def test_another_officer_is_no_supervisor(log: LogMaker) -> None:
    log.announce("2026-100")
    log.abandon("2026-100", approvers=log.officers[1:])
    assert first_fault(log.check())[2] == "E741"


def test_supervisor_does_not_approve_his_own_act(log: LogMaker) -> None:
    own = log.supervisors[0]
    log.add_key(STRANGER, "officer", by=own, approvers=[own])
    assert first_fault(log.check()) == (1, 15, "E741")


def test_revoked_supervisor_approves_no_more(log: LogMaker) -> None:
    gone, stays = log.supervisors
    log.revoke_key(gone, 15, approvers=[stays])
    log.add_key(STRANGER, "officer", approvers=[gone])
    assert first_fault(log.check()) == (1, 16, "E741")


def test_stranger_approves(log: LogMaker) -> None:
    log.announce("2026-100")
    log.abandon("2026-100", approvers=[MadeKey("x.example/supervisor-01")])
    assert first_fault(log.check())[2] == "E739"


def test_one_supervisor_approves_twice(log: LogMaker) -> None:
    log = LogMaker(quorum=2)
    one = log.supervisors[0]
    log.add_key(MadeKey("x/supervisor"), "supervisor", approvers=[one, one])
    assert first_fault(log.check()) == (1, 1, "E739")


def test_approval_of_another_body(log: LogMaker) -> None:
    log.announce("2026-100")
    seq = len(log.entries)
    entry = log.make("draw.abandon", log.abandon_body("2026-100"))
    other = dict(entry.body) | {"reason": "TOO-FEW"}
    text = approval_text(entry.log, entry.act, other, entry.op)
    approval = sign_approval(text, log.supervisors[0])
    log.abandon("2026-100", approvers=(), approvals=[approval])
    assert first_fault(log.check()) == (1, seq, "E740")


def test_approval_is_replayed(log: LogMaker) -> None:
    """Two drafts of one body differ by op; with the same op it is the same act."""
    log.announce("2026-100", task="t")
    log.abandon("2026-100")
    used = parse_entry(log.entries[-1])[0]
    log.announce("2026-101", task="t")
    seq = len(log.entries)
    log.abandon("2026-101", approvers=(), approvals=used.approvals)
    assert first_fault(log.check()) == (1, seq, "E740")
    log.entries.pop()
    log.abandon("2026-100", approvers=(), approvals=used.approvals, op=used.op)
    assert first_fault(log.check()) == (1, seq, "E737")


def test_approval_for_another_log(log: LogMaker) -> None:
    log.announce("2026-100")
    seq = len(log.entries)
    entry = log.make("draw.abandon", log.abandon_body("2026-100"))
    text = approval_text("rehearsal.example/log", entry.act, entry.body, entry.op)
    approval = sign_approval(text, log.supervisors[0])
    log.abandon("2026-100", approvers=(), approvals=[approval])
    assert first_fault(log.check()) == (1, seq, "E740")


def test_approval_with_a_forged_signature(log: LogMaker) -> None:
    log.announce("2026-100")
    seq = len(log.entries)
    forged = MadeKey(log.supervisors[0].name, "forged")
    forged_note = log.make(
        "draw.abandon", log.abandon_body("2026-100"), approvers=[forged]
    ).approvals[0]
    raw = base64.b64decode(forged_note.split(" ")[-1])
    line = base64.b64encode(log.supervisors[0].vkey.id + raw[4:]).decode()
    approval = forged_note.rpartition(" ")[0] + " " + line + "\n"
    log.abandon("2026-100", approvers=(), approvals=[approval])
    assert first_fault(log.check()) == (1, seq, "E708")


def test_approval_that_is_no_note(log: LogMaker) -> None:
    log.announce("2026-100")
    seq = len(log.entries)
    log.abandon("2026-100", approvers=(), approvals=["agreed"])
    assert first_fault(log.check()) == (1, seq, "E703")


def test_same_operation_twice(log: LogMaker) -> None:
    log.change(op=parse_entry(log.entries[6])[0].op)
    assert first_fault(log.check()) == (1, 15, "E737")


def test_second_genesis(log: LogMaker) -> None:
    log.append("log.genesis", log.genesis_body())
    assert first_fault(log.check()) == (1, 15, "E738")


def test_log_that_does_not_begin_with_its_genesis() -> None:
    log = LogMaker(genesis=False)
    log.change()
    assert first_fault(log.check()) == (1, 0, "E738")


# ── the office: coherence of draws ──


def _twice(log: LogMaker) -> None:
    log.announce("2026-100")
    log.result("2026-100")
    log.result("2026-100")


def _result_after_abandonment(log: LogMaker) -> None:
    log.announce("2026-100")
    log.abandon("2026-100")
    log.result("2026-100")


def _abandonment_after_result(log: LogMaker) -> None:
    log.announce("2026-100")
    log.result("2026-100")
    log.abandon("2026-100")


def _announced_again(log: LogMaker) -> None:
    log.announce("2026-100")
    log.abandon("2026-100")
    log.announce("2026-100")


def _two_open(log: LogMaker) -> None:
    log.announce("2026-100", task="t")
    log.announce("2026-101", task="t")


def _never_announced(log: LogMaker) -> None:
    log.result("2026-100")


def _other_commitment(log: LogMaker) -> None:
    log.announce("2026-100")
    body = log.result_body("2026-100") | {"commitment": digest("another")}
    log.append("draw.result", body)


def _dice_again(log: LogMaker) -> None:
    log.announce("2026-100")
    log.dice("2026-100", 1)
    log.dice("2026-100", 1)


def _dice_late(log: LogMaker) -> None:
    log.announce("2026-100")
    log.result("2026-100")
    log.dice("2026-100")


def _dice_early(log: LogMaker) -> None:
    log.dice("2026-100")


def _unlogged_list(log: LogMaker) -> None:
    body = log.announce_body("2026-100")
    body["registry"]["targets"] = digest("a list of our own")
    log.append("draw.announce", body)


def _list_of_the_future(log: LogMaker) -> None:
    body = log.announce_body("2026-100")
    body["registry"]["seq"] = len(log.entries)
    log.append("draw.announce", body)


def _supervisor_left_out(log: LogMaker) -> None:
    body = log.announce_body("2026-100")
    body["keys"].remove(str(log.supervisors[0].vkey))
    log.append("draw.announce", body)


def _stranger_among_keys(log: LogMaker) -> None:
    body = log.announce_body("2026-100")
    body["keys"] = sorted([*body["keys"], str(STRANGER.vkey)], key=str.encode)
    log.append("draw.announce", body)


def _lists_never_logged(log: LogMaker) -> None:
    body = log.announce_body("2026-100")
    del log.entries[1:]
    log.append("draw.announce", body)


def _result_leaves_a_supervisor_out(log: LogMaker) -> None:
    log.announce("2026-100")
    body = log.result_body("2026-100")
    body["keys"].remove(str(log.supervisors[0].vkey))
    log.append("draw.result", body)


def _abandonment_leaves_a_supervisor_out(log: LogMaker) -> None:
    log.announce("2026-100")
    body = log.abandon_body("2026-100")
    body["keys"].remove(str(log.supervisors[0].vkey))
    log.append("draw.abandon", body, approvers=log.supervisors)


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        pytest.param(_twice, "E753", id="draws twice"),
        pytest.param(_result_after_abandonment, "E753", id="result after abandonment"),
        pytest.param(_abandonment_after_result, "E753", id="abandons a result"),
        pytest.param(_announced_again, "E750", id="announces one draw twice"),
        pytest.param(_two_open, "E751", id="two announcements for one task"),
        pytest.param(_never_announced, "E752", id="never announced"),
        pytest.param(_other_commitment, "E754", id="another commitment"),
        pytest.param(_dice_again, "E755", id="rolls again"),
        pytest.param(_dice_late, "E753", id="rolls after the result"),
        pytest.param(_dice_early, "E752", id="rolls before the announcement"),
        pytest.param(_unlogged_list, "E756", id="another list"),
        pytest.param(_list_of_the_future, "E756", id="a list not yet logged"),
        pytest.param(_supervisor_left_out, "E758", id="leaves a supervisor out"),
        pytest.param(_stranger_among_keys, "E758", id="names a stranger"),
        pytest.param(_lists_never_logged, "E756", id="lists never logged"),
        pytest.param(_result_leaves_a_supervisor_out, "E758", id="result without"),
        pytest.param(
            _abandonment_leaves_a_supervisor_out, "E758", id="abandonment without"
        ),
    ],
)
def test_office_breaks_the_life_of_a_draw(
    log: LogMaker, attack: Callable[[LogMaker], None], code: str
) -> None:
    assert log.check().exit_code == 0
    attack(log)
    exit_code, first, found = first_fault(log.check())
    assert (exit_code, found) == (1, code)
    assert first == len(log.entries) - 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("digits", "1234567890123456789"),
        ("digits", "1234567890123456789a"),
        ("source", -1),
        ("source", "0"),
        ("commitment", "x"),
        ("draw", "2026/100"),
    ],
    ids=["19 rolls", "no digit", "negative", "text", "no digest", "no draw id"],
)
def test_office_logs_an_ill_formed_body(
    log: LogMaker, field: str, value: object
) -> None:
    log.announce("2026-100")
    body = {
        "draw": "2026-100",
        "commitment": digest("announcement"),
        "source": 0,
        "digits": "63454660390103169462",
    }
    log.append("draw.dice", body | {field: value})
    report = log.check()
    assert codes(report) == ["E746"]
    assert dict(report.findings[0].params)["field"] == field


# ── the office: history ──


def test_office_rewrites_history_with_all_its_keys(log: LogMaker) -> None:
    """Coherent, signed, checkpointed anew: only what others kept gives it away."""
    kept = log.kept(10)
    value = json.loads(_line(log, 6))
    value["body"]["added"] = 4
    log.entries[6] = sign_note(json_line(value), [log.officers[0]])
    resign(log, 7)
    assert codes(log.check(LogTrust())) == []
    assert log.check(LogTrust()).exit_code == 6
    report = log.check(kept)
    assert (report.exit_code, codes(report)) == (1, ["E768"])


def test_office_cuts_the_tail_and_signs_the_rest(log: LogMaker) -> None:
    kept = log.kept()
    del log.entries[12:]
    report = log.check(kept)
    assert (report.exit_code, codes(report)) == (1, ["E769"])
    assert log.check(LogTrust()).exit_code == 6


def test_office_starts_a_new_log_under_the_old_name(log: LogMaker) -> None:
    kept = log.kept()
    fresh = LogMaker(officers=("shishijian/officer-09",)).year(20)
    report = fresh.check(kept)
    assert (report.exit_code, codes(report)) == (1, ["E768"])


# ── any byte ──


def test_every_byte_of_the_checkpoint_is_found() -> None:
    """Proven, or, where a line turns into a stranger's, not called intact."""
    log = LogMaker().year(5)
    data = log.checkpoint(cosigners=log.supervisors)
    assert log.check(checkpoint=data).exit_code == 0
    for at in range(len(data)):
        flipped = bytearray(data)
        flipped[at] ^= 1 << at % 8
        assert log.check(checkpoint=bytes(flipped)).exit_code in (1, 6), at


def test_every_length_of_a_cut_entry_is_found() -> None:
    log = LogMaker().year(4)
    whole = log.entries[-1]
    for length in range(len(whole)):
        entries = [*log.entries[:-1], whole[:length]]
        report = verify_log(
            entries,
            verify=verify_ed25519,
            checkpoint=log.checkpoint(),
            trust=log.kept(),
        )
        assert (report.exit_code, report.first) == (1, 3), length
