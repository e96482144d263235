"""The full check of a log: what is intact, what differs, what cannot be told."""

from __future__ import annotations

import copy
import dataclasses
import json
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest

from dualrandom.audit import (
    EMPTY_ROOT,
    Checkpoint,
    LogChecker,
    LogTrust,
    Policy,
    parse_checkpoint,
    parse_entry,
    parse_genesis,
    read_log,
    sign_checkpoint,
    sign_note,
    tiles,
    verify_log,
    verify_published,
    vkey,
)
from dualrandom.canonical import json_line, sha256
from dualrandom.errors import VerificationError
from dualrandom.keys import verify_ed25519
from dualrandom.logcheck import _Operations
from dualrandom.logreport import MOST
from tests.logmaking import (
    COMMITMENT,
    OFFICER,
    OTHER_SUPERVISOR,
    SECOND,
    SUPERVISOR,
    LogMaker,
    MadeKey,
    codes,
    digest,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def _renamed(name: str, other: str) -> str:
    """Return a key under another name."""
    return str(vkey(other, MadeKey(name).public))


NEW = MadeKey("shishijian/officer-03")
NEW_SUPERVISOR = MadeKey("shenji/supervisor-01")


# ── what the verdict needs ──


def test_intact_log_with_a_kept_checkpoint_is_intact() -> None:
    log = LogMaker().year(40)
    report = log.check(
        log.kept(17), checkpoint=log.checkpoint(cosigners=log.supervisors)
    )
    assert (report.exit_code, report.findings, report.first) == (0, (), None)
    assert (report.origin, report.size) == (log.origin, 40)
    assert (report.root, report.head) == (log.root(), log.leaves[-1])
    assert report.cosigned == (
        (SUPERVISOR, 1_795_000_000),
        (OTHER_SUPERVISOR, 1_795_000_000),
    )


def test_without_trust_it_cannot_be_told() -> None:
    report = LogMaker().year(9).check(LogTrust())
    assert report.exit_code == 6
    assert codes(report, "unchecked") == ["E772", "E773"]


def test_genesis_alone_is_no_anchor() -> None:
    log = LogMaker().year(9)
    report = log.check(LogTrust(genesis=sha256(log.entries[0])))
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E772"])


def test_policy_alone_is_no_anchor() -> None:
    log = LogMaker().year(9)
    policy = Policy(logs=(log.key.vkey,))
    report = log.check(LogTrust(policy=policy))
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E772"])


def test_state_of_a_witness_is_an_anchor() -> None:
    log = LogMaker().year(9)
    state = Checkpoint(origin=log.origin, size=5, root=log.root(5))
    assert log.check(LogTrust(states=(state,))).exit_code == 0


def test_kept_checkpoint_of_size_0_anchors_nothing() -> None:
    log = LogMaker().year(9)
    empty = Checkpoint(origin=log.origin, size=0, root=EMPTY_ROOT)
    assert log.check(LogTrust(states=(empty,))).exit_code == 6


def test_without_a_checkpoint_it_cannot_be_told() -> None:
    log = LogMaker().year(9)
    report = log.check(log.kept(), checkpoint=None)
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E762"])


@pytest.mark.parametrize("checkpoint", [True, False], ids=["checkpoint", "none"])
def test_empty_log_is_never_intact(checkpoint: bool) -> None:  # noqa: FBT001
    log = LogMaker(genesis=False)
    data = log.checkpoint() if checkpoint else None
    for trust in (
        LogTrust(),
        LogTrust(policy=Policy(logs=(log.key.vkey,))),
        LogTrust(states=(Checkpoint(origin=log.origin, size=0, root=EMPTY_ROOT),)),
    ):
        report = log.check(trust, checkpoint=data)
        assert report.exit_code == 6
        assert "E730" in codes(report, "unchecked")


def test_empty_log_against_a_kept_checkpoint_was_cut_off() -> None:
    log = LogMaker().year(9)
    report = verify_log([], verify=verify_ed25519, trust=log.kept(5))
    assert (report.exit_code, codes(report)) == (1, ["E769"])
    report = verify_log([], verify=verify_ed25519)
    assert (report.exit_code, codes(report)) == (6, [])
    assert "E730" in codes(report, "unchecked")


# ── checkpoints ──


def test_entries_after_the_checkpoint_are_noted() -> None:
    log = LogMaker().year(12)
    report = log.check(log.kept(4), checkpoint=log.checkpoint(9))
    assert report.exit_code == 0
    assert "E761" in codes(report, "note")


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(
            lambda log: log.checkpoint().replace(b"\n9\n", b"\n8\n", 1),
            "E759",
            id="another size",
        ),
        pytest.param(
            lambda log: log.checkpoint().replace(b"\n9\n", b"\n10\n", 1),
            "E760",
            id="a larger size",
        ),
        pytest.param(lambda log: log.checkpoint()[:-2], "E703", id="cut"),
        pytest.param(
            lambda log: log.checkpoint(signer=MadeKey(log.origin, "forged")),
            "E763",
            id="another key of that name",
        ),
        pytest.param(
            lambda log: sign_checkpoint(
                Checkpoint(origin=OFFICER, size=9, root=log.root()), log.officers[0]
            ),
            "E764",
            id="by an officer, of his own log",
        ),
        pytest.param(
            lambda log: (
                log.checkpoint(8).split(b"\n\n")[0]
                + b"\n\n"
                + log.checkpoint(9).split(b"\n\n")[1]
            ),
            "E708",
            id="another's signature",
        ),
    ],
)
def test_checkpoint_that_does_not_fit(
    make: Callable[[LogMaker], bytes], code: str
) -> None:
    log = LogMaker().year(9)
    report = log.check(log.kept(4), checkpoint=make(log))
    assert report.exit_code == 1
    assert code in codes(report)


