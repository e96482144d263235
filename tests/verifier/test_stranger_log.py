"""log/: entries, proofs, trust, witnesses, and what a draw may be called."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

VECTORS = Path(__file__).parents[1] / "vectors" / "log.json"
POLICIES = [
    test
    for test in json.loads(VECTORS.read_text("utf-8"))["tests"]
    if test["kind"] == "policy"
]
DRAND_TIME = 1692803367 + (34112212 - 1) * 3


def built(
    tmp_path: Path, folders: Any, logs: Any, kind: str = "open", **log: Any
) -> Any:
    folder = folders.make(tmp_path, **folders.KINDS[kind])
    return folder, logs.write(folder, **log)


def trusts(verifier: Any, kept: Any) -> dict[str, Any]:
    return {
        "policy": verifier.read_policy(kept.policy),
        "genesis": verifier.read_genesis(kept.genesis),
    }


@pytest.mark.parametrize("how", ["policy", "genesis"])
def test_all_agrees_with_log_trust_and_witness(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any, how: str
) -> None:
    folder, kept = built(tmp_path, folders, logs)
    done = check(folder, trusts(verifier, kept)[how])
    assert [s for s in done.steps if s["verdict"] not in ("agrees", "people")] == []
    assert done.exit == 0
    assert done.codes("agrees") >= {"proof-ok", "trust", "witness-before"}
    assert "class-witnessed" in done.codes("agrees")


def test_without_trust_nothing_is_called_trusted(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    folder, _ = built(tmp_path, folders, logs)
    done = check(folder)
    assert done.exit == 6
    assert done.codes("unchecked") == {"no-trust", "witness-no-trust"}
    assert "class-witnessed-untimely" in done.codes("agrees")


def test_another_office_s_log_differs(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any
) -> None:
    """Everything inside fits together; only the reader's own key tells."""
    folder, kept = built(tmp_path, folders, logs)
    other = logs.Key(logs.ORIGIN, seed="another office")
    policy = kept.policy.replace(logs.LOG.vkey().encode(), other.vkey().encode())
    done = check(folder, verifier.read_policy(policy))
    assert done.exit == 1
    assert done.codes("differs") == {"log-key"}


@pytest.mark.parametrize(
    ("log", "code"),
    [
        pytest.param({"cosigned": ()}, "quorum", id="no cosignature"),
        pytest.param({"at": "end"}, "unwitnessed", id="cosigned after the result"),
    ],
)
def test_late_or_no_witness_is_not_checked(
    tmp_path: Path,
    verifier: Any,
    folders: Any,
    logs: Any,
    check: Any,
    log: Any,
    code: str,
) -> None:
    folder, kept = built(tmp_path, folders, logs, **log)
    done = check(folder, trusts(verifier, kept)["policy"])
    assert done.exit == 6
    assert {code, "unwitnessed"} <= done.codes("unchecked")
    assert "class-witnessed-untimely" in done.codes("agrees")


@pytest.mark.parametrize(
    ("seen", "timely"),
    [(DRAND_TIME - 600, True), (DRAND_TIME - 599, False), (DRAND_TIME + 1, False)],
)
def test_the_witness_is_ten_minutes_before_the_beacon(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any,
    seen: int, timely: bool,  # noqa: FBT001
) -> None:  # fmt: skip
    folder, kept = built(tmp_path, folders, logs, "drand", cosigned=(seen,))
    done = check(folder, trusts(verifier, kept)["policy"])
    assert done.exit == 6  # the beacon's own signature
    assert ("witness" in done.codes("agrees")) == timely
    assert ("class-public" in done.codes("agrees")) == timely
    assert ("class-public-untimely" in done.codes("agrees")) != timely


