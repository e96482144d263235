"""What the log tells an office: read each time, its signatures verified once.

What the office itself signed answers for what lies below; whatever differs is found all
the same, and named as before.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.canonical import leaf_hash
from dualrandom.errors import StateError
from dualrandom.keys import load_key, verify_ed25519
from dualrandom.notes import sign_note
from dualrandom.office import journal, memory
from dualrandom.office import verified as room
from dualrandom.office.place import Office, open_office
from dualrandom.office.publishing import publish
from dualrandom.office.setup import init_office

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SIGNED = 12
"""Entries under the office's own newest checkpoint."""


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office") / "局"
    init_office(folder, name="示例局", passphrase=None)
    office = open_office(folder, unlock=load_key)
    append(office, SIGNED - 2)
    journal.sign(office)
    append(office, 3)
    return folder


@pytest.fixture(name="office")
def _office(made: Path, tmp_path: Path) -> Office:
    shutil.copytree(made, tmp_path / "局")
    return open_office(tmp_path / "局", unlock=load_key)


def append(office: Office, count: int) -> None:
    by = office.officer()
    with office.registry.write() as tx:
        for n in range(count):
            body = {"manifest": f"{n:064x}"}
            journal.append(office, tx, "notice.publish", body, signer=by)


def told(office: Office) -> int:
    with office.registry.read() as tx:
        return journal.told(office, tx).size


def edit(office: Office, seq: int, change: Callable[[bytes], bytes]) -> None:
    """Change an entry in the database, whatever its triggers say, and its leaf."""
    with closing(sqlite3.connect(office.root / "office.db")) as raw, raw:
        raw.execute("DROP TRIGGER entry_update_never")
        query = "SELECT data FROM entry WHERE seq = ?"
        data = change(bytes(raw.execute(query, [seq]).fetchone()[0]))
        raw.execute(
            "UPDATE entry SET data = ?, leaf = ? WHERE seq = ?",
            [data, leaf_hash(data).hex(), seq],
        )


@pytest.fixture(name="verified")
def _verified(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """Return a list that grows with each signature that is verified."""
    seen: list[bytes] = []

    def count(public: bytes, signature: bytes, message: bytes) -> bool:
        seen.append(signature)
        return verify_ed25519(public, signature, message)

    monkeypatch.setattr(room, "verify_ed25519", count)
    return seen


def test_only_what_came_since_is_verified(
    office: Office, verified: list[bytes]
) -> None:
    assert told(office) == SIGNED + 3
    assert len(verified) == 3 + 1, "three entries, and the office's own checkpoint"
    assert told(office) == SIGNED + 3
    assert len(verified) == 4, "in one run the same head tells the same"
    append(office, 1)
    assert told(office) == SIGNED + 4
    assert len(verified) == 4 + 4 + 1


def _payload(data: bytes) -> bytes:
    return data.replace(b'"manifest":"0000', b'"manifest":"0001', 1)


def _signature(data: bytes) -> bytes:
    return data[:-12] + (b"A" if data[-12:-11] != b"A" else b"B") + data[-11:]


@pytest.mark.parametrize("change", [_payload, _signature])
@pytest.mark.parametrize("seq", [3, SIGNED - 1, SIGNED, SIGNED + 2])
def test_whatever_differs_is_named_as_before(
    office: Office, seq: int, change: Callable[[bytes], bytes]
) -> None:
    """Below what the office signed and above it: entry and code."""
    edit(office, seq, change)
    for run in (told, journal.sign):
        with pytest.raises(StateError) as caught:
            run(office)
        assert caught.value.code == "E184"
        assert caught.value.params["code"] == "E708"
        assert caught.value.where is not None
        assert caught.value.where.entry == seq


@pytest.mark.parametrize("signer", ["officer", "nobody"])
def test_a_checkpoint_that_the_log_key_did_not_sign_answers_for_nothing(
    office: Office, signer: str, verified: list[bytes]
) -> None:
    """An intruder puts in an entry that nobody signed, and a checkpoint over it."""
    edit(office, SIGNED + 2, _signature)
    with office.registry.read() as tx:
        leaves = [leaf_hash(data) for data in tx.entries()]
    from dualrandom import audit

    tree = audit.Tree()
    for leaf in leaves:
        tree.append(leaf)
    made = audit.Checkpoint(
        origin=office.settings.origin, size=tree.size, root=tree.root
    )
    key: Any = office.officer()
    text = audit.sign_checkpoint(made, office.log_signer()).split(b"\n\n")[0] + b"\n"
    forged = sign_note(text, [key])
    if signer == "nobody":
        good = audit.sign_checkpoint(made, office.log_signer())
        forged = _signature(good)
    memory.checkpoint_file(office, tree.size).write_bytes(forged)
    with pytest.raises(StateError) as caught:
        told(office)
    assert caught.value.code == "E184"
    assert len(verified) > SIGNED, "all were verified"


def test_publishing_relies_on_no_signature_of_the_office(office: Office) -> None:
    """Whoever holds the log key signs an entry that its officer did not.

    A draw act takes what the office signed for verified; what goes out is verified anew.
    """
    edit(office, SIGNED + 2, _signature)
    memory.checkpoint(office)
    assert told(office) == SIGNED + 3
    with pytest.raises(StateError) as caught:
        publish(office)
    assert (caught.value.code, caught.value.params["code"]) == ("E184", "E708")
    assert caught.value.where is not None
    assert caught.value.where.entry == SIGNED + 2
    assert not any(office.public.iterdir())