def test_unknown_cosigner_is_not_checked() -> None:
    log = LogMaker().year(9)
    data = log.checkpoint(cosigners=[NEW_SUPERVISOR])
    report = log.check(checkpoint=data)
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E775"])
    policy = Policy(
        logs=(log.key.vkey,), witnesses=(("w", NEW_SUPERVISOR.vkey.cosigner),)
    )
    trust = LogTrust(policy=policy, kept=log.kept().kept)
    assert log.check(trust, checkpoint=data).exit_code == 0


def test_wrong_cosignature_of_a_supervisor_differs() -> None:
    log = LogMaker().year(9)
    ours = log.checkpoint()
    foreign = log.checkpoint(8, cosigners=log.supervisors[:1])
    line = parse_checkpoint(foreign).note.signatures[1].line
    report = log.check(checkpoint=ours + line)
    assert (report.exit_code, codes(report)) == (1, ["E708"])


def test_extension_lines_are_not_checked() -> None:
    log = LogMaker().year(9)
    made = Checkpoint(origin=log.origin, size=9, root=log.root(), extensions=("more",))
    report = log.check(checkpoint=sign_checkpoint(made, log.key))
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E777"])


def test_quorum_of_the_genesis_entry_is_shown() -> None:
    log = LogMaker(quorum=2).year(9)
    report = log.check(checkpoint=log.checkpoint(cosigners=log.supervisors[:1]))
    assert (report.exit_code, codes(report, "note")) == (0, ["E776"])
    report = log.check(checkpoint=log.checkpoint(cosigners=log.supervisors))
    assert codes(report, "note") == []


def test_quorum_that_the_reader_asks_for_must_be_reached() -> None:
    log = LogMaker(quorum=2).year(9)
    policy = log.first_policy()
    trust = LogTrust(policy=policy, kept=log.kept(3).kept)
    report = log.check(trust, checkpoint=log.checkpoint(cosigners=log.supervisors[:1]))
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E766"])
    report = log.check(trust, checkpoint=log.checkpoint(cosigners=log.supervisors))
    assert report.exit_code == 0


@pytest.mark.parametrize(
    "key",
    [MadeKey("another.example/log"), MadeKey(LogMaker().origin, "forged")],
    ids=["another log", "another key"],
)
def test_policy_that_trusts_another_log_differs(key: MadeKey) -> None:
    log = LogMaker().year(9)
    report = log.check(LogTrust(policy=Policy(logs=(key.vkey,))))
    assert (report.exit_code, codes(report)) == (1, ["E765"])


