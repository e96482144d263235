"""A small run of the fault campaign (``make faults``): the same code, fewer faults."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from dualrandom.errors import StateError
from dualrandom.keys import load_key
from dualrandom.office import journal
from tests.faults import (
    Counts,
    act,
    fail_calls,
    fail_server,
    kill_writers,
    make_office,
    office_on_server,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clusters import Cluster

SEED = "small"


def place(folder: Path, what: str) -> Path:
    made = folder / what / "office"
    made.parent.mkdir()
    return made


def test_writers_of_a_file_are_killed(tmp_path: Path) -> None:
    folder = place(tmp_path, "sqlite")
    make_office(folder)
    kill_writers(folder, kills=12, seed=SEED).check()


def test_writers_of_a_server_and_the_server_are_killed(
    tmp_path: Path, cluster: Cluster
) -> None:
    folder = place(tmp_path, "server")
    with office_on_server(folder, cluster):
        counts = kill_writers(
            folder, kills=10, seed=SEED, cluster=cluster, server_every=5
        )
    counts.check()


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is absent")
def test_the_disk_fails(tmp_path: Path) -> None:
    counts = fail_calls(tmp_path, seed=SEED, most=4)
    counts.check()
    assert counts.kills == 3 * 2 * 4


@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is absent")
def test_the_disk_of_a_server_fails(tmp_path: Path, cluster: Cluster) -> None:
    folder = place(tmp_path, "server")
    with office_on_server(folder, cluster, "failing_disk"):
        fail_server(folder, faults=1, seed=SEED).check()


def test_a_run_without_a_kill_proves_nothing() -> None:
    whole = {"acknowledged": 9, "found": 9, "verified": 0}
    Counts(what="", seed="", kills=1, **whole).check()
    for wrong in ({"kills": 0}, {"found": 8}, {"verified": 6}, {"twice": 1}):
        with pytest.raises(AssertionError):
            Counts(**{"what": "", "seed": "", "kills": 1, **whole, **wrong}).check()


def test_a_retry_finds_its_entry(tmp_path: Path) -> None:
    """The same act with the same ``op`` is written once; another is refused."""
    folder = place(tmp_path, "retry")
    office = make_office(folder)
    (folder.parent / "notes").mkdir()
    signer = load_key(folder / "keys/officer-01.key")
    op = "6f1e6f1e-0000-4000-8000-000000000009"
    body = {"manifest": "a" * 64}

    def append(body: dict[str, str]) -> int:
        with journal.writing(office) as (tx, _):
            made = journal.append(
                office, tx, "notice.publish", body, signer=signer, op=op
            )
        return made.seq

    assert [append(body), append(body)] == [2, 2]
    with pytest.raises(StateError) as caught:
        append({"manifest": "b" * 64})
    assert caught.value.code == "E342"
    changed = "6f1e6f1e-0000-4000-8000-000000000008"
    assert [act(office, signer, "one", 2, changed) for _ in range(2)] == [3, 3]
    with office.registry.read() as tx:
        assert tx.log_size() == 4
