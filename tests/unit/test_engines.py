"""Every engine gives the selection that plain Python gives, file for file."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from dualrandom import engines
from dualrandom.draw import ALL, Plain, lowest, select, select_with
from dualrandom.engines import opened
from dualrandom.errors import DualRandomError, EnvironmentProblem, UsageError
from dualrandom.fields import Fields
from dualrandom.model import (
    Drawn,
    Quota,
    Ratio,
    Rounding,
    Strata,
    Stratum,
    StratumRow,
    TargetId,
)
from dualrandom.office.looking import verify_path
from dualrandom.strata import read_ratio, read_strata
from dualrandom.tables import DRAWN, RESERVES, SELECTED, STRATA
from tests.factories import make_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dualrandom.draw import Selection
    from tests.clusters import Cluster

KEY = "0123456789abcdef0123456789abcdef"
VECTORS = json.loads(
    (Path(__file__).parents[1] / "vectors" / "draw.json").read_text("utf-8")
)
SUFFIXES = (".tsv", ".csv", ".parquet")
SELECT = [test for test in VECTORS["tests"] if test["kind"] == "select"]


@pytest.fixture
def spark() -> Iterator[str]:
    """A driver and two workers, each a process of its own, as in a cluster."""
    pytest.importorskip("pyspark", reason="pyspark is not installed")
    if shutil.which("java") is None:
        pytest.skip("Java is not installed")
    from pyspark.sql import SparkSession

    master = "local-cluster[2,1,1024]"
    session = (
        SparkSession.builder.master(master)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.log.level", "OFF")
        # Rows are few here: what pays for many only takes its time.
        .config("spark.sql.shuffle.partitions", "1")
        .config("spark.sql.codegen.wholeStage", "false")
        .config("spark.sql.adaptive.enabled", "false")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.executor.extraJavaOptions", "-XX:TieredStopAtLevel=1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    yield f"spark:{master}"
    session.stop()


@pytest.fixture(params=["duckdb", "postgresql"])
def choice(request: pytest.FixtureRequest) -> str:
    """Return each engine in turn, as somebody would name it; Spark has its own test."""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("cluster")
        return f"postgresql:{cluster.url(cluster.make_database())}"
    return "duckdb:64MB"


def files(made: Selection) -> dict[str, bytes]:
    """Return the bytes of all that a selection becomes."""
    drawn = [Drawn(id=row.id) for row in made.selected]
    return {
        SELECTED.name: SELECTED.encode(made.selected),
        RESERVES.name: RESERVES.encode(made.reserves),
        DRAWN.name: DRAWN.encode(drawn),
        "short": repr(made.short).encode(),
    }


def outcome(given: dict[str, Any], choice: str, folder: Path) -> Any:
    """Return what an engine makes of a vector's input, or the code of its refusal."""
    rows = [
        StratumRow(id=TargetId(i), stratum=stratum, tickets=n)
        for i, stratum, n in given["rows"]
    ]
    file = folder / "strata.tsv"
    file.write_bytes(STRATA.encode(rows, salt="f" * 32, strata=b'[{"name":"\\t"}]'))
    fields = {k: given[k] for k in ("strata", "total") if given[k] is not None}
    ratio = given["reserves"]
    try:
        with opened(choice, file) as engine:
            made = select_with(
                engine,
                key=given["key"],
                strata=read_strata(Fields.of(fields)),
                reserves=read_ratio(Fields.of({"r": ratio}), "r") if ratio else None,
            )
    except DualRandomError as error:
        return error.code
    return {
        "selected": [
            [r.order, r.id, r.stratum, r.rank, r.ticket] for r in made.selected
        ],
        "reserves": [[r.id, r.stratum, r.rank, r.ticket] for r in made.reserves],
    }


@pytest.mark.slow
def test_spark_does_all_that_the_others_do(
    spark: str, many: tuple[list[StratumRow], Strata], tmp_path: Path
) -> None:
    """In one test, so that the machines of Java start once."""
    test_every_vector_on_every_engine(spark, tmp_path)
    for suffix in SUFFIXES:
        test_the_same_files_from_every_engine(spark, suffix, many, tmp_path)
    test_a_statement_is_never_made_of_a_value(spark, tmp_path)


def test_every_vector_on_every_engine(choice: str, tmp_path: Path) -> None:
    assert len(SELECT) > 15
    for test in SELECT:
        due = test["expected"] if test["result"] == "valid" else test["error"]
        assert outcome(test["input"], choice, tmp_path) == due, test["id"]


ODD = ("NULL", "null", "nan", "TRUE", "007", "1e5", "0x1F", "2026-01-01", "a.b", "A_b-")
"""Ids that a reader of tables might take for something else."""


