"""The benchmark's engines agree with brute force, and the columns' places and distances with geopy. No time is asserted."""

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from geopy.distance import geodesic
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import bench
from benchmarks.directories import REAL_SIZE, Measured, has, synthetic, zip_codes
from benchmarks.lived_in import Known, lived_in
from benchmarks.measure import _goals, in_order, measure
from benchmarks.needs import needs
from benchmarks.whole import Whole, adds_up
from directory.listing import Point
from directory.matching.bits import CODES, WORDS
from directory.matching.block import Block
from directory.matching.columns import Columns, as_given
from directory.matching.gathering import silent
from directory.matching.grid import earth_centred, spatial_order
from importers.sources import SOURCES
from tests import databases

SIZE, NEEDS = 2_000, 20
GUAM = (13.4443, 144.7937)
EDGES = [GUAM, (51.9, 179.99), (51.9, -179.99), (0.0, 180.0), (71.2, -156.8), (89.9, 10.0), (-14.3, -170.7), (-89.95, 0.0)]


def here(spread: float) -> st.SearchStrategy[tuple[float, float]]:
    anywhere = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
    steps = st.tuples(st.floats(-spread, spread), st.floats(-spread, spread))
    return anywhere | st.builds(beside, st.sampled_from(EDGES), steps)


def beside(point: tuple[float, float], step: tuple[float, float]) -> tuple[float, float]:
    north = max(-90.0, min(90.0, point[0] + step[0]))
    return north, (point[1] + step[1] + 180) % 360 - 180


def pairs(degrees: float) -> st.SearchStrategy[tuple[tuple[float, float], tuple[float, float]]]:
    steps = st.tuples(st.floats(-degrees, degrees), st.floats(-degrees, degrees))
    return here(1.0).flatmap(lambda one: st.tuples(st.just(one), st.builds(beside, st.just(one), steps)))


def columns_of(places: list[tuple[float, float]]) -> tuple[Columns, np.ndarray[Any, Any]]:
    points = np.array(places, dtype=np.float64)
    order, cells = spatial_order(points)
    points = points[order]
    size = len(points)
    rng = np.random.default_rng(size)
    yes, no = rng.integers(0, 1 << 63, (2, WORDS, size), dtype=np.uint64)
    centred = earth_centred(points[:, 0], points[:, 1])
    ids = tuple(f"example:{at}" for at in order.tolist())
    return Columns(
        ids=ids, yes=yes, no=no, personal=np.zeros_like(yes), centred=centred, approximate=np.zeros(size, np.bool_),
        id_rank=order.astype(np.int32), cells=cells, **silent(size),
    ), points  # fmt: skip


