"""The hostile owner of the database: every edit of a row is found, by list and id."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING

import pytest

from dualrandom.canonical import leaf_hash, sha256
from dualrandom.errors import VerificationError
from dualrandom.records import DrawState
from dualrandom.registry import INSPECTORS, ITEMS, RECUSALS, TARGETS, TASKS
from dualrandom.registry.lists import KINDS
from tests.clerk import (
    Clerk,
    draw,
    entry,
    inspector,
    item,
    recusal,
    target,
    task,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """An office with a past: entries 0 to 9."""
    made = Clerk(tmp_path_factory.mktemp("office"))
    made.change(ITEMS, [item(), item("SP-04")])
    made.change(TARGETS, [target(1), target(2), target(3)])
    made.change(INSPECTORS, [inspector(1), inspector(2)])
    made.change(RECUSALS, [recusal(1, 1)])
    made.change(TASKS, [task()])
    made.change(TARGETS, [target(1, name="新名"), target(2, risk="D"), target(4)])
    made.step(draw())
    made.step(draw(DrawState.DRAWN))
    made.change(TARGETS, [target(3)], full=False)
    made.change(TARGETS, (), full=False, retire=[("T-2",)])
    return made


@pytest.fixture
def clerk(office: Clerk, tmp_path: Path) -> Clerk:
    return office.copy(tmp_path)


def test_an_honest_office_has_no_findings(clerk: Clerk) -> None:
    assert clerk.findings() == []
    assert clerk.findings(kept=False) == []


ROWS = [
    pytest.param(
        "UPDATE target SET address = '别处' WHERE id = 'T-4'", "T-4", id="a public cell"
    ),
    pytest.param(
        "UPDATE target SET name = '旧名' WHERE id = 'T-1' AND seq_to = 5",
        "T-1",
        id="a version long replaced",
    ),
    pytest.param(
        "UPDATE target SET name = 'x' WHERE id = 'T-2' AND seq_to = 9",
        "T-2",
        id="the last version of a retired record",
    ),
    pytest.param(
        "UPDATE target_private SET risk = 'A' WHERE id = 'T-2' AND seq_from = 5",
        "T-2",
        id="a risk class, made harmless",
    ),
    pytest.param(
        "UPDATE target_private SET last_inspected = '2026-01-02' WHERE id = 'T-4'",
        "T-4",
        id="a visit that never was",
    ),
    pytest.param(
        "UPDATE target SET established = NULL WHERE id = 'T-4'", "T-4", id="a date gone"
    ),
    pytest.param(
        "UPDATE target SET name = name || char(9) WHERE id = 'T-4'",
        "T-4",
        id="a cell that no file can hold",
    ),
    pytest.param(
        "UPDATE inspector SET max = 0 WHERE id = 'A-2'", "A-2", id="an inspector idle"
    ),
    pytest.param(
        "UPDATE inspector SET valid_until = '2099-12-31' WHERE id = 'A-1'",
        "A-1",
        id="a certificate prolonged",
    ),
    pytest.param(
        "UPDATE recusal SET reason = '' WHERE target = 'T-1'",
        "A-1/T-1",
        id="why somebody is recused",
    ),
    pytest.param(
        "UPDATE item SET basis = '无' WHERE code = 'SP-04'", "SP-04", id="a legal basis"
    ),
    pytest.param(
        'UPDATE task SET quotas = \'[["",{"count":1}]]\'',
        "2026-001",
        id="how many are drawn",
    ),
    pytest.param(
        "UPDATE target SET name = CAST(x'ff' AS TEXT) WHERE id = 'T-4'",
        "T-4",
        id="bytes that are no text",
    ),
    pytest.param("DELETE FROM recusal", "A-1/T-1", id="a recusal deleted"),
    pytest.param(
        "DELETE FROM target_private WHERE id = 'T-4'", "T-4", id="a private part gone"
    ),
    pytest.param(
        "UPDATE target SET id = 'T-9' WHERE id = 'T-4'", "T-4", id="another id"
    ),
    pytest.param(
        "UPDATE target SET seq_to = 9 WHERE id = 'T-4'", "T-4", id="retired in secret"
    ),
    pytest.param(
        "UPDATE target SET seq_to = NULL WHERE id = 'T-2' AND seq_to = 9",
        "T-2",
        id="brought back in secret",
    ),
    pytest.param(
        "UPDATE target SET seq_from = 8 WHERE id = 'T-4'", "T-4", id="antedated"
    ),
    pytest.param(
        "INSERT INTO target SELECT 'T-9', name, kind, industry, region, registrar,"
        " status, address, established, tags, '', '', '', '', '', '', 8, NULL"
        " FROM target WHERE id = 'T-4';"
        "INSERT INTO target_private VALUES (8, 'T-9', 'A', NULL, NULL)",
        "T-9",
        id="a target put in",
    ),
    pytest.param(
        "INSERT INTO target SELECT 'T-9', name, kind, industry, region, registrar,"
        " status, address, established, tags, '', '', '', '', '', '', 6, 7"
        " FROM target WHERE id = 'T-4';"
        "INSERT INTO target_private VALUES (6, 'T-9', 'A', NULL, NULL)",
        "T-9",
        id="a target put into the past, between changes",
    ),
    pytest.param(
        "UPDATE target SET seq_to = 5 WHERE id = 'T-1' AND seq_from = 5;"
        "UPDATE target SET seq_to = NULL WHERE id = 'T-1' AND seq_from = 1",
        "T-1",
        id="two versions of a record change places",
    ),
]


@pytest.mark.parametrize(("statements", "named"), ROWS)
def test_attacker_edits_a_row(clerk: Clerk, statements: str, named: str) -> None:
    clerk.edit(*statements.split(";"))
    with clerk.registry.read() as tx:
        found = tx.check_lists(clerk.kept.get)
    proven = [p for p in found if p.code in {"E330", "E338"} and not p.warning]
    table = re.findall("(?:UPDATE|FROM|INTO) ([a-z]+)", statements)[0]
    list_ = next(kind.name for kind in KINDS if kind.table == table)
    assert (list_, named) in {
        (dict(p.params)["list"], dict(p.params)["id"]) for p in proven
    }


@pytest.mark.parametrize(("statements", "named"), ROWS)
def test_attacker_removes_the_kept_files_too(
    clerk: Clerk, statements: str, named: str
) -> None:
    """Then the list is named, if no longer the record."""
    clerk.edit(*statements.split(";"))
    assert {code for code, _ in clerk.findings(kept=False)} & {"E331", "E338"}


def test_only_the_edited_records_are_named(clerk: Clerk) -> None:
    clerk.edit("UPDATE target SET address = '别处' WHERE id = 'T-4'")
    assert clerk.findings() == [("E330", "T-4")]


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        pytest.param(
            "UPDATE change SET at = '2026-01-02T09:00:01Z' WHERE seq = 1",
            ("E337", "time"),
            id="when",
        ),
        pytest.param(
            "UPDATE change SET changed_by = 'somebody' WHERE seq = 1",
            ("E337", "by"),
            id="by whom",
        ),
        pytest.param(
            "UPDATE change SET reason = '上级要求' WHERE seq = 1",
            ("E346", "targets"),
            id="why",
        ),
        pytest.param(
            "UPDATE change SET salt = 'ffffffffffffffffffffffffffffffff' WHERE seq = 1",
            ("E346", "targets"),
            id="salt",
        ),
        pytest.param(
            "UPDATE change SET columns = 'id,name' WHERE seq = 2",
            ("E330", "A-1"),
            id="columns left out",
        ),
        pytest.param(
            "UPDATE change SET columns = 'id,password' WHERE seq = 2",
            ("E346", "inspectors"),
            id="columns unknown",
        ),
        pytest.param(
            "UPDATE change SET list = 'tasks' WHERE seq = 3",
            ("E332", "recusals"),
            id="another list",
        ),
        pytest.param(
            "DELETE FROM change WHERE seq = 3",
            ("E332", "recusals"),
            id="the change is gone",
        ),
        pytest.param(
            "INSERT INTO change SELECT 10, list, at, changed_by, reason, salt, columns"
            " FROM change WHERE seq = 3",
            ("E333", "recusals"),
            id="a change that was never logged",
        ),
        pytest.param(
            "INSERT INTO change SELECT 10, 'draws', at, changed_by, reason, salt,"
            " columns FROM change WHERE seq = 3",
            ("E333", "draws"),
            id="a step that was never logged",
        ),
        pytest.param(
            "INSERT INTO change SELECT 10, 'others', at, changed_by, reason, salt,"
            " columns FROM change WHERE seq = 3",
            ("E333", "others"),
            id="a change of no list",
        ),
        pytest.param(
            "UPDATE draw SET state = 'announced', seq_to = NULL WHERE seq_from = 7",
            ("E336", "2026-001"),
            id="a second draw made possible",
        ),
        pytest.param("DELETE FROM draw", ("E336", "2026-001"), id="a draw forgotten"),
        pytest.param(
            "UPDATE draw SET commitment = replace(commitment, 'c', 'd')",
            ("E336", "2026-001"),
            id="a draw's commitment",
        ),
        pytest.param(
            "UPDATE draw SET folder = 'draws/other'",
            ("E336", "2026-001"),
            id="another draw's folder",
        ),
        pytest.param(
            "UPDATE draw SET task = '2026-002'",
            ("E336", "2026-001"),
            id="a draw's task",
        ),
        pytest.param(
            "UPDATE entry SET op = 'op-x' WHERE seq = 2", ("E334", ""), id="an op"
        ),
        pytest.param(
            "UPDATE entry SET data = x'00' WHERE seq = 9", ("E334", ""), id="an entry"
        ),
        pytest.param("DROP TRIGGER item_delete_never", None, id="a trigger gone"),
        pytest.param("DROP INDEX uq_draw_open", None, id="an index gone"),
        pytest.param(
            "CREATE TRIGGER t AFTER INSERT ON draw BEGIN DELETE FROM recusal; END",
            ("E335", "trigger t"),
            id="a trigger of his own",
        ),
    ],
)
def test_attacker_edits_what_stands_beside_the_rows(
    clerk: Clerk, statement: str, finding: tuple[str, str] | None
) -> None:
    if finding is None:
        with sqlite3.connect(clerk.path) as raw:
            raw.execute(statement)
        raw.close()
        kind, name = statement.split()[1:]
        finding = ("E335", f"{kind.lower()} {name}")
    else:
        clerk.edit(statement)
    assert finding in clerk.findings()


def rewrite_schema(clerk: Clerk, statement: str) -> None:
    """Edit the schema's own table, as only SQLite should."""
    with sqlite3.connect(clerk.path) as raw:
        raw.execute("PRAGMA writable_schema = ON")
        assert raw.execute(statement).rowcount == 1
        raw.execute("PRAGMA writable_schema = RESET")
    raw.close()


