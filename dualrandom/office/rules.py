"""The detailed rules of an office: setting a version, and the one in force.

- ``rules.md`` in the office's folder is where people work on them; what is in force is
  what was logged last. While the two differ, nothing is frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dualrandom.canonical import sha256
from dualrandom.docx import BEGINNING, docx_text
from dualrandom.errors import (
    DualRandomError,
    EnvironmentProblem,
    InputError,
    StateError,
    Where,
)
from dualrandom.folder import write_file
from dualrandom.office import issued, journal
from dualrandom.office.checking import read
from dualrandom.office.place import RULES
from dualrandom.rules import Rules, join_rules, parse_rules, split_rules

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from dualrandom.office.issued import Issue
    from dualrandom.office.place import Office
    from dualrandom.registry import Reader


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesVersion:
    """One version of the rules: what the log says of it, its text, its settings."""

    issue: Issue
    text: str
    rules: Rules


def set_rules(
    office: Office, file: Path, *, settings: Path | None = None, dry_run: bool = False
) -> tuple[Issue | None, Rules]:
    """Log a document as the next version of the rules.

    Args:
        office: the open office.
        file: Markdown, plain text or .docx.
        settings: TOML, instead of what stands at the head of the file; without either,
            the settings in force stay.
        dry_run: read and check only.

    Returns:
        The version, or None where nothing was written; and its settings.

    Raises:
        InputError: E411, E414 the file; E412, E413 the settings; E399, too large.
        EnvironmentProblem: E151, a file cannot be read; E154.
        StateError: E180, E183 as for the log.
    """
    head, text = _read(file)
    if settings is not None:
        try:
            head = read(settings).decode("utf-8-sig")
        except UnicodeDecodeError as exc:
            raise InputError("E411", where=Where(file=str(settings))) from exc
    elif not head:
        head = _settings_in_force(office)
    data = join_rules(head, text)
    try:
        rules = parse_rules(data)
    except InputError as error:
        error.where = Where(file=str(settings or file))
        raise
    with office.registry.read() as tx:
        known = issued.issues(tx, "rules.set")
    same = bool(known) and known[-1].digest == sha256(data)
    if dry_run:
        return None, rules
    if same:
        write_file(office.root / RULES, data)
        return None, rules
    signer = office.officer()
    with journal.writing(office) as (tx, undo):
        made = issued.issue(office, tx, undo, "rules.set", data, signer=signer)
    # After the commit: were it before, a failure would leave a text without a version.
    write_file(office.root / RULES, data)
    return made, rules


def _read(file: Path) -> tuple[str, str]:
    data = read(file)
    try:
        if data.startswith(BEGINNING):
            return "", docx_text(data)
        return split_rules(data)
    except InputError as error:
        error.where = Where(file=str(file))
        raise


def _settings_in_force(office: Office) -> str:
    with office.registry.read() as tx:
        known = issued.issues(tx, "rules.set")
    return split_rules(issued.text_of(office, known[-1]))[0] if known else ""


def rules_versions(office: Office) -> tuple[Issue, ...]:
    """Return all versions of the rules, oldest first."""
    with office.registry.read() as tx:
        return issued.issues(tx, "rules.set")


def show_rules(
    office: Office, *, version: int | None = None, as_of: dt.datetime | None = None
) -> RulesVersion:
    """Return a version of the rules: one by number, or that in force at a time.

    Raises:
        StateError: E418, there is none.
        EnvironmentProblem: E416, its text is gone.
        VerificationError: E417, its text is not what was logged.
    """
    with office.registry.read() as tx:
        known = issued.issues(tx, "rules.set", as_of=as_of)
    found = [one for one in known if version in {None, one.version}]
    if not found:
        raise StateError("E418", version=version or 0)
    return _version(office, found[-1])


def _version(office: Office, issue: Issue) -> RulesVersion:
    data = issued.text_of(office, issue)
    return RulesVersion(issue=issue, text=data.decode(), rules=parse_rules(data))


def rules_in_force(office: Office, tx: Reader) -> RulesVersion:
    """Return the rules that a freeze goes by, which are those that people can read.

    Raises:
        StateError: E415, rules.md is not the version that was logged last.
        EnvironmentProblem: E151, it cannot be read.
        InputError: E413, a setting that this program does not know.
    """
    where = Where(file=RULES)
    try:
        data = (office.root / RULES).read_bytes()
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=where, reason=exc.strerror or ""
        ) from exc
    known = issued.issues(tx, "rules.set")
    if not known or known[-1].digest != sha256(data):
        version = known[-1].version if known else 0
        raise StateError("E415", where=where, version=version)
    try:
        return RulesVersion(
            issue=known[-1], text=data.decode(), rules=parse_rules(data)
        )
    except DualRandomError as error:
        error.where = where
        raise
