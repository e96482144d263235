"""What a page is to eyes and to readers of a screen: axe-core, and the smallest text."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def axe(page: Any) -> list[str]:
    import axe_playwright_python

    source = Path(str(axe_playwright_python.__file__)).with_name("axe.min.js")
    page.evaluate(source.read_text("utf-8"))
    found = page.evaluate(
        """() => axe.run(document, {preload: false, resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',
        'wcag22aa', 'best-practice']})"""
    )
    return [f"{v['id']}: {v['nodes'][0]['html']}" for v in found["violations"]]


SMALLEST = """() => Math.min(...[...document.querySelectorAll('body *')].filter(
  e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())
).map(e => parseFloat(getComputedStyle(e).fontSize)))"""