def test_policy_without_logs_leaves_the_log_to_the_genesis() -> None:
    log = LogMaker().year(9)
    trust = LogTrust(policy=Policy(), kept=log.kept().kept)
    assert log.check(trust).exit_code == 0
    assert "E773" in codes(log.check(LogTrust(policy=Policy())), "unchecked")


def test_genesis_other_than_the_kept_one_differs() -> None:
    log = LogMaker().year(9)
    report = log.check(LogTrust(genesis=digest("another")))
    assert (report.exit_code, codes(report), report.first) == (1, ["E767"], 0)
    assert "E778" in codes(report, "unchecked")
    assert report.keys == ()


def test_keys_of_a_forged_genesis_count_for_nothing() -> None:
    log = LogMaker().year(9)
    kept = log.kept()
    log.entries[0] = log.entries[0].replace(b'"quorum":1', b'"quorum":2')
    report = log.check(kept)
    assert (codes(report)[0], report.first, report.keys) == ("E708", 0, ())


# ── kept checkpoints ──


def test_kept_checkpoint_at_every_size_agrees() -> None:
    log = LogMaker().year(9)
    kept = tuple(parse_checkpoint(log.checkpoint(n)) for n in range(1, 10))
    assert log.check(LogTrust(kept=kept)).exit_code == 0


def test_kept_checkpoint_of_another_history_differs() -> None:
    log, other = LogMaker().year(9), LogMaker(quorum=2).year(9)
    report = log.check(other.kept(4))
    assert (report.exit_code, codes(report)) == (1, ["E768"])


def test_kept_checkpoint_of_another_log_differs() -> None:
    log, other = LogMaker().year(9), LogMaker(origin="b.example/log").year(9)
    report = log.check(other.kept(4))
    assert (report.exit_code, codes(report)) == (1, ["E770"])


def test_kept_checkpoint_without_a_valid_signature_is_no_anchor() -> None:
    log = LogMaker().year(9)
    for data in (
        log.checkpoint(signer=MadeKey(log.origin, "forged")),
        log.checkpoint(5).split(b"\n\n")[0]
        + b"\n\n"
        + log.checkpoint().split(b"\n\n")[1],
    ):
        report = log.check(LogTrust(kept=(parse_checkpoint(data),)))
        assert report.exit_code == 6
        assert codes(report, "unchecked") == ["E771", "E772", "E773"]


# ── keys by index ──


def test_added_officer_may_sign_from_the_next_entry_on() -> None:
    log = LogMaker()
    log.add_key(NEW, "officer")
    log.change(by=NEW)
    assert log.check().exit_code == 0


def test_officer_added_later_may_not_sign_before() -> None:
    log = LogMaker()
    log.change(by=NEW)
    log.add_key(NEW, "officer")
    report = log.check()
    assert (codes(report)[0], report.first) == ("E734", 1)


def test_revoked_officer_may_sign_up_to_the_revocation() -> None:
    log = LogMaker()
    second = log.officers[1]
    log.change(by=second)
    log.revoke_key(second, 2, by=log.officers[0])
    assert log.check().exit_code == 0
    log.change(by=second)
    report = log.check()
    assert (report.exit_code, codes(report), report.first) == (1, ["E736"], 3)


def test_what_a_revoked_key_signed_since_it_is_suspect_is_shown() -> None:
    log = LogMaker()
    second = log.officers[1]
    for _ in range(6):
        log.change(by=second)
    log.revoke_key(second, 5)
    report = log.check(LogTrust(kept=(*log.kept(3).kept, *log.kept(6).kept)))
    (finding,) = [f for f in report.findings if f.code == "E774"]
    assert dict(finding.params) == {"name": SECOND, "seq": 3, "last": 6}
    assert report.exit_code == 0
    unanchored = log.check(LogTrust())
    (finding,) = [f for f in unanchored.findings if f.code == "E774"]
    assert dict(finding.params)["seq"] == 0