@pytest.mark.parametrize("index", ["ix_target_seq_to", "ix_target_seq_from_seq_to"])
def test_attacker_hides_an_edit_from_an_index(clerk: Clerk, index: str) -> None:
    """An index that is not told of an edit shows whoever uses it the honest row."""
    with sqlite3.connect(clerk.path) as raw:
        where = f"WHERE name = '{index}'"
        row = raw.execute(f"SELECT * FROM sqlite_master {where}").fetchone()
    raw.close()
    rewrite_schema(clerk, f"DELETE FROM sqlite_master {where}")
    clerk.edit("UPDATE target SET seq_to = 9 WHERE id = 'T-4'")
    values = ", ".join("'{}'".format(str(cell).replace("'", "''")) for cell in row)
    rewrite_schema(clerk, f"INSERT INTO sqlite_master VALUES ({values})")
    assert "E344" in {code for code, _ in clerk.findings()}


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("sqlite_autoindex_entry_1", "name = 'sqlIte_autoindex_entry_1'"),
        ("sqlite_autoindex_entry_1", "tbl_name = 'entrx'"),
        ("entry_insert_next", "tbl_name = 'Entry'"),
        ("alembic_version", "tbl_name = 'Alembic_version'"),
    ],
)
def test_whose_an_index_or_trigger_is(clerk: Clerk, name: str, change: str) -> None:
    """What SQLite notes beside the statements; found by flipping bytes."""
    rewrite_schema(clerk, f"UPDATE sqlite_master SET {change} WHERE name = '{name}'")
    assert {code for code, _ in clerk.findings()} == {"E335"}