def test_an_announcement_logged_after_the_beacon_differs(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    late = "2026-11-20T02:00:00Z"
    folder, _ = built(tmp_path, folders, logs, "drand", announce_time=late)
    done = check(folder)
    assert done.exit == 1
    assert "log/announce.entry" in done.names("differs")


def test_parties_whose_keys_approved(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any
) -> None:
    folder, kept = built(tmp_path, folders, logs, "two parties", approvers=logs.PARTIES)
    done = check(folder, trusts(verifier, kept)["genesis"])
    assert done.exit == 0
    assert done.called == "parties"


def test_one_party_s_key_is_not_two(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any
) -> None:
    twice = logs.PARTIES[:1] * 2
    folder, kept = built(tmp_path, folders, logs, "two parties", approvers=twice)
    done = check(folder, trusts(verifier, kept)["genesis"])
    assert done.exit == 6
    assert done.called == "none"


LATER = ("seed.txt", "randomness.json", "result.json", "selected.tsv", "drawn.tsv",
         "teams.tsv")  # fmt: skip


def frozen_only(tmp_path: Path, folders: Any) -> Path:
    folder: Path = folders.make(tmp_path)
    for name in LATER:
        (folder / name).unlink()
    return folder


def test_an_abandoned_draw(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any
) -> None:
    folder = frozen_only(tmp_path, folders)
    kept = logs.write(folder, end="abandon")
    done = check(folder, trusts(verifier, kept)["genesis"])
    assert done.of("differs") == []
    assert done.exit == 0


@pytest.mark.parametrize(
    ("who", "code", "ends"),
    [("nobody", "approval", 1), ("the officer", "approval", 1),
     ("a stranger", "approval-unknown", 6)],
)  # fmt: skip
def test_an_abandonment_needs_a_second_person(
    tmp_path: Path, folders: Any, logs: Any, check: Any, who: str, code: str, ends: int
) -> None:
    stranger = logs.Key("elsewhere/officer-09")
    seconds = {"nobody": (), "the officer": (logs.OFFICER,), "a stranger": (stranger,)}
    folder = frozen_only(tmp_path, folders)
    logs.write(folder, end="abandon", seconds=seconds[who])
    done = check(folder)
    assert done.exit == ends
    assert code in done.codes("differs" if ends == 1 else "unchecked")


def test_the_log_alone_holds_the_announcement_to_its_version(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    """A later version is unknown; a changed byte is not."""
    folder = frozen_only(tmp_path, folders)
    logs.write(folder, end="")
    raw = (folder / "announcement.json").read_bytes()
    later = raw.replace(b"dualrandom/1", b"dualrandom/2")
    assert later != raw
    (folder / "announcement.json").write_bytes(later)
    done = check(folder)
    assert done.exit == 1
    assert "announcement.json" in done.names("differs")


def test_a_draw_does_not_end_twice(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    folder = folders.make(tmp_path)
    logs.write(folder, end="abandon")
    done = check(folder)
    assert done.exit == 1
    assert "two-ends" in done.codes("differs")


def test_an_announcement_alone(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    folder = frozen_only(tmp_path, folders)
    logs.write(folder, end="")
    done = check(folder)
    assert done.exit == 6
    assert done.of("differs") == []


@pytest.mark.parametrize(
    ("body", "file"),
    [
        ({"draw": "2026-018"}, "log/announce.entry"),
        ({"commitment": "0" * 64}, "announcement.json"),
        ({"task": "another"}, "log/announce.entry"),
        ({"registry": {"seq": 1, "targets": "0" * 64, "inspectors": "0" * 64}},
         "log/announce.entry"),
        ({"keys": []}, "log/announce.entry"),
        ({"keys": ["a+b+c"]}, "log/announce.entry"),
    ],
    ids=["draw", "commitment", "task", "registry", "no keys", "bad keys"],
)  # fmt: skip
def test_an_entry_that_speaks_of_something_else(
    tmp_path: Path, folders: Any, logs: Any, check: Any, body: Any, file: str
) -> None:
    folder, _ = built(tmp_path, folders, logs, body=body)
    done = check(folder)
    assert done.exit == 1
    assert file in done.names("differs")


def test_a_signer_whom_the_entry_does_not_name(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    keys = sorted(k.vkey() for k in (logs.LOG, *logs.SUPERVISORS))
    folder, _ = built(tmp_path, folders, logs, body={"keys": keys})
    done = check(folder)
    assert done.exit == 6
    assert "signer-unknown" in done.codes("unchecked")


def add_line(path: Path, line: bytes) -> None:
    path.write_bytes(path.read_bytes() + line)


def test_a_signature_line_of_an_unknown_kind_is_not_checked(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any
) -> None:
    """As a second algorithm would add it, under a name that is known."""
    folder, kept = built(tmp_path, folders, logs)
    coded = base64.b64encode(b"\1\2\3\4" + bytes(70))
    line = f"— {logs.SUPERVISORS[0].name} ".encode() + coded + b"\n"
    add_line(folder / "log/announce.tlog-proof", line)
    done = check(folder, trusts(verifier, kept)["policy"])
    assert done.exit == 6
    assert done.codes("unchecked") == {"signer-unknown"}


def test_a_forged_cosignature_differs(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    folder, _ = built(tmp_path, folders, logs, cosigned=())
    witness = logs.SUPERVISORS[0]
    blob = witness.id(4) + (5).to_bytes(8, "big") + bytes(64)
    line = f"— {witness.name} ".encode() + base64.b64encode(blob) + b"\n"
    add_line(folder / "log/announce.tlog-proof", line)
    done = check(folder)
    assert done.exit == 1
    assert "signature" in done.codes("differs")
    assert "log/announce.tlog-proof" in done.names("differs")


def test_proofs_taken_from_another_log_differ(
    tmp_path: Path, folders: Any, logs: Any, check: Any
) -> None:
    """The same announcement, logged at another place of a forked log."""
    folder, _ = built(tmp_path / "a", folders, logs)
    fork, _ = built(tmp_path / "b", folders, logs, before=6)
    for part in ("entry", "tlog-proof"):
        name = f"log/announce.{part}"
        (folder / name).write_bytes((fork / name).read_bytes())
    done = check(folder)
    assert done.exit == 1
    assert done.codes("differs") <= {"log-sequence", "log-fork"}


@pytest.mark.parametrize("missing", ["announce.entry", "announce.tlog-proof",
                                     "result.entry", "result.tlog-proof"])  # fmt: skip
def test_a_missing_part_of_the_log_is_not_checked(
    tmp_path: Path, verifier: Any, folders: Any, logs: Any, check: Any, missing: str
) -> None:
    folder, kept = built(tmp_path, folders, logs)
    (folder / "log" / missing).unlink()
    done = check(folder, trusts(verifier, kept)["policy"])
    assert done.exit == 6
    assert f"log/{missing}" in done.names("unchecked")


@pytest.mark.parametrize(
    "test", [pytest.param(test, id=test["id"]) for test in POLICIES]
)
def test_policies(verifier: Any, test: dict[str, Any]) -> None:
    """The same file names the same logs and the same quorum, or is none."""
    given = test["input"]
    text = given.get("text", "")
    if isinstance(text, dict):
        text = "".join(piece * times for piece, times in text["repeat"])
    raw = bytes.fromhex(given["hex"]) if "hex" in given else text.encode()
    if test["result"] == "invalid":
        with pytest.raises(verifier.Refused):
            verifier.read_policy(raw)
        return
    trust = verifier.read_policy(raw)
    logs = [verifier.parse_vkey(text) for text in test["expected"]["logs"]]
    assert trust.logs == logs
    for who, due in zip(given["cosigned"], test["expected"]["enough"], strict=True):
        keys = {verifier.parse_vkey(text) for text in who}
        cosigners = {key.public for key in keys if key in trust.witnesses}
        assert trust.enough(cosigners) is due


@pytest.mark.parametrize("place", range(0, 1400, 61))
def test_a_damaged_genesis_is_refused(
    verifier: Any, logs: Any, folders: Any, tmp_path: Path, place: int
) -> None:
    _, kept = built(tmp_path, folders, logs)
    raw = bytearray(kept.genesis)
    raw[place % len(raw)] ^= 1
    with pytest.raises((verifier.Refused, verifier.Unchecked)):
        verifier.read_genesis(bytes(raw))
