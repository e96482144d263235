"""Every vector of draw.json against the package, and against the one-file verifier."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom import documents, draw, randomness, strata, tables
from dualrandom.canonical import parse_json_line, records_root, sha256
from dualrandom.errors import DualRandomError, VerificationError
from dualrandom.fields import Fields
from dualrandom.model import (
    StratumRow,
    TargetId,
    Visibility,
    is_draw_id,
    is_id,
    is_stratum_name,
)
from dualrandom.verify.lists import read_table
from dualrandom.verify.report import Steps
from tests.scripts import VERIFIER, load

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
VECTORS: dict[str, Any] = json.loads((HERE / "draw.json").read_text("utf-8"))
TESTS: list[dict[str, Any]] = VECTORS["tests"]
KINDS = {kind.name: kind for kind in (*tables.FROZEN, *tables.RESULTS, *tables.CHANGES)}


def _data(given: dict[str, Any]) -> bytes:
    return bytes.fromhex(given["hex"]) if "hex" in given else given["text"].encode()


def announcement(given: dict[str, Any]) -> bytes:
    """Return the announcement file of a vector: the base, changed."""
    out = copy.deepcopy(VECTORS["announcement"])
    for path, value in given["set"].items():
        node, field = _find(out, path)
        node[field] = value
    for path in given["remove"]:
        node, field = _find(out, path)
        del node[field]
    # Keys are ASCII, so code points order them as RFC 8785 does.
    return (
        json.dumps(out, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        + "\n"
    ).encode()


def _find(top: Any, path: str) -> tuple[Any, Any]:
    parts = path.replace(".tsv", "\0tsv").split(".")
    steps = [int(p) if p.isdigit() else p.replace("\0", ".") for p in parts]
    for step in steps[:-1]:
        top = top[step]
    return top, steps[-1]


# ── the package ──────────────────────────────────────────────────────────────────


def _seed(given: dict[str, Any]) -> Any:
    data = _data(given)
    commitment, lines = randomness.parse_seed_txt(data)
    assert randomness.seed_txt(commitment, lines) == data
    seed = randomness.seed_of(data)
    return {"commitment": commitment, "lines": list(lines), "seed": seed}


SOURCES: dict[str, Callable[..., randomness.Source]] = {
    "drand": randomness.Drand,
    "nist": randomness.Nist,
    "lottery": randomness.Lottery,
    "sealed": randomness.Sealed,
    "dice": randomness.Dice,
    "local": randomness.Local,
}


def _value(given: dict[str, Any]) -> Any:
    announced = dict(given["source"])
    source = SOURCES[announced.pop("kind")](**announced)
    value = randomness.value_of(source, given["line"])
    randomness.check_value(source, value, given["draw"])
    assert randomness.line(source, value) == given["line"]
    return {"value": value}


def _name(given: dict[str, Any]) -> None:
    ok = {"id": is_id, "draw": is_draw_id, "stratum": is_stratum_name}[given["what"]]
    if not ok(given["text"]):
        raise VerificationError("E801", field=given["what"], value=given["text"])


def _strata(given: dict[str, Any]) -> Any:
    return strata.read_strata(
        Fields.of({k: given[k] for k in ("strata", "total") if given[k] is not None})
    )


def _select(given: dict[str, Any]) -> Any:
    ratio = given["reserves"]
    reserves = strata.read_ratio(Fields.of({"r": ratio}), "r") if ratio else None
    made = draw.select(
        key=given["key"],
        rows=[
            StratumRow(id=TargetId(target), stratum=stratum, tickets=tickets)
            for target, stratum, tickets in given["rows"]
        ],
        strata=_strata(given),
        reserves=reserves,
    )
    return {
        "selected": [
            [r.order, r.id, r.stratum, r.rank, r.ticket] for r in made.selected
        ],
        "reserves": [[r.id, r.stratum, r.rank, r.ticket] for r in made.reserves],
    }


def _json(given: dict[str, Any]) -> Any:
    parse_json_line(_data(given))
    return {"sha256": sha256(_data(given))}


def _table(given: dict[str, Any]) -> Any:
    data = _data(given)
    kind = KINDS[given["file"]]
    table, rows = kind.parse(data)
    steps = Steps()
    read = read_table(
        steps,
        kind,
        data,
        digest=None,
        document="",
        seen=Visibility(given["visibility"]),
    )
    if read is None:
        raise VerificationError(steps.made[-1].code)
    assert read == (table, rows)
    assert kind.encode(rows, salt=table.salt, strata=table.strata) == data
    out = {"sha256": sha256(data), "bytes": len(data), "rows": len(rows)}
    out["root"] = records_root(table.lines)
    out |= {} if table.salt is None else {"salt": table.salt}
    return out | ({} if table.strata is None else {"strata": table.strata.decode()})


def _announcement(given: dict[str, Any]) -> Any:
    data = announcement(given)
    value = documents.parse_announcement(data)
    if not value.unknown:
        assert documents.announcement_bytes(value) == data
    return {"commitment": sha256(data), "unknown": list(value.unknown)}


PACKAGE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ticket": lambda g: draw.ticket(g["key"], g["id"], g["tickets"]),
    "order": lambda g: draw.order_ticket(g["key"], g["id"]),
    "seed": _seed,
    "key": lambda g: randomness.key_of(g["seed"], g["salt"]),
    "commitment": lambda g: randomness.commitment_of(**g),
    "drawn_salt": lambda g: randomness.drawn_salt(**g),
    "value": _value,
    "name": _name,
    "quotas": lambda g: list(draw.quotas(_strata(g))),
    "select": _select,
    "json": _json,
    "table": _table,
    "announcement": _announcement,
}


@pytest.mark.parametrize("test", [pytest.param(t, id=t["id"]) for t in TESTS])
def test_package(test: dict[str, Any]) -> None:
    if test["result"] == "valid":
        assert PACKAGE[test["kind"]](test["input"]) == test["expected"]
    else:
        with pytest.raises(DualRandomError) as caught:
            PACKAGE[test["kind"]](test["input"])
        assert caught.value.code == test["error"]


# ── the one-file verifier ────────────────────────────────────────────────────────


verify = load(VERIFIER)


class Folder:
    """A draw folder in memory, as far as the verifier's steps ask for one."""

    def __init__(self, name: str, files: dict[str, bytes]) -> None:
        self.name = name
        self.files = files
        self.odd: list[str] = []
        self.sizes = {file: len(data) for file, data in files.items()}

    def read(self, file: str) -> bytes:
        return self.files[file]


