"""What the form offers: the closed lists in the words of the people who fill it in, and what is ticked at first."""

from collections.abc import Mapping
from typing import Final

from directory.matching.criterion import WEIGHTS
from directory.matching.facets import CHOICES
from directory.vocabulary import BY_GROUP, DEPENDENCES, LEVELS, MEDICATIONS, PAYERS, SUBSTANCES, TRAVEL, codes, label

Offered = Mapping[str, str]
Values = Mapping[str, list[str]]
"""What stands in the form: for each field the texts typed, chosen or ticked."""

ANYWHERE: Final = "anywhere"
_SAID_LONGER: Final = {
    "opioid": "Other opioids",
    "methadone": "Methadone, not prescribed",
    "benzodiazepine": "Benzodiazepines (Xanax, Valium)",
}
_MANAGED_AS: Final = {"opioid": "Opioids", "alcohol": "Alcohol", "benzodiazepine": "Benzodiazepines"}


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


WITHIN: Final[Offered] = {
    "10": "10 miles", "25": "25 miles", "50": "50 miles", "100": "100 miles", "250": "250 miles", "500": "500 miles",
    ANYWHERE: "Anywhere",
}  # fmt: skip
SEX: Final[Offered] = {"female": "Female", "male": "Male", "": "Not said"}
YES_NO: Final[Offered] = {"yes": "Yes", "no": "No", "": "Not said"}
SUBSTANCE: Final[Offered] = {code: _SAID_LONGER.get(code, _capital(code)) for code in SUBSTANCES}
DEPENDENCE: Final[Offered] = {code: _MANAGED_AS.get(code, _capital(code)) for code in DEPENDENCES}
MEDICATION: Final[Offered] = {code: _capital(words) for code, words in MEDICATIONS.items()}
PAYER: Final[Offered] = {"": "Not known yet"} | {code: _capital(words) for code, words in PAYERS.items()}
LEVEL: Final[Offered] = {"": "Not said"} | {code: _capital(words) for code, words in LEVELS.items()}
LANGUAGE: Final[Offered] = {"": "English"} | {code: label(f"language.{code}") for code in codes("language")}
EXCLUSION: Final[Offered] = {term.code: term.label for term in BY_GROUP["excludes"]}
WISH: Final[Offered] = {code: label(code) for code in CHOICES}
DISTANCE: Final[Offered] = {code: _capital(words) for code, words in TRAVEL.items()}
WEIGHT: Final[Offered] = {f"weight_{name}": str(points) for name, points in WEIGHTS.items()}
"""The fields for the points of the criteria, with the usual points."""

DEFAULTS: Final[Values] = {"within_miles": ["100"], "travel": ["nearer"], "substances": ["heroin"], "dependent_on": ["opioid"]}
LABELS: Final = {
    "near": "Where to start from",
    "within_miles": "How far to look",
    "travel": "Near or far",
    "age": "Age",
    "sex": "Sex",
    "pregnant": "Pregnant",
    "veteran": "Veteran",
    "substances": "Uses",
    "dependent_on": "Depends on",
    "taking": "Takes now, by prescription",
    "wants": "Wants to start",
    "payer": "Insurance",
    "plan": "Name of the plan",
    "self_pay_ok": "The family would pay",
    "meeting_ends": "When the meeting ends",
    "leave_at": "When you leave",
    "level": "Level of care",
    "language": "Language",
    "applies": "Applies to the person",
    "must": "Must have",
    "nice": "Nice to have",
    "words": "Words to look for",
    "weights": "Points",
}
FOLDED: Final = ("level", "language", "words", "must", "nice", "applies")
