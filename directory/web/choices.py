"""What the form offers: the closed lists in the words of the people who fill it in, and what is ticked at first."""

from collections.abc import Mapping
from typing import Final

from directory.matching.criterion import WEIGHTS
from directory.matching.facets import CHOICES
from directory.spoken import capital, count, say
from directory.vocabulary import BY_GROUP, DEPENDENCES, DRUGS, LEVELS, MEDICATIONS, PAYERS, SUBSTANCES, TRAVEL, codes, label

Offered = Mapping[str, str]
Values = Mapping[str, list[str]]
"""What stands in the form: for each field the texts typed, chosen or ticked."""

ANYWHERE: Final = "anywhere"
_SAID_LONGER: Final = {
    "opioid": say("Other opioids"),
    "methadone": say("Methadone, not prescribed"),
    "benzodiazepine": say("Benzodiazepines (Xanax, Valium)"),
}
_MANAGED_AS: Final = {"opioid": say("Opioids"), "benzodiazepine": say("Benzodiazepines")}
WITHIN: Final[Offered] = {
    **{str(miles): count("%(num)d mile", "%(num)d miles", miles) for miles in (10, 25, 50, 100, 250, 500)},
    ANYWHERE: say("Anywhere"),
}
_NOT_SAID: Final = say("Not said")
SEX: Final[Offered] = {"female": say("Female"), "male": say("Male"), "": _NOT_SAID}
YES_NO: Final[Offered] = {"yes": say("Yes"), "no": say("No"), "": _NOT_SAID}
SUBSTANCE: Final[Offered] = {code: _SAID_LONGER.get(code, capital(DRUGS[code])) for code in SUBSTANCES}
DEPENDENCE: Final[Offered] = {code: _MANAGED_AS.get(code, capital(DRUGS[code])) for code in DEPENDENCES}
MEDICATION: Final[Offered] = {code: capital(words) for code, words in MEDICATIONS.items()}
PAYER: Final[Offered] = {"": say("Not known yet")} | {code: capital(words) for code, words in PAYERS.items()}
LEVEL: Final[Offered] = {"": _NOT_SAID} | {code: capital(words) for code, words in LEVELS.items()}
LANGUAGE: Final[Offered] = {"": say("English")} | {code: label(f"language.{code}") for code in codes("language")}
EXCLUSION: Final[Offered] = {term.code: term.label for term in BY_GROUP["excludes"]}
WISH: Final[Offered] = {code: label(code) for code in CHOICES}
DISTANCE: Final[Offered] = {code: capital(words) for code, words in TRAVEL.items()}
WEIGHT: Final[Offered] = {f"weight_{name}": str(points) for name, points in WEIGHTS.items()}
"""The fields for the points of the criteria, with the usual points."""

DEFAULTS: Final[Values] = {"within_miles": ["100"], "travel": ["nearer"], "substances": ["heroin"], "dependent_on": ["opioid"]}
LABELS: Final = {
    "near": say("Where to start from"),
    "within_miles": say("How far to look"),
    "travel": say("Near or far"),
    "age": say("Age"),
    "sex": say("Sex"),
    "pregnant": say("Pregnant"),
    "veteran": say("Veteran"),
    "substances": say("Uses"),
    "dependent_on": say("Depends on"),
    "taking": say("Takes now, by prescription"),
    "wants": say("Wants to start"),
    "payer": say("Insurance"),
    "plan": say("Name of the plan"),
    "self_pay_ok": say("The family would pay"),
    "meeting_ends": say("When the meeting ends"),
    "leave_at": say("When you leave"),
    "as_of": say("Planned for"),
    "level": say("Level of care"),
    "language": say("Language"),
    "applies": say("Applies to the person"),
    "must": say("Must have"),
    "nice": say("Nice to have"),
    "words": say("Words to look for"),
    "weights": say("Points"),
}
FOLDED: Final = ("wants", "veteran", "level", "language", "words", "must", "nice", "applies")