def miles_between(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    columns, _ = columns_of([other])
    return float(columns.miles(Point(*one), columns.everything())[0]), geodesic(one, other).miles


@pytest.fixture(scope="module")
def measured() -> Measured:
    return synthetic(zip_codes(), SIZE)


@pytest.fixture(scope="module")
def report(measured: Measured) -> dict[str, Any]:
    return measure(measured, NEEDS, rounds=1, tell=lambda _: None)


@given(pairs(2.5))
def test_miles_are_the_geodesic_to_a_ten_thousandth_within_100_miles(pair: Any) -> None:
    ours, truth = miles_between(*pair)
    if truth <= 100:
        assert ours == pytest.approx(truth, abs=0.0001)


@given(pairs(12.0))
def test_miles_are_the_geodesic_to_four_thousandths_within_500_miles(pair: Any) -> None:
    ours, truth = miles_between(*pair)
    if truth <= 500:
        assert ours == pytest.approx(truth, abs=0.004)


@given(here(1.0), here(1.0))
def test_miles_are_right_to_half_a_percent_on_this_half_of_the_earth(
    one: tuple[float, float], other: tuple[float, float]
) -> None:
    ours, truth = miles_between(one, other)
    if truth <= 6000:
        assert ours == pytest.approx(truth, rel=0.005, abs=0.0001)


@given(here(3.0), st.lists(here(3.0), min_size=1, max_size=30), st.floats(0.1, 600))
def test_what_is_around_a_point_holds_all_that_is_within(
    middle: tuple[float, float], places: list[tuple[float, float]], within: float
) -> None:
    columns, points = columns_of(places)
    around = columns.around(Point(*middle), within).tolist()
    assert len(set(around)) == len(around)
    truly = {at for at, place in enumerate(points.tolist()) if geodesic(middle, tuple(place)).miles <= within}
    assert truly <= set(around)


@given(st.lists(st.sampled_from(CODES), min_size=1, max_size=8), st.integers(1, 300))
def test_having_terms_is_having_each(codes: list[str], size: int) -> None:
    columns, _ = columns_of([(40.0, -80.0)] * size)
    block = Block(columns, columns.everything(), np.zeros(size))
    each = np.logical_and.reduce([block.yes(code) for code in codes])
    assert columns.having(codes).tolist() == np.flatnonzero(each).tolist()
    some = [(start, min(start + 40, size)) for start in range(7, size, 90)]
    in_them = [at for start, stop in some for at in range(start, stop)]
    assert columns.having(codes, some).tolist() == [at for at in in_them if each[at]]
    assert columns.having([], some).tolist() == in_them


@given(st.lists(st.sampled_from(CODES), max_size=8), st.lists(st.integers(0, 199), unique=True))
def test_how_many_terms_a_listing_has_is_counted_one_by_one(codes: list[str], some: list[int]) -> None:
    columns, _ = columns_of([(40.0, -80.0)] * 200)
    block = Block(columns, np.array(some, dtype=np.intp), np.zeros(len(some)))
    expected = sum((block.yes(code).astype(int) for code in codes), np.zeros(len(some), int))
    assert block.how_many(codes).tolist() == expected.tolist()
    for code in codes:
        assert block.yes(code).tolist() == [bool(one) for one in has(columns.yes, code)[some]]


@given(here(1.0), st.lists(here(1.0), min_size=1, max_size=30), st.floats(0.1, 600))
def test_within_keeps_those_whose_miles_are_within(
    middle: tuple[float, float], places: list[tuple[float, float]], limit: float
) -> None:
    columns, _ = columns_of(places)
    miles = columns.miles(Point(*middle), columns.everything())
    positions, kept = columns.within(Point(*middle), limit, columns.everything())
    sure = np.flatnonzero(miles <= limit - 1e-6)
    assert set(sure.tolist()) <= set(positions.tolist()) <= set(np.flatnonzero(miles <= limit + 1e-6).tolist())
    assert np.array_equal(kept, miles[positions])


@pytest.mark.parametrize("step", [1, 2, 700, -1, -30])
@pytest.mark.parametrize("repeated", [1, 100])
def test_counts_are_what_is_counted_one_by_one(measured: Measured, step: int, repeated: int) -> None:
    columns = measured.columns
    if repeated > 1:
        columns, _ = columns_of([(40.0, -80.0)] * len(columns) * repeated)
    some = columns.everything()[::step]
    for chosen in (some, some[:0], some[-1:]):
        block = Block(columns, chosen, np.zeros(len(chosen)))
        assert block.counts(CODES) == [int(has(columns.yes, code)[chosen].sum()) for code in CODES]


def test_saved_columns_come_back_the_same(measured: Measured, tmp_path: Path) -> None:
    measured.columns.save(tmp_path / "columns")
    again = Columns.load(tmp_path / "columns")
    assert again.ids == measured.columns.ids
    for name in ("yes", "no", "centred", "approximate", "id_rank", "cells", "planes"):
        np.testing.assert_array_equal(getattr(again, name), getattr(measured.columns, name))


def test_saved_columns_that_lost_a_part_are_refused(measured: Measured, tmp_path: Path) -> None:
    measured.columns.save(tmp_path)
    np.save(tmp_path / "id_rank.npy", measured.columns.id_rank[:-1])
    with pytest.raises(ValueError, match="not of one length"):
        Columns.load(tmp_path)


def test_the_same_size_is_the_same_directory(measured: Measured) -> None:
    again = synthetic(zip_codes(), SIZE)
    assert again.texts == measured.texts
    np.testing.assert_array_equal(again.columns.yes, measured.columns.yes)
    np.testing.assert_array_equal(again.points, measured.points)


@pytest.mark.parametrize("engine", ["ours", "sqlite", "tantivy", "postgis"])
def test_an_engine_agrees_with_brute_force(report: dict[str, Any], engine: str) -> None:
    if engine not in report["engines"]:
        databases.leave_out(next(line for line in report["left_out"] if line.split()[0].lower() == engine))
    assert report["engines"][engine]["agreement"] == NEEDS


def test_miles_are_geopys_and_threads_say_what_one_says(report: dict[str, Any]) -> None:
    assert report["distances_as_geopy"] == NEEDS
    assert report["threads"]["equal"] == report["threads"]["asked"] == NEEDS * report["threads"]["threads"]
    assert in_order(report)


def test_an_engine_is_left_out_only_where_it_is_not_installed(report: dict[str, Any]) -> None:
    asked = list(report["engines"])
    assert asked[:2] == ["ours", "sqlite"]
    assert ("tantivy" in asked) is (importlib.util.find_spec("tantivy") is not None)
    assert [line.split()[0].lower() for line in report["left_out"]] == [e for e in ("tantivy", "postgis") if e not in asked]


def test_the_floor_and_both_orders_of_asking_are_told(report: dict[str, Any]) -> None:
    others = set(report["engines"]) - {"ours"}
    assert set(report["ratios"]) == set(report["ratios_in_turn"]) == others
    assert all(took > 0 for took in report["floor"]["ours_over_it"].values())
    assert report["goals"] == []


def test_goals_are_judged_at_the_size_they_were_set_for() -> None:
    compared = {"sqlite": {"p50": 6.0, "p99": 9.9}, "tantivy": {"p50": 1.9, "p99": 1.0}}
    told = [(one["engine"], one["at"], one["reached"]) for one in _goals(REAL_SIZE, compared)]
    assert told == [("sqlite", "p50", True), ("tantivy", "p50", False), ("sqlite", "p99", False)]


def test_a_wrong_answer_is_noticed(measured: Measured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchmarks.ours.SOFT_POINTS", 6.0)
    wrong = measure(measured, NEEDS, rounds=1, tell=lambda _: None)
    assert wrong["engines"]["ours"]["agreement"] < NEEDS
    assert not in_order(wrong)


def test_the_command_measures_an_import_and_prints_nothing_but_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert bench.main(["--import", "--json", "--directory", str(bench.DEMO)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["directories"] == []
    assert told["import"]["listings"] > 0
    assert told["import"]["floor"] == pytest.approx(sum(told["import"]["floors"].values()))


def test_every_source_is_measured_beside_the_floor_of_reading_its_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("benchmarks.by_source.REAL_FILES", tmp_path)
    monkeypatch.setattr("benchmarks.by_source.MADE_ROWS", 40)
    assert bench.main(["--imports", "--json"]) == 0
    told = {one["source"]: one for one in json.loads(capsys.readouterr().out)["sources"]}
    assert set(told) == {importer.source.name for importer in SOURCES} - {"demo"} | {"listings"}
    assert [(told[name]["rows"], told[name]["listings"]) for name in ("spreadsheet", "listings")] == [(40, 40)] * 2
    assert all(one["rows_a_second"] > 0 < one["over"] for one in told.values())
    assert told["opioid_treatment_programs"]["rows"] == 40
    assert told["opioid_treatment_programs"]["listings"] > 25


def test_a_directory_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert bench.main(["--directory", str(tmp_path / "none.xlsx")]) == 2
    assert "none.xlsx" in capsys.readouterr().err


def test_the_whole_answer_adds_up_and_is_told_beside_sqlites_core(report: dict[str, Any]) -> None:
    whole = report["whole"]
    assert whole["adds_up"] == NEEDS
    assert [one["at"] for one in whole["goals"]] == ["p50", "p99"]
    assert all(one["sqlite"] == report["engines"]["sqlite"][one["at"]] for one in whole["goals"])


def test_an_answer_that_counts_a_listing_twice_is_noticed(measured: Measured) -> None:
    asked = needs(measured, 1)
    answered = Whole(measured, asked).ask(asked[0])
    assert adds_up(answered)
    assert not adds_up(replace(answered, option_count=answered.option_count + 1))


def test_listings_say_what_their_columns_say(measured: Measured) -> None:
    columns = lived_in(measured)
    known = Known(measured, columns)(columns.ids[:300])
    again = as_given([known[key] for key in columns.ids[:300]])
    np.testing.assert_array_equal(again.yes, columns.yes[:, :300])
    np.testing.assert_array_equal(again.report_seen, columns.report_seen[: len(again.report_seen)])
    np.testing.assert_array_equal(again.hours_opens, columns.hours_opens[: len(again.hours_opens)])
    np.testing.assert_array_equal(again.vetting_since, columns.vetting_since[: len(again.vetting_since)])
