"""Matching 100,000 targets × 2 posts with 1,000 inspectors, against OR-tools.

Inspectors go to targets of their own region, one of 20; 5,000 pairs are recused; maxima
leave not one post to spare. Both sides hash a ticket for each inspector who may go to a
target, five million in all, with the same function.

The other side is ``SimpleMinCostFlow``, region by region since they have nothing in
common: source → inspector (as many as the maximum) → target (one, at the cost of the
ticket's first 31 bits) → sink (two). So it too says who goes where, by tickets: the
assignment with the least sum of tickets, where ours goes post by post. Arcs are given
as NumPy arrays; building them counts on both sides, like everything after the lists.
"""

# ruff: noqa: S101 - a benchmark asserts that both sides solved the case
from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from ortools.graph.python import min_cost_flow

from bench import Ratio, timed, versions
from bench._people import instance as people
from dualrandom.matching import match

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from dualrandom.model import Inspector, Target

TARGETS = 100_000
POSTS = 2
INSPECTORS = 1_000
REGIONS = 20
RECUSALS = 5_000
KEY = "0123456789abcdef0123456789abcdef"


def run() -> Ratio:
    """Take one turn each."""
    given = instance()
    ours, made = timed(lambda: match(key=KEY, **given))
    assert made.shortage is None
    _check(given, ((m.id, m.inspector) for m in made.members))
    theirs, pairs = timed(lambda: list(_flow(given)))
    _check(given, pairs)
    return Ratio(
        case=(
            f"{TARGETS:,} targets x {POSTS} posts, {INSPECTORS:,} inspectors,"
            f" {REGIONS} regions, {RECUSALS:,} recusals, no post to spare"
        ),
        against="OR-tools SimpleMinCostFlow, costs by tickets, region by region",
        ours=ours,
        theirs=theirs,
        at_most=5,
        versions=versions("ortools", "numpy"),
    )


def instance() -> dict[str, Any]:
    """Return what both sides get, as :func:`dualrandom.matching.match` takes it."""
    given = people(
        targets=TARGETS,
        posts=POSTS,
        inspectors=INSPECTORS,
        regions=REGIONS,
        recusals=RECUSALS,
    )
    rows = Counter(target.region for target in given["targets"])
    each = INSPECTORS // REGIONS
    # What a region's posts leave over goes to its first inspectors.
    given["inspectors"] = [
        replace(
            person,
            max=(POSTS * rows[person.region] + each - 1 - n // REGIONS) // each,
        )
        for n, person in enumerate(given["inspectors"])
    ]
    return given


def _check(given: dict[str, Any], pairs: Iterable[tuple[str, str]]) -> None:
    """Assert that every post is filled by somebody who may, and maxima are kept."""
    made = list(pairs)
    assert len(made) == len(set(made)) == TARGETS * POSTS
    assert set(Counter(target for target, _ in made).values()) == {POSTS}
    regions = {one.id: one.region for one in (*given["targets"], *given["inspectors"])}
    assert all(regions[target] == regions[person] for target, person in made)
    assert not {(c.id, c.inspector) for c in given["conflicts"]} & set(made)
    held = Counter(person for _, person in made)
    assert all(held[one.id] == one.max for one in given["inspectors"])


def _flow(given: dict[str, Any]) -> Iterator[tuple[str, str]]:
    recused = {(c.id, c.inspector) for c in given["conflicts"]}
    targets, people = defaultdict(list), defaultdict(list)
    for target in given["targets"]:
        targets[target.region].append(target)
    for person in given["inspectors"]:
        people[person.region].append(person)
    for region, some in targets.items():
        yield from _region(some, people[region], recused)


def _region(
    targets: list[Target], people: list[Inspector], recused: set[tuple[str, str]]
) -> Iterator[tuple[str, str]]:
    n, m = len(people), len(targets)
    tails, heads, costs = [], [], []
    ids = [(i, person.id, person.id.encode()) for i, person in enumerate(people)]
    for j, target in enumerate(targets):
        start = f"{KEY},{target.id}/".encode()
        for i, person, encoded in ids:
            if (target.id, person) not in recused:
                ticket = sha256(start + encoded).digest()
                tails.append(i)
                heads.append(n + j)
                costs.append(int.from_bytes(ticket[:4], "big") >> 1)
    arcs = len(tails)
    source, sink = n + m, n + m + 1
    solver = min_cost_flow.SimpleMinCostFlow()
    solver.add_arcs_with_capacity_and_unit_cost(
        np.concatenate([tails, np.full(n, source), np.arange(n, n + m)]),
        np.concatenate([heads, np.arange(n), np.full(m, sink)]),
        np.concatenate([np.ones(arcs), [p.max for p in people], np.full(m, POSTS)]),
        np.concatenate([costs, np.zeros(n + m)]).astype(np.int64),
    )
    solver.set_nodes_supplies(
        np.array([source, sink]), np.array([m * POSTS, -m * POSTS])
    )
    assert solver.solve() == solver.OPTIMAL
    for arc in np.flatnonzero(solver.flows(np.arange(arcs))):
        yield targets[heads[arc] - n].id, people[tails[arc]].id
