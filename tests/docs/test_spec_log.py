"""docs/spec/log-v1.md is run, every shell block in one shell, then checked as a log."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dualrandom.acts import ACTS
from dualrandom.audit import (
    LogTrust,
    check_proof,
    parse_checkpoint,
    parse_entry,
    parse_proof,
    verify_published,
)
from dualrandom.canonical import leaf_hash, sha256
from dualrandom.keys import verify_ed25519
from dualrandom.messages import catalogue
from tests.specpages import BLOCK, Block, run_blocks

ROOT = Path(__file__).parents[2]
SPEC = ROOT / "docs" / "spec" / "log-v1.md"
TEXT = SPEC.read_text("utf-8")
TOOLS = ("sh", "openssl", "sha256sum", "base64", "od", "tr", "cut", "head", "tail")
ROOMS = [
    "acts",
    "anchors",
    "checkpoints",
    "entries",
    "keyring",
    "lives",
    "logcheck",
    "merkle",
    "notes",
]
ROOMS += ["policy", "reviews", "tiles"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log-by-hand")


@pytest.fixture(scope="module")
def blocks(folder: Path) -> list[Block]:
    """Run the whole page as a reader would who copies block after block."""
    return run_blocks(TEXT, folder, TOOLS)


def test_every_block_of_the_log_prints_what_stands_beneath_it(
    blocks: list[Block],
) -> None:
    assert len(blocks) > 9
    for block in blocks:
        assert block.printed == block.beneath, f"{SPEC.name}:{block.line}"


def test_every_fence_of_the_log_is_run() -> None:
    fences = re.findall(r"^```(\w+)$", TEXT, re.MULTILINE)
    found = list(BLOCK.finditer(TEXT))
    printing = sum(match[2] is not None for match in found)
    assert fences.count("sh") == len(found)
    assert fences.count("text") == printing
    assert set(fences) == {"sh", "text"}


def test_log_made_by_hand_is_intact(blocks: list[Block], folder: Path) -> None:
    assert blocks
    log = folder / "log"

    def get(path: str) -> bytes | None:
        return (log / path).read_bytes() if (log / path).is_file() else None

    kept = parse_checkpoint((log / "checkpoint").read_bytes())
    trust = LogTrust(genesis=sha256((log / "0.entry").read_bytes()), kept=(kept,))
    report = verify_published(get, verify=verify_ed25519, trust=trust)
    assert (report.exit_code, report.findings, report.size) == (0, (), 2)
    assert report.cosigned == (("jiwei/supervisor-01", 1_795_136_760),)


def test_proof_made_by_hand_holds(blocks: list[Block], folder: Path) -> None:
    assert blocks
    entry = (folder / "log" / "1.entry").read_bytes()
    proof = parse_proof((folder / "log" / "1.tlog-proof").read_bytes())
    assert check_proof(proof, leaf_hash(entry)).checkpoint.size == 2
    assert parse_entry(entry)[0].seq == proof.index == 1


def test_every_refusal_of_the_log_is_listed_and_every_listed_one_exists() -> None:
    package = ROOT / "dualrandom"
    raised = {
        code
        for room in ROOMS
        for code in re.findall(r'"(E\d{3})"', (package / f"{room}.py").read_text())
    }
    section = TEXT.partition("## 9. Refusals")[2].partition("## 10.")[0]
    listed = set(re.findall(r"E\d{3}", section))
    assert raised == listed
    for language in ("zh-CN", "en"):
        assert listed <= set(catalogue(language))


def test_every_act_is_specified_with_its_fields() -> None:
    section = TEXT.partition("## 4. Acts")[2].partition("**Keys.**")[0]
    rows = {}
    for row in re.findall(r"^\| (`.*) \|$", section, re.MULTILINE):
        acts, by, second, body = re.split(r" *\| *", row)
        for act in re.findall(r"`([a-z.]+)`", acts):
            rows[act] = (by, second, body)
    assert set(rows) == set(ACTS)
    for name, act in ACTS.items():
        by, second, body = rows[name]
        assert (second.strip() == "yes") is act.approved
        assert by == ("any person" if len(act.roles) > 1 else act.roles[0])
        fields = re.findall(r"`([a-z_]+)`", body)
        if act.fields is None:
            assert body == "*not checked by version 1*"
        else:
            inner = [
                f
                for rule in act.fields.values()
                if isinstance(rule, dict)
                for f in rule
            ]
            named = [name.removesuffix("?") for name in act.fields]
            assert sorted(fields) == sorted([*named, *inner])