def test_key_that_signed_nothing_since_is_not_suspect() -> None:
    log = LogMaker()
    log.change(by=log.officers[1])
    for _ in range(4):
        log.change()
    log.revoke_key(log.officers[1], 5)
    assert "E774" not in codes(log.check(log.kept(4)), "note")


def test_person_gets_a_new_key_after_the_old_one_is_revoked() -> None:
    log = LogMaker()
    fresh = MadeKey(SECOND, "second key")
    log.revoke_key(log.officers[1], 1)
    log.add_key(fresh, "officer")
    log.change(by=fresh)
    assert log.check().exit_code == 0


def test_log_key_changes_with_both_valid_in_between() -> None:
    log = LogMaker()
    old, new = log.key, MadeKey(log.origin, "second key")
    log.add_key(new, "log")
    assert log.check().exit_code == 0
    assert log.check(checkpoint=log.checkpoint(signer=new)).exit_code == 0
    log.revoke_key(old, 2)
    log.key = new
    assert log.check().exit_code == 0
    report = log.check(checkpoint=log.checkpoint(signer=old))
    assert (report.exit_code, codes(report)) == (1, ["E763"])
    policy = Policy(logs=(old.vkey,))
    report = log.check(
        LogTrust(policy=policy, kept=log.kept().kept),
        checkpoint=log.checkpoint(signer=old),
    )
    assert (report.exit_code, codes(report)) == (1, ["E765"])


def test_log_whose_keys_are_all_revoked_has_no_checkpoint() -> None:
    """A supervisor's line alone must not stand in for the log's own."""
    log = LogMaker()
    kept = log.kept()
    log.revoke_key(log.key, 1)
    signed = parse_checkpoint(log.checkpoint(cosigners=log.supervisors))
    lines = [line.line for line in signed.note.signatures[1:]]
    bare = signed.note.text + b"\n" + b"".join(lines)
    report = log.check(kept, checkpoint=bare)
    assert (report.exit_code, codes(report)) == (1, ["E763"])


def test_checkpoint_of_nothing_before_a_log_is_not_checked() -> None:
    log = LogMaker().year(5)
    report = log.check(log.kept(3), checkpoint=log.checkpoint(0))
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E763"])


def test_what_a_revoked_supervisor_approved_is_suspect_too() -> None:
    log = LogMaker()
    log.add_key(NEW, "officer", approvers=log.supervisors[:1])
    log.revoke_key(log.supervisors[0], 1, approvers=log.supervisors[1:])
    (finding,) = [f for f in log.check(log.kept(1)).findings if f.code == "E774"]
    assert dict(finding.params) == {"name": SUPERVISOR, "seq": 1, "last": 1}


@pytest.mark.parametrize(
    ("key", "role"),
    [
        pytest.param(MadeKey(SECOND), "officer", id="the same again"),
        pytest.param(MadeKey(SECOND), "supervisor", id="in a second role"),
        pytest.param(MadeKey(SECOND, "b"), "officer", id="a second key for a name"),
        pytest.param(MadeKey("x.example/log"), "log", id="log key of another name"),
        pytest.param(
            MadeKey(LogMaker().origin, "b"), "officer", id="officer named like the log"
        ),
    ],
)
def test_keys_that_cannot_be_added(key: MadeKey, role: str) -> None:
    log = LogMaker()
    log.add_key(key, role)
    report = log.check()
    assert (report.exit_code, codes(report), report.first) == (1, ["E748"], 1)


def test_one_key_under_two_names_cannot_be_added() -> None:
    log = LogMaker()
    twin = MadeKey(SECOND)
    twin.name = "shishijian/officer-09"
    log.add_key(twin, "officer")
    assert codes(log.check()) == ["E748"]


def test_revoked_person_does_not_come_back_in_another_role() -> None:
    log = LogMaker()
    log.revoke_key(log.officers[1], 1)
    log.add_key(MadeKey(SECOND, "b"), "supervisor")
    assert codes(log.check()) == ["E748"]


