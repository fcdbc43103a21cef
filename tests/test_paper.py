"""The answer in plain text, in the order of the page."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from directory import paper, referral
from directory.answered import Answered
from directory.referral import Directory
from directory.spoken import capital
from directory.vocabulary import HELPLINES, label
from tests import builders, evening, sites


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Directory]:
    folder = tmp_path_factory.mktemp("paper")
    with sites.a_directory(folder, template, [*evening.statements(), evening.clinic()]) as opened:
        evening.report(opened)
        yield opened


@pytest.fixture(scope="module")
def told(directory: Directory) -> Answered:
    return referral.options(directory, builders.a_need(as_of=datetime.now(UTC).replace(microsecond=0), meeting_ends=None))


def test_the_order_is_that_of_the_page(told: Answered) -> None:
    words = paper.in_words(told)
    heads = ["The list for the meeting", "If the answer is no today", "Other options (", "Call first (", "Set aside:", "911"]
    places = [words.index(head) for head in heads]
    assert places == sorted(places)
    assert all(number in words for _, number in HELPLINES) and "Carry naloxone" in words


def test_every_entry_of_the_list_has_its_bed_its_arrival_and_its_tier(told: Answered) -> None:
    words = " ".join(paper.in_words(told).split())
    for number, entry in enumerate(told.presented(), start=1):
        assert f"{number}. {entry.listing.name}" in words
        assert f"{entry.tier} {paper.tier_in_words(entry.tier)}: {entry.bed}; {entry.intake}" in words
        assert not entry.then or f"Then: {entry.then.name}" in words


def test_no_line_is_wider_than_the_paper(told: Answered) -> None:
    assert max(map(len, paper.in_words(told).splitlines())) <= paper.WIDTH


def test_what_cannot_be_promised_and_what_would_leave_more_is_written(directory: Directory) -> None:
    need = builders.a_need(
        as_of=datetime.now(UTC).replace(microsecond=0),
        meeting_ends=None,
        payer="private",
        plan="Some Other Plan",
        must=("payer.free",),
    )
    lonely = referral.options(directory, need)
    words = " ".join(paper.in_words(lonely).split())
    assert lonely.meeting.sentences or lonely.loosenings or lonely.call_first
    for sentence in lonely.meeting.sentences:
        assert sentence in words
    for one in lonely.loosenings:
        assert f"{capital(one.words)}: {one.fits} fit" in words


def test_what_further_must_haves_would_leave_is_written_with_what_to_type(told: Answered) -> None:
    block = paper.in_words(told).partition("What a further must-have would leave of those that fit or are worth a call\n")[2]
    lines = [" ".join(line.split()) for line in block.partition("\n\n")[0].removeprefix("   - ").split("\n   - ")]
    most = sorted((facet for facet in told.facets if facet.leaves), key=lambda facet: -facet.known)[:6]
    assert len(lines) == 6 and most[0].known
    for line, facet in zip(lines, most, strict=True):
        assert f"{label(facet.code)} ({facet.code}): leaves {facet.leaves}, {facet.known or 'none'} known" in line


def test_what_is_counted_as_left_is_said(directory: Directory) -> None:
    need = builders.a_need(as_of=datetime.now(UTC).replace(microsecond=0), meeting_ends=None, must=("payer.free",))
    few = referral.options(directory, replace(need, near=builders.CLEVELAND, within_miles=10.0))
    offered = [one for one in few.loosenings if one.fits > 1]
    assert offered
    words = " ".join(paper.in_words(few).split())
    for one in offered:
        assert f"{capital(one.words)}: {one.fits} fit or are worth a call" in words


def test_the_times_of_the_meeting_are_said(directory: Directory) -> None:
    need = builders.a_need(leave_at=builders.AS_OF.replace(hour=21))
    words = " ".join(paper.in_words(referral.options(directory, need)).split())
    assert "the meeting ends 8:00 pm; they leave 9:30 pm" in words


def test_the_demonstration_says_that_it_is_one(tmp_path: Path, template: Path) -> None:
    said = builders.a_statement(source="demo", yes=builders.DEFAULT_YES)
    with sites.a_directory(tmp_path, template, [said]) as demo:
        assert paper.in_words(referral.options(demo, builders.a_need())).startswith(paper.DEMONSTRATION)
