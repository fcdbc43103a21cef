"""The closed lists: what a fact can be about, and the three answers. Everything else may lean on this."""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from directory.spoken import Spoken, say


class Answer(StrEnum):
    """What is known of a statement: silence is `UNKNOWN`, never `NO`."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class SourceKind(StrEnum):
    """Who speaks, strongest first; a licence register outranks all for licence facts only."""

    STAFF_CALL = "staff_call"
    ATTESTATION = "provider_attestation"
    LICENSING = "licensing_registry"
    SURVEY = "national_survey"
    WEB = "web"

    @property
    def label(self) -> Spoken:
        """The kind in words for people."""
        return SOURCE_KIND_LABELS[self]


class BedState(StrEnum):
    """What a report says of the beds; the last two are attempts, which say nothing of them."""

    OPEN = "open"
    LIMITED = "limited"
    HELD = "held"
    ASSESS_FIRST = "assess_first"
    WALK_IN = "walk_in"
    WAITLIST = "waitlist"
    FULL = "full"
    CLOSED_TO_INTAKE = "closed_to_intake"
    NO_ANSWER = "no_answer"
    WOULD_NOT_SAY = "would_not_say"


class Channel(StrEnum):
    """How a report reached us."""

    CALL = "call"
    PORTAL = "portal"
    SMS = "sms"
    IMPORT = "import"
    REFERRAL = "referral"


class VettingState(StrEnum):
    """How far somebody here has checked a listing."""

    NEW = "new"
    IN_REVIEW = "in_review"
    VETTED = "vetted"
    VETTED_WITH_CONDITIONS = "vetted_with_conditions"
    SUSPENDED = "suspended"
    REJECTED = "rejected"
    LAPSED = "lapsed"


PERSONAL: Final = (SourceKind.STAFF_CALL, SourceKind.ATTESTATION)
"""Where a person speaks: what surveys and registers say confirms nothing."""

PUBLISHED: Final = (VettingState.VETTED, VettingState.VETTED_WITH_CONDITIONS)
"""What families may see by themselves."""

SOURCE_KIND_LABELS: Final = {
    SourceKind.STAFF_CALL: say("our call to the center"),
    SourceKind.ATTESTATION: say("the center's own statement"),
    SourceKind.LICENSING: say("State licence register"),
    SourceKind.SURVEY: say("national survey"),
    SourceKind.WEB: say("web"),
}


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that a listing can be, do or accept: `payer.medicaid`, "Medicaid"."""

    code: str
    label: Spoken
    group: str


@dataclass(frozen=True, slots=True)
class Group:
    """A list of terms under one heading."""

    code: str
    label: Spoken
    terms: tuple[Term, ...]


def _read() -> tuple[Group, ...]:
    with Path(__file__).with_name("vocabulary.toml").open("rb") as file:
        groups = tomllib.load(file)["group"]
    return tuple(
        Group(
            g["code"], say(g["label"]), tuple(Term(f"{g['code']}.{n}", say(told), g["code"]) for n, told in g["terms"].items())
        )
        for g in groups
    )


GROUPS: Final = _read()
TERMS: Final = {term.code: term for group in GROUPS for term in group.terms}
BY_GROUP: Final = {group.code: group.terms for group in GROUPS}


@cache
def codes(group: str) -> tuple[str, ...]:
    """The short names of a group's terms, as a need file writes them: `medicaid`, not `payer.medicaid`."""
    return tuple(term.code.partition(".")[2] for term in BY_GROUP[group])


def label(code: str) -> Spoken:
    """The words for people of a term, such as `payer.medicaid`; raises KeyError for an unknown one."""
    if not is_plan(code):
        return TERMS[code].label
    return say("In network: %(plan)s", plan=code.removeprefix(_PLAN).replace("_", " ").title())


_PLAN: Final = "plan."


def plan_term(name: str) -> str:
    """The term of an insurance plan by its name, whatever its capitals and signs; the one open list. "" for no name."""
    words = "_".join(re.findall(r"[a-z0-9]+", name.casefold()))
    return _PLAN + words if words else ""


def is_plan(code: str) -> bool:
    """Whether this is the term of an insurance plan."""
    return code.startswith(_PLAN) and code == plan_term(code.removeprefix(_PLAN).replace("_", " "))


def is_term(code: str) -> bool:
    """Whether a fact can be about this: a term of the closed lists, or an insurance plan."""
    return code in TERMS or is_plan(code)


# What a need is said in. A person's side of the closed lists: a substance is what he uses,
# `withdrawal.opioid` is what a center does about it.
SUBSTANCES: Final = {
    "heroin": "opioid",
    "fentanyl": "opioid",
    "opioid": "opioid",
    "methadone": "opioid",
    "alcohol": "alcohol",
    "benzodiazepine": "benzodiazepine",
    "cocaine": "cocaine",
    "methamphetamine": "methamphetamine",
    "cannabis": "cannabis",
    "xylazine": "xylazine",
}
DEPENDENCES: Final = ("opioid", "alcohol", "benzodiazepine", "cocaine", "methamphetamine")
DRUGS: Final = {code: say(code) for code in (*SUBSTANCES, *DEPENDENCES)}
"""What is used or depended on, as a sentence speaks of it."""
SEXES: Final = ("female", "male")
TRAVEL: Final = {
    "nearer": say("nearer is better"),
    "farther": say("farther is better"),
    "any": say("the distance does not matter"),
}
MEDICATIONS: Final = {
    "methadone": say("methadone"),
    "buprenorphine": say("buprenorphine"),
    "buprenorphine_xr": say("extended-release buprenorphine"),
    "naltrexone_xr": say("extended-release naltrexone"),
}
PAYERS: Final = {
    "medicaid": say("Medicaid"),
    "medicare": say("Medicare"),
    "private": say("private health insurance"),
    "military": say("military insurance, such as TRICARE"),
    "state_plan": say("a State-financed plan"),
    "tribal_funds": say("IHS, tribal or urban funds"),
    "self_pay": say("cash or self-payment"),
    "uninsured": say("no insurance"),
}
LEVELS: Final = {"inpatient": say("hospital inpatient"), "residential": say("residential")} | {
    code: label(f"level.{code}") for code in codes("level")
}

SETTINGS_INPATIENT: Final = tuple(f"setting.{s}" for s in ("inpatient", "inpatient_treatment", "inpatient_withdrawal"))
SETTINGS_RESIDENTIAL: Final = tuple(
    f"setting.{s}" for s in ("residential", "residential_short", "residential_long", "residential_withdrawal")
)

TREATMENT_LINE: Final = "1-800-662-HELP (4357)"
HELPLINES: Final = (
    ("Life in danger, or an overdose", "911"),
    ("Suicide and crisis lifeline", "988"),
    ("SAMHSA helpline, day and night, free", TREATMENT_LINE),
)
SAFETY: Final = (
    "Carry naloxone. After days without opioids tolerance falls, and the old dose can kill. "
    "Medication for opioid use disorder about halves the risk of death."
)
