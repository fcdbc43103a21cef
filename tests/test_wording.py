"""Beds, hours and arrivals in words: what is said agrees with what is counted, by the center's own clock."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from directory.availability import Bucket
from directory.hours import Hours
from directory.listing import Listing
from directory.matching import explain
from directory.matching.assembling import columns_of
from directory.matching.beds import standing_for
from directory.matching.rank import rank
from directory.vocabulary import Channel
from tests import worlds
from tests.builders import AS_OF, a_need, a_ready_listing, a_report, held_for

TOMORROW = AS_OF + timedelta(hours=8)


def told(listing: Listing, **need: Any) -> tuple[str, str]:
    """What is said of its beds, and of the arrival there."""
    asked = held_for(a_need(**need), listing)
    built = columns_of([listing])
    miles = float(built.miles(asked.near.point, built.everything())[0]) if asked.near else float("nan")
    entry = explain.apart(listing, asked, miles)
    return entry.bed, entry.intake


@pytest.mark.parametrize(
    ("report", "words"),
    [
        (a_report("open", beds=2), "2 beds are open, said at 5:30 pm today"),
        (a_report("open", beds=1, hours_ago=0), "1 bed is open, said at 6:30 pm today"),
        (
            a_report("open", beds=1, channel=Channel.IMPORT),
            "1 bed is open, said in a file that was imported, as it was at 5:30 pm today",
        ),
        (a_report("open", hours_ago=23), "beds are open, said at 7:30 pm yesterday"),
        (a_report("open", hours_ago=24.01), "whether a bed is open is not known"),
        (a_report("held", hold_until=AS_OF + timedelta(hours=4)), "a bed is held until 10:30 pm, said at 5:30 pm today"),
        (
            a_report("held", hold_until=AS_OF + timedelta(hours=4), bucket=Bucket(sex="male", age="adult")),
            "a bed is held until 10:30 pm, said at 5:30 pm today",
        ),
        (
            a_report("held", hold_until=AS_OF + timedelta(hours=8)),
            "a bed is held until 2:30 am tomorrow, said at 5:30 pm today",
        ),
        (a_report("held", hold_until=AS_OF), "whether a bed is open is not known"),
        (a_report("limited", beds=1), "few beds; 1 open, said at 5:30 pm today"),
        (a_report("waitlist", wait_hours=24), "a waiting list of 1 day, said at 5:30 pm today"),
        (a_report("waitlist", wait_hours=5), "a waiting list of 5 hours, said at 5:30 pm today"),
        (a_report("open", beds=4, bucket=Bucket(funded=False)), "4 beds are open (not publicly funded), said at 5:30 pm today"),
        (a_report("open", beds=0), "full, said at 5:30 pm today"),
        (a_report("open", beds=2, bucket=Bucket(sex="male")), "2 beds are open for men, said at 5:30 pm today"),
        (
            a_report("held", hold_until=AS_OF + timedelta(hours=4), bucket=Bucket(sex="male", age="adult")),
            "a bed is held until 10:30 pm, said at 5:30 pm today",
        ),
        (
            a_report("held", hold_until=AS_OF + timedelta(hours=1)),
            "a bed is held until 7:30 pm, said at 5:30 pm today; that ends before the arrival: ask to hold it longer",
        ),
        (a_report("no_answer"), "whether a bed is open is not known; nobody answered at 5:30 pm"),
    ],
)
def test_what_is_known_of_the_beds_is_said_with_its_clock(report: Any, words: str) -> None:
    assert told(a_ready_listing(reports=(report,)))[0] == words


@pytest.mark.parametrize(
    ("beds", "words"),
    [
        (None, "whether a bed is open is not known"),
        (1, "full for men, said at 5:30 pm today"),
        (2, "2 beds are open for men, one of them held, said at 5:30 pm today"),
    ],
)
def test_for_everybody_else_a_hold_is_no_bed_and_never_says_for_whom_it_is(beds: int | None, words: str) -> None:
    report = a_report("held", beds=beds, hold_until=AS_OF + timedelta(hours=4), bucket=Bucket(sex="male"))
    listing = a_ready_listing(reports=(report,))
    assert explain.apart(listing, a_need(), float("nan")).bed == words
    over = explain.apart(listing, a_need(as_of=AS_OF + timedelta(hours=5)), float("nan")).bed
    assert ("open" in over) and ("2 beds" in over) == (beds == 2), "the last bed is given, or free again: nobody knows"


@pytest.mark.parametrize(
    ("hours", "latest", "words"),
    [
        ("24/7", "", "can be there 8:02 pm; intake day and night"),
        ("Mo-Su 08:00-22:00", "", "can be there 8:02 pm, intake until 10:00 pm"),
        ("Mo-Su 08:00-22:00", "21:00", "can be there 8:02 pm, intake until 9:00 pm"),
        ("Mo-Su 08:00-20:00", "", "can be there 8:02 pm, when nobody is admitted: intake opens at 8:00 am tomorrow"),
        ("Mo 09:00-10:00", "", "can be there 8:02 pm, when nobody is admitted: intake opens at 9:00 am Monday"),
        ("Mo-Su closed", "", "can be there 8:02 pm, when nobody is admitted"),
    ],
)
def test_the_arrival_is_held_against_the_intake_hours(hours: str, latest: str, words: str) -> None:
    assert told(a_ready_listing(intake_hours=Hours.read(hours), latest_arrival=latest))[1] == words


def test_another_day_is_named() -> None:
    tomorrow = AS_OF + timedelta(hours=12)
    assert told(a_ready_listing(), leave_at=tomorrow)[1] == "can be there 6:32 am tomorrow; intake day and night"


def test_what_is_not_known_is_said_to_be_unknown() -> None:
    assert told(a_ready_listing(intake_hours=None))[1] == "can be there 8:02 pm; the intake hours are not known"
    assert told(a_ready_listing(point=None))[1] == "when the person can be there is not known; intake day and night"
    shut = a_ready_listing(point=None, intake_hours=Hours.read("Mo-Su 08:00-22:00"))
    assert told(shut)[1] == "when the person can be there is not known"


def test_a_center_in_another_zone_speaks_by_its_own_clock() -> None:
    chicago = a_ready_listing(timezone="America/Chicago", intake_hours=Hours.read("Mo-Su 08:00-22:00"))
    assert told(chicago) == ("beds are open, said at 4:30 pm today", "can be there 7:02 pm, intake until 10:00 pm")


@pytest.mark.parametrize("seed", range(10))
def test_the_words_and_the_arrays_know_the_same_report(seed: int) -> None:
    random = Random(seed)
    as_of = worlds.a_moment(random)
    listings = worlds.listings(random, as_of, 60)
    need = worlds.a_need(random, as_of)
    ranking = rank(columns_of(listings), need)
    by_id = {listing.id: listing for listing in listings}
    for row, position in enumerate(ranking.block.positions):
        listing = by_id[ranking.columns.ids[int(position)]]
        assert (standing_for(listing, need) is not None) == bool(ranking.beds.known[row])
