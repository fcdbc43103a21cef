"""Which pairs are proposed as one place, by a table for people, on the real directory, and in what time."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations, count
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from directory import duplicates, values
from directory.duplicates import CERTAIN, POINTS, PROPOSED, Clue, compared, proposals
from directory.listing import Address, Fact, Listing, Phone, PhoneKind, Point
from directory.neighbors import MOST_PAIRS, candidates, card_of
from directory.vocabulary import Answer
from tests.builders import a_listing, a_provenance

PAIRS = Path(__file__).parent / "duplicates" / "pairs.txt"
STATES = {"1": "NY", "4": "OH"}
PEOPLE = {"men": "sex.male", "women": "sex.female", "children": "age.child", "adults": "age.adult"}


@dataclass(frozen=True)
class Pair:
    """Two listings of the table, and whether they are one place, in whose opinion and why."""

    verdict: str
    why: str
    listings: tuple[Listing, Listing]


def pairs(text: str) -> Iterator[Pair]:
    """The pairs of the table; raises ValueError where a pair can't be read."""
    for block in text.split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            verdict, _, why = lines[0].partition(": ")
            first, second = (a_line(line, number) for number, line in enumerate(lines[1:], start=1))
            yield Pair(verdict, why, (first, second))


def a_line(line: str, number: int) -> Listing:
    """A listing as the table writes it."""
    organization, program, street, code, phone, more = (part.strip() for part in line.split("|"))
    told = [part.strip() for part in more.split(", ")] if more else []
    extra: dict[str, Any] = {}
    for one in told:
        kind, _, said = one.partition(" ")
        if kind == "licence":
            extra["licence_number"] = said
        elif kind == "at":
            latitude, _, longitude = said.partition(",")
            extra["point"] = Point(float(latitude), float(longitude))
        elif kind not in PEOPLE:
            raise ValueError(f"{one} is no word of the table")
    written = values.phone(phone)
    digits, _, extension = written.partition("x")
    hidden = street == "withheld"
    people = {PEOPLE[one]: Fact(Answer.YES, a_provenance()) for one in told if one in PEOPLE}
    usual = a_listing(id=f"source{number}:{number}")
    return replace(
        usual,
        organization=organization,
        program=program,
        address=Address("" if hidden else street, "", "Columbus", STATES[code[0]], code, hidden),
        phones=(Phone(digits, extension, PhoneKind.MAIN),),
        facts=people,
        **({"point": None} | extra),
    )


