"""The call sheet: its questions stand in the order of a call, each answer is one that the directory can hold."""

from typing import Any

import pytest

from directory import call_sheet
from directory.call_sheet import DID_NOT_SAY, TYPED, Choice, becomes, is_open, items, sheet, who
from directory.matching.criteria import BY_NAME, CRITERIA
from directory.matching.criterion import ASK, CALL_FIRST
from directory.need import Need
from directory.normalize import FIELDS, PRACTICAL
from directory.vocabulary import BedState, is_term
from tests.builders import AS_OF, a_need

WHOLE = a_need(
    sex="female", age=30, pregnant=True, dependent_on=("opioid", "alcohol"), taking=("methadone",), wants=("buprenorphine_xr",),
    level="3_5", payer="private", plan="Invented Gold", applies=("excludes.dialysis", "excludes.needs_medical_clearance"),
    must=("language.spanish",),
)  # fmt: skip
ORDER = [
    "bed", "intake", "condition", "withdrawal", "medication", "exclusions", "payment", "cost", "stay", "transport", "bring",
    "family", "discharge", "person",
]  # fmt: skip


@pytest.mark.parametrize("need", [WHOLE, a_need(), Need(as_of=AS_OF)], ids=["everything", "usual", "nothing"])
def test_fourteen_questions_stand_in_the_order_of_a_call(need: Need) -> None:
    assert [(question.number, question.code) for question in sheet(need)] == list(enumerate(ORDER, start=1))
    codes = [item.code for question in sheet(need) for item in question.items]
    assert len(codes) == len(set(codes)) and not [one for one in codes if "{" in one]
    assert "{" not in "".join(question.asks + "".join(item.asks for item in question.items) for question in sheet(need))


@pytest.mark.parametrize("item", items(WHOLE).values(), ids=items(WHOLE).keys())
def test_every_answer_is_one_that_the_directory_can_hold(item: call_sheet.Item) -> None:
    assert len({one.code for one in item.choices}) == len(item.choices)
    for choice in item.choices:
        assert not [code for code in (*choice.yes, *choice.no) if not is_term(code)] and not choice.yes & choice.no
        assert all(FIELDS[name].read(value) == value for name, value in choice.values.items())
        assert "state" not in choice.report or BedState(choice.report["state"])
    assert item.enter in ("", "field", "hold", "note") and (item.enter == "field") == bool(item.field)
    assert (item.choice(DID_NOT_SAY) is None) == (item.code == "bed.state")
    assert not item.enter or item.hint


def test_what_nobody_is_ranked_by_is_asked_too() -> None:
    asked = {item.field for item in items(WHOLE).values()} | {
        name for item in items(WHOLE).values() for choice in item.choices for name in choice.values
    }
    assert {*PRACTICAL, "direct_line", "intake_hours", "latest_arrival"} <= asked


def test_every_criterion_that_asks_has_a_question_that_waits_for_it() -> None:
    asked = {name for question in sheet(WHOLE) for name in question.criteria}
    assert asked <= BY_NAME.keys()
    asking = {one.name for one in CRITERIA if one.on_unknown in (ASK, CALL_FIRST)}
    assert asking - asked == {"travel"}, "where it is can't be tapped"


@pytest.mark.parametrize(
    "unknown, expected",
    [
        ((), []),
        (("admit",), ["bed", "intake"]),
        (("sex",), ["bed"]),
        (("medication", "payment"), ["medication", "payment"]),
        (("exclusions",), ["condition", "exclusions"]),
        (("licence",), ["person"]),
    ],
)
def test_only_what_the_need_leaves_open_comes_first(unknown: tuple[str, ...], expected: list[str]) -> None:
    assert [question.code for question in sheet(WHOLE) if is_open(question, WHOLE, unknown)] == expected


def test_a_need_without_grounds_for_refusal_leaves_that_question_folded() -> None:
    usual = a_need()
    assert not [question for question in sheet(usual) if is_open(question, usual, ("exclusions",))]


@pytest.mark.parametrize(
    "item, typed, expected",
    [
        ("intake_hours", "Mon-Fri 8 am-10 pm", {"values": {"intake_hours": "Mo-Fr 08:00-22:00"}}),
        ("latest_arrival", "9 pm", {"values": {"latest_arrival": "21:00"}}),
        ("direct_line", "(614) 555-0101 x12", {"values": {"direct_line": "6145550101x12"}}),
        ("upfront_cost", "  $200,\tcash ", {"values": {"upfront_cost": "$200, cash"}}),
        ("bed.hold", "8 pm", {"report": {"hold": "20:00"}}),
        ("bed.from", "5 pm", {}),
    ],
)
def test_what_is_typed_becomes_a_value_in_its_one_form(item: str, typed: str, expected: dict[str, Any]) -> None:
    found = becomes(items(WHOLE)[item], TYPED + typed)
    nothing = Choice("", "")
    assert {name: getattr(found, name) for name in ("values", "report", "yes", "no")} == {
        name: expected.get(name, getattr(nothing, name)) for name in ("values", "report", "yes", "no")
    }


@pytest.mark.parametrize(
    "item, answer, words",
    [
        ("latest_arrival", TYPED + "late", "Enter a time such as 21:00 or 9 pm"),
        ("direct_line", TYPED + "614", "telephone number with its area code"),
        ("intake_hours", TYPED + "whenever", "Enter hours such as"),
        ("bring", TYPED + " ", "at least one character"),
        ("bring", TYPED + "x" * 400, "at most 300 characters"),
        ("bed.state", "plenty", "Choose one of the answers"),
        ("walk_in", TYPED + "yes", "Choose one of the answers"),
    ],
)
def test_what_can_t_be_understood_says_what_to_enter(item: str, answer: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        becomes(items(WHOLE)[item], answer)


def test_the_person_is_named_by_as_little_as_is_needed() -> None:
    assert [who(a_need(sex=sex, age=age)) for sex, age in (("male", 27), ("female", 16), (None, 30), ("male", None))] == [
        "a man of 27", "a girl of 16", "somebody of 30", "a man",
    ]  # fmt: skip
    assert sheet(WHOLE)[9].asks.startswith("How does she get there")
    assert sheet(Need(as_of=AS_OF))[9].asks.startswith("How does the person get there")