@pytest.mark.parametrize(
    ("key", "suspect"),
    [(NEW, 0), (MadeKey(SECOND), 2), (MadeKey(SECOND, "b"), 0)],
    ids=["unknown", "suspect from later on", "another key of that name"],
)
def test_keys_that_cannot_be_revoked(key: MadeKey, suspect: int) -> None:
    log = LogMaker()
    log.revoke_key(key, suspect)
    report = log.check()
    assert (report.exit_code, codes(report), report.first) == (1, ["E749"], 1)


def test_key_is_revoked_once() -> None:
    log = LogMaker()
    log.revoke_key(log.officers[1], 1)
    log.revoke_key(log.officers[1], 1)
    assert codes(log.check()) == ["E749"]


def test_changes_of_supervisors_need_the_quorum() -> None:
    log = LogMaker(quorum=2)
    log.add_key(NEW_SUPERVISOR, "supervisor", approvers=log.supervisors)
    assert log.check().exit_code == 0
    log.revoke_key(NEW_SUPERVISOR, 2, approvers=log.supervisors[:1])
    report = log.check()
    assert (codes(report), report.first) == (["E739"], 2)
    assert dict(report.findings[0].params)["need"] == 2


def test_without_a_quorum_a_change_of_supervisors_still_needs_one() -> None:
    log = LogMaker(quorum=0)
    log.add_key(NEW_SUPERVISOR, "supervisor")
    assert log.check().exit_code == 0
    log.revoke_key(NEW_SUPERVISOR, 2, approvers=())
    report = log.check()
    assert (codes(report), report.first) == (["E739"], 2)


def test_keys_of_a_draw_follow_the_revocation_of_a_supervisor() -> None:
    log = LogMaker()
    log.announce("2026-001")
    before = log.due_keys()
    gone = log.supervisors.pop()
    log.revoke_key(gone, 1)
    log.result("2026-001")
    assert log.check().exit_code == 0
    assert before != log.due_keys()
    log.append("draw.announce", log.announce_body("2026-002") | {"keys": before})
    assert codes(log.check()) == ["E758"]


def test_keys_of_a_draw_follow_the_addition_of_a_supervisor() -> None:
    log = LogMaker()
    log.announce("2026-001")
    before = log.due_keys()
    log.add_key(NEW_SUPERVISOR, "supervisor")
    log.append("draw.result", log.result_body("2026-001") | {"keys": before})
    assert codes(log.check()) == ["E758"]
    log.entries.pop()
    log.supervisors.append(NEW_SUPERVISOR)
    log.result("2026-001")
    assert log.check().exit_code == 0


def test_one_supervisor_is_enough_for_an_officer() -> None:
    log = LogMaker(quorum=2)
    log.add_key(NEW, "officer")
    log.revoke_key(NEW, 2)
    assert log.check().exit_code == 0


def test_new_supervisor_approves_from_the_next_entry_on() -> None:
    log = LogMaker()
    log.add_key(NEW_SUPERVISOR, "supervisor")
    log.add_key(NEW, "officer", approvers=[NEW_SUPERVISOR])
    assert log.check().exit_code == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        pytest.param({"id": "x"}, "id", id="no id"),
        pytest.param({"office": ""}, "office", id="no name"),
        pytest.param({"officers": []}, "officers", id="no officer"),
        pytest.param({"quorum": 3}, "quorum", id="quorum out of reach"),
        pytest.param({"quorum": -1}, "quorum", id="negative quorum"),
        pytest.param(
            {"key": str(MadeKey("x.example/log").vkey)}, "key", id="key of another log"
        ),
        pytest.param(
            {"supervisors": [str(MadeKey(OFFICER).vkey)], "quorum": 1},
            "supervisors",
            id="one person in two roles",
        ),
        pytest.param(
            {"supervisors": [str(MadeKey(OFFICER, "b").vkey)], "quorum": 1},
            "supervisors",
            id="one name in two roles",
        ),
        pytest.param(
            {"supervisors": [_renamed(OFFICER, "jiwei/supervisor-01")], "quorum": 1},
            "supervisors",
            id="one key under two names",
        ),
        pytest.param({"officers": ["x"]}, "officers", id="not a key"),
        pytest.param(
            {"officers": [str(MadeKey(OFFICER).vkey.cosigner)]},
            "officers",
            id="a cosigner's key",
        ),
    ],
)
def test_genesis_that_no_log_can_start_with(
    changed: dict[str, Any], field: str
) -> None:
    log = LogMaker(genesis=False)
    log.append("log.genesis", log.genesis_body() | changed)
    log.change()
    report = log.check()
    assert (report.exit_code, codes(report), report.first) == (1, ["E746"], 0)
    assert dict(report.findings[0].params)["field"] == field
    assert "E778" in codes(report, "unchecked")