TABLE = list(pairs(PAIRS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("pair", TABLE, ids=[pair.why for pair in TABLE])
def test_the_table_is_judged_as_it_says(pair: Pair) -> None:
    found = proposals(pair.listings)
    told = compared(pair.listings[0], pair.listings[1])
    assert [one.ids for one in found] == ([told.ids] if pair.verdict == "same" else []), told.evidence


def test_the_table_says_how_much_is_found_and_how_much_of_it_is_right() -> None:
    """46 pairs and more, written by hand: this is what is found of the same, and none of the different is proposed."""
    assert len(TABLE) >= 46 and {pair.verdict for pair in TABLE} == {"same", "different", "missed"}
    counts = {verdict: sum(pair.verdict == verdict for pair in TABLE) for verdict in ("same", "different", "missed")}
    assert counts["same"] / (counts["same"] + counts["missed"]) > 0.85
    assert counts["different"] >= 20


def test_a_word_that_the_table_does_not_know_is_named() -> None:
    with pytest.raises(ValueError, match="purple is no word"):
        a_line("A | | 1 Street | 43201 | 614-555-0101 | purple", 1)


def alike(number: int, **fields: Any) -> Listing:
    """One of many listings that say the same."""
    return a_listing(id=f"source:{number}", **fields)


def test_the_evidence_is_told_in_sentences() -> None:
    point = Point(40.0, -83.0)
    one = alike(1, licence_number="A-1", point=point)
    other = alike(2, organization="Example Hause", licence_number="a1", point=replace(point, latitude=40.0002))
    (found,) = proposals([other, one])
    assert found.ids == ("source:1", "source:2") and found.score >= CERTAIN
    assert {evidence.sentence for evidence in found.evidence} == {
        "names 92 of 100 alike",
        "same street and ZIP",
        "same telephone 614-555-0101",
        "same license number",
        "0.01 miles apart",
    }


def test_points_add_up_and_nothing_is_over_a_hundred() -> None:
    (found,) = proposals([alike(1, licence_number="A1"), alike(2, licence_number="A1")])
    assert sum(one.points for one in found.evidence) > 100 == found.score


def test_a_number_that_serves_many_says_less() -> None:
    houses = [alike(number, organization=f"House {number} of many", address_1=f"{number} Long Road") for number in range(1, 9)]
    assert proposals(houses) == []
    twin = replace(houses[0], id="survey:1")
    (found,) = proposals([*houses, twin])
    (said,) = [one for one in found.evidence if one.clue is Clue.SWITCHBOARD]
    assert said.sentence == "same telephone 614-555-0101, which serves 9 listings"


def test_the_order_of_the_listings_changes_nothing() -> None:
    listings = [listing for pair in TABLE for listing in pair.listings]
    numbered = [replace(listing, id=f"survey:{number:03}") for number, listing in zip(count(), listings, strict=False)]
    assert proposals(numbered) == proposals(numbered[::-1])


def test_what_a_person_said_to_be_two_is_not_proposed_again() -> None:
    one, other = alike(1), alike(2)
    assert proposals([one, other]) and proposals([one, other], settled={("source:1", "source:2")}) == []


def test_no_place_of_a_withheld_address_is_compared() -> None:
    hidden = [alike(number, confidential=True, address_1="12 Example Street", point=Point(40.0, -83.0)) for number in (1, 2)]
    clues = {one.clue for one in compared(hidden[0], hidden[1]).evidence}
    assert clues == {Clue.NAME, Clue.ORGANIZATION, Clue.PHONE}


def test_a_telephone_alone_can_never_be_enough() -> None:
    without_name = POINTS[Clue.PHONE] + POINTS[Clue.POSTAL_CODE]
    assert without_name < PROPOSED and POINTS[Clue.PHONE] + POINTS[Clue.NAME] + POINTS[Clue.ORGANIZATION] < PROPOSED


def test_no_pair_of_a_zip_code_that_is_worth_proposing_is_passed_over() -> None:
    everybody = [listing for pair in TABLE for listing in pair.listings]
    numbered = [replace(listing, id=f"survey:{number:03}") for number, listing in enumerate(everybody)]
    near = [pair for pair in combinations(numbered, 2) if pair[0].address.postal_code == pair[1].address.postal_code]
    worth = [pair for pair in near if compared(*pair).score >= PROPOSED]
    assert len(worth) > 30 and len(near) > 2 * len(worth)
    assert [pair for pair in near if proposals(pair)] == worth


def test_twenty_thousand_listings_take_less_than_a_second() -> None:
    """Of one core's own time. The places are as crowded as the real ones: about two to a ZIP code, a few in one street."""
    listings = [
        alike(
            number,
            organization=f"{WORDS[number % 97]} {WORDS[number * 7 % 89]} Recovery Center",
            address_1=f"{number % 900 + 1} {WORDS[number % 61]} Street",
            postal_code=f"{number * 13 % 9000 + 10000}",
            phones=(Phone(f"614{number // 3:07}", "", PhoneKind.MAIN),),
            facts={},
        )
        for number in range(20_000)
    ]
    started = process_time()
    proposals(listings)
    assert process_time() - started < 1


WORDS = [f"{front}{back}" for front in ("River", "Stone", "Oak", "Lake", "Green", "Sun", "Elm", "Hill", "Cedar", "New")
         for back in ("side", "view", "wood", "field", "gate", "brook", "land", "haven", "ridge", "dale")]  # fmt: skip


def test_a_file_of_one_street_and_one_number_makes_few_pairs_and_hides_no_other() -> None:
    usual = a_listing()
    flood = [replace(usual, id=f"flood:{n:04}", organization=f"Example {n % 40} House") for n in range(2_000)]
    elsewhere = replace(usual.address, address_1="7 Example Road", postal_code="44113", city="Cleveland")
    phones = (Phone("2165550177", "", PhoneKind.MAIN),)
    twins = [replace(usual, id=f"{n}:twin", address=elsewhere, phones=phones) for n in ("one", "other")]
    assert [one.ids for one in proposals([*flood, *twins])] == [("one:twin", "other:twin")]
    crowds = [
        replace(usual, id=f"crowd:{n:05}", address=replace(usual.address, address_1=f"{n % 30} Example Road"), phones=())
        for n in range(6_000)
    ]
    made = len(candidates([card_of(one) for one in crowds]))
    assert MOST_PAIRS < made < MOST_PAIRS + 200 * 200


def test_every_clue_has_its_weight() -> None:
    assert set(POINTS) == set(Clue) and duplicates.POINTS[Clue.PEOPLE] < 0
