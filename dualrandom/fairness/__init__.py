"""How fair a draw's lists and rules are: the same lists with many random seeds.

Border: pure, but for the numbers: this is statistics, with fractions and NumPy, and
nothing of it enters a draw. Lists and a seed come in, a report goes out.

- Selection and matching are the draw's own code, hashing included; only the keys are
  made up: ``SHA-256(seed ‖ "," ‖ run)``, so that a report can be made again.
- A question has one answer: chi-square, degrees of freedom, and how often a fair draw
  would show as much, or as little. Both tails count: what is too even was not drawn.
- All questions of a report together cry wolf once in a thousand reports of fair draws.

    fairness(lists, seed="00" * 16, runs=10_000, teams=200).questions

Spec: draw-v1 §6 ("Uniform chances over all assignments are not promised").
"""

from __future__ import annotations

from dualrandom.fairness.chances import Question
from dualrandom.fairness.report import Fairness, Lists, fairness

__all__ = ["Fairness", "Lists", "Question", "fairness"]
