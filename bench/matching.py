"""Matching 10,000 targets × 2 posts with 400 inspectors, against networkx.

Inspectors go to targets of their own region, one of 8; 500 pairs are recused. The other
side is ``networkx.max_flow_min_cost``, which finds numbers with the least sum of
squares: the k-th post of an inspector costs 2k − 1. Its network is the compressed one,
source → k-th post → inspector → targets of one region with the same recusals → sink;
a node for each target would make ten times as many edges. Building it is not counted.

It says how many posts each inspector has in each class, and leaves open who goes where.
``bench.levels`` compares only what both sides do, with the quickest formulation.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

# It has no stubs.
import networkx as nx  # type: ignore[import-untyped]

from bench import Ratio, timed, versions
from bench._people import instance as people
from dualrandom.matching import Matching, match

if TYPE_CHECKING:
    from collections.abc import Iterator

TARGETS = 10_000
POSTS = 2
INSPECTORS = 400
REGIONS = 8
RECUSALS = 500
KEY = "0123456789abcdef0123456789abcdef"


def run() -> Ratio:
    """Take one turn each: the other side's takes half a minute."""
    given = instance()
    ours, made = timed(lambda: match(key=KEY, **given))
    network = _network(given)
    theirs, flow = timed(lambda: nx.max_flow_min_cost(network, "source", "sink"))
    assert sum(flow["source"].values()) == TARGETS * POSTS
    assert squares(made) == nx.cost_of_flow(network, flow)
    return Ratio(
        case=CASE,
        against="networkx max_flow_min_cost, targets in classes",
        ours=ours,
        theirs=theirs,
        at_least=10,
        versions=versions("networkx"),
    )


CASE = (
    f"{TARGETS:,} targets x {POSTS} posts, {INSPECTORS} inspectors,"
    f" {REGIONS} regions, {RECUSALS} recusals"
)


def instance() -> dict[str, Any]:
    """Return what both sides get, as :func:`dualrandom.matching.match` takes it."""
    return people(
        targets=TARGETS,
        posts=POSTS,
        inspectors=INSPECTORS,
        regions=REGIONS,
        recusals=RECUSALS,
    )


def squares(made: Matching) -> int:
    """Return the sum of squares of how many posts each inspector has."""
    assert made.shortage is None
    assert len({(m.id, m.post) for m in made.members}) == TARGETS * POSTS
    assert len({(m.id, m.inspector) for m in made.members}) == TARGETS * POSTS
    counts = Counter(m.inspector for m in made.members)
    return sum(n * n for n in counts.values())


def classes(given: dict[str, Any]) -> Iterator[tuple[int, list[str]]]:
    """Yield how many targets have the same eligible inspectors, and these."""
    recused: dict[str, set[str]] = {}
    for conflict in given["conflicts"]:
        recused.setdefault(conflict.id, set()).add(conflict.inspector)
    local: dict[str, list[str]] = {}
    for inspector in given["inspectors"]:
        local.setdefault(inspector.region, []).append(inspector.id)
    found = Counter(
        tuple(i for i in local[target.region] if i not in recused.get(target.id, ()))
        for target in given["targets"]
    )
    for eligible, count in found.items():
        yield count, list(eligible)


def most(given: dict[str, Any]) -> int:
    """Return more posts than anybody has when all are spread evenly."""
    regions = Counter(target.region for target in given["targets"])
    return POSTS * max(regions.values()) * REGIONS // INSPECTORS + 10


def _network(given: dict[str, Any]) -> nx.DiGraph:
    network = nx.DiGraph()
    for number, (count, eligible) in enumerate(classes(given)):
        for inspector in eligible:
            network.add_edge(inspector, number, capacity=count, weight=0)
        network.add_edge(number, "sink", capacity=POSTS * count, weight=0)
    for inspector in given["inspectors"]:
        for k in range(1, most(given) + 1):
            step = (inspector.id, k)
            network.add_edge("source", step, capacity=1, weight=2 * k - 1)
            network.add_edge(step, inspector.id, capacity=1, weight=0)
    return network


if __name__ == "__main__":
    print(f"{CASE}: {run().value:.1f} times as fast")  # noqa: T201
