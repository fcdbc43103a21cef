"""A need as people write it: read whole or refused with a problem for each field; nothing is guessed."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from directory.asking import FIELDS, read_need, written_need
from directory.need import Need
from directory.places import Gazetteer
from directory.problems import CannotUnderstand

NOW = datetime(2026, 3, 13, 18, 0, tzinfo=UTC)
DOCS = Path(__file__).parent.parent / "docs"


def read(gazetteer: Gazetteer, **written: Any) -> Need:
    return read_need(written, gazetteer, NOW)


def test_the_example_in_the_docs_is_read(gazetteer: Gazetteer) -> None:
    need = read_need(json.loads((DOCS / "need.example.json").read_text()), gazetteer, NOW)
    assert (need.age, need.sex, need.within_miles, need.dependent_on) == (27, "male", 100, ("opioid",))
    assert need.near is not None and need.near.label == "43215 (Columbus, OH)"
    assert need.meeting_ends is not None and need.meeting_ends.isoformat() == "2026-03-13T20:00:00-04:00"


def test_every_field_is_in_the_docs() -> None:
    documented = (DOCS / "need.md").read_text()
    assert not [field for field in FIELDS if f"`{field}" not in documented]


def test_what_is_written_is_read_back_to_the_same_need(gazetteer: Gazetteer) -> None:
    need = read(
        gazetteer,
        near="Columbus, Ohio",
        within_miles=50,
        age="34",
        sex="Female",
        pregnant=True,
        substances=["heroin", "alcohol"],
        dependent_on="opioid,alcohol",
        taking=["methadone"],
        level="3.7 bio",
        payer="private",
        plan="Example Plan",
        applies=["insulin"],
        must=["payer.free"],
        nice=["amenity.transportation"],
        language="Spanish",
        words="quiet",
        self_pay_ok=True,
    )
    assert read_need(written_need(need), gazetteer, NOW) == need
    assert written_need(need).keys() == set(FIELDS)


BAD = [
    ({"zip": "43215"}, "zip", "Enter one of: near"),
    ({"near": "99999"}, "near", "43215"),
    ({"near": "Springfield"}, "near", "Springfield, MA"),
    ({"near": "Nowhere At All, OH"}, "near", "Ohio"),
    ({"near": "-83.0,39.96"}, "near", "39.96,-83"),
    ({"near": "51.5,-0.1"}, "near", "United States"),
    ({"near": "43215", "within_miles": -5}, "within_miles", "miles"),
    ({"near": "43215", "within_miles": "nan"}, "within_miles", "miles"),
    ({"within_miles": 50}, "near", "43215"),
    ({"age": 200}, "age", "from 0 to 120"),
    ({"age": True}, "age", "from 0 to 120"),
    ({"age": [27]}, "age", "one value"),
    ({"sex": "x"}, "sex", "female, male"),
    ({"sex": "male", "pregnant": True}, "pregnant", "Change one"),
    ({"substances": ["herion"]}, "substances", "heroin"),
    ({"substances": {"heroin": 1}}, "substances", "list"),
    ({"meeting_ends": "2026-03-13T20:00"}, "meeting_ends", "offset"),
    ({"payer": "obamacare"}, "payer", "medicaid"),
    ({"level": "9"}, "level", "residential"),
    ({"must": ["swimming_pool"]}, "must", "terms"),
]


@pytest.mark.parametrize("written, where, fix", BAD, ids=[json.dumps(case[0]) for case in BAD])
def test_bad_input_names_the_field_and_says_what_to_enter(
    gazetteer: Gazetteer, written: dict[str, Any], where: str, fix: str
) -> None:
    with pytest.raises(CannotUnderstand) as told:
        read_need(written, gazetteer, NOW)
    problem = next(problem for problem in told.value.problems if problem.where == where)
    assert fix in problem.fix


def test_all_bad_fields_are_told_at_once(gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        read(gazetteer, age="old", sex="?", payer="?", nonsense=1)
    assert [problem.where for problem in told.value.problems] == ["nonsense", "age", "sex", "payer"]


def test_an_ambiguous_city_brings_its_choices(gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        read(gazetteer, near="washington")
    assert "Washington, IN" in told.value.problems[0].choices


def test_a_city_with_its_state_is_in_that_state(gazetteer: Gazetteer) -> None:
    near = read(gazetteer, near="Washington, IN").near
    assert near is not None and 38 < near.point.latitude < 39.5


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda x: st.lists(x, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), json_values, max_size=6))
@settings(max_examples=300)
def test_no_json_at_all_is_more_than_refused(written: dict[str, Any]) -> None:
    gazetteer = Gazetteer([])
    try:
        need = read_need(written, gazetteer, NOW)
    except CannotUnderstand as error:
        assert all(problem.fix and problem.where for problem in error.problems)
    else:
        assert isinstance(need, Need)


def test_an_ambiguous_city_names_every_choice_in_its_words(gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        read(gazetteer, near="Columbus")
    problem = told.value.problems[0]
    assert "Columbus, OH" in problem.choices and all(choice in problem.fix for choice in problem.choices)


@pytest.mark.parametrize("written", ["Columbus Ohio", "columbus oh", "Columbus, OH"])
def test_the_comma_before_the_state_may_be_missing(gazetteer: Gazetteer, written: str) -> None:
    near = read(gazetteer, near=written).near
    assert near is not None and near.label == "Columbus, OH"


def test_a_city_whose_name_ends_like_a_state_is_that_city(gazetteer: Gazetteer) -> None:
    near = read(gazetteer, near="Virginia Beach").near
    assert near is not None and near.label == "Virginia Beach, VA"


def test_commas_part_a_list_wherever_it_is_written(gazetteer: Gazetteer) -> None:
    assert read(gazetteer, must=["language.hmong,amenity.transportation"]).must == ("language.hmong", "amenity.transportation")
