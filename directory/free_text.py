"""The few free texts of a case, as they are kept: short, on one line, and without what may tell who somebody is."""

import re
from dataclasses import dataclass
from typing import Final

from directory import screening
from directory.listing import Listing
from directory.need import Need
from directory.problems import CannotUnderstand, Loudness, Problem

LONGEST_NAME: Final = 40
LONGEST_REASON: Final = 200
_OF_THE_PERSON: Final = re.compile(
    r"\b(?:patient|client|caller|addict|born|son|daughter|husband|wife|brother|sister|mother|father|partner|boyfriend|girlfriend)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A text that somebody typed, and whether they said that nothing in it is about a person."""

    text: str
    sure: bool = False


def code_name(name: Written) -> str:
    """A code name as it is kept; raises CannotUnderstand for none, a long one, and one that looks like a person's."""
    plain = " ".join(name.text.split())
    if not plain or len(plain) > LONGEST_NAME:
        fix = f"Enter a code name of at most {LONGEST_NAME} letters, such as Blue Heron"
        raise CannotUnderstand(Problem(Loudness.VALUE, "code_name", "will not do", plain, fix))
    if not name.sure:
        screening.refuse("code_name", plain, screening.doubts(plain))
    return plain


def reason(because: Written, about: Listing, needed: bool) -> str:
    """A reason as it is kept; raises CannotUnderstand for none, a long one, and one that may tell who somebody is."""
    plain = " ".join(because.text.split())
    if (needed and not plain) or len(plain) > LONGEST_REASON:
        fix = f"Enter the reason in at most {LONGEST_REASON} letters, such as: too far for the family"
        raise CannotUnderstand(Problem(Loudness.VALUE, "because", "is missing" if not plain else "is too long", plain, fix))
    if not because.sure:
        screening.refuse("because", plain, screening.doubts(plain, f"{about.name} {about.address.place}"))
    return plain


def spoke_with(who: Written) -> str:
    """Who of a center spoke, as it is kept; raises CannotUnderstand for what may tell who the person is.

    The center's own people may be named: a name is the person's where the text speaks of a patient or of somebody's son.
    """
    plain = " ".join(who.text.split())
    if not who.sure:
        told = screening.doubts(plain, unlisted=False)
        of_the_person = bool(_OF_THE_PERSON.search(plain))
        screening.refuse("spoke_with", plain, [doubt for doubt in told if of_the_person or doubt.kind != "a name"])
    return plain


def screened_words(need: Need, sure: bool) -> None:
    """Refuse a need whose words to look for, or whose plan, may tell who somebody is."""
    if sure:
        return
    screening.refuse("words", need.words, screening.doubts(need.words, unlisted=False))
    told = [doubt for doubt in screening.doubts(need.plan, unlisted=False) if doubt.kind != "a name"]
    screening.refuse("plan", need.plan, told)