def test_genesis_is_a_value_and_a_body() -> None:
    log = LogMaker(quorum=2)
    body = parse_entry(log.entries[0])[0].body
    assert parse_genesis(body).body == body


def test_genesis_takes_plain_keys_only() -> None:
    genesis = parse_genesis(parse_entry(LogMaker().entries[0])[0].body)
    with pytest.raises(VerificationError) as caught:
        dataclasses.replace(genesis, officers=(MadeKey(OFFICER).vkey.cosigner,))
    assert caught.value.code == "E746"


def test_log_without_a_readable_beginning_still_has_its_chain_checked() -> None:
    log = LogMaker().year(6)
    log.entries[0] = b"garbage"
    report = log.check()
    assert (report.exit_code, report.first, report.origin) == (1, 0, log.origin)
    assert codes(report)[:2] == ["E703", "E732"]
    assert "E778" in codes(report, "unchecked")


# ── acts ──


def test_draws_and_lists_are_reported_for_comparison() -> None:
    log = LogMaker()
    log.announce("2026-001")
    log.dice("2026-001", 1)
    log.result("2026-001")
    log.announce("2026-002")
    log.abandon("2026-002")
    log.announce("2026-003")
    report = log.check()
    assert report.exit_code == 0
    seen = [(d.draw, d.announced, d.ended, d.result) for d in report.draws]
    assert seen == [
        ("2026-001", 3, 5, digest("result")),
        ("2026-002", 6, 7, None),
        ("2026-003", 8, None, None),
    ]
    assert report.draws[0].dice == ((1, "63454660390103169462"),)
    assert report.draws[0].commitment == COMMITMENT
    assert [(s.list, s.seq) for s in report.lists] == [
        ("inspectors", 2),
        ("targets", 1),
    ]


def test_unknown_act_is_not_checked() -> None:
    log = LogMaker()
    log.append("draw.teleport", {"draw": "2026-001"})
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E744"])


def test_known_act_without_a_grammar_is_not_checked() -> None:
    log = LogMaker()
    log.append("anchor", {"to": "2026-03"})
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E745"])


def test_unknown_fields_are_not_checked() -> None:
    log = LogMaker()
    log.lists_due()
    body = log.announce_body("2026-001")
    body["registry"]["items"] = digest("items")
    log.append("draw.announce", body | {"plan": "2026-03"})
    report = log.check()
    assert report.exit_code == 6
    fields = [dict(f.params)["field"] for f in report.findings if f.code == "E747"]
    assert fields == ["registry.items", "plan"]


def test_unknown_field_of_an_entry_is_not_checked() -> None:
    log = LogMaker()
    value = json.loads(log.change().split(b"\n")[0]) | {"memo": "x"}
    log.entries[-1] = sign_note(json_line(value), [log.officers[0]])
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E726"])


def test_announcement_on_lists_that_changed_meanwhile_is_not_checked() -> None:
    log = LogMaker()
    log.lists_due()
    body = log.announce_body("2026-001")
    log.change("targets")
    log.append("draw.announce", body)
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E757"])