def _check(files: dict[str, bytes], notice: dict[str, Any], name: str = "") -> Any:
    check = verify.Check(Folder(name, files), None)
    check.notice = notice
    return check


def _one_seed(given: dict[str, Any]) -> Any:
    data = _data(given)
    lines = [text for text in data.decode("utf-8", "replace").split("\n")[2:] if text]
    sources = [{"kind": line.split(" ")[0], "count": 20} for line in lines]
    for source, line in zip(sources, lines, strict=True):
        source["party"] = line.split(" ")[1] if " " in line else ""
    check = _check({"seed.txt": data}, {"randomness": sources or [{"kind": "dice"}]})
    check.commitment = "0" * 64
    check.check_seed()
    return {"commitment": check.commitment, "lines": lines, "seed": check.seed}


def _one_value(given: dict[str, Any]) -> Any:
    data = f"dualrandom/1\n{'0' * 64}\n{given['line']}\n".encode()
    notice = {"draw": given["draw"], "randomness": [given["source"]], "announced": ""}
    check = _check({"seed.txt": data}, notice)
    check.commitment = "0" * 64
    check.check_seed()
    with contextlib.suppress(verify.Unchecked):  # no signature is at hand here
        check.check_source(0, given["source"])
    return {"value": check.values[0]}


def _one_commitment(given: dict[str, Any]) -> Any:
    """Return the commitment under which the verifier takes this secret."""
    expected = PACKAGE["commitment"](given)
    source = {"kind": "sealed", "party": given["party"], "commitment": expected}
    line = f"sealed {given['party']} {given['secret']}"
    _one_value({"draw": given["draw"], "source": source, "line": line})
    with pytest.raises(verify.Refused):
        _one_value({"draw": given["draw"] + "0", "source": source, "line": line})
    return expected


def _one_salt(given: dict[str, Any]) -> Any:
    """Return the salt with which the verifier takes an empty drawn file."""
    expected = PACKAGE["drawn_salt"](given)
    head = "\t".join(KINDS[given["name"]].columns)
    for salt, ok in ((expected, True), ("0" * 32, False)):
        check = _check({given["name"]: f"{head}\n#salt\t{salt}\n".encode()}, {})
        check.tables["inspectors.tsv"] = verify.Table(0, given["salt"], None, {}, "")
        with contextlib.nullcontext() if ok else pytest.raises(verify.Refused):
            check.read_and_parse(given["name"], "supervisors", None)
    return expected


def _one_name(given: dict[str, Any]) -> None:
    what = {"id": verify.ID, "draw": verify.DRAW, "stratum": verify.STRATUM}
    if not verify.fits(what[given["what"]], given["text"]):
        raise verify.Refused(given["what"])


