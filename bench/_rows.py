"""Files of many strata rows, made by DuckDB itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb

if TYPE_CHECKING:
    from pathlib import Path


def write_rows(file: Path, rows: int, *, strata: int) -> None:
    """Write a Parquet file of strata rows with one ticket each.

    Args:
        file: where.
        rows: how many; ids are ``919900000000000000`` and so on.
        strata: how many there are, called s0, s1, …; rows take turns.
    """
    with duckdb.connect() as database:
        made = database.sql(
            "SELECT '919900' || lpad(n::VARCHAR, 12, '0') AS id,"
            " 's' || (n % $strata) AS stratum, 1::UTINYINT AS tickets"
            " FROM range($rows) AS numbers(n)",
            params={"strata": strata, "rows": rows},
        )
        made.write_parquet(str(file))
