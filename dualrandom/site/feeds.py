"""What programs read of a site: the Data Package of its tables.

Border: pure; views in, a document out.

Spec: Data Package v1 (Frictionless), ``datapackage.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dualrandom.canonical import json_line, sha256

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dualrandom.site.tables import TableView


def resource_of(view: TableView, path: str, data: bytes) -> dict[str, object]:
    """Return what describes one table: where its CSV lies, its columns, its digest."""
    return {
        "name": view.stem.replace("/", "-").lower(),
        "path": path,
        "title": view.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": len(data),
        "hash": f"sha256:{sha256(data)}",
        "schema": {
            "fields": [{"name": name, "type": "string"} for name in view.columns]
        },
    }


def datapackage(title: str, resources: Iterable[dict[str, object]]) -> bytes:
    """Return datapackage.json: every table that can be downloaded, by path."""
    ordered = sorted(resources, key=lambda one: str(one["path"]))
    return json_line({"name": "dualrandom", "title": title, "resources": list(ordered)})
