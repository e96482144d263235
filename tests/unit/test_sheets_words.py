"""Every code of sheets has its sentences, and every sentence its code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import dualrandom
from dualrandom.messages import Lang, catalogue
from dualrandom.sheets.codes import Fault
from tests.sheetmaking import LANGUAGES

PACKAGE = Path(dualrandom.__file__).parent


def used() -> set[str]:
    text = "".join(path.read_text("utf-8") for path in sorted(PACKAGE.rglob("*.py")))
    return set(re.findall(r'"(E2[0-9]{2})"', text))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_codes_and_sentences_match(lang: Lang) -> None:
    known = {code for code in catalogue(lang) if re.fullmatch("E2[0-9]{2}", code)}
    assert known == used()


def test_faults_of_codes_are_warnings_of_sheets() -> None:
    assert {fault.value for fault in Fault} <= used()
