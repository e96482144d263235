"""Real lists, where they are at hand: read, or refused for the right reason."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dualrandom.errors import InputError
from dualrandom.sheets import (
    load_mapping,
    mark_problems,
    read_inspectors,
    read_items,
    read_targets,
    write_list,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[2].parent / "shared" / "data"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="no ../shared/data")


@pytest.mark.parametrize(
    ("read", "name", "rows", "warnings"),
    [
        (read_targets, "targets_zhejiang.csv", 21_854, {}),
        (read_targets, "messy/anomalous_codes.csv", 1_200, {"E260": 26}),
        (
            read_targets,
            "messy/moe_universities_2017.xls",
            2_631,
            {"E274": 31, "E265": 26},
        ),
        (read_targets, "messy/beijing_hospitals_gbk_fullwidth.csv", 126, {}),
        (read_items, "items/zhejiang_scjg_items_2017.csv", 75, {}),
        (read_items, "items/zhejiang_item_codes_A01_C14.csv", 36, {}),
    ],
)
def test_lists_that_are_read(
    read: Callable[[Path], Any], name: str, rows: int, warnings: dict[str, int]
) -> None:
    reading = read(DATA / name)
    assert reading.rows == len(reading.records) == rows
    assert Counter(w.code for w in reading.warnings) == warnings


@pytest.mark.parametrize(
    ("read", "name", "fault", "problems"),
    [
        (read_targets, "messy/anomalous_names.csv", "E220", {"E233": 21, "E230": 2}),
        (
            read_targets,
            "messy/import_template_randomentinfo_xlsx_named_xls.xls",
            "E219",
            {},
        ),
        (read_targets, "messy/szse_A股列表_20251022.xlsx", "E217", {}),
        (
            read_items,
            "items/local_item_lists_excerpts.csv",
            "E220",
            {"E233": 2, "E230": 9},
        ),
        (read_items, "items/result_codes_zhejiang_2017.csv", "E217", {}),
        (read_inspectors, "items/zhejiang_inspector_param_values.csv", "E217", {}),
        (read_inspectors, "items/inspector_roster_template_headers.csv", "E217", {}),
    ],
)
def test_lists_that_are_refused(
    read: Callable[[Path], Any], name: str, fault: str, problems: dict[str, int]
) -> None:
    with pytest.raises(InputError) as caught:
        read(DATA / name)
    assert caught.value.code == fault
    assert Counter(p.code for p in caught.value.problems) == problems


def test_a_list_of_other_names_is_read_by_a_mapping(tmp_path: Path) -> None:
    """The stock exchange's list says nothing of credit codes; a mapping says what is."""
    mapping = tmp_path / "szse.toml"
    said = {
        "id": "A股代码",
        "name": "公司全称",
        "region": "省    份",
        "industry": "所属行业",
    }
    lines = [f'{field} = "{heading}"' for field, heading in said.items()]
    mapping.write_text("\n".join(['list = "targets"', "[columns]", *lines]), "utf-8")
    form = load_mapping(mapping, "targets")
    reading = read_targets(DATA / "messy/szse_A股列表_20251022.xlsx", form=form)
    assert reading.rows > 2_000
    assert all(row.public.region and row.public.industry for row in reading.records)


@pytest.mark.parametrize(
    "name", ["targets_zhejiang.csv", "messy/moe_universities_2017.xls"]
)
def test_what_was_read_goes_out_and_comes_back(name: str, tmp_path: Path) -> None:
    before = read_targets(DATA / name)
    write_list(tmp_path / "a.csv", "targets", before.records)
    assert read_targets(tmp_path / "a.csv").records == before.records


@pytest.mark.parametrize("name", ["messy/anomalous_names.csv"])
def test_a_refused_list_comes_back_marked(name: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_targets(DATA / name)
    copy = tmp_path / "a.xlsx"
    mark_problems("targets", DATA / name, caught.value.problems, copy)
    with pytest.raises(InputError) as again:
        read_targets(copy)
    places = [(p.code, p.where.cell) for p in caught.value.problems]
    assert [(p.code, p.where.cell) for p in again.value.problems] == places