@pytest.fixture(scope="module")
def many() -> tuple[list[StratumRow], Strata]:
    """Rows with ideographs, odd ids and several tickets, in three strata."""
    ids = [
        *ODD,
        *(f"企字第{n}号〇" for n in range(900)),
        *(f"T{n}" for n in range(900)),
    ]
    rows = [
        StratumRow(
            id=TargetId(i), stratum=f"s{n % 7 % 3}", tickets=1 + n % 11 // 10 * 98
        )
        for n, i in enumerate(ids)
    ]
    quota = (Quota(count=3), Quota(ratio=Ratio(p=1, q=1), round=Rounding.UP), None)
    counted = sorted(Counter(row.stratum for row in rows).items())
    strata = Strata(
        strata=tuple(
            Stratum(name=name, rows=count, quota=quota or Quota(count=100_000))
            for (name, count), quota in zip(counted, quota, strict=True)
        )
    )
    return rows, strata


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_same_files_from_every_engine(
    choice: str, suffix: str, many: tuple[list[StratumRow], Strata], tmp_path: Path
) -> None:
    rows, strata = many
    frozen = tmp_path / "strata.tsv"
    frozen.write_bytes(STRATA.encode(rows))
    file = tmp_path / f"rows{suffix}"
    if suffix == ".tsv":
        file = frozen
    elif suffix == ".csv":
        lines = (f'"{row.id}",{row.stratum},{row.tickets}\n' for row in rows)
        file.write_text("id,stratum,tickets\n" + "".join(lines), "utf-8")
    else:
        duckdb.from_csv_auto(str(frozen), all_varchar=True, delimiter="\t").project(
            "id, stratum, tickets::integer AS tickets"
        ).write_parquet(str(file))
    ratio = Ratio(p=1, q=3)
    due = files(select(key=KEY, rows=rows, strata=strata, reserves=ratio))
    if suffix == ".parquet" and choice.startswith("postgresql"):
        with pytest.raises(UsageError) as caught, opened(choice, file):
            pass
        assert caught.value.code == "E483"
        return
    with opened(choice, file) as engine:
        made = select_with(engine, key=KEY, strata=strata, reserves=ratio)
    assert files(made) == due


def test_equal_tickets_go_by_id_in_bytes() -> None:
    """No two ids are known whose SHA-256 is the same: so an engine that says it is."""

    class Tied(Plain):
        def below(
            self, key: str, limits: Mapping[str, str]
        ) -> Iterable[tuple[str, str, str]]:
            return [(row.stratum, "00" * 32, row.id) for row in self.rows]

    ids = ["企", "〇", "a", "Z", "9", "鿿", "a-", "a."]
    rows = [StratumRow(id=TargetId(i), stratum="s") for i in ids]
    found = lowest(Tied(rows), KEY, {"s": 8}, {"s": 8})["s"]
    assert [i for _, i in found] == sorted(ids, key=str.encode)


@pytest.mark.parametrize("kind", ["open", "private"])
def test_a_folder_is_checked_by_every_engine(
    choice: str, kind: Any, tmp_path: Path
) -> None:
    folder = make_folder(tmp_path, kind=kind)
    due = verify_path(folder, None)
    assert due.exit_code == 6  # nobody is trusted here
    assert verify_path(folder, None, engine=choice) == due
    selected = folder / SELECTED.name
    lines = selected.read_bytes().split(b"\n")
    selected.write_bytes(b"\n".join([*lines[:-2], b""]))
    changed = verify_path(folder, None, engine=choice)
    assert changed.exit_code == 1
    assert changed == verify_path(folder, None)


# ── refusals ─────────────────────────────────────────────────────────────────────


@pytest.fixture
def frozen(tmp_path: Path) -> Path:
    """Return a file with one row."""
    file = tmp_path / "strata.tsv"
    file.write_bytes(STRATA.encode([StratumRow(id=TargetId("A"), stratum="s")]))
    return file


@pytest.mark.parametrize(
    ("choice", "name", "code"),
    [
        pytest.param("sqlite", "strata.tsv", "E480", id="no such engine"),
        pytest.param("duckdb:much", "strata.tsv", "E480", id="no amount of memory"),
        pytest.param("duckdb", "strata.xlsx", "E483", id="a file it does not read"),
        pytest.param("duckdb", "[a]/strata.tsv", "E484", id="a path like a pattern"),
    ],
)
def test_what_cannot_be_asked(
    choice: str, name: str, code: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught, opened(choice, tmp_path / name):
        pass
    assert caught.value.code == code


@pytest.mark.parametrize("name", engines.NAMES)
def test_a_library_that_is_not_installed(
    name: str, frozen: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = {"postgresql": "psycopg", "spark": "pyspark.sql"}.get(name, name)
    monkeypatch.setitem(sys.modules, library, None)
    monkeypatch.delitem(sys.modules, f"dualrandom.engines.{name}", raising=False)
    with pytest.raises(EnvironmentProblem) as caught, opened(name, frozen):
        pass
    assert (caught.value.code, caught.value.params) == ("E481", {"engine": name})


@pytest.mark.parametrize(
    "choice", ["duckdb", "postgresql:host=127.0.0.1 port=9 connect_timeout=5"]
)
def test_an_engine_that_fails_says_why(choice: str, tmp_path: Path) -> None:
    def count() -> None:
        with opened(choice, tmp_path / "strata.tsv") as engine:
            engine.count()

    with pytest.raises(EnvironmentProblem) as caught:
        count()
    assert caught.value.code == "E482"
    assert caught.value.params["reason"]


def test_a_statement_is_never_made_of_a_value(choice: str, tmp_path: Path) -> None:
    """Ids cannot hold a quote; an engine must not rely on it."""
    wicked = "A'; DROP TABLE strata; --"
    file = tmp_path / "it's 100%.tsv"
    file.write_text(f"id\tstratum\ttickets\n{wicked}\ts'\t2\n", "utf-8")
    with opened(choice, file) as engine:
        assert dict(engine.count()) == {"s'": 1}
        found = list(engine.below("k'", {"s'": ALL}))
    assert [(stratum, i) for stratum, _, i in found] == [("s'", wicked)]


def test_nothing_is_left_in_the_temporary_folder(
    frozen: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.setattr("tempfile.tempdir", os.fspath(spill))
    with opened("duckdb", frozen) as engine:
        assert list(spill.iterdir())
        engine.count()
    assert not list(spill.iterdir())
