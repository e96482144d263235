"""What tests of every kind may ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clusters import Cluster


# How fast a busy machine is says nothing about the program.
settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("suite")


@pytest.fixture(scope="session", name="cluster")
def _cluster() -> Iterator[Cluster]:
    """A PostgreSQL server, thrown away afterwards; see :mod:`tests.clusters`."""
    pytest.importorskip("psycopg")
    from tests.clusters import throw_away

    yield from throw_away()
