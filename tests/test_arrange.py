"""A list arranged by hand: what is dropped makes room, what is chosen stands, and no promise is kept in words only."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory import asking, referral
from directory.answered import Answered
from directory.case import Step, StepKind, by_hand
from directory.matching.arrange import ByHand
from directory.need import Need
from directory.referral import Directory
from tests import evening, sites

NOW = datetime(2026, 3, 13, 22, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("arranged")
    with sites.a_directory(folder, template, [*evening.statements(), evening.clinic()]) as opened:
        evening.report(opened)
        yield opened


def need(directory: Directory) -> Need:
    return asking.read_need(evening.NEED, directory.gazetteer, datetime.now(UTC).replace(microsecond=0))


def arranged(directory: Directory, **done: tuple[object, ...]) -> Answered:
    told = {name: tuple(_full(one) for one in several) for name, several in done.items()}
    return referral.options(directory, need(directory), 10, ByHand(**told))  # type: ignore[arg-type]


def _full(one: object) -> object:
    return f"invented_survey:{one}" if isinstance(one, str) else (f"invented_survey:{one[0]}", one[1])  # type: ignore[index]


def listed(answered: Answered) -> list[str]:
    return [entry.listing.id.partition(":")[2] for entry in answered.presented()]


def test_nothing_done_by_hand_changes_nothing(directory: Directory) -> None:
    asked = need(directory)
    assert referral.options(directory, asked, 10, ByHand()) == referral.options(directory, asked)


def test_what_is_dropped_is_on_no_part_of_the_list_and_the_next_takes_its_place(directory: Directory) -> None:
    before = listed(arranged(directory))
    after = arranged(directory, dropped=(before[0],))
    assert listed(after)[: len(before) - 1] == [one for one in before if one != before[0]][: len(before) - 1]
    shown = {entry.listing.id for entry in (*after.options, *after.call_first, *after.bridges)}
    assert f"invented_survey:{before[0]}" not in shown
    assert after.option_count == arranged(directory).option_count - 1
    assert [entry.listing.id for entry in after.by_hand] == [f"invented_survey:{before[0]}"]


def test_a_sister_of_what_is_dropped_may_come_onto_the_list(directory: Directory) -> None:
    assert "sister" not in listed(arranged(directory))
    assert "sister" in listed(arranged(directory, dropped=("ready",)))


def test_what_is_dropped_is_nobodys_second_step(directory: Directory) -> None:
    def seconds(told: Answered) -> set[str]:
        return {entry.then.id for entry in (*told.options, *told.call_first) if entry.then}

    first = seconds(arranged(directory))
    assert len(first) == 1
    assert not first & seconds(arranged(directory, dropped=tuple(one.partition(":")[2] for one in first)))


def test_what_is_given_a_place_stands_there(directory: Directory) -> None:
    before = listed(arranged(directory))
    last = before[-1]
    assert listed(arranged(directory, chosen=(last,), places=((last, 1),))) == [last, *before[:-1]]


def test_what_must_be_called_first_is_never_on_the_list_and_is_the_first_call(directory: Directory) -> None:
    told = arranged(directory, chosen=("silent",), places=(("silent", 1),))
    assert "silent" not in listed(told)
    assert told.call_first[0].listing.id == "invented_survey:silent"


def test_what_was_set_aside_stays_so_and_says_why(directory: Directory) -> None:
    told = arranged(directory, chosen=("women",))
    assert "women" not in listed(told)
    assert [bool(entry.reason) for entry in told.by_hand] == [True]


def test_a_promise_that_goes_with_what_is_dropped_is_said_to_be_gone(directory: Directory) -> None:
    whole = arranged(directory)
    assert not [sentence for sentence in whole.meeting.sentences if "withdrawal" in sentence]
    none_left = arranged(directory, dropped=tuple(evening.REPORTED))
    assert none_left.presented() == () and none_left.meeting.sentences == ()


def test_a_listing_that_is_not_there_is_passed_over(directory: Directory) -> None:
    assert listed(arranged(directory, dropped=("gone",), chosen=("never",))) == listed(arranged(directory))


STEPS = [
    ([("a", "dropped")], ByHand(dropped=("a",))),
    ([("a", "dropped"), ("a", "restored")], ByHand()),
    ([("a", "added"), ("a", "dropped")], ByHand(dropped=("a",))),
    ([("a", "dropped"), ("a", "added")], ByHand(chosen=("a",))),
    ([("a", 2), ("b", 1), ("a", 3)], ByHand(chosen=("a", "b"), places=(("b", 1), ("a", 3)))),
    ([("a", 2), ("a", "dropped"), ("a", "restored")], ByHand()),
]


@pytest.mark.parametrize(("done", "comes_to"), STEPS)
def test_of_two_steps_about_one_listing_the_later_counts(done: list[tuple[str, str | int]], comes_to: ByHand) -> None:
    steps = [
        Step(key, StepKind(what), "why", 1, NOW) if isinstance(what, str) else Step(key, StepKind.PLACED, "why", 1, NOW, what)
        for key, what in done
    ]
    assert by_hand(steps) == comes_to
