"""The form and the need, one into the other."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from directory.places import Gazetteer
from directory.problems import CannotUnderstand
from directory.web import choices, forms

NOW: Final = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("near", "at", "expected"),
    [
        ("43215", "20:00", "2026-03-13T20:00-04:00"),
        ("Denver, CO", "8 pm", "2026-03-13T20:00-06:00"),
        ("39.96,-83.00", "8:15 p.m.", "2026-03-13T20:15-04:00"),
        ("43215", "8:15 p. m.", "2026-03-13T20:15-04:00"),
        ("96813", "14:00", "2026-03-13T14:00-10:00"),
    ],
)
def test_the_meeting_ends_in_the_places_own_time(near: str, at: str, expected: str, gazetteer: Gazetteer) -> None:
    need = forms.understand({"near": [near], "ends_at": [at]}, gazetteer, NOW)
    assert need.meeting_ends is not None
    assert need.meeting_ends.isoformat(timespec="minutes") == expected


@pytest.mark.parametrize(
    "form", [{"ends_on": ["2026-03-13"]}, {"ends_at": ["soon"]}, {"ends_at": ["20:00"], "ends_on": ["2027-03-13"]}]
)
def test_a_meeting_time_that_cannot_be_is_asked_again(form: dict[str, list[str]], gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        forms.understand({"near": ["43215"]} | form, gazetteer, NOW)
    assert [problem.where for problem in told.value.problems] == ["meeting_ends"]


@pytest.mark.parametrize(
    ("ends", "leaves", "on", "expected"),
    [
        ("20:00", "21:30", "", "2026-03-13T21:30-04:00"),
        ("23:00", "00:30", "", "2026-03-14T00:30-04:00"),
        ("23:00", "7 am", "2026-03-14", "2026-03-15T07:00-04:00"),
        ("", "22:00", "", "2026-03-13T22:00-04:00"),
        ("", "06:00", "2026-03-14", "2026-03-14T06:00-04:00"),
    ],
)
def test_they_leave_on_the_day_of_the_meeting_or_in_the_night_after_it(
    ends: str, leaves: str, on: str, expected: str, gazetteer: Gazetteer
) -> None:
    form = {"near": ["43215"], "ends_at": [ends], "leaves_at": [leaves], "ends_on": [on]}
    need = forms.understand(form, gazetteer, NOW)
    assert need.leave_at is not None
    assert need.leave_at.isoformat(timespec="minutes") == expected
    assert need.leaves == need.leave_at


def test_leaving_before_the_meeting_ends_is_asked_again(gazetteer: Gazetteer) -> None:
    form = {"near": ["43215"], "ends_at": ["20:00"], "leaves_at": ["19:30"]}
    with pytest.raises(CannotUnderstand) as told:
        forms.understand(form, gazetteer, NOW)
    assert [(problem.where, problem.fix) for problem in told.value.problems] == [
        ("leave_at", "Enter a time at or after the meeting's end")
    ]


def test_a_day_that_cannot_be_is_told_once(gazetteer: Gazetteer) -> None:
    form = {"near": ["43215"], "ends_at": ["20:00"], "leaves_at": ["21:00"], "ends_on": ["2027-03-13"]}
    with pytest.raises(CannotUnderstand) as told:
        forms.understand(form, gazetteer, NOW)
    assert [problem.where for problem in told.value.problems] == ["meeting_ends"]


def test_points_are_changed_by_their_own_fields(gazetteer: Gazetteer) -> None:
    form = {"near": ["43215"], "weight_payment": ["20"], "weight_travel": ["2"], "weight_admit": [""]}
    need = forms.understand(form, gazetteer, NOW)
    assert dict(need.weights) == {"payment": 20, "travel": 2}
    shown = forms.filled(need)
    assert (shown["weight_payment"], shown["weight_travel"], shown["weight_admit"]) == (["20"], ["2"], ["28"])


def test_points_that_do_not_add_up_are_told_with_their_sum(gazetteer: Gazetteer) -> None:
    with pytest.raises(CannotUnderstand) as told:
        forms.understand({"near": ["43215"], "weight_payment": ["20"]}, gazetteer, NOW)
    assert [problem.where for problem in told.value.problems] == ["weights"]
    assert "must be 100, not 106" in told.value.problems[0].fix


def one_of(offered: choices.Offered) -> st.SearchStrategy[list[str]]:
    return st.sampled_from([[code] for code in offered])


def some_of(offered: choices.Offered) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(offered)), unique=True, max_size=4)


def _times_go_together(form: choices.Values) -> bool:
    """Whether a day has a time, and they leave within 12 hours after the meeting."""
    ends, leaves = form["ends_at"][0], form["leaves_at"][0]
    return bool(ends or leaves or not form["ends_on"][0]) and (ends, leaves) not in (("07:30", "20:00"), ("07:30", "01:15"))


FORMS: Final = st.fixed_dictionaries(
    {
        "near": st.sampled_from([["43215"], ["Denver, CO"], ["44.98,-93.27"]]),
        "within_miles": one_of(choices.WITHIN),
        "age": st.integers(0, 120).map(lambda age: [str(age)]),
        "sex": one_of(choices.SEX),
        "veteran": one_of(choices.YES_NO),
        "substances": some_of(choices.SUBSTANCE),
        "dependent_on": some_of(choices.DEPENDENCE),
        "taking": some_of(choices.MEDICATION),
        "payer": one_of(choices.PAYER),
        "level": one_of(choices.LEVEL),
        "language": one_of(choices.LANGUAGE),
        "applies": some_of(choices.EXCLUSION),
        "must": some_of(choices.WISH),
        "nice": some_of(choices.WISH),
        "self_pay_ok": st.sampled_from([[], ["yes"]]),
        "words": st.text(max_size=20).map(lambda text: [text]),
        "travel": one_of(choices.DISTANCE),
        "ends_at": st.sampled_from([[""], ["20:00"], ["07:30"]]),
        "leaves_at": st.sampled_from([[""], ["20:00"], ["01:15"]]),
        "ends_on": st.sampled_from([[""], ["2026-03-14"]]),
        "weight_payment": st.sampled_from([[""], ["14"]]),
    }
)


@settings(max_examples=40)
@given(form=FORMS.filter(_times_go_together))
def test_a_form_and_its_need_turn_into_each_other(form: choices.Values, gazetteer: Gazetteer) -> None:
    typed = forms.typed(MultiDict((name, text) for name, texts in form.items() for text in texts))
    need = forms.understand({**typed, "age_asked": typed["age"]}, gazetteer, NOW)
    assert forms.understand(forms.filled(need), gazetteer, NOW) == need


def test_control_characters_and_endless_text_are_cut_and_strange_fields_left_out() -> None:
    form = MultiDict([("words", "a\x00b\u202ec" + "x" * 900), ("stranger", "1"), ("age", " 27 ")])
    typed = forms.typed(form)
    assert typed.keys() == {"words", "age"}
    assert typed["age"] == ["27"]
    assert typed["words"][0].startswith("a b c") and len(typed["words"][0]) == 300


@pytest.mark.parametrize(
    ("now", "typed", "meant"),
    [
        ("2026-03-13T18:30", "20:00", "2026-03-13T20:00"),
        ("2026-03-13T23:00", "00:30", "2026-03-14T00:30"),
        ("2026-03-14T00:15", "23:30", "2026-03-13T23:30"),
        ("2026-03-13T09:00", "8:00 pm", "2026-03-13T20:00"),
        ("2026-03-13T21:00", "6:00 am", "2026-03-14T06:00"),
    ],
)
def test_a_time_without_a_day_is_that_of_the_coming_night_also_around_midnight(
    gazetteer: Gazetteer, now: str, typed: str, meant: str
) -> None:
    here = ZoneInfo("America/New_York")
    asked = datetime.fromisoformat(now).replace(tzinfo=here)
    need = forms.understand({"near": ["43215"], "within_miles": ["10"], "ends_at": [typed]}, gazetteer, asked)
    assert need.meeting_ends == datetime.fromisoformat(meant).replace(tzinfo=here)


@pytest.mark.parametrize(
    ("age", "asked"), [("5", True), ("11", True), ("12", False), ("27", False), ("99", False), ("100", True)]
)
def test_an_age_that_may_be_a_slip_is_asked_about_once_and_then_taken(age: str, asked: bool, gazetteer: Gazetteer) -> None:
    form = {"near": ["43215"], "age": [age]}
    if asked:
        with pytest.raises(CannotUnderstand) as told:
            forms.understand(form, gazetteer, NOW)
        (problem,) = told.value.problems
        assert problem.where == "age" and problem.fix == f"{age} years old: is that right? If it is, send the form once more"
        with pytest.raises(CannotUnderstand):
            forms.understand(form | {"age_asked": ["6"]}, gazetteer, NOW)
    assert forms.understand(form | {"age_asked": [age]}, gazetteer, NOW).age == int(age)