def edit_loosely(clerk: Clerk, table: str, column: str, statement: str) -> None:
    """Edit a column that can hold anything for the time of the edit."""
    with sqlite3.connect(clerk.path) as raw:
        query = f"SELECT sql FROM sqlite_master WHERE name = '{table}'"
        made = raw.execute(query).fetchone()[0]
    raw.close()
    name = column.partition(" ")[0]
    loose = made.replace("STRICT", "").replace(f"{column} NOT NULL", name)
    for sql in (loose, made):
        quoted = sql.replace("'", "''")
        rewrite_schema(
            clerk, f"UPDATE sqlite_master SET sql = '{quoted}' WHERE name = '{table}'"
        )
        if sql == loose:
            clerk.edit(statement)


@pytest.mark.parametrize("value", ["NULL", "'text'", "7"])
def test_an_entry_that_is_no_bytes(clerk: Clerk, value: str) -> None:
    """Found by flipping bytes: a row of the log whose entry is not there."""
    edit_loosely(
        clerk, "entry", "data BLOB", f"UPDATE entry SET data = {value} WHERE seq = 1"
    )
    assert "E334" in {code for code, _ in clerk.findings()}
    with clerk.registry.read() as tx:
        assert list(tx.entries())[1] == tx.entry(1) == b""


