"""Selection inside Spark: on this machine, or on a cluster by naming its master.

Only what the JVM can do itself is asked of it, so that executors need no Python.

Spec: draw-v1 §5 step 1.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession
from pyspark.sql import functions as f

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pyspark.sql import DataFrame

Failure: Final = (PySparkException, Py4JError)
_TEXT: Final = {
    "header": True,
    "enforceSchema": True,
    "comment": "#",
    "encoding": "UTF-8",
    "lineSep": "\n",
    "mode": "FAILFAST",
    "nullValue": "#",
}
_FORMATS: Final = {
    ".tsv": ("csv", _TEXT | {"sep": "\t", "quote": "", "escape": ""}),
    ".csv": ("csv", _TEXT | {"sep": ",", "quote": '"', "escape": '"'}),
    ".parquet": ("parquet", {}),
}
READS: Final = frozenset(_FORMATS)


class _Spark:
    def __init__(self, rows: DataFrame) -> None:
        self._rows = rows

    def count(self) -> Mapping[str, int]:
        return {
            row["stratum"]: row["count"]
            for row in self._rows.groupBy("stratum").count().collect()
        }

    def below(
        self, key: str, limits: Mapping[str, str]
    ) -> Iterable[tuple[str, str, str]]:
        start = f.concat(f.lit(f"{key},"), f.col("id"))
        one = f.sha2(start, 256)
        more = f.transform(
            f.sequence(f.lit(2), f.col("tickets")),
            lambda j: f.sha2(f.concat(start, f.lit("#"), j.cast("string")), 256),
        )
        ticket = f.when(f.col("tickets") == 1, one).otherwise(
            f.least(one, f.array_min(more))
        )
        words = [f.lit(word) for pair in limits.items() for word in pair]
        below = f.create_map(*words)[f.col("stratum")]
        found = self._rows.select("stratum", ticket.alias("ticket"), "id")
        for row in found.where(f.col("ticket") < below).toLocalIterator():
            yield row["stratum"], row["ticket"], row["id"]


@contextmanager
def opened(file: Path, master: str) -> Iterator[_Spark]:
    """Open a session, or use the one that there is; one of our own is closed again.

    Args:
        file: see :data:`READS`; every worker must be able to read it.
        master: ``local[2]``, ``local-cluster[2,1,1024]``, ``spark://host:7077``; "":
            what Spark's own settings say.
    """
    there = SparkSession.getActiveSession()
    builder = SparkSession.builder.appName("dualrandom").config(
        "spark.ui.showConsoleProgress", "false"
    )
    session = (builder.master(master) if master else builder).getOrCreate()
    try:
        kind, options = _FORMATS[file.suffix]
        reader = session.read.options(**options)
        rows = reader.schema("id string, stratum string, tickets int")
        # Hadoop wants a path as it is, not as a URI with its %XX.
        path = file.resolve().as_posix()
        yield _Spark(rows.format(kind).load(f"file:///{path.lstrip('/')}"))
    finally:
        if there is None:
            session.stop()