@pytest.mark.parametrize(
    ("act", "field", "value"),
    [
        ("key.add", "key", 1),
        ("key.add", "role", "clerk"),
        ("key.revoke", "suspect_from", "0"),
        ("draw.dice", "digits", 1),
        ("draw.announce", "registry", "412"),
        ("draw.announce", "registry.seq", None),
        ("draw.announce", "keys", "x"),
        ("draw.announce", "keys", [1]),
        ("draw.announce", "keys", ["x", "x"]),
        ("draw.announce", "task", ""),
        ("registry.change", "list", "Targets"),
        ("registry.change", "added", -1),
        ("draw.abandon", "reason", "free text, with blanks"),
    ],
    ids=str,
)
def test_bodies_that_no_act_has(act: str, field: str, value: object) -> None:
    log = LogMaker()
    log.lists_due()
    log.announce("2026-001")
    bodies: dict[str, dict[str, Any]] = {
        "key.add": {"key": str(NEW.vkey), "role": "officer"},
        "key.revoke": {"key": str(NEW.vkey), "suspect_from": 0},
        "draw.announce": log.announce_body("2026-002"),
        "draw.abandon": log.abandon_body("2026-001"),
        "registry.change": json.loads(log.entries[1].split(b"\n")[0])["body"],
        "draw.dice": {
            "draw": "2026-001",
            "commitment": COMMITMENT,
            "source": 0,
            "digits": "1" * 20,
        },
    }
    body = bodies[act]
    if field == "registry.seq":
        del body["registry"]["seq"]
    else:
        body[field] = value
    log.append(act, body, approvers=log.supervisors[:1])
    report = log.check()
    assert codes(report) == ["E746"]
    assert dict(report.findings[0].params) == {"act": act, "field": field}


def test_operations_are_compared_whole() -> None:
    """Kept one behind the other, two of them must not hide or feign a third."""

    class OneBucket(dict[int, bytearray]):
        def setdefault(self, _: int, default: bytearray | None = None) -> bytearray:
            return super().setdefault(0, default or bytearray())

    seen = _Operations()
    seen._buckets = OneBucket()
    first, second = b"\0" * 8 + b"\x11" * 8, UUID(int=5).bytes
    halves = (first + second)[8:24]
    assert [seen.add(op) for op in (first, second)] == [True, True]
    assert seen.add(halves)
    assert not seen.add(halves)
    assert not seen.add(second)


def test_clock_that_goes_back_is_noted() -> None:
    log = LogMaker()
    log.change(time="2026-12-01T00:00:00Z")
    log.change(time="2026-11-30T23:59:59Z")
    report = log.check()
    assert (report.exit_code, codes(report, "note")) == (0, ["E743", "E776"])


def test_a_verdict_is_a_supervisor_s_own_whoever_carries_it_in() -> None:
    log = LogMaker()
    log.announce("2026-001")
    log.result("2026-001")
    body = {
        "draw": "2026-001",
        "commitment": COMMITMENT,
        "result": digest("result"),
        "verdict": 6,
        "report": digest("report"),
    }
    one, other = log.supervisors[:2]
    log.append("draw.verify", body, by=one)
    log.append("draw.verify", body, approvers=[other])
    report = log.check()
    assert report.exit_code == 0
    assert [o.by for o in report.draws[0].opinions] == [(one.name,), (other.name,)]
    log.append("draw.verify", body)
    report = log.check()
    assert (codes(report), report.first) == (["E739"], len(log.entries) - 1)


def test_parties_may_approve_an_announcement() -> None:
    log = LogMaker()
    log.lists_due()
    log.announce("2026-001", approvers=log.supervisors)
    assert log.check().exit_code == 0
    log.result("2026-001")
    log.announce("2026-002", approvers=[MadeKey("县纪委监委")])
    report = log.check()
    assert (report.exit_code, codes(report, "unchecked")) == (6, ["E742"])


def test_faults_are_counted_when_there_are_too_many() -> None:
    log = LogMaker()
    for _ in range(MOST + 7):
        log.append("draw.teleport", {})
    report = log.check()
    assert report.more == (("E744", 7),)
    assert codes(report, "unchecked") == ["E744"] * MOST


def test_finding_is_a_problem_for_the_renderer() -> None:
    log = LogMaker()
    log.change(by=NEW)
    (finding,) = [f for f in log.check().findings if f.code == "E734"]
    problem = finding.problem
    assert (problem.code, problem.where.entry, problem.warning) == ("E734", 1, False)


