"""What a supervisor holds in hand: forks proven, checkpoints in print, who answers."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from dualrandom.audit import check_proof, parse_checkpoint, parse_proof
from dualrandom.canonical import leaf_hash
from tests.logmaking import ORIGIN, LogMaker, MadeKey
from tests.refusals import check

if TYPE_CHECKING:
    from pathlib import Path

    from tests.refusals import Run


def publish(folder: Path, log: LogMaker, size: int | None = None) -> Path:
    for name, data in log.published(size).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@pytest.fixture(name="shown")
def _shown(tmp_path: Path) -> dict[str, Path]:
    """Return logs of two histories with the same keys, and checkpoints of them."""
    honest, forked = LogMaker().year(20), LogMaker().year(14)
    forked.change("targets", time="2026-12-01T00:00:00Z")
    while len(forked.entries) < 20:
        forked.change()
    made = {
        "long": publish(tmp_path / "long", honest),
        "short": publish(tmp_path / "short", honest, 9),
        "forked": publish(tmp_path / "forked", forked),
        "early": publish(tmp_path / "early", forked, 9),
        "policy": tmp_path / "policy",
        "genesis": tmp_path / "genesis.entry",
    }
    made["policy"].write_text(f"log {honest.key.vkey}\nquorum none\n")
    made["genesis"].write_bytes(honest.entries[0])
    return made


@pytest.mark.parametrize(
    ("one", "other", "code", "relation"),
    [
        ("long", "long", 0, "same"),
        ("short", "long", 0, "continued"),
        ("long", "short/checkpoint", 0, "continued"),
        ("early", "long", 0, "continued"),  # both histories begin alike
        ("forked", "short", 0, "continued"),
        ("long", "forked", 1, "fork"),
        ("forked/checkpoint", "long/checkpoint", 6, "fork"),
        ("forked/checkpoint", "long", 1, "fork"),
        ("short/checkpoint", "long/checkpoint", 6, "unknown"),
    ],
)
def test_two_statements(
    one: str, other: str, code: int, relation: str, shown: dict[str, Path], run: Run
) -> None:
    root = shown["long"].parent
    said = run("log", "compare", root / one, root / other, "--json")
    found = json.loads(said.out)
    assert (said.code, found["relation"]) == (code, relation)
    assert (found["exit_code"], len(found["checkpoints"])) == (code, 2)
    back = run("log", "compare", root / other, root / one)
    assert back.code == code


def test_a_fork_of_different_sizes_is_proven(shown: dict[str, Path], run: Run) -> None:
    log = LogMaker().year(14)
    log.change("targets", time="2026-12-01T00:00:00Z")
    forked = publish(shown["long"].parent / "other", log)
    said = run("log", "compare", forked, shown["long"])
    assert said.code == 1
    for folder in (forked, shown["long"]):
        assert (folder / "checkpoint").read_text("utf-8") in said.out + "\n"
    told = json.loads(run("log", "compare", forked, shown["long"], "--json").out)
    assert (told["relation"], told["keys"]) == ("fork", [str(log.key.vkey)])
    # Who kept a checkpoint of the one is not taken in by the other; who kept none is.
    kept = shown["long"] / "checkpoint"
    said = run("log", "verify", shown["forked"], "--against", kept)
    assert said.code == 1
    assert "E768" in said.out
    said = run("log", "verify", shown["forked"])
    assert said.code == 6
    assert "E772" in said.out + said.err


@pytest.mark.parametrize("how", ["policy", "genesis"])
def test_two_checkpoints_prove_a_fork_to_who_knows_the_key(
    how: str, shown: dict[str, Path], run: Run
) -> None:
    pair = (shown["forked"] / "checkpoint", shown["long"] / "checkpoint")
    said = run("log", "compare", *pair, f"--{how}", shown[how], "--json")
    told = json.loads(said.out)
    assert (said.code, told["trusted"]) == (1, True)
    assert told["keys"] == [str(LogMaker().key.vkey)]
    # The keys that followed are the log's too, where a log at hand says so.
    both = (shown["forked"], shown["long"])
    assert run("log", "compare", *both, f"--{how}", shown[how]).code == 1


def test_one_key_that_signed_both_proves_a_fork_without_trust(
    shown: dict[str, Path], run: Run
) -> None:
    """Whose key it is, the reader is told to find out; that it signed both, is sure."""
    pair = (shown["forked"] / "checkpoint", shown["long"])
    said = run("log", "compare", *pair, "--json")
    told = json.loads(said.out)
    assert (said.code, told["signed"], told["trusted"]) == (1, True, False)
    assert told["keys"][0] in run("log", "compare", *pair).out


def test_what_proves_no_fork(shown: dict[str, Path], run: Run) -> None:
    """A note that only names the key; and a log that somebody made for the purpose."""
    note = (shown["long"] / "checkpoint").read_bytes()
    text, _, line = note.rpartition(b"\n\n")
    other = text.rpartition(b"\n")[0] + b"\n" + base64.b64encode(bytes(32)) + b"\n\n"
    forged = shown["long"].parent / "forged"
    forged.write_bytes(other + line)  # the honest signature under another root
    for against in (shown["long"], shown["long"] / "checkpoint"):
        said = run("log", "compare", forged, against, "--json")
        told = json.loads(said.out)
        assert (said.code, told["relation"], told["keys"]) == (6, "fork", [])
    # Another key of the same name signs another history: both logs hold in themselves.
    mine = LogMaker(genesis=False)
    mine.key = MadeKey(ORIGIN, "mine")
    mine.append("log.genesis", mine.genesis_body())
    made = publish(shown["long"].parent / "mine", mine.year(20))
    said = run("log", "compare", made, shown["long"], "--json")
    told = json.loads(said.out)
    assert (said.code, told["relation"], told["keys"]) == (6, "fork", [])
    refused = run("log", "compare", made, shown["long"], "--genesis", shown["genesis"])
    assert refused.code == 1
    assert "E127" in refused.err


def test_what_cannot_be_compared(
    shown: dict[str, Path], run: Run, tmp_path: Path
) -> None:
    stranger = publish(tmp_path / "x", LogMaker(origin="else.example").year(3))
    pair = ("log", "compare", str(stranger), str(shown["long"]))
    long = shown["long"]
    check(run, long, pair, 3, "E125")
    check(run, long, ("log", "compare", str(shown["policy"]), *pair[-1:]), 3, "E703")
    bundle = long / "tile/entries/000.p/20"
    bundle.write_bytes(bundle.read_bytes().replace(b'"added":3', b'"added":4', 1))
    check(run, long, (*pair[:2], str(shown["short"]), str(long)), 1, "E127")


def picture(svg: str, scale: int = 4) -> bytes:
    """Return the dots of a QR code's SVG as a PBM picture: strokes one unit high."""
    size = int(re.findall(r'd="M0 0h([0-9]+)', svg)[0])
    dots = [[0] * size for _ in range(size)]
    x = y = 0
    *_, path = re.findall(r' d="([^"]*)"', svg)
    for kind, text in re.findall(r"([Mmh])([-0-9. ]+)", path):
        numbers = [int(float(number)) for number in text.split()]
        if kind == "h":
            dots[y][x : x + numbers[0]] = [1] * numbers[0]
            x += numbers[0]
        elif kind == "M":
            x, y = numbers
        else:
            x, y = x + numbers[0], y + numbers[1]
    rows = [[dot for dot in row for _ in range(scale)] for row in dots]
    lines = [" ".join(map(str, row)) for row in rows for _ in range(scale)]
    return f"P1 {size * scale} {size * scale}\n{chr(10).join(lines)}\n".encode()


@pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is absent")
def test_checkpoint_in_the_minutes(office: Path, run: Run) -> None:
    """What a phone reads from paper is the checkpoint, byte for byte."""
    said = run("log", "checkpoint", "--qr", "checkpoint.svg")
    assert said.code == 0
    svg = (office / "checkpoint.svg").read_text("utf-8")
    (office / "x.pbm").write_bytes(picture(svg))
    scan = ["zbarimg", "--quiet", "--raw", "x.pbm"]
    done = subprocess.run(scan, capture_output=True, check=True)
    assert done.stdout.decode().rstrip("\n") + "\n" == said.out


def test_who_answers_for_a_draw(drawn: Path, run: Run) -> None:
    said = run("log", "report", "2026-001", "--json")
    acts = json.loads(said.out)["acts"]
    assert [a["act"] for a in acts] == [
        "rules.set",
        *["registry.change"] * 5,
        "draw.announce",
        "draw.dice",
        "draw.result",
    ]
    for act in acts:
        proof = parse_proof(act["proof"].encode())
        signed = check_proof(proof, leaf_hash(act["entry"].encode()))
        assert signed.checkpoint.size > act["seq"] == proof.index
        assert act["key"].startswith(act["by"] + "+")
        assert len(act["witnessed"]) == 1
    first = parse_checkpoint(parse_proof(acts[6]["proof"].encode()).checkpoint)
    assert first.checkpoint.size <= acts[7]["seq"], "witnessed before it was drawn"
    said = run("log", "report", "2026-001")
    assert (said.code, said.out.count("draw.")) == (0, 3)


def test_nobody_answers_for_no_draw(office: Path, run: Run) -> None:
    check(run, office, ("log", "report", "2026-001"), 4, "E390")


# ── what stands in a published log, and is none ──


def test_stale_tiles_are_found(tmp_path: Path, run: Run) -> None:
    """Tiles of an earlier state, or of another history, under the names of today."""
    log, other = LogMaker().year(20), LogMaker().year(14)
    while len(other.entries) < 20:
        other.change("inspectors")
    kept = publish(tmp_path / "log", log) / "checkpoint"
    stale = {
        "tile/0/000.p/20": log.published(19)["tile/0/000.p/19"],
        "tile/entries/000.p/20": log.published(19)["tile/entries/000.p/19"],
    }
    forked = {name: other.published()[name] for name in stale}
    for files in (stale, forked):
        for name, data in files.items():
            publish(tmp_path / "log", log)
            (tmp_path / "log" / name).write_bytes(data)
            said = run("log", "verify", tmp_path / "log", "--against", kept)
            assert said.code == 1, name
            fault = "E720" if files is stale and "entries" in name else "E721"
            assert fault in said.out, said.out
            # Of other entries it is the tile above them that no longer fits.
            at = "tile/0/000.p/20" if fault == "E721" else name
            assert at in said.out, said.out


def test_links_and_pipes_are_not_read(tmp_path: Path, run: Run) -> None:
    log = LogMaker().year(9)
    for name in ("checkpoint", "tile/0/000.p/9", "tile/entries/000.p/9"):
        for make in (os.mkfifo, lambda at: at.symlink_to("/etc/hostname")):
            folder = publish(tmp_path / "log", log)
            (folder / name).unlink()
            make(folder / name)
            said = run("log", "verify", folder, "--json")
            told = json.loads(said.out)
            assert said.code == 6, name
            named = [f for f in told["notes"] if f["code"] in ("E719", "E762")]
            assert named, told
            assert name == "checkpoint" or name in str(named)
            (folder / name).unlink()
    os.mkfifo(tmp_path / "pipe")
    folder = publish(tmp_path / "log", log)
    pair = ("log", "compare", str(folder), str(tmp_path / "pipe"))
    check(run, folder, pair, 5, "E151")
