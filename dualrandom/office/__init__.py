"""The use cases: one function each.

Clock, entropy, transactions, keys and the log meet here and nowhere else. Every
function either does all of what it says or nothing.
"""

from __future__ import annotations
