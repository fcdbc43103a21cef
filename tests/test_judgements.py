"""The judgements of `tests/judgements/*.txt`: for such a person this must come before that, and why. Extend them there."""

import re
from pathlib import Path

import pytest

from directory.matching import explain
from directory.matching.criteria import BY_NAME
from directory.matching.criterion import Put
from tests.judgements.phrases import BOOK, CENTER, PERSON
from tests.judgements.scene import scene
from tests.judgements.told import FOLDER, FORMS, CannotRead, Judgement, all_judgements, judgements
from tests.judgements.verdict import disagreements

JUDGEMENTS = all_judgements()


@pytest.mark.parametrize("judgement", JUDGEMENTS, ids=str)
def test_the_directory_judges_as_a_counselor_does(judgement: Judgement) -> None:
    wrong = "\n".join(disagreements(judgement, scene(judgement)))
    assert not wrong, f"{judgement.title}, because {judgement.because}\n{wrong}"


def test_there_are_judgements_on_every_theme_and_each_is_told_once() -> None:
    titles = [judgement.title for judgement in JUDGEMENTS]
    assert len(titles) >= 70
    assert sorted(titles) == sorted(set(titles))


def test_every_reason_for_setting_aside_is_in_words_for_people() -> None:
    for judgement in JUDGEMENTS:
        told = scene(judgement)
        for center, listing in zip(judgement.centers, told.listings, strict=True):
            for line in center.told("reason"):
                aside = explain.set_aside(Put.to(BY_NAME[line.text], told.need), told.need, listing, float("nan"))
                assert aside.reason and not aside.reason.endswith("."), line.where
                assert [finding.criterion for finding in aside.findings] == [line.text]


def test_every_phrase_of_the_book_is_needed() -> None:
    used = set().union(*(scene(judgement).used for judgement in JUDGEMENTS))
    assert {(side, phrase) for side in (PERSON, CENTER) for phrase in BOOK[side]} - used == set()


def test_every_criterion_is_spoken_of() -> None:
    said = {word for one in JUDGEMENTS for center in one.centers for line in center.more for word in line.text.split()}
    assert set(BY_NAME) - said == set()


def test_the_page_for_counselors_names_every_word_and_criterion() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert {f"`{form}:`" for form in FORMS} <= set(re.findall(r"`[a-z ]+:`", page))
    assert set(BY_NAME) <= set(re.findall(r"`([a-z]+)`", page))


MISTAKES = {
    "  first: a ready center; opn at 17:30": ["mine.txt:3", "“opn at 17:30”", "“open {said}”"],
    "  when: it is Fryday 18:00\n  ready: a ready center": ["mine.txt:3", "it is Fryday 18:00", "Friday 18:00"],
    "  when: it is 18:00\n  ready: a ready center": ["mine.txt:3", "say which day"],
    "  when: a left-handed man\n  ready: a ready center": ["mine.txt:3", "“a left-handed man”", "“a man”"],
    "  redy: a ready center": ["mine.txt:3", "“redy:”", "“ready”"],
    "  ready a ready center": ["mine.txt:3", "a colon"],
    "  ready: a ready center; in Cleavland": ["mine.txt:3", "“Cleveland”"],
    "  ready: a ready center\n  ask about: money": ["mine.txt:4", "“money”", "nearest"],
    "  reason: sex\n  ready: a ready center": ["mine.txt:3", "after the center"],
    "  ready: a ready center; intake when we like": ["mine.txt:3", "Mo-Fr 08:00-22:00"],
    "  ready: a usual center; open 3 moons ago": ["mine.txt:3", "such as 3 hours"],
    "": ["mine.txt:1", "lacks its “because:”, or any center"],
}


@pytest.mark.parametrize("lines, told", MISTAKES.items(), ids=lambda value: value.strip() if isinstance(value, str) else "")
def test_a_line_that_cannot_be_understood_says_where_it_stands_and_what_is_near(lines: str, told: list[str]) -> None:
    with pytest.raises(CannotRead) as caught:
        for judgement in judgements("mine.txt", f"Mine\n  because: I say so\n{lines}" if lines else "Mine"):
            list(disagreements(judgement, scene(judgement)))
    assert [part for part in told if part not in str(caught.value)] == []


def test_a_judgement_that_does_not_hold_says_what_became_of_the_center_instead() -> None:
    (judgement,) = judgements("mine.txt", "Mine\n  because: I say so\n  ready: a ready center; women only")
    assert list(disagreements(judgement, scene(judgement))) == ["mine.txt:3: not “ready” but “set aside” (sex)"]


def test_no_judgement_holds_by_the_order_of_the_ids() -> None:
    (judgement,) = judgements(
        "mine.txt", "Mine\n  because: nothing tells them apart\n  first: a ready center\n  then: a ready center"
    )
    assert len(list(disagreements(judgement, scene(judgement)))) == 2


def test_the_files_are_plain_text_that_anybody_can_open() -> None:
    for file in sorted(Path(FOLDER).glob("*.txt")):
        assert "\t" not in file.read_text(encoding="utf-8"), file.name