def test_a_salt_that_is_no_text(clerk: Clerk) -> None:
    """Found by flipping bytes: what was salted with it cannot be made again."""
    clerk.edit("UPDATE change SET salt = CAST(x'ff' AS TEXT) WHERE seq = 8")
    assert {code for code, _ in clerk.findings()} & {"E330", "E331", "E346"}


@pytest.mark.parametrize("value", ["NULL", "x'41'", "7"])
def test_attacker_lifts_the_types(clerk: Clerk, value: str) -> None:
    """Nothing, bytes or a number where text must be: named, and no crash."""
    edit_loosely(
        clerk, "target", "address TEXT", f"UPDATE target SET address = {value}"
    )
    assert ("E330", "T-4") in clerk.findings()
    with (
        pytest.raises(VerificationError, match="E306"),
        clerk.registry.read() as tx,
    ):
        tuple(tx.targets())


def test_a_date_that_is_none_is_named_not_a_crash(clerk: Clerk) -> None:
    clerk.edit("UPDATE change SET at = 'soon' WHERE seq = 1")
    with (
        pytest.raises(VerificationError, match="E306"),
        clerk.registry.read() as tx,
    ):
        tx.history(TARGETS, ("T-1",))
    assert ("E337", "time") in clerk.findings()


def test_statistics_are_no_tampering(clerk: Clerk) -> None:
    with sqlite3.connect(clerk.path) as raw:
        raw.execute("ANALYZE")
        raw.execute("VACUUM")
    raw.close()
    assert clerk.findings() == []


def test_a_kept_file_that_was_edited_names_nobody(clerk: Clerk) -> None:
    """Else an edited kept file could accuse a row that is as it was."""
    clerk.edit("UPDATE target SET name = 'x' WHERE id = 'T-4'")
    clerk.kept = {
        digest: data.replace("示例店3号".encode(), b"x")
        for digest, data in clerk.kept.items()
    }
    assert ("E330", "T-3") not in clerk.findings()
    assert ("E331", "targets") in clerk.findings()


