"""Rules and plans in ``public/``: every version, its bytes those that were logged."""

from __future__ import annotations

import pytest

from dualrandom.canonical import json_line, parse_json_line, sha256
from dualrandom.errors import VerificationError
from dualrandom.public_texts import (
    PLANS,
    RULES,
    PublishedText,
    parse_texts,
    text_files,
)


def text(version: int, data: bytes, year: int | None = None) -> PublishedText:
    return PublishedText(
        year=year,
        version=version,
        since=f"2026-0{version}-01T01:00:00Z",
        digest=sha256(data),
    )


VERSIONS = (
    (text(1, b"one"), b"one"),
    (text(2, b"two"), b""),  # its bytes are gone: listed by its digest alone
    (text(1, b"plan", 2026), b"plan"),
    (text(1, b"next", 2027), b"next"),
)


def test_every_version_is_listed_and_its_file_is_what_was_logged() -> None:
    files = dict(text_files(VERSIONS))
    assert set(files) == {
        *(RULES, PLANS, "rules/1.md", "plans/2026-1.json", "plans/2027-1.json")
    }
    rules, plans = (parse_texts(index, files[index]) for index in (RULES, PLANS))
    assert [v.version for v in rules] == [2, 1]
    assert [(v.year, v.version) for v in plans] == [(2027, 1), (2026, 1)]
    for version in (*rules, *plans):
        assert version in {known for known, _ in VERSIONS}
        if version.path in files:
            assert sha256(files[version.path]) == version.digest


def test_nothing_issued_nothing_listed() -> None:
    assert dict(text_files(())) == {}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("file", "../rules/1.md", id="another place"),
        pytest.param("file", "rules/2.md", id="another version's file"),
        pytest.param("digest", "0" * 63, id="no digest"),
        pytest.param("version", 0, id="version 0"),
        pytest.param("since", "2026-01-01", id="no time"),
    ],
)
def test_a_line_that_cannot_be_is_refused(field: str, value: object) -> None:
    data = dict(text_files(VERSIONS[:1]))[RULES]
    document = parse_json_line(data)
    assert isinstance(document, dict)
    (line,) = document["versions"]
    line[field] = value
    with pytest.raises(VerificationError):
        parse_texts(RULES, json_line(document))
