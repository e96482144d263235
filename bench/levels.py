"""How many posts each inspector has, in the case of ``bench.matching``, and no more.

This part of a matching is a minimum cost flow, and the other side gets it in the form
that suits it best: ``networkx.network_simplex`` on a multigraph, with parallel edges
from the source to an inspector costing 1, 3, 5, …, and targets in classes. Our side
hands out the posts one by one, and knows a holder for each of them afterwards. The
lottery of who goes where is left out on both sides, as is building the network.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

from typing import Any

# It has no stubs.
import networkx as nx  # type: ignore[import-untyped]

from bench import Ratio, timed, versions
from bench.matching import CASE, KEY, POSTS, TARGETS, classes, instance, most
from dualrandom.district import districts
from dualrandom.matching import _hand_out

ROUNDS = 5


def run() -> Ratio:
    """Take the best of five turns on each side."""
    given = instance()
    network = _network(given)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        seconds, mine = timed(lambda: _ours(given))
        ours.append(seconds)
        seconds, (cost, _) = timed(lambda: nx.network_simplex(network))
        theirs.append(seconds)
        assert mine == cost
    return Ratio(
        case=f"numbers only: {CASE}",
        against="networkx network_simplex, multigraph of classes",
        ours=min(ours),
        theirs=min(theirs),
        at_least=10,
        versions=versions("networkx"),
    )


def _ours(given: dict[str, Any]) -> int:
    squares = 0
    for part in districts(**given):
        roster = _hand_out(KEY, part)
        assert not roster.has_open(roster.nobody)
        squares += sum(
            len(roster.posts_of(person)) ** 2 for person in range(len(part.people))
        )
    return squares


def _network(given: dict[str, Any]) -> nx.MultiDiGraph:
    network = nx.MultiDiGraph()
    network.add_node("source", demand=-TARGETS * POSTS)
    network.add_node("sink", demand=TARGETS * POSTS)
    for number, (count, eligible) in enumerate(classes(given)):
        for inspector in eligible:
            network.add_edge(inspector, number, capacity=count, weight=0)
        network.add_edge(number, "sink", capacity=POSTS * count, weight=0)
    for inspector in given["inspectors"]:
        for k in range(1, most(given) + 1):
            network.add_edge("source", inspector.id, capacity=1, weight=2 * k - 1)
    return network


if __name__ == "__main__":
    print(f"numbers only, {CASE}: {run().value:.1f} times as fast")  # noqa: T201
