"""Inspection draws that nobody can rig and anybody can check."""

from __future__ import annotations

__version__ = "0.1.0"

SOFTWARE = f"dualrandom {__version__}"
"""The name that announcements and results record."""