def _one_select(given: dict[str, Any]) -> Any:
    ratio = given["reserves"]
    reserves = {"ratio": ratio} if ratio else None
    announced = {"strata": given["strata"], "total": given["total"]}
    drawn, waiting = verify.select(
        given["key"], given["rows"], announced | {"reserves": reserves}
    )
    return {"selected": list(map(list, drawn)), "reserves": list(map(list, waiting))}


def _one_json(given: dict[str, Any]) -> Any:
    verify.parse_json(_data(given))
    return {"sha256": verify.sha(_data(given))}


def _one_table(given: dict[str, Any]) -> Any:
    data, file, seen = _data(given), given["file"], given["visibility"]
    notice = {"release": ""} if seen == "sealed" else {}
    notice |= {"strata_private": True} if b"#strata" in data else {}
    check = _check({file: data}, notice)
    check.read_and_parse(file, seen, None)
    table = check.tables[file]
    out = {"sha256": verify.sha(data), "bytes": len(data), "rows": table.rows}
    # Only the root of targets.tsv is ever announced.
    out |= {"root": table.root} if file == "targets.tsv" else {}
    out |= {} if table.salt is None else {"salt": table.salt}
    strata = table.strata
    return out | ({} if strata is None else {"strata": verify.encode(strata)})


def _one_announcement(given: dict[str, Any]) -> Any:
    data = announcement(given)
    draw_id = json.loads(data).get("draw", "")
    check = _check({"announcement.json": data}, {}, draw_id)
    check.read_announcement()
    check.check_rules()
    # It looks at areas and games only where they are used.
    unknown = [step for step in check.steps if step["verdict"] == "unchecked"]
    assert bool(PACKAGE["announcement"](given)["unknown"]) >= bool(unknown)
    return {"commitment": check.commitment}


ONE_FILE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "ticket": lambda g: verify.lowest(g["key"], g["id"], g["tickets"]).hex(),
    "seed": _one_seed,
    "key": lambda g: verify.key_of(g["seed"], g["salt"]),
    "commitment": _one_commitment,
    "drawn_salt": _one_salt,
    "value": _one_value,
    "name": _one_name,
    "quotas": lambda g: verify.quotas(g["strata"], g["total"]),
    "select": _one_select,
    "json": _one_json,
    "table": _one_table,
    "announcement": _one_announcement,
}
NOT_RUN = {
    "order": "its only function of order is select, which is run",
}
MADE_AGAIN = ("selected.tsv", "reserves.tsv", "teams.tsv")
"""Tables that the one-file verifier makes itself and compares row by row: a value
that is out of range differs there, and is not refused by the grammar."""


def _left_out(test: dict[str, Any]) -> bool:
    made_again = test["input"].get("file") in MADE_AGAIN
    return test["kind"] in NOT_RUN or (
        made_again and test.get("error") in ("E801", "E804")
    )


@pytest.mark.parametrize(
    "test",
    [pytest.param(test, id=test["id"]) for test in TESTS if not _left_out(test)],
)
def test_one_file_verifier(test: dict[str, Any]) -> None:
    given = test["input"]
    if test["result"] == "valid":
        made, expected = ONE_FILE[test["kind"]](given), test["expected"]
        if isinstance(made, dict):  # it may tell less, but nothing else
            expected = {name: expected.get(name) for name in made}
        assert made == expected
    else:
        # A version of the future is nothing that differs.
        refused = verify.Unchecked if test["error"] == "E805" else verify.Refused
        with pytest.raises(refused):
            ONE_FILE[test["kind"]](given)


# ── the file itself ──────────────────────────────────────────────────────────────


def test_the_file_is_what_the_generator_makes() -> None:
    command = [sys.executable, str(HERE / "generate_draw.py"), "--check"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_generator_does_not_ask_the_package() -> None:
    makers = [path for path in HERE.glob("*.py") if not path.name.startswith("test_")]
    assert len(makers) > 1
    for path in makers:
        assert "dualrandom" not in [
            word.partition(".")[0]
            for line in path.read_text("utf-8").splitlines()
            if line.lstrip().startswith(("import ", "from "))
            for word in line.split()[1:2]
        ]


def test_a_third_or_more_is_invalid() -> None:
    invalid = sum(test["result"] == "invalid" for test in TESTS)
    assert 3 * invalid >= len(TESTS)


def test_every_kind_is_run() -> None:
    kinds = {test["kind"] for test in TESTS}
    assert kinds == set(PACKAGE) == {*ONE_FILE, *NOT_RUN}
