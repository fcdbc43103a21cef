"""What looks like a person is pointed out; what counselors write of beds and plans mostly is not."""

import pytest

from directory import code_names, screening
from directory.problems import CannotUnderstand

POINTED_OUT = [
    ("a name", "John said he would come"),
    ("a name", "john will drive"),
    ("a name", "ask for MARIA at the desk"),
    ("a name", "he is called Xaver"),
    ("a name", "Mr. Okonkwo wants it nearer"),
    ("a name", "her son Zbigniew prefers it"),
    ("a name", "my husband, Oluwaseun, agrees"),
    ("a name", "the name is Quill Underhill"),
    ("a name", "the family of Petrosyan asked"),
    ("a name", "Xiuying Petrosyan asked for it"),
    ("a name", "Grace said no"),
    ("a name", "as Mark told us"),
    ("a name", "Will Petrosyan knows it"),
    ("a name", "José’s mother knows the place"),
    ("a name", "ruth's sister was there"),
    ("a telephone number", "call back at 614-555-0101"),
    ("a telephone number", "(614) 555 0101 after six"),
    ("a telephone number", "+1 614.555.0101"),
    ("a telephone number", "6145550101"),
    ("a telephone number", "at 555-0101"),
    ("a birth date", "born 3/14/1998"),
    ("a birth date", "03-14-98"),
    ("a birth date", "1998-03-14"),
    ("a birth date", "March 14, 1998"),
    ("a birth date", "the 14th of March 1998"),
    ("a birth date", "DOB: 1998"),
    ("a birth date", "his birthday is May 4"),
    ("a number that belongs to somebody", "member XYZ123456789"),
    ("a number that belongs to somebody", "078-05-1120"),
    ("an e-mail address", "somebody@example.org"),
    ("an e-mail address", "somebody (at) example.org"),
    ("a street address", "lives at 12 Example Street"),
    ("a street address", "1420 n high st road"),
    ("a street address", "12 West 4th Ave."),
    ("a street address", "88 Elm Ct"),
    ("a street address", "P.O. Box 12"),
    ("a street address", "apt 4b"),
]
LEFT_ALONE = [
    "two beds",
    "Room 4",
    "2 beds until 8 pm, hold to 20:30",
    "too far; the family wants less than 50 miles",
    "They have no night nurse",
    "Full until Thursday",
    "he will need insulin, and the will is there",
    "may call again after 7",
    "in May or June",
    "2 hours by road",
    "5 minutes on the way",
    "30 days of 12-step work",
    "waits 3 to 5 days",
    "costs $1,200 up front, 20000 in all",
    "level 3.7, then 3.5",
    "does not take Medicaid",
    "starts buprenorphine or Suboxone on day 1",
    "The family knows it",
    "No bed. Call back at 6:15 pm",
    "closed 24/7/365",
    "the patient rate is rich in hope and joy",
    "OTP next door, open Mo-Fr 06:00-14:00",
    "Blue Heron",
    "faith based; the family does not want that",
    "Plan B if the first falls through",
    "mark it as held",
    "I asked about it",
    "ZIP 43215",
]


@pytest.mark.parametrize(("kind", "text"), POINTED_OUT, ids=[text for _, text in POINTED_OUT])
def test_what_looks_like_a_person_is_pointed_out(kind: str, text: str) -> None:
    assert kind in {doubt.kind for doubt in screening.doubts(text)}


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_is_written_of_beds_and_plans_is_left_alone(text: str) -> None:
    assert screening.doubts(text) == []


def test_every_first_name_is_seen_where_it_is_written_like_one() -> None:
    missed = [name for name in screening.NAMES if not screening.doubts(f"the sister of {name.capitalize()} knows it")]
    assert missed == []


def test_no_suggested_code_name_looks_like_a_person() -> None:
    names = [f"{color} {creature}" for color in code_names.COLORS for creature in code_names.CREATURES]
    assert len(set(names)) == len(names) == 800
    assert [name for name in names if screening.doubts(name)] == []


def test_a_suggestion_is_none_of_those_taken() -> None:
    suggestions = {code_names.suggested(["blue heron"]) for _ in range(200)}
    assert "Blue Heron" not in suggestions and len(suggestions) > 50


def test_the_name_of_the_center_that_a_reason_is_about_is_nobodys() -> None:
    reason = "Betty Example in Columbus is known to the family"
    assert {doubt.found for doubt in screening.doubts(reason)} == {"Betty", "Example", "Columbus"}
    assert screening.doubts(reason, known="Betty Example House, Columbus, OH") == []


def test_words_to_look_for_may_hold_the_name_of_a_center() -> None:
    assert screening.doubts("Sunrise Meadows", unlisted=False) == []
    assert [doubt.found for doubt in screening.doubts("Sunrise for Jessica", unlisted=False)] == ["Jessica"]


def test_what_is_refused_says_what_it_looks_like_and_what_to_do() -> None:
    with pytest.raises(CannotUnderstand) as refused:
        screening.refuse("because", "ask Jessica", screening.doubts("ask Jessica"))
    assert "“Jessica” looks like a name. Leave it out, or tick that it is none" in str(refused.value)