def test_checker_can_be_watched_and_continued() -> None:
    log = LogMaker().year(20)
    checker = LogChecker(
        verify=verify_ed25519, checkpoint=log.checkpoint(), trust=log.kept(8)
    )
    for entry in log.entries[:10]:
        checker.feed(entry)
    assert checker.size == 10
    fork = copy.deepcopy(checker)
    for entry in log.entries[10:]:
        checker.feed(entry)
    assert checker.finish().exit_code == 0
    assert fork.finish().exit_code == 1


# ── published ──


@pytest.mark.parametrize("size", [1, 2, 40, 255, 256, 257, 511, 512, 513])
def test_published_log_reads_back(size: int) -> None:
    log = LogMaker()
    while len(log.entries) < size:
        log.change()
    files = log.published()
    report = verify_published(files.get, verify=verify_ed25519, trust=log.kept())
    assert (report.exit_code, report.size, report.root) == (0, size, log.root())


def test_full_tile_stands_in_for_a_partial_one() -> None:
    log = LogMaker()
    while len(log.entries) < 256:
        log.change()
    files = log.published() | {"checkpoint": log.checkpoint(200)}
    report = verify_published(files.get, verify=verify_ed25519, trust=log.kept(100))
    assert (report.exit_code, report.size) == (0, 200)


def test_every_missing_file_is_named_and_nothing_is_called_intact() -> None:
    log = LogMaker()
    while len(log.entries) < 258:
        log.change()
    files = log.published()
    for path in files:
        rest = {name: data for name, data in files.items() if name != path}
        report = verify_published(rest.get, verify=verify_ed25519, trust=log.kept(1))
        assert report.exit_code == 6, path
        named = [dict(f.params)["file"] for f in report.findings if f.code == "E719"]
        assert named == [path]


def test_bundle_with_other_entries_than_its_tile_differs() -> None:
    log = LogMaker().year(9)
    files = log.published()
    for path in ("tile/0/000.p/9", "tile/entries/000.p/9"):
        data = files[path]
        for changed in (data[:-1], data + b"x", data[:40] + b"\0" + data[41:]):
            report = verify_published(
                (files | {path: changed}).get, verify=verify_ed25519, trust=log.kept()
            )
            assert report.exit_code == 1


def test_checkpoint_that_is_none_is_a_finding() -> None:
    files = LogMaker().year(9).published() | {"checkpoint": b"not found"}
    report = verify_published(files.get, verify=verify_ed25519)
    assert (report.exit_code, codes(report)) == (1, ["E703"])


@pytest.mark.parametrize(
    "change",
    [lambda d: d[:-1], lambda d: d + b"x", lambda d: d[:1], lambda d: b""],
    ids=["shorter", "longer", "one byte", "empty"],
)
def test_bundle_of_another_length_is_refused(change: Callable[[bytes], bytes]) -> None:
    files = LogMaker().year(9).published()
    path = "tile/entries/000.p/9"
    files[path] = change(files[path])
    with pytest.raises(VerificationError) as caught:
        list(read_log(files.get).entries)
    assert (caught.value.code, caught.value.params) == (
        "E720",
        {"file": path, "count": 9},
    )


def test_entry_that_fits_no_bundle_is_not_published() -> None:
    with pytest.raises(VerificationError) as caught:
        dict(tiles([b"x" * 65_536]))
    assert caught.value.code == "E701"


def test_copy_of_the_genesis_hash_is_compared() -> None:
    log = LogMaker().year(9)
    files = log.published()
    right = {"genesis.sha256": sha256(log.entries[0]).encode() + b"\n"}
    report = verify_published(
        (files | right).get, verify=verify_ed25519, trust=log.kept()
    )
    assert report.exit_code == 0
    wrong = {"genesis.sha256": sha256(log.entries[1]).encode() + b"\n"}
    report = verify_published(
        (files | wrong).get, verify=verify_ed25519, trust=log.kept()
    )
    assert (report.exit_code, codes(report)) == (1, ["E722"])
