"""The office's settings: office.toml.

Border: one small file, written once by ``init``, edited by hand afterwards.

    name = "示例市市场监督管理局"
    [log]
    origin = "scjg.example.gov.cn/dualrandom"
    [keys]
    officer = "keys/officer-01.key"
    log = "keys/log.key"
    [database]
    file = "office.db"   # or: url = "postgresql+psycopg://wang@host/offices?schema=x"
    [site]
    domain = "scjg.example.gov.cn"
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from dualrandom.errors import EnvironmentProblem, UsageError, Where

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "office.toml"
DATABASE: Final = "office.db"
SITE_FIELDS: Final = (
    "domain",
    "meta_prefix",
    "url",
    "site_name",
    "site_code",
    "column",
    "column_type",
    "topic",
    "contact",
    "phone",
    "supervision_phone",
    "filing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What office.toml says.

    Attributes:
        name: the office's full name, as it stands on notices.
        origin: of the log; also the name of the log's key.
        database: of registry and log: a file, relative to the office's folder, or the
            address of a schema on a server, without a password.
        officer: the officer's private key, relative to the office's folder.
        log_key: the log's private key, likewise.
        site: (field, text) for the pages.
    """

    name: str
    origin: str
    database: str = DATABASE
    officer: str = "keys/officer-01.key"
    log_key: str = "keys/log.key"
    site: tuple[tuple[str, str], ...] = ()


def settings_bytes(settings: Settings) -> bytes:
    """Return office.toml."""
    site = dict(settings.site)
    lines = [
        f"name = {_quoted(settings.name)}",
        "",
        "[log]",
        f"origin = {_quoted(settings.origin)}",
        "",
        "[database]",
        f"{_place(settings.database)} = {_quoted(settings.database)}",
        "",
        "[keys]",
        f"officer = {_quoted(settings.officer)}",
        f"log = {_quoted(settings.log_key)}",
        "",
        "[site]",
        *(f"{field} = {_quoted(site.get(field, ''))}" for field in SITE_FIELDS),
    ]
    return ("\n".join(lines) + "\n").encode()


def _quoted(text: str) -> str:
    # A JSON string without escapes beyond ASCII is a TOML basic string.
    return json.dumps(text, ensure_ascii=False)


def load_settings(folder: Path) -> Settings:
    """Read office.toml of an office's folder.

    Raises:
        UsageError: E161, no office here; E162, office.toml cannot be used.
        EnvironmentProblem: E151, it cannot be read.
    """
    path = folder / FILE
    where = Where(file=str(path))
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        site = _table(data, "site")
        return Settings(
            name=_text(data, "name"),
            origin=_text(_table(data, "log"), "origin"),
            database=_database(_table(data, "database")),
            officer=_text(_table(data, "keys"), "officer"),
            log_key=_text(_table(data, "keys"), "log"),
            site=tuple((f, str(site[f])) for f in SITE_FIELDS if f in site),
        )
    except FileNotFoundError as exc:
        raise UsageError("E161", where=Where(file=str(folder))) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError, ValueError) as exc:
        raise UsageError("E162", where=where) from exc
    except OSError as exc:
        raise EnvironmentProblem(
            "E151", where=where, reason=exc.strerror or ""
        ) from exc


def _table(data: dict[str, Any], name: str) -> dict[str, Any]:
    value = data.get(name)
    if not isinstance(value, dict):
        raise TypeError(name)
    return value


def _database(data: dict[str, Any]) -> str:
    name = "url" if "url" in data else "file"
    value = _text(data, name)
    if len(data) != 1 or _place(value) != name:
        raise ValueError(value)
    return value


def _place(database: str) -> str:
    return "url" if "://" in database else "file"


def _text(data: dict[str, Any], name: str) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not value:
        raise TypeError(name)
    return value