def lie(clerk: Clerk, said: bytes, instead: bytes) -> None:
    """Forge the newest entry: what an office could sign that means harm."""
    with clerk.registry.read() as tx:
        head = tx.head()
        assert head is not None
        data = tx.entry(head.seq)
    assert data is not None
    assert said in data
    forged = data.replace(said, instead)
    clerk.edit(
        f"UPDATE entry SET data = x'{forged.hex()}',"
        f" leaf = '{leaf_hash(forged).hex()}' WHERE seq = {head.seq}"
    )


def test_false_counts_in_the_log_are_found(tmp_path: Path) -> None:
    clerk = Clerk(tmp_path)
    clerk.change(TARGETS, [target(1)])
    lie(clerk, b'"added":1', b'"added":7')
    assert clerk.findings() == [("E337", "added")]


def test_another_list_than_the_change_led_to_is_found(clerk: Clerk) -> None:
    """The log names the digest of a list that is not what the changes add up to."""
    with clerk.registry.read() as tx:
        named = str(tx.digest(TARGETS))
    other = clerk.kept[named].replace("示例店4号".encode(), "别家".encode())
    lie(clerk, named.encode(), sha256(other).encode())
    assert clerk.findings() == [("E331", "targets")]
    clerk.kept[sha256(other)] = other
    assert clerk.findings() == [("E330", "T-4")]


def test_a_list_of_a_later_program_is_not_checked(clerk: Clerk) -> None:
    with clerk.registry.write() as tx:
        body = {"added": 1, "changed": 0, "retired": 0}
        digests = {"change": "0" * 64, "digest": "0" * 64}
        clerk.append(tx, "registry.change", {"list": "plans", **body, **digests})
        clerk.append(tx, "notice.withdraw", {"anything": "else"})
    with clerk.registry.read() as tx:
        (finding,) = tx.check_lists(clerk.kept.get)
    assert finding.code == "E339"
    assert finding.warning


def test_a_column_that_came_later_was_empty_then(clerk: Clerk) -> None:
    """Old digests still come out; and nothing can be slipped into the new column."""
    # As if ``yearly``, the last column, had been added to the list after entry 2.
    with clerk.registry.read() as tx:
        logged = tx.entry(2)
    assert logged is not None
    for digest, data in tuple(clerk.kept.items()):
        if digest.encode() in logged:
            older = _without_last_column(data)
            clerk.kept[sha256(older)] = older
            logged = logged.replace(digest.encode(), sha256(older).encode())
    clerk.edit(
        f"UPDATE entry SET data = x'{logged.hex()}' WHERE seq = 2",
        "UPDATE change SET columns = replace(columns, ',yearly', '') WHERE seq = 2",
        "UPDATE inspector SET yearly = NULL",
    )
    # The entry was forged for this test; the list is as it says.
    assert clerk.findings() == [("E334", "")]
    clerk.edit("UPDATE inspector SET yearly = 1 WHERE id = 'A-2'")
    assert clerk.findings() == [("E330", "A-2"), ("E334", "")]


def _without_last_column(data: bytes) -> bytes:
    lines = data.decode().splitlines()
    cut = [ln if ln.startswith("#") else ln.rpartition("\t")[0] for ln in lines]
    return "\n".join((*cut, "")).encode()


def test_an_empty_registry_has_no_findings(tmp_path: Path) -> None:
    assert Clerk(tmp_path).findings() == []


def test_entry_of_the_clerk_is_read_as_the_log_writes_it() -> None:
    from dualrandom.registry import told

    read = told.read(entry(3, "0" * 64, "anchor", {"a": 1}))
    assert (read.seq, read.act, read.by) == (3, "anchor", "shishijian/officer-01")
